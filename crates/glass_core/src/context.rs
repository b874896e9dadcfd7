//! [`Context`]: what a screen may look at to say what it wants asked and what it shows.

use crate::Viewport;
use crate::graphs::{GraphLooks, SharedBands};
use crate::marks::Marks;
use crate::slots::{SlotData, Slots};
use crate::time_control::TimeControl;
use crate::{DataState, DataStateKind, Face, Keymap, Slot, words};
use glass_model::{
    AnswerValue, Ask, Completeness, Graph, GraphSeries, QueryError, QueryValue, Question, RecordingInfo,
    Seen, TimeRange, Timestamp,
};

/// The parts of the application that screens share.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Context<'a> {
    /// What the recording says of itself.
    pub info: &'a RecordingInfo,
    /// The playhead.
    pub time: &'a TimeControl,
    /// The answers at hand.
    pub slots: &'a Slots,
    /// How much is in sight.
    pub viewport: Viewport,
    /// Which keys run what.
    pub keymap: &'a Keymap,
    /// What the user marked.
    pub marks: &'a Marks,
    /// What all graphs have in common.
    pub looks: &'a GraphLooks,
    /// Whether playing leaves out what is quiet.
    pub skips_quiet: bool,
    /// Where all of it is shown.
    pub face: Face,
    /// What happened, shared by the graphs of one view.
    pub bands: Option<&'a SharedBands>,
}

/// What is at hand for a view.
#[derive(Debug)]
pub(crate) struct Held<'a> {
    /// The answer, if there is one.
    pub value: Option<&'a AnswerValue>,
    /// Why there is none, if asking failed.
    pub error: Option<&'a QueryError>,
    /// How it stands.
    pub state: DataState,
}

impl<'a> Context<'a> {
    /// The question at the present playhead; while time runs, some three different ones a second.
    pub fn question(&self, ask: Ask) -> Question {
        Question {
            as_of: self.time.as_of(),
            ask,
        }
    }

    /// What is selected, as far as time has come: empty if it all lies ahead, `None` if nothing is.
    pub fn selection(&self) -> Option<TimeRange> {
        Some(self.time.selected()?.until(self.time.playhead()))
    }

    /// Whether something that lasted between two moments is to be shown: all is, unless a range is selected.
    pub fn is_in_range(&self, from: Timestamp, to: Timestamp) -> bool {
        let touches = |range: TimeRange| !range.is_empty() && from <= range.end && range.start <= to;
        self.selection().is_none_or(touches)
    }

    /// What is shown of time: what is selected, or else the window.
    pub fn span(&self) -> TimeRange {
        self.selection().unwrap_or_else(|| self.time.window())
    }

    /// What is selected, in words for a title; empty if nothing is.
    pub fn range_words(&self) -> String {
        let words = |range: TimeRange| {
            let [from, to] = [range.start, range.end].map(words::time_of_day);
            format!("  {from}–{to}")
        };
        self.time.selected().map(words).unwrap_or_default()
    }

    /// What is at hand for a slot. `nothing` says what an empty answer means, and what to do then.
    pub fn held(&self, slot: Slot, ask: Ask, nothing: &str) -> Held<'a> {
        match self.slots.get(slot, &self.question(ask)) {
            SlotData::Loading => Held {
                value: None,
                error: None,
                state: state(DataStateKind::Loading, "loading …"),
            },
            SlotData::Failed(error) => Held {
                value: None,
                error: Some(error),
                state: state_of_error(error),
            },
            SlotData::Here { answer, stale } => {
                let mut state = state_of(&answer.provenance.completeness, &answer.value, nothing);
                if stale && state.kind == DataStateKind::Ready {
                    state.kind = DataStateKind::Stale;
                }
                state.source = words::visible(&answer.provenance.source);
                Held {
                    value: Some(&answer.value),
                    error: None,
                    state,
                }
            }
        }
    }
}

fn state(kind: DataStateKind, text: &str) -> DataState {
    DataState {
        kind,
        text: text.to_owned(),
        source: String::new(),
    }
}

