//! The built program in a real terminal: what it paints first, what keys do, and in which state it leaves the
//! terminal behind, also after SIGTERM
//! and while it is stopped; and what the pointer and changes of size do.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test may fall over and may talk"
)]

use std::time::{Duration, Instant};

#[path = "support/terminal.rs"]
mod terminal;

use terminal::{PATIENCE, Session};

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
        session.resize(cols, rows);
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

/// A catalogue of the user's with one cloud, whose one server is at a port.
fn catalogue_with(port: u16) -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir(home.path().join("clouds")).unwrap();
    let entry = format!(
        "name = \"The slow cloud\"\noperator = \"a test\"\ntier = \"B\"\nstate = \"live\"\nas_of = \
         \"2026-11-27\"\nbasis = \"a test\"\n\n[[sources]]\nid = \"prometheus\"\nsignal = \"metrics\"\napi = \
         \"prometheus\"\nurl = \"http://127.0.0.1:{port}\"\nauth = \"anonymous\"\nproof = \"live\"\n"
    );
    std::fs::write(home.path().join("clouds/slow.toml"), entry).unwrap();
    home
}

/// Nobody outside is asked: what is not on this machine goes to a proxy that refuses.
fn live_environment(home: &tempfile::TempDir) -> [(&str, &str); 5] {
    let path = home.path().to_str().unwrap();
    [
        ("GLASSHOUSE_CONFIG", path),
        ("GLASSHOUSE_CACHE", path),
        ("HTTPS_PROXY", "http://127.0.0.1:9"),
        ("HTTP_PROXY", "http://127.0.0.1:9"),
        ("NO_PROXY", "127.0.0.1"),
    ]
}

/// Answers every request after two seconds, and says nothing then.
fn slow_server() -> u16 {
    let socket = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = socket.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in socket.incoming().flatten() {
            std::thread::spawn(move || {
                std::thread::sleep(Duration::from_secs(2));
                drop(stream);
            });
        }
    });
    port
}

/// How long each key takes until the first byte of what it changes, in milliseconds, sorted.
fn latencies(session: &mut Session, keys: &str) -> Vec<u128> {
    let mut all: Vec<u128> = Vec::new();
    for key in keys.chars() {
        let before = session.raw.lock().unwrap().len();
        let pressed = Instant::now();
        session.press(&key.to_string());
        while session.raw.lock().unwrap().len() == before {
            assert!(
                pressed.elapsed() < PATIENCE,
                "`{key}` shows nothing:\n{}",
                session.text()
            );
            std::thread::sleep(Duration::from_micros(200));
        }
        all.push(pressed.elapsed().as_millis());
        std::thread::sleep(Duration::from_millis(37));
    }
    all.sort_unstable();
    all
}

#[test]
fn a_live_cloud_whose_server_is_slow_or_gone_keeps_nobody_waiting() {
    let refusing = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    for (what, port) in [("2 s slow", slow_server()), ("refusing", refusing)] {
        let home = catalogue_with(port);
        let started = Instant::now();
        let mut session = Session::start(120, 40, &["slow"], &live_environment(&home));
        session.wait_for("LIVE");
        let first = started.elapsed().as_millis();
        let all = latencies(&mut session, &"2431".repeat(16));
        let at = |part: usize| all[(all.len() - 1) * part / 100];
        println!(
            "server {what}: first paint {first} ms, key to screen p50 {} p95 {} max {} ms",
            at(50),
            at(95),
            at(100)
        );
        session.press("4");
        session.wait_for(&format!("127.0.0.1:{port}"));
        session.press("q");
        assert_eq!(session.wait_for_end(), 0);
        session.assert_restored();
    }
}

#[test]
fn a_cloud_is_entered_from_the_list_of_clouds_and_a_recording_again() {
    let home = catalogue_with(slow_server());
    let mut session = Session::start(140, 44, &[], &live_environment(&home));
    session.wait_for("REPLAY");
    session.press("9");
    session.wait_for("The slow cloud");
    session.press("/the slow cloud");
    session.press("\r\r");
    session.wait_for("LIVE");
    session.wait_for("A live cloud, as it is now");
    session.press(" ");
    session.wait_for("held");
    session.press("9\x1b");
    session.wait_for("heron");
    session.press("/heron\r\r");
    session.wait_for("REPLAY");
    session.press("q");
    assert_eq!(session.wait_for_end(), 0);
}

