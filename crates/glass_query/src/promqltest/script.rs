//! A script's text as [`Command`]s: [`parse`].

use super::literal::{duration, number, quoted};
use super::series::{SeriesLine, is_start_timestamps, series_line};
use regex::Regex;

/// One command of a script.
#[derive(Clone, Debug)]
pub enum Command {
    /// Forget all samples.
    Clear,
    /// Store samples.
    Load(Load),
    /// Ask a query.
    Eval(Box<Eval>),
}

/// Samples to store.
#[derive(Clone, Debug)]
pub struct Load {
    /// Between two values of a series.
    pub step_millis: i64,
    /// Whether classic histograms are stored as native ones with custom bounds, too.
    pub with_nhcb: bool,
    /// The series.
    pub series: Vec<SeriesLine>,
}

/// When a query is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// At one moment.
    Instant(i64),
    /// From, to, step.
    Range(i64, i64, i64),
}

/// A text that an error or an annotation must have.
#[derive(Clone, Debug)]
pub enum Pattern {
    /// Any text.
    Any,
    /// This text.
    Text(String),
    /// A text in which this is found.
    Regex(Regex),
}

impl Pattern {
    /// Whether `text` is such a text.
    pub fn matches(&self, text: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Text(expected) => expected == text,
            Self::Regex(regex) => regex.is_match(text),
        }
    }
}

/// What a query must yield.
#[derive(Clone, Debug, Default)]
pub struct Expected {
    /// It must fail, so.
    pub fail: Option<Pattern>,
    /// The warnings it must bear: every one a pattern, and every pattern a warning.
    pub warnings: Vec<Pattern>,
    /// The infos it must bear.
    pub infos: Vec<Pattern>,
    /// No warning.
    pub no_warn: bool,
    /// No info.
    pub no_info: bool,
    /// At least one warning, of the old `eval_warn`.
    pub any_warn: bool,
    /// At least one info, of the old `eval_info`.
    pub any_info: bool,
    /// The order matters.
    pub ordered: bool,
    /// A text.
    pub text: Option<String>,
    /// A number.
    pub scalar: Option<f64>,
    /// From, to, step of a range vector's samples.
    pub range: Option<(i64, i64, i64)>,
    /// Series with values.
    pub series: Vec<SeriesLine>,
}

/// A query and what it must yield.
#[derive(Clone, Debug)]
pub struct Eval {
    /// The query.
    pub query: String,
    /// When it is asked.
    pub when: When,
    /// What it must yield.
    pub expected: Expected,
}

/// A line that is not understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptError {
    /// The line.
    pub line: String,
    /// Why.
    pub reason: String,
}

/// Reads a script: the line number of every command, and the command. After a line that is not understood the rest
/// of its block is skipped.
pub fn parse(text: &str) -> Vec<(usize, Result<Command, ScriptError>)> {
    let lines: Vec<&str> = text.lines().map(|line| line.trim()).collect();
    let is_empty = |line: &str| line.is_empty() || line.starts_with('#');
    let mut commands = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        if is_empty(lines[at]) {
            at += 1;
            continue;
        }
        let begins_at = at;
        let mut read = |block: &[(usize, &str)]| match command(block) {
            Ok(command) => commands.push((block[0].0, Ok(command))),
            Err((line, error)) => commands.push((line, Err(error))),
        };
        if lines[at].split_whitespace().next() == Some("clear") {
            read(&[(at + 1, lines[at])]);
            at += 1;
            continue;
        }
        while at < lines.len() && !is_empty(lines[at]) {
            at += 1;
        }
        let block: Vec<(usize, &str)> = (begins_at..at).map(|i| (i + 1, lines[i])).collect();
        for part in block.chunk_by(|_, (_, line)| !begins_command(line)) {
            read(part);
        }
    }
    commands
}

/// Some scripts leave no empty line between two commands.
fn begins_command(line: &str) -> bool {
    let word = line.split_whitespace().next().unwrap_or("");
    matches!(
        word,
        "clear"
            | "load"
            | "load_with_nhcb"
            | "eval"
            | "eval_fail"
            | "eval_warn"
            | "eval_ordered"
            | "eval_info"
    )
}

type At<T> = Result<T, (usize, ScriptError)>;

