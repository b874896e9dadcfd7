//! Answers against the simplest program that gives the same: the facts of a made-up world, searched one by one.

mod world;

use glass_model::{
    AnswerValue, Ask, Backend, Bucket, Completeness, Entry, Event, EventKind, Graph, GraphAsk, Jump,
    JumpTarget, Labels, Level, LinePattern, LogFilter, LogHistogram, LogHistogramAsk, LogLinesAsk, LogPage,
    LogPatternsAsk, LogRef, Navigator, PatternMiner, Provenance, Querier, Question, Selector, TimeRange,
    Timestamp, Transform, is_stale_marker,
};
use glass_recording::{ManifestDraft, Recording, RecordingWriter, SourceNote};
use std::collections::BTreeMap;
use world::{Fact, Random, World};

struct Recorded {
    world: World,
    recording: Recording,
    _folder: tempfile::TempDir,
}

fn recorded(seed: u64, n_entries: usize) -> Recorded {
    let world = World::new(seed, n_entries);
    let folder = tempfile::tempdir().expect("a folder");
    let recording = world.record(&folder, "world");
    Recorded {
        world,
        recording,
        _folder: folder,
    }
}

impl Recorded {
    fn ask(&self, as_of: Timestamp, ask: Ask) -> (AnswerValue, Provenance) {
        let answer = self
            .recording
            .answer(&Question { as_of, ask })
            .expect("an answer");
        assert_eq!(answer.as_of, as_of);
        assert!(
            answer.provenance.covers.end <= as_of,
            "covers what is to come: {:?}",
            answer.provenance
        );
        (answer.value, answer.provenance)
    }

    fn graph(&self, as_of: Timestamp, ask: GraphAsk) -> Graph {
        match self.ask(as_of, Ask::Graph(ask)).0 {
            AnswerValue::Graph(graph) => graph,
            other => panic!("not a graph: {other:?}"),
        }
    }

    fn page(&self, as_of: Timestamp, ask: LogLinesAsk) -> LogPage {
        match self.ask(as_of, Ask::LogLines(ask)).0 {
            AnswerValue::LogLines(page) => page,
            other => panic!("not a page: {other:?}"),
        }
    }

    fn log_histogram(&self, as_of: Timestamp, ask: LogHistogramAsk) -> LogHistogram {
        match self.ask(as_of, Ask::LogHistogram(ask)).0 {
            AnswerValue::LogHistogram(histogram) => histogram,
            other => panic!("not a histogram: {other:?}"),
        }
    }

    /// The samples of every series by time; of two at the same time the one recorded later.
    fn series(&self) -> BTreeMap<Labels, BTreeMap<i64, f64>> {
        let mut series: BTreeMap<Labels, BTreeMap<i64, f64>> = BTreeMap::new();
        for fact in &self.world.facts {
            if let Fact::Sample(labels, at, value) = fact {
                series.entry(labels.clone()).or_default().insert(*at, *value);
            }
        }
        series
    }

    /// The log lines by time, then by stream, then as recorded; none twice.
    fn lines(&self) -> Vec<(Labels, Entry, Level)> {
        let mut lines: Vec<(Labels, Entry, Level)> = Vec::new();
        for fact in &self.world.facts {
            if let Fact::Entry(labels, entry, level) = fact {
                lines.push((labels.clone(), entry.clone(), *level));
            }
        }
        lines.sort_by(|a, b| (a.1.at, &a.0).cmp(&(b.1.at, &b.0)));
        lines
    }
}

/// The plain reading of which lines pass.
fn passes(filter: &LogFilter, line: &(Labels, Entry, Level)) -> bool {
    let has_text = line
        .1
        .line
        .to_ascii_lowercase()
        .contains(&filter.contains.to_ascii_lowercase());
    let text_passes = filter.contains.is_empty() || has_text != filter.inverse;
    let handed = LogRef {
        at: line.1.at,
        stream: 0,
        labels: &line.0,
        line: &line.1.line,
        metadata: &line.1.metadata,
    };
    let is_kept = filter
        .predicate
        .as_ref()
        .is_none_or(|predicate| predicate.0.keeps(handed));
    let is_of_form = filter.pattern.is_empty() || LinePattern::new(&filter.pattern).matches(&line.1.line);
    let is_hit = line
        .1
        .line
        .to_ascii_lowercase()
        .contains(&filter.search.to_ascii_lowercase());
    is_of_form
        && is_hit
        && filter.streams.matches(&line.0)
        && line.2 >= filter.min_level
        && text_passes
        && is_kept
}

