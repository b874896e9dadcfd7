//! The logs screen: lines at the playhead, a filter or a LogQL query, and all matches over time.

use super::{Reaction, ScreenState};
use crate::context::{Context, pick};
use crate::queries::{QueryShown, explain, nothing_found, query_view};
use crate::timeline::merge_bars;
use crate::{
    Command, DataState, DataStateKind, HistogramView, Line, LogRow, LogsView, Role, ScreenView, Slot, Span,
    Viewport, words,
};
use glass_model::{
    Ask, Labels, Level, LogFilter, LogHistogramAsk, LogLine, LogLinesAsk, LogPage, QueryLanguage, Timestamp,
};

/// Lines asked for at once.
const PAGE: usize = 400;
/// The asked page begins at a multiple of so many lines from the newest, so that moving one row asks nothing.
const PAGE_STEP: usize = 100;
/// Bars of the histogram that are asked for; fewer are drawn where fewer fit.
const N_BARS: usize = 240;

/// The logs screen's state.
#[derive(Debug, Default)]
pub(crate) struct Logs {
    filter: LogFilter,
    /// How many matching lines lie below the chosen one.
    back: usize,
    /// The moment the page is held at while an older line is chosen.
    held_at: Option<Timestamp>,
    shows_details: bool,
}

impl ScreenState for Logs {
    fn wanted(&self, context: &Context<'_>) -> Vec<(Slot, Ask)> {
        if let Some(query) = self.counting() {
            return vec![(Slot::Graph, query.ask(context))];
        }
        vec![
            (Slot::LogLines, self.ask_lines(context)),
            (Slot::LogHistogram, self.ask_histogram(context)),
        ]
    }

    fn view(&self, context: &Context<'_>, viewport: Viewport) -> ScreenView {
        if let Some(query) = self.counting() {
            return self.graph_view(context, viewport, query);
        }
        let nothing = match (self.is_asked(), self.is_filtered()) {
            (true, _) => nothing_found("no line matches"),
            (false, true) => "no line matches so far; esc clears the filter".to_owned(),
            (false, false) => "no line so far".to_owned(),
        };
        let mut held = context.held(Slot::LogLines, self.ask_lines(context), &nothing);
        let query = self
            .is_asked()
            .then(|| query_view(QueryLanguage::LogQl, &self.filter.logql, held.error, Vec::new()));
        explain(&mut held);
        let page = pick!(held, LogLines);
        let chosen = page.and_then(|page| self.chosen_index(page));
        let rows = page
            .map(|page| self.rows(page, chosen, viewport.list_rows))
            .unwrap_or_default();
        let line = page.zip(chosen).and_then(|(page, chosen)| page.lines.get(chosen));
        ScreenView::Logs(LogsView {
            query,
            graph: None,
            filter: self.filter_words(),
            count: page.map(|page| self.count_words(page)).unwrap_or_default(),
            histogram: self.histogram(context, viewport),
            rows,
            details: line.filter(|_| self.shows_details).map(details),
            state: held.state,
        })
    }

    fn run(&mut self, context: &Context<'_>, viewport: Viewport, command: Command) -> Reaction {
        if self.counting().is_some()
            && let Some(reaction) = self.run_on_graph(context, command)
        {
            return reaction;
        }
        let half = (viewport.list_rows / 2).max(1);
        match command {
            Command::Up => self.go_back(context, 1),
            Command::PageUp => self.go_back(context, half),
            Command::Down => self.go_forward(1),
            Command::PageDown => self.go_forward(half),
            Command::Top => self.go_back(context, usize::MAX / 2),
            Command::Bottom => self.follow(),
            Command::Open => self.shows_details = !self.shows_details,
            Command::CycleLevel => {
                self.filter.min_level = match self.filter.min_level {
                    Level::Unknown | Level::Debug | Level::Info => Level::Warning,
                    Level::Warning => Level::Error,
                    Level::Error | Level::Critical => Level::Unknown,
                };
                self.follow();
            }
            Command::InvertFilter => {
                self.filter.inverse = !self.filter.inverse;
                self.follow();
            }
            Command::Back if self.shows_details => self.shows_details = false,
            Command::Back if self.back > 0 => self.follow(),
            Command::Back if self.is_filtered() => self.filter = LogFilter::default(),
            Command::Left => return Reaction::MoveCursor(-1),
            Command::Right => return Reaction::MoveCursor(1),
            _ => return Reaction::Ignored,
        }
        match command {
            Command::Open | Command::CycleLevel | Command::InvertFilter => Reaction::Done,
            _ => Reaction::SetCursor(self.chosen_at(context)),
        }
    }

    fn chosen_text(&self, context: &Context<'_>) -> Option<String> {
        self.chosen_line(context).map(|line| line.entry.line.clone())
    }

    fn filter(&self) -> Option<&str> {
        Some(&self.filter.contains)
    }

    fn set_filter(&mut self, text: &str) {
        text.trim_start().clone_into(&mut self.filter.contains);
        self.follow();
    }

