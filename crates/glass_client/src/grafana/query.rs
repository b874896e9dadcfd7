//! Queries that Grafana itself passes on: InfluxQL, and PromQL where the proxy is closed and `/api/ds/query` is not.
//!
//! Only queries that read are passed on: of InfluxQL one `SELECT` without `INTO`, or one `SHOW`.

use super::{DS_QUERY, Grafana, lack};
use crate::Told;
use crate::http::{Endpoint, FetchError};
use glass_formats::grafana::{DataSource, read_influx, read_query_results};
use glass_model::{SeriesData, TimeRange};
use serde_json::{Value, json};

const INFLUX_QUERY: Endpoint = Endpoint::get("/query");
const INFLUX_ENDPOINTS: &[Endpoint] = &[INFLUX_QUERY];

/// The most points of a series.
const MOST_POINTS: i64 = 11_000;

impl Grafana {
    /// The series of a query in InfluxQL, through the proxy, each of its columns one series with the label `field`.
    ///
    /// # Errors
    /// When the query does more than read; and see [`FetchError`].
    pub async fn influx_query(
        &self,
        source: &DataSource,
        text: &str,
    ) -> Result<Told<Vec<SeriesData>>, FetchError> {
        check_influx(text)?;
        let door = self.door_to(source, INFLUX_ENDPOINTS)?;
        let mut query = vec![("q", text), ("epoch", "ms")];
        if !source.database.is_empty() {
            query.push(("db", &source.database));
        }
        let fetched = door.get(INFLUX_QUERY, &[], &query, &self.want).await?;
        let told = self.understood(&fetched, |body| read_influx(body))?;
        Ok(with_troubles(told))
    }

    /// The series of a query that Grafana evaluates by its data source: PromQL or InfluxQL.
    ///
    /// # Errors
    /// When the data source is of another kind, or the query does more than read; and see [`FetchError`].
    pub async fn query(
        &self,
        source: &DataSource,
        text: &str,
        range: TimeRange,
        step_nanos: i64,
    ) -> Result<Told<Vec<SeriesData>>, FetchError> {
        let body = query_json(source, text, range, step_nanos)?;
        let fetched = self.door.post(DS_QUERY, &[], &body, &self.want).await?;
        let told = self.understood(&fetched, |body| read_query_results(body))?;
        Ok(with_troubles(told))
    }
}

fn query_json(
    source: &DataSource,
    text: &str,
    range: TimeRange,
    step_nanos: i64,
) -> Result<String, FetchError> {
    let step_millis = (step_nanos / 1_000_000).max(1);
    let n_points = (range.nanos() / 1_000_000 / step_millis + 1).min(MOST_POINTS);
    let mut query: Value = match source.kind.as_str() {
        "prometheus" => json!({ "expr": text, "range": true, "instant": false, "format": "time_series" }),
        "influxdb" => {
            check_influx(text)?;
            json!({ "query": text, "rawQuery": true, "resultFormat": "time_series" })
        }
        other => {
            let text = format!("queries of a data source of kind {other} are not passed on");
            return Err(FetchError::Unsupported(text));
        }
    };
    query["refId"] = "A".into();
    query["intervalMs"] = step_millis.into();
    query["interval"] = format!("{step_millis}ms").into();
    query["maxDataPoints"] = n_points.into();
    if let Some(id) = source.id {
        query["datasourceId"] = id.into();
    }
    if !source.uid.is_empty() {
        query["datasource"] = json!({ "uid": source.uid, "type": source.kind });
    }
    let (from, to) = (range.start.millis().to_string(), range.end.millis().to_string());
    Ok(json!({ "queries": [query], "from": from, "to": to }).to_string())
}

/// Refuses what may do more than read: a server's own check of GET is not relied on. A `;` or an `INTO` is refused in
/// quotes, too: what is a quote and what belongs to a regular expression is only known to InfluxDB.
fn check_influx(text: &str) -> Result<(), FetchError> {
    let lower = text.to_lowercase();
    let mut words = lower.split(|c: char| !c.is_alphanumeric() && c != '_');
    let is_read = ["select", "show"].iter().any(|verb| {
        let rest = lower.trim_start().strip_prefix(verb);
        rest.is_some_and(|rest| rest.starts_with(char::is_whitespace))
    });
    if is_read && !lower.contains(';') && !words.any(|word| word == "into") {
        return Ok(());
    }
    let text = "only one query that reads is passed on: SELECT without INTO, or SHOW, without ;";
    Err(FetchError::NotAllowed(text.into()))
}

fn with_troubles(told: Told<(Vec<SeriesData>, Vec<String>)>) -> Told<Vec<SeriesData>> {
    let mut told = told;
    for trouble in std::mem::take(&mut told.value.1) {
        lack(&mut told, trouble);
    }
    told.map(|(series, _)| series)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_reads_are_passed_on() {
        let check = |text, expected| assert_eq!(check_influx(text).is_ok(), expected, "{text}");
        check("SELECT mean(\"x\") FROM \"cpu\" WHERE time > now() - 1h", true);
        check(" show tag values with key = 'a'", true);
        check("SELECT * INTO other FROM cpu", false);
        check("SELECT 1; DROP DATABASE x", false);
        check("SELECT * FROM /\"/;DROP DATABASE x--\"", false);
        check("DROP DATABASE x", false);
        check("selection", false);
        check("", false);
    }
}
