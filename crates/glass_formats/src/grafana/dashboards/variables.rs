//! A dashboard's variables.

use super::{is_true, items, text_of};
use glass_model::{QueryLanguage, Variable, VariableKind};
use serde_json::Value;

/// Variables of one dashboard.
const MOST_VARIABLES: usize = 100;
/// Values that one variable names itself.
const MOST_OPTIONS: usize = 1000;

/// Reads `templating.list`; constants come from `__inputs` too.
pub(super) fn read(list: &Value, inputs: &Value, notes: &mut Vec<String>) -> Vec<Variable> {
    let all = items(list);
    if all.len() > MOST_VARIABLES {
        notes.push(format!("the first {MOST_VARIABLES} of {} variables", all.len()));
    }
    let mut variables: Vec<Variable> = all.iter().take(MOST_VARIABLES).filter_map(variable).collect();
    for variable in &variables {
        if let VariableKind::Unsupported(kind) = &variable.kind {
            notes.push(format!(
                "the variable `{}` is of kind `{kind}`, which has no values here",
                variable.name
            ));
        }
    }
    for input in items(inputs).iter().take(MOST_VARIABLES) {
        let name = text_of(&input["name"]);
        let is_known = variables.iter().any(|variable| variable.name == name);
        if text_of(&input["type"]) == "constant" && !name.is_empty() && !is_known {
            let value = text_of(&input["value"]);
            let constant = Variable {
                label: text_of(&input["label"]),
                options: vec![value.clone()],
                current: vec![value],
                ..bare(name, VariableKind::Constant)
            };
            variables.insert(0, constant);
        }
    }
    variables
}

fn bare(name: String, kind: VariableKind) -> Variable {
    let is_hidden = kind == VariableKind::Constant;
    Variable {
        name,
        label: String::new(),
        kind,
        options: Vec::new(),
        current: Vec::new(),
        is_multi: false,
        has_all: false,
        all_value: String::new(),
        is_hidden,
    }
}

fn variable(value: &Value) -> Option<Variable> {
    let name = text_of(&value["name"]);
    if name.is_empty() {
        return None;
    }
    let kind = kind(value);
    Some(Variable {
        label: text_of(&value["label"]),
        options: options(value, &kind),
        current: current(&value["current"]),
        is_multi: is_true(&value["multi"]),
        has_all: is_true(&value["includeAll"]),
        all_value: text_of(&value["allValue"]),
        is_hidden: value["hide"].as_u64() == Some(2) || kind == VariableKind::Constant,
        ..bare(name, kind)
    })
}

fn kind(value: &Value) -> VariableKind {
    match value["type"].as_str().unwrap_or("query") {
        "query" => VariableKind::Query {
            text: query_text(&value["query"]).unwrap_or_else(|| text_of(&value["definition"])),
            language: language(&value["datasource"], &value["query"]),
            regex: text_of(&value["regex"]),
        },
        "custom" => VariableKind::Custom,
        "constant" => VariableKind::Constant,
        "interval" => VariableKind::Interval,
        "datasource" => VariableKind::DataSource,
        "textbox" => VariableKind::TextBox,
        other => VariableKind::Unsupported(other.to_owned()),
    }
}

/// A query as a text, or as the object of newer versions; Loki's says label and stream apart.
fn query_text(query: &Value) -> Option<String> {
    match query {
        Value::String(text) => Some(text.clone()),
        Value::Object(fields) => {
            let field = |name: &str| fields.get(name).map(text_of).filter(|text| !text.is_empty());
            if let Some(label) = field("label") {
                let stream = field("stream")
                    .map(|stream| format!("{stream}, "))
                    .unwrap_or_default();
                return Some(format!("label_values({stream}{label})"));
            }
            field("query").or_else(|| field("expr"))
        }
        _ => None,
    }
}

fn language(source: &Value, query: &Value) -> Option<QueryLanguage> {
    let kind = text_of(&source["type"]).to_lowercase();
    let name = text_of(source).to_lowercase();
    let is_loki = kind == "loki" || kind.is_empty() && name.contains("loki") || query["stream"].is_string();
    match kind.as_str() {
        _ if is_loki => Some(QueryLanguage::LogQl),
        "" | "prometheus" | "datasource" => Some(QueryLanguage::PromQl),
        _ => None,
    }
}

fn options(value: &Value, kind: &VariableKind) -> Vec<String> {
    let listed = items(&value["options"])
        .iter()
        .map(|option| text_of(&option["value"]))
        .filter(|option| !option.is_empty() && option != glass_model::ALL_VALUES);
    let listed: Vec<String> = listed.take(MOST_OPTIONS).collect();
    let text = text_of(&value["query"]);
    match kind {
        _ if !listed.is_empty() => listed,
        VariableKind::Constant | VariableKind::TextBox => vec![text],
        VariableKind::Custom | VariableKind::Interval => {
            let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
            // `text : value`, as Grafana writes a value with another name.
            let value = |part: &str| {
                part.split_once(" : ")
                    .map_or(part, |(_, value)| value.trim())
                    .to_owned()
            };
            parts.map(value).take(MOST_OPTIONS).collect()
        }
        _ => Vec::new(),
    }
}

fn current(current: &Value) -> Vec<String> {
    let chosen = match &current["value"] {
        Value::Array(values) => values.iter().take(MOST_OPTIONS).map(text_of).collect(),
        value => vec![text_of(value)],
    };
    chosen.into_iter().filter(|value| !value.is_empty()).collect()
}
