//! The one registry of commands: what they are called, what they do, and which keys run them. Help, palette,
//! hints and `docs/keys.md` are derived from [`COMMANDS`]; tests refuse two commands on one key.

mod registry;

pub use registry::COMMANDS;

use crate::{Chord, Preset};

/// A screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Screen {
    /// What is wrong now.
    #[default]
    Overview,
    /// One metric.
    Metrics,
    /// Log lines.
    Logs,
    /// Alerts.
    Alerts,
    /// Changes.
    Changes,
    /// The incident's text.
    Incidents,
    /// All that happened.
    Timeline,
    /// Grafana's dashboards.
    Dashboards,
    /// What can be opened: live clouds and recordings.
    Clouds,
}

impl Screen {
    /// All screens, in the order of their keys.
    pub const ALL: [Self; 9] = [
        Self::Overview,
        Self::Metrics,
        Self::Logs,
        Self::Alerts,
        Self::Changes,
        Self::Incidents,
        Self::Timeline,
        Self::Dashboards,
        Self::Clouds,
    ];

    /// Its title.
    pub fn title(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Metrics => "Metrics",
            Self::Logs => "Logs",
            Self::Alerts => "Alerts",
            Self::Changes => "Changes",
            Self::Incidents => "Incidents",
            Self::Timeline => "Timeline",
            Self::Dashboards => "Dashboards",
            Self::Clouds => "Clouds",
        }
    }

    /// The same where there is little room.
    pub fn short_title(self) -> &'static str {
        match self {
            Self::Incidents => "Incid",
            Self::Timeline => "Time",
            Self::Dashboards => "Dash",
            other => other.title(),
        }
    }

    /// Its name in addresses.
    pub fn slug(self) -> String {
        self.title().to_ascii_lowercase()
    }

    /// The screen of that name.
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|screen| screen.slug() == slug)
    }
}

/// Something a user can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the registry below says what each one does")]
pub enum Command {
    PlayPause,
    StepBack,
    StepForward,
    Slower,
    Faster,
    SeekEnd,
    SeekStart,
    SeekTo,
    NextAlert,
    PreviousAlert,
    NextChange,
    PreviousChange,
    NextError,
    PreviousError,
    NextIncident,
    PreviousIncident,
    ZoomIn,
    ZoomOut,
    ZoomReset,
    SelectRange,
    ClearRange,
    ZoomToRange,
    ToggleLoop,
    SkipQuiet,
    ToggleMark,
    NameMark,
    NextMark,
    PreviousMark,
    Show(Screen),
    NextPane,
    PreviousPane,
    Up,
    Down,
    Left,
    Right,
    PageUp,
    PageDown,
    Top,
    Bottom,
    Open,
    Back,
    FullScreen,
    Split,
    NextTile,
    CloseTile,
    Arrange(Preset),
    ToggleTree,
    ShowStory,
    NextStep,
    PreviousStep,
    AddStep,
    NameStep,
    NoteStep,
    RetakeStep,
    StepEarlier,
    StepLater,
    RemoveStep,
    UndoStory,
    NameStory,
    ToggleDetails,
    Query,
    Filter,
    InvertFilter,
    CycleLevel,
    Search,
    NextHit,
    PreviousHit,
    LogContext,
    LogContextAll,
    LogPatterns,
    LogColumns,
    FoldOut,
    WrapLines,
    ToggleRate,
    AddQuery,
    NextQuery,
    CycleDrawing,
    ShowValues,
    ToggleEvents,
    Related,
    ShowRules,
    SortLegend,
    ReverseLegend,
    Explain,
    ToggleFiles,
    DiffLayout,
    Refresh,
    NextTime,
    PreviousTime,
    ChooseVariable,
    HistoryBack,
    HistoryForward,
    CopyLine,
    CopyAddress,
    CopyImage,
    ExportScreen,
    ExportGraph,
    ExportStory,
    Present,
    SpeakerNotes,
    Settings,
    NextSession,
    CompareSessions,
    CloseSession,
    Palette,
    Help,
    Tour,
    Theme,
    ToggleMouse,
    Suspend,
    Quit,
}

/// Where a command belongs in help.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Group {
    /// Moving through time.
    Time,
    /// Jumping to what happened.
    Jump,
    /// Choosing screens and panes.
    Screens,
    /// Moving inside a list or graph.
    Move,
    /// What a screen shows.
    Look,
    /// A walk through a recording.
    Story,
    /// The program.
    Program,
}

impl Group {
    /// All groups, in help's order.
    pub const ALL: [Self; 7] = [
        Self::Time,
        Self::Jump,
        Self::Screens,
        Self::Move,
        Self::Look,
        Self::Story,
        Self::Program,
    ];

    /// Its title.
    pub fn title(self) -> &'static str {
        match self {
            Self::Time => "Time",
            Self::Jump => "Jump",
            Self::Screens => "Screens",
            Self::Move => "Move",
            Self::Look => "Look",
            Self::Story => "Story",
            Self::Program => "Program",
        }
    }
}

/// What the registry says of a command.
#[derive(Clone, Copy, Debug)]
pub struct CommandSpec {
    /// The command.
    pub command: Command,
    /// Its name, stable: `time.play-pause`.
    pub id: &'static str,
    /// Its title, sentence case.
    pub title: &'static str,
    /// One line on what it does.
    pub doc: &'static str,
    /// The keys that run it, the one to show first.
    pub keys: &'static [Chord],
    /// Where it belongs.
    pub group: Group,
    /// On which screens it is available; empty for all.
    pub screens: &'static [Screen],
    /// The front-end that it is for; `None` for both.
    pub face: Option<Face>,
}

