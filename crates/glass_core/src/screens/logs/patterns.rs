//! Patterns: the lines of the window grouped by their form.

use super::Logs;
use super::fields::Fields;
use crate::context::{Context, pick};
use crate::list::{Choice, first_row, moved};
use crate::queries::explain;
use crate::{Command, Line, LogPatternRow, LogPatternsView, Role, Slot, Span, words};
use glass_model::{Ask, LogFilter, LogPattern, LogPatterns, LogPatternsAsk, WILDCARD};

/// Patterns asked for.
const MAX_PATTERNS: usize = 200;
/// Bars of each pattern's counts over time.
const N_BARS: usize = 24;

impl Logs {
    pub(super) fn ask_patterns(&self, context: &Context<'_>) -> Ask {
        Ask::LogPatterns(LogPatternsAsk {
            filter: LogFilter {
                pattern: String::new(),
                ..self.filter.clone()
            },
            window: context.span(),
            n_buckets: N_BARS,
            max: MAX_PATTERNS,
        })
    }

    fn found_patterns<'a>(&self, context: &Context<'a>) -> Option<&'a LogPatterns> {
        pick!(
            context.held(Slot::LogPatterns, self.ask_patterns(context), ""),
            LogPatterns
        )
    }

    /// The list of patterns, if it is open.
    pub(super) fn patterns_view(&self, context: &Context<'_>, n_rows: usize) -> Option<LogPatternsView> {
        let choice = self.patterns.as_ref()?;
        let nothing = "no line in this window so far; - shows a longer one";
        let mut held = context.held(Slot::LogPatterns, self.ask_patterns(context), nothing);
        explain(&mut held);
        let found = pick!(held, LogPatterns);
        let place = match context.time.selected() {
            Some(_) => "range",
            None => "window",
        };
        let patterns = found.map_or(&[] as &[LogPattern], |found| &found.patterns);
        let chosen = position(choice, patterns);
        // A row is taken by the title.
        let n_rows = n_rows.saturating_sub(1).max(1);
        let first = first_row(chosen, patterns.len(), n_rows);
        let shown = patterns.iter().enumerate().skip(first).take(n_rows);
        Some(LogPatternsView {
            title: found.map_or_else(Line::new, |found| title(found, place)),
            rows: shown
                .map(|(i, pattern)| row(pattern, found, i == chosen))
                .collect(),
            first,
            total: patterns.len(),
            state: held.state,
        })
    }

    /// Takes a command while patterns are listed; says whether it was one for that.
    pub(super) fn run_on_patterns(&mut self, context: &Context<'_>, command: Command, page: usize) -> bool {
        let Some(choice) = &self.patterns else {
            return false;
        };
        let patterns = self
            .found_patterns(context)
            .map_or(&[] as &[_], |found| &found.patterns);
        let place = position(choice, patterns);
        match command {
            Command::Back | Command::LogPatterns => self.patterns = None,
            Command::Open => {
                if let Some(pattern) = patterns.get(place) {
                    self.filter.pattern = pattern.text.clone();
                    self.patterns = None;
                    self.follow();
                }
            }
            command => match moved(place, patterns.len(), command, page) {
                Some(place) => {
                    let mut choice = Choice::default();
                    choice.choose(patterns.get(place).map(key).unwrap_or_default());
                    self.patterns = Some(choice);
                }
                None => return false,
            },
        }
        true
    }

    /// The chosen pattern, for the clipboard.
    pub(super) fn chosen_pattern(&self, context: &Context<'_>) -> Option<String> {
        let choice = self.patterns.as_ref()?;
        let patterns = &self.found_patterns(context)?.patterns;
        Some(patterns.get(position(choice, patterns))?.text.clone())
    }
}

fn key(pattern: &LogPattern) -> String {
    format!("{} {}", pattern.level.name(), pattern.text)
}

fn position(choice: &Choice, patterns: &[LogPattern]) -> usize {
    let keys: Vec<String> = patterns.iter().map(key).collect();
    choice.position(keys.iter().map(String::as_str))
}

fn title(found: &LogPatterns, place: &str) -> Line {
    let n_patterns = found.patterns.len() as u64 + found.n_left_out;
    let mut line = vec![Span::new(
        format!(
            "{} of {} in this {place}",
            words::count(n_patterns, "pattern"),
            words::count(found.n_lines, "line")
        ),
        Role::Strong,
    )];
    if let Some(since) = found.new_since {
        line.push(Span::new(
            format!(
                "   new: first seen in the last tenth, since {}",
                words::time_of_day(since)
            ),
            Role::Muted,
        ));
    }
    if found.n_left_out > 0 {
        line.push(Span::new(
            format!("   {} rarer ones left out", found.n_left_out),
            Role::Muted,
        ));
    }
    if found.n_unsorted > 0 {
        line.push(Span::new(
            format!("   {} of other forms", words::count(found.n_unsorted, "line")),
            Role::Muted,
        ));
    }
    line
}

fn row(pattern: &LogPattern, found: Option<&LogPatterns>, selected: bool) -> LogPatternRow {
    let (level, role) = words::level(pattern.level);
    LogPatternRow {
        count: words::grouped(pattern.n_lines),
        share: pattern.n_lines as f64 / found.map_or(1, |found| found.n_lines).max(1) as f64,
        level,
        role,
        is_new: found.is_some_and(|found| found.is_new(pattern)),
        since: words::time_of_day(pattern.first_at),
        bars: pattern.buckets.clone(),
        text: folded(&pattern.text),
        selected,
    }
}

/// A pattern with its message first: what comes before that is the same in most patterns.
fn folded(text: &str) -> Line {
    let Some(fields) = Fields::of(text) else {
        return pattern_line(text);
    };
    let mut line = fields
        .message()
        .map_or_else(Line::new, |(_, text)| pattern_line(text));
    for (name, value) in fields.others() {
        let gap = if line.is_empty() { "" } else { "  " };
        line.push(Span::new(format!("{gap}{}=", words::visible(name)), Role::Muted));
        line.extend(pattern_line(value));
    }
    line
}

/// A pattern with what differs in it apart.
pub(super) fn pattern_line(text: &str) -> Line {
    let mut line = Line::new();
    for (i, literal) in text.split(WILDCARD).enumerate() {
        if i > 0 {
            line.push(Span::new(WILDCARD, Role::Accent));
        }
        if !literal.is_empty() {
            line.push(Span::new(words::visible(literal), Role::Normal));
        }
    }
    line
}
