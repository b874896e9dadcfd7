//! The reference recording R1: 5.76 M samples in 2,000 series (half counters, a quarter constant, a quarter noisy
//! gauges; a day at 30 s, with jitter of milliseconds), 500 k log lines, 1 k commits, 200 alerts; and the larger R2.

use crate::random::Random;
use anyhow::Result;
use glass_model::{
    Change, ChangeSummary, Entry, Event, EventKind, FileChange, Labels, Level, MetricKind, Timestamp, Until,
};
use glass_recording::{FinishReport, ManifestDraft, RecordingWriter};
use std::io::Write;
use std::path::Path;

/// 2026-11-21T00:00:00Z
const START_MILLIS: i64 = 1_795_219_200_000;
const DAY_MILLIS: i64 = 86_400_000;
const INTERVAL_MILLIS: i64 = 30_000;

/// How large the recording is.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Series.
    pub n_series: u64,
    /// Samples of each.
    pub n_samples: u64,
    /// Log lines.
    pub n_lines: u64,
    /// Commits.
    pub n_commits: u64,
    /// Alerts.
    pub n_alerts: u64,
}

/// R1.
pub const R1: Size = Size {
    n_series: 2000,
    n_samples: 2880,
    n_lines: 500_000,
    n_commits: 1000,
    n_alerts: 200,
};

/// R2: 100 M samples, 10 M log lines, 1.1 GB of text.
pub const R2: Size = Size {
    n_series: 20_000,
    n_samples: 5_000,
    n_lines: 10_000_000,
    n_commits: 1000,
    n_alerts: 200,
};

/// A message of R2 alone: one line in some two and a half million has it.
pub const RARE_MESSAGE: &str = "checkout deadlock detected";
const RARE_AFTER: u64 = 1_234_567;
const RARE_EVERY: u64 = 2_500_000;

/// What was generated.
#[derive(Debug)]
pub struct Generated {
    /// What the writer says.
    pub report: FinishReport,
    /// The log lines' text under zstd -3, each line followed by a line end.
    pub zstd_log_bytes: u64,
}

/// Writes the recording to `file`.
pub fn generate(size: Size, folder: &Path, file: &Path) -> Result<Generated> {
    let draft = ManifestDraft {
        name: "r1".into(),
        summary: "A generated recording for benchmarks".into(),
        cloud: "bench".into(),
        recorder: "glass_bench".into(),
        license: "CC0-1.0".into(),
        ..ManifestDraft::default()
    };
    let mut writer = RecordingWriter::create(folder, draft)?;
    let mut random = Random::new(42);
    write_metrics(&mut writer, &mut random, size)?;
    let zstd_log_bytes = write_logs(&mut writer, &mut random, size)?;
    write_changes(&mut writer, &mut random, size)?;
    write_alerts(&mut writer, &mut random, size)?;
    let report = writer.finish(file, &mut |_| {})?;
    Ok(Generated {
        report,
        zstd_log_bytes,
    })
}

fn write_metrics(writer: &mut RecordingWriter, random: &mut Random, size: Size) -> Result<()> {
    for i in 0..size.n_series {
        let (kind, name) = match i % 4 {
            0 | 1 => (MetricKind::Counter, format!("app_requests_{}_total", i % 40)),
            2 => (MetricKind::Gauge, format!("app_limit_{}", i % 40)),
            _ => (MetricKind::Gauge, format!("app_memory_{}_bytes", i % 40)),
        };
        let instance = format!("10.0.{}.{}:8080", i / 40 / 250, i / 40 % 250);
        let labels = Labels::new([
            ("__name__", name.as_str()),
            ("instance", &instance),
            ("job", "app"),
        ]);
        writer.push_metadata(&name, kind, "A generated metric.", "")?;
        let jitter = random.below(INTERVAL_MILLIS as u64) as i64;
        let mut value = random.below(1000) as f64;
        let rate = random.below(20) + 1;
        for j in 0..size.n_samples as i64 {
            let at = START_MILLIS + jitter + j * INTERVAL_MILLIS + random.below(5) as i64;
            match i % 4 {
                0 | 1 => value += random.below(rate * 30) as f64,
                2 => {}
                _ => value = (value + (random.ratio() - 0.5) * 1e5).abs().floor() + 4096.0,
            }
            writer.push_sample(&labels, at, value)?;
        }
    }
    Ok(())
}

