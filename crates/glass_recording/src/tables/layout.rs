//! `layout.json`: the panels that matter, the moment to open at, and a story.

use crate::container::Member;
use crate::error::RecordingError;
use glass_model::{Matcher, MatcherOp, Panel, Selector, Story, StoryStep, Timestamp, Transform};
use serde::{Deserialize, Serialize};

/// The name of the member.
pub const LAYOUT_NAME: &str = "layout.json";

/// Its largest size, in bytes, and the most panels: no screen shows a thousand.
const MAX_LAYOUT_BYTES: u64 = 1 << 20;
const MAX_PANELS: usize = 1_000;

/// The views to open with.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layout {
    /// The panels that matter, the first first.
    pub panels: Vec<Panel>,
    /// The moment to open at.
    pub open_at: Option<Timestamp>,
    /// A walk through the recording.
    pub story: Story,
}

/// Reads `layout.json`.
///
/// # Errors
/// When the member is damaged.
pub fn read_layout(member: &Member) -> Result<Layout, RecordingError> {
    parse_layout(&member.read_all(MAX_LAYOUT_BYTES)?, &member.place().to_string())
}

/// Reads the JSON form of a layout; `place` is for messages.
///
/// # Errors
/// When it is not one.
pub fn parse_layout(bytes: &[u8], place: &str) -> Result<Layout, RecordingError> {
    let wire: LayoutWire =
        serde_json::from_slice(bytes).map_err(|error| RecordingError::damaged(place, error))?;
    to_model(wire).map_err(|trouble| RecordingError::damaged(place, trouble))
}

#[derive(Serialize, Deserialize)]
struct LayoutWire {
    #[serde(default)]
    open_at: Option<String>,
    #[serde(default)]
    panels: Vec<PanelWire>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    story: Option<StoryWire>,
}

#[derive(Serialize, Deserialize)]
struct StoryWire {
    #[serde(default)]
    title: String,
    steps: Vec<StepWire>,
}

#[derive(Serialize, Deserialize)]
struct StepWire {
    title: String,
    #[serde(default)]
    notes: String,
    address: String,
}

#[derive(Serialize, Deserialize)]
struct PanelWire {
    title: String,
    /// Name, operator, value.
    matchers: Vec<[String; 3]>,
    #[serde(default)]
    transform: String,
    #[serde(default)]
    unit: String,
}

const OPERATORS: [(MatcherOp, &str); 4] = [
    (MatcherOp::Equal, "="),
    (MatcherOp::NotEqual, "!="),
    (MatcherOp::Regex, "=~"),
    (MatcherOp::NotRegex, "!~"),
];

const TRANSFORMS: [(Transform, &str); 2] = [(Transform::Raw, "raw"), (Transform::PerSecond, "per_second")];

/// The JSON form of a layout.
pub(crate) fn to_json(layout: &Layout) -> String {
    let wire = LayoutWire {
        open_at: layout.open_at.map(|at| at.to_string()),
        panels: layout.panels.iter().map(panel_to_wire).collect(),
        story: (!layout.story.is_empty()).then(|| story_to_wire(&layout.story)),
    };
    // Texts always have a JSON form.
    let mut json = serde_json::to_string_pretty(&wire).unwrap_or_default();
    json.push('\n');
    json
}

fn story_to_wire(story: &Story) -> StoryWire {
    let Story { title, steps } = story.clone();
    let step = |StoryStep {
                    title,
                    notes,
                    address,
                }| StepWire {
        title,
        notes,
        address,
    };
    StoryWire {
        title,
        steps: steps.into_iter().map(step).collect(),
    }
}

fn story_to_model(wire: StoryWire) -> Result<Story, String> {
    let step = |StepWire {
                    title,
                    notes,
                    address,
                }| StoryStep {
        title,
        notes,
        address,
    };
    let story = Story {
        title: wire.title,
        steps: wire.steps.into_iter().map(step).collect(),
    };
    match story.excess() {
        Some(trouble) => Err(trouble),
        None => Ok(story),
    }
}

