//! How a panel's values are written and judged: units, thresholds, mappings, reductions, of old and new schemas.

use super::{is_true, items, number_of, text_of};
use glass_model::{FieldOptions, FieldOverride, MappedValues, Mapping, Reduce, Tone, ToneStep};
use serde_json::Value;

/// Thresholds, mappings and overrides of one panel, each.
const MOST_RULES: usize = 100;

/// Reads `fieldConfig.defaults`, and what older panels say in its place.
pub(super) fn field(panel: &Value) -> FieldOptions {
    let defaults = &panel["fieldConfig"]["defaults"];
    let older = &panel["options"]["fieldOptions"]["defaults"];
    let pick = |name: &str| match defaults[name].is_null() {
        true => &older[name],
        false => &defaults[name],
    };
    let axis = &panel["yaxes"][0];
    let gauge = &panel["gauge"];
    let first_text = |values: &[&Value]| {
        let mut texts = values.iter().map(|value| text_of(value));
        texts.find(|text| !text.is_empty()).unwrap_or_default()
    };
    let first_number = |values: &[&Value]| values.iter().find_map(|value| number_of(value));
    FieldOptions {
        unit: first_text(&[pick("unit"), &axis["format"], &panel["format"]]),
        decimals: first_number(&[pick("decimals"), &panel["decimals"], &axis["decimals"]]).map(digits),
        min: first_number(&[pick("min"), &axis["min"], &gauge["minValue"]]),
        max: first_number(&[pick("max"), &axis["max"], &gauge["maxValue"]]),
        thresholds: thresholds(panel, pick("thresholds")),
        is_threshold_percent: text_of(&pick("thresholds")["mode"]) == "percentage",
        draws_thresholds: draws_thresholds(panel, pick("custom")),
        mappings: mappings(panel, pick("mappings")),
        no_value: first_text(&[pick("noValue"), &panel["nullText"]]),
    }
}

fn digits(number: f64) -> u8 {
    number.clamp(0.0, 12.0) as u8
}

/// What a colour means, by its name or by the shades that Grafana's own palettes have.
fn tone(color: &Value) -> Tone {
    const BAD: [&str; 9] = [
        "red", "d44a3a", "f2495c", "c4162a", "e02f44", "bf1b00", "f53636", "245, 54", "245,54",
    ];
    const WARNING: [&str; 11] = [
        "orange", "yellow", "ed8128", "ff9830", "fade2a", "f2cc0c", "eab839", "e5ac0e", "237, 129",
        "237,129", "ff780a",
    ];
    const GOOD: [&str; 9] = [
        "green", "299c46", "73bf69", "37872d", "56a64b", "7eb26d", "19730e", "50, 172", "50,172",
    ];
    let name = text_of(color).to_lowercase();
    let is_one_of = |words: &[&str]| words.iter().any(|word| name.contains(word));
    match () {
        () if is_one_of(&BAD) => Tone::Bad,
        () if is_one_of(&WARNING) => Tone::Warning,
        () if is_one_of(&GOOD) => Tone::Good,
        () => Tone::Neutral,
    }
}

fn thresholds(panel: &Value, config: &Value) -> Vec<ToneStep> {
    let steps = items(&config["steps"]);
    if !steps.is_empty() {
        let step = |step: &Value| ToneStep {
            from: number_of(&step["value"]).unwrap_or(f64::NEG_INFINITY),
            tone: tone(&step["color"]),
        };
        return rising(steps.iter().take(MOST_RULES).map(step).collect());
    }
    old_thresholds(panel)
}

/// Whether a graph draws its thresholds: new ones say how, old ones of graphs always did unless told not to.
fn draws_thresholds(panel: &Value, custom: &Value) -> bool {
    let style = text_of(&custom["thresholdsStyle"]["mode"]);
    let old = items(&panel["thresholds"]);
    !matches!(style.as_str(), "" | "off") || old.iter().any(is_drawn)
}

/// Whether a threshold of an old graph is a line or the edge of what is filled.
fn is_drawn(threshold: &Value) -> bool {
    is_true(&threshold["line"]) || is_true(&threshold["fill"])
}

/// The thresholds of an old graph: each has a name in the place of a colour.
fn old_graph_thresholds(panel: &Value) -> Vec<ToneStep> {
    let step = |threshold: &Value| {
        Some(ToneStep {
            from: number_of(&threshold["value"])?,
            tone: match threshold["colorMode"].as_str() {
                Some("critical") => Tone::Bad,
                Some("warning") => Tone::Warning,
                Some("ok") => Tone::Good,
                _ => tone(&threshold["lineColor"]),
            },
        })
    };
    let drawn = items(&panel["thresholds"]).iter().filter(|one| is_drawn(one));
    rising(drawn.take(MOST_RULES).filter_map(step).collect())
}

/// The old single number: "70,90" and one colour more than numbers.
fn old_thresholds(panel: &Value) -> Vec<ToneStep> {
    let text = text_of(&panel["thresholds"]);
    let is_judged = is_true(&panel["colorValue"])
        || is_true(&panel["colorBackground"])
        || is_true(&panel["gauge"]["show"]);
    if text.is_empty() || !is_judged {
        return old_graph_thresholds(panel);
    }
    let bounds = text.split(',').filter_map(|part| part.trim().parse::<f64>().ok());
    let from = std::iter::once(f64::NEG_INFINITY).chain(bounds.filter(|bound| !bound.is_nan()));
    let colors = items(&panel["colors"]).iter().take(MOST_RULES);
    let step = |(from, color): (f64, &Value)| ToneStep {
        from,
        tone: tone(color),
    };
    rising(from.zip(colors).map(step).collect())
}

