//! The first law: the playhead is the present. Whatever became known after it may be removed, altered or replaced:
//! every answer at the playhead stays the same to the byte, whatever was asked before.

mod world;

use glass_model::{Ask, Backend, LogScan, Querier, Question, Selector, TimeRange, Timestamp};
use glass_recording::Recording;
use std::ops::ControlFlow;
use world::{Random, World};

/// Worlds to try; `GLASS_LAW_WORLDS` sets another number.
fn n_worlds() -> u64 {
    std::env::var("GLASS_LAW_WORLDS")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(8)
}

/// Every answer at `as_of`, as text.
fn answers(recording: &Recording, as_of: Timestamp, asks: &[Ask], seed: u64) -> Vec<String> {
    let random = &mut Random(seed);
    let answer = |ask: &Ask| {
        format!(
            "{:?}",
            recording.answer(&Question {
                as_of,
                ask: ask.clone()
            })
        )
    };
    let mut answers: Vec<String> = asks.iter().map(answer).collect();
    let ranges: Vec<TimeRange> = (0..6).map(|_| world::pick_window(as_of, random)).collect();
    for range in ranges {
        let selector = world::pick_graph(as_of, random).selector;
        answers.push(format!("{:?}", recording.series(&selector, range, as_of)));
        answers.push(format!("{:?}", recording.series_labels(&selector, range, as_of)));
        answers.push(first_series(recording, &selector, range, as_of));
        let (filter, limit) = (world::pick_filter(random), *random.pick(&[0, 10, 100_000]));
        answers.push(format!("{:?}", recording.entries(&filter, range, as_of, limit)));
        let scan = world::pick_scan(range, random);
        answers.push(lines(recording, &scan, as_of, limit));
        answers.push(format!(
            "{:?}",
            recording.stream_labels(&scan.streams, range, as_of)
        ));
    }
    answers
}

/// The first so many lines of a scan, handed out one by one.
fn lines(recording: &Recording, scan: &LogScan, as_of: Timestamp, limit: usize) -> String {
    let mut handed = Vec::new();
    let provenance = recording.each_line(scan, as_of, &mut |line| {
        handed.push(format!("{line:?}"));
        if handed.len() < limit {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    });
    format!("{handed:?} {provenance:?}")
}

/// The first two series, handed out one by one.
fn first_series(recording: &Recording, selector: &Selector, range: TimeRange, as_of: Timestamp) -> String {
    let mut handed = Vec::new();
    let provenance = recording.each_series(selector, range, as_of, &mut |series| {
        handed.push(series);
        if handed.len() < 2 {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    });
    format!("{handed:?} {provenance:?}")
}

fn assert_same(expected: &[String], found: &[String], asks: &[Ask], context: &str) {
    for (i, (expected, found)) in expected.iter().zip(found).enumerate() {
        let ask = asks
            .get(i)
            .map_or("plain data".to_owned(), |ask| format!("{ask:?}"));
        assert!(
            expected == found,
            "{context}\n{ask}\nof the original: {expected}\nof the variant:  {found}"
        );
    }
}

/// Tries one world at several playheads.
fn check(seed: u64, n_entries: usize, n_playheads: usize) {
    let random = &mut Random(seed ^ 0xfeed);
    let original = World::new(seed, n_entries);
    let other = World::new(seed + 1_000_000, n_entries);
    let folder = tempfile::tempdir().expect("a folder");
    let recording = original.record(&folder, "original");
    for i in 0..n_playheads {
        let as_of = world::playhead(&original, random);
        let asks = world::asks(as_of, &[&original, &other], random);
        let context = |variant: &str| format!("seed {seed}, playhead {as_of}, {variant}");
        let expected = answers(&recording, as_of, &asks, seed);
        let variants = [
            ("later facts removed", original.known(as_of)),
            ("later facts altered", original.altered(as_of, random)),
            ("later facts replaced", original.continued_by(&other, as_of)),
        ];
        for (variant, world) in variants {
            let changed = world.record(&folder, &format!("{i} {variant}"));
            let found = answers(&changed, as_of, &asks, seed);
            assert_same(&expected, &found, &asks, &context(variant));
            let later = as_of.plus_nanos(random.between(1, 1_200_000_000_000));
            answers(&changed, later, &asks, seed);
            let found = answers(&changed, as_of, &asks, seed);
            assert_same(
                &expected,
                &found,
                &asks,
                &context(&format!("{variant}, asked later first")),
            );
        }
    }
}

#[test]
fn nothing_known_later_is_in_any_answer() {
    for seed in 0..n_worlds() {
        check(seed, 300, 2);
    }
}

#[test]
fn nothing_known_later_is_in_any_answer_when_the_logs_fill_several_slices() {
    check(77, 40_000, 1);
}

#[test]
fn the_order_of_questions_does_not_matter() {
    let world = World::new(5, 500);
    let folder = tempfile::tempdir().expect("a folder");
    let much_asked = world.record(&folder, "world");
    let random = &mut Random(6);
    for i in 0..12 {
        let as_of = world::playhead(&world, random);
        let asks = world::asks(as_of, &[&world], random);
        let fresh = Recording::open(&folder.path().join("world.glass")).expect("an intact file");
        let expected = answers(&fresh, as_of, &asks, i);
        let found = answers(&much_asked, as_of, &asks, i);
        assert_same(&expected, &found, &asks, &format!("seek {i} to {as_of}"));
    }
}

#[test]
fn several_threads_get_the_same_answers() {
    let world = World::new(8, 500);
    let folder = tempfile::tempdir().expect("a folder");
    let recording = world.record(&folder, "world");
    let random = &mut Random(9);
    let as_of = world::playhead(&world, random);
    let asks = world::asks(as_of, &[&world], random);
    let fresh = Recording::open(&folder.path().join("world.glass")).expect("an intact file");
    let expected = answers(&fresh, as_of, &asks, 1);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                assert_same(
                    &expected,
                    &answers(&recording, as_of, &asks, 1),
                    &asks,
                    "a thread",
                )
            });
        }
    });
}