/// In which bucket of a window a moment falls, by plain division.
fn bucket_of(window: TimeRange, n_buckets: usize, at: Timestamp) -> Option<usize> {
    if !window.contains(at) {
        return None;
    }
    let n_nanos = i128::from(window.end.nanos()) - i128::from(window.start.nanos()) + 1;
    let since = i128::from(at.nanos()) - i128::from(window.start.nanos());
    Some((since * n_buckets as i128 / n_nanos) as usize).filter(|bucket| *bucket < n_buckets)
}

/// What is drawn of each sample: itself or its growth; `None` for what is no number.
fn drawn(samples: &BTreeMap<i64, f64>, transform: Transform) -> Vec<(i64, Option<f64>)> {
    let mut before: Option<(i64, f64)> = None;
    let draw = |(at, value): (&i64, &f64)| {
        let earlier = before;
        before = (!value.is_nan()).then_some((*at, *value));
        let growth = |(earlier_at, earlier): (i64, f64)| {
            let grown = if *value < earlier { *value } else { value - earlier };
            grown * 1000.0 / (at - earlier_at) as f64
        };
        let number = match transform {
            Transform::Raw => Some(*value),
            Transform::PerSecond => earlier.map(growth),
        };
        (*at, number.filter(|number| !number.is_nan() && !value.is_nan()))
    };
    samples.iter().map(draw).collect()
}

fn same(a: Option<f64>, b: Option<f64>) -> bool {
    a.map(f64::to_bits) == b.map(f64::to_bits)
}

fn check_graph(
    recorded: &Recorded,
    all: &BTreeMap<Labels, BTreeMap<i64, f64>>,
    as_of: Timestamp,
    ask: &GraphAsk,
) {
    let graph = recorded.graph(as_of, ask.clone());
    let context = format!("{ask:?} at {as_of}");
    let until = as_of.min(ask.window.end);
    let known = |samples: &BTreeMap<i64, f64>| -> BTreeMap<i64, f64> {
        samples
            .iter()
            .filter(|(at, _)| Timestamp::from_millis(**at) <= as_of)
            .map(|(a, v)| (*a, *v))
            .collect()
    };
    let shown_from = ask.window.start.plus_nanos(-300_000_000_000);
    let is_shown = |samples: &BTreeMap<i64, f64>| {
        samples
            .keys()
            .any(|at| (shown_from..=until).contains(&Timestamp::from_millis(*at)))
    };
    let expected: Vec<_> = all
        .iter()
        .filter(|(labels, _)| ask.selector.matches(labels))
        .map(|(labels, samples)| (labels, known(samples)))
        .filter(|(_, samples)| is_shown(samples))
        .take(ask.max_series)
        .collect();
    let found: Vec<_> = graph.series.iter().map(|line| &line.labels).collect();
    assert_eq!(
        found,
        expected.iter().map(|(labels, _)| *labels).collect::<Vec<_>>(),
        "{context}"
    );
    assert!(
        ask.max_series > expected.len() || expected.is_empty() || graph.n_left_out <= all.len(),
        "{context}"
    );
    for (line, (_, samples)) in graph.series.iter().zip(expected) {
        let numbers = drawn(&samples, ask.transform);
        let mut buckets: Vec<Option<Bucket>> = vec![None; ask.n_buckets];
        for (at, number) in &numbers {
            let bucket = bucket_of(ask.window, ask.n_buckets, Timestamp::from_millis(*at));
            if let Some((bucket, number)) = bucket.zip(*number) {
                let next = Bucket::of(number);
                buckets[bucket] = Some(buckets[bucket].map_or(next, |before| Bucket {
                    last: number,
                    min: if number < before.min { number } else { before.min },
                    max: if number > before.max { number } else { before.max },
                    ..before
                }));
            }
        }
        assert_eq!(
            format!("{:?}", line.buckets),
            format!("{buckets:?}"),
            "{context} of {}",
            line.labels
        );
        let in_look_back = |at: i64| as_of.nanos_since(Timestamp::from_millis(at)) < 300_000_000_000;
        let last = numbers
            .last()
            .filter(|(at, _)| in_look_back(*at))
            .and_then(|(_, number)| *number);
        assert!(
            same(line.latest, last),
            "{context} of {}: {:?}, not {last:?}",
            line.labels,
            line.latest
        );
    }
}

