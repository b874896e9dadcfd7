//! `glasshouse query` and `glasshouse logs`: free queries from the command line. Read [`run_query`] first.

mod lines;
mod plot;
mod table;
mod times;

use crate::args::{LogsArgs, QueryArgs, TimeArgs};
use crate::open;
use crate::output::Output;
use anyhow::{Context, Result};
use glass_formats::{loki, prometheus_api};
use glass_model::{
    Answer, AnswerValue, Ask, Backend, Completeness, LogOrder, Provenance, Querier, QueryAsk, QueryError,
    QueryLanguage, QueryResult, QueryTime, QueryValue, Question, RecordingInfo, Selector, TimeRange,
    Timestamp,
};
use glass_query::Evaluator;
use glass_recording::Recording;
use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

/// The arguments are wrong, the query among them.
const EXIT_ARGUMENTS: u8 = 2;

/// What both commands need.
struct Asked<'a> {
    evaluator: &'a Evaluator<Recording>,
    recording: &'a str,
    info: RecordingInfo,
    text: &'a str,
    language: QueryLanguage,
    time: QueryTime,
    json: bool,
    plot: Option<&'a Path>,
}

/// Asks PromQL.
pub(crate) fn run_query(args: &QueryArgs, output: &Output) -> Result<ExitCode> {
    let QueryArgs {
        recording,
        query,
        time,
        limit,
        json,
        plot,
    } = args;
    let ask = AskArgs {
        recording,
        query,
        time,
        json: *json,
        plot: plot.as_deref(),
        limit: *limit,
        order: LogOrder::Backward,
        language: QueryLanguage::PromQl,
        is_instant: plot.is_none(),
    };
    run(&ask, output)
}

/// Asks LogQL.
pub(crate) fn run_logs(args: &LogsArgs, output: &Output) -> Result<ExitCode> {
    let LogsArgs {
        recording,
        query,
        time,
        limit,
        forward,
        json,
        plot,
    } = args;
    let ask = AskArgs {
        recording,
        query,
        time,
        json: *json,
        plot: plot.as_deref(),
        limit: *limit,
        order: if *forward {
            LogOrder::Forward
        } else {
            LogOrder::Backward
        },
        language: QueryLanguage::LogQl,
        is_instant: false,
    };
    run(&ask, output)
}

/// The arguments of both commands.
struct AskArgs<'a> {
    recording: &'a str,
    query: &'a str,
    time: &'a TimeArgs,
    json: bool,
    plot: Option<&'a Path>,
    limit: usize,
    order: LogOrder,
    language: QueryLanguage,
    /// Whether the query is for one moment if no time is given.
    is_instant: bool,
}

fn run(args: &AskArgs<'_>, output: &Output) -> Result<ExitCode> {
    if let Some(error) = args.plot.and_then(plot::refused) {
        output.complain(&error);
        return Ok(ExitCode::from(EXIT_ARGUMENTS));
    }
    let evaluator = open::evaluator(Some(args.recording))?;
    let info = evaluator.source().info();
    let time = match times::query_time(args.time, info.extent, args.is_instant) {
        Ok(time) => time,
        Err(error) => {
            output.complain(&error);
            return Ok(ExitCode::from(EXIT_ARGUMENTS));
        }
    };
    let question = Question {
        as_of: info.known_until.max(info.extent.end),
        ask: Ask::Query(QueryAsk {
            language: args.language,
            text: args.query.to_owned(),
            time,
            limit: args.limit,
            order: args.order,
        }),
    };
    let asked = Asked {
        evaluator: &evaluator,
        recording: args.recording,
        info,
        text: args.query,
        language: args.language,
        time,
        json: args.json,
        plot: args.plot,
    };
    match evaluator.answer(&question) {
        Ok(Answer {
            value: AnswerValue::Query(result),
            provenance,
            ..
        }) => show(&asked, &result, &provenance, args.limit, output),
        Ok(_) => Ok(ExitCode::FAILURE),
        Err(error) => Ok(refuse(&asked, &error, output)),
    }
}

