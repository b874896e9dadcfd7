//! The search: text that is jumped to and marked, apart from the filter.

use super::lines::{Chosen, LineId, Place};
use super::{Logs, Reaction};
use crate::context::{Context, pick};
use crate::{Line, Role, Slot, Span, words};
use glass_model::{Ask, LogFilter, LogLine, LogLinesAsk, LogPage, Timestamp};
use std::cmp::Ordering;

/// Hits asked for at once, on either side of the chosen line.
const N_HITS: usize = 100;

/// A text that is looked for.
#[derive(Clone, Debug, Default)]
pub(super) struct Search {
    /// The text; empty for none.
    pub text: String,
    /// Around which moment hits are asked for; the playhead at first.
    around: Option<Timestamp>,
    /// A jump that waits for them: whether forward.
    waiting: Option<bool>,
}

impl Search {
    /// Looks for a text.
    pub fn set(&mut self, text: &str) {
        *self = Self {
            text: text.to_owned(),
            ..Self::default()
        };
    }
}

impl Logs {
    /// Hits around the chosen line, if a text is looked for.
    pub(super) fn ask_hits(&self, context: &Context<'_>) -> Option<Ask> {
        let now = context.time.playhead();
        (!self.search.text.is_empty()).then(|| {
            Ask::LogLines(LogLinesAsk {
                filter: LogFilter {
                    search: self.search.text.clone(),
                    ..self.shown_filter()
                },
                anchor: self.search.around.map_or(now, |at| at.min(now)),
                n_before: N_HITS,
                n_after: N_HITS,
                offset: 0,
            })
        })
    }

    fn hits<'a>(&self, context: &Context<'a>) -> Option<&'a LogPage> {
        pick!(context.held(Slot::LogHits, self.ask_hits(context)?, ""), LogLines)
    }

    /// Jumps to the next hit or the one before, as soon as it is known.
    pub(super) fn jump_to_hit(&mut self, context: &Context<'_>, forward: bool) -> Reaction {
        if self.search.text.is_empty() {
            return Reaction::Say("nothing is searched for; s takes a text and marks it");
        }
        self.search.around = self.chosen_line(context).map(|line| line.entry.at);
        self.search.waiting = Some(forward);
        self.resume_jump(context)
    }

    /// Stays where a hit is chosen, and goes to the nearest one otherwise.
    pub(super) fn jump_to_nearest_hit(&mut self, context: &Context<'_>) -> Reaction {
        let Some(chosen) = self.chosen(context).filter(|_| !self.search.text.is_empty()) else {
            return Reaction::Done;
        };
        let text = self.search.text.to_ascii_lowercase();
        let is_hit = |line: &LogLine| line.entry.line.to_ascii_lowercase().contains(&text);
        if chosen.line().is_some_and(is_hit) {
            return Reaction::Done;
        }
        // The newest line is often the chosen one: then all hits are before it.
        let has_later = chosen.n_below() > 0;
        self.jump_to_hit(context, has_later)
    }

    /// Goes on with a jump that waited for hits.
    pub(super) fn resume_jump(&mut self, context: &Context<'_>) -> Reaction {
        let (Some(forward), Some(ask)) = (self.search.waiting, self.ask_hits(context)) else {
            return Reaction::Done;
        };
        let Some((chosen, line)) = self.chosen(context).and_then(|chosen| {
            let line = chosen.line()?;
            Some((chosen, line))
        }) else {
            return Reaction::Done;
        };
        let is_settled = context.slots.is_settled(Slot::LogHits, &context.question(ask));
        let Some(hits) = self
            .hits(context)
            .filter(|hits| is_settled || reaches(hits, line))
        else {
            return Reaction::Done;
        };
        match next_hit(hits, &chosen, forward) {
            Some(hit) => {
                self.search.waiting = None;
                self.place = Some(Place::of(hit));
                Reaction::SetCursor(Some(hit.entry.at))
            }
            None if !is_settled => Reaction::Done,
            None => {
                self.search.waiting = None;
                Reaction::Say(match forward {
                    true => "no later hit",
                    false => "no earlier hit",
                })
            }
        }
    }

    /// The search in words: which hit of how many.
    pub(super) fn search_words(&self, context: &Context<'_>) -> Line {
        if self.search.text.is_empty() {
            return Line::new();
        }
        let mut line = vec![
            Span::new("search ", Role::Muted),
            Span::new(words::visible(&self.search.text), Role::Hit),
        ];
        if let Some(hits) = self.hits(context) {
            let total = hits.n_before + hits.lines.len() as u64 + hits.n_after;
            let chosen = self.chosen_line(context).map(LineId::of);
            let nth = chosen.and_then(|id| hits.lines.iter().position(|line| id.is(line)));
            line.push(Span::new(
                match nth {
                    Some(nth) => format!(
                        " hit {} of {}",
                        words::grouped(hits.n_before + nth as u64 + 1),
                        words::grouped(total)
                    ),
                    None => format!(" {}", words::count(total, "hit")),
                },
                Role::Muted,
            ));
        }
        line
    }
}

/// Whether a line lies among hits that were asked for around another one.
fn reaches(hits: &LogPage, line: &LogLine) -> bool {
    let at = line.entry.at;
    hits.lines.first().is_some_and(|first| first.entry.at < at)
        && hits.lines.last().is_some_and(|last| last.entry.at > at)
}

/// The hit next to the chosen line that is not the same line again.
fn next_hit<'a>(hits: &'a LogPage, chosen: &Chosen<'_>, forward: bool) -> Option<&'a LogLine> {
    let line = chosen.line()?;
    let (id, at) = (LineId::of(line), line.entry.at);
    // Of lines of one moment the page tells which come first.
    let (before, after) = chosen.page.lines.split_at_checked(chosen.index)?;
    let same = if forward { after } else { before };
    let same: Vec<&LogLine> = same.iter().filter(|other| other.entry.at == at).collect();
    let is_beyond = |hit: &&LogLine| match hit.entry.at.cmp(&at) {
        Ordering::Equal => !id.is(hit) && same.iter().any(|other| LineId::of(other).is(hit)),
        Ordering::Greater => forward,
        Ordering::Less => !forward,
    };
    match forward {
        true => hits.lines.iter().find(is_beyond),
        false => hits.lines.iter().rev().find(is_beyond),
    }
}
