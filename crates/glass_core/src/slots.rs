//! [`Slots`]: the questions that are open and the answers at hand. The core's half of the first law: an answer
//! for a later playhead is never handed out.

use crate::Screen;
use glass_model::{Answer, Ask, QueryError, QueryTime, Question, Timestamp};
use std::collections::HashMap;

/// A place on screen that needs an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Slot {
    /// Marks of the timeline.
    TimelineEvents,
    /// Log volume of the timeline.
    TimelineLogs,
    /// Where data is missing.
    Gaps,
    /// All alerts.
    Alerts,
    /// All changes.
    Changes,
    /// The n-th panel of the overview.
    Panel(usize),
    /// The names of metrics.
    MetricNames,
    /// The n-th graph of a screen.
    Graph(Screen, u8),
    /// What could stand at the caret of a query being typed, and what is wrong with it.
    Completion,
    /// What a query of a screen is made of.
    Explanation(Screen),
    /// Metrics that belong to one.
    Related,
    /// The result of its n-th part.
    Part(usize),
    /// The rules of alerts and series.
    Rules,
    /// Which alerts are silenced.
    Silences,
    /// Log lines.
    LogLines,
    /// Log lines over time.
    LogHistogram,
    /// Log lines that a search finds around the chosen one.
    LogHits,
    /// The forms of log lines.
    LogPatterns,
    /// The chosen change.
    Change,
    /// The repository's files.
    Files,
    /// Threads and post-mortems.
    Documents,
    /// The one that a screen shows.
    Document(Screen),
    /// What is called like what is typed.
    Found,
    /// All dashboards.
    Dashboards,
    /// The one that is shown.
    Dashboard,
    /// The values of its n-th variable.
    DashboardVariable(usize),
    /// A query of a panel: its row, its place in it, the query's.
    PanelTarget(u16, u16, u16),
}

/// What is at hand for a slot.
#[derive(Clone, Debug)]
pub enum SlotData<'a> {
    /// Nothing yet.
    Loading,
    /// An answer; `stale` if it belongs to an earlier playhead than the present one.
    Here {
        /// The answer.
        answer: &'a Answer,
        /// Whether a newer one is under way.
        stale: bool,
    },
    /// There is no answer.
    Failed(&'a QueryError),
}

#[derive(Debug, Default)]
struct Entry {
    asked: Option<(u64, Question)>,
    held: Option<(u64, Question, Result<Answer, QueryError>)>,
}

/// Open questions and answers at hand, by slot.
#[derive(Debug, Default)]
pub struct Slots {
    entries: HashMap<Slot, Entry>,
    last_version: u64,
    /// Answers up to this version are of something else.
    forgotten: u64,
}

impl Slots {
    /// Notes that a question is wanted for a slot; returns its version if it must be asked.
    pub fn want(&mut self, slot: Slot, question: &Question) -> Option<u64> {
        let entry = self.entries.entry(slot).or_default();
        if entry.asked.as_ref().is_some_and(|(_, asked)| asked == question) {
            return None;
        }
        self.last_version += 1;
        entry.asked = Some((self.last_version, question.clone()));
        Some(self.last_version)
    }

    /// Forgets everything, also what is still under way: something else was opened.
    pub fn forget(&mut self) {
        self.entries.clear();
        self.forgotten = self.last_version;
    }

    /// Takes an answer; one that is older than the one at hand is dropped.
    pub fn take(&mut self, slot: Slot, version: u64, question: Question, result: Result<Answer, QueryError>) {
        let Some(entry) = self.entries.get_mut(&slot) else {
            return;
        };
        let newest = entry.asked.as_ref().map_or(0, |(asked, _)| *asked);
        let held = entry.held.as_ref().map_or(0, |(held, ..)| *held);
        if version > newest || version < held || version <= self.forgotten {
            return;
        }
        entry.held = Some((version, question, result));
    }

