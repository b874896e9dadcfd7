//! What the server has, and what it does: labels, series, metadata, rules, alerts, targets.

use super::ask::time_text;
use super::{ALERTS, LABEL_VALUES, LABELS, METADATA, Prometheus, RULES, SERIES, TARGETS};
use crate::Told;
use crate::http::{Endpoint, FetchError};
use crate::redacted;
use glass_formats::prometheus_api::{
    read_alerts, read_label_sets, read_metadata, read_rules, read_targets, read_texts, selector_text,
};
use glass_formats::{FormatError, Listed, MetricMetadata};
use glass_model::{ActiveAlert, Completeness, Labels, RuleGroup, RuleKind, Selector, Target, TimeRange};

impl Prometheus {
    /// The names of labels that series have in a range; of all series without a selector.
    ///
    /// # Errors
    /// See [`FetchError`].
    pub async fn label_names(
        &self,
        selectors: &[Selector],
        range: TimeRange,
    ) -> Result<Told<Vec<String>>, FetchError> {
        let query = matching(selectors, range);
        self.fetch_list(LABELS, &[], &pairs(&query), |body| read_texts(body))
            .await
    }

    /// The values that a label has in a range.
    ///
    /// # Errors
    /// See [`FetchError`].
    pub async fn label_values(
        &self,
        name: &str,
        selectors: &[Selector],
        range: TimeRange,
    ) -> Result<Told<Vec<String>>, FetchError> {
        let query = matching(selectors, range);
        let name = escaped_name(name);
        self.fetch_list(LABEL_VALUES, &[&name], &pairs(&query), |body| read_texts(body))
            .await
    }

    /// The series that there are in a range.
    ///
    /// # Errors
    /// See [`FetchError`].
    pub async fn series(
        &self,
        selector: &Selector,
        range: TimeRange,
    ) -> Result<Told<Vec<Labels>>, FetchError> {
        let query = matching(std::slice::from_ref(selector), range);
        self.fetch_list(SERIES, &[], &pairs(&query), |body| read_label_sets(body))
            .await
    }

    /// What metrics count, their help texts and units.
    ///
    /// # Errors
    /// See [`FetchError`].
    pub async fn metadata(&self) -> Result<Told<Vec<MetricMetadata>>, FetchError> {
        // That targets disagree is no part that is missing.
        let listed = self
            .fetch_list(METADATA, &[], &[], |body| read_metadata(body))
            .await?;
        let mut told = listed.map(|listed| (listed.items, listed.troubles));
        let troubles = std::mem::take(&mut told.value.1);
        troubles.into_iter().for_each(|trouble| told.warn(trouble));
        Ok(told.map(|(items, _)| items))
    }

    /// Rules with their active alerts. Secrets in their texts are hidden.
    ///
    /// # Errors
    /// See [`FetchError`].
    pub async fn rules(&self) -> Result<Told<Vec<RuleGroup>>, FetchError> {
        let mut told = self.listed(RULES, |body| read_rules(body)).await?;
        for rule in told.value.iter_mut().flat_map(|group| &mut group.rules) {
            let hidden = &mut told.n_redacted;
            redacted::hide_text(&mut rule.last_error, hidden);
            if let RuleKind::Alerting(alerting) = &mut rule.kind {
                redacted::hide_labels(&mut alerting.annotations, hidden);
                for alert in &mut alerting.alerts {
                    redacted::hide_labels(&mut alert.annotations, hidden);
                }
            }
        }
        Ok(told)
    }

    /// Alerts that are pending or firing now. Secrets in their annotations are hidden.
    ///
    /// # Errors
    /// See [`FetchError`].
    pub async fn alerts(&self) -> Result<Told<Vec<ActiveAlert>>, FetchError> {
        let mut told = self
            .fetch_list(ALERTS, &[], &[], |body| read_alerts(body))
            .await?;
        for alert in &mut told.value {
            redacted::hide_labels(&mut alert.annotations, &mut told.n_redacted);
        }
        Ok(told)
    }

    /// What the server scrapes.
    ///
    /// # Errors
    /// See [`FetchError`].
    pub async fn targets(&self) -> Result<Told<Vec<Target>>, FetchError> {
        let mut told = self.listed(TARGETS, |body| read_targets(body)).await?;
        for target in &mut told.value {
            let hidden = &mut told.n_redacted;
            redacted::hide_text(&mut target.last_error, hidden);
            redacted::hide_text(&mut target.scrape_url, hidden);
            redacted::hide_text(&mut target.global_url, hidden);
        }
        Ok(told)
    }

    async fn listed<T>(
        &self,
        endpoint: Endpoint,
        read: impl FnOnce(&[u8]) -> Result<Listed<T>, FormatError>,
    ) -> Result<Told<Vec<T>>, FetchError> {
        let listed = self.fetch_list(endpoint, &[], &[], read).await?;
        let mut told = listed.map(|listed| (listed.items, listed.troubles));
        for trouble in std::mem::take(&mut told.value.1) {
            if told.completeness == Completeness::Complete {
                told.completeness = Completeness::Partial(trouble.clone());
            }
            told.warn(trouble);
        }
        Ok(told.map(|(items, _)| items))
    }
}

fn matching(selectors: &[Selector], range: TimeRange) -> Vec<(&'static str, String)> {
    let selectors = selectors
        .iter()
        .map(|selector| ("match[]", selector_text(selector)));
    let from = ("start", time_text(range.start.millis()));
    let to = ("end", time_text(range.end.millis()));
    let is_bounded = range != TimeRange::ALL;
    let times = [from, to].into_iter().filter(|_| is_bounded);
    selectors.chain(times).collect()
}

pub(super) fn pairs<'a>(query: &'a [(&'static str, String)]) -> Vec<(&'static str, &'a str)> {
    query
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect()
}

/// A label's name in a path: names outside the classic alphabet are written as Prometheus 3 reads them, `U__a_2e_b`.
fn escaped_name(name: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if name.chars().all(is_plain) && !name.starts_with(|c: char| c.is_ascii_digit()) {
        return name.to_owned();
    }
    let mut text = String::from("U__");
    for c in name.chars() {
        match c {
            '_' => text.push_str("__"),
            c if c.is_ascii_alphanumeric() || c == ':' => text.push(c),
            c => text.push_str(&format!("_{:x}_", u32::from(c))),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_any_utf8_in_a_path() {
        let check = |name, expected: &str| assert_eq!(escaped_name(name), expected);
        check("job", "job");
        check("queue.name", "U__queue_2e_name");
        check("a_é", "U__a___e9_");
    }
}
