//! [`Contents`]: decodes members and holds them against each other.

use super::VerifyReport;
use crate::container::{Archive, ArchiveKind, Member};
use crate::error::RecordingError;
use crate::manifest::Counts;
use crate::tables::TABLES;
use crate::tables::changes::read_changes;
use crate::tables::coverage::read_coverage;
use crate::tables::documents::{is_document_name, read_document};
use crate::tables::events::read_events;
use crate::tables::histograms::HistogramsFile;
use crate::tables::layout::{LAYOUT_NAME, read_layout};
use crate::tables::log_filters::{LogFilterRow, SliceKey, read_log_filters};
use crate::tables::logs::LogsFile;
use crate::tables::metadata::read_metadata;
use crate::tables::metrics::MetricsFile;
use crate::tables::receivers::read_receivers;
use crate::tables::rules::read_rules;
use crate::tables::series::read_series;
use crate::tables::silences::read_silences;
use crate::tables::streams::read_streams;
use crate::tables::targets::read_targets;
use glass_model::Labels;
use std::collections::HashMap;

/// What a table of series or streams says of one, and what was found.
struct Known {
    labels: Labels,
    said: (i64, i64, u64),
    found: Option<(i64, i64, u64)>,
}

/// What was found so far.
pub(super) struct Contents {
    pub(super) counts: Counts,
    series: HashMap<u32, Known>,
    streams: HashMap<u32, Known>,
    log_filters: HashMap<SliceKey, LogFilterRow>,
    /// Whether members are held against the manifest's checksums; not so before packing, when they may be new.
    sums: bool,
}

/// The members that hold something to decode; those that name series and streams, and filters of log lines, first.
pub(super) fn reading_order(archive: &Archive) -> Vec<&Member> {
    let tables = ["series", "streams", "log_filters"].into_iter().chain(TABLES);
    let mut members: Vec<&Member> = Vec::new();
    for table in tables {
        for member in archive.table(table) {
            if !members.iter().any(|known| known.name() == member.name()) {
                members.push(member);
            }
        }
    }
    members.extend(archive.members().filter(|member| is_document_name(member.name())));
    members.extend(archive.member(LAYOUT_NAME));
    members
}

impl Contents {
    pub(super) fn new(sums: bool) -> Self {
        Self {
            counts: Counts::default(),
            series: HashMap::new(),
            streams: HashMap::new(),
            log_filters: HashMap::new(),
            sums,
        }
    }

    /// Decodes one member; what is wrong goes into `report`.
    pub(super) fn check(&mut self, member: &Member, report: &mut VerifyReport) {
        let member = if self.sums {
            member.clone()
        } else {
            member.clone().with_sum(None)
        };
        if let Err(error) = self.decode(&member, report) {
            report.problem(error);
        }
    }

    fn decode(&mut self, member: &Member, report: &mut VerifyReport) -> Result<(), RecordingError> {
        let name = member.name();
        let table = name
            .split_once('/')
            .map_or(name.trim_end_matches(".parquet"), |(table, _)| table);
        match table {
            "series" => {
                for row in read_series(member)? {
                    let said = (row.first_at_millis, row.last_at_millis, row.n_samples);
                    know(&mut self.series, row.id, row.labels, said, member, report);
                }
            }
            "streams" => {
                for row in read_streams(member)? {
                    let said = (row.first_at_nanos, row.last_at_nanos, row.n_entries);
                    know(&mut self.streams, row.id, row.labels, said, member, report);
                }
            }
            "metrics" => self.decode_metrics(member, report)?,
            "histograms" => self.decode_histograms(member, report)?,
            "log_filters" => {
                let filters = read_log_filters(member)?.into_iter();
                self.log_filters
                    .extend(filters.map(|filter| (filter.slice, filter)));
            }
            "logs" => self.decode_logs(member, report)?,
            "events" => self.counts.events += read_events(member)?.len() as u64,
            "changes" => self.counts.changes += read_changes(member)?.len() as u64,
            "coverage" => drop(read_coverage(member)?),
            "metadata" => drop(read_metadata(member)?),
            "rules" => self.counts.rules += read_rules(member)?.len() as u64,
            "targets" => self.counts.targets += read_targets(member)?.len() as u64,
            "silences" => self.counts.silences += read_silences(member)?.len() as u64,
            "receivers" => self.counts.receivers += read_receivers(member)?.len() as u64,
            _ if name == LAYOUT_NAME => drop(read_layout(member)?),
            _ => {
                read_document(member)?;
                self.counts.documents += 1;
            }
        }
        Ok(())
    }

