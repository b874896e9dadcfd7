//! [`Loki::lines`]: all lines of a query, page by page, each as often as it was written.
//!
//! Loki pages by time alone, and any number of lines may have the same. So the next page begins again at the moment
//! at which the last one ended, and what was seen of that moment is left out by counting. A moment that is larger
//! than a page is had in other ways, see [`super::moment`].

use super::seam::Seam;
use super::{CATEGORIZE, Loki, QUERY_RANGE};
use crate::Told;
use crate::http::{FetchError, Fetched};
use crate::log_lines::{LineAsk, LinesRead, Sink, Visitor, covered};
use crate::log_windows::{Span, Windows};
use glass_formats::loki::{StreamSplitter, read_page};
use glass_model::{Completeness, Entry, Labels, LogLine, LogOrder};
use std::collections::BTreeSet;
use std::ops::ControlFlow;

/// What an answer says where structured metadata came mixed into the labels.
const MIXED: &str =
    "structured metadata came among the stream labels; which labels are metadata was told by their names";

impl Loki {
    /// Hands all lines of a log query to `visitor`, by time. Lines of one moment come in no certain order.
    ///
    /// An error in the middle makes the answer partial; [`LinesRead::covered`] says how far it reaches.
    ///
    /// # Errors
    /// When there is nothing at all; see [`FetchError`].
    pub async fn lines(
        &self,
        ask: &LineAsk,
        visitor: &mut Visitor<'_>,
    ) -> Result<Told<LinesRead>, FetchError> {
        let mut pager = Pager::new(self, ask, visitor);
        let ended = pager.run().await;
        pager.told(ended)
    }

    /// The first lines of a log query, at most [`LineAsk::limit`].
    ///
    /// # Errors
    /// As [`Loki::lines`].
    pub async fn page(&self, ask: &LineAsk) -> Result<Told<Vec<LogLine>>, FetchError> {
        let mut lines = Vec::new();
        let told = self
            .lines(ask, &mut |line| {
                lines.push(line);
                ControlFlow::Continue(())
            })
            .await?;
        Ok(told.map(|_| lines))
    }
}

/// An answer, taken apart.
pub(super) struct Got {
    pub found: Vec<(Labels, Entry)>,
    /// Whether there are as many lines as were allowed, so that the server may have more.
    pub is_cut: bool,
    /// Whether something between Loki and us may have cut it at a limit of its own and not said so. Such limits are
    /// round numbers, and looking once more costs one request.
    pub is_doubtful: bool,
}

pub(super) struct Pager<'a, 'v> {
    pub(super) loki: &'a Loki,
    pub(super) ask: &'a LineAsk,
    pub(super) windows: Windows,
    /// So many lines at a time.
    pub(super) limit: u32,
    /// The server allows no more at a time.
    pub(super) largest_limit: Option<u32>,
    pub(super) sink: Sink<'v>,
    seam: Seam,
    mixed: StreamSplitter,
    apart: StreamSplitter,
    told: Option<Told<()>>,
    n_requests: u64,
    n_damaged: u64,
    n_outside: u64,
    /// Moments of which lines are missing.
    pub(super) missing: Vec<String>,
}

impl<'a, 'v> Pager<'a, 'v> {
    fn new(loki: &'a Loki, ask: &'a LineAsk, visitor: &'v mut Visitor<'_>) -> Self {
        let range = Span {
            start: ask.range.start.nanos(),
            end: ask.range.end.nanos().saturating_add(1),
        };
        let more: BTreeSet<String> = loki.metadata_labels.iter().cloned().collect();
        Self {
            loki,
            ask,
            windows: Windows::new(range, ask.order),
            limit: loki.page_lines,
            largest_limit: None,
            sink: Sink::new(visitor, ask.limit),
            seam: Seam::default(),
            mixed: StreamSplitter::new(loki.metadata_labels.iter().cloned()),
            apart: StreamSplitter::only(more),
            told: None,
            n_requests: 0,
            n_damaged: 0,
            n_outside: 0,
            missing: Vec::new(),
        }
    }

