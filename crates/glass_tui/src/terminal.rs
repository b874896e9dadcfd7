//! The terminal's modes: entered once, left exactly once, whatever ends the program.
//!
//! [`enter`] gives a [`Guard`]; dropping it restores the terminal, and so do the panic hook and the signals that
//! end a program. All of them may come, in any order: the first one does the work.

use crate::options::Environment;
use crossterm::{cursor, event, execute, queue, terminal};
use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, Once, PoisonError};
use std::thread::ThreadId;

/// Whether the terminal is in the program's modes.
static IS_OURS: AtomicBool = AtomicBool::new(false);
/// Held while a frame is written, so that none follows the restoring.
static OUTPUT: Mutex<()> = Mutex::new(());
/// The thread that draws: when it panics, the program ends.
static OWNER: Mutex<Option<ThreadId>> = Mutex::new(None);
/// What other threads said while panicking; told once the screen is the user's again.
static SAID: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Asks for clicks and drags, told in columns and rows of any size. Mere moves are not asked for: each would wake
/// the program.
#[cfg(unix)]
const MOUSE_ON: &[u8] = b"\x1b[?1000h\x1b[?1002h\x1b[?1006h";
#[cfg(unix)]
const MOUSE_OFF: &[u8] = b"\x1b[?1006l\x1b[?1002l\x1b[?1000l";

/// Restores the terminal when dropped.
#[derive(Debug)]
pub(crate) struct Guard(());

impl Drop for Guard {
    fn drop(&mut self) {
        restore();
        let said = std::mem::take(&mut *SAID.lock().unwrap_or_else(PoisonError::into_inner));
        for text in said {
            // Nobody is left to tell when the error stream is closed.
            let _ = writeln!(io::stderr(), "{text}");
        }
    }
}

/// Checks that there is a terminal that can place text, before anything is written to it.
///
/// # Errors
/// When there is none; the text says so.
pub(crate) fn check(environment: &Environment) -> io::Result<()> {
    if !io::stdout().is_terminal() {
        return Err(io::Error::other(
            "standard output is not a terminal; run the program in one",
        ));
    }
    if environment.term == "dumb" {
        return Err(io::Error::other(
            "this terminal cannot place text (TERM=dumb); use another terminal or set TERM",
        ));
    }
    Ok(())
}

/// Takes the terminal.
///
/// # Errors
/// When it cannot be set up; it is restored then.
pub(crate) fn enter(with_mouse: bool) -> io::Result<Guard> {
    install_panic_hook();
    *OWNER.lock().unwrap_or_else(PoisonError::into_inner) = Some(std::thread::current().id());
    IS_OURS.store(true, Ordering::SeqCst);
    let guard = Guard(());
    terminal::enable_raw_mode()?;
    let mut out = io::stdout().lock();
    execute!(
        out,
        terminal::EnterAlternateScreen,
        cursor::Hide,
        event::EnableBracketedPaste
    )?;
    out.flush()?;
    drop(out);
    if with_mouse {
        set_mouse(true)?;
    }
    Ok(guard)
}

/// Takes the mouse, or leaves it to the terminal, which selects text with it.
///
/// # Errors
/// When the terminal is gone.
pub(crate) fn set_mouse(is_on: bool) -> io::Result<()> {
    #[cfg(unix)]
    return write(if is_on { MOUSE_ON } else { MOUSE_OFF });
    #[cfg(not(unix))]
    return match is_on {
        true => execute!(io::stdout(), event::EnableMouseCapture),
        false => execute!(io::stdout(), event::DisableMouseCapture),
    };
}

/// Gives the terminal back and stops the program, as `^Z` does; returns when the user has it go on, with the terminal
/// taken again.
///
/// # Errors
/// When the terminal cannot be set up again.
#[cfg(unix)]
pub(crate) fn suspend(with_mouse: bool) -> io::Result<()> {
    restore();
    signal_hook::low_level::emulate_default_handler(signal_hook::consts::SIGTSTP)?;
    take_again(with_mouse)
}

