//! Made-up worlds for the tests of reading: [`World`] is a list of facts, each with the moment it became known, that
//! can be written as a recording, cut at a moment, and changed behind it.

#![allow(dead_code, unused_imports, reason = "each test program uses its own part")]

mod asks;
mod random;
mod seen;

pub use asks::{
    asks, pick_filter, pick_graph, pick_lines, pick_log_histogram, pick_log_patterns, pick_scan,
    pick_selector, pick_window, playhead,
};
pub use random::Random;
pub use seen::Lists;

use glass_model::{
    Change, ChangeSummary, Comment, Document, DocumentKind, DocumentSummary, Entry, Event, EventKind,
    FileChange, Labels, Level, MetricKind, NativeHistogram, Span, TimeRange, Timestamp, Until, stale_marker,
};
use glass_recording::tables::coverage::CoverageRow;
use glass_recording::tables::metadata::MetadataRow;
use glass_recording::{ManifestDraft, Recording, RecordingWriter};

/// 2026-11-22T03:30:00Z.
const START_SECS: i64 = 1_795_318_200;
const N_SECS: i64 = 1_800;

pub fn start() -> Timestamp {
    Timestamp::from_secs(START_SECS)
}

pub fn end() -> Timestamp {
    Timestamp::from_secs(START_SECS + N_SECS)
}

pub fn extent() -> TimeRange {
    TimeRange::new(start(), end())
}

/// A moment inside the extent.
pub fn moment(random: &mut Random) -> Timestamp {
    Timestamp::from_nanos(random.between(start().nanos(), end().nanos()))
}

/// Something a recording can hold.
#[derive(Clone, Debug, PartialEq)]
pub enum Fact {
    Sample(Labels, i64, f64),
    Histogram(Labels, i64, NativeHistogram),
    Entry(Labels, Entry, Level),
    Event(Event),
    Change(Change),
    Document(Document),
    /// A dashboard's name, its title, and when it was fetched.
    Dashboard(String, String, Timestamp),
    Coverage(CoverageRow),
    /// What a source was seen to have.
    Seen(&'static str, Timestamp, Lists),
    /// What a metric counts: known with the metric's first sample.
    Metadata(String, MetricKind, String, Timestamp),
    /// What a server was seen to say of a metric.
    SeenMetadata(MetadataRow, Timestamp),
}

impl Fact {
    /// When it became known.
    pub fn known_at(&self) -> Timestamp {
        match self {
            Self::Sample(_, at, _) | Self::Histogram(_, at, _) => Timestamp::from_millis(*at),
            Self::Entry(_, entry, _) => entry.at,
            Self::Event(event) => event.known_at,
            Self::Change(change) => change.summary.known_at,
            Self::Document(document) => document.summary.known_at,
            Self::Dashboard(_, _, at) => *at,
            Self::Coverage(row) => row.start,
            Self::Seen(_, at, _) => *at,
            Self::Metadata(.., at) | Self::SeenMetadata(_, at) => *at,
        }
    }

    /// What of it was known at `at`.
    pub fn known_part(&self, at: Timestamp) -> Option<Self> {
        if self.known_at() > at {
            return None;
        }
        Some(match self {
            Self::Event(event) => Self::Event(event.as_known_at(at)?),
            Self::Document(document) => {
                let mut document = document.clone();
                document.comments.retain(|comment| comment.at <= at);
                document.summary.closed_at = document.summary.closed_at.filter(|closed| *closed <= at);
                Self::Document(document)
            }
            Self::Coverage(row) => {
                let asked_at = row.asked_at.filter(|asked| *asked <= at);
                let warnings = if row.end > at {
                    String::new()
                } else {
                    row.warnings.clone()
                };
                Self::Coverage(CoverageRow {
                    asked_at,
                    warnings,
                    n_items: 0,
                    ..row.clone()
                })
            }
            other => other.clone(),
        })
    }

