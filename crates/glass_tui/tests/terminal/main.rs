//! The loop in a real pseudo-terminal: the first frame waits for nothing, and whatever ends the program, the
//! terminal is left as it was found.
//!
//! Each test starts this test program again, in a pseudo-terminal, with [`child`] as the only test to run.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test may fall over")]

mod session;

use glass_core::{App, Effect, Runner};
use glass_model::{RecordingInfo, TimeRange, Timestamp};
use glass_tui::Options;
use session::Session;
use std::sync::mpsc;

/// Answers nothing; panics when a jump is asked for.
struct Mute;

impl Runner for Mute {
    fn start(&mut self, effect: Effect) {
        assert!(!matches!(effect, Effect::Jump(_)), "the runner fell over");
    }
}

/// What runs inside the pseudo-terminal.
#[test]
fn child() {
    if std::env::var_os(session::MARK).is_none() {
        return;
    }
    let extent = TimeRange::new(
        Timestamp::from_secs(1_795_000_000),
        Timestamp::from_secs(1_795_003_600),
    );
    let mut app = App::new(RecordingInfo {
        is_live: false,
        name: "mute-shop".into(),
        summary: String::new(),
        cloud: "Lab shop".into(),
        extent,
        known_until: extent.end,
        open_at: None,
        panels: Vec::new(),
        story: glass_model::Story::default(),
        warnings: Vec::new(),
    });
    let (_sender, events) = mpsc::channel();
    let result = glass_tui::run(&mut app, &mut Mute, events, Options::default()).map(glass_tui::Left::end);
    println!("left: {result:?}");
}

#[test]
fn the_first_frame_waits_for_no_answer_and_a_paused_program_is_silent() {
    let mut session = Session::start(80, 24);
    session.wait_for("mute-shop");
    let modes = session.modes();
    assert!(
        modes.alternate && modes.cursor_hidden && modes.paste && modes.mouse,
        "{modes:?}"
    );
    session.settle();
    let n_bytes = session.n_bytes();
    std::thread::sleep(std::time::Duration::from_millis(600));
    session.settle();
    assert_eq!(session.n_bytes(), n_bytes, "nothing changes, nothing is sent");
    let cpu = session.cpu_ticks();
    std::thread::sleep(std::time::Duration::from_millis(600));
    assert!(
        session.cpu_ticks() <= cpu + 1,
        "a paused program does not compute"
    );
    session.send(b"q");
    session.wait_for_end();
}

#[test]
fn leaving_restores_the_terminal() {
    let mut session = Session::start(80, 24);
    session.wait_for("mute-shop");
    session.send(b"q");
    session.wait_for_end();
    session.assert_restored();
    assert!(session.text().contains("left: Ok(())"), "{}", session.text());
}

#[test]
fn a_panic_restores_the_terminal_and_is_told_afterwards() {
    let mut session = Session::start(80, 24);
    session.wait_for("mute-shop");
    session.send(b"a");
    session.wait_for_end();
    session.assert_restored();
    assert!(
        session.text().contains("the runner fell over"),
        "{}",
        session.text()
    );
}

#[test]
fn signals_restore_the_terminal() {
    for signal in ["TERM", "HUP", "INT"] {
        let mut session = Session::start(80, 24);
        session.wait_for("mute-shop");
        session.kill(signal);
        let status = session.wait_for_end();
        session.assert_restored();
        assert!(!status.success(), "{signal}: {status:?}");
    }
}

#[test]
fn the_screen_follows_the_terminals_size() {
    let mut session = Session::start(80, 24);
    session.wait_for("mute-shop");
    session.resize(40, 12);
    session.wait_for("needs 60 columns");
    session.resize(100, 30);
    session.wait_for("6 Incid");
    session.send(b"q");
    session.wait_for_end();
    session.assert_restored();
}

#[test]
fn keys_clicks_and_pastes_reach_the_core() {
    let mut session = Session::start(80, 24);
    session.wait_for("mute-shop");
    session.send(b"?");
    session.wait_for("stops it");
    session.send(b"\x1b");
    session.wait_without("stops it");
    session.send(b":\x1b[200~zoom\x1b[201~");
    session.wait_for("zoom");
    session.send(b"\x1b");
    session.wait_without("zoom");
    // A click on the tab of the logs, then one on the middle of the timeline.
    let logs = session.screen_row(1).find('3').unwrap() + 1;
    session.send(format!("\x1b[<0;{logs};2M\x1b[<0;{logs};2m").as_bytes());
    session.wait_for("lines");
    let before = session.screen_row(0);
    session.send(b"\x1b[<0;45;21M\x1b[<0;45;21m");
    session.wait_until("the playhead moves", |session| session.screen_row(0) != before);
    session.send(b"\x03");
    session.wait_for_end();
    session.assert_restored();
}
