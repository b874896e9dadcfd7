//! `rules`: groups of rules and their active alerts, each time they were seen.
//!
//! A group is a row of kind `group`, behind it one of kind `alerting` or `recording` for each of its rules, and
//! behind each of these one of kind `alert` for each of its active alerts.

use super::parquet_schema::{TableSchema, column, labels, nanos, text};
use super::rows::{
    Columns, Trouble, labels_bytes, labels_column, numbers_column, some_nanos_column, texts_column,
};
use super::seen::{self, Item, Sighting, read_sightings};
use crate::container::Member;
use crate::error::RecordingError;
use arrow_array::ArrayRef;
use arrow_array::types::{Float64Type, Int64Type, UInt64Type};
use arrow_schema::DataType;
use glass_model::{ActiveAlert, AlertingRule, Labels, Rule, RuleGroup, RuleHealth, RuleKind, Timestamp};
use std::sync::LazyLock;

/// All sightings, by source and time.
///
/// # Errors
/// When the member is damaged.
pub fn read_rules(member: &Member) -> Result<Vec<Sighting<RuleRow>>, RecordingError> {
    let sightings = read_sightings(member)?;
    for (i, sighting) in sightings.iter().enumerate() {
        let shares = i > 0 && std::sync::Arc::ptr_eq(&sighting.items, &sightings[i - 1].items);
        if !shares && let Err(trouble) = to_groups(&sighting.items) {
            return Err(RecordingError::damaged(member.place(), trouble));
        }
    }
    Ok(sightings)
}

/// A group, a rule or an alert.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleRow {
    kind: Kind,
    /// The group's name and file, in all of its rows.
    group: String,
    file: String,
    interval_nanos: i64,
    limit: u64,
    name: String,
    query: String,
    labels: Labels,
    annotations: Labels,
    for_nanos: i64,
    keep_firing_for_nanos: i64,
    health: RuleHealth,
    last_error: String,
    last_evaluation: Option<Timestamp>,
    evaluation_secs: f64,
    active_at: Option<Timestamp>,
    value: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Group,
    Recording,
    Alerting,
    Pending,
    Firing,
}

const KINDS: [(Kind, &str); 5] = [
    (Kind::Group, "group"),
    (Kind::Recording, "recording"),
    (Kind::Alerting, "alerting"),
    (Kind::Pending, "alert-pending"),
    (Kind::Firing, "alert-firing"),
];

static SCHEMA: LazyLock<TableSchema> = LazyLock::new(|| {
    let columns = vec![
        text("group"),
        text("file"),
        column("interval", DataType::Int64),
        column("limit", DataType::UInt64),
        text("name"),
        text("query"),
        labels("labels"),
        labels("annotations"),
        column("for", DataType::Int64),
        column("keep_firing_for", DataType::Int64),
        text("health"),
        text("last_error"),
        nanos("last_evaluation").with_nullable(true),
        column("evaluation_secs", DataType::Float64),
        nanos("active_at").with_nullable(true),
        column("value", DataType::Float64),
    ];
    seen::schema("rules", columns)
});

impl RuleRow {
    fn new(kind: Kind, group: &RuleGroup) -> Self {
        Self {
            kind,
            group: group.name.clone(),
            file: group.file.clone(),
            interval_nanos: 0,
            limit: 0,
            name: String::new(),
            query: String::new(),
            labels: Labels::empty(),
            annotations: Labels::empty(),
            for_nanos: 0,
            keep_firing_for_nanos: 0,
            health: RuleHealth::Unknown,
            last_error: String::new(),
            last_evaluation: None,
            evaluation_secs: 0.0,
            active_at: None,
            value: 0.0,
        }
    }

    /// Labels and annotations, if it is an active alert.
    pub(crate) fn active_alert(&self) -> Option<(&Labels, &Labels)> {
        let is_alert = matches!(self.kind, Kind::Pending | Kind::Firing);
        is_alert.then_some((&self.labels, &self.annotations))
    }

