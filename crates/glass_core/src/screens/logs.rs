//! The logs screen: lines at the playhead, a filter, and all matches over time.

use super::{Reaction, ScreenState};
use crate::context::{Context, pick};
use crate::filter::parse_filter;
use crate::timeline::merge_bars;
use crate::{Command, HistogramView, Line, LogRow, LogsView, Role, ScreenView, Slot, Span, Viewport, words};
use glass_model::{Ask, Labels, Level, LogFilter, LogHistogramAsk, LogLine, LogLinesAsk, LogPage, Timestamp};

/// Lines asked for at once.
const PAGE: usize = 400;
/// The asked page begins at a multiple of so many lines from the newest, so that moving one row asks nothing.
const PAGE_STEP: usize = 100;
/// Bars of the histogram that are asked for; fewer are drawn where fewer fit.
const N_BARS: usize = 240;

/// The logs screen's state.
#[derive(Debug, Default)]
pub(crate) struct Logs {
    filter_text: String,
    filter: LogFilter,
    /// How many matching lines lie below the chosen one.
    back: usize,
    /// The moment the page is held at while an older line is chosen.
    held_at: Option<Timestamp>,
    shows_details: bool,
}

impl ScreenState for Logs {
    fn wanted(&self, context: &Context<'_>) -> Vec<(Slot, Ask)> {
        vec![
            (Slot::LogLines, self.ask_lines(context)),
            (Slot::LogHistogram, self.ask_histogram(context)),
        ]
    }

    fn view(&self, context: &Context<'_>, viewport: Viewport) -> ScreenView {
        let nothing = if self.is_filtered() {
            "no line matches so far; esc clears the filter"
        } else {
            "no line so far"
        };
        let held = context.held(Slot::LogLines, self.ask_lines(context), nothing);
        let page = pick!(held, LogLines);
        let chosen = page.and_then(|page| self.chosen_index(page));
        let rows = page
            .map(|page| self.rows(page, chosen, viewport.list_rows))
            .unwrap_or_default();
        let line = page.zip(chosen).and_then(|(page, chosen)| page.lines.get(chosen));
        ScreenView::Logs(LogsView {
            filter: self.filter_words(),
            count: page.map(|page| self.count_words(page)).unwrap_or_default(),
            histogram: self.histogram(context, viewport),
            rows,
            details: line.filter(|_| self.shows_details).map(details),
            state: held.state,
        })
    }

    fn run(&mut self, context: &Context<'_>, viewport: Viewport, command: Command) -> Reaction {
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
            Command::Back if self.is_filtered() => {
                self.filter = LogFilter::default();
                self.filter_text.clear();
            }
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
        Some(&self.filter_text)
    }

    fn set_filter(&mut self, text: &str) -> Result<(), String> {
        let (streams, contains) = parse_filter(text)?;
        self.filter = LogFilter {
            streams,
            contains,
            ..self.filter.clone()
        };
        self.filter_text = text.to_owned();
        self.follow();
        Ok(())
    }
}

impl Logs {
    fn is_filtered(&self) -> bool {
        self.filter != LogFilter::default()
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
            streams,
            contains,
            inverse,
            min_level,
            logql: _,
            predicate: _,
        } = &self.filter;
        if !streams.matchers.is_empty() {
            line.push(Span::new(
                format!("{} ", words::visible(&streams.to_string())),
                Role::Accent,
            ));
        }
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
        let held = context.held(Slot::LogHistogram, self.ask_histogram(context), "no line so far");
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
    const NAMES: [&str; 7] = [
        "service_name",
        "service",
        "app",
        "job",
        "container",
        "unit",
        "filename",
    ];
    let name = NAMES.into_iter().find_map(|name| labels.get(name));
    words::visible(
        name.or_else(|| labels.iter().next().map(|(_, value)| value))
            .unwrap_or(""),
    )
}

fn details(line: &LogLine) -> Vec<Line> {
    let field = super::alerts::field;
    let mut lines = vec![
        field("time", &line.entry.at.to_string()),
        field("level", line.level.name()),
    ];
    lines.extend(
        line.labels
            .iter()
            .map(|(name, value)| field(name, &words::visible(value))),
    );
    lines.extend(
        line.entry
            .metadata
            .iter()
            .map(|(name, value)| field(name, &words::visible(value))),
    );
    lines.push(vec![Span::new(words::visible(&line.entry.line), Role::Normal)]);
    lines
}