#[test]
fn graphs_hold_the_first_last_least_and_greatest_sample_of_each_bucket() {
    for seed in 20..24 {
        let recorded = recorded(seed, 1);
        let all = recorded.series();
        let random = &mut Random(seed);
        for _ in 0..150 {
            let as_of = world::playhead(&recorded.world, random);
            check_graph(&recorded, &all, as_of, &world::pick_graph(as_of, random));
        }
    }
}

#[test]
fn what_is_left_out_of_a_graph_is_counted() {
    let recorded = recorded(25, 1);
    let ask = |max_series| GraphAsk {
        selector: Selector::all(),
        window: world::extent(),
        n_buckets: 10,
        transform: Transform::Raw,
        max_series,
    };
    let all = recorded.graph(world::end(), ask(usize::MAX));
    assert_eq!(all.n_left_out, 0);
    let n_all = all.series.len();
    let some = recorded.graph(world::end(), ask(3));
    assert_eq!(some.series, all.series[..3]);
    // The one series of native histograms is known as well, though nothing of it is drawn.
    assert_eq!(some.n_left_out, n_all + 1 - 3);
}

#[test]
fn metric_names_are_those_of_known_samples() {
    let recorded = recorded(26, 1);
    let random = &mut Random(26);
    for _ in 0..30 {
        let as_of = world::playhead(&recorded.world, random);
        let mut expected: BTreeMap<String, Vec<Labels>> = BTreeMap::new();
        let mut seen: BTreeMap<String, (Timestamp, String)> = BTreeMap::new();
        for fact in recorded.world.known(as_of).facts {
            match fact {
                Fact::Sample(labels, ..) | Fact::Histogram(labels, ..) => {
                    let known = expected.entry(labels.metric_name().to_owned()).or_default();
                    if !known.contains(&labels) {
                        known.push(labels);
                    }
                }
                Fact::SeenMetadata(row, at) => {
                    let latest = seen.entry(row.name).or_insert((Timestamp::MIN, String::new()));
                    if at >= latest.0 {
                        *latest = (at, row.help);
                    }
                }
                _ => {}
            }
        }
        let AnswerValue::MetricNames(names) = recorded.ask(as_of, Ask::MetricNames).0 else {
            panic!("not names");
        };
        let found: Vec<_> = names
            .iter()
            .map(|metric| (metric.name.clone(), metric.n_series))
            .collect();
        let expected: Vec<_> = expected
            .into_iter()
            .map(|(name, known)| (name, known.len()))
            .collect();
        assert_eq!(found, expected, "at {as_of}");
        for metric in names.iter().filter(|metric| metric.name != "native_seconds") {
            let undated = format!("Help of {}.", metric.name);
            let help = seen.get(&metric.name).map_or(&undated, |(_, help)| help);
            assert_eq!(&metric.help, help, "{} at {as_of}", metric.name);
        }
    }
}

