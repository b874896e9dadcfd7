//! What engines read, against the simplest program that reads the same: the facts of a made-up world, one by one.

mod world;

use glass_model::{Labels, LogOrder, LogScan, Querier, QueryError, Timestamp};
use glass_recording::Recording;
use std::collections::BTreeSet;
use std::ops::ControlFlow;
use world::{Fact, Random, World};

/// A line as it was handed out or should be.
#[derive(Clone, Debug, PartialEq)]
struct Line {
    at: Timestamp,
    labels: Labels,
    line: String,
    metadata: Labels,
}

/// The plain reading of what a scan asks for.
fn expected(world: &World, scan: &LogScan, as_of: Timestamp) -> Vec<Line> {
    let wanted = |fact: &Fact| match fact {
        Fact::Entry(labels, entry, _) => {
            let is_wanted = scan.streams.matches(labels)
                && scan.range.until(as_of).contains(entry.at)
                && scan
                    .conditions
                    .iter()
                    .all(|condition| condition.holds(&entry.line));
            is_wanted.then(|| Line {
                at: entry.at,
                labels: labels.clone(),
                line: if scan.needs_line {
                    entry.line.clone()
                } else {
                    String::new()
                },
                metadata: if scan.needs_metadata {
                    entry.metadata.clone()
                } else {
                    Labels::empty()
                },
            })
        }
        _ => None,
    };
    let mut lines: Vec<Line> = world.facts.iter().filter_map(wanted).collect();
    lines.sort_by(|a, b| (a.at, &a.labels).cmp(&(b.at, &b.labels)));
    if scan.order == LogOrder::Backward {
        lines.reverse();
    }
    lines
}

/// The first `limit` lines that are handed out; what was not asked for is left out. Each stream has one number.
fn handed(recording: &Recording, scan: &LogScan, as_of: Timestamp, limit: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut numbered: Vec<Labels> = Vec::new();
    let result = recording.each_line(scan, as_of, &mut |line| {
        if line.stream == numbered.len() {
            numbered.push(line.labels.clone());
        }
        assert_eq!(numbered.get(line.stream), Some(line.labels));
        lines.push(Line {
            at: line.at,
            labels: line.labels.clone(),
            line: if scan.needs_line {
                line.line.to_owned()
            } else {
                String::new()
            },
            metadata: if scan.needs_metadata {
                line.metadata.clone()
            } else {
                Labels::empty()
            },
        });
        if lines.len() < limit {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    });
    result.expect("an intact recording");
    lines
}

fn check_scans(world: &World, recording: &Recording, seed: u64, n_rounds: usize) {
    let random = &mut Random(seed);
    for _ in 0..n_rounds {
        let as_of = world::playhead(world, random);
        let scan = world::pick_scan(world::pick_window(as_of, random), random);
        let limit = *random.pick(&[1, 3, 100, usize::MAX]);
        let mut expected = expected(world, &scan, as_of);
        expected.truncate(limit);
        assert_eq!(
            handed(recording, &scan, as_of, limit),
            expected,
            "{scan:?} as of {as_of}"
        );
    }
}

#[test]
fn a_scan_hands_out_what_a_look_at_every_line_finds() {
    let folder = tempfile::tempdir().expect("a folder");
    for (seed, n_entries, n_rounds) in [(1, 200, 200), (2, 60_000, 25)] {
        let world = World::new(seed, n_entries);
        check_scans(&world, &world.record(&folder, &seed.to_string()), seed, n_rounds);
    }
}

#[test]
fn a_scan_of_slices_that_overlap_is_in_order() {
    let folder = tempfile::tempdir().expect("a folder");
    let world = World::new(3, 2_000);
    check_scans(
        &world,
        &world.record_in_segments(&folder, "segments", 200),
        3,
        100,
    );
}

#[test]
fn streams_are_those_with_a_line_in_the_range() {
    let folder = tempfile::tempdir().expect("a folder");
    let world = World::new(4, 300);
    for recording in [
        world.record(&folder, "a"),
        world.record_in_segments(&folder, "b", 500),
    ] {
        let random = &mut Random(4);
        for _ in 0..200 {
            let as_of = world::playhead(&world, random);
            let scan = world::pick_scan(world::pick_window(as_of, random), random);
            let all = LogScan {
                conditions: Vec::new(),
                ..scan
            };
            let lines = expected(&world, &all, as_of);
            let labels: BTreeSet<Labels> = lines.into_iter().map(|line| line.labels).collect();
            let found = recording
                .stream_labels(&all.streams, all.range, as_of)
                .expect("an intact recording")
                .0;
            assert_eq!(
                found,
                labels.into_iter().collect::<Vec<_>>(),
                "{all:?} as of {as_of}"
            );
        }
    }
}

#[test]
fn labels_of_series_are_those_with_a_sample_in_the_range() {
    let folder = tempfile::tempdir().expect("a folder");
    let world = World::new(5, 0);
    for recording in [
        world.record(&folder, "a"),
        world.record_in_segments(&folder, "b", 3_000),
    ] {
        let random = &mut Random(5);
        for _ in 0..300 {
            let as_of = world::playhead(&world, random);
            let (selector, range) = (world::pick_selector(random), world::pick_window(as_of, random));
            let cut = range.until(as_of);
            let with_sample = |fact: &Fact| match fact {
                Fact::Sample(labels, at, _) | Fact::Histogram(labels, at, _) => {
                    let is_inside = cut.contains(Timestamp::from_millis(*at));
                    (is_inside && selector.matches(labels)).then(|| labels.clone())
                }
                _ => None,
            };
            let expected: BTreeSet<Labels> = world.facts.iter().filter_map(with_sample).collect();
            let found = recording
                .series_labels(&selector, range, as_of)
                .expect("an intact recording")
                .0;
            assert_eq!(
                found,
                expected.into_iter().collect::<Vec<_>>(),
                "{selector} {range:?} as of {as_of}"
            );
        }
    }
}

#[test]
fn a_query_that_no_engine_has_prepared_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let recording = World::new(6, 10).record(&folder, "a");
    let filter = glass_model::LogFilter {
        logql: "{job=\"shop\"}".into(),
        ..glass_model::LogFilter::default()
    };
    let answer = recording.entries(&filter, world::extent(), world::end(), 10);
    assert!(matches!(answer, Err(QueryError::Unsupported(_))), "{answer:?}");
}
