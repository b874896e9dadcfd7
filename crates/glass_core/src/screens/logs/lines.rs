//! Which lines are asked for and which of them is chosen: a [`Place`] among the matching lines.

use super::Logs;
use crate::Slot;
use crate::context::{Context, pick};
use glass_model::{Ask, Labels, LogLine, LogLinesAsk, LogPage, TimeRange, Timestamp};
use std::ops::Range;

/// Lines asked for at once, before and after the moment of a place.
const N_BEFORE: usize = 300;
const N_AFTER: usize = 100;
/// The asked page moves by so many lines, so that moving one row asks nothing.
const PAGE_STEP: i64 = 100;

/// A line, by what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LineId {
    pub at: Timestamp,
    labels: Labels,
    text: String,
}

impl LineId {
    /// Of a line.
    pub fn of(line: &LogLine) -> Self {
        Self {
            at: line.entry.at,
            labels: line.labels.clone(),
            text: line.entry.line.clone(),
        }
    }

    /// Whether a line is it.
    pub fn is(&self, line: &LogLine) -> bool {
        line.entry.at == self.at && line.labels == self.labels && line.entry.line == self.text
    }
}

/// Which line is chosen, counted from a moment: so it stays chosen while lines come in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The moment.
    pub at: Timestamp,
    /// How many matching lines above the last one at or before the moment; negative for later ones.
    pub back: i64,
    /// Counted from this line at that moment, if it is found there.
    pub line: Option<LineId>,
}

impl Place {
    /// A line.
    pub fn of(line: &LogLine) -> Self {
        Self {
            at: line.entry.at,
            back: 0,
            line: Some(LineId::of(line)),
        }
    }

    /// The first line at or after a moment.
    pub fn from(at: Timestamp) -> Self {
        Self {
            at: at.plus_nanos(-1),
            back: -1,
            line: None,
        }
    }

    /// The first line of all.
    pub fn first() -> Self {
        Self {
            at: Timestamp::MIN,
            back: -1,
            line: None,
        }
    }

    /// The n-th line of all, from 0, until it is known which line that is.
    fn nth(n: u64) -> Self {
        Self {
            at: Timestamp::MIN,
            back: -1 - i64::try_from(n).unwrap_or(i64::MAX - 1),
            line: None,
        }
    }

    fn offset(&self) -> i64 {
        -self.back.div_euclid(PAGE_STEP).saturating_mul(PAGE_STEP)
    }
}

/// A page at hand, and the chosen line in it.
pub(super) struct Chosen<'a> {
    pub page: &'a LogPage,
    pub index: usize,
    /// Which of the page's lines are shown: those in the selected range.
    pub shown: Range<usize>,
}

impl<'a> Chosen<'a> {
    /// The line.
    pub fn line(&self) -> Option<&'a LogLine> {
        self.page.lines.get(self.index)
    }

    /// All lines that match.
    pub fn n_lines(&self) -> u64 {
        let page = self.page;
        page.n_before + page.lines.len() as u64 + page.n_after
    }

    /// How many lines lie below it.
    pub fn n_below(&self) -> u64 {
        let is_cut = self.shown.end < self.page.lines.len();
        let beyond = if is_cut { 0 } else { self.page.n_after };
        self.shown.end.saturating_sub(self.index + 1) as u64 + beyond
    }

    /// How many lines lie above it.
    fn n_above(&self) -> u64 {
        let beyond = if self.shown.start > 0 {
            0
        } else {
            self.page.n_before
        };
        self.index.saturating_sub(self.shown.start) as u64 + beyond
    }
}

impl Logs {
    pub(super) fn lines_ask(&self, context: &Context<'_>) -> LogLinesAsk {
        let span = lines_span(context);
        let (anchor, n_after, offset) = match &self.place {
            None => (span.end, 0, 0),
            Some(place) => (place.at.clamp(span.start, span.end), N_AFTER, place.offset()),
        };
        LogLinesAsk {
            filter: self.shown_filter(),
            anchor,
            n_before: N_BEFORE,
            n_after,
            offset,
        }
    }

    pub(super) fn ask_lines(&self, context: &Context<'_>) -> Ask {
        Ask::LogLines(self.lines_ask(context))
    }