    fn of_rule(group: &RuleGroup, rule: &Rule) -> Self {
        let kind = match rule.kind {
            RuleKind::Recording => Kind::Recording,
            RuleKind::Alerting(_) => Kind::Alerting,
        };
        let mut row = Self {
            name: rule.name.clone(),
            query: rule.query.clone(),
            labels: rule.labels.clone(),
            health: rule.health,
            last_error: rule.last_error.clone(),
            last_evaluation: rule.last_evaluation,
            evaluation_secs: rule.evaluation_secs,
            ..Self::new(kind, group)
        };
        if let RuleKind::Alerting(alerting) = &rule.kind {
            row.annotations = alerting.annotations.clone();
            row.for_nanos = alerting.for_nanos;
            row.keep_firing_for_nanos = alerting.keep_firing_for_nanos;
        }
        row
    }

    fn of_alert(group: &RuleGroup, rule: &Rule, alert: &ActiveAlert) -> Self {
        let kind = match alert.is_firing {
            true => Kind::Firing,
            false => Kind::Pending,
        };
        Self {
            name: rule.name.clone(),
            labels: alert.labels.clone(),
            annotations: alert.annotations.clone(),
            active_at: alert.active_at,
            value: alert.value,
            ..Self::new(kind, group)
        }
    }
}

/// The rows of groups, in their order.
pub(crate) fn from_groups(groups: &[RuleGroup]) -> Vec<RuleRow> {
    let mut rows = Vec::new();
    for group in groups {
        rows.push(RuleRow {
            interval_nanos: group.interval_nanos,
            limit: group.limit,
            ..RuleRow::new(Kind::Group, group)
        });
        for rule in &group.rules {
            rows.push(RuleRow::of_rule(group, rule));
            if let RuleKind::Alerting(alerting) = &rule.kind {
                let alerts = alerting.alerts.iter();
                rows.extend(alerts.map(|alert| RuleRow::of_alert(group, rule, alert)));
            }
        }
    }
    rows
}

/// The groups of rows.
pub(crate) fn to_groups(rows: &[RuleRow]) -> Result<Vec<RuleGroup>, Trouble> {
    let mut groups: Vec<RuleGroup> = Vec::new();
    for row in rows {
        if row.kind == Kind::Group {
            groups.push(RuleGroup {
                name: row.group.clone(),
                file: row.file.clone(),
                interval_nanos: row.interval_nanos,
                limit: row.limit,
                rules: Vec::new(),
            });
            continue;
        }
        let group = groups.last_mut().ok_or("a rule before its group")?;
        match row.kind {
            Kind::Pending | Kind::Firing => match group.rules.last_mut().map(|rule| &mut rule.kind) {
                Some(RuleKind::Alerting(alerting)) => alerting.alerts.push(to_alert(row)),
                _ => return Err("an alert without its rule".into()),
            },
            _ => group.rules.push(to_rule(row)),
        }
    }
    Ok(groups)
}

fn to_rule(row: &RuleRow) -> Rule {
    Rule {
        name: row.name.clone(),
        query: row.query.clone(),
        labels: row.labels.clone(),
        health: row.health,
        last_error: row.last_error.clone(),
        last_evaluation: row.last_evaluation,
        evaluation_secs: row.evaluation_secs,
        kind: match row.kind {
            Kind::Alerting => RuleKind::Alerting(AlertingRule {
                for_nanos: row.for_nanos,
                keep_firing_for_nanos: row.keep_firing_for_nanos,
                annotations: row.annotations.clone(),
                alerts: Vec::new(),
            }),
            _ => RuleKind::Recording,
        },
    }
}

fn to_alert(row: &RuleRow) -> ActiveAlert {
    ActiveAlert {
        labels: row.labels.clone(),
        annotations: row.annotations.clone(),
        is_firing: row.kind == Kind::Firing,
        active_at: row.active_at,
        value: row.value,
    }
}

