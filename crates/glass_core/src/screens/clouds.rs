//! The clouds screen: live clouds and recordings that can be opened, and how each source of the chosen one stands.
//! It tells of now, not of the playhead: it is where one chooses what to look at.

use super::{Reaction, ScreenState};
use crate::context::Context;
use crate::list::{Choice, TableFrame, table};
use crate::{
    Cell, CloudsView, Command, DataState, DataStateKind, Line, Role, ScreenView, Slot, Span, Viewport, words,
};
use glass_model::{Ask, CloudKind, CloudSummary, SourceState, SourceSummary, Timestamp};

const COLUMNS: &[(&str, bool, u16)] = &[
    ("", false, 0),
    ("name", false, 3),
    ("open", false, 4),
    ("answers", true, 0),
    ("firing", true, 0),
    ("incidents", true, 0),
    ("asked", true, 0),
];

/// The clouds screen's state.
#[derive(Debug, Default)]
pub(crate) struct Clouds {
    clouds: Vec<CloudSummary>,
    at: Option<Timestamp>,
    choice: Choice,
    filter: String,
    has_begun: bool,
}

impl Clouds {
    /// Whether this is the first time that it is looked at.
    pub fn begin(&mut self) -> bool {
        !std::mem::replace(&mut self.has_begun, true)
    }

    /// Takes how the clouds stand.
    pub fn take(&mut self, at: Timestamp, clouds: Vec<CloudSummary>) {
        self.at = Some(at);
        self.clouds = clouds;
    }

    /// All that can be opened, as far as it is known.
    pub fn all(&self) -> &[CloudSummary] {
        &self.clouds
    }

    fn shown(&self) -> Vec<&CloudSummary> {
        let wanted = self.filter.to_lowercase();
        let matches = |cloud: &&CloudSummary| {
            let texts = [&cloud.id, &cloud.name, &cloud.operator];
            let signals = cloud
                .sources
                .iter()
                .flat_map(|source| [&source.signal, &source.api]);
            let mut all = texts.into_iter().chain(signals);
            wanted.is_empty() || all.any(|text| text.to_lowercase().contains(&wanted))
        };
        self.clouds.iter().filter(matches).collect()
    }

    fn keys(&self) -> Vec<String> {
        self.shown().iter().map(|cloud| cloud.id.clone()).collect()
    }

    fn chosen(&self) -> Option<&CloudSummary> {
        let shown = self.shown();
        shown.get(self.choice.index(&self.keys())).copied()
    }

    fn state(&self) -> DataState {
        let (kind, text) = if self.at.is_none() {
            (DataStateKind::Loading, "loading …")
        } else if self.shown().is_empty() {
            (DataStateKind::Empty, "no cloud matches; `/` changes the filter")
        } else {
            (DataStateKind::Ready, "")
        };
        DataState {
            kind,
            text: text.to_owned(),
            source: String::new(),
        }
    }
}

impl ScreenState for Clouds {
    fn wanted(&self, _: &Context<'_>) -> Vec<(Slot, Ask)> {
        Vec::new()
    }

    fn view(&self, _: &Context<'_>, viewport: Viewport) -> ScreenView {
        let shown = self.shown();
        let chosen = (!shown.is_empty()).then(|| self.choice.index(&self.keys()));
        let frame = TableFrame {
            title: "Clouds and recordings".into(),
            columns: COLUMNS,
            focused: true,
            state: self.state(),
        };
        let now = self.at.unwrap_or(Timestamp::from_nanos(0));
        ScreenView::Clouds(CloudsView {
            list: table(frame, shown.len(), chosen, viewport.list_rows, |i| {
                cells(shown[i], now)
            }),
            filter: words::visible(&self.filter),
            details: self.chosen().map(|cloud| details(cloud, now)).unwrap_or_default(),
        })
    }

    fn run(&mut self, _: &Context<'_>, viewport: Viewport, command: Command) -> Reaction {
        match command {
            Command::Refresh => Reaction::CheckClouds,
            Command::Open => match self.chosen() {
                Some(cloud) if can_be_opened(cloud) => Reaction::Open(cloud.id.clone()),
                Some(_) => Reaction::Say("nothing of it can be read yet; its details say why"),
                None => Reaction::Ignored,
            },
            // There is nothing above it.
            Command::Back if !self.filter.is_empty() => {
                self.filter.clear();
                Reaction::Done
            }
            Command::Back => Reaction::Say("this is the top; enter opens, q quits"),
            command if self.choice.run(command, &self.keys(), viewport.list_rows) => Reaction::Done,
            _ => Reaction::Ignored,
        }
    }

    fn chosen_text(&self, _: &Context<'_>) -> Option<String> {
        self.chosen().map(|cloud| cloud.id.clone())
    }

    fn filter(&self) -> Option<&str> {
        Some(&self.filter)
    }

    fn set_filter(&mut self, text: &str) {
        text.clone_into(&mut self.filter);
    }
}

/// Whether anything of it can be read.
pub(crate) fn can_be_opened(cloud: &CloudSummary) -> bool {
    let readable = |source: &SourceSummary| {
        !matches!(
            source.state,
            SourceState::NotReadable | SourceState::Disabled | SourceState::Retired
        )
    };
    cloud.kind == CloudKind::Recording || cloud.sources.iter().any(readable)
}

