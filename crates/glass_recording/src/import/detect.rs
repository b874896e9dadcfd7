//! Finds out what a file is: [`detect`], by its first bytes and, for Markdown, its name.

use super::ImportError;
use super::text::Text;
use glass_formats::openmetrics::{self, TimeUnit};
use std::fmt;
use std::io::Read;
use std::path::Path;

/// How much of a file is looked at, in bytes.
const LOOK: u64 = 64 << 10;

/// The forms that can be taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ImportFormat {
    /// OpenMetrics text, or Prometheus' text form with times.
    OpenMetrics,
    /// The text of `promtool tsdb dump`.
    PromtoolDump,
    /// Answers of Loki's `query_range`.
    LokiJson,
    /// The lines of `logcli --output=jsonl`.
    LogcliJsonl,
    /// Alertmanager's webhook bodies.
    Alertmanager,
    /// A Git bundle or repository.
    Git,
    /// A post-mortem in Markdown.
    Markdown,
    /// Issue threads as JSON.
    IssueJson,
    /// An answer of Prometheus' `/api/v1/rules`.
    Rules,
    /// An answer of Prometheus' `/api/v1/targets`.
    Targets,
    /// An answer of Prometheus' `/api/v1/metadata`.
    Metadata,
    /// An answer of Alertmanager's `/api/v2/silences`.
    Silences,
    /// An answer of Alertmanager's `/api/v2/receivers`.
    Receivers,
}

impl ImportFormat {
    /// All forms.
    pub const ALL: [Self; 13] = [
        Self::OpenMetrics,
        Self::PromtoolDump,
        Self::LokiJson,
        Self::LogcliJsonl,
        Self::Alertmanager,
        Self::Git,
        Self::Markdown,
        Self::IssueJson,
        Self::Rules,
        Self::Targets,
        Self::Metadata,
        Self::Silences,
        Self::Receivers,
    ];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::OpenMetrics => "openmetrics",
            Self::PromtoolDump => "promtool-dump",
            Self::LokiJson => "loki-json",
            Self::LogcliJsonl => "logcli-jsonl",
            Self::Alertmanager => "alertmanager",
            Self::Git => "git",
            Self::Markdown => "markdown",
            Self::IssueJson => "issue-json",
            Self::Rules => "rules",
            Self::Targets => "targets",
            Self::Metadata => "metadata",
            Self::Silences => "silences",
            Self::Receivers => "receivers",
        }
    }

    /// The form of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// What kind of source it comes from, as manifests name it.
    pub(super) fn source_kind(self) -> &'static str {
        match self {
            Self::OpenMetrics | Self::PromtoolDump => "prometheus",
            Self::LokiJson | Self::LogcliJsonl => "loki",
            Self::Alertmanager => "alertmanager",
            Self::Git => "git",
            Self::Markdown => "markdown",
            Self::IssueJson => "issues",
            Self::Rules => "rules",
            Self::Targets => "targets",
            Self::Metadata => "metadata",
            Self::Silences => "silences",
            Self::Receivers => "receivers",
        }
    }
}

impl fmt::Display for ImportFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Finds out the form of a file or folder.
///
/// # Errors
/// When it cannot be read, or is none of the forms.
pub fn detect(path: &Path) -> Result<ImportFormat, ImportError> {
    let unknown = |trouble: String| ImportError::UnknownFormat {
        trouble,
        path: path.to_owned(),
    };
    if path.is_dir() {
        let is_repository =
            path.join(".git").exists() || (path.join("HEAD").is_file() && path.join("objects").is_dir());
        return if is_repository {
            Ok(ImportFormat::Git)
        } else {
            Err(unknown("a folder that is no git repository".to_owned()))
        };
    }
    let mut head = Vec::new();
    let opened = Text::open(path)?;
    opened
        .input
        .take(LOOK)
        .read_to_end(&mut head)
        .map_err(ImportError::io(path))?;
    let head = String::from_utf8_lossy(&head);
    let name = super::text::file_name(path).to_ascii_lowercase();
    let is_markdown = name.ends_with(".md") || name.ends_with(".markdown");
    of_text(&head, is_markdown).ok_or_else(|| unknown(describe(&head)))
}

fn of_text(head: &str, is_named_markdown: bool) -> Option<ImportFormat> {
    let start = head.trim_start_matches('\u{feff}').trim_start();
    if start.starts_with("# v2 git bundle") || start.starts_with("# v3 git bundle") {
        return Some(ImportFormat::Git);
    }
    if is_named_markdown {
        return Some(ImportFormat::Markdown);
    }
    if start.starts_with("{__name__=") {
        return Some(ImportFormat::PromtoolDump);
    }
    if start.starts_with('[') || is_json_object(start) {
        return of_json(start);
    }
    if start.starts_with("---\n") || start.starts_with("---\r\n") {
        return Some(ImportFormat::Markdown);
    }
    is_openmetrics(start).then_some(ImportFormat::OpenMetrics)
}

/// Whether it begins with `{` and a name with a `:`; `{"queue.depth", …} 1` is OpenMetrics.
fn is_json_object(start: &str) -> bool {
    let Some(inside) = start.strip_prefix('{').map(str::trim_start) else {
        return false;
    };
    let behind_name = inside
        .strip_prefix('"')
        .and_then(|rest| rest.split_once('"'))
        .map(|(_, rest)| rest.trim_start());
    inside.starts_with('}') || behind_name.is_some_and(|rest| rest.starts_with(':'))
}

