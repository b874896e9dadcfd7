//! The terminal program, wired to a recording.

use crate::args::{Colors, Glyphs, Theme, ViewArgs};
use crate::home::Home;
use crate::open;
use anyhow::{Context, Result, bail};
use glass_driver::Driver;
use glass_tui::{ColorChoice, GlyphChoice, Options, ThemeChoice};
use std::io::{IsTerminal, stdin, stdout};
use std::process::ExitCode;
use std::sync::{Arc, mpsc};

/// Runs until the user leaves.
pub(crate) fn run(named: Option<&str>, view: &ViewArgs) -> Result<ExitCode> {
    if !stdout().is_terminal() || !stdin().is_terminal() {
        bail!(
            "this is not a terminal; `glasshouse show` prints a screen, `glasshouse --help` says what else there is"
        );
    }
    let home = Home::new();
    let opened = home.open_named(named)?;
    let mut app = open::app(opened.info.clone(), named, view)?;
    let (sender, events) = mpsc::channel();
    // The receiver is gone only when the program ends.
    let deliver = Arc::new(move |event| drop(sender.send(event)));
    let mut driver = Driver::new(opened, Some(Arc::new(home)), deliver)?;
    glass_tui::run(&mut app, &mut driver, events, options(view)).context("the terminal cannot be used")?;
    Ok(ExitCode::SUCCESS)
}

/// The front-end's options.
pub(crate) fn options(view: &ViewArgs) -> Options {
    Options {
        theme: match view.theme {
            Theme::Auto => ThemeChoice::Auto,
            Theme::Dark => ThemeChoice::Dark,
            Theme::Light => ThemeChoice::Light,
        },
        colors: match view.colors {
            Colors::Auto => ColorChoice::Auto,
            Colors::TrueColor => ColorChoice::TrueColor,
            Colors::Ansi256 => ColorChoice::Ansi256,
            Colors::Ansi16 => ColorChoice::Ansi16,
            Colors::Never => ColorChoice::Never,
        },
        glyphs: match view.glyphs {
            Glyphs::Auto => GlyphChoice::Auto,
            Glyphs::Octant => GlyphChoice::Octant,
            Glyphs::Braille => GlyphChoice::Braille,
            Glyphs::HalfBlock => GlyphChoice::HalfBlock,
            Glyphs::Ascii => GlyphChoice::Ascii,
        },
        mouse: !view.no_mouse,
    }
}
