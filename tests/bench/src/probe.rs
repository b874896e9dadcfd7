//! `probe`: the built program in a pseudo-terminal of 200×60, as a user meets it: first paint, from a key to the first
//! byte of what it changes, processor time, bytes a frame; and other terminal programs beside it, where installed.
//!
//! Keys are sent at random times, whether the one before is answered or not.

use crate::measure::{Times, open_app};
use crate::random::Random;
use crate::{generate, row, say};
use anyhow::{Context, Result};
use glass_core::{Command, Event, Screen};
use glass_driver::settle;
use glass_recording::Recording;
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

const SIZE: PtySize = PtySize {
    rows: 60,
    cols: 200,
    pixel_width: 0,
    pixel_height: 0,
};
const N_KEYS: usize = 120;
/// A key that shows nothing for so long is none that shows anything.
const PATIENCE: Duration = Duration::from_secs(3);
/// What begins each frame.
const FRAME: &[u8] = b"\x1b[?2026h";

/// What a program wrote: when how much, and the bytes.
#[derive(Debug, Default)]
struct Seen {
    chunks: Vec<(Instant, usize)>,
    bytes: Vec<u8>,
}

/// A program in a terminal.
struct Session {
    child: Box<dyn Child + Send + Sync>,
    /// Kept open as long as the program runs.
    _master: Box<dyn MasterPty + Send>,
    writer: Box<dyn Write + Send>,
    seen: Arc<Mutex<Seen>>,
    started: Instant,
}

impl Drop for Session {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Session {
    fn start(program: &Path, arguments: &[&str], environment: &[(&str, String)]) -> Result<Self> {
        let pair = native_pty_system().openpty(SIZE)?;
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        command.env("TERM", "xterm-256color");
        command.env("LANG", "C.UTF-8");
        // Every start is the first one, and leaves nothing behind.
        command.env("GLASSHOUSE_STATE", "");
        for (name, value) in environment {
            command.env(name, value);
        }
        let mut reader = pair.master.try_clone_reader()?;
        let writer = pair.master.take_writer()?;
        let started = Instant::now();
        let child = pair.slave.spawn_command(command)?;
        let seen = Arc::new(Mutex::new(Seen::default()));
        let into = seen.clone();
        std::thread::spawn(move || {
            let mut buffer = [0; 65536];
            while let Ok(n @ 1..) = reader.read(&mut buffer) {
                let mut seen = into.lock().unwrap_or_else(PoisonError::into_inner);
                seen.chunks.push((Instant::now(), n));
                seen.bytes.extend(buffer.iter().take(n));
            }
        });
        Ok(Self {
            child,
            _master: pair.master,
            writer,
            seen,
            started,
        })
    }

