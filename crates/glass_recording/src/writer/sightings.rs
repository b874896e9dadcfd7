//! Pushing what a source hands out as a whole: rules, targets, silences, receivers.

use super::RecordingWriter;
use crate::error::RecordingError;
use crate::redact::{HIDDEN, redact_counted};
use crate::tables::metadata::MetadataRow;
use crate::tables::rules::from_groups;
use crate::tables::seen::{Sighting, is_like};
use crate::tables::silences::SilenceRow;
use crate::tables::{Item, Row};
use glass_model::{ActiveAlert, Labels, Rule, RuleGroup, RuleKind, Silence, Target, Timestamp};
use std::sync::Arc;

/// The most items of one sighting.
const MAX_ITEMS: usize = 1 << 20;

impl RecordingWriter {
    /// Says which rules a source was seen to have. Rules that are as they were cost next to nothing. Suspected
    /// secrets in their texts are hidden.
    ///
    /// # Errors
    /// When there are too many or too long ones, and as for [`RecordingWriter::push_sample`].
    pub fn push_rules(
        &mut self,
        source: &str,
        at: Timestamp,
        groups: &[RuleGroup],
    ) -> Result<(), RecordingError> {
        let groups: Vec<RuleGroup> = groups.iter().map(|group| self.redacted_group(group)).collect();
        for rule in groups.iter().flat_map(|group| &group.rules) {
            self.check_labels(&rule.labels)?;
            for text in [&rule.name, &rule.query, &rule.last_error] {
                self.check_text("rule", text)?;
            }
        }
        let items = from_groups(&groups);
        self.check_sighting(source, items.len())?;
        self.buffer.n_bytes += push(&mut self.buffer.rules, source, at, items);
        self.commit_if_full()
    }

    /// Says which targets a source was seen to have. Suspected secrets in their addresses, labels and errors are
    /// hidden.
    ///
    /// # Errors
    /// As for [`RecordingWriter::push_rules`].
    pub fn push_targets(
        &mut self,
        source: &str,
        at: Timestamp,
        targets: &[Target],
    ) -> Result<(), RecordingError> {
        self.check_sighting(source, targets.len())?;
        let mut items = Vec::with_capacity(targets.len());
        for target in targets {
            self.check_labels(&target.labels)?;
            self.check_labels(&target.discovered_labels)?;
            for text in [&target.scrape_url, &target.global_url, &target.last_error] {
                self.check_text("target", text)?;
            }
            items.push(Target {
                labels: self.redacted_pairs(&target.labels),
                discovered_labels: self.redacted_pairs(&target.discovered_labels),
                scrape_url: self.redacted(target.scrape_url.clone()),
                global_url: self.redacted(target.global_url.clone()),
                last_error: self.redacted(target.last_error.clone()),
                ..target.clone()
            });
        }
        self.buffer.n_bytes += push(&mut self.buffer.targets, source, at, items);
        self.commit_if_full()
    }

    /// Says which silences a source was seen to have. Suspected secrets in comments are hidden.
    ///
    /// # Errors
    /// As for [`RecordingWriter::push_rules`].
    pub fn push_silences(
        &mut self,
        source: &str,
        at: Timestamp,
        silences: &[Silence],
    ) -> Result<(), RecordingError> {
        self.check_sighting(source, silences.len())?;
        let mut items = Vec::with_capacity(silences.len());
        for silence in silences {
            self.check_text("silence", &silence.comment)?;
            let silence = Silence {
                comment: self.redacted(silence.comment.clone()),
                ..silence.clone()
            };
            items.push(SilenceRow::from_model(silence));
        }
        self.buffer.n_bytes += push(&mut self.buffer.silences, source, at, items);
        self.commit_if_full()
    }

    /// Says which receivers of notifications a source was seen to have.
    ///
    /// # Errors
    /// As for [`RecordingWriter::push_rules`].
    pub fn push_receivers(
        &mut self,
        source: &str,
        at: Timestamp,
        names: &[String],
    ) -> Result<(), RecordingError> {
        self.check_sighting(source, names.len())?;
        for name in names {
            self.check_text("receiver", name)?;
        }
        self.buffer.n_bytes += push(&mut self.buffer.receivers, source, at, names.to_vec());
        self.commit_if_full()
    }

    /// Says what a source was seen to say of a metric. What it said before is not repeated.
    ///
    /// # Errors
    /// As for [`RecordingWriter::push_rules`].
    pub fn push_metadata_row(&mut self, row: MetadataRow) -> Result<(), RecordingError> {
        for text in [&row.name, &row.help, &row.unit] {
            self.check_text("metric's description", text)?;
        }
        let row = MetadataRow {
            help: self.redacted(row.help),
            ..row
        };
        self.buffer.n_bytes += row.n_bytes();
        self.buffer.metadata.push(row);
        self.commit_if_full()
    }

    fn check_sighting(&self, source: &str, n_items: usize) -> Result<(), RecordingError> {
        self.check_text("source's name", source)?;
        if n_items > MAX_ITEMS {
            let trouble = format!("a list of {n_items} items; at most {MAX_ITEMS} are kept");
            return Err(RecordingError::rejected(source, trouble));
        }
        Ok(())
    }

    fn redacted_group(&mut self, group: &RuleGroup) -> RuleGroup {
        RuleGroup {
            rules: group.rules.iter().map(|rule| self.redacted_rule(rule)).collect(),
            ..group.clone()
        }
    }

    fn redacted_rule(&mut self, rule: &Rule) -> Rule {
        let mut rule = rule.clone();
        rule.query = self.redacted(rule.query);
        rule.last_error = self.redacted(rule.last_error);
        if let RuleKind::Alerting(alerting) = &mut rule.kind {
            alerting.annotations = self.redacted_labels(alerting.annotations.clone());
            for alert in &mut alerting.alerts {
                *alert = ActiveAlert {
                    annotations: self.redacted_labels(alert.annotations.clone()),
                    ..alert.clone()
                };
            }
        }
        rule
    }

    /// Hides secrets in label sets whose names tell what a value is, such as `__param_token`.
    fn redacted_pairs(&mut self, labels: &Labels) -> Labels {
        let is_secret = |name: &str, value: &str| redact_counted(&format!("{name}=\"{value}\"")).1 > 0;
        if !labels.iter().any(|(name, value)| is_secret(name, value)) {
            return labels.clone();
        }
        let pairs = labels.iter().map(|(name, value)| {
            let hidden = is_secret(name, value).then(|| {
                self.buffer.counts.redactions += 1;
                // A password in an address is hidden alone; of a value that its name betrays nothing is left.
                let (shown, n_hidden) = redact_counted(value);
                if n_hidden > 0 {
                    shown.into_owned()
                } else {
                    HIDDEN.to_owned()
                }
            });
            (name.to_owned(), hidden.unwrap_or_else(|| value.to_owned()))
        });
        Labels::new(pairs.collect::<Vec<_>>())
    }
}

/// Adds a sighting and returns about how many bytes it takes. One that is like the source's last one shares its
/// list.
fn push<T: Item>(all: &mut Vec<Sighting<T>>, source: &str, at: Timestamp, items: Vec<T>) -> usize {
    let mut n_bytes = 64 + source.len();
    let mut items: Arc<[T]> = items.into();
    let before = all.iter().rev().find(|before| before.source == source);
    match before.filter(|before| before.at < at && is_like(&before.items, &items)) {
        Some(before) => items = before.items.clone(),
        None => n_bytes += items.iter().map(T::n_bytes).sum::<usize>(),
    }
    all.push(Sighting {
        source: source.to_owned(),
        since: at,
        at,
        items,
    });
    n_bytes
}
