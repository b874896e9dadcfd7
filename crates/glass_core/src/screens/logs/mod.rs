//! The logs screen: lines at the playhead, a filter or a LogQL query, a search, and all matches over time.
//!
//! Read [`Logs`] first. [`lines`] says which lines are asked for and which is chosen, [`rows`] makes rows of them,
//! [`hits`] jumps between what a search finds, [`context_lines`] shows what stands around a line, [`patterns`] groups
//! lines by their form, [`columns`] lets labels and fields be columns.

mod columns;
mod context_lines;
mod fields;
mod histogram;
mod hits;
mod lines;
mod patterns;
mod rows;
#[cfg(test)]
mod tests;

use super::{Reaction, ScreenState};
use crate::context::{Context, Held};
use crate::list::Choice;
use crate::look::LookOf;
use crate::queries::{QueryShown, explain, nothing_found, query_view};
use crate::{
    Command, DataState, DataStateKind, DetailsView, HistogramView, Line, LogsView, Look, Role, Screen,
    ScreenView, Slot, Span, Viewport, words,
};
use context_lines::Around;
use glass_model::{Ask, Level, LogFilter, LogLine, QueryLanguage, Timestamp};
use hits::Search;
use lines::{Chosen, Place};
use rows::origin_label;

/// The logs screen's state.
#[derive(Debug, Default)]
pub(crate) struct Logs {
    filter: LogFilter,
    /// The chosen line; without one the newest is followed.
    place: Option<Place>,
    /// The line around which all lines are shown.
    around: Option<Around>,
    search: Search,
    shows_details: bool,
    /// Whether keys go to the histogram.
    histogram_focused: bool,
    /// Whether lines are shown as their message and fields.
    folds_out: bool,
    wraps: bool,
    /// Labels and fields that are columns.
    columns: Vec<String>,
    /// The chosen name while columns are chosen.
    chooser: Option<Choice>,
    /// The chosen pattern while patterns are listed.
    patterns: Option<Choice>,
}

impl ScreenState for Logs {
    fn wanted(&self, context: &Context<'_>) -> Vec<(Slot, Ask)> {
        if let Some(query) = self.counting() {
            return vec![(Slot::Graph(Screen::Logs, 0), query.ask(context))];
        }
        let mut wanted = vec![(Slot::LogHistogram, self.ask_histogram(context))];
        if self.patterns.is_some() {
            wanted.push((Slot::LogPatterns, self.ask_patterns(context)));
            return wanted;
        }
        wanted.push((Slot::LogLines, self.ask_lines(context)));
        wanted.extend(self.ask_hits(context).map(|ask| (Slot::LogHits, ask)));
        wanted
    }

    fn view(&self, context: &Context<'_>, viewport: Viewport) -> ScreenView {
        if let Some(query) = self.counting() {
            return self.graph_view(context, viewport, query);
        }
        let mut held = context.held(
            Slot::LogLines,
            self.ask_lines(context),
            &self.nothing(context.time.selected().is_some()),
        );
        let query = self.query_view(&held);
        explain(&mut held);
        let chosen = self.chosen(context);
        let (rows, above) = chosen
            .as_ref()
            .filter(|_| self.patterns.is_none())
            .map(|chosen| self.rows(chosen, viewport.list_rows))
            .unwrap_or_default();
        // How many lines lie before a range is not counted.
        let placed = chosen.as_ref().filter(|_| context.time.range().is_none());
        let chooser = self.chooser_view(context, viewport.list_rows);
        let line = chosen.as_ref().and_then(Chosen::line);
        let patterns = self.patterns_view(context, viewport.list_rows);
        ScreenView::Logs(LogsView {
            query,
            graph: None,
            filter: self.words(context),
            count: match patterns {
                Some(_) => "enter shows a pattern's lines, P closes".to_owned(),
                None => self.count_words(context, chosen.as_ref()),
            },
            histogram: self.histogram(context, viewport),
            columns: self.columns.iter().map(|name| words::visible(name)).collect(),
            rows,
            first: placed.map_or(0, |chosen| chosen.page.n_before + above as u64),
            total: placed.map_or(0, Chosen::n_lines),
            wraps: self.wraps,
            details: line
                .filter(|_| self.shows_details && chooser.is_none())
                .map(|line| self.line_in_full(line)),
            chooser: chooser.map(Box::new),
            patterns: patterns.map(Box::new),
            state: held.state,
        })
    }