    async fn run(&mut self) -> Result<(), FetchError> {
        while !self.sink.is_full() {
            let Some(window) = self.windows.next() else {
                break;
            };
            let limit = self.page_limit();
            match self.fetch(&self.ask.query, window, limit).await {
                Ok(got) => self.take_page(got, window).await?,
                Err(error) if self.windows.shrink(&error, window) => {}
                Err(error) => self.ask_for_fewer(error, limit)?,
            }
        }
        Ok(())
    }

    /// No more lines than are wanted: those of the seam come again, so a few more than a small number.
    fn page_limit(&self) -> u32 {
        let wanted = self.sink.left().saturating_add(u64::from(self.seam.n_seen()));
        u32::try_from(wanted)
            .map_or(self.limit, |wanted| wanted.min(self.limit))
            .max(1)
    }

    async fn take_page(&mut self, got: Got, window: Span) -> Result<(), FetchError> {
        let may_go_on = got.is_cut || got.is_doubtful;
        let last = got.found.last().map(|(_, entry)| entry.at.nanos());
        let is_stuck = may_go_on && last.is_none_or(|last| self.windows.is_next(last));
        if let Some(stopped_at) = self.hand_out(got.found, last.filter(|_| may_go_on)) {
            self.windows.reach(stopped_at);
            return Ok(());
        }
        match last {
            Some(last) if is_stuck && got.is_cut => self.whole_moment(last).await?,
            Some(last) if is_stuck => self.windows.pass(last),
            Some(last) if may_go_on => self.windows.reach(last),
            None if is_stuck => {
                return Err(FetchError::Unreadable {
                    host: self.loki.door.host(),
                    reason: "all lines of a page lie outside the range that was asked for".into(),
                });
            }
            _ => self.windows.finish(window),
        }
        Ok(())
    }

    /// Hands out the lines of an answer, but for those of the seam that were handed out before. The next answer may
    /// repeat those of the moment `seam`. Says at which moment it stopped, if no more lines are wanted.
    pub(super) fn hand_out(&mut self, found: Vec<(Labels, Entry)>, seam: Option<i64>) -> Option<i64> {
        self.seam.begin_page();
        for (labels, entry) in found {
            let at = entry.at.nanos();
            if seam == Some(at) {
                self.seam.move_to(at);
            }
            if !self.seam.is_at(at) || self.seam.is_new(&labels, &entry) {
                self.sink.take(labels, entry);
            }
            if self.sink.is_full() {
                return Some(at);
            }
        }
        None
    }

    /// Asks once, and sorts what came in the order that was asked for.
    pub(super) async fn fetch(&mut self, query: &str, window: Span, limit: u32) -> Result<Got, FetchError> {
        let (start, end) = (window.start.to_string(), window.end.to_string());
        let limit_text = limit.to_string();
        let direction = match self.ask.order {
            LogOrder::Forward => "forward",
            LogOrder::Backward => "backward",
        };
        let query = [
            ("query", query),
            ("start", &start),
            ("end", &end),
            ("limit", &limit_text),
            ("direction", direction),
        ];
        let want = self.loki.want.clone().header(CATEGORIZE.0, CATEGORIZE.1);
        self.n_requests += 1;
        let fetched = self.loki.door.get(QUERY_RANGE, &[], &query, &want).await?;
        self.heed(&fetched);
        let page = read_page(&fetched.text()).map_err(|error| self.loki.unreadable(&error))?;
        for warning in page.warnings {
            self.warn(warning);
        }
        self.n_damaged += page.n_damaged;
        let splitter = if page.is_categorized {
            &mut self.apart
        } else {
            &mut self.mixed
        };
        let mut n_lines = page.n_damaged;
        let mut found = Vec::new();
        for stream in page.streams {
            n_lines += stream.entries.len() as u64;
            for mut entry in stream.entries {
                if !(window.start..window.end).contains(&entry.at.nanos()) {
                    self.n_outside += 1;
                    continue;
                }
                let (labels, metadata) = splitter.split(&stream.labels, &entry.metadata);
                entry.metadata = metadata;
                found.push((labels, entry));
            }
        }
        found.sort_by_key(|(_, entry)| match self.ask.order {
            LogOrder::Forward => entry.at.nanos(),
            LogOrder::Backward => entry.at.nanos().saturating_neg(),
        });
        let is_cut = n_lines >= u64::from(limit);
        Ok(Got {
            found,
            is_cut,
            is_doubtful: !is_cut && n_lines > 0 && n_lines.is_multiple_of(100),
        })
    }

