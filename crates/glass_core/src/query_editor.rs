//! [`QueryEditor`]: a query being typed, with what could stand at the caret and what is wrong with it so far.
//!
//! Completions and errors are answers like all others: of the playhead, by version, and never waited for.

use crate::context::Context;
use crate::line_edit::{LineEdit, is_of_word};
use crate::{Chord, CompletionRow, FaultView, Key, Line, QueryEditorView, Role, Slot, Span, words};
use glass_model::{Answer, AnswerValue, Ask, Completion, CompletionAsk, CompletionItem, CompletionKind};
use glass_model::{QueryError, QueryLanguage};
use std::ops::Range;

/// The longest query that can be typed, in characters; engines take twice as many bytes.
pub(crate) const MAX_QUERY: usize = 8000;
/// Completions that can be chosen; whoever wants another one types on.
const MAX_COMPLETIONS: usize = 60;
/// Queries that can be called back.
const MAX_HISTORY: usize = 100;

/// A query being typed.
#[derive(Clone, Debug)]
pub(crate) struct QueryEditor {
    /// Its language.
    pub language: QueryLanguage,
    /// Whether it is to stand beside those that are shown.
    pub is_another: bool,
    line: LineEdit,
    chosen: Option<usize>,
    /// Whether the completions were sent away; they come back with the next change.
    is_list_closed: bool,
    /// Whether enter was pressed on a query that is wrong.
    is_insisted: bool,
    /// Which earlier query is shown, counted from the oldest, and what was typed before it was called back.
    recalled: Option<(usize, String)>,
}

/// What a key did.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum EditorReaction {
    /// It edited, or did nothing.
    Stay,
    /// The editor is to be closed; the query that was run before stays.
    Close,
    /// This query is to be run.
    Run(String),
}

/// What an engine says of the text as it is typed.
#[derive(Debug, Default)]
pub(crate) struct Offer<'a> {
    /// The characters that a completion replaces.
    replaces: Range<usize>,
    /// The completions.
    items: Vec<&'a CompletionItem>,
    /// How many more there are.
    n_more: usize,
    /// What is wrong, and with which characters.
    fault: Option<(&'a str, Range<usize>)>,
    /// Whether it is about this very text, and not about the one before the last key.
    is_exact: bool,
}

impl QueryEditor {
    /// An open editor with a text in it.
    pub fn new(language: QueryLanguage, text: &str) -> Self {
        Self {
            language,
            is_another: false,
            line: LineEdit::new(text, MAX_QUERY),
            chosen: None,
            is_list_closed: false,
            is_insisted: false,
            recalled: None,
        }
    }

    /// What it wants asked.
    pub fn wanted(&self) -> (Slot, Ask) {
        let text = self.line.text();
        let caret = byte_of(&text, self.line.caret());
        let ask = CompletionAsk {
            language: self.language,
            text,
            caret,
        };
        (Slot::Completion, Ask::Completion(ask))
    }

    /// Types a text.
    pub fn insert(&mut self, text: &str) {
        self.line.insert(text);
        self.changed();
    }

    /// Takes a key.
    pub fn take(&mut self, chord: Chord, history: &[String], context: &Context<'_>) -> EditorReaction {
        let offer = self.offer(context);
        let n_items = if self.is_list_closed { 0 } else { offer.items.len() };
        self.chosen = self.chosen.filter(|chosen| *chosen < n_items);
        match (chord.key, chord.ctrl) {
            (Key::Esc, _) if n_items > 0 => self.is_list_closed = true,
            (Key::Esc, _) | (Key::Char('c' | 'g'), true) => return EditorReaction::Close,
            (Key::Tab, _) if self.is_list_closed => self.is_list_closed = false,
            (Key::Tab, _) => self.complete(&offer, self.chosen.unwrap_or(0)),
            (Key::Enter, _) => match self.chosen {
                Some(chosen) => self.complete(&offer, chosen),
                None if offer.is_exact && offer.fault.is_some() => self.is_insisted = true,
                None => return self.run(),
            },
            (Key::Up, _) => match self.chosen {
                Some(chosen) => self.chosen = chosen.checked_sub(1),
                None => self.recall(history, true),
            },
            (Key::Down, _) if self.recalled.is_some() => self.recall(history, false),
            (Key::Down, _) if n_items > 0 => {
                self.chosen = Some(self.chosen.map_or(0, |chosen| chosen + 1).min(n_items - 1));
            }
            _ => {
                if self.line.take(chord) {
                    self.changed();
                }
            }
        }
        EditorReaction::Stay
    }

