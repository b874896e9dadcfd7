//! `/loki/api/v1/tail`: lines over a WebSocket, as the recording's clock passes them.
//!
//! First the last lines up to now, then those that the clock reaches. If it stands still, nothing follows.

use super::query::{engine, to_answer, wants_categories};
use super::{ApiError, parse};
use crate::params::Params;
use crate::response::{self, written};
use crate::service::Shared;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use glass_formats::loki::{AnswerStream, write_tail_frame};
use glass_model::{LogOrder, TimeRange, Timestamp};
use glass_query::logql::{self, FoundStream, Query};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;

/// How often it is looked whether the clock has passed more lines.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// The most lines of one message; more follow in the next.
const LINES_A_FRAME: usize = 5_000;

/// A client that does not take a message within this time has gone.
const PATIENCE: Duration = Duration::from_secs(10);

/// Loki's own bound, in seconds.
const LONGEST_DELAY: usize = 5;

/// The handler.
pub(super) async fn tail(
    State(service): State<Shared>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let Ok(upgrade) = upgrade else {
        return response::plain(StatusCode::BAD_REQUEST, "Bad Request\n");
    };
    let params = Params::parse(query.as_deref().unwrap_or(""));
    let place = match service.tail_places.clone().try_acquire_owned() {
        Ok(place) => place,
        Err(_) => {
            return response::plain(
                StatusCode::TOO_MANY_REQUESTS,
                "max concurrent tail requests limit exceeded",
            );
        }
    };
    match Tail::new(&service, &params, wants_categories(&headers), place) {
        Ok((tail, n_last)) => upgrade.on_upgrade(move |socket| tail.run(socket, n_last)),
        Err(error) => error.into_response(),
    }
}

struct Tail {
    service: Shared,
    query: Arc<Query>,
    is_categorized: bool,
    /// Lines are held back so long, in nanoseconds.
    delay: i64,
    /// From when on lines are still to be sent.
    next: Timestamp,
    _place: OwnedSemaphorePermit,
}

impl Tail {
    /// Reads the request; also how many of the lines so far are sent first.
    fn new(
        service: &Shared,
        params: &Params,
        is_categorized: bool,
        place: OwnedSemaphorePermit,
    ) -> Result<(Self, usize), ApiError> {
        let query = logql::parse(params.get("query"), service.limits())
            .map_err(|error| ApiError::bad(error.message))?;
        if matches!(query, Query::Metric(_)) {
            return Err(ApiError::bad("only log queries can be tailed"));
        }
        let delay_secs = parse::count(params, "delay_for", 0)?;
        if delay_secs > LONGEST_DELAY {
            return Err(ApiError::bad(format!(
                "delay_for can't be greater than {LONGEST_DELAY}"
            )));
        }
        let n_last = parse::limit(params)?;
        let placing = service.placing();
        let start = match params.given("start") {
            None => placing.now.plus_nanos(-parse::AN_HOUR),
            Some(text) => {
                let wrong = |text| ApiError::bad(format!("could not parse 'start' parameter: {text}"));
                placing.moment(parse::time(text).map_err(wrong)?, &mut Vec::new())
            }
        };
        let tail = Self {
            service: service.clone(),
            query: Arc::new(query),
            is_categorized,
            delay: delay_secs as i64 * 1_000_000_000,
            next: start,
            _place: place,
        };
        Ok((tail, n_last))
    }

    async fn run(mut self, mut socket: WebSocket, n_last: usize) {
        let mut looks = tokio::time::interval(LOOK_EVERY);
        let mut bound = (n_last, LogOrder::Backward);
        loop {
            tokio::select! {
                _ = looks.tick() => {}
                received = socket.recv() => match received {
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                    Some(Ok(_)) => continue,
                }
            }
            let Ok(frame) = self.frame(bound).await else {
                return;
            };
            bound = (LINES_A_FRAME, LogOrder::Forward);
            let Some(text) = frame else { continue };
            let sent = tokio::time::timeout(PATIENCE, socket.send(Message::Text(text.into())));
            if !matches!(sent.await, Ok(Ok(()))) {
                return;
            }
        }
    }

    /// The message with the lines from `next` to now, if there are any.
    async fn frame(&mut self, (limit, order): (usize, LogOrder)) -> Result<Option<String>, ApiError> {
        let (start, delay) = (self.next, self.delay);
        let (query, is_categorized) = (self.query.clone(), self.is_categorized);
        let work = move |work: &crate::service::Work| -> Result<(Option<String>, Timestamp), ApiError> {
            let end = work.now().plus_nanos(1 - delay);
            if end <= start {
                return Ok((None, start));
            }
            let found = engine(work).lines(&query, TimeRange::new(start, end), limit, order)?;
            let mut lines = found.lines;
            if order == LogOrder::Backward {
                lines.reverse();
            }
            // Where a message is full, lines of its last moment may be missing; they all come with the next.
            let mut next = end;
            if order == LogOrder::Forward && lines.len() == limit {
                let last = lines.last().map_or(end, |line| line.at);
                let n_earlier = lines.partition_point(|line| line.at < last);
                if n_earlier > 0 {
                    lines.truncate(n_earlier);
                    next = last;
                } else {
                    next = last.plus_nanos(1);
                }
            }
            if lines.is_empty() {
                return Ok((None, next));
            }
            // One stream a line, in the order of time, as Loki sends them.
            let streams: Vec<FoundStream> = lines
                .into_iter()
                .map(|line| FoundStream {
                    labels: if is_categorized {
                        line.stream.clone()
                    } else {
                        line.labels()
                    },
                    lines: vec![line],
                })
                .collect();
            let streams: Vec<AnswerStream<'_>> = streams.iter().map(to_answer).collect();
            let text = written(|out| write_tail_frame(out, &streams, &[], is_categorized))?;
            Ok((Some(String::from_utf8_lossy(&text).into_owned()), next))
        };
        let (text, next) = self.service.run(Duration::MAX, work).await??;
        self.next = next;
        Ok(text)
    }
}