fn show(
    asked: &Asked<'_>,
    result: &QueryResult,
    provenance: &Provenance,
    limit: usize,
    output: &Output,
) -> Result<ExitCode> {
    say_notes(result, provenance, output);
    if is_empty(&result.value) {
        say_empty(asked, output);
    }
    if let Some(path) = asked.plot {
        return draw(asked, result, path, output);
    }
    if asked.json {
        write_json(asked, result)?;
        return Ok(ExitCode::SUCCESS);
    }
    match &result.value {
        QueryValue::Streams(streams) => lines::print(streams, limit, output)?,
        value => table::print(value, asked.time, output)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn draw(asked: &Asked<'_>, result: &QueryResult, path: &Path, output: &Output) -> Result<ExitCode> {
    let QueryValue::Matrix(series) = &result.value else {
        output.complain(
            "a picture needs numbers over time: for log lines count them, as in count_over_time({job=\"shop\"}[1m])",
        );
        return Ok(ExitCode::from(EXIT_ARGUMENTS));
    };
    let QueryTime::Steps { range, step_nanos } = asked.time else {
        output.complain("a picture needs a range of time: --start and --end instead of --time");
        return Ok(ExitCode::from(EXIT_ARGUMENTS));
    };
    let picture = plot::Picture {
        title: asked.text,
        about: &asked.info.name,
        range,
        step_nanos,
        series,
    };
    plot::draw(&picture, path).with_context(|| path.display().to_string())?;
    output.aside(&format!("wrote {}", path.display()));
    Ok(ExitCode::SUCCESS)
}

/// In the shape of the servers' own answers.
fn write_json(asked: &Asked<'_>, result: &QueryResult) -> Result<()> {
    let QueryResult {
        value,
        warnings,
        infos,
        n_read: _,
    } = result;
    let mut out = io::BufWriter::new(io::stdout().lock());
    match asked.language {
        QueryLanguage::PromQl => {
            let notes = prometheus_api::Notes {
                warnings: warnings.clone(),
                infos: infos.clone(),
            };
            prometheus_api::write_result(&mut out, value, &notes, None)?;
        }
        QueryLanguage::LogQl => {
            let around = loki::Around {
                warnings,
                ..loki::Around::default()
            };
            loki::write_result(&mut out, value, &around)?;
        }
    }
    out.write_all(b"\n")?;
    Ok(out.flush()?)
}

fn say_notes(result: &QueryResult, provenance: &Provenance, output: &Output) {
    let note = |word: &str, text: &String| {
        let has_word = text.to_ascii_lowercase().contains(word);
        let text = if has_word {
            text.clone()
        } else {
            format!("{word}: {text}")
        };
        output.complain(&text);
    };
    result.warnings.iter().for_each(|text| note("warning", text));
    result.infos.iter().for_each(|text| note("info", text));
    match &provenance.completeness {
        Completeness::Complete => {}
        Completeness::Partial(why) | Completeness::Failed(why) => {
            output.complain(&format!("incomplete: {why}"))
        }
        Completeness::Refused(why) => output.complain(&format!("the source refused: {why}")),
        Completeness::NotAsked => output.complain("this recording holds nothing of this kind"),
        Completeness::Stepped(nanos) => {
            output.complain(&format!("recorded every {} s only", *nanos as f64 / 1e9));
        }
    }
}

fn is_empty(value: &QueryValue) -> bool {
    match value {
        QueryValue::Scalar(..) | QueryValue::Text(..) => false,
        QueryValue::Vector(samples) => samples.is_empty(),
        QueryValue::Matrix(series) => series.is_empty(),
        QueryValue::Streams(streams) => streams.is_empty(),
    }
}

/// Says that nothing was found, and why it may be.
fn say_empty(asked: &Asked<'_>, output: &Output) {
    let (start, end) = match asked.time {
        QueryTime::Instant(at) => (at, at),
        QueryTime::Steps { range, .. } => (range.start, range.end),
    };
    let extent = asked.info.extent;
    let time = |at: Timestamp| at.format("%Y-%m-%d %H:%M:%S");
    let is_outside = end < extent.start || start > extent.end;
    let why = match (is_outside, asked.language) {
        (true, _) => format!(
            "the time asked for lies outside the recording, which covers {} to {} UTC",
            time(extent.start),
            time(extent.end)
        ),
        (false, QueryLanguage::PromQl) => format!(
            "no series matches at that time; names that exist: glasshouse query {} 'count by (__name__) \
             ({{__name__=~\".+\"}})'",
            asked.recording
        ),
        (false, QueryLanguage::LogQl) => format!(
            "no line matches at that time; the labels of its streams: {}",
            label_names(asked)
        ),
    };
    output.complain(&format!("nothing found: {why}"));
}

/// The names of all labels that streams have.
fn label_names(asked: &Asked<'_>) -> String {
    let found =
        asked
            .evaluator
            .source()
            .stream_labels(&Selector::all(), TimeRange::ALL, asked.info.known_until);
    let streams = found.map(|(streams, _)| streams).unwrap_or_default();
    let names: BTreeSet<&str> = streams
        .iter()
        .flat_map(|labels| labels.iter().map(|(name, _)| name))
        .collect();
    match names.is_empty() {
        true => "none, it holds no log lines".to_owned(),
        false => names.into_iter().collect::<Vec<_>>().join(", "),
    }
}

/// Says why there is no answer; what is wrong with the query is marked below it.
fn refuse(asked: &Asked<'_>, error: &QueryError, output: &Output) -> ExitCode {
    output.complain(&error.to_string());
    match error {
        QueryError::Invalid { at, .. } => {
            output.aside(&marked(asked.text, at.start, at.end));
            ExitCode::from(EXIT_ARGUMENTS)
        }
        _ => ExitCode::FAILURE,
    }
}

/// The line of the query that an error is about, and below it carets under the bytes it is about.
fn marked(text: &str, start: usize, end: usize) -> String {
    let n_chars = |from: usize, to: usize| {
        text.char_indices()
            .filter(|(at, _)| (from..to).contains(at))
            .count()
    };
    let start = start.min(text.len());
    let before = text.get(..start).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let line_end = text[line_start..]
        .find('\n')
        .map_or(text.len(), |at| line_start + at);
    let n_marks = n_chars(start, end.min(line_end)).max(1);
    format!(
        "  {}\n  {}{}",
        glass_core::visible(&text[line_start..line_end]),
        " ".repeat(n_chars(line_start, start)),
        "^".repeat(n_marks)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn carets_stand_under_what_is_wrong() {
        let check = |text: &str, start, end, expected: &str| {
            let marked = marked(text, start, end);
            assert_eq!(marked.lines().nth(1), Some(expected), "{text}:\n{marked}");
        };
        check("sum(up", 3, 4, "     ^");
        check("größe +", 8, 9, "        ^");
        check("up", 2, 2, "    ^");
        check("up", 900, 1000, "    ^");
        check("a +\nrate(b)", 4, 8, "  ^^^^");
        check("ö", 1, 2, "   ^");
    }
}