fn check_page(recorded: &Recorded, lines: &[(Labels, Entry, Level)], as_of: Timestamp, ask: &LogLinesAsk) {
    let page = recorded.page(as_of, ask.clone());
    let all: Vec<_> = lines
        .iter()
        .filter(|line| line.1.at <= as_of && passes(&ask.filter, line))
        .collect();
    let at_anchor = all.iter().filter(|line| line.1.at <= ask.anchor).count() as i128;
    let middle = (at_anchor + i128::from(ask.offset)).clamp(0, all.len() as i128) as usize;
    let first = middle.saturating_sub(ask.n_before);
    let after_last = (middle + ask.n_after).min(all.len());
    let found: Vec<_> = page
        .lines
        .iter()
        .map(|line| (&line.labels, &line.entry, line.level))
        .collect();
    let expected: Vec<_> = all[first..after_last]
        .iter()
        .map(|line| (&line.0, &line.1, line.2))
        .collect();
    assert_eq!(found, expected, "{ask:?} at {as_of}");
    assert_eq!(
        (page.n_before, page.n_after, page.n_until_anchor),
        (first as u64, (all.len() - after_last) as u64, at_anchor as u64),
        "{ask:?} at {as_of}"
    );
}

fn check_log_patterns(
    recorded: &Recorded,
    lines: &[(Labels, Entry, Level)],
    as_of: Timestamp,
    ask: &LogPatternsAsk,
) {
    let AnswerValue::LogPatterns(found) = recorded.ask(as_of, Ask::LogPatterns(ask.clone())).0 else {
        panic!("no patterns")
    };
    let mut miner = PatternMiner::new(ask.window, ask.n_buckets);
    let is_asked = |line: &&(Labels, Entry, Level)| line.1.at <= as_of && passes(&ask.filter, line);
    for (_, entry, level) in lines.iter().filter(is_asked) {
        if ask.window.contains(entry.at) {
            miner.add(entry.at, *level, &entry.line);
        }
    }
    assert_eq!(found, miner.finish(ask.max), "{ask:?} at {as_of}");
}

fn check_log_histogram(
    recorded: &Recorded,
    lines: &[(Labels, Entry, Level)],
    as_of: Timestamp,
    ask: &LogHistogramAsk,
) {
    let histogram = recorded.log_histogram(as_of, ask.clone());
    let mut buckets = vec![[0; 6]; ask.n_buckets];
    let mut total = 0;
    for line in lines
        .iter()
        .filter(|line| line.1.at <= as_of && passes(&ask.filter, line))
    {
        total += 1;
        if let Some(bucket) = bucket_of(ask.window, ask.n_buckets, line.1.at) {
            buckets[bucket][line.2 as usize] += 1;
        }
    }
    assert_eq!(
        (histogram.buckets, histogram.total),
        (buckets, total),
        "{ask:?} at {as_of}"
    );
}

fn check_logs(recorded: &Recorded, seed: u64, n_rounds: usize) {
    let lines = recorded.lines();
    let random = &mut Random(seed);
    for _ in 0..n_rounds {
        let as_of = world::playhead(&recorded.world, random);
        check_page(recorded, &lines, as_of, &world::pick_lines(as_of, random));
        check_log_histogram(recorded, &lines, as_of, &world::pick_log_histogram(as_of, random));
        check_log_patterns(recorded, &lines, as_of, &world::pick_log_patterns(as_of, random));
    }
}

#[test]
fn log_pages_and_histograms_are_those_of_all_matching_lines() {
    for seed in 30..33 {
        check_logs(&recorded(seed, 400), seed, 100);
    }
}

#[test]
fn log_pages_go_on_across_slices() {
    check_logs(&recorded(34, 40_000), 34, 60);
}

