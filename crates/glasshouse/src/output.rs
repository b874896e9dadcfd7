//! [`Output`]: what goes to standard output and standard error, with progress on anything over a second.

use glass_recording::Progress;
use std::cell::{Cell, RefCell};
use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

/// Progress is shown after so long, and not more often than this.
const PROGRESS_AFTER: Duration = Duration::from_secs(1);
const PROGRESS_EVERY: Duration = Duration::from_millis(200);

/// Standard output and standard error.
pub(crate) struct Output {
    started: Instant,
    last: Cell<Option<Instant>>,
    shown: RefCell<String>,
}

impl Output {
    /// The process' own.
    pub fn new() -> Self {
        Self {
            started: Instant::now(),
            last: Cell::new(None),
            shown: RefCell::default(),
        }
    }

    /// A line for people or scripts.
    ///
    /// # Errors
    /// When standard output cannot be written.
    pub fn line(&self, text: &str) -> anyhow::Result<()> {
        self.clear_progress();
        writeln!(io::stdout().lock(), "{text}")?;
        Ok(())
    }

    /// A JSON value.
    ///
    /// # Errors
    /// When standard output cannot be written.
    pub fn json(&self, value: &serde_json::Value) -> anyhow::Result<()> {
        self.line(&format!("{value:#}"))
    }

    /// A line beside the output proper, on standard error.
    pub fn aside(&self, text: &str) {
        self.clear_progress();
        // Nothing is left to be done if standard error cannot be written either.
        let _ = writeln!(io::stderr().lock(), "{text}");
    }

    /// A warning or error for people.
    pub fn complain(&self, text: &str) {
        self.aside(&format!("glasshouse: {}", glass_core::visible(text)));
    }

    /// Says how far a long task has come: on a terminal in one line that is written over, else every few seconds.
    pub fn progress(&self, progress: &Progress) {
        let now = Instant::now();
        let on_terminal = io::stderr().is_terminal();
        let pause = if on_terminal {
            PROGRESS_EVERY
        } else {
            25 * PROGRESS_EVERY
        };
        let is_due = self.last.get().is_none_or(|last| now - last >= pause);
        if now - self.started < PROGRESS_AFTER || !is_due {
            return;
        }
        self.last.set(Some(now));
        let Progress { what, done, total } = progress;
        let share = if *total > 0 {
            format!(" {} %", done.saturating_mul(100) / total)
        } else {
            format!(" {done}")
        };
        let text = format!("{}{share}", glass_core::visible(what));
        if on_terminal {
            let _ = write!(io::stderr().lock(), "\r\u{1b}[K{text}");
            *self.shown.borrow_mut() = text;
        } else {
            let _ = writeln!(io::stderr().lock(), "{text}");
        }
    }

    fn clear_progress(&self) {
        if !self.shown.take().is_empty() {
            let _ = write!(io::stderr().lock(), "\r\u{1b}[K");
        }
    }
}

/// Whether the reader of our output has gone: then there is nobody to complain to.
pub(crate) fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause
            .downcast_ref::<io::Error>()
            .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    })
}

/// Bytes in words.
pub(crate) fn bytes(n: u64) -> String {
    const UNITS: [&str; 5] = ["B", "KiB", "MiB", "GiB", "TiB"];
    let mut size = n as f64;
    let mut unit = 0;
    while size >= 1024.0 && unit + 1 < UNITS.len() {
        size /= 1024.0;
        unit += 1;
    }
    if unit == 0 {
        format!("{n} B")
    } else {
        format!("{size:.1} {}", UNITS[unit])
    }
}
