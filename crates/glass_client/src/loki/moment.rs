//! Moments with more lines than a page holds: a larger page, then the streams apart.

use super::lines::{Pager, largest_limit};
use crate::http::FetchError;
use crate::log_windows::Span;
use crate::logql_text::{any_of, selector, with_matcher};
use glass_model::{Labels, TimeRange, Timestamp};
use std::collections::BTreeSet;

/// No page is larger, in lines, whatever a server allows.
const LARGEST_PAGE: u32 = 100_000;

/// Streams of one moment, and the query that names them.
struct Part {
    query: String,
    streams: Vec<Labels>,
}

impl Pager<'_, '_> {
    /// Hands out all lines of one moment, and goes on behind it.
    pub(super) async fn whole_moment(&mut self, at: i64) -> Result<(), FetchError> {
        let moment = Span {
            start: at,
            end: at.saturating_add(1),
        };
        if !self.in_a_larger_page(moment).await? && !self.sink.is_full() {
            self.stream_by_stream(moment).await?;
        }
        if !self.sink.is_full() {
            self.windows.pass(at);
        }
        Ok(())
    }

    /// Whether the moment could be had whole in one page, as large as the server allows.
    async fn in_a_larger_page(&mut self, moment: Span) -> Result<bool, FetchError> {
        let mut limit = self.limit;
        loop {
            let largest = self.largest_limit.unwrap_or(LARGEST_PAGE).min(LARGEST_PAGE);
            let larger = limit.saturating_mul(4).min(largest);
            if larger <= limit {
                return Ok(false);
            }
            let query = self.ask.query.clone();
            match self.fetch(&query, moment, larger).await {
                Ok(got) => {
                    let is_whole = !got.is_cut;
                    let stopped = self.hand_out(got.found, Some(moment.start));
                    if is_whole || stopped.is_some() {
                        return Ok(is_whole);
                    }
                    limit = larger;
                }
                Err(FetchError::Status { text, .. }) if largest_limit(&text).is_some() => {
                    self.largest_limit = largest_limit(&text).flatten().or(Some(limit));
                }
                Err(FetchError::TooLarge { .. }) => self.largest_limit = Some(limit),
                Err(error) => return Err(error),
            }
        }
    }

    /// Asks for fewer and fewer streams at a time, until each page holds all of theirs.
    async fn stream_by_stream(&mut self, moment: Span) -> Result<(), FetchError> {
        let query = self.ask.query.clone();
        let at = Timestamp::from_nanos(moment.start);
        let streams = match selector(&query) {
            // Times of streams are not exact, and their end is not excluded everywhere: ask for a little more.
            Some(selector) => {
                let around = TimeRange::new(at, at.plus_nanos(1));
                self.loki.series(&[selector], around).await?.value
            }
            None => Vec::new(),
        };
        let limit = self.limit.max(self.largest_limit.unwrap_or(0).min(LARGEST_PAGE));
        let mut n_cut = 0;
        let mut parts = halves(&Part { query, streams });
        if parts.is_empty() {
            n_cut = 1;
        }
        while let Some(part) = parts.pop() {
            if self.sink.is_full() {
                return Ok(());
            }
            let got = self.fetch(&part.query, moment, limit).await?;
            self.hand_out(got.found, Some(moment.start));
            if got.is_cut {
                let smaller = halves(&part);
                n_cut += usize::from(smaller.is_empty());
                parts.extend(smaller);
            }
        }
        if n_cut > 0 {
            self.missing.push(format!(
                "lines of {at} are missing: {n_cut} of its streams may have more than {limit}, which is all that the \
                 server gives at a time"
            ));
        }
        Ok(())
    }
}

/// Two parts that together are the whole, by the values of the label that has the most; none if that is not possible.
fn halves(part: &Part) -> Vec<Part> {
    let names: BTreeSet<&str> = part
        .streams
        .iter()
        .flat_map(|labels| labels.iter().map(|(name, _)| name))
        .collect();
    let values_of = |name: &str| -> BTreeSet<&str> {
        let values = part.streams.iter().map(|labels| labels.get(name).unwrap_or(""));
        values.collect()
    };
    let widest = names
        .into_iter()
        .map(|name| (name, values_of(name)))
        .filter(|(name, values)| values.len() > 1 && any_of(name, &[]).is_some())
        .max_by_key(|(_, values)| values.len());
    let Some((name, values)) = widest else {
        return Vec::new();
    };
    let values: Vec<&str> = values.into_iter().collect();
    let (first, second) = values.split_at(values.len() / 2);
    let narrowed = |values: &[&str]| {
        let matcher = any_of(name, values)?;
        let is_of = |labels: &&Labels| values.contains(&labels.get(name).unwrap_or(""));
        Some(Part {
            query: with_matcher(&part.query, &matcher)?,
            streams: part.streams.iter().filter(is_of).cloned().collect(),
        })
    };
    match (narrowed(first), narrowed(second)) {
        (Some(first), Some(second)) => vec![first, second],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_the_whole() {
        let stream = |n: usize| {
            let job = format!("j{}", n % 2);
            let instance = format!("i{n}");
            // Not every stream has every label.
            if n == 4 {
                Labels::new([("job", job)])
            } else {
                Labels::new([("job", job), ("instance", instance)])
            }
        };
        let mut parts = vec![Part {
            query: r#"{job=~".+"} |= "x""#.into(),
            streams: (0..7).map(stream).collect(),
        }];
        let mut single = Vec::new();
        while let Some(part) = parts.pop() {
            match halves(&part) {
                smaller if smaller.is_empty() => single.push(part),
                smaller => parts.extend(smaller),
            }
        }
        assert_eq!(single.len(), 7);
        assert!(single.iter().all(|part| part.streams.len() == 1));
        // A stream without the label is the one of the empty value.
        assert!(single.iter().any(|part| part.query.contains(r#"instance=~"""#)));
    }
}