    /// The same as far as it was known at `at`, and something else after it.
    pub fn altered(&self, at: Timestamp, random: &mut Random) -> Option<Self> {
        let later = |random: &mut Random| {
            let from = at.nanos().max(start().nanos());
            Timestamp::from_nanos(random.between(from + 2_000_000, end().nanos().max(from) + 60_000_000_000))
        };
        if self.known_at() > at {
            return self.replaced(later(random), random);
        }
        let mut altered = self.known_part(at)?;
        match &mut altered {
            Self::Event(event) if event.until.is_none() && random.one_in(2) => {
                let ended = if random.one_in(2) {
                    event.happened_at
                } else {
                    later(random)
                };
                event.until = Some(Until {
                    at: ended,
                    known_at: later(random),
                });
            }
            Self::Document(document) => {
                for _ in 0..random.below(4) {
                    let text = format!("said later {}", random.below(1000));
                    document.comments.insert(
                        0,
                        Comment {
                            at: later(random),
                            author: "later".into(),
                            text,
                        },
                    );
                }
                if document.summary.closed_at.is_none() && random.one_in(2) {
                    document.summary.closed_at = Some(later(random));
                }
            }
            Self::Coverage(row) if row.end > at => {
                row.warnings = format!("cut off at {}", later(random));
                row.n_items = random.next() % 1000;
                row.end = if random.one_in(2) { later(random) } else { row.end };
                row.asked_at = row.asked_at.or_else(|| Some(later(random)));
            }
            _ => {}
        }
        Some(altered)
    }

    /// Another fact of the kind, known at `at`.
    fn replaced(&self, at: Timestamp, random: &mut Random) -> Option<Self> {
        let word = format!("other {}", random.below(1000));
        Some(match self.clone() {
            Self::Sample(labels, _, value) => {
                Self::Sample(relabelled(labels, random), at.millis() + 1, value * 7.0 - 3.0)
            }
            Self::Histogram(labels, _, mut histogram) => {
                histogram.sum += 1.0;
                Self::Histogram(relabelled(labels, random), at.millis() + 1, histogram)
            }
            Self::Entry(labels, entry, _) => {
                let line = format!("{} {word} error", entry.line);
                let level = *random.pick(&Level::ALL);
                Self::Entry(relabelled(labels, random), Entry { at, line, ..entry }, level)
            }
            Self::Event(event) => Self::Event(Event {
                kind: *random.pick(&EventKind::ALL),
                known_at: at,
                happened_at: if random.one_in(2) { event.happened_at } else { at },
                title: word,
                until: None,
                ..event
            }),
            Self::Change(mut change) => {
                change.summary.id = format!("{:040x}", random.next());
                change.summary.known_at = at;
                change.summary.subject = word;
                for file in &mut change.summary.files {
                    file.deleted = !file.deleted;
                }
                Self::Change(change)
            }
            Self::Document(mut document) => {
                document.summary.id = format!("aaa{}", random.next());
                document.summary.known_at = at;
                document.summary.title = word;
                document.comments.clear();
                document.summary.closed_at = None;
                Self::Document(document)
            }
            Self::Dashboard(..) => Self::Dashboard(format!("aaa{}", random.next()), word, at),
            Self::Coverage(row) => Self::Coverage(CoverageRow {
                start: at,
                end: at.plus_nanos(1_000_000_000),
                warnings: word,
                state: "failed".into(),
                ..row
            }),
            Self::Seen(source, _, lists) => {
                let source = if random.one_in(4) { "AAA" } else { source };
                Self::Seen(source, at, lists.replaced(at, random))
            }
            Self::SeenMetadata(row, _) => Self::SeenMetadata(
                MetadataRow {
                    help: word,
                    seen_at: Some(at),
                    ..row
                },
                at,
            ),
            Self::Metadata(name, _, _, at) => Self::Metadata(name, MetricKind::Summary, word, at),
        })
    }
}

fn relabelled(labels: Labels, random: &mut Random) -> Labels {
    if !random.one_in(3) {
        return labels;
    }
    let added = random.pick(&[("AAA", "first"), ("zzz", "last"), ("instance", "new:1")]);
    Labels::new(labels.iter().chain([*added]))
}

/// Facts in the order in which they are recorded.
#[derive(Clone, Debug, Default)]
pub struct World {
    pub facts: Vec<Fact>,
}

pub fn labels(pairs: &[(&str, &str)]) -> Labels {
    Labels::new(pairs.iter().copied())
}

/// The metrics, whether they count, and from when on they have samples, in seconds after the start.
const METRICS: [(&str, bool, i64); 6] = [
    ("up", false, 0),
    ("requests_total", true, 0),
    ("queue_depth", false, 30),
    ("latency_seconds_sum", true, 400),
    ("aaa_errors_total", true, 900),
    ("zzz.depth", false, 1500),
];
pub const INSTANCES: [&str; 3] = ["a:1", "b:2", "c:3"];
const WORDS: [&str; 10] = [
    "GET /cart",
    "timeout",
    "Error",
    "connection refused",
    "größe",
    "retry",
    "ok",
    "",
    "{\"level\":\"info\"}",
    "PANIC",
];
const JOBS: [(&str, i64); 4] = [("gateway", 0), ("shop", 0), ("inventory", 500), ("Auditor", 1200)];

impl World {
    /// A world of all kinds of facts. Worlds of different seeds differ in everything.
    pub fn new(seed: u64, n_entries: usize) -> Self {
        let random = &mut Random(seed);
        let mut world = Self::default();
        world.add_samples(random);
        world.add_entries(random, n_entries);
        world.add_events(random);
        world.add_changes(random);
        world.add_documents(random);
        world.add_dashboards(random);
        world.add_seen(random);
        if !random.one_in(4) {
            world.add_coverage(random);
        }
        world
    }

