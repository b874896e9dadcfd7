//! Names of metrics, and free PromQL queries, pushed down to the first server that answers.

use super::servers::Named;
use super::{Found, HOUR, LiveCloud, not_open};
use crate::Told;
use crate::http::FetchError;
use crate::prometheus::Prometheus;
use glass_formats::MetricMetadata;
use glass_model::{
    AnswerValue, MetricName, Provenance, QueryAsk, QueryResult, QueryTime, QueryValue, TimeRange, Timestamp,
};
use std::collections::HashMap;
use std::future::Future;

/// Names are those of metrics that had a sample in so long.
const NAMES_WINDOW: i64 = HOUR;

impl LiveCloud {
    pub(super) async fn metric_names(&self, as_of: Timestamp) -> Found {
        let window = TimeRange::new(as_of.plus_nanos(-NAMES_WINDOW), as_of);
        let Some(server) = self.servers().await.metrics.first() else {
            return Ok((AnswerValue::MetricNames(Vec::new()), not_open("metrics", as_of)));
        };
        let names = server.server.label_values("__name__", &[], window).await?;
        // Names without help are worth more than none.
        let mut told = names;
        let metadata = match server.server.metadata().await {
            Ok(metadata) => metadata.value,
            Err(error) => {
                told.warn(format!("without help texts: {error}"));
                Vec::new()
            }
        };
        let provenance = told.provenance(&server.name, window);
        Ok((AnswerValue::MetricNames(named(told.value, &metadata)), provenance))
    }

    pub(super) async fn prom_ql(&self, ask: &QueryAsk, as_of: Timestamp) -> Found {
        let text = ask.text.clone();
        let (result, provenance) = match ask.time {
            QueryTime::Instant(at) => {
                let at = at.min(as_of);
                self.first_metrics(TimeRange::new(at, at), |server| {
                    server.query(&text, at, ask.limit)
                })
                .await?
            }
            QueryTime::Steps { range, step_nanos } => {
                let range = range.until(as_of);
                self.first_metrics(range, |server| server.query_range(&text, range, step_nanos))
                    .await?
            }
        };
        Ok((AnswerValue::Query(result), provenance))
    }

    /// What the first server of metrics answers; it is named with what it said.
    pub(super) async fn first_metrics<'a, T, F>(
        &'a self,
        covers: TimeRange,
        ask: impl FnOnce(&'a Prometheus) -> F,
    ) -> Result<(T, Provenance), FetchError>
    where
        F: Future<Output = Result<Told<T>, FetchError>>,
    {
        let Named { name, server } = self
            .servers()
            .await
            .metrics
            .first()
            .ok_or_else(|| FetchError::Unsupported("no metrics of this cloud can be read".into()))?;
        let told = ask(server).await?;
        let provenance = told.provenance(name, covers);
        Ok((told.value, provenance))
    }
}

fn named(names: Vec<String>, metadata: &[MetricMetadata]) -> Vec<MetricName> {
    let known: HashMap<&str, &MetricMetadata> = metadata
        .iter()
        .map(|metadata| (metadata.name.as_str(), metadata))
        .collect();
    let of = |name: String| {
        let base = ["_bucket", "_count", "_sum", "_total"]
            .iter()
            .find_map(|end| name.strip_suffix(end));
        let about = known.get(name.as_str()).or_else(|| known.get(base?));
        MetricName {
            kind: about.map(|about| about.kind).unwrap_or_default(),
            help: about.map(|about| about.help.clone()).unwrap_or_default(),
            unit: about.map(|about| about.unit.clone()).unwrap_or_default(),
            n_series: 0,
            name,
        }
    };
    names.into_iter().map(of).collect()
}

/// The values of a result over time, whatever its form.
pub(super) fn matrix(result: QueryResult) -> Vec<glass_model::SeriesData> {
    match result.value {
        QueryValue::Matrix(series) => series,
        _ => Vec::new(),
    }
}