#[test]
fn plain_data_is_all_that_was_known_in_the_range() {
    let recorded = recorded(40, 400);
    let (all, lines) = (recorded.series(), recorded.lines());
    let random = &mut Random(40);
    for _ in 0..40 {
        let as_of = world::playhead(&recorded.world, random);
        let range = world::pick_window(as_of, random);
        let contains = |at: Timestamp| range.contains(at) && at <= as_of;
        let selector = world::pick_graph(as_of, random).selector;
        let (found, _) = recorded
            .recording
            .series(&selector, range, as_of)
            .expect("series");
        let found: Vec<_> = found.iter().filter(|series| !series.floats.is_empty()).collect();
        let bits = |values: &[f64]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
        let expected = all
            .iter()
            .filter(|(labels, _)| selector.matches(labels))
            .filter_map(|(labels, samples)| {
                let inside = samples
                    .iter()
                    .filter(|(at, _)| contains(Timestamp::from_millis(**at)));
                let (at, values): (Vec<i64>, Vec<f64>) = inside.map(|(at, value)| (*at, *value)).unzip();
                (!at.is_empty()).then(|| (labels.clone(), at, bits(&values)))
            });
        let found = found.iter().map(|series| {
            let floats = &series.floats;
            (
                series.labels.clone(),
                floats.at_millis().to_vec(),
                bits(floats.values()),
            )
        });
        assert!(found.eq(expected), "{selector} in {range} at {as_of}");

        let filter = world::pick_filter(random);
        let (streams, _) = recorded
            .recording
            .entries(&filter, range, as_of, 100_000)
            .expect("entries");
        let mut expected: BTreeMap<&Labels, Vec<&Entry>> = BTreeMap::new();
        for line in lines
            .iter()
            .filter(|line| contains(line.1.at) && passes(&filter, line))
        {
            expected.entry(&line.0).or_default().push(&line.1);
        }
        let found: Vec<_> = streams
            .iter()
            .map(|s| (&s.labels, s.entries.iter().collect()))
            .collect();
        assert_eq!(
            found,
            expected.into_iter().collect::<Vec<_>>(),
            "{filter:?} in {range} at {as_of}"
        );
    }
}

#[test]
fn native_histograms_come_with_their_series() {
    let recorded = recorded(41, 1);
    let expected: BTreeMap<i64, _> = recorded
        .world
        .facts
        .iter()
        .filter_map(|fact| match fact {
            Fact::Histogram(_, at, histogram) => Some((*at, histogram.clone())),
            _ => None,
        })
        .collect();
    let as_of = Timestamp::from_millis(*expected.keys().nth(3).expect("a fourth histogram"));
    let selector = Selector::metric("native_seconds");
    let (found, _) = recorded
        .recording
        .series(&selector, TimeRange::ALL, as_of)
        .expect("series");
    let known: Vec<_> = expected.into_iter().take(4).collect();
    assert_eq!(found.len(), 1);
    assert_eq!(*found[0].histograms, known);
}

#[test]
fn a_recording_in_progress_answers_as_the_finished_one() {
    let mut recorded = recorded(43, 2000);
    let random = &mut Random(43);
    // Pieces of different times in each segment, so that all of them overlap.
    let mut pieces: Vec<&[Fact]> = recorded.world.facts.chunks(100).collect();
    for i in 1..pieces.len() {
        pieces.swap(i, random.below(i + 1));
    }
    let mut facts = pieces.concat();
    // The stream whose labels come first is recorded last: orders by number and by labels differ.
    facts.sort_by_key(|fact| matches!(fact, Fact::Entry(labels, ..) if labels.get("job") == Some("Auditor")));
    recorded.world = World { facts };
    let folder = tempfile::tempdir().expect("a folder");
    let finished = recorded.world.record(&folder, "finished");
    let in_progress = recorded.world.record_in_segments(&folder, "in progress", 1500);
    for _ in 0..10 {
        let as_of = world::playhead(&recorded.world, random);
        // What only a query engine on top of a recording answers is not asked.
        let is_answered = |ask: &Ask| !matches!(ask, Ask::Explain { .. } | Ask::Related { .. });
        let asks = world::asks(as_of, &[&recorded.world], random);
        for ask in asks.into_iter().filter(is_answered) {
            let question = Question { as_of, ask };
            let [a, b] =
                [&finished, &in_progress].map(|recording| recording.answer(&question).expect("an answer"));
            assert_eq!(format!("{:?}", b.value), format!("{:?}", a.value), "{question:?}");
            assert!(matches!(b.provenance.completeness, Completeness::Partial(_)));
        }
    }
}