    fn add_samples(&mut self, random: &mut Random) {
        for (name, counts, first_sec) in METRICS {
            let mut first = None;
            for instance in INSTANCES {
                let labels = labels(&[("__name__", name), ("instance", instance), ("job", "shop")]);
                let late = random.below(400) as i64;
                let at = START_SECS * 1000 + (first_sec + late) * 1000;
                let interval = *random.pick(&[250, 5_000, 15_000]);
                self.add_series(&labels, at, interval, counts, random);
                first = Some(first.map_or(at, |first: i64| first.min(at)));
            }
            let known_at = Timestamp::from_millis(first.unwrap_or_default());
            let kind = if counts {
                MetricKind::Counter
            } else {
                MetricKind::Gauge
            };
            self.facts.push(Fact::Metadata(
                name.into(),
                kind,
                format!("Help of {name}."),
                known_at,
            ));
        }
        for i in 0..6 {
            let labels = labels(&[("__name__", "native_seconds"), ("job", "shop")]);
            let at = START_SECS * 1000 + 300_000 + i * random.between(1, 200_000);
            self.facts.push(Fact::Histogram(labels, at, histogram(random)));
        }
    }

    fn add_series(
        &mut self,
        labels: &Labels,
        first_millis: i64,
        interval: i64,
        counts: bool,
        random: &mut Random,
    ) {
        let end_millis = end().millis() - if random.one_in(3) { 400_000 } else { 0 };
        let (mut at, mut value) = (first_millis, random.below(100) as f64);
        while at <= end_millis {
            value = match random.below(40) {
                0 if counts => 0.0,
                1 => value * 20.0,
                _ if counts => value + random.below(5) as f64,
                _ => random.below(2000) as f64 - 1000.0,
            };
            let sample = match random.below(150) {
                0 => stale_marker(),
                1 => f64::NAN,
                2 => -0.0,
                3 if !counts => f64::INFINITY,
                _ => value,
            };
            self.facts.push(Fact::Sample(labels.clone(), at, sample));
            at += interval + random.between(-interval / 10, interval / 10 + 1);
            if random.one_in(300) {
                at += 400_000;
            }
        }
    }