/// A front-end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Face {
    /// Cells in a terminal.
    #[default]
    Terminal,
    /// A window on a desktop.
    Window,
}

impl Command {
    /// What the registry says of it.
    pub fn spec(self) -> &'static CommandSpec {
        COMMANDS
            .iter()
            .find(|spec| spec.command == self)
            .unwrap_or(&COMMANDS[COMMANDS.len() - 1])
    }
}

impl CommandSpec {
    /// Whether it can be run on a screen.
    pub fn is_available_on(&self, screen: Screen) -> bool {
        self.screens.is_empty() || self.screens.contains(&screen)
    }

    /// Whether a front-end has it.
    pub fn is_for(&self, face: Face) -> bool {
        self.face.is_none_or(|only| only == face)
    }

    /// Its keys as help shows them.
    pub fn keys_text(&self) -> String {
        self.keys
            .iter()
            .map(Chord::to_string)
            .collect::<Vec<_>>()
            .join(" ")
    }
}

/// `docs/keys.md`, from the registry.
pub fn keys_markdown() -> String {
    let mut text = String::from(
        "# Keys\n\nMade from the command registry in `crates/glass_core/src/command/registry.rs`; a test refuses a stale copy.\n",
    );
    for group in Group::ALL {
        text.push_str(&format!(
            "\n## {}\n\n| key | command | what it does | name |\n| --- | --- | --- | --- |\n",
            group.title()
        ));
        for spec in COMMANDS.iter().filter(|spec| spec.group == group) {
            let screens: Vec<_> = spec.screens.iter().map(|screen| screen.title()).collect();
            let on = match (spec.face, screens.is_empty()) {
                (Some(Face::Terminal), _) => " (terminal)".to_owned(),
                (Some(Face::Window), _) => " (window)".to_owned(),
                (None, true) => String::new(),
                (None, false) => format!(" ({})", screens.join(", ")),
            };
            text.push_str(&format!(
                "| `{}` | {} | {}{on} | `{}` |\n",
                spec.keys_text(),
                spec.title,
                spec.doc,
                spec.id
            ));
        }
    }
    text.push_str(OWN_KEYS);
    for edit in crate::Edit::ALL {
        text.push_str(&format!("| `{}` | `{}` |\n", edit.chord(), edit.id()));
    }
    text
}

/// How users give keys of their own.
const OWN_KEYS: &str = r#"
## Keys of your own

They stand in `keys.toml` of your configuration folder, or of the folder `GLASSHOUSE_CONFIG` names, and are laid over the ones above; `glasshouse config` says where that is and what is wrong with it.
Each table is a context: `[global]` counts on every screen; `[list]` wherever rows are moved through, also in help; a screen's name (`[overview]`, `[metrics]`, `[logs]` …) on that screen alone; `[editor]` where text is typed.
A screen's key outranks one of `[list]`, which outranks one of `[global]`.

```toml
[global]
"g" = "none"             # given up, so that other keys may begin with it
"g g" = "move.top"       # keys that follow one another, with spaces between
"g e" = "move.bottom"
"ctrl-p" = "program.palette"

[logs]
"space" = "none"
"space f" = "pane.full-screen"
"space l" = "look.level"

[editor]
"ctrl-j" = "edit.next"
"ctrl-k" = "edit.previous"
```

A key is a character (`G` is shift and g), or a name: `space`, `enter`, `esc`, `tab`, `shift-tab`, `backspace`, `delete`, `up`, `down`, `left`, `right`, `home`, `end`, `pgup`, `pgdn`, `plus`, `minus`, `caret`; with control it is `ctrl-d` or `^d`.
After the first key of a sequence the bottom line shows what was pressed and how it can go on; `esc` gives it up.
No key waits for another: a key that runs something and also begins a sequence is refused when the file is read, and so are the same keys twice. A file with a mistake is left out as a whole, and the mistake is shown.

Where text is typed:

| key | name |
| --- | --- |
"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_commands_share_a_key_on_a_screen() {
        for screen in Screen::ALL {
            let mut seen = std::collections::HashMap::new();
            for spec in COMMANDS.iter().filter(|spec| spec.is_available_on(screen)) {
                for chord in spec.keys {
                    let earlier = seen.insert(*chord, spec.id);
                    assert_eq!(
                        earlier,
                        None,
                        "{chord} runs {} too, on {}",
                        spec.id,
                        screen.title()
                    );
                }
            }
        }
    }

    #[test]
    fn ids_are_unique_and_every_command_is_registered_once() {
        let mut ids: Vec<_> = COMMANDS.iter().map(|spec| spec.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), COMMANDS.len());
        for spec in COMMANDS {
            assert_eq!(spec.command.spec().id, spec.id);
        }
    }

    #[test]
    fn the_key_table_in_docs_is_current() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/keys.md");
        let written = std::fs::read_to_string(path).unwrap_or_default();
        if written != keys_markdown() && std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(path, keys_markdown()).unwrap();
            return;
        }
        assert!(
            written == keys_markdown(),
            "docs/keys.md is stale; run the tests once with UPDATE_DOCS=1"
        );
    }
}
