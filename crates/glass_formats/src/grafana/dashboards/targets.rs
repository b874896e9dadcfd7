//! What a panel asks, and of which kind of source.

use super::{is_true, items, text_of};
use glass_model::{PanelKind, PanelTarget, QueryLanguage, TargetSource};
use serde_json::Value;
use std::collections::BTreeMap;

/// Queries of one panel.
const MOST_TARGETS: usize = 40;
/// Names of sources that are looked up.
const MOST_SOURCES: usize = 200;

/// What kinds of sources the names in a dashboard stand for.
#[derive(Debug, Default)]
pub(super) struct Sources {
    kinds: BTreeMap<String, String>,
}

impl Sources {
    /// Of the inputs that an exported dashboard asks for, and of its variables that choose a source.
    pub fn new(inputs: &Value, variables: &Value) -> Self {
        let of_input = |input: &Value| {
            let kind = text_of(&input["pluginId"]);
            (!kind.is_empty()).then(|| (text_of(&input["name"]), kind))
        };
        let of_variable = |variable: &Value| {
            let is_source = variable["type"].as_str() == Some("datasource");
            is_source.then(|| (text_of(&variable["name"]), text_of(&variable["query"])))
        };
        let inputs = items(inputs).iter().filter_map(of_input);
        let variables = items(variables).iter().filter_map(of_variable);
        Self {
            kinds: inputs.chain(variables).take(MOST_SOURCES).collect(),
        }
    }

    /// The kind of a source as a panel or a query names it; empty if nothing says so.
    fn kind_of(&self, source: &Value) -> String {
        let kind = text_of(&source["type"]);
        if !kind.is_empty() && kind != "datasource" {
            return kind;
        }
        let name = match source {
            Value::Object(_) => text_of(&source["uid"]),
            other => text_of(other),
        };
        let bare = name.trim_matches(|c| "${}[]".contains(c));
        if let Some(kind) = self.kinds.get(bare) {
            return kind.clone();
        }
        let name = name.to_lowercase();
        let known = [
            "loki",
            "influx",
            "graphite",
            "elasticsearch",
            "cloudwatch",
            "prometheus",
        ];
        let found = known.into_iter().find(|kind| name.contains(kind));
        found.unwrap_or_default().to_owned()
    }
}

/// Reads a panel's queries.
pub(super) fn read_targets(
    panel: &Value,
    kind: &PanelKind,
    sources: &Sources,
    notes: &mut Vec<String>,
) -> Vec<PanelTarget> {
    let all = items(&panel["targets"]);
    if all.len() > MOST_TARGETS {
        notes.push(format!("the first {MOST_TARGETS} of {} queries", all.len()));
    }
    let targets = all.iter().take(MOST_TARGETS);
    targets.map(|one| target(one, panel, kind, sources)).collect()
}

fn target(value: &Value, panel: &Value, kind: &PanelKind, sources: &Sources) -> PanelTarget {
    let own = sources.kind_of(&value["datasource"]);
    let source = match own.is_empty() || own == "mixed" {
        true => sources.kind_of(&panel["datasource"]),
        false => own,
    };
    let expr = text_of(&value["expr"]);
    let language = match source.as_str() {
        "loki" => Some(QueryLanguage::LogQl),
        "" | "mixed" if *kind == PanelKind::Logs || is_log_ql(&expr) => Some(QueryLanguage::LogQl),
        "" | "mixed" => Some(QueryLanguage::PromQl),
        kind if kind.contains("prometheus") => Some(QueryLanguage::PromQl),
        _ => None,
    };
    let fields = [
        &value["expr"],
        &value["query"],
        &value["rawSql"],
        &value["target"],
        &value["expression"],
    ];
    let mut texts = fields.into_iter().map(text_of);
    PanelTarget {
        ref_id: text_of(&value["refId"]),
        source: match language.filter(|_| !expr.is_empty()) {
            Some(language) => TargetSource::Query(language),
            None if source.is_empty() || language.is_some() => TargetSource::Other("unknown".to_owned()),
            None => TargetSource::Other(source),
        },
        expr: texts.find(|text| !text.is_empty()).unwrap_or_default(),
        legend: text_of(&value["legendFormat"]),
        is_instant: is_true(&value["instant"]) && !is_true(&value["range"]),
        is_heat_map: value["format"].as_str() == Some("heatmap"),
        is_hidden: is_true(&value["hide"]),
    }
}

/// What no PromQL has: a line filter, a parser, a range of log lines.
fn is_log_ql(expr: &str) -> bool {
    let signs = ["|=", "|~", "| json", "| logfmt", "count_over_time({", "rate({"];
    signs.iter().any(|sign| expr.contains(sign))
}
