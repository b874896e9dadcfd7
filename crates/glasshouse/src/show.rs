//! `glasshouse show`: a screen as text or picture, as it is at a moment.

use crate::args::ShowArgs;
use crate::home::Home;
use crate::output::Output;
use crate::{open, terminal};
use anyhow::{Context, Result};
use glass_core::{Chord, Event, Key};
use glass_driver::settle;
use std::process::ExitCode;

/// Prints the screen, or writes the picture.
pub(crate) fn run(args: &ShowArgs, output: &Output) -> Result<ExitCode> {
    let (width, height) = parse_size(&args.size).context("--size is columns x rows, such as 120x36")?;
    let opened = Home::new().open_named(args.recording.as_deref())?;
    let mut app = open::app(opened.info.clone(), args.recording.as_deref(), &args.view)?;
    let viewport = glass_tui::viewport_of(width, height);
    let mut tell = |event| settle(&mut app, &*opened.backend, opened.navigator.as_deref(), event);
    tell(Event::Resized(viewport));
    for chord in chords(&args.keys) {
        tell(Event::Chord(chord));
    }
    let model = app.view(viewport);
    let options = terminal::options(&args.view);
    match &args.svg {
        Some(path) => {
            let picture = glass_tui::render_to_svg(&model, width, height, &options);
            std::fs::write(path, picture).with_context(|| path.display().to_string())?;
        }
        None => output.line(glass_tui::render_to_text(&model, width, height, &options).trim_end())?,
    }
    Ok(ExitCode::SUCCESS)
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