fn rising(mut thresholds: Vec<ToneStep>) -> Vec<ToneStep> {
    thresholds.sort_by(|a, b| a.from.total_cmp(&b.from));
    thresholds
}

fn mappings(panel: &Value, config: &Value) -> Vec<Mapping> {
    let mut found = Vec::new();
    for mapping in items(config).iter().take(MOST_RULES) {
        let options = &mapping["options"];
        let of = match mapping["type"].as_str() {
            Some("value") => {
                let pairs = options.as_object().into_iter().flatten().take(MOST_RULES);
                found.extend(pairs.map(|(value, result)| mapped(MappedValues::Value(value.clone()), result)));
                continue;
            }
            Some("range") => MappedValues::Range(
                number_of(&options["from"]).unwrap_or(f64::NEG_INFINITY),
                number_of(&options["to"]).unwrap_or(f64::INFINITY),
            ),
            Some("regex") => MappedValues::Regex(text_of(&options["pattern"])),
            Some("special") => match options["match"].as_str() {
                Some("null" | "nan" | "null+nan") => MappedValues::Null,
                other => MappedValues::Value(other.unwrap_or_default().to_owned()),
            },
            // The schema before version 8: numbers say which kind it is.
            _ => {
                found.extend(old_mapping(mapping));
                continue;
            }
        };
        found.push(mapped(of, &options["result"]));
    }
    if panel["type"].as_str() == Some("singlestat") {
        let old = items(&panel["valueMaps"])
            .iter()
            .chain(items(&panel["rangeMaps"]));
        found.extend(old.take(MOST_RULES).filter_map(old_mapping));
    }
    found
}

fn mapped(of: MappedValues, result: &Value) -> Mapping {
    Mapping {
        of,
        text: text_of(&result["text"]),
        tone: result["color"].is_string().then(|| tone(&result["color"])),
    }
}

fn old_mapping(mapping: &Value) -> Option<Mapping> {
    let value = text_of(&mapping["value"]);
    let of = match (number_of(&mapping["from"]), number_of(&mapping["to"])) {
        _ if value == "null" || mapping["from"].as_str() == Some("null") => MappedValues::Null,
        (Some(from), Some(to)) if mapping["type"].as_u64() != Some(1) => MappedValues::Range(from, to),
        _ if !value.is_empty() => MappedValues::Value(value),
        _ => return None,
    };
    Some(Mapping {
        of,
        text: text_of(&mapping["text"]),
        tone: None,
    })
}

/// Reads `fieldConfig.overrides`, and the columns of old tables.
pub(super) fn overrides(panel: &Value) -> Vec<FieldOverride> {
    let new = items(&panel["fieldConfig"]["overrides"])
        .iter()
        .filter_map(new_override);
    let old = items(&panel["styles"]).iter().map(old_style);
    new.chain(old).take(MOST_RULES).collect()
}

fn new_override(value: &Value) -> Option<FieldOverride> {
    let is_regex = match value["matcher"]["id"].as_str() {
        Some("byRegexp") => true,
        Some("byName") => false,
        _ => return None,
    };
    let mut found = bare(text_of(&value["matcher"]["options"]), is_regex);
    for property in items(&value["properties"]).iter().take(MOST_RULES) {
        let value = &property["value"];
        match property["id"].as_str() {
            Some("unit") => found.unit = Some(text_of(value)),
            Some("decimals") => found.decimals = number_of(value).map(digits),
            Some("displayName") => found.name = Some(text_of(value)),
            Some("custom.hidden" | "custom.hideFrom") => {
                found.is_hidden = is_true(value) || is_true(&value["viz"]);
            }
            _ => {}
        }
    }
    Some(found)
}

fn old_style(style: &Value) -> FieldOverride {
    let pattern = text_of(&style["pattern"]);
    let is_number = style["type"].as_str() == Some("number");
    let non_empty = |text: String| Some(text).filter(|text| !text.is_empty());
    FieldOverride {
        unit: non_empty(text_of(&style["unit"])).filter(|_| is_number),
        decimals: number_of(&style["decimals"]).filter(|_| is_number).map(digits),
        name: non_empty(text_of(&style["alias"])),
        is_hidden: style["type"].as_str() == Some("hidden"),
        ..bare(pattern.clone(), pattern.starts_with('/'))
    }
}

fn bare(field: String, is_regex: bool) -> FieldOverride {
    FieldOverride {
        field: match is_regex {
            true => field.trim_matches('/').to_owned(),
            false => field,
        },
        is_regex,
        unit: None,
        decimals: None,
        name: None,
        is_hidden: false,
    }
}

/// Which of a series' values a number shows, and what must be said of it.
pub(super) fn reduce(panel: &Value) -> (Reduce, Option<String>) {
    let options = &panel["options"];
    let new = &options["reduceOptions"]["calcs"][0];
    let older = &options["fieldOptions"]["calcs"][0];
    let mut names = [new, older, &panel["valueName"]].into_iter().map(text_of);
    let name = names.find(|name| !name.is_empty()).unwrap_or_default();
    let reduce = match name.as_str() {
        "" | "last" | "lastNotNull" | "current" => Reduce::Last,
        "first" | "firstNotNull" => Reduce::First,
        "min" => Reduce::Min,
        "max" => Reduce::Max,
        "mean" | "avg" => Reduce::Mean,
        "sum" | "total" => Reduce::Sum,
        "count" => Reduce::Count,
        "range" => Reduce::Range,
        "diff" | "delta" => Reduce::Difference,
        other => {
            let note = format!("`{other}` of a series is not computed; its last value is shown");
            return (Reduce::Last, Some(note));
        }
    };
    (reduce, None)
}