/// Other systems have no such thing.
#[cfg(not(unix))]
pub(crate) fn suspend(_with_mouse: bool) -> io::Result<()> {
    Ok(())
}

/// Takes the terminal anew, after the program was stopped: the shell set it up for itself meanwhile.
///
/// # Errors
/// When it cannot be set up.
pub(crate) fn take_again(with_mouse: bool) -> io::Result<()> {
    // The guard of before goes on to stand for it.
    enter(with_mouse).map(std::mem::forget)
}

/// What a signal asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// To end, as by this signal.
    End(i32),
    /// To stop.
    Stop,
    /// It went on after it was stopped, perhaps by nothing it had a hand in.
    WentOn,
}

/// Gives the terminal back, if that has not been done yet. Errors are of no use here: all steps are tried.
pub(crate) fn restore() {
    if !IS_OURS.swap(false, Ordering::SeqCst) {
        return;
    }
    // The lock is taken if it is free: a panic inside a frame must not wait for itself.
    let _lock = OUTPUT.try_lock();
    let mut bytes = Vec::new();
    let _ = queue!(bytes, terminal::EndSynchronizedUpdate);
    #[cfg(unix)]
    bytes.extend_from_slice(MOUSE_OFF);
    #[cfg(not(unix))]
    let _ = execute!(io::stdout(), event::DisableMouseCapture);
    let _ = queue!(
        bytes,
        event::DisableBracketedPaste,
        crossterm::style::ResetColor,
        terminal::LeaveAlternateScreen,
        cursor::Show
    );
    let mut out = io::stdout();
    let _ = out.write_all(&bytes);
    let _ = out.flush();
    let _ = terminal::disable_raw_mode();
}

/// Writes a whole frame at once; nothing if the terminal was given back.
///
/// # Errors
/// When the terminal is gone.
pub(crate) fn write(bytes: &[u8]) -> io::Result<()> {
    let _lock = OUTPUT.lock().unwrap_or_else(PoisonError::into_inner);
    if !IS_OURS.load(Ordering::SeqCst) {
        return Ok(());
    }
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()
}

/// A panic of the drawing thread restores the terminal before its message is printed. One of another thread must
/// not write over the screen: its message waits until the program ends.
fn install_panic_hook() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            let owner = *OWNER.lock().unwrap_or_else(PoisonError::into_inner);
            let is_owner = owner == Some(std::thread::current().id());
            if IS_OURS.load(Ordering::SeqCst) && !is_owner {
                SAID.lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(info.to_string());
                return;
            }
            restore();
            before(info);
        }));
    });
}

/// Calls `tell` with what signals ask for. If the program does not end within a second of one that ends it, it is
/// ended: the terminal is restored all the same.
#[cfg(unix)]
pub(crate) fn watch_signals(tell: impl Fn(Asked) + Send + 'static) -> io::Result<()> {
    use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGTERM, SIGTSTP};
    let mut signals = signal_hook::iterator::Signals::new([SIGTERM, SIGHUP, SIGINT, SIGTSTP, SIGCONT])?;
    std::thread::Builder::new()
        .name("signals".into())
        .spawn(move || {
            for signal in signals.forever() {
                match signal {
                    SIGTSTP => tell(Asked::Stop),
                    SIGCONT => tell(Asked::WentOn),
                    signal => {
                        tell(Asked::End(signal));
                        std::thread::sleep(std::time::Duration::from_secs(1));
                        end_by_signal(signal);
                    }
                }
            }
        })?;
    Ok(())
}

#[cfg(not(unix))]
pub(crate) fn watch_signals(_tell: impl Fn(Asked) + Send + 'static) -> io::Result<()> {
    Ok(())
}

/// Ends the program as the signal would have, so that whoever sent it sees that.
pub(crate) fn end_by_signal(signal: i32) {
    restore();
    #[cfg(unix)]
    let _ = signal_hook::low_level::emulate_default_handler(signal);
    #[cfg(not(unix))]
    let _ = signal;
}