/// Sources that are asked at all, and how many of them answered.
fn answers(cloud: &CloudSummary) -> (usize, usize, bool) {
    let count = |states: &[SourceState]| {
        let is_one = |source: &&SourceSummary| states.contains(&source.state);
        cloud.sources.iter().filter(is_one).count()
    };
    use SourceState as S;
    let n_asked = count(&[S::Asking, S::Answered, S::Refused, S::Failed]);
    (count(&[S::Answered]), n_asked, count(&[S::Asking]) > 0)
}

/// How it stands: a sign with a word, and its role.
pub(crate) fn standing(cloud: &CloudSummary) -> (&'static str, Role) {
    let (n_answered, n_asked, is_asking) = answers(cloud);
    match cloud.kind {
        CloudKind::Recording => ("▸ recorded", Role::Accent),
        CloudKind::Retired => ("retired", Role::Muted),
        _ if is_asking => ("… asking", Role::Muted),
        _ if n_asked == 0 => ("", Role::Muted),
        _ if n_answered == n_asked => ("● live", Role::Ok),
        _ if n_answered > 0 => ("◐ partly", Role::Warning),
        _ => ("✗ silent", Role::Critical),
    }
}

fn cells(cloud: &CloudSummary, now: Timestamp) -> Vec<Cell> {
    let (n_answered, n_asked, _) = answers(cloud);
    let (sign, role) = standing(cloud);
    let answered = match n_asked {
        0 => String::new(),
        n => format!("{n_answered}/{n}"),
    };
    let number = |n: Option<usize>, alarming: Role| match n {
        None => Cell::default(),
        Some(n) => Cell {
            value: Some(n as f64),
            ..Cell::new(n.to_string(), if n > 0 { alarming } else { Role::Muted })
        },
    };
    let asked = cloud.asked_at.map(|at| words::age(at, now)).unwrap_or_default();
    vec![
        Cell::new(sign, role),
        Cell::new(words::visible(&cloud.name), Role::Strong),
        Cell::new(open_signals(cloud), Role::Normal),
        Cell::new(answered, Role::Muted),
        number(cloud.n_firing, Role::Critical),
        number(cloud.n_incidents, Role::Warning),
        Cell::new(asked, Role::Muted),
    ]
}

/// What is public about it, each signal once; of a recording, what it is of.
fn open_signals(cloud: &CloudSummary) -> String {
    if cloud.kind == CloudKind::Recording {
        return words::visible(&cloud.operator);
    }
    let mut signals: Vec<&str> = Vec::new();
    for source in &cloud.sources {
        if source.state != SourceState::Disabled && !signals.contains(&source.signal.as_str()) {
            signals.push(&source.signal);
        }
    }
    words::visible(&signals.join(" "))
}

fn details(cloud: &CloudSummary, now: Timestamp) -> Vec<Line> {
    let fact = |name: &str, text: &str| {
        let line = vec![
            Span::new(format!("{name:<9} "), Role::Muted),
            Span::new(words::visible(text), Role::Normal),
        ];
        (!text.is_empty()).then_some(line)
    };
    let sites = cloud.sites.join(", ");
    let mut lines = vec![vec![Span::new(words::visible(&cloud.name), Role::Strong)]];
    lines.extend(fact("id", &cloud.id));
    lines.extend(fact("run by", &cloud.operator));
    lines.extend(fact("runs at", &sites));
    lines.extend(fact("known by", &cloud.basis));
    if !cloud.sources.is_empty() {
        lines.push(Vec::new());
    }
    lines.extend(cloud.sources.iter().flat_map(|source| source_lines(source, now)));
    lines
}

fn source_lines(source: &SourceSummary, now: Timestamp) -> Vec<Line> {
    let (sign, word, role) = match source.state {
        SourceState::NotAsked => ("·", "not asked yet", Role::Muted),
        SourceState::Asking => ("…", "asking", Role::Muted),
        SourceState::Answered => ("●", "answered", Role::Ok),
        SourceState::Refused => ("⊘", "refused", Role::Warning),
        SourceState::Failed => ("✗", "no answer", Role::Critical),
        SourceState::NotReadable => ("-", "not readable yet", Role::Muted),
        SourceState::Disabled => ("-", "off: not known to be open", Role::Muted),
        SourceState::Retired => ("-", "gone", Role::Muted),
    };
    let took = source
        .took_nanos
        .map(|nanos| format!(" in {}", words::duration(nanos)))
        .unwrap_or_default();
    let when = source
        .asked_at
        .map(|at| format!(", {}", words::ago(at, now)))
        .unwrap_or_default();
    let what = format!("{} {}", source.signal, source.api);
    let mut lines = vec![vec![
        Span::new(format!("{sign} {:<16}", words::visible(&source.id)), role),
        Span::new(format!(" {:<26}", words::visible(&what)), Role::Normal),
        Span::new(format!("{word}{took}{when}"), role),
    ]];
    for text in [&source.address, &source.detail] {
        if !text.is_empty() {
            lines.push(vec![Span::new(
                format!("    {}", words::visible(text)),
                Role::Muted,
            )]);
        }
    }
    lines
}
