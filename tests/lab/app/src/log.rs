//! Structured logs on standard output: logfmt, JSON, or the plain form of a database server.

use std::fmt::Write as _;
use std::io::Write as _;

use anyhow::bail;
use jiff::Timestamp;

/// How grave a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// For whoever looks into one service.
    Debug,
    /// The normal course.
    Info,
    /// Something was not as it should be, and was coped with.
    Warn,
    /// Something failed.
    Error,
}

impl Level {
    fn name(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }

    fn from_name(name: &str) -> anyhow::Result<Self> {
        Ok(match name {
            "debug" => Self::Debug,
            "info" => Self::Info,
            "warn" => Self::Warn,
            "error" => Self::Error,
            _ => bail!("log.level is debug, info, warn or error, not {name}"),
        })
    }
}

/// How lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `ts=… level=… msg=…`
    Logfmt,
    /// One JSON object a line.
    Json,
    /// `2026-11-22 06:00:00.000 UTC [7] LOG:  …`
    Database,
}

/// A value of a line.
pub enum Field<'a> {
    /// Text, quoted where needed.
    Text(&'a str),
    /// A whole number.
    Count(u64),
    /// A duration or ratio, with one decimal.
    Decimal(f64),
}

impl<'a> From<&'a str> for Field<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a String> for Field<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text)
    }
}

impl From<u64> for Field<'_> {
    fn from(count: u64) -> Self {
        Self::Count(count)
    }
}

impl From<usize> for Field<'_> {
    fn from(count: usize) -> Self {
        Self::Count(count as u64)
    }
}

impl From<f64> for Field<'_> {
    fn from(value: f64) -> Self {
        Self::Decimal(value)
    }
}

/// Where a service's lines go.
#[derive(Clone, Copy, Debug)]
pub struct Log {
    format: Format,
    least: Level,
}

impl Log {
    /// A log in the named format (`logfmt`, `json` or `database`), from a level on.
    pub fn new(format: &str, level: &str) -> anyhow::Result<Self> {
        let format = match format {
            "logfmt" => Format::Logfmt,
            "json" => Format::Json,
            "database" => Format::Database,
            _ => bail!("log.format is logfmt, json or database, not {format}"),
        };
        Ok(Self {
            format,
            least: Level::from_name(level)?,
        })
    }

    /// Writes a line; a closed pipe is no reason to fail.
    pub fn write(&self, level: Level, message: &str, fields: &[(&str, Field<'_>)]) {
        if level < self.least {
            return;
        }
        let mut line = render(self.format, Timestamp::now(), level, message, fields);
        line.push('\n');
        let _ = std::io::stdout().lock().write_all(line.as_bytes());
    }

    /// The normal course.
    pub fn info(&self, message: &str, fields: &[(&str, Field<'_>)]) {
        self.write(Level::Info, message, fields);
    }

    /// Something that was coped with.
    pub fn warn(&self, message: &str, fields: &[(&str, Field<'_>)]) {
        self.write(Level::Warn, message, fields);
    }

    /// Something that failed.
    pub fn error(&self, message: &str, fields: &[(&str, Field<'_>)]) {
        self.write(Level::Error, message, fields);
    }
}

/// Writes a line to standard error, for troubles before there is a log.
pub fn to_stderr(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

fn render(
    format: Format,
    at: Timestamp,
    level: Level,
    message: &str,
    fields: &[(&str, Field<'_>)],
) -> String {
    match format {
        Format::Logfmt => render_logfmt(at, level, message, fields),
        Format::Json => render_json(at, level, message, fields),
        Format::Database => render_database(at, level, message, fields),
    }
}

fn render_logfmt(at: Timestamp, level: Level, message: &str, fields: &[(&str, Field<'_>)]) -> String {
    let mut line = format!(
        "ts={} level={} msg={}",
        at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ"),
        level.name(),
        quoted(message)
    );
    for (name, value) in fields {
        let value = match value {
            Field::Text(text) => quoted(text),
            Field::Count(count) => count.to_string(),
            Field::Decimal(number) => format!("{number:.1}"),
        };
        let _ = write!(line, " {name}={value}");
    }
    line
}

/// A value as logfmt wants it: bare words stay bare.
fn quoted(text: &str) -> String {
    let bare = !text.is_empty() && text.chars().all(|c| c.is_ascii_graphic() && c != '"' && c != '=');
    if bare {
        text.to_owned()
    } else {
        format!("{text:?}")
    }
}

fn render_json(at: Timestamp, level: Level, message: &str, fields: &[(&str, Field<'_>)]) -> String {
    let text = |value: &str| serde_json::Value::from(value).to_string();
    let time = at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ");
    let mut line = format!(
        r#"{{"time":"{time}","level":"{}","msg":{}"#,
        level.name(),
        text(message)
    );
    for (name, value) in fields {
        let value = match value {
            Field::Text(value) => text(value),
            Field::Count(count) => count.to_string(),
            Field::Decimal(number) => format!("{number:.1}"),
        };
        let _ = write!(line, r#","{name}":{value}"#);
    }
    line.push('}');
    line
}

fn render_database(at: Timestamp, level: Level, message: &str, fields: &[(&str, Field<'_>)]) -> String {
    let word = match level {
        Level::Debug => "DEBUG",
        Level::Info => "LOG",
        Level::Warn => "WARNING",
        Level::Error => "FATAL",
    };
    let mut line = format!("{} UTC", at.strftime("%Y-%m-%d %H:%M:%S%.3f"));
    for (name, value) in fields {
        let _ = match value {
            Field::Text(text) => write!(line, " {name}={text}"),
            Field::Count(count) => write!(line, " [{count}]"),
            Field::Decimal(number) => write!(line, " {name}={number:.1}"),
        };
    }
    let _ = write!(line, " {word}:  {message}");
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(format: Format, expected: &str) {
        let at: Timestamp = "2026-01-02T03:04:05.678Z".parse().unwrap();
        let fields = [
            ("route", Field::from("/a b")),
            ("code", Field::from(200u64)),
            ("ms", Field::from(1.25)),
        ];
        assert_eq!(
            render(format, at, Level::Warn, "slow \"page\"", &fields),
            expected
        );
    }

    #[test]
    fn the_three_forms() {
        check(
            Format::Logfmt,
            r#"ts=2026-01-02T03:04:05.678Z level=warn msg="slow \"page\"" route="/a b" code=200 ms=1.2"#,
        );
        check(
            Format::Json,
            r#"{"time":"2026-01-02T03:04:05.678Z","level":"warn","msg":"slow \"page\"","route":"/a b","code":200,"ms":1.2}"#,
        );
        check(
            Format::Database,
            r#"2026-01-02 03:04:05.678 UTC route=/a b [200] ms=1.2 WARNING:  slow "page""#,
        );
    }
}