    fn query_language(&self) -> Option<QueryLanguage> {
        Some(QueryLanguage::LogQl)
    }

    fn query(&self) -> &str {
        &self.filter.logql
    }

    /// The chosen line's stream and the text that lines were filtered by.
    fn query_draft(&self, context: &Context<'_>) -> String {
        let Some(line) = self.chosen_line(context) else {
            return String::new();
        };
        let stream =
            origin_label(&line.labels).map_or_else(String::new, |(name, value)| format!("{name}={value:?}"));
        match (self.filter.contains.as_str(), self.filter.inverse) {
            ("", _) => format!("{{{stream}}} "),
            (text, false) => format!("{{{stream}}} |= {text:?} "),
            (text, true) => format!("{{{stream}}} != {text:?} "),
        }
    }

    fn set_query(&mut self, text: &str) {
        self.filter = LogFilter {
            logql: text.to_owned(),
            min_level: self.filter.min_level,
            ..LogFilter::default()
        };
        self.follow();
    }
}

impl Logs {
    fn is_filtered(&self) -> bool {
        self.filter != LogFilter::default()
    }

    fn is_asked(&self) -> bool {
        !self.filter.logql.is_empty()
    }

    /// The query, if it counts lines instead of choosing them: a query that chooses begins with its streams.
    fn counting(&self) -> Option<QueryShown<'_>> {
        let text = self.filter.logql.as_str();
        let begins = text
            .trim_start_matches(|c: char| c.is_whitespace() || c == '(')
            .chars()
            .next();
        begins.filter(|c| *c != '{').map(|_| QueryShown {
            language: QueryLanguage::LogQl,
            text,
        })
    }

    fn graph_view(&self, context: &Context<'_>, viewport: Viewport, query: QueryShown<'_>) -> ScreenView {
        let (graph, query) = query.view(context, viewport.graph_columns);
        let ready = DataState {
            kind: DataStateKind::Ready,
            text: String::new(),
            source: String::new(),
        };
        ScreenView::Logs(LogsView {
            query: Some(query),
            graph: Some(graph),
            filter: Line::new(),
            count: String::new(),
            histogram: HistogramView {
                bars: Vec::new(),
                max: 0,
                playhead: 0.0,
                state: ready.clone(),
            },
            rows: Vec::new(),
            details: None,
            state: ready,
        })
    }

    /// What a command does while a graph is shown; `None` for what it does without one, too.
    fn run_on_graph(&mut self, context: &Context<'_>, command: Command) -> Option<Reaction> {
        match command {
            Command::Back if context.time.cursor().is_some() => Some(Reaction::SetCursor(None)),
            Command::Left | Command::Right => None,
            Command::Back => {
                self.filter.logql.clear();
                Some(Reaction::Done)
            }
            Command::CycleLevel | Command::InvertFilter | Command::Open => {
                Some(Reaction::Say("a query that counts has no lines; esc leaves it"))
            }
            _ => Some(Reaction::Ignored),
        }
    }

    fn ask_lines(&self, context: &Context<'_>) -> Ask {
        let now = context.time.playhead();
        let anchor = self.held_at.map_or(now, |held| held.min(now));
        let offset = -i64::try_from(self.page_start()).unwrap_or(i64::MAX);
        Ask::LogLines(LogLinesAsk {
            filter: self.filter.clone(),
            anchor,
            n_before: PAGE,
            n_after: 0,
            offset,
        })
    }

    fn ask_histogram(&self, context: &Context<'_>) -> Ask {
        let window = context.time.window();
        Ask::LogHistogram(LogHistogramAsk {
            filter: self.filter.clone(),
            window,
            n_buckets: N_BARS,
        })
    }

    /// How many lines lie below the last line of the page asked for; the chosen line is in its newer half.
    fn page_start(&self) -> usize {
        (self.back / PAGE_STEP).saturating_sub(1) * PAGE_STEP
    }

    fn chosen_index(&self, page: &LogPage) -> Option<usize> {
        let from_end = self.back - self.page_start();
        (!page.lines.is_empty()).then(|| page.lines.len().saturating_sub(from_end + 1))
    }

    fn page<'a>(&self, context: &Context<'a>) -> Option<&'a LogPage> {
        pick!(
            context.held(Slot::LogLines, self.ask_lines(context), ""),
            LogLines
        )
    }

    fn chosen_line<'a>(&self, context: &Context<'a>) -> Option<&'a LogLine> {
        let page = self.page(context)?;
        page.lines.get(self.chosen_index(page)?)
    }

    /// Where the cursor goes: to the chosen line, or away while the newest is followed.
    fn chosen_at(&self, context: &Context<'_>) -> Option<Timestamp> {
        if self.back == 0 {
            None
        } else {
            self.chosen_line(context).map(|line| line.entry.at)
        }
    }

    fn go_back(&mut self, context: &Context<'_>, n: usize) {
        let Some(page) = self.page(context) else { return };
        let above = usize::try_from(page.n_before)
            .unwrap_or(usize::MAX)
            .saturating_add(page.lines.len());
        let most = above.saturating_add(self.page_start()).saturating_sub(1);
        self.held_at.get_or_insert(context.time.playhead());
        self.back = self.back.saturating_add(n).min(most);
    }

    fn go_forward(&mut self, n: usize) {
        self.back = self.back.saturating_sub(n);
        if self.back == 0 {
            self.follow();
        }
    }

    fn follow(&mut self) {
        self.back = 0;
        self.held_at = None;
    }

    fn rows(&self, page: &LogPage, chosen: Option<usize>, n_rows: usize) -> Vec<LogRow> {
        let chosen = chosen.unwrap_or(0);
        let below = (n_rows / 2).min(self.back);
        let end = (chosen + below + 1).min(page.lines.len());
        let first = end.saturating_sub(n_rows);
        let end = page.lines.len().min(first + n_rows);
        (first..end)
            .map(|i| self.row(&page.lines[i], i == chosen))
            .collect()
    }

    fn row(&self, line: &LogLine, selected: bool) -> LogRow {
        let (level, role) = words::level(line.level);
        let needle = if self.filter.inverse {
            ""
        } else {
            self.filter.contains.as_str()
        };
        LogRow {
            time: line.entry.at.format("%H:%M:%S%.3f"),
            level,
            role,
            origin: origin(&line.labels),
            text: words::highlighted(
                &line.entry.line,
                needle,
                if role == Role::Muted { role } else { Role::Normal },
            ),
            selected,
        }
    }

    fn filter_words(&self) -> Line {
        if !self.is_filtered() {
            return vec![Span::new("all lines", Role::Muted)];
        }
        let mut line = Line::new();
        let LogFilter {
            streams: _,
            contains,
            inverse,
            min_level,
            logql: _,
            predicate: _,
        } = &self.filter;
        if !contains.is_empty() {
            line.push(Span::new(
                if *inverse { "without " } else { "with " },
                Role::Muted,
            ));
            line.push(Span::new(format!("{} ", words::visible(contains)), Role::Accent));
        }
        match min_level {
            Level::Unknown => {}
            Level::Warning => line.push(Span::new("warnings and worse", Role::Warning)),
            _ => line.push(Span::new("errors and worse", Role::Critical)),
        }
        line
    }

    fn count_words(&self, page: &LogPage) -> String {
        let total = page.n_before + page.lines.len() as u64 + page.n_after;
        match self.back {
            0 => words::count(total, "line"),
            back => format!(
                "{}, {} newer below",
                words::count(total, "line"),
                words::grouped(back as u64)
            ),
        }
    }

    fn histogram(&self, context: &Context<'_>, viewport: Viewport) -> HistogramView {
        let mut held = context.held(Slot::LogHistogram, self.ask_histogram(context), "no line so far");
        explain(&mut held);
        let merged = pick!(held, LogHistogram).map(|found| merge_bars(&found.buckets, viewport.bar_columns));
        let bars: Vec<[u64; 3]> = merged.unwrap_or_default().iter().map(stacked).collect();
        HistogramView {
            max: bars.iter().map(|bar| bar.iter().sum()).max().unwrap_or(0),
            bars,
            playhead: context
                .time
                .window()
                .ratio(context.time.playhead())
                .clamp(0.0, 1.0),
            state: held.state,
        }
    }
}