fn of_json(start: &str) -> Option<ImportFormat> {
    let has = |key: &str| start.contains(&format!("\"{key}\""));
    if let Some(format) = of_api(start, has) {
        Some(format)
    } else if has("resultType") || (has("status") && has("success")) {
        Some(ImportFormat::LokiJson)
    } else if has("labels") && has("line") && has("timestamp") {
        Some(ImportFormat::LogcliJsonl)
    } else if has("alerts") || (has("startsAt") && has("fingerprint")) {
        Some(ImportFormat::Alertmanager)
    } else if has("title") && (has("created_at") || has("createdAt") || has("opened")) {
        Some(ImportFormat::IssueJson)
    } else {
        None
    }
}

/// Answers of APIs that are true of a moment.
fn of_api(start: &str, has: impl Fn(&str) -> bool) -> Option<ImportFormat> {
    if start.starts_with('[') {
        let is_silences = has("matchers") && has("startsAt") && has("createdBy");
        let is_receivers = has("name") && !has("title") && !has("startsAt") && !has("status");
        return match (is_silences, is_receivers) {
            (true, _) => Some(ImportFormat::Silences),
            (_, true) => Some(ImportFormat::Receivers),
            _ => None,
        };
    }
    let in_envelope = has("status") && has("data") && !has("resultType");
    match in_envelope {
        true if has("activeTargets") || has("droppedTargets") => Some(ImportFormat::Targets),
        true if has("groups") => Some(ImportFormat::Rules),
        true if has("type") && has("help") => Some(ImportFormat::Metadata),
        _ => None,
    }
}

/// Whether the first line that is no comment is a sample.
fn is_openmetrics(start: &str) -> bool {
    let told = ["# TYPE ", "# HELP ", "# UNIT "]
        .iter()
        .any(|keyword| start.starts_with(keyword));
    let first = start
        .lines()
        .find(|line| !line.trim().is_empty() && !line.starts_with('#'));
    let is_sample = |line: &str| {
        matches!(
            openmetrics::reader(line.as_bytes(), TimeUnit::BySize).next(),
            Some(Ok(_))
        )
    };
    first.map_or(told || start.trim() == "# EOF", is_sample)
}

fn describe(head: &str) -> String {
    let start = super::text::first_line(head);
    if start.is_empty() {
        "it is empty".to_owned()
    } else {
        let shown: String = start.chars().take(40).flat_map(char::escape_debug).collect();
        format!("it begins with `{shown}`")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_by_their_first_bytes() {
        use ImportFormat::*;
        let check = |text: &str, expected| assert_eq!(of_text(text, false), expected, "{text}");
        check("# v2 git bundle\n0123 refs/heads/main\n", Some(Git));
        check("{__name__=\"up\"} 1 2\n", Some(PromtoolDump));
        check(
            "# HELP up Up\n# TYPE up gauge\nup 1 2\n# EOF\n",
            Some(OpenMetrics),
        );
        check("up{job=\"x\"} 1 1795318922.074\n", Some(OpenMetrics));
        check("{\"queue.depth\",\"q\"=\"x\"} 1 2\n", Some(OpenMetrics));
        check(
            "{\"status\":\"success\",\"data\":{\"resultType\":\"streams\"",
            Some(LokiJson),
        );
        check(
            "{\"labels\":{},\"line\":\"\",\"timestamp\":\"\"}",
            Some(LogcliJsonl),
        );
        check("{\"received\":1,\"body\":{\"alerts\":[]}}", Some(Alertmanager));
        check("[{\"startsAt\":\"x\",\"fingerprint\":\"y\"}]", Some(Alertmanager));
        check(
            "{ \"issue\": {\"title\":\"x\",\"created_at\":\"y\"}}",
            Some(IssueJson),
        );
        check("---\npublished: x\n---\n", Some(Markdown));
        check("# Title\n\ntext\n", None);
        check(
            "{\"status\":\"success\",\"data\":{\"groups\":[{\"name\":\"a\",\"rules\":[{\"alerts\":[]}]}]}}",
            Some(Rules),
        );
        check(
            "{\"status\":\"success\",\"data\":{\"activeTargets\":[]",
            Some(Targets),
        );
        check(
            "{\"status\":\"success\",\"data\": {\"up\": [{\"type\":\"gauge\",\"help\":\"x\"}]}}",
            Some(Metadata),
        );
        check(
            "[{\"id\":\"x\",\"status\":{\"state\":\"active\"},\"createdBy\":\"\",\"matchers\":[],\"startsAt\":\"\"}]",
            Some(Silences),
        );
        check("[{\"labels\":{\"name\":\"a\"},\"name\":\"a\"}]", Some(Receivers));
        check("[]", None);
        check("{\"a\":1}", None);
        check("", None);
        assert_eq!(of_text("# Title", true), Some(Markdown));
        assert_eq!(describe("\u{1}\u{2}"), "it begins with `\\u{1}\\u{2}`");
    }

    #[test]
    fn names_round_trip() {
        for format in ImportFormat::ALL {
            assert_eq!(ImportFormat::from_name(format.name()), Some(format));
        }
    }
}
