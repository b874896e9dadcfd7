//! The measurements. Each is a row: what, the bar, what was measured.

use crate::random::Random;
use anyhow::{Context, Result};
use glass_core::{App, Chord, Command, Event, Screen};
use glass_driver::{open_at_first_alert, settle};
use glass_model::{Ask, Backend, GraphAsk, Question, Selector, Transform};
use glass_recording::{Archive, Recording};
use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use std::io::Read;
use std::path::Path;
use std::time::{Duration, Instant};

/// Columns and rows of the terminal that is measured.
const SIZE: (u16, u16) = (200, 60);

/// Times of several runs.
#[derive(Clone, Debug)]
pub struct Times(Vec<Duration>);

impl Times {
    /// Sorts them.
    pub fn new(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        Self(times)
    }

    /// The time that `percent` of a hundred runs did not exceed, in milliseconds.
    pub fn percentile(&self, percent: usize) -> f64 {
        let index = (self.0.len() * percent / 100).min(self.0.len().saturating_sub(1));
        self.0
            .get(index)
            .map_or(f64::NAN, |time| time.as_secs_f64() * 1e3)
    }
}

/// From opening the file to the answer for one graph over the whole recording.
pub fn open_to_first_answer(file: &Path) -> Result<Times> {
    let run = || -> Result<Duration> {
        let start = Instant::now();
        let recording = Recording::open(file)?;
        let window = recording.info().extent;
        let ask = Ask::Graph(GraphAsk {
            selector: Selector::metric("app_memory_3_bytes"),
            window,
            n_buckets: 576,
            transform: Transform::Raw,
            max_series: 8,
        });
        recording.answer(&Question {
            as_of: window.end,
            ask,
        })?;
        Ok(start.elapsed())
    };
    (0..9).map(|_| run()).collect::<Result<_>>().map(Times::new)
}

/// A seek to a random moment until every answer of the screen carries the new playhead and the screen is drawn.
pub fn seeks(file: &Path, screen: Screen, n_seeks: usize) -> Result<Times> {
    let recording = Recording::open(file)?;
    let mut app = open_app(&recording);
    settle(
        &mut app,
        &recording,
        Some(&recording),
        Event::Command(Command::Show(screen)),
    );
    let mut random = Random::new(7);
    let options = glass_tui::Options::default();
    let mut times = Vec::with_capacity(n_seeks);
    for i in 0..n_seeks + 3 {
        let start = Instant::now();
        settle(
            &mut app,
            &recording,
            Some(&recording),
            Event::Scrub(random.ratio()),
        );
        let model = app.view(glass_tui::viewport_of(SIZE.0, SIZE.1));
        std::hint::black_box(glass_tui::render_to_text(&model, SIZE.0, SIZE.1, &options));
        anyhow::ensure!(app.is_settled(), "an answer is missing");
        if i >= 3 {
            times.push(start.elapsed());
        }
    }
    Ok(Times::new(times))
}

/// Resident memory before opening and after visiting every screen at several moments, in bytes.
pub fn memory(file: &Path) -> Result<(u64, u64)> {
    let before = resident()?;
    let recording = Recording::open(file)?;
    let mut app = open_app(&recording);
    let mut random = Random::new(9);
    for screen in Screen::ALL {
        settle(
            &mut app,
            &recording,
            Some(&recording),
            Event::Command(Command::Show(screen)),
        );
        for _ in 0..5 {
            settle(
                &mut app,
                &recording,
                Some(&recording),
                Event::Scrub(random.ratio()),
            );
            settle(
                &mut app,
                &recording,
                Some(&recording),
                Event::Chord(Chord::char('j')),
            );
        }
    }
    settle(
        &mut app,
        &recording,
        Some(&recording),
        Event::Command(Command::Show(Screen::Logs)),
    );
    for c in "/retrying".chars() {
        settle(
            &mut app,
            &recording,
            Some(&recording),
            Event::Chord(Chord::char(c)),
        );
    }
    Ok((before, resident()?))
}

/// The application on a recording, with all of it in view.
pub fn open_app(recording: &Recording) -> App {
    let mut info = recording.info();
    open_at_first_alert(&mut info, recording);
    let mut app = App::new(info);
    let viewport = glass_tui::viewport_of(SIZE.0, SIZE.1);
    settle(&mut app, recording, Some(recording), Event::Resized(viewport));
    // The whole recording in view: the largest graphs there are.
    for _ in 0..20 {
        settle(
            &mut app,
            recording,
            Some(recording),
            Event::Command(Command::ZoomOut),
        );
    }
    app
}

fn resident() -> Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status").context("this measurement needs Linux")?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .context("no VmRSS")?;
    Ok(line.trim().trim_end_matches("kB").trim().parse::<u64>()? * 1024)
}

/// From starting the program in a terminal to the first screenful on it.
pub fn first_paint(program: &Path, file: &Path) -> Result<Times> {
    let run = || -> Result<Duration> {
        let size = PtySize {
            rows: SIZE.1,
            cols: SIZE.0,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pair = native_pty_system().openpty(size)?;
        let mut command = CommandBuilder::new(program);
        command.arg(file);
        command.env("TERM", "xterm-256color");
        command.env("GLASSHOUSE_STATE", "");
        let mut reader = pair.master.try_clone_reader()?;
        let start = Instant::now();
        let mut child = pair.slave.spawn_command(command)?;
        drop(pair.slave);
        let mut n_bytes = 0;
        let mut buffer = [0; 65536];
        while n_bytes < 1000 {
            match reader.read(&mut buffer)? {
                0 => anyhow::bail!("the program ended before it painted"),
                n => n_bytes += n,
            }
        }
        let time = start.elapsed();
        child.kill()?;
        child.wait()?;
        Ok(time)
    };
    (0..9).map(|_| run()).collect::<Result<_>>().map(Times::new)
}

/// Bytes of a recording's members whose names begin so.
pub fn member_bytes(file: &Path, start: &str) -> Result<u64> {
    let archive = Archive::open(file)?;
    Ok(archive
        .members_under(start)
        .map(glass_recording::Member::len)
        .sum())
}

/// Bytes of metrics for each sample.
pub fn bytes_a_sample(file: &Path) -> Result<f64> {
    let n_samples = Archive::open(file)?.manifest().counts.samples;
    Ok(member_bytes(file, "metrics/")? as f64 / n_samples.max(1) as f64)
}
