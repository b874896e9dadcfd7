//! Writing Loki's answers that are no results of queries: labels, series, sizes, patterns, fields.

use crate::json_out;
use glass_model::{Labels, Level};
use std::io::{self, Write};

/// Writes names or values of labels; without any Loki leaves the list out.
///
/// # Errors
/// When writing fails.
pub fn write_label_texts<'a, W: Write>(
    out: &mut W,
    texts: impl IntoIterator<Item = &'a str>,
) -> io::Result<()> {
    out.write_all(b"{\"status\":\"success\"")?;
    let mut texts = texts.into_iter().peekable();
    if texts.peek().is_some() {
        out.write_all(b",\"data\":")?;
        json_out::list(out, texts, json_out::text)?;
    }
    out.write_all(b"}\n")
}

/// Writes the labels of streams.
///
/// # Errors
/// When writing fails.
pub fn write_series<W: Write>(out: &mut W, series: &[Labels]) -> io::Result<()> {
    out.write_all(b"{\"status\":\"success\",\"data\":")?;
    json_out::list(out, series, json_out::labels)?;
    out.write_all(b"}\n")
}

/// How much there is of some streams.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct IndexStats {
    /// Streams.
    pub n_streams: u64,
    /// Lines.
    pub n_entries: u64,
    /// Bytes of lines and of their metadata.
    pub n_bytes: u64,
}

/// Writes how much there is. Chunks are counted as one a stream: a recording has none.
///
/// # Errors
/// When writing fails.
pub fn write_index_stats<W: Write>(out: &mut W, stats: &IndexStats) -> io::Result<()> {
    let IndexStats {
        n_streams,
        n_entries,
        n_bytes,
    } = stats;
    writeln!(
        out,
        "{{\"streams\":{n_streams},\"chunks\":{n_streams},\"bytes\":{n_bytes},\"entries\":{n_entries}}}"
    )
}

/// A pattern of lines, and how many lines followed it over time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinePattern {
    /// The pattern; `<_>` stands for what differs.
    pub pattern: String,
    /// The lines' level.
    pub level: Level,
    /// Lines from each second of the epoch on, ascending.
    pub counts: Vec<(i64, u64)>,
}

/// Writes patterns.
///
/// # Errors
/// When writing fails.
pub fn write_patterns<W: Write>(out: &mut W, patterns: &[LinePattern]) -> io::Result<()> {
    out.write_all(b"{\"status\":\"success\",\"data\":")?;
    json_out::list(out, patterns, |out, pattern| {
        out.write_all(b"{\"pattern\":")?;
        json_out::text(out, &pattern.pattern)?;
        write!(out, ",\"level\":\"{}\",\"samples\":", pattern.level.name())?;
        json_out::list(out, &pattern.counts, |out, (at, count)| {
            write!(out, "[{at},{count}]")
        })?;
        out.write_all(b"}")
    })?;
    out.write_all(b"}\n")
}

/// A field that lines have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DetectedField {
    /// The label it becomes.
    pub label: String,
    /// `string`, `int`, `float`, `boolean`, `duration` or `bytes`.
    pub kind: &'static str,
    /// How many different values were seen.
    pub n_values: u64,
    /// `json` or `logfmt`; `None` for structured metadata.
    pub parser: Option<&'static str>,
    /// Where it stands in JSON.
    pub json_path: Vec<String>,
}

/// Writes the fields that some lines have.
///
/// # Errors
/// When writing fails.
pub fn write_detected_fields<W: Write>(out: &mut W, fields: &[DetectedField], limit: u64) -> io::Result<()> {
    out.write_all(b"{\"fields\":")?;
    json_out::list(out, fields, |out, field| {
        out.write_all(b"{\"label\":")?;
        json_out::text(out, &field.label)?;
        write!(
            out,
            ",\"type\":\"{}\",\"cardinality\":{},\"parsers\":",
            field.kind, field.n_values
        )?;
        match field.parser {
            Some(parser) => write!(out, "[\"{parser}\"]")?,
            None => out.write_all(b"null")?,
        }
        if !field.json_path.is_empty() {
            out.write_all(b",\"jsonPath\":")?;
            json_out::list(out, &field.json_path, |out, step| json_out::text(out, step))?;
        }
        out.write_all(b"}")
    })?;
    writeln!(out, ",\"limit\":{limit}}}")
}

/// Writes the values that a field has.
///
/// # Errors
/// When writing fails.
pub fn write_detected_values<'a, W: Write>(
    out: &mut W,
    values: impl IntoIterator<Item = &'a str>,
    limit: u64,
) -> io::Result<()> {
    write!(out, "{{\"limit\":{limit},\"values\":")?;
    json_out::list(out, values, json_out::text)?;
    out.write_all(b"}\n")
}

/// Writes the labels that some streams have, each with the number of its values.
///
/// # Errors
/// When writing fails.
pub fn write_detected_labels<'a, W: Write>(
    out: &mut W,
    labels: impl IntoIterator<Item = (&'a str, usize)>,
) -> io::Result<()> {
    out.write_all(b"{\"detectedLabels\":")?;
    json_out::list(out, labels, |out, (name, n_values)| {
        out.write_all(b"{\"label\":")?;
        json_out::text(out, name)?;
        write!(out, ",\"cardinality\":{n_values}}}")
    })?;
    out.write_all(b"}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>, expected: &str) {
        let mut out = Vec::new();
        write(&mut out).unwrap();
        assert_eq!(String::from_utf8(out).unwrap().trim_end(), expected);
    }

    #[test]
    fn lists() {
        check(|out| write_label_texts(out, []), r#"{"status":"success"}"#);
        check(
            |out| write_label_texts(out, ["a", "b\""]),
            r#"{"status":"success","data":["a","b\""]}"#,
        );
        check(
            |out| write_series(out, &[Labels::new([("a", "b")])]),
            r#"{"status":"success","data":[{"a":"b"}]}"#,
        );
        check(
            |out| {
                let stats = IndexStats {
                    n_streams: 1,
                    n_entries: 2,
                    n_bytes: 3,
                };
                write_index_stats(out, &stats)
            },
            r#"{"streams":1,"chunks":1,"bytes":3,"entries":2}"#,
        );
    }

    #[test]
    fn patterns_and_fields() {
        let pattern = LinePattern {
            pattern: "a <_>".into(),
            level: Level::Info,
            counts: vec![(10, 2), (20, 1)],
        };
        check(
            |out| write_patterns(out, &[pattern]),
            r#"{"status":"success","data":[{"pattern":"a <_>","level":"info","samples":[[10,2],[20,1]]}]}"#,
        );
        let field = DetectedField {
            label: "client_ip".into(),
            kind: "string",
            n_values: 2,
            parser: Some("json"),
            json_path: vec!["client".into(), "ip".into()],
        };
        let metadata = DetectedField {
            label: "trace_id".into(),
            kind: "string",
            n_values: 1,
            parser: None,
            json_path: Vec::new(),
        };
        check(
            |out| write_detected_fields(out, &[field, metadata], 1000),
            concat!(
                r#"{"fields":[{"label":"client_ip","type":"string","cardinality":2,"parsers":["json"],"#,
                r#""jsonPath":["client","ip"]},"#,
                r#"{"label":"trace_id","type":"string","cardinality":1,"parsers":null}],"limit":1000}"#
            ),
        );
        check(
            |out| write_detected_labels(out, [("job", 2)]),
            r#"{"detectedLabels":[{"label":"job","cardinality":2}]}"#,
        );
        check(
            |out| write_detected_values(out, ["1"], 5),
            r#"{"limit":5,"values":["1"]}"#,
        );
    }
}