impl Item for RuleRow {
    fn schema() -> &'static TableSchema {
        &SCHEMA
    }

    fn kind(&self) -> &'static str {
        KINDS
            .iter()
            .find(|(kind, _)| *kind == self.kind)
            .map_or("group", |(_, name)| name)
    }

    fn n_bytes(&self) -> usize {
        let texts = [&self.group, &self.file, &self.name, &self.query, &self.last_error];
        let labels = labels_bytes(&self.labels) + labels_bytes(&self.annotations);
        160 + texts.iter().map(|text| text.len()).sum::<usize>() + labels
    }

    fn is_like(&self, other: &Self) -> bool {
        let lasting = |row: &Self| Self {
            last_evaluation: None,
            evaluation_secs: 0.0,
            value: 0.0,
            ..row.clone()
        };
        lasting(self) == lasting(other)
    }

    fn to_columns(items: &[Option<&Self>]) -> Vec<ArrayRef> {
        let empty = Labels::empty();
        let texts = |of: fn(&Self) -> &str| texts_column(items.iter().map(|item| item.map_or("", of)));
        let nanos =
            |of: fn(&Self) -> i64| numbers_column::<Int64Type>(items.iter().map(|item| item.map_or(0, of)));
        let numbers = |of: fn(&Self) -> f64| {
            numbers_column::<Float64Type>(items.iter().map(|item| item.map_or(0.0, of)))
        };
        let times = |of: fn(&Self) -> Option<Timestamp>| {
            some_nanos_column(items.iter().map(|item| item.and_then(of).map(Timestamp::nanos)))
        };
        let labels =
            |of: fn(&Self) -> &Labels| labels_column(items.iter().map(|item| item.map_or(&empty, of)));
        vec![
            texts(|row| &row.group),
            texts(|row| &row.file),
            nanos(|row| row.interval_nanos),
            numbers_column::<UInt64Type>(items.iter().map(|item| item.map_or(0, |row| row.limit))),
            texts(|row| &row.name),
            texts(|row| &row.query),
            labels(|row| &row.labels),
            labels(|row| &row.annotations),
            nanos(|row| row.for_nanos),
            nanos(|row| row.keep_firing_for_nanos),
            texts(|row| row.health.name()),
            texts(|row| &row.last_error),
            times(|row| row.last_evaluation),
            numbers(|row| row.evaluation_secs),
            times(|row| row.active_at),
            numbers(|row| row.value),
        ]
    }

    fn reader<'a>(
        columns: &Columns<'a>,
        first: usize,
    ) -> Result<impl Fn(usize, &str) -> Result<Self, Trouble> + 'a, Trouble> {
        let (groups, files) = (columns.texts(first)?, columns.texts(first + 1)?);
        let intervals = columns.numbers::<Int64Type>(first + 2)?;
        let limits = columns.numbers::<UInt64Type>(first + 3)?;
        let (names, queries) = (columns.texts(first + 4)?, columns.texts(first + 5)?);
        let (labels, annotations) = (columns.labels(first + 6)?, columns.labels(first + 7)?);
        let fors = columns.numbers::<Int64Type>(first + 8)?;
        let keeps = columns.numbers::<Int64Type>(first + 9)?;
        let (healths, errors) = (columns.texts(first + 10)?, columns.texts(first + 11)?);
        let evaluated_at = columns.some_nanos(first + 12)?;
        let took = columns.numbers::<Float64Type>(first + 13)?;
        let active_at = columns.some_nanos(first + 14)?;
        let values = columns.numbers::<Float64Type>(first + 15)?;
        Ok(move |row: usize, kind: &str| {
            let known = KINDS.iter().find(|(_, name)| *name == kind);
            Ok(Self {
                kind: known
                    .ok_or_else(|| format!("no row of rules is of kind `{kind}`"))?
                    .0,
                group: groups.value(row).to_owned(),
                file: files.value(row).to_owned(),
                interval_nanos: intervals[row],
                limit: limits[row],
                name: names.value(row).to_owned(),
                query: queries.value(row).to_owned(),
                labels: labels[row].clone(),
                annotations: annotations[row].clone(),
                for_nanos: fors[row],
                keep_firing_for_nanos: keeps[row],
                health: RuleHealth::from_name(healths.value(row)),
                last_error: errors.value(row).to_owned(),
                last_evaluation: evaluated_at[row].map(Timestamp::from_nanos),
                evaluation_secs: took[row],
                active_at: active_at[row].map(Timestamp::from_nanos),
                value: values[row],
            })
        })
    }
}
