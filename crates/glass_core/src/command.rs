//! The one registry of commands: what they are called, what they do, and which keys run them. Help, palette,
//! hints and `docs/keys.md` are derived from [`COMMANDS`]; tests refuse two commands on one key.

use crate::{Chord, Key};

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
    /// What can be opened: live clouds and recordings.
    Clouds,
}

impl Screen {
    /// All screens, in the order of their keys.
    pub const ALL: [Self; 7] = [
        Self::Overview,
        Self::Metrics,
        Self::Logs,
        Self::Alerts,
        Self::Changes,
        Self::Incidents,
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
            Self::Clouds => "Clouds",
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
    Query,
    Filter,
    InvertFilter,
    CycleLevel,
    ToggleRate,
    ToggleFiles,
    Refresh,
    HistoryBack,
    HistoryForward,
    CopyLine,
    CopyAddress,
    Palette,
    Help,
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
    /// The program.
    Program,
}

impl Group {
    /// All groups, in help's order.
    pub const ALL: [Self; 6] = [
        Self::Time,
        Self::Jump,
        Self::Screens,
        Self::Move,
        Self::Look,
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
}

const fn spec(
    command: Command,
    group: Group,
    id: &'static str,
    title: &'static str,
    doc: &'static str,
    keys: &'static [Chord],
) -> CommandSpec {
    CommandSpec {
        command,
        id,
        title,
        doc,
        keys,
        group,
        screens: &[],
    }
}

const fn only(mut spec: CommandSpec, screens: &'static [Screen]) -> CommandSpec {
    spec.screens = screens;
    spec
}

const fn c(c: char) -> Chord {
    Chord::char(c)
}

const fn k(key: Key) -> Chord {
    Chord::key(key)
}

use Command as C;
use Group as G;

/// All commands, in help's order.
pub const COMMANDS: &[CommandSpec] = &[
    spec(
        C::PlayPause,
        G::Time,
        "time.play-pause",
        "Play or pause",
        "lets time run, or stops it",
        &[c(' ')],
    ),
    spec(
        C::StepForward,
        G::Time,
        "time.step-forward",
        "Step forward",
        "one step later",
        &[c('.')],
    ),
    spec(
        C::StepBack,
        G::Time,
        "time.step-back",
        "Step back",
        "one step earlier",
        &[c(',')],
    ),
    spec(
        C::Faster,
        G::Time,
        "time.faster",
        "Faster",
        "the next higher speed",
        &[c('>')],
    ),
    spec(
        C::Slower,
        G::Time,
        "time.slower",
        "Slower",
        "the next lower speed",
        &[c('<')],
    ),
    spec(
        C::SeekTo,
        G::Time,
        "time.seek",
        "Go to time…",
        "type 03:41, +90s, -5m or a full time",
        &[c('t')],
    ),
    spec(
        C::SeekEnd,
        G::Time,
        "time.end",
        "Go to the end",
        "the recording's last moment; live: now",
        &[c('0')],
    ),
    spec(
        C::SeekStart,
        G::Time,
        "time.start",
        "Go to the start",
        "the recording's first moment",
        &[c('^')],
    ),
    spec(
        C::ZoomIn,
        G::Time,
        "time.zoom-in",
        "Zoom in",
        "a shorter window of time",
        &[c('+'), c('=')],
    ),
    spec(
        C::ZoomOut,
        G::Time,
        "time.zoom-out",
        "Zoom out",
        "a longer window of time",
        &[c('-')],
    ),
    spec(
        C::NextAlert,
        G::Jump,
        "jump.next-alert",
        "Next alert",
        "where the next alert fires",
        &[c('a')],
    ),
    spec(
        C::PreviousAlert,
        G::Jump,
        "jump.previous-alert",
        "Previous alert",
        "where an alert fired before",
        &[c('A')],
    ),
    spec(
        C::NextChange,
        G::Jump,
        "jump.next-change",
        "Next change",
        "the next commit",
        &[c('c')],
    ),
    spec(
        C::PreviousChange,
        G::Jump,
        "jump.previous-change",
        "Previous change",
        "the commit before",
        &[c('C')],
    ),
    spec(
        C::NextError,
        G::Jump,
        "jump.next-error",
        "Next error",
        "where errors begin to be logged",
        &[c('e')],
    ),
    spec(
        C::PreviousError,
        G::Jump,
        "jump.previous-error",
        "Previous error",
        "where errors began before",
        &[c('E')],
    ),
    spec(
        C::NextIncident,
        G::Jump,
        "jump.next-incident",
        "Next incident event",
        "the next word on the incident",
        &[c('i')],
    ),
    spec(
        C::PreviousIncident,
        G::Jump,
        "jump.previous-incident",
        "Previous incident event",
        "the word before",
        &[c('I')],
    ),
    spec(
        C::Show(Screen::Overview),
        G::Screens,
        "screen.overview",
        "Overview",
        "what is wrong now",
        &[c('1')],
    ),
    spec(
        C::Show(Screen::Metrics),
        G::Screens,
        "screen.metrics",
        "Metrics",
        "pick a metric and see its graph",
        &[c('2')],
    ),
    spec(
        C::Show(Screen::Logs),
        G::Screens,
        "screen.logs",
        "Logs",
        "log lines at the playhead",
        &[c('3')],
    ),
    spec(
        C::Show(Screen::Alerts),
        G::Screens,
        "screen.alerts",
        "Alerts",
        "what fires, and what fired",
        &[c('4')],
    ),
    spec(
        C::Show(Screen::Changes),
        G::Screens,
        "screen.changes",
        "Changes",
        "commits, their patches, and files",
        &[c('5')],
    ),
    spec(
        C::Show(Screen::Incidents),
        G::Screens,
        "screen.incidents",
        "Incidents",
        "what people said",
        &[c('6')],
    ),
    spec(
        C::Show(Screen::Clouds),
        G::Screens,
        "screen.clouds",
        "Clouds",
        "live clouds and recordings to open",
        &[c('9')],
    ),
    spec(
        C::NextPane,
        G::Screens,
        "pane.next",
        "Next pane",
        "sends keys to the next pane",
        &[k(Key::Tab)],
    ),
    spec(
        C::PreviousPane,
        G::Screens,
        "pane.previous",
        "Previous pane",
        "sends keys to the pane before",
        &[k(Key::BackTab)],
    ),
    spec(
        C::Open,
        G::Screens,
        "pane.open",
        "Open",
        "details of the chosen thing",
        &[k(Key::Enter)],
    ),
    spec(
        C::Back,
        G::Screens,
        "pane.back",
        "Back",
        "one level up; never quits",
        &[k(Key::Esc)],
    ),
    spec(
        C::FullScreen,
        G::Screens,
        "pane.full-screen",
        "Full screen",
        "only the pane that has the keys",
        &[c('f')],
    ),
    spec(
        C::HistoryBack,
        G::Screens,
        "history.back",
        "Back in history",
        "the screen and moment before the last jump",
        &[c('[')],
    ),
    spec(
        C::HistoryForward,
        G::Screens,
        "history.forward",
        "Forward in history",
        "undoes going back",
        &[c(']')],
    ),
    spec(
        C::Up,
        G::Move,
        "move.up",
        "Up",
        "one row up",
        &[c('k'), k(Key::Up)],
    ),
    spec(
        C::Down,
        G::Move,
        "move.down",
        "Down",
        "one row down",
        &[c('j'), k(Key::Down)],
    ),
    spec(
        C::Left,
        G::Move,
        "move.left",
        "Left",
        "moves the cursor on graphs to the left",
        &[c('h'), k(Key::Left)],
    ),
    spec(
        C::Right,
        G::Move,
        "move.right",
        "Right",
        "moves the cursor on graphs to the right",
        &[c('l'), k(Key::Right)],
    ),
    spec(
        C::PageUp,
        G::Move,
        "move.page-up",
        "Half a page up",
        "many rows up",
        &[Chord::ctrl('u'), k(Key::PageUp)],
    ),
    spec(
        C::PageDown,
        G::Move,
        "move.page-down",
        "Half a page down",
        "many rows down",
        &[Chord::ctrl('d'), k(Key::PageDown)],
    ),
    spec(
        C::Top,
        G::Move,
        "move.top",
        "Top",
        "the first row",
        &[c('g'), k(Key::Home)],
    ),
    spec(
        C::Bottom,
        G::Move,
        "move.bottom",
        "Bottom",
        "the last row",
        &[c('G'), k(Key::End)],
    ),
    only(
        spec(
            C::Query,
            G::Look,
            "look.query",
            "Query…",
            "ask the metrics in PromQL, the logs in LogQL",
            &[c('p')],
        ),
        &[Screen::Metrics, Screen::Logs],
    ),
    only(
        spec(
            C::Filter,
            G::Look,
            "look.filter",
            "Filter…",
            "keep rows with a text; logs also LogQL: {…",
            &[c('/')],
        ),
        &[Screen::Metrics, Screen::Logs, Screen::Clouds],
    ),
    only(
        spec(
            C::InvertFilter,
            G::Look,
            "look.invert",
            "Turn the filter round",
            "keep lines without the text",
            &[c('!')],
        ),
        &[Screen::Logs],
    ),
    only(
        spec(
            C::CycleLevel,
            G::Look,
            "look.level",
            "Level",
            "all lines, warnings, or errors only",
            &[c('v')],
        ),
        &[Screen::Logs],
    ),
    only(
        spec(
            C::ToggleRate,
            G::Look,
            "look.rate",
            "Per second",
            "growth per second, or the samples themselves",
            &[c('r')],
        ),
        &[Screen::Metrics],
    ),
    only(
        spec(
            C::ToggleFiles,
            G::Look,
            "look.files",
            "Files",
            "the repository's files at this moment",
            &[c('F')],
        ),
        &[Screen::Changes],
    ),
    only(
        spec(
            C::Refresh,
            G::Look,
            "look.refresh",
            "Ask again",
            "asks every cloud how it stands",
            &[c('r')],
        ),
        &[Screen::Clouds],
    ),
    spec(
        C::CopyLine,
        G::Look,
        "copy.line",
        "Copy line",
        "the chosen row, to the clipboard",
        &[c('y')],
    ),
    spec(
        C::CopyAddress,
        G::Look,
        "copy.address",
        "Copy address",
        "this view at this moment, for `:` to open",
        &[c('Y')],
    ),
    spec(
        C::Palette,
        G::Program,
        "program.palette",
        "Commands…",
        "everything by name; also takes times",
        &[c(':')],
    ),
    spec(C::Help, G::Program, "program.help", "Help", "all keys", &[c('?')]),
    spec(
        C::Quit,
        G::Program,
        "program.quit",
        "Quit",
        "leaves the program",
        &[c('q'), Chord::ctrl('c')],
    ),
];

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