    /// The page at hand and the chosen line in it, if there is any line.
    pub(super) fn chosen<'a>(&self, context: &Context<'a>) -> Option<Chosen<'a>> {
        let page = pick!(
            context.held(Slot::LogLines, self.ask_lines(context), ""),
            LogLines
        )?;
        let (Ask::LogLines(held), _) = context.slots.latest(Slot::LogLines, context.time.playhead())? else {
            return None;
        };
        let index = self.index_in(page, held, &self.lines_ask(context))?;
        let span = lines_span(context);
        let first = page.lines.partition_point(|line| line.entry.at < span.start);
        let end = page.lines.partition_point(|line| line.entry.at <= span.end);
        let last = end.checked_sub(1).filter(|last| first <= *last)?;
        Some(Chosen {
            page,
            index: index.clamp(first, last),
            shown: first..end,
        })
    }

    /// Which line of a page is chosen. A page that was asked for another place may hold it too.
    fn index_in(&self, page: &LogPage, held: &LogLinesAsk, wanted: &LogLinesAsk) -> Option<usize> {
        let last = page.lines.len().checked_sub(1)?;
        let Some(place) = &self.place else {
            return Some(last);
        };
        let after_base = if held.anchor == wanted.anchor {
            i64::try_from(page.n_until_anchor).ok()? - i64::try_from(page.n_before).ok()?
        } else {
            let n = page.lines.partition_point(|line| line.entry.at <= place.at);
            i64::try_from(n).ok()?
        };
        let base = place
            .line
            .as_ref()
            .and_then(|line| found_before(page, after_base, line))
            .unwrap_or(after_base - 1);
        let index = usize::try_from(base.saturating_sub(place.back).max(0)).ok()?;
        Some(index.min(last))
    }

    /// Chooses the n-th of all lines, from 0; the last of all is followed.
    pub(super) fn go_to_line(&mut self, context: &Context<'_>, n: u64) {
        let Some(chosen) = self.chosen(context) else {
            return;
        };
        let is_last = n.saturating_add(1) >= chosen.n_lines();
        match is_last && self.around.is_none() {
            true => self.place = None,
            // Of a live cloud all lines of before are not counted: only those at hand have a place.
            false if context.time.is_live() => {
                let here = chosen.page.n_before + chosen.index as u64;
                let by = i64::try_from(n).unwrap_or(i64::MAX) - i64::try_from(here).unwrap_or(0);
                self.move_by(context, by);
            }
            false => self.place = Some(Place::nth(n.min(chosen.n_lines() - 1))),
        }
        self.hold_line(context);
    }

    /// Holds on to a line that was chosen by its number, once it is at hand; says whether it was one.
    pub(super) fn hold_line(&mut self, context: &Context<'_>) -> bool {
        let is_by_number = |place: &Place| place.at == Timestamp::MIN && place.back < -1;
        let question = context.question(self.ask_lines(context));
        if !self.place.as_ref().is_some_and(is_by_number)
            || !context.slots.is_settled(Slot::LogLines, &question)
        {
            return false;
        }
        let held = self.chosen(context).and_then(|chosen| nearer(&chosen, 0));
        self.place = held.or(self.place.take());
        true
    }

    /// Chooses the line that lies `n` rows further down, or up if that is negative, as far as there are any.
    pub(super) fn move_by(&mut self, context: &Context<'_>, n: i64) {
        let Some(chosen) = self.chosen(context) else {
            return;
        };
        let Some(line) = chosen.line() else { return };
        let place = match &self.place {
            Some(place) if place.line.is_none() => place.clone(),
            Some(_) => counted(chosen.page, chosen.index, line),
            None if n >= 0 => return,
            None => counted(chosen.page, chosen.index, line),
        };
        let room = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        let n = n.clamp(-room(chosen.n_above()), room(chosen.n_below()));
        let is_last = n >= room(chosen.n_below());
        let target = Place {
            back: place.back.saturating_sub(n),
            ..place
        };
        let is_far = target.offset() != 0 && target.offset() != PAGE_STEP;
        self.place = Some(if is_far {
            nearer(&chosen, n).unwrap_or(target)
        } else {
            target
        });
        if is_last && n > 0 && self.around.is_none() {
            self.place = None;
        }
    }
}

/// Lines of which time are shown: the selected range's, or else all up to the playhead.
pub(super) fn lines_span(context: &Context<'_>) -> TimeRange {
    let all = TimeRange::new(Timestamp::MIN, context.time.playhead());
    context.time.range().unwrap_or(all)
}

/// Where in a page a line stands whose moment's lines end at `after_base`.
fn found_before(page: &LogPage, after_base: i64, id: &LineId) -> Option<i64> {
    let end = usize::try_from(after_base).ok()?.min(page.lines.len());
    let lines = page.lines.get(..end)?;
    let same = lines
        .iter()
        .enumerate()
        .rev()
        .take_while(|(_, line)| line.entry.at >= id.at);
    let found = same.filter(|(_, line)| id.is(line)).map(|(i, _)| i).next()?;
    i64::try_from(found).ok()
}

/// The place of a line, counted from the last line of its moment in the page.
fn counted(page: &LogPage, index: usize, line: &LogLine) -> Place {
    let after = page.lines.iter().skip(index + 1);
    let n_same = after.take_while(|other| other.entry.at == line.entry.at).count();
    Place {
        at: line.entry.at,
        back: i64::try_from(n_same).unwrap_or(0),
        line: None,
    }
}

/// The place `n` lines further down, counted from its own moment; `None` if not all lines of that moment are here.
fn nearer(chosen: &Chosen<'_>, n: i64) -> Option<Place> {
    let index = usize::try_from(i64::try_from(chosen.index).ok()?.checked_add(n)?).ok()?;
    let line = chosen.page.lines.get(index)?;
    let ends_here = chosen.page.lines.last()?.entry.at == line.entry.at && chosen.page.n_after > 0;
    (!ends_here).then(|| counted(chosen.page, index, line))
}
