//! [`MemoryFile`]: what the program remembers from one start to the next, as one JSON file in the state folder.
//!
//! The file is the user's own, and still it is read with care: what is too large or cannot be understood is told and
//! left out.

use crate::story::{story_json, story_of};
use anyhow::{Context, Result, anyhow, bail};
use glass_core::{MarkedMoment, Memory, Screen, ScreenLeft, Session};
use glass_model::Timestamp;
use serde_json::{Value, json};
use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::PathBuf;

/// A larger file is not read.
const MAX_BYTES: u64 = 4 << 20;

/// A longer text is not remembered.
const MAX_TEXT: usize = 16 << 10;

/// Where it is kept, if anywhere.
pub(crate) struct MemoryFile {
    path: Option<PathBuf>,
}

impl MemoryFile {
    /// In the system's folder for state; GLASSHOUSE_STATE may name another, or none by an empty name.
    pub fn new() -> Self {
        let folder = match std::env::var_os("GLASSHOUSE_STATE") {
            Some(folder) if folder.is_empty() => None,
            Some(folder) => Some(PathBuf::from(folder)),
            None => directories::ProjectDirs::from("", "", "glasshouse").map(|folders| {
                let state = folders.state_dir();
                state.unwrap_or_else(|| folders.data_local_dir()).to_owned()
            }),
        };
        Self {
            path: folder.map(|folder| folder.join("memory.json")),
        }
    }

    /// Whether anything is kept from one start to the next.
    pub fn is_kept(&self) -> bool {
        self.path.is_some()
    }

    /// What is remembered; nothing at first.
    ///
    /// # Errors
    /// When there is a file that cannot be read or understood.
    pub fn read(&self) -> Result<Memory> {
        let Some(path) = self.path.as_ref().filter(|path| path.exists()) else {
            return Ok(Memory::default());
        };
        let read = || {
            let mut text = String::new();
            File::open(path)?.take(MAX_BYTES + 1).read_to_string(&mut text)?;
            if text.len() as u64 > MAX_BYTES {
                bail!("it is larger than {} MiB", MAX_BYTES >> 20);
            }
            memory_of(&serde_json::from_str(&text)?).ok_or_else(|| anyhow!("it is not understood"))
        };
        read().with_context(|| format!("what was remembered is lost, {}", path.display()))
    }

    /// Puts it away, in the place of what was there.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, memory: &Memory) -> Result<()> {
        let Some(path) = &self.path else {
            return Ok(());
        };
        let write = || {
            let folder = path.parent().context("it has no folder")?;
            fs::create_dir_all(folder)?;
            let mut file = tempfile::NamedTempFile::new_in(folder)?;
            file.write_all(bounded(memory).as_bytes())?;
            file.persist(path)?;
            anyhow::Ok(())
        };
        write().with_context(|| format!("{} cannot be written", path.display()))
    }
}

/// As JSON that will be read again: where it is too much, the stories of what was used longest ago are left out.
fn bounded(memory: &Memory) -> String {
    let mut memory = memory.clone();
    loop {
        let text = json_of(&memory).to_string();
        let mut sessions = memory.sessions.iter_mut();
        match sessions.find(|session| session.story.is_some()) {
            Some(oldest) if text.len() as u64 > MAX_BYTES => oldest.story = None,
            _ => return text,
        }
    }
}

fn json_of(memory: &Memory) -> Value {
    let sessions = memory.sessions.iter().map(|session| {
        let screens = session.screens.iter().map(|left| {
            json!({
                "screen": left.screen.slug(),
                "filter": kept(&left.filter),
                "query": kept(&left.query),
                "look": left.look,
            })
        });
        let marks = session
            .marks
            .iter()
            .map(|mark| json!({ "at": mark.at.to_string(), "name": mark.name }));
        json!({
            "name": session.name,
            "start": session.start.map(|start| start.to_string()),
            "screen": session.screen.slug(),
            "at": session.at.to_string(),
            "from": session.from.to_string(),
            "window_secs": session.window_nanos as f64 / 1e9,
            "screens": screens.collect::<Vec<_>>(),
            "marks": marks.collect::<Vec<_>>(),
            "layout": kept(&session.layout),
            "story": session.story.as_ref().map(story_json),
        })
    });
    let list = |texts: &[String]| {
        let short = texts.iter().filter(|text| text.len() <= MAX_TEXT);
        short.cloned().collect::<Vec<_>>()
    };
    json!({
        "sessions": sessions.collect::<Vec<_>>(),
        "commands": list(&memory.commands),
        "promql": list(&memory.queries[0]),
        "logql": list(&memory.queries[1]),
        "scale_percent": memory.scale_percent,
    })
}

fn kept(text: &str) -> &str {
    if text.len() <= MAX_TEXT { text } else { "" }
}

fn memory_of(value: &Value) -> Option<Memory> {
    let list = |name: &str| {
        let texts = value.get(name)?.as_array()?.iter();
        let texts = texts
            .filter_map(Value::as_str)
            .filter(|text| text.len() <= MAX_TEXT);
        Some(texts.map(str::to_owned).collect::<Vec<_>>())
    };
    let sessions = value.get("sessions")?.as_array()?;
    Some(Memory {
        // One of a screen that there is no more is left out alone.
        sessions: sessions.iter().filter_map(session_of).collect(),
        commands: list("commands")?,
        queries: [list("promql")?, list("logql")?],
        // Files of before have none.
        scale_percent: value
            .get("scale_percent")
            .and_then(|percent| u16::try_from(percent.as_u64()?).ok()),
    })
}