    fn run(&mut self, context: &Context<'_>, viewport: Viewport, command: Command) -> Reaction {
        if self.counting().is_some()
            && let Some(reaction) = self.run_on_graph(context, command)
        {
            return reaction;
        }
        if self.run_on_chooser(context, command, viewport.list_rows)
            || self.run_on_patterns(context, command, viewport.list_rows)
        {
            return Reaction::Done;
        }
        if let Some(reaction) = self.run_on_histogram(context, command) {
            return reaction;
        }
        match command {
            Command::LogContext | Command::LogContextAll => {
                return self.toggle_context(context, command == Command::LogContext);
            }
            Command::NextHit | Command::PreviousHit => {
                return self.jump_to_hit(context, command == Command::NextHit);
            }
            Command::Left => return Reaction::MoveCursor(-1),
            Command::Right => return Reaction::MoveCursor(1),
            _ => {}
        }
        if self.run_on_looks(command) {
            return Reaction::Done;
        }
        if self.run_on_lines(context, viewport, command) {
            return Reaction::SetCursor(self.chosen_at(context));
        }
        Reaction::Ignored
    }

    fn scroll_to(&mut self, context: &Context<'_>, _: Viewport, nth: usize) -> Reaction {
        self.go_to_line(context, nth as u64);
        Reaction::SetCursor(self.chosen_at(context))
    }

    fn answered(&mut self, context: &Context<'_>) -> Reaction {
        if self.hold_line(context) {
            return Reaction::SetCursor(self.chosen_at(context));
        }
        self.resume_jump(context)
    }

    fn details(&self, context: &Context<'_>) -> Option<DetailsView> {
        let chosen = self.chosen(context);
        let line = chosen.as_ref().and_then(Chosen::line);
        Some(DetailsView {
            title: "Line".to_owned(),
            lines: line.map(|line| self.line_in_full(line)).unwrap_or_default(),
        })
    }

    fn chosen_text(&self, context: &Context<'_>) -> Option<String> {
        self.chosen_pattern(context)
            .or_else(|| self.chosen_line(context).map(|line| line.entry.line.clone()))
    }

    fn filter(&self) -> Option<&str> {
        Some(&self.filter.contains)
    }

    fn set_filter(&mut self, text: &str) {
        text.trim_start().clone_into(&mut self.filter.contains);
        self.around = None;
        self.follow();
    }

    fn search(&self) -> Option<&str> {
        Some(&self.search.text)
    }

    fn set_search(&mut self, text: &str) {
        self.search.set(text);
    }

    fn accept_search(&mut self, context: &Context<'_>) -> Reaction {
        self.jump_to_nearest_hit(context)
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
        self.around = None;
        self.patterns = None;
        self.follow();
    }
    fn look(&self) -> Look {
        let level = match self.filter.min_level {
            Level::Unknown | Level::Debug | Level::Info => "",
            Level::Warning => "warning",
            Level::Error | Level::Critical => "error",
        };
        let place = self.place.as_ref().filter(|place| place.at > Timestamp::MIN);
        LookOf::default()
            .with("level", level)
            .with_switch("inverse", self.filter.inverse)
            .with("pattern", self.filter.pattern.as_str())
            .with("search", self.search.text.as_str())
            .with("columns", self.columns.join(","))
            .with_switch("fields", self.folds_out)
            .with_switch("wrap", self.wraps)
            .with_switch("patterns", self.patterns.is_some())
            .with("line", place.map_or(String::new(), |place| place.at.to_string()))
            .done()
    }

