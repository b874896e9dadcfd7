//! [`Loki`]: log lines without loss or duplicates, metric queries, labels, sizes, patterns, and lines as they come.
//!
//! It speaks to Loki itself or through Grafana's data-source proxy: only the door's base differs. Loki's errors are
//! plain text, which [`FetchError::Status`] carries.

mod lines;
mod metrics;
mod moment;
mod seam;
mod tail;

pub use tail::Tail;

use crate::Told;
use crate::http::{Door, Endpoint, FetchError, Fetched, Want};
use glass_formats::FormatError;
use glass_formats::loki as wire;
use glass_formats::loki::{BuildInfo, DetectedField, IndexStats, LinePattern};
use glass_model::{Labels, TimeRange};

const QUERY: Endpoint = Endpoint::get("/loki/api/v1/query");
const QUERY_RANGE: Endpoint = Endpoint::get("/loki/api/v1/query_range");
const LABELS: Endpoint = Endpoint::get("/loki/api/v1/labels");
const LABEL_VALUES: Endpoint = Endpoint::get("/loki/api/v1/label/*/values");
const SERIES: Endpoint = Endpoint::get("/loki/api/v1/series");
const INDEX_STATS: Endpoint = Endpoint::get("/loki/api/v1/index/stats");
const VOLUME: Endpoint = Endpoint::get("/loki/api/v1/index/volume");
const PATTERNS: Endpoint = Endpoint::get("/loki/api/v1/patterns");
const DETECTED_FIELDS: Endpoint = Endpoint::get("/loki/api/v1/detected_fields");
const BUILD_INFO: Endpoint = Endpoint::get("/loki/api/v1/status/buildinfo");
const TAIL: Endpoint = Endpoint::get("/loki/api/v1/tail");

/// Everything that is asked of Loki; what writes or deletes is not among it.
pub const ENDPOINTS: &[Endpoint] = &[
    QUERY,
    QUERY_RANGE,
    LABELS,
    LABEL_VALUES,
    SERIES,
    INDEX_STATS,
    VOLUME,
    PATTERNS,
    DETECTED_FIELDS,
    BUILD_INFO,
    TAIL,
];

/// Asks that structured metadata come apart from the labels of streams. Old servers do not know it.
const CATEGORIZE: (&str, &str) = ("x-loki-response-encoding-flags", "categorize-labels");

/// So many lines Loki gives in one answer unless it was told otherwise.
const PAGE_LINES: u32 = 5000;

/// A Loki, or one behind a Grafana.
#[derive(Clone, Debug)]
pub struct Loki {
    door: Door,
    want: Want,
    page_lines: u32,
    metadata_labels: Vec<String>,
}

impl Loki {
    /// Over a door made with [`ENDPOINTS`]; `/loki/api/v1` is added to its base.
    pub fn new(door: Door) -> Self {
        Self {
            door,
            want: Want::json(),
            page_lines: PAGE_LINES,
            metadata_labels: Vec::new(),
        }
    }

    /// How much trouble every answer is worth.
    #[must_use]
    pub fn with_want(mut self, want: Want) -> Self {
        self.want = want;
        self
    }

    /// Asks for so many lines at a time, at least one.
    #[must_use]
    pub fn with_page_lines(mut self, n_lines: u32) -> Self {
        self.page_lines = n_lines.max(1);
        self
    }

    /// Names of structured metadata, for servers that mix it into the labels of streams.
    #[must_use]
    pub fn with_metadata_labels(mut self, names: impl IntoIterator<Item = String>) -> Self {
        self.metadata_labels = names.into_iter().collect();
        self
    }

    /// The way there.
    pub fn door(&self) -> &Door {
        &self.door
    }

    /// Names of labels, of all streams or of those that a selector such as `{job="shop"}` names.
    ///
    /// # Errors
    /// See [`FetchError`].
    pub async fn labels(
        &self,
        range: TimeRange,
        selector: Option<&str>,
    ) -> Result<Told<Vec<String>>, FetchError> {
        let query = selector.map(|selector| ("query", selector));
        self.ask(LABELS, &[], range, query.as_slice(), wire::read_label_texts)
            .await
    }

