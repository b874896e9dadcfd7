//! Round trips of the tables, and files that are not what they claim.

use super::changes::read_changes;
use super::coverage::{CoverageRow, read_coverage};
use super::events::read_events;
use super::histograms::{HistogramsFile, HistogramsWriter};
use super::logs::{LogRow, LogsFile, LogsWriter};
use super::metadata::{MetadataRow, read_metadata};
use super::metrics::{CHUNK_ROWS, MetricsFile, MetricsWriter};
use super::parquet_schema::{TableSchema, text};
use super::rows::{Columns, texts_column};
use super::series::{SeriesRow, read_series};
use super::streams::{StreamRow, read_streams};
use super::*;
use crate::container::{Member, Source};
use arrow_array::ArrayRef;
use glass_model::{
    Change, ChangeSummary, Event, EventKind, FileChange, Labels, MetricKind, NativeHistogram, Span,
    Timestamp, Until,
};
use proptest::prelude::*;
use std::sync::LazyLock;

/// A member of these bytes.
fn member(bytes: Vec<u8>) -> Member {
    let len = bytes.len() as u64;
    Member::new("test", "table.parquet", Source::Bytes(bytes.into()), 0, len)
}

fn written<R: Row>(rows: &[R]) -> Member {
    let mut bytes = Vec::new();
    write_rows(rows, &mut bytes, Effort::Quick).unwrap();
    member(bytes)
}

fn labels() -> Labels {
    Labels::new([("__name__", "queue.depth"), ("zone", "Zürich"), ("empty", "")])
}

#[test]
fn tables_that_are_read_whole_round_trip() {
    let at = Timestamp::from_nanos;
    let series = vec![SeriesRow {
        id: u32::MAX,
        labels: labels(),
        first_at_millis: -5,
        last_at_millis: i64::MAX,
        n_samples: u64::MAX,
    }];
    assert_eq!(read_series(&written(&series)).unwrap(), series);
    let streams = vec![StreamRow {
        id: 0,
        labels: Labels::empty(),
        first_at_nanos: i64::MIN,
        last_at_nanos: 7,
        n_entries: 1,
    }];
    assert_eq!(read_streams(&written(&streams)).unwrap(), streams);
    let metadata = vec![MetadataRow {
        name: "up".into(),
        kind: MetricKind::Gauge,
        help: "1 if\nscraped".into(),
        unit: String::new(),
        seen_at: Some(at(7)),
    }];
    assert_eq!(read_metadata(&written(&metadata)).unwrap(), metadata);
    let coverage = vec![CoverageRow {
        source: "prometheus".into(),
        what: "up".into(),
        start: at(1),
        end: at(2),
        asked_at: None,
        state: "complete".into(),
        warnings: String::new(),
        n_items: 3,
    }];
    assert_eq!(read_coverage(&written(&coverage)).unwrap(), coverage);
    assert_eq!(read_coverage(&written::<CoverageRow>(&[])).unwrap(), []);
}

#[test]
fn events_and_changes_round_trip() {
    let at = Timestamp::from_nanos;
    let event = |until| Event {
        kind: EventKind::AlertFiring,
        happened_at: at(1),
        known_at: at(2),
        until,
        cluster: "eu".into(),
        title: "ShopDown".into(),
        text: "…".into(),
        link: String::new(),
        labels: labels(),
        annotations: labels(),
    };
    let until = Until {
        at: at(3),
        known_at: at(4),
    };
    let events = vec![event(None), event(Some(until))];
    assert_eq!(read_events(&written(&events)).unwrap(), events);
    let change = Change {
        summary: ChangeSummary {
            id: "ab".repeat(20),
            repository: "gitops".into(),
            author: "ada".into(),
            committed_at: at(1),
            known_at: at(2),
            subject: "shop: less memory".into(),
            files: vec![FileChange {
                path: "apps/shop.yaml".into(),
                n_added: 1,
                n_removed: 2,
                deleted: false,
            }],
        },
        body: String::new(),
        patch: "-a\n+b\n".repeat(100),
        patch_cut: true,
    };
    // More than one row group.
    let changes = vec![change; 20_000];
    assert_eq!(read_changes(&written(&changes)).unwrap(), changes);
}