    /// What is at hand for a slot, given what is wanted of it now.
    pub fn get(&self, slot: Slot, wanted: &Question) -> SlotData<'_> {
        let Some((_, question, result)) = self.entries.get(&slot).and_then(|entry| entry.held.as_ref())
        else {
            return SlotData::Loading;
        };
        let exact = question == wanted;
        if !exact && !may_stand_in(question, wanted) {
            return SlotData::Loading;
        }
        match result {
            Ok(answer) if exact || answer.as_of <= wanted.as_of => SlotData::Here {
                answer,
                stale: !exact,
            },
            Ok(_) => SlotData::Loading,
            Err(error) if exact => SlotData::Failed(error),
            Err(_) => SlotData::Loading,
        }
    }

    /// The answer at hand and what it answers, whatever is wanted now, unless it is of a later moment than `now`.
    pub fn latest(&self, slot: Slot, now: Timestamp) -> Option<(&Ask, &Answer)> {
        let (_, question, result) = self.entries.get(&slot)?.held.as_ref()?;
        let answer = result.as_ref().ok()?;
        (question.as_of <= now && answer.as_of <= now).then_some((&question.ask, answer))
    }

    /// Whether the answer at hand is the one wanted.
    pub fn is_settled(&self, slot: Slot, wanted: &Question) -> bool {
        let held = self.entries.get(&slot).and_then(|entry| entry.held.as_ref());
        held.is_some_and(|(_, question, _)| question == wanted)
    }
}

/// Whether the answer to an earlier question may be shown until the wanted one comes: it must be of the same
/// thing and of no later playhead.
fn may_stand_in(held: &Question, wanted: &Question) -> bool {
    if held.as_of > wanted.as_of {
        return false;
    }
    match (&held.ask, &wanted.ask) {
        // While the window is moved, what is known of the part that both have in common stays in sight.
        (Ask::Events { window: held }, Ask::Events { window: wanted }) => held.overlaps(*wanted),
        (Ask::Graph(held), Ask::Graph(wanted)) => {
            held.selector == wanted.selector
                && held.transform == wanted.transform
                && held.window.overlaps(wanted.window)
        }
        (Ask::QueryGraph(held), Ask::QueryGraph(wanted)) => {
            held.language == wanted.language
                && held.text == wanted.text
                && held.window.overlaps(wanted.window)
        }
        // Another moment's answer to the same query may stand in, as long as it is an earlier one.
        (Ask::Query(held), Ask::Query(wanted)) => {
            let is_instant = |time| matches!(time, QueryTime::Instant(_));
            held.language == wanted.language
                && held.text == wanted.text
                && (held.time == wanted.time || is_instant(held.time) && is_instant(wanted.time))
        }
        (Ask::LogLines(held), Ask::LogLines(wanted)) => held.filter == wanted.filter,
        (Ask::LogPatterns(held), Ask::LogPatterns(wanted)) => {
            held.filter == wanted.filter && held.window == wanted.window
        }
        (Ask::LogHistogram(held), Ask::LogHistogram(wanted)) => {
            held.filter == wanted.filter && held.window == wanted.window && held.n_buckets == wanted.n_buckets
        }
        (held, wanted) => held == wanted,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use glass_model::{AnswerValue, Provenance, TimeRange};

    fn question(secs: i64) -> Question {
        Question {
            as_of: Timestamp::from_secs(secs),
            ask: Ask::Alerts,
        }
    }

    fn answer(secs: i64) -> Result<Answer, QueryError> {
        Ok(Answer {
            as_of: Timestamp::from_secs(secs),
            value: AnswerValue::Alerts(Vec::new()),
            provenance: Provenance::complete("test", TimeRange::ALL),
        })
    }

    #[test]
    fn an_answer_of_a_later_playhead_is_never_handed_out() {
        let mut slots = Slots::default();
        let version = slots.want(Slot::Alerts, &question(10)).unwrap();
        slots.take(Slot::Alerts, version, question(10), answer(10));
        assert!(matches!(
            slots.get(Slot::Alerts, &question(10)),
            SlotData::Here { stale: false, .. }
        ));
        assert!(matches!(
            slots.get(Slot::Alerts, &question(11)),
            SlotData::Here { stale: true, .. }
        ));
        assert!(matches!(slots.get(Slot::Alerts, &question(9)), SlotData::Loading));
        let latest = |secs| slots.latest(Slot::Alerts, Timestamp::from_secs(secs));
        assert!(latest(10).is_some() && latest(9).is_none());
    }

    #[test]
    fn late_answers_are_dropped_by_version() {
        let mut slots = Slots::default();
        let first = slots.want(Slot::Alerts, &question(1)).unwrap();
        let second = slots.want(Slot::Alerts, &question(2)).unwrap();
        assert_eq!(slots.want(Slot::Alerts, &question(2)), None);
        slots.take(Slot::Alerts, second, question(2), answer(2));
        slots.take(Slot::Alerts, first, question(1), answer(1));
        assert!(slots.is_settled(Slot::Alerts, &question(2)));
    }
}