fn session_of(value: &Value) -> Option<Session> {
    let text = |name: &str| value.get(name)?.as_str().filter(|text| text.len() <= MAX_TEXT);
    let time = |name: &str| Timestamp::parse_rfc3339(text(name)?).ok();
    let screen_of = |value: &Value| Screen::from_slug(value.get("screen")?.as_str()?);
    // Files of before have none.
    let screens = value.get("screens").and_then(Value::as_array);
    let screens = screens
        .map_or(&[][..], Vec::as_slice)
        .iter()
        .take(Screen::ALL.len());
    let screens = screens.filter_map(|one| {
        let text = |name: &str| Some(kept(one.get(name)?.as_str()?).to_owned());
        let look = one.get("look")?.as_array()?.iter();
        Some(ScreenLeft {
            screen: screen_of(one)?,
            filter: text("filter")?,
            query: text("query")?,
            look: look.filter_map(entry_of).collect(),
        })
    });
    let start = match value.get("start")? {
        Value::Null => None,
        _ => Some(time("start")?),
    };
    Some(Session {
        name: text("name")?.to_owned(),
        start,
        screen: screen_of(value)?,
        at: time("at")?,
        from: time("from")?,
        window_nanos: (value.get("window_secs")?.as_f64()? * 1e9) as i64,
        screens: screens.collect(),
        // Files of before have none.
        marks: value
            .get("marks")
            .and_then(Value::as_array)
            .map_or(&[][..], Vec::as_slice)
            .iter()
            .filter_map(mark_of)
            .collect(),
        layout: text("layout").unwrap_or_default().to_owned(),
        story: value.get("story").and_then(story_of),
    })
}

/// A name and a value.
fn entry_of(value: &Value) -> Option<(String, String)> {
    let text = |nth: usize| Some(kept(value.get(nth)?.as_str()?).to_owned());
    Some((text(0)?, text(1)?))
}

fn mark_of(value: &Value) -> Option<MarkedMoment> {
    Some(MarkedMoment {
        at: Timestamp::parse_rfc3339(value.get("at")?.as_str()?).ok()?,
        name: kept(value.get("name")?.as_str()?).to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use glass_model::{Story, StoryStep};

    fn file(folder: &tempfile::TempDir) -> MemoryFile {
        MemoryFile {
            path: Some(folder.path().join("deep/memory.json")),
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let session = |name: &str, start: Option<i64>| Session {
            name: name.to_owned(),
            start: start.map(Timestamp::from_secs),
            screen: Screen::Logs,
            at: Timestamp::from_millis(1_790_000_000_123),
            from: Timestamp::from_secs(1_789_999_000),
            window_nanos: 900_000_000_000,
            screens: vec![ScreenLeft {
                screen: Screen::Logs,
                filter: "größe \"x\"".to_owned(),
                query: String::new(),
                look: vec![("level".to_owned(), "error".to_owned())],
            }],
            layout: "tiles".to_owned(),
            story: Some(Story {
                title: "x".to_owned(),
                steps: vec![StoryStep::default()],
            }),
            marks: vec![MarkedMoment {
                at: Timestamp::from_secs(1_789_999_500),
                name: "größe".to_owned(),
            }],
        };
        let memory = Memory {
            sessions: vec![session("heron", Some(1_789_999_000)), session("osm", None)],
            commands: vec!["Next alert".to_owned()],
            queries: [vec!["up".to_owned()], vec!["{a=\"b\"}".to_owned()]],
            scale_percent: Some(125),
        };
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(file(&folder).read().unwrap(), Memory::default());
        file(&folder).write(&memory).unwrap();
        assert_eq!(file(&folder).read().unwrap(), memory);
    }

    #[test]
    fn many_long_stories_do_not_make_a_file_that_is_refused() {
        let session = |nth: usize| Session {
            name: nth.to_string(),
            start: None,
            screen: Screen::Logs,
            at: Timestamp::from_secs(0),
            from: Timestamp::from_secs(0),
            window_nanos: 1_000_000_000,
            screens: Vec::new(),
            marks: Vec::new(),
            layout: String::new(),
            story: Some(Story {
                title: "x".repeat(1 << 20),
                steps: Vec::new(),
            }),
        };
        let memory = Memory {
            sessions: (0..8).map(session).collect(),
            ..Memory::default()
        };
        let folder = tempfile::tempdir().unwrap();
        file(&folder).write(&memory).unwrap();
        assert!(
            fs::metadata(folder.path().join("deep/memory.json"))
                .unwrap()
                .len()
                <= MAX_BYTES
        );
        assert_eq!(file(&folder).read().unwrap().sessions.len(), 8);
    }

    #[test]
    fn a_file_that_is_damaged_is_told_and_harms_nothing() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("deep")).unwrap();
        let path = folder.path().join("deep/memory.json");
        for text in ["", "{", "[]", "{\"sessions\":{}}", "\u{0}"] {
            fs::write(&path, text).unwrap();
            let error = format!("{:#}", file(&folder).read().unwrap_err());
            assert!(error.contains("memory.json"), "{error}");
        }
        let odd = r#"{"sessions":[{"name":7},{"name":"x","start":null,"screen":"gone","at":"","from":"",
            "window_secs":1e300,"texts":[]}],"commands":[1,"ok"],"promql":[],"logql":[]}"#;
        fs::write(&path, odd).unwrap();
        let memory = file(&folder).read().unwrap();
        assert_eq!((memory.sessions.len(), memory.commands.len()), (0, 1));
        fs::write(&path, vec![b' '; MAX_BYTES as usize + 10]).unwrap();
        assert!(file(&folder).read().is_err());
    }
}