    fn add_entries(&mut self, random: &mut Random, n_entries: usize) {
        for i in 0..n_entries {
            let (job, first_sec) = *random.pick(&JOBS);
            let from = (START_SECS + first_sec) * 1_000_000_000;
            let mut at = random.between(from, end().nanos());
            if random.one_in(3) {
                // Many lines at the same moment, in several streams.
                at -= at % 10_000_000_000;
            }
            let line = format!("{} {} {i}", random.word(&WORDS), random.word(&WORDS));
            let trace = format!("{:x}", random.below(50));
            let metadata = if random.one_in(2) {
                labels(&[("trace_id", &trace)])
            } else {
                Labels::empty()
            };
            let level = *random.pick(&Level::ALL);
            let stream = labels(&[("job", job), ("pod", random.word(&["p1", "p2"]))]);
            let entry = Entry {
                at: Timestamp::from_nanos(at.max(from)),
                line,
                metadata,
            };
            self.facts.push(Fact::Entry(stream, entry, level));
        }
    }

    fn add_events(&mut self, random: &mut Random) {
        for _ in 0..40 {
            let happened_at = moment(random);
            let known_at = happened_at.plus_nanos(*random.pick(&[0, 0, 5_000_000_000, 600_000_000_000]));
            let ended = happened_at.plus_nanos(random.between(1, 400_000_000_000));
            let ended_known = ended
                .max(known_at)
                .plus_nanos(*random.pick(&[0, 0, 30_000_000_000]));
            let name = random.word(&["Down", "Slow", "Full"]);
            let kind = match random.below(3) {
                0 => *random.pick(&EventKind::ALL),
                1 => EventKind::AlertPending,
                _ => EventKind::AlertFiring,
            };
            let annotations = match random.below(3) {
                0 => labels(&[("description", "all of it"), ("summary", name)]),
                _ => Labels::empty(),
            };
            self.facts.push(Fact::Event(Event {
                kind,
                happened_at,
                known_at,
                until: random.one_in(2).then_some(Until {
                    at: ended,
                    known_at: ended_known,
                }),
                cluster: random.word(&["", "lab"]).into(),
                title: name.into(),
                text: if random.one_in(2) {
                    format!("{name} is bad")
                } else {
                    String::new()
                },
                link: String::new(),
                labels: labels(&[("alertname", name), ("job", random.word(&["shop", "gateway"]))]),
                annotations,
            }));
            match kind {
                EventKind::AlertPending => self.follow_up(random),
                _ if random.one_in(4) => self.add_end(random),
                _ => {}
            }
        }
    }

    /// After a pending alert often a firing one that touches, and a notification.
    fn follow_up(&mut self, random: &mut Random) {
        let Some(Fact::Event(pending)) = self.facts.last().cloned() else {
            return;
        };
        let fires_at = pending.until.map_or(pending.happened_at, |until| until.at);
        let firing = Event {
            kind: EventKind::AlertFiring,
            happened_at: fires_at,
            known_at: fires_at.max(pending.known_at),
            until: None,
            ..pending
        };
        let notified = Event {
            kind: EventKind::AlertNotified,
            known_at: firing.known_at.plus_nanos(10_000_000_000),
            labels: Labels::new(firing.labels.iter().chain([("cluster", "lab")])),
            ..firing.clone()
        };
        self.facts.push(Fact::Event(firing));
        if random.one_in(2) {
            self.facts.push(Fact::Event(notified));
        }
    }

    /// The last event once more, now with its end: so a recorder that saw it begin and end wrote it.
    fn add_end(&mut self, random: &mut Random) {
        if let Some(Fact::Event(event)) = self.facts.last().cloned() {
            let ended = event.known_at.plus_nanos(random.between(1, 300_000_000_000));
            let until = Some(Until {
                at: ended,
                known_at: ended,
            });
            self.facts.push(Fact::Event(Event { until, ..event }));
        }
    }

    fn add_changes(&mut self, random: &mut Random) {
        for i in 0..25 {
            let committed_at = Timestamp::from_secs(moment(random).secs());
            let file = |random: &mut Random| FileChange {
                path: format!("apps/{}.yaml", random.below(6)),
                n_added: random.below(9) as u32,
                n_removed: random.below(9) as u32,
                deleted: random.one_in(4),
            };
            let files = (0..=random.below(3)).map(|_| file(random)).collect();
            let summary = ChangeSummary {
                id: format!("{:040x}", random.next()),
                repository: random.word(&["gitops", "other"]).into(),
                author: "Ada".into(),
                committed_at,
                known_at: committed_at.plus_nanos(*random.pick(&[0, 0, 60_000_000_000])),
                subject: format!("change {i}"),
                files,
            };
            let (body, patch) = (format!("why {i}"), format!("-old\n+new {i}\n"));
            self.facts.push(Fact::Change(Change {
                summary,
                body,
                patch,
                patch_cut: false,
            }));
        }
    }