    /// What is shown.
    pub fn view(&self, context: &Context<'_>) -> QueryEditorView {
        let offer = self.offer(context);
        let text = self.line.text();
        let items = if self.is_list_closed {
            &[]
        } else {
            &offer.items[..]
        };
        QueryEditorView {
            language: language_name(self.language).to_owned(),
            caret: self.line.caret(),
            fault: offer
                .fault
                .as_ref()
                .map(|(what, place)| self.fault(what, place.clone())),
            hint: self.hint(context, &text, !items.is_empty()),
            completions: items.iter().map(|item| row(item)).collect(),
            n_more: if self.is_list_closed { 0 } else { offer.n_more },
            chosen: self.chosen.filter(|chosen| *chosen < items.len()),
            text: words::visible(&text),
        }
    }

    /// An error at the very end of what is typed is what every query has until it is complete.
    fn fault(&self, what: &str, place: Range<usize>) -> FaultView {
        let is_unfinished = place.end >= self.line.text().trim_end().chars().count();
        FaultView {
            text: words::visible(what),
            from: place.start,
            to: place.end,
            role: if is_unfinished && !self.is_insisted {
                Role::Muted
            } else {
                Role::Critical
            },
        }
    }

    fn hint(&self, context: &Context<'_>, text: &str, has_list: bool) -> Line {
        let (_, ask) = self.wanted();
        let state = context.held(Slot::Completion, ask, "").state;
        if matches!(
            state.kind,
            crate::DataStateKind::Failed | crate::DataStateKind::Refused
        ) {
            return vec![Span::new(state.text, Role::Warning)];
        }
        let words: &[(&str, &str)] = match (text.trim().is_empty(), has_list) {
            (true, _) => {
                let example = match self.language {
                    QueryLanguage::PromQl => "such as sum by (job) (rate(http_requests_total[5m]))",
                    QueryLanguage::LogQl => "such as {job=\"shop\"} |= \"error\" | json",
                };
                return vec![Span::new(example, Role::Muted)];
            }
            (false, true) => &[("tab", "completes"), ("↓", "chooses"), ("enter", "runs")],
            (false, false) => &[("enter", "runs"), ("↑", "earlier queries"), ("esc", "closes")],
        };
        let pair = |(key, what): &(&str, &str)| {
            [
                Span::new(*key, Role::Accent),
                Span::new(format!(" {what}   "), Role::Muted),
            ]
        };
        words.iter().flat_map(pair).collect()
    }

    fn run(&self) -> EditorReaction {
        match self.line.text().trim() {
            "" => EditorReaction::Close,
            text => EditorReaction::Run(text.to_owned()),
        }
    }

    fn changed(&mut self) {
        self.chosen = None;
        self.is_list_closed = false;
        self.is_insisted = false;
        self.recalled = None;
    }

    fn complete(&mut self, offer: &Offer<'_>, nth: usize) {
        let Some(item) = offer.items.get(nth) else { return };
        let next = self.line.char_at(offer.replaces.end);
        let is_called = matches!(item.kind, CompletionKind::Function) && !item.text.ends_with('(');
        self.line.replace(offer.replaces.clone(), &item.text);
        if is_called && next != Some('(') {
            self.line.insert("(");
        }
        self.changed();
    }

    /// Shows an earlier query, or a later one again.
    fn recall(&mut self, history: &[String], earlier: bool) {
        let (at, draft) = match self.recalled.take() {
            Some((at, draft)) => (at, draft),
            None => (history.len(), self.line.text()),
        };
        let to = if earlier { at.checked_sub(1) } else { Some(at + 1) };
        let to = to.unwrap_or(0);
        let shown = history.get(to).unwrap_or(&draft).clone();
        self.line.set(&shown);
        self.changed();
        self.is_list_closed = true;
        self.recalled = (to < history.len()).then_some((to, draft));
    }

    /// What is at hand for the text as it is; until its own answer comes, the one before narrowed to what was
    /// typed since.
    fn offer<'a>(&self, context: &Context<'a>) -> Offer<'a> {
        let (slot, ask) = self.wanted();
        let Some((held_ask, answer)) = context.slots.latest(slot, context.time.playhead()) else {
            return Offer::default();
        };
        let (Ask::Completion(held), Ask::Completion(wanted)) = (held_ask, &ask) else {
            return Offer::default();
        };
        let Answer {
            value: AnswerValue::Completion(found),
            ..
        } = answer
        else {
            return Offer::default();
        };
        if held == wanted {
            return offer_of(&wanted.text, found, &found.replaces, "", true);
        }
        match typed_since(held, wanted, found) {
            Some((replaces, word)) => offer_of(&wanted.text, found, &replaces, &word, false),
            None => Offer::default(),
        }
    }
}

