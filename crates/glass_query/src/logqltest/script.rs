//! A script's text to [`Command`]s.

use crate::logql::{parse_duration, parse_quoted};
use glass_model::{Entry, Labels, LogOrder, Timestamp};

/// A command of a script.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Forgets all lines.
    Clear,
    /// Adds lines to a stream.
    Load(Labels, Vec<Entry>),
    /// Evaluates a query.
    Eval(Eval),
}

/// How a query is evaluated; times in nanoseconds.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// As lines: start, end, limit, order.
    Lines(i64, i64, usize, LogOrder),
    /// For a moment, and whether the order of the series counts.
    Instant(i64, bool),
    /// For steps: start, end, step.
    Range(i64, i64, i64),
}

/// A query and what it must yield.
#[derive(Clone, Debug, PartialEq)]
pub struct Eval {
    /// How it is evaluated.
    pub what: What,
    /// The query.
    pub query: String,
    /// What it must yield.
    pub expected: Expected,
}

/// What a query must yield.
#[derive(Clone, Debug, PartialEq)]
pub enum Expected {
    /// These rows.
    Rows(Vec<Row>),
    /// An error that holds this text.
    Error(String),
}

/// A row of a result.
#[derive(Clone, Debug, PartialEq)]
pub enum Row {
    /// A line: its time in nanoseconds, its text, all its labels.
    Line(i64, String, Labels),
    /// A series: its labels, and its value at each step.
    Series(Labels, Vec<Option<f64>>),
    /// A number.
    Scalar(f64),
}

/// A place in a script's text.
struct Text<'t>(&'t str);

type Numbered<'t> = (usize, &'t str);

/// All commands with the numbers of their lines, from 1.
pub fn parse(text: &str) -> Vec<(usize, Result<Command, String>)> {
    let lines = text.lines().enumerate().map(|(i, line)| (i + 1, line));
    let lines: Vec<Numbered<'_>> = lines.filter(|(_, line)| !is_idle(line)).collect();
    let mut rest = lines.as_slice();
    let mut commands = Vec::new();
    while let Some(((number, line), after)) = rest.split_first() {
        let n_rows = after
            .iter()
            .take_while(|(_, row)| row.starts_with([' ', '\t']))
            .count();
        let (rows, after) = after.split_at(n_rows);
        commands.push((*number, command(line, rows)));
        rest = after;
    }
    commands
}

fn is_idle(line: &str) -> bool {
    line.trim().is_empty() || line.trim_start().starts_with('#')
}