    fn add_documents(&mut self, random: &mut Random) {
        for i in 0..5 {
            let known_at = if i == 0 {
                end().plus_nanos(86_400_000_000_000)
            } else {
                moment(random)
            };
            let comment = |random: &mut Random| Comment {
                at: known_at.plus_nanos(random.between(0, 900_000_000_000)),
                author: "Bea".into(),
                text: format!("it is {}", random.word(&WORDS)),
            };
            let comments: Vec<Comment> = (0..random.below(6)).map(|_| comment(random)).collect();
            let closed_at = known_at.plus_nanos(random.between(0, 900_000_000_000));
            let summary = DocumentSummary {
                id: format!("doc-{}-{i}", random.below(100)),
                kind: if i == 0 {
                    DocumentKind::PostMortem
                } else {
                    DocumentKind::Thread
                },
                title: format!("document {i}"),
                known_at,
                n_comments: comments.len(),
                closed_at: random.one_in(2).then_some(closed_at),
            };
            self.facts.push(Fact::Document(Document {
                summary,
                author: "Cy".into(),
                labels: vec!["incident".into()],
                link: String::new(),
                text: "What is seen.".into(),
                comments,
            }));
        }
    }

    fn add_dashboards(&mut self, random: &mut Random) {
        for i in 0..4 {
            let name = format!("board-{}-{i}", random.below(100));
            let title = format!("dashboard {}", random.word(&WORDS));
            self.facts.push(Fact::Dashboard(name, title, moment(random)));
        }
    }

    /// Two servers, seen again and again. In some worlds at first nobody looks.
    fn add_seen(&mut self, random: &mut Random) {
        for _ in 0..12 {
            let source = *random.pick(&["main", "main", "other"]);
            let at = moment(random);
            for lists in Lists::all(at, random) {
                self.facts.push(Fact::Seen(source, at, lists));
            }
            let metadata = MetadataRow {
                name: random.pick(&METRICS).0.into(),
                kind: *random.pick(&[MetricKind::Gauge, MetricKind::Summary]),
                help: random.word(&["", "Seen."]).into(),
                unit: String::new(),
                seen_at: Some(at),
            };
            self.facts.push(Fact::SeenMetadata(metadata, at));
        }
    }

    /// What was asked for every kind, in rows of ten minutes from before the start on.
    fn add_coverage(&mut self, random: &mut Random) {
        for what in [
            "metrics",
            "logs",
            "alerts",
            "changes",
            "documents",
            "dashboards",
            "rules",
            "silences",
        ] {
            for row in -1..3 {
                let from = start().plus_nanos(row * 600_000_000_000);
                self.facts.push(Fact::Coverage(CoverageRow {
                    source: format!("{what}-main"),
                    what: what.into(),
                    start: from,
                    end: from.plus_nanos(600_000_000_000),
                    asked_at: random
                        .one_in(2)
                        .then(|| from.plus_nanos(random.between(0, 700_000_000_000))),
                    state: random
                        .word(&["complete", "complete", "partial", "stepped"])
                        .into(),
                    warnings: if random.one_in(3) {
                        "a shard was slow".into()
                    } else {
                        String::new()
                    },
                    n_items: random.next() % 100,
                }));
            }
        }
    }

    /// The world as it was known at `at`.
    pub fn known(&self, at: Timestamp) -> Self {
        let facts = self.facts.iter().filter_map(|fact| fact.known_part(at)).collect();
        Self { facts }
    }

    /// The same up to `at`, and otherwise afterwards.
    pub fn altered(&self, at: Timestamp, random: &mut Random) -> Self {
        let facts = self
            .facts
            .iter()
            .filter_map(|fact| fact.altered(at, random))
            .collect();
        Self { facts }
    }