#[test]
fn too_much_is_refused() {
    let recorded = recorded(42, 300);
    let (range, as_of) = (TimeRange::ALL, world::end());
    assert!(
        recorded
            .recording
            .entries(&LogFilter::default(), range, as_of, 10)
            .is_err()
    );
    let graph = Ask::Graph(GraphAsk {
        selector: Selector::all(),
        window: world::extent(),
        n_buckets: usize::MAX,
        transform: Transform::Raw,
        max_series: 1,
    });
    assert!(
        recorded
            .recording
            .answer(&Question { as_of, ask: graph })
            .is_err()
    );
    let lines = Ask::LogLines(LogLinesAsk {
        filter: LogFilter::default(),
        anchor: as_of,
        n_before: usize::MAX,
        n_after: 0,
        offset: 0,
    });
    assert!(
        recorded
            .recording
            .answer(&Question { as_of, ask: lines })
            .is_err()
    );
}

#[test]
fn changes_and_files_are_those_of_the_known_commits() {
    let recorded = recorded(50, 1);
    let random = &mut Random(50);
    for _ in 0..30 {
        let as_of = world::playhead(&recorded.world, random);
        let mut known: Vec<_> = recorded
            .world
            .known(as_of)
            .facts
            .into_iter()
            .filter_map(change)
            .collect();
        known.sort_by_key(|change| (change.summary.known_at, change.summary.committed_at));
        let mut files = BTreeMap::new();
        for change in &known {
            for file in &change.summary.files {
                let key = (change.summary.repository.clone(), file.path.clone());
                match file.deleted {
                    true => files.remove(&key),
                    false => files.insert(key, change.summary.id.clone()),
                };
            }
        }
        let AnswerValue::Files(found) = recorded.ask(as_of, Ask::Files).0 else {
            panic!("not files")
        };
        let found: Vec<_> = found
            .into_iter()
            .map(|f| ((f.repository, f.path), f.change_id))
            .collect();
        assert_eq!(found, files.into_iter().collect::<Vec<_>>(), "at {as_of}");
        for change in recorded.world.facts.iter().cloned().filter_map(change) {
            let ask = Ask::Change {
                id: change.summary.id.clone(),
            };
            let expected = Some(change).filter(|change| change.summary.known_at <= as_of);
            assert_eq!(recorded.ask(as_of, ask).0, AnswerValue::Change(expected));
        }
        known.reverse();
        let summaries = known.into_iter().map(|change| change.summary).collect();
        assert_eq!(
            recorded.ask(as_of, Ask::Changes).0,
            AnswerValue::Changes(summaries)
        );
    }
}

fn change(fact: Fact) -> Option<glass_model::Change> {
    match fact {
        Fact::Change(change) => Some(change),
        _ => None,
    }
}

#[test]
fn documents_are_as_they_were_known() {
    let recorded = recorded(51, 1);
    let random = &mut Random(51);
    for _ in 0..30 {
        let as_of = world::playhead(&recorded.world, random);
        let mut known = Vec::new();
        for fact in recorded.world.known(as_of).facts {
            if let Fact::Document(mut document) = fact {
                document.comments.sort_by_key(|comment| comment.at);
                document.summary.n_comments = document.comments.len();
                known.push(document);
            }
        }
        known.sort_by_key(|document| document.summary.known_at);
        for document in &known {
            let found = recorded
                .ask(
                    as_of,
                    Ask::Document {
                        id: document.summary.id.clone(),
                    },
                )
                .0;
            assert_eq!(found, AnswerValue::Document(Some(document.clone())));
        }
        let summaries = known.into_iter().map(|document| document.summary).collect();
        assert_eq!(
            recorded.ask(as_of, Ask::Documents).0,
            AnswerValue::Documents(summaries)
        );
    }
}

