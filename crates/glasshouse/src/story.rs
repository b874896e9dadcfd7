//! `glasshouse story`: a recording's story, printed or put into it; and stories as JSON.

use crate::open;
use crate::output::Output;
use anyhow::{Context, Result, anyhow};
use glass_core::Address;
use glass_model::{Story, StoryStep};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// A larger file is no story.
const MAX_BYTES: u64 = 8 << 20;

/// Prints the story, or puts one in.
pub(crate) fn run(recording: &str, from: Option<&Path>, output: &Output, as_json: bool) -> Result<ExitCode> {
    match from {
        Some(from) => put(recording, from, output)?,
        None => print(recording, output, as_json)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn put(recording: &str, from: &Path, output: &Output) -> Result<()> {
    let story = read(from).with_context(|| from.display().to_string())?;
    glass_recording::write_story(&PathBuf::from(recording), &story)?;
    let n = story.steps.len();
    output.line(&format!("a story of {n} steps is in {recording}"))
}

fn read(from: &Path) -> Result<Story> {
    let len = std::fs::metadata(from)?.len();
    if len > MAX_BYTES {
        return Err(anyhow!("it is larger than {} MiB", MAX_BYTES >> 20));
    }
    let value: Value = serde_json::from_slice(&std::fs::read(from)?)?;
    let story =
        story_of(&value).context("it is not a story; glasshouse story --help shows what one looks like")?;
    for (nth, step) in story.steps.iter().enumerate() {
        Address::parse(&step.address)
            .map_err(|error| anyhow!(error))
            .with_context(|| format!("step {}", nth + 1))?;
    }
    Ok(story)
}

fn print(recording: &str, output: &Output, as_json: bool) -> Result<()> {
    let info = open::evaluator(Some(recording))?.source().info();
    let story = info.story;
    if as_json {
        return output.line(&serde_json::to_string_pretty(&story_json(&story))?);
    }
    if story.steps.is_empty() {
        return output.line("there is no story in it; --from puts one there, ^n in the program makes one");
    }
    output.line(&glass_core::visible(&story.title))?;
    for (nth, step) in story.steps.iter().enumerate() {
        let text = format!("{:>3}  {}", nth + 1, glass_core::visible(&step.title));
        output.line(&text)?;
        output.line(&format!("     {}", glass_core::visible(&step.address)))?;
    }
    Ok(())
}

/// A story as JSON.
pub(crate) fn story_json(story: &Story) -> Value {
    let Story { title, steps } = story;
    let step = |step: &StoryStep| {
        let StoryStep {
            title,
            notes,
            address,
        } = step;
        json!({ "title": title, "notes": notes, "address": address })
    };
    json!({ "title": title, "steps": steps.iter().map(step).collect::<Vec<_>>() })
}

/// A story of JSON; `None` for what is none, or too long.
pub(crate) fn story_of(value: &Value) -> Option<Story> {
    let step = |value: &Value| {
        let text = |name: &str| Some(value.get(name)?.as_str()?.to_owned());
        Some(StoryStep {
            title: text("title")?,
            notes: text("notes")?,
            address: text("address")?,
        })
    };
    let story = Story {
        title: value.get("title")?.as_str()?.to_owned(),
        steps: value.get("steps")?.as_array()?.iter().filter_map(step).collect(),
    };
    story.excess().is_none().then_some(story)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stories_go_out_and_come_in() {
        let story = Story {
            title: "größe".into(),
            steps: vec![StoryStep {
                title: "a".into(),
                notes: "b\nc".into(),
                address: "glass://x/logs?at=2026-11-22T03:41:00Z".into(),
            }],
        };
        assert_eq!(story_of(&story_json(&story)), Some(story));
        assert_eq!(story_of(&json!({"steps": 3})), None);
    }

    #[test]
    fn bundled_stories_lead_somewhere() {
        let text = include_str!("../../../assets/stories/heron.json");
        let story = story_of(&serde_json::from_str(text).unwrap()).unwrap();
        for step in &story.steps {
            assert!(Address::parse(&step.address).is_ok(), "{}", step.address);
        }
        let bundled = open::evaluator(Some("heron")).unwrap().source().info();
        assert_eq!(bundled.story, story, "tests/lab/README.md says how it is put in");
    }
}