fn write_logs(writer: &mut RecordingWriter, random: &mut Random, size: Size) -> Result<u64> {
    let streams: Vec<Labels> = (0..50u32)
        .map(|i| {
            let instance = format!("app-{i}");
            Labels::new([
                ("job", "app"),
                ("instance", instance.as_str()),
                ("namespace", "prod"),
            ])
        })
        .collect();
    let mut text = zstd::Encoder::new(CountingSink::default(), 3)?;
    let mut at_nanos = START_MILLIS * 1_000_000;
    let step = (DAY_MILLIS * 1_000_000 / size.n_lines.max(1) as i64).max(1);
    for i in 0..size.n_lines {
        at_nanos += random.below(2 * step as u64) as i64;
        let (level, name) = match random.below(100) {
            0 => (Level::Error, "error"),
            1..=4 => (Level::Warning, "warn"),
            5..=20 => (Level::Debug, "debug"),
            _ => (Level::Info, "info"),
        };
        let mut message =
            ["request handled", "cache miss", "upstream answered", "retrying"][random.below(4) as usize];
        if i % RARE_EVERY == RARE_AFTER {
            message = RARE_MESSAGE;
        }
        let line = format!(
            "level={name} msg=\"{message}\" method=GET path=/api/{}/{} status={} duration={}ms trace_id={:016x}",
            ["cart", "products", "orders", "users"][random.below(4) as usize],
            random.below(5000),
            [200, 200, 200, 204, 304, 404, 500][random.below(7) as usize],
            random.below(900) as f64 / 10.0,
            random.next(),
        );
        writeln!(text, "{line}")?;
        let entry = Entry {
            at: Timestamp::from_nanos(at_nanos),
            line,
            metadata: Labels::empty(),
        };
        writer.push_entry(&streams[random.below(50) as usize], entry, level)?;
    }
    Ok(text.finish()?.n_bytes)
}

#[derive(Default)]
struct CountingSink {
    n_bytes: u64,
}

impl Write for CountingSink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.n_bytes += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn moment(random: &mut Random) -> Timestamp {
    Timestamp::from_millis(START_MILLIS + random.below(DAY_MILLIS as u64) as i64)
}

fn write_changes(writer: &mut RecordingWriter, random: &mut Random, size: Size) -> Result<()> {
    for i in 0..size.n_commits {
        let at = moment(random);
        let id = format!(
            "{:016x}{:016x}{:08x}",
            random.next(),
            random.next(),
            random.next() as u32
        );
        let subject = format!("app-{}: change {i}", random.below(50));
        let path = format!("apps/app-{}/config.yaml", random.below(50));
        let files = vec![FileChange {
            path: path.clone(),
            n_added: 2,
            n_removed: 1,
            deleted: false,
        }];
        let patch = format!(
            "--- a/{path}\n+++ b/{path}\n@@ -1,3 +1,4 @@\n a: 1\n-b: {i}\n+b: {}\n+c: 3\n",
            i + 1
        );
        let summary = ChangeSummary {
            id: id.clone(),
            repository: "bench".into(),
            author: format!("Author {}", random.below(20)),
            committed_at: at,
            known_at: at,
            subject: subject.clone(),
            files,
        };
        writer.push_change(Change {
            summary,
            body: String::new(),
            patch,
            patch_cut: false,
        })?;
        writer.push_event(event(EventKind::Change, at, None, subject, id, Labels::empty()))?;
    }
    Ok(())
}

fn write_alerts(writer: &mut RecordingWriter, random: &mut Random, size: Size) -> Result<()> {
    for i in 0..size.n_alerts {
        let name = format!("Alert{}", i % 30);
        let instance = format!("app-{}", random.below(50));
        let labels = Labels::new([
            ("alertname", name.as_str()),
            ("instance", &instance),
            ("severity", "warning"),
        ]);
        let at = moment(random);
        let firing = at.plus_nanos(60_000_000_000);
        let end = firing.plus_nanos(random.below(3_600_000_000_000) as i64);
        writer.push_event(event(
            EventKind::AlertPending,
            at,
            Some(firing),
            name.clone(),
            String::new(),
            labels.clone(),
        ))?;
        writer.push_event(event(
            EventKind::AlertFiring,
            firing,
            Some(end),
            name,
            String::new(),
            labels,
        ))?;
    }
    Ok(())
}

fn event(
    kind: EventKind,
    at: Timestamp,
    until: Option<Timestamp>,
    title: String,
    link: String,
    labels: Labels,
) -> Event {
    let until = until.map(|at| Until { at, known_at: at });
    Event {
        kind,
        happened_at: at,
        known_at: at,
        until,
        cluster: String::new(),
        title,
        text: String::new(),
        link,
        labels,
        annotations: Labels::empty(),
    }
}
