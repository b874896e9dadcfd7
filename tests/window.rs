//! The built window on a screen of its own (Xvfb), driven from outside by keys, looked at by its pixels, and asked at the
//! end by what it wrote down. Needs the feature `gui`; without Xvfb, xdotool and ImageMagick it is left out, unless
//! GLASSHOUSE_REQUIRE_SERVERS is set.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test may fall over and may talk"
)]

#[path = "support/desktop.rs"]
mod desktop;

use desktop::{Desktop, Picture, bundled, glasshouse};
use serde_json::Value;
use std::path::Path;
use std::process::Command;

/// What the window wrote down in this folder.
fn memory(state: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(state.join("memory.json")).unwrap()).unwrap()
}

#[test]
fn it_opens_plays_seeks_shows_all_screens_opens_another_recording_and_ends() {
    let Some(desktop) = Desktop::start() else {
        return;
    };
    let state = tempfile::tempdir().unwrap();
    let mut window = desktop.open(&["heron", "--theme", "dark"], state.path());
    let first = window.wait_until("it is painted", Picture::is_painted);

    window.press("space");
    let playing = window.wait_until("time moves", |now| now.differs_from(&first));
    window.wait_until("time moves on", |now| now.differs_from(&playing));
    window.press("space");
    window.wait_until_still();

    window.type_text("t2026-11-22T07:47:00Z");
    window.press("Return");
    let mut before = window.wait_until_still();
    for screen in ["2", "3", "4", "5", "6", "7", "8", "1"] {
        window.press(screen);
        window.wait_until(&format!("screen {screen} is shown"), |now| {
            now.is_painted() && now.share_that_differs(&before) > 0.01
        });
        before = window.wait_until_still();
    }
    window.press("3");
    let logs = window.wait_until("the logs are back", |now| now.differs_from(&before));

    window.resize(900, 620);
    window.wait_until("it fills its new size and no more", |now| {
        now.is_black_right_of(900) && !now.is_black_right_of(850) && now.differs_from(&logs)
    });
    window.resize(1280, 800);
    window.wait_until("it fills the screen again", |now| !now.is_black_right_of(1200));
    window.press("ctrl+plus");
    let large = window.wait_until_still();

    window.type_text(":marten");
    window.wait_until("the palette is there", |now| now.differs_from(&large));
    window.press("Return");
    window.wait_until_still();
    window.press("4");
    window.wait_until_still();
    window.press("q");
    assert_eq!(window.wait_for_end(), Some(0), "{}", window.complaints());

    let memory = memory(state.path());
    assert_eq!(memory["scale_percent"], 110, "{memory}");
    let sessions = memory["sessions"].as_array().unwrap();
    let told = |nth: usize, what: &str| sessions[nth][what].as_str().unwrap().to_owned();
    assert_eq!(
        (told(0, "name"), told(0, "screen")),
        ("heron".into(), "logs".into())
    );
    assert_eq!(told(0, "at"), "2026-11-22T07:47:00Z");
    assert_eq!(
        (told(1, "name"), told(1, "screen")),
        ("marten".into(), "alerts".into())
    );
}

#[test]
fn it_comes_back_where_it_was_left_and_in_the_colours_that_were_asked_for() {
    let Some(desktop) = Desktop::start() else {
        return;
    };
    let state = tempfile::tempdir().unwrap();
    let mut brightness = Vec::new();
    for (theme, screen) in [("light", "2"), ("contrast", "")] {
        let mut window = desktop.open(&["heron", "--theme", theme], state.path());
        window.wait_until("it is painted", Picture::is_painted);
        if !screen.is_empty() {
            window.press(screen);
        }
        brightness.push(window.wait_until_still().brightness());
        window.press("q");
        assert_eq!(window.wait_for_end(), Some(0), "{}", window.complaints());
        assert_eq!(memory(state.path())["sessions"][0]["screen"], "metrics");
    }
    assert!(brightness[0] > 200.0, "light: {brightness:?}");
    assert!(
        brightness[1] < 60.0,
        "contrast is dark where no desktop says: {brightness:?}"
    );
}

#[test]
fn a_damaged_file_is_told_in_the_window() {
    let Some(desktop) = Desktop::start() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let damaged = folder.path().join("damaged.glass");
    let whole = std::fs::read(bundled("heron")).unwrap();
    std::fs::write(&damaged, &whole[..whole.len() / 2]).unwrap();
    let named = damaged.display().to_string();
    let mut window = desktop.open(&[&named, "--theme", "dark"], folder.path());
    // The edge of the card that says so has the colour of what is critical.
    let card = |picture: &Picture| picture.count([0xff, 0x7b, 0x7b]) > 500;
    let told = window.wait_until("the error is shown", |now| now.is_painted() && card(now));
    window.press("Escape");
    let below = window.wait_until("the error is closed", |now| !card(now));
    assert!(below.is_painted() && below.differs_from(&told));
    window.press("q");
    assert_eq!(window.wait_for_end(), Some(1));
    let complaints = window.complaints();
    assert!(complaints.contains("damaged.glass"), "{complaints}");
}

#[test]
fn without_a_screen_it_says_what_to_use_instead() {
    let output = Command::new(glasshouse())
        .args(["gui", "heron"])
        .env("GLASSHOUSE_STATE", "")
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("WAYLAND_SOCKET")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(
        said.contains("terminal program instead: glasshouse heron"),
        "{said}"
    );
    assert_eq!(said.lines().count(), 1, "{said}");
}

#[cfg(not(feature = "wgpu"))]
#[test]
fn a_renderer_that_is_not_built_in_is_told() {
    let output = Command::new(glasshouse())
        .args(["gui", "heron", "--renderer", "wgpu"])
        .env("GLASSHOUSE_STATE", "")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("--features wgpu"), "{said}");
}

#[test]
fn the_desktop_entry_is_valid() {
    let entry = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../assets/desktop/glasshouse.desktop"
    );
    if !desktop::is_there("desktop-file-validate") {
        return;
    }
    let output = Command::new("desktop-file-validate").arg(entry).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.is_empty(), "{said}");
}