#[test]
fn events_are_those_that_touch_the_window() {
    let recorded = recorded(52, 1);
    let random = &mut Random(52);
    for _ in 0..60 {
        let as_of = world::playhead(&recorded.world, random);
        let window = world::pick_window(as_of, random);
        let AnswerValue::Events(found) = recorded.ask(as_of, Ask::Events { window }).0 else {
            panic!("not events")
        };
        assert!(found.is_sorted_by_key(|event| event.happened_at));
        let touches = |event: &Event| {
            let lasts = matches!(
                event.kind,
                EventKind::AlertPending | EventKind::AlertFiring | EventKind::Silence
            );
            let begins_in_time = event.happened_at <= window.end;
            match event.until {
                Some(until) => begins_in_time && until.at.max(event.happened_at) >= window.start,
                None => begins_in_time && (lasts || event.happened_at >= window.start),
            }
        };
        let mut expected: Vec<Event> = Vec::new();
        for fact in recorded.world.known(as_of).facts {
            let Fact::Event(event) = fact else { continue };
            let same_begin = |other: &Event| {
                Event {
                    until: None,
                    ..other.clone()
                } == Event {
                    until: None,
                    ..event.clone()
                }
            };
            match expected.iter_mut().find(|other| same_begin(other)) {
                Some(other) => {
                    other.until = [other.until, event.until]
                        .into_iter()
                        .flatten()
                        .max_by_key(|u| (u.known_at, u.at))
                }
                None => expected.push(event),
            }
        }
        expected.retain(|event| !window.is_empty() && touches(event));
        assert_eq!(found.len(), expected.len(), "{window} at {as_of}");
        assert!(
            expected.iter().all(|event| found.contains(event)),
            "{window} at {as_of}"
        );
    }
}

fn moments_of(world: &World, target: JumpTarget) -> Vec<Timestamp> {
    let mut moments = Vec::new();
    let mut errors = Vec::new();
    for fact in &world.facts {
        match (target, fact) {
            (JumpTarget::Alert, Fact::Event(event)) if event.kind == EventKind::AlertFiring => {
                moments.push(event.known_at)
            }
            (JumpTarget::Change, Fact::Event(event)) if event.kind == EventKind::Change => {
                moments.push(event.known_at)
            }
            (JumpTarget::Change, Fact::Change(change)) => moments.push(change.summary.known_at),
            (JumpTarget::Incident, Fact::Event(event))
                if event.kind.name().starts_with("incident") || event.kind == EventKind::PostMortem =>
            {
                moments.push(event.known_at);
            }
            (JumpTarget::Incident, Fact::Document(document)) => {
                moments.push(document.summary.known_at);
                moments.extend(
                    document
                        .comments
                        .iter()
                        .map(|comment| comment.at)
                        .chain(document.summary.closed_at),
                );
            }
            (JumpTarget::Any, Fact::Event(event)) => {
                moments.push(event.known_at);
                moments.extend(event.until.map(|until| until.known_at.max(event.known_at)));
            }
            (JumpTarget::Any, Fact::Change(_) | Fact::Document(_)) => {
                let alone = World {
                    facts: vec![fact.clone()],
                };
                moments.extend(moments_of(&alone, JumpTarget::Change));
                moments.extend(moments_of(&alone, JumpTarget::Incident));
            }
            (JumpTarget::Error, Fact::Entry(_, entry, level)) if *level >= Level::Error => {
                errors.push(entry.at)
            }
            _ => {}
        }
    }
    errors.sort();
    let is_quiet_before = |i: &usize| *i == 0 || errors[*i].nanos_since(errors[i - 1]) >= 1_000_000_000;
    moments.extend((0..errors.len()).filter(is_quiet_before).map(|i| errors[i]));
    moments
}

#[test]
fn jumps_go_to_the_nearest_moment() {
    let recorded = recorded(60, 600);
    let random = &mut Random(60);
    for target in [
        JumpTarget::Alert,
        JumpTarget::Change,
        JumpTarget::Error,
        JumpTarget::Incident,
        JumpTarget::Any,
    ] {
        let moments = moments_of(&recorded.world, target);
        for _ in 0..80 {
            let from = match random.below(10) {
                0 => Timestamp::MIN,
                1 => Timestamp::MAX,
                _ => world::playhead(&recorded.world, random),
            };
            let next = moments.iter().copied().filter(|at| *at > from).min();
            let previous = moments.iter().copied().filter(|at| *at < from).max();
            for (forward, expected) in [(true, next), (false, previous)] {
                let jump = Jump {
                    target,
                    from,
                    forward,
                };
                assert_eq!(recorded.recording.jump(jump), Ok(expected), "{jump:?}");
            }
        }
    }
}