fn command(block: &[(usize, &str)]) -> At<Command> {
    let (number, first) = block[0];
    let fail = |(number, line): (usize, &str), reason: String| {
        let line = line.to_owned();
        (number, ScriptError { line, reason })
    };
    let (word, rest) = first.split_once(char::is_whitespace).unwrap_or((first, ""));
    match word {
        "clear" => Ok(Command::Clear),
        "load" | "load_with_nhcb" => {
            let step_millis =
                duration(rest.trim()).ok_or_else(|| fail(block[0], "no duration after `load`".into()))?;
            let lines = block[1..].iter().filter(|(_, line)| !is_start_timestamps(line));
            let series = lines.map(|line| series_line(line.1).map_err(|reason| fail(*line, reason)));
            Ok(Command::Load(Load {
                step_millis,
                with_nhcb: word == "load_with_nhcb",
                series: series.collect::<At<_>>()?,
            }))
        }
        _ if begins_command(word) => {
            let mut eval = header(word, rest).ok_or_else(|| {
                let usage = "write `eval instant at TIME QUERY` or `eval range from TIME to TIME step DURATION QUERY`";
                fail((number, first), usage.into())
            })?;
            for line in &block[1..] {
                expectation(&mut eval.expected, line.1).map_err(|reason| fail(*line, reason))?;
            }
            Ok(Command::Eval(Box::new(eval)))
        }
        _ => Err(fail(
            block[0],
            "no command; write `load`, `clear` or `eval`".into(),
        )),
    }
}

fn header(word: &str, rest: &str) -> Option<Eval> {
    let (kind, rest) = next_word(rest)?;
    let (when, query) = match kind {
        "instant" => match keyword(rest, "at") {
            Some(rest) => {
                let (at, query) = next_word(rest)?;
                (When::Instant(duration(at)?), query)
            }
            None => (When::Instant(0), rest),
        },
        "range" => {
            let (from, rest) = next_word(keyword(rest, "from")?)?;
            let (to, rest) = next_word(keyword(rest, "to")?)?;
            let (step, query) = next_word(keyword(rest, "step")?)?;
            (
                When::Range(duration(from)?, duration(to)?, duration(step)?),
                query,
            )
        }
        _ => return None,
    };
    let expected = Expected {
        fail: (word == "eval_fail").then_some(Pattern::Any),
        any_warn: word == "eval_warn",
        any_info: word == "eval_info",
        ordered: word == "eval_ordered",
        ..Expected::default()
    };
    (!query.is_empty()).then(|| Eval {
        query: query.to_owned(),
        when,
        expected,
    })
}

fn next_word(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start();
    let (word, rest) = text.split_once(char::is_whitespace)?;
    Some((word, rest.trim_start()))
}

fn keyword<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    text.strip_prefix(word)
        .filter(|rest| rest.starts_with(char::is_whitespace))
}

fn expectation(expected: &mut Expected, line: &str) -> Result<(), String> {
    if let Some(rest) = keyword(line, "expect") {
        return expect(expected, rest.trim());
    }
    if let Some(text) = keyword(line, "expected_fail_message") {
        expected.fail = Some(Pattern::Text(text.trim().to_owned()));
    } else if let Some(text) = keyword(line, "expected_fail_regexp") {
        expected.fail = Some(regex(text.trim())?);
    } else if let Some(value) = number(line) {
        expected.scalar = Some(value);
    } else {
        let line = series_line(line)?;
        if expected.range.is_none() && line.items.is_empty() {
            return Err("a series without a value".into());
        }
        expected.series.retain(|other| other.labels != line.labels);
        expected.series.push(line);
    }
    Ok(())
}

fn expect(expected: &mut Expected, rest: &str) -> Result<(), String> {
    if let Some(text) = keyword(rest, "string") {
        let (value, _) = quoted(text.trim()).ok_or("no quoted text after `expect string`")?;
        expected.text = Some(value);
        return Ok(());
    }
    if let Some(range) = rest.strip_prefix("range vector") {
        let words: Vec<&str> = range.split_whitespace().collect();
        let ["from", from, "to", to, "step", step] = words[..] else {
            return Err("write `expect range vector from TIME to TIME step DURATION`".into());
        };
        let all = [from, to, step].map(duration);
        let [Some(from), Some(to), Some(step)] = all else {
            return Err("no duration in `expect range vector`".into());
        };
        expected.range = Some((from, to, step));
        return Ok(());
    }
    let (kind, pattern) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let pattern = match pattern.trim() {
        "" => Pattern::Any,
        text => match (text.strip_prefix("msg:"), text.strip_prefix("regex:")) {
            (Some(text), _) => Pattern::Text(text.trim().to_owned()),
            (_, Some(text)) => regex(text.trim())?,
            _ => return Err("write `msg:` or `regex:` before the expected text".into()),
        },
    };
    match kind {
        "fail" => expected.fail = Some(pattern),
        "warn" => expected.warnings.push(pattern),
        "info" => expected.infos.push(pattern),
        "no_warn" => expected.no_warn = true,
        "no_info" => expected.no_info = true,
        "ordered" => expected.ordered = true,
        _ => return Err(format!("nothing is known of `expect {kind}`")),
    }
    Ok(())
}

fn regex(text: &str) -> Result<Pattern, String> {
    Regex::new(text)
        .map(Pattern::Regex)
        .map_err(|error| error.to_string())
}