    /// Asks for fewer lines after an error that says so.
    fn ask_for_fewer(&mut self, error: FetchError, limit: u32) -> Result<(), FetchError> {
        let fewer = match &error {
            FetchError::TooLarge { .. } => Some(limit / 2),
            FetchError::Status { text, .. } => largest_limit(text).map(|stated| {
                let largest = stated.unwrap_or(limit / 2);
                self.largest_limit = Some(largest);
                largest
            }),
            _ => None,
        };
        match fewer.filter(|fewer| (1..limit).contains(fewer)) {
            Some(fewer) => {
                self.limit = fewer;
                Ok(())
            }
            None => Err(error),
        }
    }

    fn heed(&mut self, fetched: &Fetched) {
        match &mut self.told {
            Some(told) => told.heed(fetched),
            None => self.told = Some(Told::of((), fetched)),
        }
    }

    pub(super) fn warn(&mut self, warning: String) {
        if let Some(told) = &mut self.told {
            told.warn(warning);
        }
    }

    fn told(mut self, ended: Result<(), FetchError>) -> Result<Told<LinesRead>, FetchError> {
        let (told, broken) = match (self.told.take(), ended) {
            (Some(told), Ok(())) => (told, None),
            (Some(told), Err(error)) if self.sink.n_lines > 0 => (told, Some(error)),
            (_, Err(error)) => return Err(error),
            (None, Ok(())) => return Err(FetchError::Unsupported("an empty range of time".into())),
        };
        let mut told = told.map(|()| LinesRead {
            n_lines: self.sink.n_lines,
            n_requests: self.n_requests,
            covered: covered(self.ask.range, self.ask.order, self.windows.frontier()),
        });
        told.n_redacted += self.sink.n_redacted;
        let (n_before, n_after) = self.mixed.n_streams();
        if n_before > n_after {
            told.warn(MIXED.to_owned());
        }
        let mut gaps = self.missing;
        if let Some(error) = broken {
            gaps.push(format!("the rest is missing: {error}"));
        }
        for (n, what) in [
            (self.n_damaged, "with damaged times"),
            (self.n_outside, "from outside the range that was asked for"),
        ] {
            if n > 0 {
                gaps.push(format!("lines {what} were left out: {n}"));
            }
        }
        if !gaps.is_empty() {
            told.completeness = Completeness::Partial(gaps.join("; "));
        }
        Ok(told)
    }
}

/// How many lines a server allows, if its error is about that; `None` inside if it does not say.
pub(super) fn largest_limit(text: &str) -> Option<Option<u32>> {
    if !text.contains("max_entries_limit") && !text.contains("max entries limit") {
        return None;
    }
    let digits = |part: &str| {
        let part = part.trim_end_matches(|c: char| !c.is_ascii_digit());
        let start = part.rfind(|c: char| !c.is_ascii_digit()).map_or(0, |at| at + 1);
        part[start..].parse::<u32>().ok()
    };
    Some(digits(text).filter(|limit| *limit > 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_servers_allow() {
        let text =
            "max entries limit per query exceeded, limit > max_entries_limit_per_query (100000 > 5000)";
        assert_eq!(largest_limit(text), Some(Some(5000)));
        assert_eq!(largest_limit("max entries limit per query exceeded"), Some(None));
        assert_eq!(largest_limit("parse error at line 1"), None);
    }
}
