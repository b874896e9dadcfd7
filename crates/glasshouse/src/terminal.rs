//! The terminal program, wired to a recording.

use crate::args::{Colors, Glyphs, ViewArgs};
use crate::config::Config;
use crate::home::Home;
use crate::memory::MemoryFile;
use crate::open;
use crate::output::Output;
use anyhow::{Context, Result, bail};
use glass_driver::Driver;
use glass_tui::{ColorChoice, GlyphChoice, Options};
use std::io::{IsTerminal, stdin, stdout};
use std::process::ExitCode;
use std::sync::{Arc, mpsc};

/// Runs until the user leaves.
pub(crate) fn run(named: Option<&str>, view: &ViewArgs, output: &Output) -> Result<ExitCode> {
    if !stdout().is_terminal() || !stdin().is_terminal() {
        bail!(
            "this is not a terminal; `glasshouse show` prints a screen, `glasshouse --help` says what else there is"
        );
    }
    let config = Config::load(output);
    let options = options(view, &config)?;
    let home = Home::new();
    let opened = open::with_dashboards(home.open_named(named)?, view)?;
    let memory_file = MemoryFile::new();
    let memory = memory_file.read();
    let mut app = open::app_where_left(opened.info.clone(), named, view, memory.as_ref().ok())?;
    config.apply(&mut app);
    let is_first = memory_file.is_kept() && memory.as_ref().is_ok_and(|memory| memory.is_new());
    if is_first && named.is_none() && !view.fresh {
        app.start_tour();
    }
    if let Err(error) = memory {
        app.warn(&format!("{error:#}"));
    }
    let (sender, events) = mpsc::channel();
    // The receiver is gone only when the program ends.
    let deliver = Arc::new(move |event| drop(sender.send(event)));
    let mut driver = Driver::new(opened, Some(Arc::new(home)), deliver)?;
    let left =
        glass_tui::run(&mut app, &mut driver, events, options).context("the terminal cannot be used")?;
    let kept = memory_file.write(&app.memory());
    left.end();
    kept?;
    Ok(ExitCode::SUCCESS)
}

/// The front-end's options: arguments first, then what the configuration says.
pub(crate) fn options(view: &ViewArgs, config: &Config) -> Result<Options> {
    let theme = match &view.theme {
        Some(name) => config
            .theme_of(name)
            .map_err(anyhow::Error::msg)
            .context("--theme")?,
        None => config.theme.unwrap_or_default(),
    };
    Ok(Options {
        theme,
        themes: config.themes.clone(),
        colors: view.colors.or(config.colors).map_or(ColorChoice::Auto, colors_of),
        glyphs: view.glyphs.or(config.glyphs).map_or(GlyphChoice::Auto, glyphs_of),
        mouse: !view.no_mouse && config.mouse.unwrap_or(true),
    })
}

fn colors_of(colors: Colors) -> ColorChoice {
    match colors {
        Colors::Auto => ColorChoice::Auto,
        Colors::TrueColor => ColorChoice::TrueColor,
        Colors::Ansi256 => ColorChoice::Ansi256,
        Colors::Ansi16 => ColorChoice::Ansi16,
        Colors::Never => ColorChoice::Never,
    }
}

fn glyphs_of(glyphs: Glyphs) -> GlyphChoice {
    match glyphs {
        Glyphs::Auto => GlyphChoice::Auto,
        Glyphs::Octant => GlyphChoice::Octant,
        Glyphs::Braille => GlyphChoice::Braille,
        Glyphs::HalfBlock => GlyphChoice::HalfBlock,
        Glyphs::Ascii => GlyphChoice::Ascii,
    }
}