/// A metric's name and description, as tables held them before a column was added.
struct OldMetadata(&'static str);

impl Row for OldMetadata {
    fn schema() -> &'static TableSchema {
        static SCHEMA: LazyLock<TableSchema> = LazyLock::new(|| {
            let columns = ["name", "kind", "help", "unit"].map(text).to_vec();
            TableSchema::new("metadata", columns, &[])
        });
        &SCHEMA
    }

    fn n_bytes(&self) -> usize {
        self.0.len()
    }

    fn to_columns(rows: &[Self]) -> Vec<ArrayRef> {
        let column = |_| texts_column(rows.iter().map(|row| row.0));
        (0..4).map(column).collect()
    }

    fn from_columns(_: &Columns<'_>) -> Result<Vec<Self>, String> {
        Ok(Vec::new())
    }
}

#[test]
fn a_table_from_before_a_column_was_added_is_read() {
    let rows = read_metadata(&written(&[OldMetadata("up"), OldMetadata("x")])).unwrap();
    let told: Vec<_> = rows
        .iter()
        .map(|row| (&*row.name, &*row.unit, row.seen_at))
        .collect();
    assert_eq!(told, [("up", "up", None), ("x", "x", None)]);
    let error = read_events(&written(&[OldMetadata("up")]))
        .unwrap_err()
        .to_string();
    assert!(error.contains("not those of the table `events`"), "{error}");
}

#[test]
fn samples_keep_their_bits_over_several_chunks() {
    let n_rows = CHUNK_ROWS + 10;
    let value = |row: usize| f64::from_bits(0x7ff0_0000_0000_0000 + row as u64);
    let mut bytes = Vec::new();
    let mut writer = MetricsWriter::create(&mut bytes, Effort::Small).unwrap();
    for row in 0..n_rows {
        writer.push(row as u32 / 100, row as i64, value(row)).unwrap();
    }
    writer.finish().unwrap();
    let file = MetricsFile::open(&member(bytes)).unwrap();
    assert_eq!(file.chunks().len(), 2);
    assert_eq!(
        (file.chunks()[0].first_series, file.chunks()[0].last_series),
        (0, 655)
    );
    let mut row = 0;
    for chunk in 0..2 {
        let chunk = file.read(chunk).unwrap();
        for at in 0..chunk.series.len() {
            assert_eq!(
                (chunk.series[at], chunk.at_millis[at]),
                (row as u32 / 100, row as i64)
            );
            assert_eq!(chunk.values[at].to_bits(), value(row).to_bits());
            row += 1;
        }
    }
    assert_eq!(row, n_rows);
    assert!(file.read(2).is_err());
}

#[test]
fn a_wrong_order_is_refused_when_read() {
    let mut bytes = Vec::new();
    let mut writer = MetricsWriter::create(&mut bytes, Effort::Quick).unwrap();
    writer.push(2, 1, 0.0).unwrap();
    writer.push(1, 1, 0.0).unwrap();
    writer.finish().unwrap();
    let error = MetricsFile::open(&member(bytes))
        .unwrap()
        .read(0)
        .unwrap_err()
        .to_string();
    assert!(error.contains("not sorted by series and time"), "{error}");
}

fn histogram() -> NativeHistogram {
    NativeHistogram {
        reset_hint: glass_model::ResetHint::Unknown,
        schema: -53,
        zero_threshold: 1e-128,
        zero_count: 2.0,
        count: 9.0,
        sum: glass_model::stale_marker(),
        positive_spans: vec![
            Span {
                offset: -3,
                length: 2,
            },
            Span { offset: 4, length: 1 },
        ],
        positive_counts: vec![1.0, 2.5, f64::INFINITY],
        negative_spans: vec![Span { offset: 0, length: 1 }],
        negative_counts: vec![1.0],
        custom_bounds: vec![0.5, 1.0],
    }
}

