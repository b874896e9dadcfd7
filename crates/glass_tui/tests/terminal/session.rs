//! A pseudo-terminal with this test program in it.

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};
use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Set in the environment of the program inside.
pub const MARK: &str = "GLASS_TUI_CHILD";

/// How long anything may take; generous, for busy machines.
const PATIENCE: Duration = Duration::from_secs(20);

/// What came out so far.
struct Output {
    parser: vt100::Parser,
    n_bytes: usize,
}

/// A running program.
pub struct Session {
    master: Box<dyn MasterPty + Send>,
    writer: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    output: Arc<Mutex<Output>>,
}

/// The terminal's modes that the program changes.
#[derive(Debug)]
pub struct Modes {
    pub alternate: bool,
    pub cursor_hidden: bool,
    pub paste: bool,
    pub mouse: bool,
}

fn size(width: u16, height: u16) -> PtySize {
    PtySize {
        rows: height,
        cols: width,
        pixel_width: 0,
        pixel_height: 0,
    }
}

fn cells(n: u16) -> NonZeroU16 {
    NonZeroU16::new(n).unwrap()
}

impl Session {
    pub fn start(width: u16, height: u16) -> Self {
        let pair = native_pty_system().openpty(size(width, height)).unwrap();
        let mut command = CommandBuilder::new(std::env::current_exe().unwrap());
        command.args(["child", "--exact", "--nocapture", "--test-threads=1"]);
        command.env(MARK, "1");
        command.env("TERM", "xterm-256color");
        command.env("LC_ALL", "C.UTF-8");
        command.env("RUST_BACKTRACE", "0");
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let output = Arc::new(Mutex::new(Output {
            parser: vt100::Parser::new(cells(height), cells(width), 0),
            n_bytes: 0,
        }));
        let mut reader = pair.master.try_clone_reader().unwrap();
        let writer = pair.master.take_writer().unwrap();
        let sink = output.clone();
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(n @ 1..) = reader.read(&mut bytes) {
                let mut sink = sink.lock().unwrap();
                sink.parser.process(&bytes[..n]);
                sink.n_bytes += n;
            }
        });
        Self {
            master: pair.master,
            writer,
            child,
            output,
        }
    }

    pub fn send(&mut self, bytes: &[u8]) {
        self.writer.write_all(bytes).unwrap();
        self.writer.flush().unwrap();
    }

    pub fn resize(&mut self, width: u16, height: u16) {
        self.output
            .lock()
            .unwrap()
            .parser
            .screen_mut()
            .set_size(cells(height), cells(width));
        self.master.resize(size(width, height)).unwrap();
    }

    pub fn kill(&self, signal: &str) {
        let pid = self.child.process_id().unwrap().to_string();
        let status = std::process::Command::new("kill")
            .args(["-s", signal, &pid])
            .status();
        assert!(status.unwrap().success());
    }

    /// Processor time used so far, in hundredths of a second; 0 where the system does not tell.
    pub fn cpu_ticks(&self) -> u64 {
        let pid = self.child.process_id().unwrap();
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let after_name = stat.rsplit(')').next().unwrap_or("");
        let fields: Vec<u64> = after_name
            .split(' ')
            .map(|field| field.parse().unwrap_or(0))
            .collect();
        // Fields 14 and 15 of the file, user and system time; the name before them is the second.
        fields.get(12).unwrap_or(&0) + fields.get(13).unwrap_or(&0)
    }

    pub fn text(&self) -> String {
        self.output.lock().unwrap().parser.screen().contents()
    }

    pub fn screen_row(&self, row: usize) -> String {
        self.text().lines().nth(row).unwrap_or("").to_owned()
    }

    pub fn n_bytes(&self) -> usize {
        self.output.lock().unwrap().n_bytes
    }

    pub fn modes(&self) -> Modes {
        let output = self.output.lock().unwrap();
        let screen = output.parser.screen();
        Modes {
            alternate: screen.alternate_screen(),
            cursor_hidden: screen.hide_cursor(),
            paste: screen.bracketed_paste(),
            mouse: screen.mouse_protocol_mode() != vt100::MouseProtocolMode::None,
        }
    }

    pub fn wait_until(&self, what: &str, done: impl Fn(&Self) -> bool) {
        let begun = Instant::now();
        while !done(self) {
            assert!(
                begun.elapsed() < PATIENCE,
                "waited in vain: {what}\n{}",
                self.text()
            );
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    pub fn wait_for(&self, text: &str) {
        self.wait_until(text, |session| session.text().contains(text));
    }

    pub fn wait_without(&self, text: &str) {
        self.wait_until(&format!("no more `{text}`"), |session| {
            !session.text().contains(text)
        });
    }

    /// Waits until nothing has come for a while.
    pub fn settle(&self) {
        let mut n_bytes = self.n_bytes();
        loop {
            std::thread::sleep(Duration::from_millis(150));
            if self.n_bytes() == n_bytes {
                return;
            }
            n_bytes = self.n_bytes();
        }
    }

    pub fn wait_for_end(&mut self) -> ExitStatus {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                self.settle();
                return status;
            }
            assert!(begun.elapsed() < PATIENCE, "does not end\n{}", self.text());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Checks that every mode is off again.
    pub fn assert_restored(&self) {
        let Modes {
            alternate,
            cursor_hidden,
            paste,
            mouse,
        } = self.modes();
        assert!(
            !alternate && !cursor_hidden && !paste && !mouse,
            "{:?}",
            self.modes()
        );
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // A test that failed leaves its program running.
        let _ = self.child.kill();
    }
}