/// Notes a query that was run, the newest last.
pub(crate) fn note_query(history: &mut Vec<String>, text: &str) {
    history.retain(|earlier| earlier != text);
    history.push(text.to_owned());
    let excess = history.len().saturating_sub(MAX_HISTORY);
    history.drain(..excess);
}

/// The language's name.
pub(crate) fn language_name(language: QueryLanguage) -> &'static str {
    match language {
        QueryLanguage::PromQl => "PromQL",
        QueryLanguage::LogQl => "LogQL",
    }
}

/// What is wrong with a query that was run, at its place; nothing for errors that have none.
pub(crate) fn fault_of(text: &str, error: Option<&QueryError>) -> Option<FaultView> {
    let Some(QueryError::Invalid { text: what, at }) = error else {
        return None;
    };
    let place = chars_of(text, at);
    Some(FaultView {
        text: words::visible(what),
        from: place.start,
        to: place.end,
        role: Role::Critical,
    })
}

fn row(item: &CompletionItem) -> CompletionRow {
    let kind = match item.kind {
        CompletionKind::Metric => "metric",
        CompletionKind::Label => "label",
        CompletionKind::LabelValue => "value",
        CompletionKind::Function => "function",
        CompletionKind::Aggregation => "aggregation",
        CompletionKind::Keyword => "keyword",
        CompletionKind::Duration => "duration",
    };
    CompletionRow {
        text: words::visible(&item.text),
        kind: kind.to_owned(),
        detail: words::visible(&item.detail),
    }
}

fn offer_of<'a>(
    text: &str,
    found: &'a Completion,
    replaces: &Range<usize>,
    word: &str,
    is_exact: bool,
) -> Offer<'a> {
    let word = word.to_ascii_lowercase();
    let fits = |item: &&CompletionItem| is_exact || item.text.to_ascii_lowercase().contains(&word);
    let mut items: Vec<_> = found.items.iter().filter(fits).collect();
    let n_more = items.len().saturating_sub(MAX_COMPLETIONS);
    items.truncate(MAX_COMPLETIONS);
    let fault = found.error.as_ref().filter(|_| is_exact);
    Offer {
        replaces: chars_of(text, replaces),
        items,
        n_more,
        fault: fault.map(|(what, at)| (what.as_str(), chars_of(text, at))),
        is_exact,
    }
}

/// If only a word was typed on since `held`: the bytes of that word, and the word.
fn typed_since(
    held: &CompletionAsk,
    wanted: &CompletionAsk,
    found: &Completion,
) -> Option<(Range<usize>, String)> {
    let start = found.replaces.start;
    let same = held.text.get(..held.caret)? == wanted.text.get(..held.caret)?;
    let word = wanted.text.get(start..wanted.caret)?;
    let is_word = !word.is_empty() && word.chars().all(is_of_word);
    (held.language == wanted.language && same && start <= held.caret && is_word)
        .then(|| (start..wanted.caret, word.to_owned()))
}

/// The byte of the n-th character.
fn byte_of(text: &str, n: usize) -> usize {
    text.char_indices().nth(n).map_or(text.len(), |(at, _)| at)
}

/// Bytes as characters; a place outside the text is its end.
fn chars_of(text: &str, bytes: &Range<usize>) -> Range<usize> {
    let n_before = |byte: usize| text.char_indices().take_while(|(at, _)| *at < byte).count();
    let start = n_before(bytes.start);
    start..n_before(bytes.end).max(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_in_bytes_become_places_in_characters() {
        let check = |bytes, expected| assert_eq!(chars_of("größe(", &bytes), expected, "{bytes:?}");
        check(0..2, 0..2);
        check(7..8, 5..6);
        check(8..8, 6..6);
        check(100..200, 6..6);
        #[expect(clippy::reversed_empty_ranges, reason = "an engine may be wrong")]
        check(8..2, 6..6);
        check(3..3, 3..3);
    }

    #[test]
    fn history_keeps_each_query_once() {
        let mut history = Vec::new();
        for text in ["a", "b", "a"] {
            note_query(&mut history, text);
        }
        assert_eq!(history, ["b", "a"]);
        (0..300).for_each(|i| note_query(&mut history, &i.to_string()));
        assert_eq!(history.len(), MAX_HISTORY);
    }
}
