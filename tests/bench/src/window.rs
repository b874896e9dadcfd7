//! `window`: what the desktop window costs. First without a screen, in this process: layout and tessellation of frames,
//! and seeks until everything is answered and laid out; then the built program itself on a screen of Xvfb: its first
//! frame, R1 until all is there, frames while nothing happens, and memory.
//!
//! `egui_plot` draws the samples of the same graphs in the same run, as the peer.

use crate::generate::{self, R1};
use crate::large;
use crate::measure::Times;
use crate::random::Random;
use crate::{row, say};
use anyhow::{Context, Result, ensure};
use egui::{Pos2, RawInput, Rect, vec2};
use egui_plot::{Line, Plot, PlotPoints};
use glass_core::{App, Command as Do, Event, Screen, Viewport};
use glass_driver::{Driver, Opened, open_at_first_alert, with_dashboards};
use glass_formats::grafana::read_dashboards;
use glass_gui::Window;
use glass_query::{Evaluator, Limits};
use glass_recording::Recording;
use rustix::time::{ClockId, clock_gettime};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// The window that is measured, in points.
const SIZE: egui::Vec2 = vec2(1920.0, 1080.0);
const N_FRAMES: usize = 300;
const N_WARM: usize = 6;
const N_SEEKS: usize = 1000;
const N_GRAPHS: usize = 12;
const IDLE: Duration = Duration::from_secs(10);
const PATIENCE: Duration = Duration::from_secs(60);

/// How much is in sight does not change how many tiles there are.
const ANY: Viewport = Viewport {
    list_rows: 10,
    short_rows: 10,
    n_panels: 2,
    graph_columns: 100,
    bar_columns: 100,
    text_columns: 80,
    grid_rows: 10,
    grid_panels: 4,
};

/// Measures and prints a table; R2 as well if a file for it is named.
pub fn run(r2: Option<&Path>) -> Result<()> {
    let (_folder, file) = begin()?;
    frames(&file)?;
    scrubs(&file, "R1", "p95 16.6 ms")?;
    if let Some(r2) = r2 {
        large::provide(r2)?;
        scrubs(r2, "R2", "p95 33 ms")?;
    }
    native(&file)
}

/// Measures layout and tessellation of frames alone.
pub fn frames_alone() -> Result<()> {
    let (_folder, file) = begin()?;
    frames(&file)
}

/// Writes R1, and the head of the table.
fn begin() -> Result<(TempDir, PathBuf)> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("r1.glass");
    generate::generate(R1, &folder.path().join("r1.part"), &file)?;
    say(&machine()?)?;
    say("\n| what | bar | measured |\n| --- | --- | --- |")?;
    Ok((folder, file))
}

/// Processor and load, since both decide what is measured.
fn machine() -> Result<String> {
    let cpus = std::fs::read_to_string("/proc/cpuinfo").context("this measurement needs Linux")?;
    let names: Vec<&str> = cpus
        .lines()
        .filter_map(|line| line.strip_prefix("model name")?.split_once(": "))
        .map(|(_, name)| name)
        .collect();
    let load = std::fs::read_to_string("/proc/loadavg")?;
    let load = load.split(' ').next().unwrap_or("?");
    Ok(format!(
        "{} cores, {}, load average {load}",
        names.len(),
        names.first().unwrap_or(&"unknown")
    ))
}

/// A window without a screen, all of a recording in view.
struct Bench {
    context: egui::Context,
    window: Window,
    sender: Sender<Event>,
    /// Told of every answer.
    answered: Receiver<()>,
    secs: f64,
    settled: Arc<Mutex<bool>>,
}

impl Bench {
    fn new(opened: Opened) -> Result<Self> {
        let (sender, events) = mpsc::channel();
        let (tell, answered) = mpsc::channel();
        let info = opened.info.clone();
        let to_window = sender.clone();
        let deliver = move |event| {
            // Either may be gone already.
            drop(to_window.send(event));
            tell.send(()).ok();
        };
        let runner = Driver::new(opened, None, Arc::new(deliver))?;
        let context = egui::Context::default();
        Window::prepare(&context);
        let settled = Arc::new(Mutex::new(false));
        let told = settled.clone();
        let window =
            Window::new(App::new(info), Box::new(runner), events).with_watcher(Box::new(move |drawn| {
                if let Ok(mut settled) = told.lock() {
                    *settled = drawn.is_settled;
                }
            }));
        let mut bench = Self {
            context,
            window,
            sender,
            answered,
            secs: 0.0,
            settled,
        };
        bench.settle()?;
        for _ in 0..20 {
            bench.send(Event::Command(Do::ZoomOut));
        }
        bench.settle()?;
        Ok(bench)
    }