#[test]
fn histograms_round_trip() {
    let empty = NativeHistogram {
        reset_hint: glass_model::ResetHint::Unknown,
        positive_spans: Vec::new(),
        positive_counts: Vec::new(),
        ..histogram()
    };
    let mut bytes = Vec::new();
    let mut writer = HistogramsWriter::create(&mut bytes, Effort::Quick).unwrap();
    writer.push(1, 10, histogram()).unwrap();
    writer.push(1, 20, empty.clone()).unwrap();
    writer.push(2, 10, histogram()).unwrap();
    writer.finish().unwrap();
    let read = HistogramsFile::open(&member(bytes)).unwrap().read(0).unwrap();
    assert_eq!(read.series, [1, 1, 2]);
    // The text form shows every bit but those of NaN.
    assert_eq!(
        format!("{:?}", read.histograms),
        format!("{:?}", [histogram(), empty, histogram()])
    );
    assert_eq!(read.histograms[0].sum.to_bits(), glass_model::STALE_MARKER_BITS);
}

#[test]
fn log_lines_round_trip_in_slices() {
    let row = |at_nanos: i64| LogRow {
        at_nanos,
        stream: (at_nanos % 3) as u32,
        level: (at_nanos % 6) as u8,
        line: format!("line {at_nanos} → \u{1b}[31m"),
        metadata: if at_nanos % 2 == 0 {
            labels()
        } else {
            Labels::empty()
        },
    };
    let rows: Vec<LogRow> = (0..40_000).map(row).collect();
    let mut bytes = Vec::new();
    let mut writer = LogsWriter::create(&mut bytes, Effort::Small).unwrap();
    writer.push_sorted(rows.clone()).unwrap();
    writer.finish().unwrap();
    let file = LogsFile::open(&member(bytes)).unwrap();
    assert_eq!(file.slices().len(), 3);
    assert_eq!(file.slices()[1].min_at_nanos, 16_384);
    let mut read: Vec<LogRow> = (0..3).flat_map(|slice| file.read_rows(slice).unwrap()).collect();
    read.sort_by_key(|row| row.at_nanos);
    assert_eq!(read, rows);
    let lines = file.read_lines(0).unwrap();
    assert_eq!(lines.len(), 16_384);
    assert!(lines.line(3).starts_with("line 9 "));
    assert_eq!(lines.line(99_999), "");
}

#[test]
fn every_flipped_byte_of_a_table_is_noticed_or_harmless() {
    let mut bytes = Vec::new();
    let mut writer = LogsWriter::create(&mut bytes, Effort::Quick).unwrap();
    let row = |at_nanos: i64| LogRow {
        at_nanos,
        stream: 1,
        level: 1,
        line: format!("line {at_nanos}"),
        metadata: labels(),
    };
    let rows: Vec<LogRow> = (0..50).map(row).collect();
    writer.push_sorted(rows.clone()).unwrap();
    writer.finish().unwrap();
    for at in 4..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x10;
        // Without a manifest the footer has no checksum; the rows must be right or refused all the same, unless the
        // flip is in the footer's own description of a checksum.
        let read = LogsFile::open(&member(damaged)).and_then(|file| file.read_rows(0));
        if let Ok(read) = read {
            assert_eq!(read, rows, "byte {at}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Bytes behind right checksums may still be hostile: the decoders must refuse or read them, never panic.
    #[test]
    fn hostile_pages_are_refused_or_read(
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let mut bytes = Vec::new();
        write_rows(&[SeriesRow {
            id: 1,
            labels: labels(),
            first_at_millis: 1,
            last_at_millis: 2,
            n_samples: 3,
        }], &mut bytes, Effort::Quick).unwrap();
        // With another key the checksums are not found, and so not compared.
        let key = bytes.windows(11).position(|window| window == b"glass.crc32").unwrap();
        bytes[key] = b'G';
        for (at, byte) in flips {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let _ = read_series(&member(bytes));
    }
}
