//! [`VictoriaLogs`]: log lines, how many there are over time, and the names and values of their fields.
//!
//! It is asked in LogsQL, its own language; [`to_logsql`] turns simple LogQL into it. Its errors are plain text.

mod lines;
mod translate;

pub use translate::to_logsql;

use crate::Told;
use crate::http::{Door, Endpoint, FetchError, Want};
use glass_formats::FormatError;
use glass_formats::victoria_logs as wire;
use glass_formats::victoria_logs::Hits;
use glass_model::{Labels, QueryResult, TimeRange, Timestamp};

const QUERY: Endpoint = Endpoint::get("/select/logsql/query");
const HITS: Endpoint = Endpoint::get("/select/logsql/hits");
const STREAMS: Endpoint = Endpoint::get("/select/logsql/streams");
const FIELD_NAMES: Endpoint = Endpoint::get("/select/logsql/field_names");
const FIELD_VALUES: Endpoint = Endpoint::get("/select/logsql/field_values");
const STATS_QUERY: Endpoint = Endpoint::get("/select/logsql/stats_query");
const STATS_QUERY_RANGE: Endpoint = Endpoint::get("/select/logsql/stats_query_range");

/// Everything that is asked of VictoriaLogs.
pub const ENDPOINTS: &[Endpoint] = &[
    QUERY,
    HITS,
    STREAMS,
    FIELD_NAMES,
    FIELD_VALUES,
    STATS_QUERY,
    STATS_QUERY_RANGE,
];

/// A VictoriaLogs.
#[derive(Clone, Debug)]
pub struct VictoriaLogs {
    door: Door,
    want: Want,
}

impl VictoriaLogs {
    /// Over a door made with [`ENDPOINTS`]; `/select/logsql` is added to its base.
    pub fn new(door: Door) -> Self {
        let want = Want::json();
        Self { door, want }
    }

    /// How much trouble every answer is worth.
    #[must_use]
    pub fn with_want(mut self, want: Want) -> Self {
        self.want = want;
        self
    }

    /// The way there.
    pub fn door(&self) -> &Door {
        &self.door
    }

    /// How many lines there are in every `step_secs`, by the values of some fields.
    ///
    /// # Errors
    /// See [`FetchError`].
    pub async fn hits(
        &self,
        query: &str,
        range: TimeRange,
        step_secs: u64,
        fields: &[&str],
    ) -> Result<Told<Vec<Hits>>, FetchError> {
        let step = format!("{step_secs}s");
        let mut query = vec![("query", query), ("step", &*step)];
        query.extend(fields.iter().map(|field| ("field", *field)));
        self.ask(HITS, range, &query, wire::read_hits).await
    }

    /// Labels of streams, each with the number of its lines.
    ///
    /// # Errors
    /// See [`FetchError`].
    pub async fn streams(
        &self,
        query: &str,
        range: TimeRange,
    ) -> Result<Told<Vec<(Labels, u64)>>, FetchError> {
        self.ask(STREAMS, range, &[("query", query)], wire::read_streams)
            .await
    }

    /// Names of fields, each with the number of its lines.
    ///
    /// # Errors
    /// See [`FetchError`].
    pub async fn field_names(
        &self,
        query: &str,
        range: TimeRange,
    ) -> Result<Told<Vec<(String, u64)>>, FetchError> {
        self.ask(FIELD_NAMES, range, &[("query", query)], wire::read_values)
            .await
    }

    /// Values of a field, each with the number of its lines.
    ///
    /// # Errors
    /// See [`FetchError`].
    pub async fn field_values(
        &self,
        query: &str,
        field: &str,
        range: TimeRange,
    ) -> Result<Told<Vec<(String, u64)>>, FetchError> {
        let query = [("query", query), ("field", field)];
        self.ask(FIELD_VALUES, range, &query, wire::read_values).await
    }

    /// The values of a query with a `stats` pipe at a moment.
    ///
    /// # Errors
    /// See [`FetchError`].
    pub async fn stats(&self, query: &str, at: Timestamp) -> Result<Told<QueryResult>, FetchError> {
        let time = exact(at);
        let query = [("query", query), ("time", &time)];
        self.get(STATS_QUERY, &query, wire::read_stats).await
    }

    /// The values of a query with a `stats` pipe over a range.
    ///
    /// # Errors
    /// See [`FetchError`].
    pub async fn stats_range(
        &self,
        query: &str,
        range: TimeRange,
        step_secs: u64,
    ) -> Result<Told<QueryResult>, FetchError> {
        let step = format!("{step_secs}s");
        let query = [("query", query), ("step", &*step)];
        self.ask(STATS_QUERY_RANGE, range, &query, wire::read_stats).await
    }

    async fn ask<T>(
        &self,
        endpoint: Endpoint,
        range: TimeRange,
        query: &[(&str, &str)],
        read: fn(&str) -> Result<T, FormatError>,
    ) -> Result<Told<T>, FetchError> {
        let (start, end) = (exact(range.start), exact(range.end.plus_nanos(1)));
        let mut query = query.to_vec();
        query.extend([("start", &*start), ("end", &*end)]);
        self.get(endpoint, &query, read).await
    }

    async fn get<T>(
        &self,
        endpoint: Endpoint,
        query: &[(&str, &str)],
        read: fn(&str) -> Result<T, FormatError>,
    ) -> Result<Told<T>, FetchError> {
        let fetched = self.door.get(endpoint, &[], query, &self.want).await?;
        let value = read(&fetched.text()).map_err(|error| self.unreadable(&error))?;
        Ok(Told::of(value, &fetched))
    }

    fn unreadable(&self, error: &FormatError) -> FetchError {
        FetchError::Unreadable {
            host: self.door.host(),
            reason: error.to_string(),
        }
    }
}

/// A moment with all its nine digits: a shorter text would stand for the whole second.
fn exact(at: Timestamp) -> String {
    at.format("%Y-%m-%dT%H:%M:%S.%9fZ")
}