fn panel_to_wire(panel: &Panel) -> PanelWire {
    let operator = |op| {
        OPERATORS
            .iter()
            .find(|(known, _)| *known == op)
            .map_or("=", |(_, text)| text)
    };
    let transform = TRANSFORMS.iter().find(|(known, _)| *known == panel.transform);
    let matchers = panel.selector.matchers.iter();
    PanelWire {
        title: panel.title.clone(),
        matchers: matchers
            .map(|matcher| [matcher.name(), operator(matcher.op()), matcher.value()].map(str::to_owned))
            .collect(),
        transform: transform.map_or("raw", |(_, name)| name).to_owned(),
        unit: panel.unit.clone(),
    }
}

fn to_model(wire: LayoutWire) -> Result<Layout, String> {
    if wire.panels.len() > MAX_PANELS {
        return Err(format!("more than {MAX_PANELS} panels"));
    }
    let open_at = wire.open_at.as_deref().map(Timestamp::parse_rfc3339).transpose();
    Ok(Layout {
        panels: wire
            .panels
            .into_iter()
            .map(panel_to_model)
            .collect::<Result<_, _>>()?,
        open_at: open_at.map_err(|error| error.to_string())?,
        story: wire.story.map(story_to_model).transpose()?.unwrap_or_default(),
    })
}

fn panel_to_model(wire: PanelWire) -> Result<Panel, String> {
    let transform = match &*wire.transform {
        "" => Transform::Raw,
        name => {
            let known = TRANSFORMS.iter().find(|(_, known)| *known == name);
            known.ok_or_else(|| format!("no transform is called `{name}`"))?.0
        }
    };
    let matcher = |[name, operator, value]: &[String; 3]| {
        let op = OPERATORS.iter().find(|(_, text)| text == operator);
        let op = op.ok_or_else(|| format!("no matcher is called `{operator}`"))?.0;
        Matcher::new(name, op, value).map_err(|error| error.to_string())
    };
    Ok(Panel {
        title: wire.title,
        selector: Selector {
            matchers: wire.matchers.iter().map(matcher).collect::<Result<_, String>>()?,
        },
        transform,
        unit: wire.unit,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layout_round_trips() {
        let layout = Layout {
            panels: vec![Panel {
                title: "Errors".into(),
                selector: Selector {
                    matchers: vec![
                        Matcher::equal("__name__", "http_requests_total"),
                        Matcher::new("code", MatcherOp::Regex, "5..").unwrap(),
                    ],
                },
                transform: Transform::PerSecond,
                unit: "/s".into(),
            }],
            open_at: Some(Timestamp::from_millis(1_500)),
            story: Story {
                title: "The pool".into(),
                steps: vec![StoryStep {
                    title: "calm".into(),
                    notes: "*nothing*\n\nis wrong".into(),
                    address: "glass://shop/overview?at=2026-11-22T03:41:00Z".into(),
                }],
            },
        };
        let read = to_model(serde_json::from_str(&to_json(&layout)).unwrap()).unwrap();
        assert_eq!(read, layout);
    }

    #[test]
    fn what_is_not_known_is_refused() {
        let check = |json: &str, expected: &str| {
            let error = to_model(serde_json::from_str(json).unwrap()).unwrap_err();
            assert!(error.contains(expected), "{error}");
        };
        check(
            r#"{"panels":[{"title":"x","matchers":[["a","~","b"]]}]}"#,
            "no matcher is called `~`",
        );
        check(
            r#"{"panels":[{"title":"x","matchers":[["a","=~","("]]}]}"#,
            "error parsing regexp",
        );
        check(
            r#"{"panels":[{"title":"x","matchers":[],"transform":"log"}]}"#,
            "no transform is called `log`",
        );
        check(r#"{"open_at":"noon"}"#, "not a time");
        let long = format!(
            r#"{{"story":{{"steps":[{{"title":"x","address":"","notes":"{}"}}]}}}}"#,
            "n".repeat(Story::MAX_NOTES + 1)
        );
        check(&long, "notes to a step have at most");
    }
}