    /// Values of a label; none if no stream has it.
    ///
    /// # Errors
    /// See [`FetchError`].
    pub async fn label_values(
        &self,
        name: &str,
        range: TimeRange,
        selector: Option<&str>,
    ) -> Result<Told<Vec<String>>, FetchError> {
        let query = selector.map(|selector| ("query", selector));
        self.ask(
            LABEL_VALUES,
            &[name],
            range,
            query.as_slice(),
            wire::read_label_texts,
        )
        .await
    }

    /// Labels of the streams that any of the selectors names.
    ///
    /// # Errors
    /// See [`FetchError`].
    pub async fn series(
        &self,
        selectors: &[&str],
        range: TimeRange,
    ) -> Result<Told<Vec<Labels>>, FetchError> {
        let query: Vec<(&str, &str)> = selectors.iter().map(|selector| ("match[]", *selector)).collect();
        self.ask(SERIES, &[], range, &query, wire::read_series).await
    }

    /// How many bytes there are by the values of some labels, or by those that the selector names.
    ///
    /// # Errors
    /// See [`FetchError`].
    pub async fn volume(
        &self,
        selector: &str,
        range: TimeRange,
        target_labels: &[&str],
    ) -> Result<Told<Vec<(Labels, u64)>>, FetchError> {
        let labels = target_labels.join(",");
        let mut query = vec![("query", selector)];
        if !labels.is_empty() {
            query.extend([("targetLabels", &*labels), ("aggregateBy", "labels")]);
        }
        self.ask(VOLUME, &[], range, &query, wire::read_volume).await
    }

    /// Patterns of lines, and how many lines followed each in every `step_secs`.
    ///
    /// # Errors
    /// See [`FetchError`]; Loki takes a selector alone, no filters.
    pub async fn patterns(
        &self,
        selector: &str,
        range: TimeRange,
        step_secs: u64,
    ) -> Result<Told<Vec<LinePattern>>, FetchError> {
        let step = format!("{step_secs}s");
        let query = [("query", selector), ("step", &step)];
        self.ask(PATTERNS, &[], range, &query, wire::read_patterns).await
    }

    /// How much there is.
    ///
    /// # Errors
    /// See [`FetchError`].
    pub async fn index_stats(
        &self,
        selector: &str,
        range: TimeRange,
    ) -> Result<Told<IndexStats>, FetchError> {
        let query = [("query", selector)];
        self.ask(INDEX_STATS, &[], range, &query, wire::read_index_stats)
            .await
    }

    /// Fields that a sample of the lines has.
    ///
    /// # Errors
    /// See [`FetchError`].
    pub async fn detected_fields(
        &self,
        query: &str,
        range: TimeRange,
    ) -> Result<Told<Vec<DetectedField>>, FetchError> {
        let query = [("query", query)];
        self.ask(DETECTED_FIELDS, &[], range, &query, wire::read_detected_fields)
            .await
    }

    /// Which version it is.
    ///
    /// # Errors
    /// See [`FetchError`].
    pub async fn build_info(&self) -> Result<Told<BuildInfo>, FetchError> {
        let fetched = self.door.get(BUILD_INFO, &[], &[], &self.want).await?;
        self.read(&fetched, wire::read_build_info)
    }

    async fn ask<T>(
        &self,
        endpoint: Endpoint,
        arguments: &[&str],
        range: TimeRange,
        query: &[(&str, &str)],
        read: fn(&str) -> Result<T, FormatError>,
    ) -> Result<Told<T>, FetchError> {
        let (start, end) = (range.start.nanos().to_string(), range.end.nanos().to_string());
        let mut query = query.to_vec();
        query.extend([("start", &*start), ("end", &*end)]);
        let fetched = self.door.get(endpoint, arguments, &query, &self.want).await?;
        self.read(&fetched, read)
    }

    fn read<T>(
        &self,
        fetched: &Fetched,
        read: fn(&str) -> Result<T, FormatError>,
    ) -> Result<Told<T>, FetchError> {
        let value = read(&fetched.text()).map_err(|error| self.unreadable(&error))?;
        Ok(Told::of(value, fetched))
    }

    fn unreadable(&self, error: &FormatError) -> FetchError {
        FetchError::Unreadable {
            host: self.door.host(),
            reason: error.to_string(),
        }
    }
}
