//! The built program in a real terminal: what it paints first, what keys do, and in which state it leaves the
//! terminal behind, also after SIGTERM.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test may fall over and may talk"
)]

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use std::io::{Read, Write};
use std::num::NonZero;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(20);

fn cells(n: u16) -> NonZero<u16> {
    NonZero::new(n).unwrap()
}

struct Session {
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    writer: Box<dyn Write + Send>,
    screen: Arc<Mutex<vt100::Parser>>,
    raw: Arc<Mutex<Vec<u8>>>,
}

impl Session {
    fn start(width: u16, height: u16, arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let size = PtySize {
            rows: height,
            cols: width,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_glasshouse"));
        command.args(arguments);
        command.env("TERM", "xterm-256color");
        command.env("LANG", "C.UTF-8");
        command.env_remove("NO_COLOR");
        environment
            .iter()
            .for_each(|(name, value)| command.env(name, value));
        let child = pair.slave.spawn_command(command).unwrap();
        let screen = Arc::new(Mutex::new(vt100::Parser::new(cells(height), cells(width), 0)));
        let raw = Arc::new(Mutex::new(Vec::new()));
        let mut reader = pair.master.try_clone_reader().unwrap();
        let (seen, bytes) = (screen.clone(), raw.clone());
        std::thread::spawn(move || {
            let mut buffer = [0; 65536];
            while let Ok(n @ 1..) = reader.read(&mut buffer) {
                seen.lock().unwrap().process(&buffer[..n]);
                bytes.lock().unwrap().extend_from_slice(&buffer[..n]);
            }
        });
        let writer = pair.master.take_writer().unwrap();
        Self {
            child,
            master: pair.master,
            writer,
            screen,
            raw,
        }
    }

    fn text(&self) -> String {
        self.screen.lock().unwrap().screen().contents()
    }

    fn wait_for(&self, what: &str) {
        let start = Instant::now();
        while !self.text().contains(what) {
            assert!(
                start.elapsed() < PATIENCE,
                "`{what}` did not appear on:\n{}",
                self.text()
            );
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn wait_until_gone(&self, what: &str) {
        let start = Instant::now();
        while self.text().contains(what) {
            assert!(start.elapsed() < PATIENCE, "`{what}` stays on:\n{}", self.text());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn press(&mut self, keys: &str) {
        self.writer.write_all(keys.as_bytes()).unwrap();
        self.writer.flush().unwrap();
    }

    fn wait_for_end(&mut self) -> u32 {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                std::thread::sleep(Duration::from_millis(100));
                return status.exit_code();
            }
            assert!(
                start.elapsed() < PATIENCE,
                "the program did not end:\n{}",
                self.text()
            );
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn assert_restored(&self) {
        let screen = self.screen.lock().unwrap();
        let screen = screen.screen();
        assert!(!screen.alternate_screen(), "still on the alternate screen");
        assert!(!screen.hide_cursor(), "the cursor is hidden");
        assert!(!screen.bracketed_paste(), "bracketed paste is on");
        assert_eq!(
            screen.mouse_protocol_mode(),
            vt100::MouseProtocolMode::None,
            "the mouse is taken"
        );
    }
}

#[test]
fn it_opens_paused_says_what_it_is_and_plays() {
    for (width, height) in [(80, 24), (120, 40), (200, 60)] {
        let mut session = Session::start(width, height, &[], &[]);
        session.wait_for("REPLAY");
        session.wait_for("space plays");
        session.wait_for("firing");
        let before = session.text();
        session.press(" ");
        session.wait_for("▶");
        session.press(" ");
        session.wait_for("paused");
        assert_ne!(before, session.text(), "time did not move");
        session.press("q");
        assert_eq!(session.wait_for_end(), 0);
        session.assert_restored();
    }
}

#[test]
fn every_screen_and_overlay_opens_by_its_key() {
    let mut session = Session::start(120, 40, &["incident-shop"], &[]);
    session.wait_for("REPLAY");
    for (key, what) in [
        ("2", "ALERTS_FOR_STATE"),
        ("3", "lines"),
        ("4", "severity"),
        ("5", "Commit"),
        ("6", "Incidents"),
        ("?", "Keys on"),
    ] {
        session.press(key);
        session.wait_for(what);
    }
    session.press("x");
    session.wait_until_gone("Keys on");
    session.press(":");
    session.wait_for("tab completes");
    session.press("next chan\t\r");
    session.wait_until_gone("tab completes");
    session.wait_for("REPLAY");
    session.press("\u{3}");
    assert_eq!(session.wait_for_end(), 0);
    session.assert_restored();
}

#[test]
fn a_time_can_be_typed_and_the_address_comes_back() {
    let mut session = Session::start(120, 40, &["incident-shop"], &[]);
    session.wait_for("REPLAY");
    session.press("t03:42:00\r");
    session.wait_for("2026-11-22 03:42:00");
    session.press("3");
    session.wait_for("lines");
    session.press("Y");
    session.wait_for("copied glass://");
    let raw = String::from_utf8_lossy(&session.raw.lock().unwrap()).into_owned();
    assert!(raw.contains("\u{1b}]52;c;"), "nothing was put on the clipboard");
    session.press("0");
    session.wait_for("03:51:");
    session.press("[");
    session.wait_for("2026-11-22 03:42:00");
    session.press("q");
    assert_eq!(session.wait_for_end(), 0);
}

#[test]
fn queries_are_typed_completed_and_run() {
    let mut session = Session::start(120, 40, &["incident-shop", "--at", "03:42"], &[]);
    session.wait_for("REPLAY");
    session.press("2");
    session.wait_for("ALERTS_FOR_STATE");
    session.press("p\u{15}");
    session.wait_for("such as sum by");
    session.press("sum by (job) (rate(up[5m])");
    session.wait_for("unclosed left parenthesis");
    session.press(")\r");
    session.wait_for("edits");
    session.wait_for("Graph: ");
    session.press("3");
    session.wait_for("lines");
    session.press("p\u{15}{");
    session.wait_for("label");
    session.press("service_name=~\".+\"} |= \"zzzz-nothing\"\r");
    session.wait_for("no line matches");
    session.press("\u{1b}");
    session.wait_for("all lines");
    session.press("q");
    assert_eq!(session.wait_for_end(), 0);
    session.assert_restored();
}

#[test]
fn the_terminal_is_restored_after_sigterm() {
    let mut session = Session::start(100, 30, &[], &[]);
    session.wait_for("REPLAY");
    let id = session.child.process_id().unwrap();
    assert!(
        std::process::Command::new("kill")
            .args(["-TERM", &id.to_string()])
            .status()
            .unwrap()
            .success()
    );
    assert_ne!(session.wait_for_end(), 0);
    session.assert_restored();
}

#[test]
fn it_follows_the_size_of_the_terminal() {
    let mut session = Session::start(120, 40, &[], &[]);
    session.wait_for("REPLAY");
    for (rows, cols) in [(16, 60), (5, 20), (60, 200), (1, 1), (30, 100)] {
        session
            .screen
            .lock()
            .unwrap()
            .screen_mut()
            .set_size(cells(rows), cells(cols));
        session
            .master
            .resize(PtySize {
                rows,
                cols,
                pixel_width: 0,
                pixel_height: 0,
            })
            .unwrap();
        std::thread::sleep(Duration::from_millis(100));
    }
    session.wait_for("REPLAY");
    session.press("q");
    assert_eq!(session.wait_for_end(), 0);
}

#[test]
fn without_colours_no_colour_is_sent() {
    let mut session = Session::start(120, 40, &[], &[("NO_COLOR", "1")]);
    session.wait_for("REPLAY");
    session.wait_for("firing");
    session.press("q");
    session.wait_for_end();
    let raw = String::from_utf8_lossy(&session.raw.lock().unwrap()).into_owned();
    let colours: Vec<_> = graphic_renditions(&raw)
        .filter(|code| (30..=38).contains(code) || (40..=48).contains(code))
        .collect();
    assert!(colours.is_empty(), "colours were sent: {colours:?}");
}

/// The numbers of all `CSI … m` sequences.
fn graphic_renditions(raw: &str) -> impl Iterator<Item = u16> + '_ {
    raw.split("\u{1b}[")
        .filter_map(|rest| {
            let end = rest.find(|c: char| !c.is_ascii_digit() && c != ';')?;
            rest[end..].starts_with('m').then_some(&rest[..end])
        })
        .flat_map(|codes| codes.split(';').filter_map(|code| code.parse().ok()))
}