    fn decode_metrics(&mut self, member: &Member, report: &mut VerifyReport) -> Result<(), RecordingError> {
        let file = MetricsFile::open(member)?;
        let mut last = None;
        for number in 0..file.chunks().len() {
            let chunk = match file.read(number) {
                Ok(chunk) => chunk,
                Err(error) => {
                    report.problem(error);
                    continue;
                }
            };
            self.counts.samples += chunk.series.len() as u64;
            self.check_samples(member, &chunk.series, &chunk.at_millis, &mut last, report);
        }
        Ok(())
    }

    fn decode_histograms(
        &mut self,
        member: &Member,
        report: &mut VerifyReport,
    ) -> Result<(), RecordingError> {
        let file = HistogramsFile::open(member)?;
        let mut last = None;
        for number in 0..file.chunks().len() {
            let chunk = match file.read(number) {
                Ok(chunk) => chunk,
                Err(error) => {
                    report.problem(error);
                    continue;
                }
            };
            self.counts.histograms += chunk.series.len() as u64;
            self.check_samples(member, &chunk.series, &chunk.at_millis, &mut last, report);
        }
        Ok(())
    }

    /// Holds the rows of a chunk against the chunk before and the table of series.
    fn check_samples(
        &mut self,
        member: &Member,
        series: &[u32],
        at_millis: &[i64],
        last: &mut Option<(u32, i64)>,
        report: &mut VerifyReport,
    ) {
        let first = series.first().copied().zip(at_millis.first().copied());
        if first.is_some() && first <= *last {
            report.problem(RecordingError::damaged(
                member.place(),
                "its row groups are not sorted",
            ));
        }
        *last = series.last().copied().zip(at_millis.last().copied());
        let rows = series.iter().copied().zip(at_millis.iter().copied());
        if let Some(id) = reach_all(&mut self.series, rows) {
            report.problem(RecordingError::damaged(
                member.place(),
                format!("series {id} is in no table of series"),
            ));
        }
    }

    fn decode_logs(&mut self, member: &Member, report: &mut VerifyReport) -> Result<(), RecordingError> {
        let file = LogsFile::open(member)?;
        for slice in 0..file.slices().len() {
            let rows = match file.read_rows(slice) {
                Ok(rows) => rows,
                Err(error) => {
                    report.problem(error);
                    continue;
                }
            };
            self.counts.entries += rows.len() as u64;
            let filter = file.key(slice).and_then(|key| self.log_filters.get(&key));
            if filter.is_some_and(|filter| !filter.holds_all(rows.iter().map(|row| &*row.line))) {
                let trouble = format!("row group {slice}: its filter in `log_filters` hides lines of it");
                report.problem(RecordingError::damaged(member.place(), trouble));
            }
            let rows = rows.iter().map(|row| (row.stream, row.at_nanos));
            if let Some(id) = reach_all(&mut self.streams, rows) {
                report.problem(RecordingError::damaged(
                    member.place(),
                    format!("stream {id} is in no table of streams"),
                ));
            }
        }
        Ok(())
    }

    /// Counts series and streams; in a finished recording what is said of them must be what was found.
    pub(super) fn check_reach(&mut self, kind: ArchiveKind, report: &mut VerifyReport) {
        self.counts.series = self.series.len() as u64;
        self.counts.streams = self.streams.len() as u64;
        if kind == ArchiveKind::InProgress || !report.problems.is_empty() {
            return;
        }
        for (what, all) in [("series", &self.series), ("stream", &self.streams)] {
            let wrong = all
                .values()
                .filter(|known| known.found != Some(known.said))
                .count();
            if wrong > 0 {
                report.problem(format!(
                    "the {what} table is wrong about times or numbers of rows of {wrong} of them"
                ));
            }
        }
    }
}

fn know(
    known: &mut HashMap<u32, Known>,
    id: u32,
    labels: Labels,
    said: (i64, i64, u64),
    member: &Member,
    report: &mut VerifyReport,
) {
    match known.get(&id) {
        Some(before) if before.labels != labels => {
            let trouble = format!("number {id} is {} here and {labels} elsewhere", before.labels);
            report.problem(RecordingError::damaged(member.place(), trouble));
        }
        Some(_) => {}
        None => {
            let found = None;
            known.insert(id, Known { labels, said, found });
        }
    }
}

/// Notes the rows' times and returns an id that is not known, if there is one.
fn reach_all(known: &mut HashMap<u32, Known>, rows: impl Iterator<Item = (u32, i64)>) -> Option<u32> {
    let mut unknown = None;
    for (id, at) in rows {
        let Some(known) = known.get_mut(&id) else {
            unknown = Some(id);
            continue;
        };
        let (first, last, n) = known.found.unwrap_or((at, at, 0));
        known.found = Some((at.min(first), at.max(last), n + 1));
    }
    unknown
}
