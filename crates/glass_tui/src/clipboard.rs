//! The clipboard: the terminal is asked to take a text by OSC 52, also from far away over ssh; and where a program of
//! the system can set the clipboard of this very machine, that is asked too.

use crate::options::Environment;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// The longest text. Terminals drop sequences of more than 74,994 bytes whole; base64 makes four bytes of three, and
/// multiplexers need some around them.
const MAX_BYTES: usize = 54_000;
/// The longest piece that GNU screen hands on at once.
const SCREEN_PIECE: usize = 700;

/// Puts a text on the clipboard: returns what is to be sent to the terminal, and starts a program of the system that
/// can do it, if there is one.
pub(crate) fn copy(text: &str, environment: &Environment) -> String {
    if let Some(command) = system_command(environment) {
        hand_over(command, text.to_owned());
    }
    sequence(text, environment)
}

/// What is sent to the terminal; a text too long is cut between characters. tmux takes the sequence for its own buffer
/// and hands on what is wrapped; screen only hands on.
fn sequence(text: &str, environment: &Environment) -> String {
    let plain = osc_52(text);
    if environment.tmux || environment.term.starts_with("tmux") {
        let wrapped = plain.replace('\x1b', "\x1b\x1b");
        format!("{plain}\x1bPtmux;{wrapped}\x1b\\")
    } else if environment.is_multiplexed() {
        let pieces: Vec<&[u8]> = plain.as_bytes().chunks(SCREEN_PIECE).collect();
        let wrap = |piece: &&[u8]| format!("\x1bP{}\x1b\\", String::from_utf8_lossy(piece));
        pieces.iter().map(wrap).collect()
    } else {
        plain
    }
}

fn osc_52(text: &str) -> String {
    let mut end = text.len().min(MAX_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    format!("\x1b]52;c;{}\x07", base64(&text.as_bytes()[..end]))
}

/// A program that sets the clipboard of this machine, with its arguments. Over ssh this machine's clipboard is not the
/// user's.
fn system_command(environment: &Environment) -> Option<(&'static str, &'static [&'static str])> {
    if environment.remote {
        return None;
    }
    let has_wayland = std::env::var_os("WAYLAND_DISPLAY").is_some();
    let has_x11 = std::env::var_os("DISPLAY").is_some();
    let known: [(bool, &str, &[&str]); 5] = [
        (has_wayland, "wl-copy", &[]),
        (has_x11, "xclip", &["-selection", "clipboard"]),
        (has_x11, "xsel", &["--clipboard", "--input"]),
        (cfg!(target_os = "macos"), "pbcopy", &[]),
        (std::env::var_os("WSL_DISTRO_NAME").is_some(), "clip.exe", &[]),
    ];
    let path = std::env::var_os("PATH")?;
    let is_there =
        |name: &str| std::env::split_paths(&path).any(|folder| Path::new(&folder).join(name).is_file());
    known
        .into_iter()
        .find(|(is_right, name, _)| *is_right && is_there(name))
        .map(|(_, name, arguments)| (name, arguments))
}

/// Gives a text to a program on a thread of its own: it may take its time, and says nothing on the screen.
fn hand_over((name, arguments): (&'static str, &'static [&'static str]), text: String) {
    let work = move || {
        let child = Command::new(name)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        // The terminal was asked as well: when this fails there is nothing more to do.
        if let Ok(mut child) = child {
            if let Some(mut input) = child.stdin.take() {
                let _ = input.write_all(text.as_bytes());
            }
            let _ = child.wait();
        }
    };
    let _ = std::thread::Builder::new().name("clipboard".into()).spawn(work);
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let byte = |i: usize| u32::from(group.get(i).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for i in 0..4u32 {
            let is_padding = i as usize > group.len();
            let letter = LETTERS[(bits >> (18 - 6 * i) & 63) as usize];
            text.push(if is_padding { '=' } else { char::from(letter) });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAX_SEQUENCE: usize = 74_994;

    #[test]
    fn base64_as_in_rfc_4648() {
        let check = |text: &str, expected: &str| assert_eq!(base64(text.as_bytes()), expected);
        check("", "");
        check("f", "Zg==");
        check("fo", "Zm8=");
        check("foo", "Zm9v");
        check("foobar", "Zm9vYmFy");
        check("größer", "Z3LDtsOfZXI=");
    }

    #[test]
    fn long_texts_are_cut_between_characters() {
        let sequence = osc_52(&"ß".repeat(MAX_BYTES));
        assert!(sequence.len() < MAX_SEQUENCE);
        assert!(sequence.starts_with("\x1b]52;c;") && sequence.ends_with('\x07'));
    }

    #[test]
    fn multiplexers_get_what_they_hand_on() {
        let inside = |tmux: bool, term: &str| Environment {
            tmux,
            multiplexed: true,
            term: term.into(),
            ..Environment::default()
        };
        let tmux = sequence("foo", &inside(true, "tmux-256color"));
        assert_eq!(tmux, "\x1b]52;c;Zm9v\x07\x1bPtmux;\x1b\x1b]52;c;Zm9v\x07\x1b\\");
        let screen = sequence(&"x".repeat(3000), &inside(false, "screen"));
        let pieces: Vec<&str> = screen.split_inclusive("\x1b\\").collect();
        assert!(
            pieces.len() > 4
                && pieces
                    .iter()
                    .all(|piece| piece.starts_with("\x1bP") && piece.len() < 768)
        );
        let joined: String = pieces.iter().map(|piece| &piece[2..piece.len() - 2]).collect();
        assert_eq!(joined, osc_52(&"x".repeat(3000)));
        assert_eq!(sequence("foo", &Environment::default()), osc_52("foo"));
        assert!(sequence(&"x".repeat(MAX_BYTES * 2), &inside(false, "screen")).len() <= MAX_SEQUENCE);
    }
}