    fn send(&self, event: Event) {
        // Both ends are here.
        drop(self.sender.send(event));
    }

    /// Takes events and their answers in, lays out, tessellates; returns how many vertices there are to paint.
    fn frame(&mut self) -> usize {
        self.secs += 1.0 / 60.0;
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, SIZE)),
            time: Some(self.secs),
            ..RawInput::default()
        };
        let window = &mut self.window;
        let mut output = self.context.run_ui(input, |ui| {
            window.take_events(ui.ctx());
            window.show(ui);
        });
        output.textures_delta.clear();
        vertices(&self.context, output)
    }

    /// Frames, each as soon as there is something new, until every answer is there and laid out; returns how many
    /// vertices the last one had.
    fn settle(&mut self) -> Result<usize> {
        loop {
            let n_vertices = self.frame();
            if self.is_settled() {
                return Ok(n_vertices);
            }
            self.answered
                .recv_timeout(PATIENCE)
                .context("an answer is missing")?;
            self.answered.try_iter().count();
        }
    }

    fn is_settled(&self) -> bool {
        self.settled.lock().is_ok_and(|settled| *settled)
    }
}

fn vertices(context: &egui::Context, output: egui::FullOutput) -> usize {
    let painted = context.tessellate(output.shapes, output.pixels_per_point);
    let meshes = painted.iter().filter_map(|clipped| match &clipped.primitive {
        egui::epaint::Primitive::Mesh(mesh) => Some(mesh.vertices.len()),
        egui::epaint::Primitive::Callback(_) => None,
    });
    meshes.sum()
}

fn opened(file: &Path) -> Result<Opened> {
    let evaluator = Evaluator::new(Recording::open(file)?, Limits::default());
    let mut info = evaluator.source().info();
    open_at_first_alert(&mut info, evaluator.source());
    info.open_at = Some(info.extent.end);
    let evaluator = Arc::new(evaluator);
    Ok(Opened {
        info,
        backend: evaluator.clone(),
        navigator: Some(evaluator),
        keep_story: None,
    })
}

/// Twelve graphs of so many tens of series.
fn dashboard(n_tens: usize) -> String {
    let panels = (0..N_GRAPHS).map(|nth| {
        let targets = (0..n_tens).map(|ten| {
            let instance = if ten == 0 {
                "[0-9]".to_owned()
            } else {
                format!("{ten}[0-9]")
            };
            // Every fourth metric is a noisy gauge.
            let metric = format!("app_memory_{}_bytes", nth % 10 * 4 + 3);
            let expr = format!("{metric}{{instance=~\"10.0.0.{instance}:8080\"}}");
            serde_json::json!({ "refId": format!("A{ten}"), "expr": expr })
        });
        serde_json::json!({
            "type": "timeseries",
            "title": format!("Graph {nth}"),
            "gridPos": { "x": nth % 4 * 6, "y": nth / 4 * 7, "w": 6, "h": 7 },
            "targets": targets.collect::<Vec<_>>(),
        })
    });
    let panels: Vec<_> = panels.collect();
    serde_json::json!({ "uid": "bench", "title": "Bench", "panels": panels }).to_string()
}

/// Layout and tessellation of graphs, in the time of the thread that does it.
fn frames(file: &Path) -> Result<()> {
    for (n_tens, bar) in [(1, "p95 6 ms"), (5, "p95 16.6 ms")] {
        let dashboards = read_dashboards(dashboard(n_tens).as_bytes())?;
        let mut bench = Bench::new(with_dashboards(opened(file)?, dashboards))?;
        bench.send(Event::Command(Do::Show(Screen::Dashboards)));
        bench.settle()?;
        bench.send(Event::Chord(glass_core::Chord::key(glass_core::Key::Enter)));
        let mut n_vertices = bench.settle()?;
        for _ in 0..N_WARM {
            n_vertices = bench.frame();
        }
        let times = (0..N_FRAMES).map(|_| {
            let start = thread_time();
            std::hint::black_box(bench.frame());
            thread_time().saturating_sub(start)
        });
        let times = Times::new(times.collect());
        let what = format!(
            "a frame's CPU, 12 graphs × {} series ({n_vertices} vertices)",
            n_tens * 10
        );
        row(&what, bar, &percentiles(&times))?;
    }
    let times = Times::new(peer_frames());
    let what = "the same 12 × 10 by egui_plot, 2,880 samples a series";
    row(what, "–", &percentiles(&times))
}