#[test]
fn a_recording_is_opened_again_where_it_was_left() {
    let home = tempfile::tempdir().unwrap();
    let environment = [("GLASSHOUSE_STATE", home.path().to_str().unwrap())];
    let mut session = Session::start(120, 40, &["incident-shop"], &environment);
    session.wait_for("paused");
    session.press("3/timeout\r");
    session.wait_for("timeout");
    session.press("t+10m\r");
    session.press("\u{3}");
    assert_eq!(session.wait_for_end(), 0);

    // Another one begins anew; a signal keeps where it was as well.
    let mut session = Session::start(120, 40, &["heron"], &environment);
    session.wait_for("A recorded incident, paused");
    session.press("5");
    session.wait_for("F files");
    let pid = session.child.process_id().unwrap().to_string();
    std::process::Command::new("kill")
        .args(["-TERM", &pid])
        .status()
        .unwrap();
    session.wait_for_end();
    session.assert_restored();

    let mut session = Session::start(120, 40, &["incident-shop"], &environment);
    session.wait_for("where you left it");
    session.wait_for("timeout");
    session.press("\u{3}");
    session.wait_for_end();
    let mut session = Session::start(120, 40, &["incident-shop", "--fresh"], &environment);
    session.wait_for("A recorded incident, paused");
    session.press("\u{3}");
    session.wait_for_end();
    let kept = std::fs::read_to_string(home.path().join("memory.json")).unwrap();
    assert!(kept.contains("\"screen\":\"changes\""), "{kept}");
}

impl Session {
    /// Waits until the emulated terminal is in some state.
    fn wait_until(&self, what: &str, is_so: impl Fn(&vt100::Screen) -> bool) {
        let start = Instant::now();
        while !is_so(self.screen.lock().unwrap().screen()) {
            assert!(start.elapsed() < PATIENCE, "not {what}:\n{}", self.text());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn has_mouse(screen: &vt100::Screen) -> bool {
        screen.mouse_protocol_mode() != vt100::MouseProtocolMode::None
    }

    fn signal(&self, name: &str) {
        let id = self.child.process_id().unwrap().to_string();
        let status = std::process::Command::new("kill").args([name, &id]).status();
        assert!(status.unwrap().success());
    }
}

#[test]
fn stopping_gives_the_terminal_back_and_going_on_takes_it_again() {
    let mut session = Session::start(100, 30, &[], &[]);
    session.wait_for("REPLAY");
    for by_key in [true, false] {
        if by_key {
            session.press("\u{1a}");
        } else {
            session.signal("-TSTP");
        }
        session.wait_until("stopped", |screen| !screen.alternate_screen());
        session.wait_until("shown the cursor", |screen| !screen.hide_cursor());
        session.assert_restored();
        std::thread::sleep(Duration::from_millis(200));
        session.signal("-CONT");
        session.wait_until("back", |screen| {
            screen.alternate_screen()
                && screen.hide_cursor()
                && screen.bracketed_paste()
                && Session::has_mouse(screen)
        });
        session.wait_for("REPLAY");
    }
    session.press("3");
    session.wait_for("lines");
    session.press("q");
    assert_eq!(session.wait_for_end(), 0);
    session.assert_restored();
}

#[test]
fn the_mouse_is_left_to_the_terminal_and_taken_again() {
    let mut session = Session::start(100, 30, &[], &[]);
    session.wait_for("REPLAY");
    session.wait_until("with a mouse", Session::has_mouse);
    session.press("#");
    session.wait_until("without a mouse", |screen| !Session::has_mouse(screen));
    session.wait_for("mouse off");
    session.press("#");
    session.wait_until("with a mouse", Session::has_mouse);
    session.wait_for("mouse on");
    session.press("#q");
    assert_eq!(session.wait_for_end(), 0);
    session.assert_restored();
}
