//! [`LogServer`]: a server of log lines, asked in LogQL whatever its own language is.

use crate::Told;
use crate::http::FetchError;
use crate::log_lines::{LineAsk, LinesRead, Visitor};
use crate::loki::Loki;
use crate::victoria_logs::{VictoriaLogs, to_logsql};
use glass_model::{Labels, Level, LogLine, QueryResult, QueryValue, TimeRange, Timestamp};

/// Labels that every stream tends to have, the likeliest first: Loki wants at least one condition.
const USUAL_LABELS: [&str; 7] = [
    "service_name",
    "job",
    "app",
    "cluster",
    "namespace",
    "container",
    "channel",
];

/// A server of log lines.
#[derive(Clone, Debug)]
pub(super) enum LogServer {
    Loki(Loki),
    VictoriaLogs(VictoriaLogs),
}

/// How many lines of a level there were in the time before, or from, each moment on; see [`Counts::is_before`].
pub(super) struct Counts {
    pub level: Level,
    pub counts: Vec<(Timestamp, u64)>,
    /// Whether the lines of a count come before its moment.
    pub is_before: bool,
}

impl LogServer {
    /// Hands all lines of a LogQL query to `visitor`, by time.
    pub async fn lines(
        &self,
        ask: &LineAsk,
        visitor: &mut Visitor<'_>,
    ) -> Result<Told<LinesRead>, FetchError> {
        match self {
            Self::Loki(loki) => loki.lines(ask, visitor).await,
            Self::VictoriaLogs(server) => server.lines(&translated(ask)?, visitor).await,
        }
    }

    /// The first lines of a LogQL query.
    pub async fn page(&self, ask: &LineAsk) -> Result<Told<Vec<LogLine>>, FetchError> {
        match self {
            Self::Loki(loki) => loki.page(ask).await,
            Self::VictoriaLogs(server) => server.page(&translated(ask)?).await,
        }
    }

    /// The value of a LogQL query that counts.
    pub async fn instant(&self, query: &str, at: Timestamp) -> Result<Told<QueryResult>, FetchError> {
        match self {
            Self::Loki(loki) => loki.instant(query, at).await,
            Self::VictoriaLogs(_) => Err(no_metrics()),
        }
    }

    /// The values of a LogQL query that counts, over a range.
    pub async fn metric(
        &self,
        query: &str,
        range: TimeRange,
        step: i64,
    ) -> Result<Told<QueryResult>, FetchError> {
        match self {
            Self::Loki(loki) => loki.range_metric(query, range, step).await,
            Self::VictoriaLogs(_) => Err(no_metrics()),
        }
    }

    /// How many lines of a log query there were in every `width_secs`, by level.
    pub async fn counts(
        &self,
        query: &str,
        range: TimeRange,
        width_secs: i64,
    ) -> Result<Told<Vec<Counts>>, FetchError> {
        match self {
            Self::Loki(loki) => {
                let text =
                    format!("sum by (detected_level, level) (count_over_time({query} [{width_secs}s]))");
                let told = loki
                    .range_metric(&text, range, width_secs.saturating_mul(super::SEC))
                    .await?;
                Ok(told.map(counts_of))
            }
            Self::VictoriaLogs(server) => {
                let step = u64::try_from(width_secs).unwrap_or(1);
                let told = server.hits(&to_logsql(query)?, range, step, &["level"]).await?;
                let counts = |hits: glass_formats::victoria_logs::Hits| Counts {
                    level: level_of(&hits.fields),
                    counts: hits.counts,
                    is_before: false,
                };
                Ok(told.map(|hits| hits.into_iter().map(counts).collect()))
            }
        }
    }

    /// A selector that every stream fulfils.
    pub async fn any_stream(&self, range: TimeRange) -> Result<String, FetchError> {
        let Self::Loki(loki) = self else {
            return Ok("{}".into());
        };
        let names = loki.labels(range, None).await?.value;
        let usual = USUAL_LABELS
            .iter()
            .find(|usual| names.iter().any(|name| name == *usual));
        let name = usual
            .map(|name| (*name).to_owned())
            .or_else(|| names.into_iter().next());
        let name =
            name.ok_or_else(|| FetchError::Unsupported("the server has no labels in this time".into()))?;
        Ok(format!("{{{name}=~\".+\"}}"))
    }

    /// The labels of the streams of a selector.
    pub async fn streams(&self, selector: &str, range: TimeRange) -> Result<Told<Vec<Labels>>, FetchError> {
        match self {
            Self::Loki(loki) => loki.series(&[selector], range).await,
            Self::VictoriaLogs(server) => {
                let told = server.streams(&to_logsql(selector)?, range).await?;
                Ok(told.map(|streams| streams.into_iter().map(|(labels, _)| labels).collect()))
            }
        }
    }
}

fn translated(ask: &LineAsk) -> Result<LineAsk, FetchError> {
    Ok(LineAsk {
        query: to_logsql(&ask.query)?,
        ..ask.clone()
    })
}

fn no_metrics() -> FetchError {
    FetchError::Unsupported("VictoriaLogs cannot evaluate LogQL that counts; look at the lines".into())
}

fn level_of(labels: &Labels) -> Level {
    let named = labels.get("detected_level").or_else(|| labels.get("level"));
    named.and_then(Level::from_name).unwrap_or_default()
}

fn counts_of(result: QueryResult) -> Vec<Counts> {
    let QueryValue::Matrix(series) = result.value else {
        return Vec::new();
    };
    let counts = |series: glass_model::SeriesData| {
        let samples = series.floats.at_millis().iter().zip(series.floats.values());
        let whole = samples.filter(|(_, n)| **n > 0.0);
        Counts {
            level: level_of(&series.labels),
            counts: whole
                .map(|(at, n)| (Timestamp::from_millis(*at), *n as u64))
                .collect(),
            is_before: true,
        }
    };
    series.into_iter().map(counts).collect()
}
