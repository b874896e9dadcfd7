//! Keys on the log screen over a million lines and more: from the key until all is answered and drawn.

use crate::generate::{self, Size};
use crate::measure::{Times, open_app};
use crate::{row, say};
use anyhow::Result;
use glass_core::{App, Chord, Command, Event, Key, Screen};
use glass_driver::settle;
use glass_recording::Recording;
use std::path::Path;
use std::time::Instant;

/// A million lines, and few samples.
const MILLION: Size = Size {
    n_series: 10,
    n_samples: 100,
    n_lines: 1_000_000,
    n_commits: 10,
    n_alerts: 10,
};

const SIZE: (u16, u16) = (200, 60);

/// Measures and prints a table.
pub fn run(file: &Path) -> Result<()> {
    if !file.exists() {
        say(&format!("writing a million lines to {}\n", file.display()))?;
        generate::generate(MILLION, &file.with_extension("part"), file)?;
    }
    let recording = Recording::open(file)?;
    let mut session = Session {
        app: open_app(&recording),
        recording,
    };
    session.send(Event::Command(Command::SeekEnd));
    session.send(Event::Command(Command::Show(Screen::Logs)));
    say("| key on the log screen, until drawn | times | p50 | p95 | max |")?;
    say("| --- | --- | --- | --- | --- |")?;
    session.measure("k, row by row", Chord::char('k'), 3000)?;
    session.measure("ctrl-u, half a page", Chord::ctrl('u'), 2000)?;
    session.measure("g, to the first line", Chord::char('g'), 1)?;
    session.measure("j from there", Chord::char('j'), 3000)?;
    session.measure("ctrl-d", Chord::ctrl('d'), 2000)?;
    session.measure("G, to the newest", Chord::char('G'), 1)?;
    session.measure("J, fields folded out", Chord::char('J'), 1)?;
    session.measure("w, wrapped", Chord::char('w'), 1)?;
    session.measure("k, folded out and wrapped", Chord::char('k'), 1000)?;
    session.keys("sstatus=500");
    session.measure("enter, a search", Chord::key(Key::Enter), 1)?;
    session.measure("N, to the hit before", Chord::char('N'), 500)?;
    session.measure("o, context and back", Chord::char('o'), 100)?;
    session.measure("P, patterns of all", Chord::char('P'), 1)?;
    Ok(())
}

struct Session {
    app: App,
    recording: Recording,
}

impl Session {
    fn send(&mut self, event: Event) {
        settle(&mut self.app, &self.recording, Some(&self.recording), event);
    }

    fn keys(&mut self, keys: &str) {
        for c in keys.chars() {
            self.send(Event::Chord(Chord::char(c)));
        }
    }

    fn measure(&mut self, what: &str, chord: Chord, n: usize) -> Result<()> {
        let options = glass_tui::Options::default();
        let mut times = Vec::with_capacity(n);
        for _ in 0..n {
            let start = Instant::now();
            self.send(Event::Chord(chord));
            let model = self.app.view(glass_tui::viewport_of(SIZE.0, SIZE.1));
            std::hint::black_box(glass_tui::render_to_text(&model, SIZE.0, SIZE.1, &options));
            times.push(start.elapsed());
        }
        let times = Times::new(times);
        let [p50, p95, max] = [50, 95, 100].map(|percent| format!("{:.2} ms", times.percentile(percent)));
        row(what, &n.to_string(), &format!("{p50} | {p95} | {max}"))
    }
}