    fn seen<T>(&self, read: impl FnOnce(&Seen) -> T) -> T {
        read(&self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// How long it took until a thousand bytes were there.
    fn first_paint(&self) -> Result<Duration> {
        loop {
            let at = self.seen(|seen| {
                let mut n_bytes = 0;
                let mut chunks = seen.chunks.iter();
                chunks
                    .find(|(_, n)| {
                        n_bytes += n;
                        n_bytes >= 1000
                    })
                    .map(|(at, _)| *at)
            });
            if let Some(at) = at {
                return Ok(at.saturating_duration_since(self.started));
            }
            anyhow::ensure!(self.started.elapsed() < 5 * PATIENCE, "nothing was painted");
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    fn press(&mut self, key: char) -> Result<Instant> {
        let at = Instant::now();
        self.writer.write_all(key.to_string().as_bytes())?;
        self.writer.flush()?;
        Ok(at)
    }

    /// From each key to the first byte after it; and how many keys showed nothing.
    fn latencies(&mut self, keys: &str) -> Result<(Times, usize)> {
        let mut random = Random::new(11);
        let mut sent = Vec::with_capacity(N_KEYS);
        for key in keys.chars().cycle().take(N_KEYS) {
            std::thread::sleep(Duration::from_micros(5_000 + random.below(90_000)));
            sent.push(self.press(key)?);
        }
        std::thread::sleep(PATIENCE / 2);
        let replies = self.seen(|seen| {
            let after = |sent: &Instant| {
                let next = seen.chunks.partition_point(|(at, _)| at < sent);
                let (at, _) = seen.chunks.get(next)?;
                Some(at.saturating_duration_since(*sent)).filter(|time| *time < PATIENCE)
            };
            sent.iter().filter_map(after).collect::<Vec<_>>()
        });
        let n_silent = sent.len() - replies.len();
        Ok((Times::new(replies), n_silent))
    }

    /// The part of one core it takes over some seconds, in percent; frames and bytes meanwhile.
    fn load(&self, seconds: u64) -> Result<(f64, usize, usize)> {
        let before = self.seen(|seen| seen.bytes.len());
        let ticks = self.ticks()?;
        std::thread::sleep(Duration::from_secs(seconds));
        // The kernel counts a hundred ticks a second.
        let percent = (self.ticks()? - ticks) as f64 / seconds as f64;
        let (n_frames, n_bytes) = self.seen(|seen| {
            let new = seen.bytes.get(before..).unwrap_or_default();
            let frames = new.windows(FRAME.len()).filter(|bytes| *bytes == FRAME);
            (frames.count(), new.len())
        });
        Ok((percent, n_frames, n_bytes))
    }

    /// Processor time so far, in hundredths of a second.
    fn ticks(&self) -> Result<u64> {
        let id = self.child.process_id().context("the program has ended")?;
        let stat =
            std::fs::read_to_string(format!("/proc/{id}/stat")).context("this measurement needs Linux")?;
        let (_, fields) = stat.rsplit_once(") ").context("no such line")?;
        // User and system time.
        let times = fields.split(' ').skip(11).take(2).map(str::parse::<u64>);
        Ok(times.collect::<Result<Vec<_>, _>>()?.iter().sum())
    }
}

/// Measures and prints it all.
pub fn run(r2: Option<&str>) -> Result<()> {
    let program = std::env::current_exe()?.with_file_name("glasshouse");
    anyhow::ensure!(program.exists(), "run `cargo build --release` first");
    let build = if cfg!(debug_assertions) {
        "debug"
    } else {
        "release"
    };
    say(&format!(
        "{build} build, 200×60, load average {}\n",
        busy().trim()
    ))?;
    say("| what | first paint | key to first byte |\n| --- | --- | --- |")?;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("r1.glass");
    generate::generate(generate::R1, &folder.path().join("r1.part"), &file)?;
    let r1 = file.to_str().context("a strange folder")?;
    keys("incident-shop", &program, &["incident-shop"], &[], "2345671")?;
    keys("R1", &program, &[r1], &[], "2345671")?;
    if let Some(r2) = r2 {
        keys("R2", &program, &[r2], &[], "2345671")?;
    }
    flood("replay 600×, log screen", &program, "incident-shop")?;
    flood("R1 replay 600×, log screen", &program, r1)?;
    let home = slow_cloud(folder.path())?;
    keys("live, server 2 s slow", &program, &["slow"], &home, "2345671")?;
    others(folder.path())?;
    say("\n| what | one core | frames a second | bytes a frame |\n| --- | --- | --- | --- |")?;
    let mut session = Session::start(&program, &["incident-shop"], &[])?;
    session.first_paint()?;
    std::thread::sleep(Duration::from_secs(2));
    load("paused", &session)?;
    session.press(' ')?;
    load("in replay", &session)?;
    drop(session);
    let session = Session::start(&program, &["slow"], &home)?;
    session.first_paint()?;
    std::thread::sleep(Duration::from_secs(6));
    load("live, nothing pressed", &session)?;
    say("\n| a draw of 200×60 on R1, in process | median | max |\n| --- | --- | --- |")?;
    draws(&file)
}

/// The machine's load of the last minute.
fn busy() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().unwrap_or_default().to_owned()
}

/// Keys while lines come in as fast as a replay lets them.
fn flood(what: &str, program: &Path, recording: &str) -> Result<()> {
    let mut session = Session::start(program, &[recording], &[])?;
    let paint = session.first_paint()?;
    std::thread::sleep(Duration::from_secs(1));
    // The range of a loop is all of it: time never ends.
    for key in "3L>>>>>>>>> ".chars() {
        session.press(key)?;
    }
    std::thread::sleep(Duration::from_secs(1));
    tell(what, paint, session.latencies("kjkjkjG")?)
}

fn keys(
    what: &str,
    program: &Path,
    arguments: &[&str],
    environment: &[(&str, String)],
    keys: &str,
) -> Result<()> {
    let mut session = Session::start(program, arguments, environment)?;
    let paint = session.first_paint()?;
    std::thread::sleep(Duration::from_secs(1));
    tell(what, paint, session.latencies(keys)?)
}

fn tell(what: &str, paint: Duration, (times, n_silent): (Times, usize)) -> Result<()> {
    let silent = match n_silent {
        0 => String::new(),
        n => format!(", {n} of {N_KEYS} show nothing"),
    };
    let measured = format!(
        "p50 {:.1} ms, p95 {:.1} ms, max {:.1} ms{silent}",
        times.percentile(50),
        times.percentile(95),
        times.percentile(100)
    );
    row(what, &format!("{:.1} ms", paint.as_secs_f64() * 1e3), &measured)
}

fn load(what: &str, session: &Session) -> Result<()> {
    const SECONDS: u64 = 5;
    let (percent, n_frames, n_bytes) = session.load(SECONDS)?;
    let a_frame = n_bytes.checked_div(n_frames).unwrap_or(0);
    let a_second = n_frames as f64 / SECONDS as f64;
    say(&format!(
        "| {what} | {percent:.1} % | {a_second:.1} | {a_frame} |"
    ))
}

/// A cloud of the user's whose one server ends every connection after two seconds; what the program must be told to
/// know it and to ask nobody else.
fn slow_cloud(folder: &Path) -> Result<Vec<(&'static str, String)>> {
    let socket = std::net::TcpListener::bind("127.0.0.1:0")?;
    let port = socket.local_addr()?.port();
    std::thread::spawn(move || {
        for stream in socket.incoming().flatten() {
            std::thread::spawn(move || {
                std::thread::sleep(Duration::from_secs(2));
                drop(stream);
            });
        }
    });
    std::fs::create_dir(folder.join("clouds"))?;
    let entry = format!(
        "name = \"The slow cloud\"\noperator = \"a probe\"\ntier = \"B\"\nstate = \"live\"\nas_of = \
         \"2026-11-27\"\nbasis = \"a probe\"\n\n[[sources]]\nid = \"prometheus\"\nsignal = \"metrics\"\napi = \
         \"prometheus\"\nurl = \"http://127.0.0.1:{port}\"\nauth = \"anonymous\"\nproof = \"live\"\n"
    );
    std::fs::write(folder.join("clouds/slow.toml"), entry)?;
    let home = folder.display().to_string();
    let nobody = "http://127.0.0.1:9".to_owned();
    Ok(vec![
        ("GLASSHOUSE_CONFIG", home.clone()),
        ("GLASSHOUSE_CACHE", home),
        ("HTTPS_PROXY", nobody.clone()),
        ("HTTP_PROXY", nobody),
        ("NO_PROXY", "127.0.0.1".into()),
    ])
}

/// Other programs that fill a terminal with graphs and lines.
fn others(folder: &Path) -> Result<()> {
    let log = folder.join("lines.log");
    let lines: String = (0..100_000)
        .map(|i| {
            format!(
                "2026-11-22T03:{:02}:{:02} INFO request {i}\n",
                i / 60 % 60,
                i % 60
            )
        })
        .collect();
    std::fs::write(&log, lines)?;
    let log = log.display().to_string();
    // Each key changes the screen: boxes of btop; the first and the last lines of lnav.
    for (name, arguments, pressed) in [("btop", vec![], "1234"), ("lnav", vec![log.as_str()], "gG")] {
        match found(name) {
            Some(program) => keys(name, &program, &arguments, &[], pressed)?,
            None => row(name, "not installed", "")?,
        }
    }
    Ok(())
}

fn found(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}

/// The view and the drawing of each screen, with nothing asked.
fn draws(file: &Path) -> Result<()> {
    let recording = Recording::open(file)?;
    let mut app = open_app(&recording);
    let options = glass_tui::Options::default();
    settle(
        &mut app,
        &recording,
        Some(&recording),
        Event::Resized(glass_tui::viewport_of(SIZE.cols, SIZE.rows)),
    );
    let screens = Screen::ALL
        .into_iter()
        .map(|screen| (screen.title(), Command::Show(screen)));
    let halves = [
        ("Metrics beside logs", Command::Show(Screen::Metrics)),
        ("", Command::Split),
    ];
    for (title, command) in screens.chain(halves) {
        settle(&mut app, &recording, Some(&recording), Event::Command(command));
        let title = if title.is_empty() {
            "two side by side"
        } else {
            title
        };
        let draw = || {
            let start = Instant::now();
            let model = app.view(glass_tui::viewport_of(SIZE.cols, SIZE.rows));
            std::hint::black_box(glass_tui::render(&model, SIZE.cols, SIZE.rows, &options));
            start.elapsed()
        };
        let times = Times::new((0..100).map(|_| draw()).collect());
        row(
            title,
            &format!("{:.2} ms", times.percentile(50)),
            &format!("{:.2} ms", times.percentile(100)),
        )?;
    }
    Ok(())
}