/// What this thread has used of the processor.
fn thread_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(
        time.tv_sec.unsigned_abs(),
        u32::try_from(time.tv_nsec).unwrap_or(0),
    )
}

/// egui's own plots over as many samples, made as R1's noisy gauges are.
fn peer_frames() -> Vec<Duration> {
    let mut random = Random::new(42);
    let mut series = || -> Vec<[f64; 2]> {
        let mut value = 5e5;
        let samples = (0..R1.n_samples).map(|nth| {
            value = f64::abs(value + (random.ratio() - 0.5) * 1e5);
            [nth as f64 * 30.0, value]
        });
        samples.collect()
    };
    let graphs: Vec<Vec<Vec<[f64; 2]>>> = (0..N_GRAPHS)
        .map(|_| (0..10).map(|_| series()).collect())
        .collect();
    let context = egui::Context::default();
    let frame = || {
        let start = thread_time();
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, SIZE)),
            ..RawInput::default()
        };
        let mut output = context.run_ui(input, |ui| {
            for (nth, lines) in graphs.iter().enumerate() {
                let size = vec2(SIZE.x / 4.0, SIZE.y / 3.0);
                let at = Pos2::new((nth % 4) as f32 * size.x, (nth / 4) as f32 * size.y);
                let place = egui::UiBuilder::new().max_rect(Rect::from_min_size(at, size));
                ui.scope_builder(place, |ui| {
                    Plot::new(("peer", nth)).show(ui, |plot| {
                        for (number, line) in lines.iter().enumerate() {
                            plot.line(Line::new(number.to_string(), PlotPoints::from(line.clone())));
                        }
                    });
                });
            }
        });
        output.textures_delta.clear();
        std::hint::black_box(vertices(&context, output));
        thread_time().saturating_sub(start)
    };
    (0..N_WARM + N_FRAMES).map(|_| frame()).skip(N_WARM).collect()
}

/// From a seek to a seeded moment until all is answered, laid out and tessellated, screen by screen, two at once, and all.
fn scrubs(file: &Path, name: &str, bar: &str) -> Result<()> {
    let mut views: Vec<(String, Vec<Do>)> = Screen::ALL
        .into_iter()
        .filter(|screen| *screen != Screen::Clouds)
        .map(|screen| (screen.title().to_owned(), vec![Do::Show(screen)]))
        .collect();
    let mut all: Vec<Do> = views.iter().flat_map(|(_, commands)| commands.clone()).collect();
    // Each puts the one that was looked at last beside the others.
    all.resize(all.len() + views.len() - 1, Do::Split);
    views.push(("every screen in a tile".to_owned(), all));
    views.push((
        "metrics beside logs".to_owned(),
        vec![Do::Show(Screen::Metrics), Do::Split, Do::Show(Screen::Logs)],
    ));
    for (title, commands) in views {
        let mut bench = Bench::new(opened(file)?)?;
        for command in commands {
            bench.send(Event::Command(command));
            bench.settle()?;
        }
        let mut random = Random::new(7);
        let mut times = Vec::with_capacity(N_SEEKS);
        for nth in 0..N_SEEKS + N_WARM {
            bench.send(Event::Scrub(random.ratio()));
            let start = Instant::now();
            std::hint::black_box(bench.settle()?);
            let time = start.elapsed();
            if nth >= N_WARM {
                times.push(time);
            }
        }
        let n_tiles = bench.window.app().view(ANY).tiles.len();
        ensure!(
            !title.starts_with("every") || n_tiles == Screen::ALL.len() - 1,
            "{n_tiles} tiles"
        );
        row(
            &format!("seek in {name} until laid out, {title}"),
            bar,
            &percentiles(&Times::new(times)),
        )?;
    }
    Ok(())
}

fn percentiles(times: &Times) -> String {
    format!(
        "p50 {:.1} ms, p95 {:.1} ms, max {:.1} ms",
        times.percentile(50),
        times.percentile(95),
        times.percentile(100)
    )
}