#[test]
fn what_was_never_asked_for_is_told_from_what_is_not_there_yet() {
    let folder = tempfile::tempdir().expect("a folder");
    let completeness = |recording: &Recording, as_of, ask| {
        recording
            .answer(&Question { as_of, ask })
            .expect("an answer")
            .provenance
            .completeness
    };
    let empty = World::default().record(&folder, "empty");
    for ask in [Ask::MetricNames, Ask::Alerts, Ask::Changes, Ask::Documents] {
        assert_eq!(completeness(&empty, world::end(), ask), Completeness::NotAsked);
    }
    let all = World::new(61, 50);
    let covered = World {
        facts: all
            .facts
            .into_iter()
            .filter(|fact| !matches!(fact, Fact::Coverage(_)))
            .collect(),
    };
    let without_coverage = covered.record(&folder, "without coverage");
    let before = world::start().plus_nanos(-1);
    assert_eq!(
        completeness(&without_coverage, before, Ask::MetricNames),
        Completeness::NotAsked
    );
    assert_eq!(
        completeness(&without_coverage, world::end(), Ask::MetricNames),
        Completeness::Complete
    );
}

#[test]
fn the_name_of_a_source_that_has_not_told_anything_yet_is_not_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let source = SourceNote {
        name: "post-mortem.md".into(),
        kind: "markdown".into(),
        ..SourceNote::default()
    };
    let draft = ManifestDraft {
        name: "world".into(),
        sources: vec![source],
        extent: Some(world::extent()),
        ..ManifestDraft::default()
    };
    let writer = RecordingWriter::create(&folder.path().join("part"), draft).expect("a new folder");
    let file = folder.path().join("world.glass");
    writer.finish(&file, &mut |_| {}).expect("a finished file");
    let recording = Recording::open(&file).expect("an intact file");
    let question = Question {
        as_of: world::start(),
        ask: Ask::Documents,
    };
    let provenance = recording.answer(&question).expect("an answer").provenance;
    assert_eq!(
        (provenance.source.as_str(), provenance.completeness),
        ("world", Completeness::Complete)
    );
}

#[test]
fn a_recording_tells_of_itself() {
    let recorded = recorded(62, 10);
    let info = recorded.recording.info();
    let latest = |fact: &Fact| match fact {
        Fact::Document(document) => {
            let comments = document.comments.iter().map(|comment| comment.at);
            comments
                .chain(document.summary.closed_at)
                .fold(document.summary.known_at, Timestamp::max)
        }
        Fact::Event(event) => event
            .until
            .map_or(event.known_at, |until| until.known_at.max(until.at)),
        Fact::Coverage(_) => Timestamp::MIN,
        other => other.known_at(),
    };
    let known_until = recorded
        .world
        .facts
        .iter()
        .map(latest)
        .fold(world::end(), Timestamp::max);
    assert_eq!((info.extent, info.known_until), (world::extent(), known_until));
    assert_eq!(
        (info.name.as_str(), info.panels.len(), info.open_at),
        ("world", 0, None)
    );
    assert!(info.warnings.is_empty(), "{:?}", info.warnings);
}

#[test]
fn a_stale_marker_ends_a_series_at_once() {
    let recorded = recorded(63, 1);
    for (labels, samples) in recorded.series() {
        for at in samples
            .iter()
            .filter(|(_, value)| is_stale_marker(**value))
            .map(|(at, _)| *at)
        {
            let graph = recorded.graph(
                Timestamp::from_millis(at),
                GraphAsk {
                    selector: Selector::metric(labels.metric_name()),
                    window: world::extent(),
                    n_buckets: 3,
                    transform: Transform::Raw,
                    max_series: 10,
                },
            );
            let line = graph
                .series
                .iter()
                .find(|line| line.labels == labels)
                .expect("the series");
            assert_eq!(line.latest, None, "{labels} at {at}");
        }
    }
}
