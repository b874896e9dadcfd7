//! Where there is no data though it was wanted, by what was asked of which source.

use super::Partly;
use crate::read::snapshot::{KnownCoverage, Snapshot};
use crate::read::store::coverage::Kind;
use glass_model::{Gap, GapKind, TimeRange, Timestamp};

/// A shorter time between two questions is no gap.
const LEAST_NANOS: i64 = 1_000_000_000;
/// At most so many gaps of a kind are told.
const MAX_GAPS: usize = 200;

/// Kinds, and whether they are asked for over time: then also what was never asked is missing.
const KINDS: [(Kind, GapKind, bool); 5] = [
    (Kind::Metrics, GapKind::Metrics, true),
    (Kind::Logs, GapKind::Logs, true),
    (Kind::Alerts, GapKind::Alerts, true),
    (Kind::Changes, GapKind::Changes, false),
    (Kind::Documents, GapKind::Documents, false),
];

/// The gaps that touch `window`, by kind and time.
pub(super) fn gaps(snapshot: &Snapshot<'_>, window: TimeRange) -> Partly<Vec<Gap>> {
    let mut troubles = Vec::new();
    let mut gaps = Vec::new();
    for (kind, name, is_over_time) in KINDS {
        let coverage = snapshot.coverage(kind, &mut troubles);
        let whole = is_over_time.then(|| snapshot.extent());
        let of_kind = of_kind(&coverage.begun, whole).into_iter();
        let in_window = of_kind.filter(|(range, _)| range.overlaps(window));
        gaps.extend(in_window.take(MAX_GAPS).map(|(range, why)| Gap {
            kind: name,
            range,
            why,
        }));
    }
    // Each kind reads the same table.
    troubles.dedup();
    (gaps, troubles)
}

/// The gaps in questions of one kind, and between them in `whole`, by time. Where nothing was ever asked, nothing is
/// missing.
fn of_kind(rows: &[KnownCoverage<'_>], whole: Option<TimeRange>) -> Vec<(TimeRange, String)> {
    let is_answered = |row: &&KnownCoverage<'_>| !matches!(row.state, "failed" | "refused");
    let lasts = |row: &&KnownCoverage<'_>| row.range.nanos() > 0;
    let answered: Vec<TimeRange> = rows
        .iter()
        .filter(lasts)
        .filter(is_answered)
        .map(|row| row.range)
        .collect();
    let unanswered: Vec<&KnownCoverage<'_>> = rows
        .iter()
        .filter(lasts)
        .filter(|row| !is_answered(row))
        .collect();
    if answered.is_empty() && unanswered.is_empty() {
        return Vec::new();
    }
    let mut gaps = Vec::new();
    for row in &unanswered {
        let why = row.warnings.lines().next().unwrap_or("the source did not answer");
        let same: Vec<TimeRange> = rows
            .iter()
            .filter(|other| other.source == row.source && is_answered(other))
            .map(|other| other.range)
            .collect();
        gaps.extend(
            holes(&same, row.range)
                .into_iter()
                .map(|range| (range, why.to_owned())),
        );
    }
    let asked: Vec<TimeRange> = answered
        .into_iter()
        .chain(unanswered.iter().map(|row| row.range))
        .collect();
    let never = whole
        .map(|whole| holes(&asked, whole))
        .unwrap_or_default()
        .into_iter();
    gaps.extend(never.map(|range| (range, "not asked".to_owned())));
    gaps.sort_by_key(|(range, _)| range.start);
    gaps
}

/// The parts of `whole` that none of the ranges holds.
fn holes(ranges: &[TimeRange], whole: TimeRange) -> Vec<TimeRange> {
    let mut sorted = ranges.to_vec();
    sorted.sort_by_key(|range| range.start);
    let mut holes = Vec::new();
    let mut from = whole.start;
    let end = TimeRange::new(whole.end, Timestamp::MAX);
    for range in sorted.into_iter().chain([end]) {
        let hole = TimeRange::new(from, range.start.min(whole.end));
        if hole.nanos() > LEAST_NANOS {
            holes.push(hole);
        }
        from = from.max(range.end);
    }
    holes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(from: i64, to: i64) -> TimeRange {
        TimeRange::new(Timestamp::from_secs(from), Timestamp::from_secs(to))
    }

    fn row(source: &'static str, from: i64, to: i64, state: &'static str) -> KnownCoverage<'static> {
        KnownCoverage {
            source,
            range: range(from, to),
            asked_at: None,
            state,
            warnings: "too busy\nand more",
        }
    }

    #[test]
    fn what_was_never_asked_and_what_was_not_answered_is_missing() {
        let rows = [
            row("a", 10, 30, "complete"),
            row("a", 30, 40, "failed"),
            row("a", 35, 40, "partial"),
            row("b", 50, 60, "refused"),
            row("b", 55, 55, "failed"),
        ];
        let expected = [
            (range(0, 10), "not asked".to_owned()),
            (range(30, 35), "too busy".to_owned()),
            (range(40, 50), "not asked".to_owned()),
            (range(50, 60), "too busy".to_owned()),
            (range(60, 100), "not asked".to_owned()),
        ];
        assert_eq!(of_kind(&rows, Some(range(0, 100))), expected);
        assert_eq!(of_kind(&[], Some(range(0, 100))), []);
        assert_eq!(of_kind(&[row("a", 5, 5, "complete")], Some(range(0, 100))), []);
    }
}
