//! `glasshouse show` and `--snapshot`: a screen as text or picture, as it is at a moment, when all of it is answered.

use crate::args::{PictureArgs, ShowArgs, When};
use crate::config::Config;
use crate::home::Home;
use crate::output::Output;
use crate::{open, terminal};
use anyhow::{Context, Result};
use glass_core::{App, Chord, Effect, Event, Key};
use glass_driver::{Opened, Opener, settle};
use glass_tui::ColorChoice;
use std::io::IsTerminal;
use std::process::ExitCode;
use std::sync::Mutex;

/// Prints the screen, or writes the picture.
pub(crate) fn run(args: &ShowArgs, output: &Output) -> Result<ExitCode> {
    let PictureArgs {
        size,
        keys,
        svg,
        color,
    } = &args.picture;
    let (width, height) = parse_size(size).context("--size is columns x rows, such as 120x36")?;
    let config = Config::load(output);
    let options = terminal::options(&args.view, &config)?;
    let home = Home::new();
    let opened = open::with_dashboards(home.open_named(args.recording.as_deref())?, &args.view)?;
    let mut app = open::app(opened.info.clone(), args.recording.as_deref(), &args.view)?;
    config.apply(&mut app);
    let viewport = glass_tui::viewport_of(width, height);
    tell(&mut app, &opened, &home, Event::Resized(viewport));
    for chord in chords(keys) {
        tell(&mut app, &opened, &home, Event::Chord(chord));
    }
    let picture = glass_tui::render(&app.view(viewport), width, height, &options);
    let is_colored = match color {
        When::Always => true,
        When::Never => false,
        When::Auto => {
            std::io::stdout().is_terminal()
                && options.colors != ColorChoice::Never
                && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
        }
    };
    match svg {
        Some(Some(path)) => {
            std::fs::write(path, picture.to_svg()).with_context(|| path.display().to_string())?;
        }
        Some(None) => output.line(picture.to_svg().trim_end())?,
        None if is_colored => output.line(picture.to_ansi().trim_end_matches('\n'))?,
        None => output.line(picture.to_text().trim_end())?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Gives the application an event and every answer that comes of it; how clouds stand is asked for too.
fn tell(app: &mut App, opened: &Opened, home: &Home, event: Event) {
    let answer = |app: &mut App, event| settle(app, &*opened.backend, opened.navigator.as_deref(), event);
    let effects = answer(app, event);
    if effects.contains(&Effect::CheckClouds) {
        let told = Mutex::new(Vec::new());
        home.check(&|at, clouds| {
            let mut told = told.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            told.push(Event::Clouds { at, clouds });
        });
        let told = told
            .into_inner()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        // The last one has every answer.
        if let Some(last) = told.into_iter().next_back() {
            answer(app, last);
        }
    }
}

fn parse_size(text: &str) -> Option<(u16, u16)> {
    let (width, height) = text.split_once('x')?;
    let (width, height): (u16, u16) = (width.parse().ok()?, height.parse().ok()?);
    ((1..=1000).contains(&width) && (1..=1000).contains(&height)).then_some((width, height))
}

/// Keys as a terminal sends them: a line end is enter, other control characters are letters with control; `\n`, `\e`
/// and `\t` may be spelt.
fn chords(keys: &str) -> Vec<Chord> {
    let keys = keys
        .replace("\\e", "\u{1b}")
        .replace("\\n", "\n")
        .replace("\\t", "\t");
    keys.chars()
        .map(|c| match c {
            '\n' => Chord::key(Key::Enter),
            '\u{1b}' => Chord::key(Key::Esc),
            '\t' => Chord::key(Key::Tab),
            '\u{1}'..='\u{1a}' => Chord::ctrl(char::from(b'a' - 1 + c as u8)),
            c => Chord::char(c),
        })
        .collect()
}
