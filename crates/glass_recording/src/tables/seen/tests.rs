//! Lists that were seen again and again are stored once and come back whole.

use super::*;
use crate::container::Source;
use crate::tables::receivers::read_receivers;
use crate::tables::{Effort, write_rows};

/// Sightings as text: `source time item,item`, `-` for none.
fn sightings(lines: &[&str]) -> Vec<Sighting<String>> {
    let one = |line: &&str| {
        let parts: Vec<&str> = line.split(' ').collect();
        let items = parts[2].split(',').filter(|item| *item != "-").map(str::to_owned);
        let at = Timestamp::from_nanos(parts[1].parse().unwrap());
        Sighting {
            source: parts[0].into(),
            since: at,
            at,
            items: items.collect(),
        }
    };
    lines.iter().map(one).collect()
}

fn member(rows: &[SeenRow<String>]) -> Member {
    let mut bytes = Vec::new();
    write_rows(rows, &mut bytes, Effort::Quick).unwrap();
    let len = bytes.len() as u64;
    Member::new("test", "receivers.parquet", Source::Bytes(bytes.into()), 0, len)
}

/// Rows as text: `source time position item`, and `same` and `none` in brackets.
fn row_text(row: &SeenRow<String>) -> String {
    let part = match &row.part {
        Part::Item(item) => item.clone(),
        Part::Same => "[same]".into(),
        Part::None => "[none]".into(),
    };
    format!("{} {} {} {part}", row.source, row.at.nanos(), row.position)
}

/// What is written of sightings, how many came twice, and what is read back: `source since at items`.
fn check(pushed: &[&str], rows: &[&str], n_duplicates: u64, read: &[&str]) {
    let mut found_duplicates = 0;
    let joined = join_sightings(sightings(pushed), &mut found_duplicates);
    let written = to_rows(&joined);
    assert_eq!(
        written.iter().map(row_text).collect::<Vec<_>>(),
        rows,
        "{pushed:?}"
    );
    assert_eq!(found_duplicates, n_duplicates, "{pushed:?}");
    let back = read_receivers(&member(&written)).unwrap();
    let text = |s: &Sighting<String>| {
        let (since, at) = (s.since.nanos(), s.at.nanos());
        format!("{} {since} {at} {}", s.source, s.items.join(","))
    };
    assert_eq!(back.iter().map(text).collect::<Vec<_>>(), read, "{pushed:?}");
    assert_eq!(back, joined, "{pushed:?}");
    assert_eq!(
        join_sightings(back.clone(), &mut 0),
        back,
        "joining again changes nothing"
    );
}

#[test]
fn a_list_is_written_when_it_changes() {
    check(&[], &[], 0, &[]);
    check(
        &["p 1 a,b", "p 2 a,b", "p 3 b", "p 4 -", "p 5 -", "p 6 b"],
        &[
            "p 1 0 a",
            "p 1 1 b",
            "p 2 0 [same]",
            "p 3 0 b",
            "p 4 0 [none]",
            "p 5 0 [same]",
            "p 6 0 b",
        ],
        0,
        &["p 1 1 a,b", "p 1 2 a,b", "p 3 3 b", "p 4 4 ", "p 4 5 ", "p 6 6 b"],
    );
}

#[test]
fn sources_and_times_may_come_in_any_order() {
    check(
        &["q 3 a", "p 2 a", "q 1 b", "p 1 a", "q 3 b", "q 2 b"],
        &[
            "p 1 0 a",
            "p 2 0 [same]",
            "q 1 0 b",
            "q 2 0 [same]",
            "q 3 0 [same]",
        ],
        1,
        &["p 1 1 a", "p 1 2 a", "q 1 1 b", "q 1 2 b", "q 1 3 b"],
    );
}

#[test]
fn rows_that_make_no_sense_are_refused() {
    let check = |rows: &[(&str, i64, u32, Part<String>)], expected: &str| {
        let rows: Vec<SeenRow<String>> = rows
            .iter()
            .map(|(source, at, position, part)| SeenRow {
                source: (*source).into(),
                at: Timestamp::from_nanos(*at),
                position: *position,
                part: part.clone(),
            })
            .collect();
        let error = read_receivers(&member(&rows)).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    };
    let item = || Part::Item("a".to_owned());
    check(&[("p", 1, 0, Part::Same)], "repeats one that is missing");
    check(
        &[("p", 1, 0, item()), ("q", 2, 0, Part::Same)],
        "repeats one that is missing",
    );
    check(&[("p", 1, 1, item())], "without its first row");
    check(
        &[("p", 1, 0, item()), ("p", 1, 2, item())],
        "a row missing or too many",
    );
    check(
        &[("p", 1, 0, item()), ("p", 1, 0, item())],
        "a row missing or too many",
    );
    check(
        &[("p", 1, 0, item()), ("p", 1, 1, Part::Same)],
        "a row missing or too many",
    );
    check(&[("p", 1, 0, Part::None), ("p", 1, 0, item())], "not sorted");
    check(&[("p", 2, 0, item()), ("p", 1, 0, item())], "not sorted");
    check(&[("q", 1, 0, item()), ("p", 2, 0, item())], "not sorted");
}