fn command(line: &str, rows: &[Numbered<'_>]) -> Result<Command, String> {
    let mut text = Text(line.trim());
    if line.trim() == "clear" {
        return Ok(Command::Clear);
    }
    if text.word("load") {
        let labels = text.labels()?;
        let mut entries = Vec::new();
        for (number, row) in rows {
            entries.extend(load_row(row).map_err(|problem| format!("line {number}: {problem}"))?);
        }
        return Ok(Command::Load(labels, entries));
    }
    if !text.word("eval") {
        return Err("not a command: write clear, load or eval".into());
    }
    let what = what(&mut text)?;
    Ok(Command::Eval(Eval {
        query: text.0.to_owned(),
        expected: expected(rows, &what)?,
        what,
    }))
}

fn what(text: &mut Text<'_>) -> Result<What, String> {
    if text.word("instant") {
        let is_ordered = text.word("ordered");
        return Ok(What::Instant(text.time_after("at")?, is_ordered));
    }
    let is_lines = text.word("lines");
    if !is_lines && !text.word("range") {
        return Err("write eval lines, eval instant or eval range".into());
    }
    let (start, end) = (text.time_after("from")?, text.time_after("to")?);
    if !is_lines {
        return Ok(What::Range(start, end, text.time_after("step")?));
    }
    let limit = match text.word("limit") {
        true => text.next().parse().map_err(|_| "limit needs a number")?,
        false => 0,
    };
    let order = if text.word("forward") {
        LogOrder::Forward
    } else {
        LogOrder::Backward
    };
    Ok(What::Lines(start, end, limit, order))
}

/// `1s "text" {metadata}` or `0s..1m/10s "text"`.
fn load_row(row: &str) -> Result<Vec<Entry>, String> {
    let mut text = Text(row.trim());
    let when = text.next();
    let (first, last, step) = match when
        .split_once("..")
        .and_then(|(first, rest)| Some((first, rest.split_once('/')?)))
    {
        Some((first, (last, step))) => (time(first)?, time(last)?, time(step)?),
        None => (time(when)?, time(when)?, 1),
    };
    if step < 1 || (last - first) / step > 100_000 {
        return Err("too many lines".into());
    }
    let line = text.quoted()?;
    let metadata = if text.0.is_empty() {
        Labels::empty()
    } else {
        text.labels()?
    };
    let times = (0..=(last - first) / step).map(|i| first + i * step);
    Ok(times
        .map(|at| Entry {
            at: Timestamp::from_nanos(at),
            line: line.clone(),
            metadata: metadata.clone(),
        })
        .collect())
}

fn expected(rows: &[Numbered<'_>], what: &What) -> Result<Expected, String> {
    let mut all = Vec::new();
    for (number, row) in rows {
        let mut text = Text(row.trim());
        if text.word("fail") {
            return Ok(Expected::Error(text.0.to_owned()));
        }
        all.push(expected_row(&mut text, what).map_err(|problem| format!("line {number}: {problem}"))?);
    }
    Ok(Expected::Rows(all))
}

fn expected_row(text: &mut Text<'_>, what: &What) -> Result<Row, String> {
    if let What::Lines(..) = what {
        let at = time(text.next())?;
        let line = text.quoted()?;
        return Ok(Row::Line(at, line, text.labels()?));
    }
    if !text.0.starts_with('{') {
        return number(text.0).map(Row::Scalar);
    }
    let labels = text.labels()?;
    let values = text.0.split_whitespace();
    let values: Result<_, String> = values
        .map(|value| {
            if value == "_" {
                Ok(None)
            } else {
                number(value).map(Some)
            }
        })
        .collect();
    Ok(Row::Series(labels, values?))
}

fn number(text: &str) -> Result<f64, String> {
    text.parse().map_err(|_| format!("not a number: {text}"))
}

fn time(text: &str) -> Result<i64, String> {
    parse_duration(text).ok_or_else(|| format!("not a time: {text}"))
}

impl<'t> Text<'t> {
    /// The next word, whatever it is.
    fn next(&mut self) -> &'t str {
        let end = self.0.find(char::is_whitespace).unwrap_or(self.0.len());
        let (word, rest) = self.0.split_at(end);
        self.0 = rest.trim_start();
        word
    }

    /// Passes `word`, if it comes next.
    fn word(&mut self, word: &str) -> bool {
        let is_next = self.0.split_whitespace().next() == Some(word);
        if is_next {
            self.next();
        }
        is_next
    }

    fn time_after(&mut self, word: &str) -> Result<i64, String> {
        match self.word(word) {
            true => time(self.next()),
            false => Err(format!("{word} is missing")),
        }
    }

    fn quoted(&mut self) -> Result<String, String> {
        if !self.0.starts_with(['"', '`']) {
            return Err(format!("a quoted text is missing: {}", self.0));
        }
        let (value, length) = parse_quoted(self.0)?;
        self.0 = self.0[length..].trim_start();
        Ok(value)
    }

    /// `{a="b", c="d"}`
    fn labels(&mut self) -> Result<Labels, String> {
        let mut pairs = Vec::new();
        self.0 = self
            .0
            .strip_prefix('{')
            .ok_or("labels in braces are missing")?
            .trim_start();
        while !self.0.starts_with('}') {
            let (name, rest) = self.0.split_once('=').ok_or("a label needs a value")?;
            self.0 = rest;
            pairs.push((name.trim().to_owned(), self.quoted()?));
            self.0 = self.0.strip_prefix(',').unwrap_or(self.0).trim_start();
        }
        self.0 = self.0[1..].trim_start();
        Ok(Labels::new(pairs))
    }
}
