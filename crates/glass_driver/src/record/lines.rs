//! Records log lines: [`record`].

use super::sources::{LogServer, LogSource, labelled};
use glass_client::http::FetchError;
use glass_client::{LineAsk, LinesRead, Told};
use glass_model::{LogLine, LogOrder, TimeRange};
use glass_recording::{RecordingError, RecordingWriter};
use std::ops::ControlFlow;

/// So many lines of a query are recorded in a slice at most.
pub(super) const MOST_LINES: u64 = 500_000;

/// What came of it.
pub(super) type Taken = Result<Told<LinesRead>, FetchError>;

/// Asks for the lines of a range and pushes them.
pub(super) async fn record(
    source: &LogSource,
    query: &str,
    range: TimeRange,
    writer: &mut RecordingWriter,
) -> Result<Taken, RecordingError> {
    let ask = LineAsk {
        query: query.to_owned(),
        range,
        order: LogOrder::Forward,
        limit: MOST_LINES,
    };
    let mut trouble: Option<RecordingError> = None;
    let mut visit = |line: LogLine| {
        let labels = labelled(&line.labels, &source.id, source.is_one_of_many);
        match writer.push_entry(&labels, line.entry, line.level) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                trouble = Some(error);
                ControlFlow::Break(())
            }
        }
    };
    let taken = match &source.server {
        LogServer::Loki(server) => server.lines(&ask, &mut visit).await,
        LogServer::VictoriaLogs(server) => server.lines(&ask, &mut visit).await,
    };
    match trouble {
        Some(error) => Err(error),
        None => Ok(taken),
    }
}