/// What is too much or not supported was refused; everything else failed.
fn state_of_error(error: &QueryError) -> DataState {
    let text = words::visible(&error.to_string());
    match error {
        QueryError::TooMuch(_) => state(DataStateKind::Refused, &format!("refused: {text}")),
        QueryError::Unsupported(_) => state(DataStateKind::Refused, &format!("not supported: {text}")),
        QueryError::Damaged(_)
        | QueryError::Invalid { .. }
        | QueryError::Execution(_)
        | QueryError::Timeout(_)
        | QueryError::Cancelled => state(DataStateKind::Failed, &text),
    }
}

fn state_of(completeness: &Completeness, value: &AnswerValue, nothing: &str) -> DataState {
    let visible = |text: &str| words::visible(text);
    match completeness {
        Completeness::NotAsked => state(DataStateKind::NotAsked, "not in this recording"),
        Completeness::Refused(why) => state(DataStateKind::Refused, &format!("refused: {}", visible(why))),
        Completeness::Failed(why) => state(DataStateKind::Failed, &visible(why)),
        Completeness::Partial(why) => state(DataStateKind::Partial, &format!("incomplete: {}", visible(why))),
        Completeness::Complete | Completeness::Stepped(_) if is_empty(value) => {
            state(DataStateKind::Empty, nothing)
        }
        Completeness::Complete => state(DataStateKind::Ready, ""),
        Completeness::Stepped(step) => {
            let text = format!("recorded every {} only", words::duration(*step));
            state(DataStateKind::Partial, &text)
        }
    }
}

fn is_empty(value: &AnswerValue) -> bool {
    match value {
        AnswerValue::MetricNames(names) => names.is_empty(),
        AnswerValue::Graph(graph) => has_no_line(graph),
        AnswerValue::QueryGraph(query) => has_no_line(&query.graph),
        AnswerValue::Query(result) => match &result.value {
            QueryValue::Scalar(..) | QueryValue::Text(..) => false,
            QueryValue::Vector(samples) => samples.is_empty(),
            QueryValue::Matrix(series) => series.is_empty(),
            QueryValue::Streams(streams) => streams.is_empty(),
        },
        AnswerValue::Completion(completion) => completion.items.is_empty(),
        AnswerValue::Explain(explanation) => explanation.parts.is_empty(),
        AnswerValue::Related(names) => names.is_empty(),
        AnswerValue::LogLines(page) => page.lines.is_empty(),
        AnswerValue::LogHistogram(histogram) => histogram.total == 0,
        AnswerValue::LogPatterns(found) => found.patterns.is_empty(),
        AnswerValue::Alerts(alerts) => alerts.is_empty(),
        AnswerValue::Rules(seen) => has_no_item(seen),
        AnswerValue::Targets(seen) => has_no_item(seen),
        AnswerValue::Silences(seen) => has_no_item(seen),
        AnswerValue::Receivers(seen) => has_no_item(seen),
        AnswerValue::Changes(changes) => changes.is_empty(),
        AnswerValue::Change(change) => change.is_none(),
        AnswerValue::Files(files) => files.is_empty(),
        AnswerValue::Events(events) => events.is_empty(),
        AnswerValue::Gaps(gaps) => gaps.is_empty(),
        AnswerValue::Documents(documents) => documents.is_empty(),
        AnswerValue::Document(document) => document.is_none(),
        AnswerValue::Find(found) => found.is_empty(),
        AnswerValue::Dashboards(dashboards) => dashboards.is_empty(),
        AnswerValue::Dashboard(dashboard) => dashboard.is_none(),
    }
}

fn has_no_item<T>(seen: &[Seen<T>]) -> bool {
    seen.iter().all(|one| one.items.is_empty())
}

fn has_no_line(graph: &Graph) -> bool {
    let is_blank =
        |series: &GraphSeries| series.latest.is_none() && series.buckets.iter().all(Option::is_none);
    graph.series.iter().all(is_blank)
}

/// Takes the expected variant out of what is at hand.
macro_rules! pick {
    ($held:expr, $variant:ident) => {
        match $held.value {
            Some(glass_model::AnswerValue::$variant(value)) => Some(value),
            _ => None,
        }
    };
}
pub(crate) use pick;
