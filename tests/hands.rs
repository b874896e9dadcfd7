//! What hands do in a real terminal: the first start, the pointer, two screens side by side, the palette, and a storm of
//! sizes while lines come in.

#![allow(clippy::unwrap_used, reason = "a test may fall over")]

#[path = "support/terminal.rs"]
mod terminal;

use terminal::Session;

/// A button goes down, moves and comes up; columns and rows count from 1.
fn drag(session: &mut Session, button: u8, from: (u16, u16), to: (u16, u16)) {
    let moved = button + 32;
    session.press(&format!("\u{1b}[<{button};{};{}M", from.0, from.1));
    session.press(&format!("\u{1b}[<{moved};{};{}M", to.0, to.1));
    session.press(&format!("\u{1b}[<{button};{};{}m", to.0, to.1));
}

#[test]
fn the_first_start_has_a_tour_and_the_next_has_none() {
    let home = tempfile::tempdir().unwrap();
    let environment = [("GLASSHOUSE_STATE", home.path().to_str().unwrap())];
    let mut session = Session::start(120, 40, &[], &environment);
    session.wait_for("tour 1 of 5");
    session.press(" ");
    session.wait_for("tour 2 of 5");
    session.press(" a3");
    session.wait_for("tour 4 of 5");
    session.press("\u{1b}");
    session.wait_for("the tour is over");
    session.press("q");
    assert_eq!(session.wait_for_end(), 0);
    session.assert_restored();
    let mut session = Session::start(120, 40, &[], &environment);
    session.wait_for("where you left it");
    assert!(!session.text().contains("tour 1 of 5"));
    session.press("q");
    session.wait_for_end();
}

#[test]
fn the_pointer_scrubs_selects_and_zooms() {
    let mut session = Session::start(120, 40, &["incident-shop", "--at", "03:42:00"], &[]);
    session.wait_for("REPLAY");
    session.press("3");
    session.wait_for("all lines");
    session.wait_for("following");
    // Over the histogram, with the first button.
    drag(&mut session, 0, (30, 7), (50, 7));
    session.wait_for("every screen shows it alone");
    session.press("X");
    session.wait_for("all of time counts");
    // On the timeline with the second one, and with the wheel.
    drag(&mut session, 2, (40, 36), (60, 36));
    session.wait_for("every screen shows it alone");
    session.press("X4");
    session.wait_for("severity");
    // A press on the timeline goes there, a drag goes on.
    session.wait_for("03:42:00 UTC");
    drag(&mut session, 0, (40, 36), (42, 36));
    session.wait_until_gone("03:42:00 UTC");
    session.press("\u{1b}[<64;40;36M");
    session.press("q");
    assert_eq!(session.wait_for_end(), 0);
    session.assert_restored();
}

#[test]
fn two_screens_stand_side_by_side_and_the_palette_leads_anywhere() {
    let mut session = Session::start(160, 44, &["heron"], &[]);
    session.wait_for("REPLAY");
    session.press("3|");
    session.wait_for("▸ Overview");
    session.press("\t");
    session.wait_for("▸ Logs");
    session.press(":db_max_conn");
    session.wait_for("db_max_connections");
    session.press("\t\r");
    session.wait_for("▸ Metrics");
    session.wait_for("db_max_connections");
    session.press("|:agency");
    session.wait_for("agency's batches");
    session.press("\u{1b}[B\r");
    session.wait_for("ORD-207");
    session.press("q");
    assert_eq!(session.wait_for_end(), 0);
    session.assert_restored();
}

#[test]
fn a_storm_of_sizes_and_keys_while_lines_come_in_leaves_it_as_it_was() {
    let mut session = Session::start(120, 40, &["incident-shop"], &[]);
    session.wait_for("REPLAY");
    // As fast as it goes, round and round.
    session.press("3L>>>>>>>> ");
    session.wait_for("▶ 600");
    let sizes = [
        (60, 16),
        (200, 60),
        (10, 3),
        (80, 24),
        (1, 1),
        (150, 50),
        (59, 40),
        (300, 100),
    ];
    for i in 0..160 {
        let (width, height) = sizes[i * 7 % sizes.len()];
        session.resize(width, height);
        session.press(["k", "2", "3", "j", "4", "\t", "7", "1"][i * 5 % 8]);
        std::thread::sleep(std::time::Duration::from_millis(7));
    }
    session.resize(120, 40);
    session.wait_for("REPLAY");
    session.press(" 5");
    session.wait_for("Commit");
    session.wait_for("paused");
    session.press("q");
    assert_eq!(session.wait_for_end(), 0);
    session.assert_restored();
}