/// The built program on a screen of its own.
fn native(file: &Path) -> Result<()> {
    let program = std::env::current_exe()?.with_file_name("glasshouse");
    let missing = "not measured: needs Xvfb, and cargo build --release --features gui";
    if !program.exists()
        || Command::new("Xvfb")
            .arg("-version")
            .stderr(Stdio::null())
            .status()
            .is_err()
    {
        return row("the built program", "–", missing);
    }
    let bytes = std::fs::metadata(&program)?.len();
    let size = format!("{:.1} MB", bytes as f64 / 1e6);
    row("the stripped program with the window", "60 MB", &size)?;
    let screen = Xvfb::start()?;
    let (mut firsts, mut idle_frames, mut bases) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..5 {
        let mut gui = Gui::start(&program, &screen, "incident-shop")?;
        firsts.push(gui.wait_for(|_| true)?);
        gui.wait_for(|line| line.ends_with("settled"))?;
        bases.push(gui.private_dirty()?);
        if idle_frames.is_empty() {
            idle_frames.push(gui.n_frames_in(IDLE));
        }
    }
    let firsts = Times::new(firsts);
    let measured = format!(
        "median {:.0} ms, worst {:.0} ms",
        firsts.percentile(50),
        firsts.percentile(100)
    );
    row("start to first frame, laid out", "500 ms", &measured)?;
    let mut opens = Vec::new();
    let mut grown = Vec::new();
    for _ in 0..5 {
        let mut gui = Gui::start(&program, &screen, &file.display().to_string())?;
        opens.push(gui.wait_for(|line| line.ends_with("settled"))?);
        grown.push(gui.private_dirty()?);
    }
    let opens = Times::new(opens);
    let measured = format!(
        "median {:.0} ms, worst {:.0} ms",
        opens.percentile(50),
        opens.percentile(100)
    );
    row("start until all of R1 is drawn", "1 s", &measured)?;
    let frames = idle_frames
        .first()
        .map_or_else(|| "?".to_owned(), ToString::to_string);
    row("frames in 10 s, paused", "0", &frames)?;
    let worst = |all: &[u64]| all.iter().max().copied().unwrap_or_default() as f64 / 1e6;
    row(
        "private dirty memory, a small recording",
        "80 MB",
        &format!("{:.0} MB", worst(&bases)),
    )?;
    row(
        "private dirty memory, R1",
        "base + 200 MB",
        &format!("{:.0} MB", worst(&grown)),
    )
}

/// A screen without a monitor.
struct Xvfb {
    child: Child,
    display: String,
}

impl Xvfb {
    fn start() -> Result<Self> {
        let mut child = Command::new("Xvfb")
            .args([
                "-displayfd",
                "1",
                "-screen",
                "0",
                "1920x1080x24",
                "-nolisten",
                "tcp",
            ])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let mut number = String::new();
        BufReader::new(child.stdout.take().context("no output")?).read_line(&mut number)?;
        Ok(Self {
            child,
            display: format!(":{}", number.trim()),
        })
    }
}

impl Drop for Xvfb {
    fn drop(&mut self) {
        // It may have ended by itself.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// The program and the frames it tells of.
struct Gui {
    child: Child,
    started: Instant,
    frames: Receiver<(Instant, String)>,
}

impl Gui {
    fn start(program: &PathBuf, screen: &Xvfb, named: &str) -> Result<Self> {
        let started = Instant::now();
        let mut child = Command::new(program)
            .args(["gui", named, "--fresh", "--report-frames"])
            .env("DISPLAY", &screen.display)
            .env("LIBGL_ALWAYS_SOFTWARE", "1")
            .env("GLASSHOUSE_STATE", "")
            .env("GLASSHOUSE_CONFIG", "")
            .env_remove("WAYLAND_DISPLAY")
            .stdout(Stdio::piped())
            .spawn()?;
        let lines = BufReader::new(child.stdout.take().context("no output")?).lines();
        let (sender, frames) = mpsc::channel();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                if sender.send((Instant::now(), line)).is_err() {
                    break;
                }
            }
        });
        Ok(Self {
            child,
            started,
            frames,
        })
    }

    /// The time from the start to such a frame.
    fn wait_for(&mut self, is_it: impl Fn(&str) -> bool) -> Result<Duration> {
        loop {
            let (at, line) = self.frames.recv_timeout(PATIENCE).context("no such frame came")?;
            if is_it(&line) {
                return Ok(at.duration_since(self.started));
            }
        }
    }

    /// How many frames are drawn in a while, a second after now.
    fn n_frames_in(&self, while_: Duration) -> usize {
        std::thread::sleep(Duration::from_secs(1));
        self.frames.try_iter().count();
        std::thread::sleep(while_);
        self.frames.try_iter().count()
    }

    /// Memory that is its own and was written to, in bytes.
    fn private_dirty(&self) -> Result<u64> {
        let path = format!("/proc/{}/smaps_rollup", self.child.id());
        let text = std::fs::read_to_string(path).context("this measurement needs Linux")?;
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix("Private_Dirty:"))
            .context("no Private_Dirty")?;
        Ok(line.trim().trim_end_matches("kB").trim().parse::<u64>()? * 1024)
    }
}

impl Drop for Gui {
    fn drop(&mut self) {
        // It may have ended by itself.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