    /// The same up to `at`, and afterwards another world's facts, which are recorded first.
    pub fn continued_by(&self, other: &Self, at: Timestamp) -> Self {
        let ids: Vec<&str> = self.facts.iter().filter_map(document_id).collect();
        let is_later = |fact: &&Fact| {
            let takes_place_of_a_known_one = document_id(fact).is_some_and(|id| ids.contains(&id));
            fact.known_at() > at && !takes_place_of_a_known_one && !matches!(fact, Fact::Metadata(..))
        };
        let later = other.facts.iter().filter(is_later).cloned();
        Self {
            facts: later.chain(self.known(at).facts).collect(),
        }
    }

    /// Writes all facts into a file and opens it.
    pub fn record(&self, folder: &tempfile::TempDir, name: &str) -> Recording {
        let file = folder.path().join(format!("{name}.glass"));
        let writer = self.write(folder, name, usize::MAX);
        writer.finish(&file, &mut |_| {}).expect("a finished file");
        Recording::open(&file).expect("an intact file")
    }

    /// Writes all facts into a folder of segments of so many facts, and opens it unfinished.
    pub fn record_in_segments(&self, folder: &tempfile::TempDir, name: &str, n_facts: usize) -> Recording {
        drop(self.write(folder, name, n_facts));
        Recording::open(&folder.path().join(name)).expect("an intact folder")
    }

    fn write(&self, folder: &tempfile::TempDir, name: &str, n_facts: usize) -> RecordingWriter {
        let draft = ManifestDraft {
            name: "world".into(),
            extent: Some(extent()),
            ..ManifestDraft::default()
        };
        let mut writer = RecordingWriter::create(&folder.path().join(name), draft).expect("a new folder");
        for facts in self.facts.chunks(n_facts) {
            for fact in facts {
                push(&mut writer, fact).expect("a fact that can be recorded");
            }
            writer.commit_segment().expect("a segment");
        }
        writer
    }
}

fn document_id(fact: &Fact) -> Option<&str> {
    match fact {
        Fact::Document(document) => Some(&document.summary.id),
        Fact::Dashboard(name, ..) => Some(name),
        _ => None,
    }
}

fn push(writer: &mut RecordingWriter, fact: &Fact) -> Result<(), glass_recording::RecordingError> {
    match fact.clone() {
        Fact::Sample(labels, at, value) => writer.push_sample(&labels, at, value),
        Fact::Histogram(labels, at, histogram) => writer.push_histogram(&labels, at, histogram),
        Fact::Entry(labels, entry, level) => writer.push_entry(&labels, entry, level),
        Fact::Event(event) => writer.push_event(event),
        Fact::Change(change) => writer.push_change(change),
        Fact::Document(document) => writer.push_document(&document, None),
        Fact::Dashboard(name, title, at) => {
            let json = format!("{{\"title\":{title:?},\"panels\":[{{\"type\":\"text\"}}]}}");
            writer.push_dashboard(&name, &json, ("grafana", "Shop"), at)
        }
        Fact::Coverage(row) => writer.push_coverage(row),
        Fact::Seen(source, at, lists) => lists.push(writer, source, at),
        Fact::SeenMetadata(row, _) => writer.push_metadata_row(row),
        Fact::Metadata(name, kind, help, _) => writer.push_metadata(&name, kind, &help, ""),
    }
}

fn histogram(random: &mut Random) -> NativeHistogram {
    let positive_counts = vec![random.below(9) as f64, random.below(9) as f64];
    let zero_count = random.below(3) as f64;
    NativeHistogram {
        reset_hint: glass_model::ResetHint::Unknown,
        schema: 3,
        zero_threshold: 1e-128,
        zero_count,
        count: zero_count + positive_counts.iter().sum::<f64>(),
        sum: random.below(100) as f64,
        positive_spans: vec![Span { offset: 0, length: 2 }],
        positive_counts,
        negative_spans: Vec::new(),
        negative_counts: Vec::new(),
        custom_bounds: Vec::new(),
    }
}