    fn set_look(&mut self, name: &str, value: &str) {
        let is_on = value == "yes";
        match name {
            "level" if value == "error" => self.filter.min_level = Level::Error,
            "level" => self.filter.min_level = Level::Warning,
            "inverse" => self.filter.inverse = is_on,
            "pattern" => value.clone_into(&mut self.filter.pattern),
            "search" => self.search.set(value),
            "columns" => self.columns = columns::listed(value),
            "fields" => self.folds_out = is_on,
            "wrap" => self.wraps = is_on,
            "patterns" => self.patterns = is_on.then(Choice::default),
            "line" => self.place = Timestamp::parse_rfc3339(value).ok().map(Place::from),
            _ => {}
        }
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
            slot: Slot::Graph(Screen::Logs, 0),
            language: QueryLanguage::LogQl,
            text,
        })
    }

    /// What it means that there is no line.
    fn nothing(&self, has_range: bool) -> String {
        match (self.is_asked(), self.is_filtered()) {
            _ if has_range => "no line in the range; X ends it".to_owned(),
            (true, _) => nothing_found("no line matches"),
            (false, true) => "no line matches so far; esc clears the filter".to_owned(),
            (false, false) => "no line so far".to_owned(),
        }
    }

    fn query_view(&self, held: &Held<'_>) -> Option<crate::QueryView> {
        self.is_asked()
            .then(|| query_view(QueryLanguage::LogQl, &self.filter.logql, held.error, Vec::new()))
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
                cursor: None,
                about: String::new(),
                focused: false,
                state: ready.clone(),
            },
            columns: Vec::new(),
            rows: Vec::new(),
            first: 0,
            total: 0,
            wraps: false,
            details: None,
            chooser: None,
            patterns: None,
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

    /// Commands that change how lines look, or what is shown beside them; says whether it was one.
    fn run_on_looks(&mut self, command: Command) -> bool {
        match command {
            Command::Open => self.shows_details = !self.shows_details,
            Command::FoldOut => self.folds_out = !self.folds_out,
            Command::WrapLines => self.wraps = !self.wraps,
            Command::LogColumns => self.chooser = Some(Choice::default()),
            Command::LogPatterns => {
                self.around = None;
                self.patterns = Some(Choice::default());
            }
            Command::CycleLevel => {
                self.filter.min_level = match self.filter.min_level {
                    Level::Unknown | Level::Debug | Level::Info => Level::Warning,
                    Level::Warning => Level::Error,
                    Level::Error | Level::Critical => Level::Unknown,
                };
                self.around = None;
                self.follow();
            }
            Command::InvertFilter => {
                self.filter.inverse = !self.filter.inverse;
                self.around = None;
                self.follow();
            }
            _ => return false,
        }
        true
    }

    /// Commands that choose another line; says whether it was one.
    fn run_on_lines(&mut self, context: &Context<'_>, viewport: Viewport, command: Command) -> bool {
        let half = i64::try_from((viewport.list_rows / 2).max(1)).unwrap_or(1);
        match command {
            Command::Up => self.move_by(context, -1),
            Command::PageUp => self.move_by(context, -half),
            Command::Down => self.move_by(context, 1),
            Command::PageDown => self.move_by(context, half),
            // Of a live cloud the first line of all may be years away.
            Command::Top if context.time.range().is_some() => {
                self.place = Some(Place::from(lines::lines_span(context).start));
            }
            Command::Top if context.time.is_live() => self.move_by(context, i64::MIN / 2),
            Command::Top => self.place = Some(Place::first()),
            Command::Bottom => self.follow(),
            Command::Back if self.leave_context() => {}
            Command::Back if self.shows_details => self.shows_details = false,
            Command::Back if self.place.is_some() => self.follow(),
            Command::Back if !self.search.text.is_empty() => self.search.set(""),
            Command::Back if self.is_filtered() => self.filter = LogFilter::default(),
            _ => return false,
        }
        true
    }

    fn chosen_line<'a>(&self, context: &Context<'a>) -> Option<&'a LogLine> {
        self.chosen(context)?.line()
    }

    /// Where the cursor goes: to the chosen line, or away while the newest is followed.
    fn chosen_at(&self, context: &Context<'_>) -> Option<Timestamp> {
        self.place.as_ref()?;
        self.chosen_line(context).map(|line| line.entry.at)
    }

    fn follow(&mut self) {
        self.place = None;
    }

    /// What is filtered by and searched for, in words.
    fn words(&self, context: &Context<'_>) -> Line {
        let mut line = match &self.around {
            Some(around) => around.words(),
            None => self.filter_words(),
        };
        let search = self.search_words(context);
        if !search.is_empty() {
            line.push(Span::new("   ", Role::Muted));
            line.extend(search);
        }
        line
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
            pattern,
            search: _,
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
            Level::Warning => line.push(Span::new("warnings and worse ", Role::Warning)),
            _ => line.push(Span::new("errors and worse ", Role::Critical)),
        }
        if !pattern.is_empty() {
            line.push(Span::new("of the form ", Role::Muted));
            line.extend(patterns::pattern_line(pattern));
        }
        line
    }

    /// How many lines there are, and whether the newest is followed.
    fn count_words(&self, context: &Context<'_>, chosen: Option<&Chosen<'_>>) -> String {
        if let Some(words) = self.cursor_words(context) {
            return words;
        }
        let Some(chosen) = chosen else {
            return String::new();
        };
        let total = words::count(chosen.n_lines(), "line");
        match (&self.place, chosen.n_below()) {
            _ if context.time.range().is_some() => {
                format!("in {}; X ends the range", context.range_words().trim())
            }
            _ if self.around.is_some() => format!("{total}; esc goes back to the filter"),
            (None, _) => format!("{total}, following"),
            (Some(_), 0) => format!("{total}, held: G follows"),
            (Some(_), below) => format!("{total}, held, {} newer: G follows", words::grouped(below)),
        }
    }
}