    /// Its keys as help shows them.
    pub fn keys_text(&self) -> String {
        self.keys
            .iter()
            .map(Chord::to_string)
            .collect::<Vec<_>>()
            .join(" ")
    }
}

/// The command a key runs on a screen, if any.
pub fn command_of(chord: Chord, screen: Screen) -> Option<Command> {
    COMMANDS
        .iter()
        .find(|spec| spec.is_available_on(screen) && spec.keys.contains(&chord))
        .map(|spec| spec.command)
}

/// `docs/keys.md`, from the registry.
pub fn keys_markdown() -> String {
    let mut text = String::from(
        "# Keys\n\nMade from the command registry in `crates/glass_core/src/command.rs`; a test refuses a stale copy.\n",
    );
    for group in Group::ALL {
        text.push_str(&format!(
            "\n## {}\n\n| key | command | what it does |\n| --- | --- | --- |\n",
            group.title()
        ));
        for spec in COMMANDS.iter().filter(|spec| spec.group == group) {
            let screens: Vec<_> = spec.screens.iter().map(|screen| screen.title()).collect();
            let on = if screens.is_empty() {
                String::new()
            } else {
                format!(" ({})", screens.join(", "))
            };
            text.push_str(&format!(
                "| `{}` | {} | {}{on} |\n",
                spec.keys_text(),
                spec.title,
                spec.doc
            ));
        }
    }
    text
}

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