/// Errors and worse, warnings, all others.
fn stacked(levels: &[u64; 6]) -> [u64; 3] {
    let errors = levels[Level::Error as usize] + levels[Level::Critical as usize];
    let warnings = levels[Level::Warning as usize];
    [errors, warnings, levels.iter().sum::<u64>() - errors - warnings]
}

/// Where a line comes from, in one word or two.
fn origin(labels: &Labels) -> String {
    origin_label(labels).map_or_else(String::new, |(_, value)| words::visible(value))
}

/// The label that says best where a line comes from.
fn origin_label(labels: &Labels) -> Option<(&str, &str)> {
    const NAMES: [&str; 7] = [
        "service_name",
        "service",
        "app",
        "job",
        "container",
        "unit",
        "filename",
    ];
    let known = NAMES.into_iter().find_map(|name| Some((name, labels.get(name)?)));
    known.or_else(|| labels.iter().next())
}

fn details(line: &LogLine) -> Vec<Line> {
    let field = super::alerts::field;
    let mut lines = vec![
        field("time", &line.entry.at.to_string()),
        field("level", line.level.name()),
    ];
    // What belongs to this line alone, and what a query took out of it, before what its whole stream has.
    let all = line.entry.metadata.iter().chain(line.labels.iter());
    lines.extend(all.map(|(name, value)| field(name, &words::visible(value))));
    lines.push(vec![Span::new(words::visible(&line.entry.line), Role::Normal)]);
    lines
}
