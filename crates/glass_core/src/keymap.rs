//! [`Keymap`]: which keys run what, in which context. Read [`Keymap::with_user`] first.
//!
//! The defaults are the registry's; a user's own bindings are laid over them as plain data, whatever file they came
//! from. Keys may follow one another (`g g`). There is no clock here, so a key never waits for another: where one
//! binding's keys are the beginning of another's, the keymap is refused as a [`Clash`].

mod edit;
mod found;

pub use edit::Edit;
pub(crate) use found::Found;

use crate::{COMMANDS, Chord, Command, Screen};
use std::fmt;

/// Where a binding counts. A more special one outranks a more general one with the same keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyContext {
    /// On every screen.
    Global,
    /// Wherever rows are moved through: on every screen, in help and in lists to choose from.
    List,
    /// On one screen.
    Screen(Screen),
    /// Wherever text is typed: queries, filters, times and commands.
    Editor,
}

impl KeyContext {
    /// All of them, the general ones first.
    pub fn all() -> impl Iterator<Item = Self> {
        let screens = Screen::ALL.into_iter().map(Self::Screen);
        [Self::Global, Self::List, Self::Editor]
            .into_iter()
            .chain(screens)
    }

    /// Its name: `global`, `list`, `editor`, or the screen's.
    pub fn name(self) -> String {
        match self {
            Self::Global => "global".to_owned(),
            Self::List => "list".to_owned(),
            Self::Editor => "editor".to_owned(),
            Self::Screen(screen) => screen.slug(),
        }
    }

    /// The context of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::all().find(|context| context.name() == name)
    }

    /// Higher for what is more special.
    fn rank(self) -> u8 {
        match self {
            Self::Global => 0,
            Self::List => 1,
            Self::Screen(_) | Self::Editor => 2,
        }
    }
}

/// What keys do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// They run a command.
    Run(Command),
    /// They edit a text.
    Edit(Edit),
    /// Nothing: a default is given up.
    Nothing,
}

/// Keys, where they count, and what they do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// Where.
    pub context: KeyContext,
    /// One key, or several that follow one another.
    pub keys: Vec<Chord>,
    /// What they do.
    pub action: Action,
}

/// Two bindings that cannot both be reached, or one that cannot be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clash {
    /// The user's binding, by its place in what was given.
    pub nth: usize,
    /// What is wrong, and what to do.
    pub problem: String,
}

/// Keys that were given in one context, with what they run there.
pub(crate) type Bound<T> = (Vec<Chord>, T);

/// Which keys run what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keymap {
    /// For each screen the bindings that count there.
    screens: Vec<(Screen, Vec<Bound<Command>>)>,
    /// In help and in lists to choose from.
    lists: Vec<Bound<Command>>,
    /// Where text is typed; what is not here types as ever.
    editor: Vec<Bound<Option<Edit>>>,
}

impl Default for Keymap {
    fn default() -> Self {
        let all = defaults();
        Self {
            screens: Screen::ALL
                .map(|screen| (screen, commands(&effective(&all, Some(screen)))))
                .to_vec(),
            lists: commands(&effective(&all, None)),
            editor: Vec::new(),
        }
    }
}

/// A binding, and its place among the user's if it is one.
type Row = (Binding, Option<usize>);

fn defaults() -> Vec<Row> {
    let of_spec = |spec: &'static crate::CommandSpec| {
        let contexts = match spec.screens {
            [] => vec![KeyContext::Global],
            screens => screens.iter().map(|screen| KeyContext::Screen(*screen)).collect(),
        };
        contexts.into_iter().flat_map(move |context| {
            spec.keys.iter().map(move |chord| {
                let binding = Binding {
                    context,
                    keys: vec![*chord],
                    action: Action::Run(spec.command),
                };
                (binding, None)
            })
        })
    };
    COMMANDS.iter().flat_map(of_spec).collect()
}

/// What counts on a screen, or in lists above every screen. Of several bindings of the same keys the most special one
/// counts, and the user's before a default; the order of the defaults is kept.
fn effective(all: &[Row], screen: Option<Screen>) -> Vec<&Row> {
    let counts = |row: &&Row| match row.0.context {
        KeyContext::Global | KeyContext::List => true,
        KeyContext::Screen(of) => Some(of) == screen,
        KeyContext::Editor => false,
    };
    let strength = |row: &Row| (row.0.context.rank(), row.1.is_some());
    let all: Vec<&Row> = all.iter().filter(counts).collect();
    let is_best = |row: &&&Row| {
        let rivals = all.iter().filter(|other| other.0.keys == row.0.keys);
        rivals.map(|other| strength(other)).max() <= Some(strength(row))
    };
    all.iter().filter(is_best).copied().collect()
}

/// Without those that were given up.
fn commands(rows: &[&Row]) -> Vec<Bound<Command>> {
    let bound = |row: &&Row| match row.0.action {
        Action::Run(command) => Some((row.0.keys.clone(), command)),
        Action::Edit(_) | Action::Nothing => None,
    };
    rows.iter().filter_map(bound).collect()
}

impl Keymap {
    /// The defaults with a user's bindings over them.
    ///
    /// # Errors
    /// When keys clash, each of the user's bindings at most once.
    pub fn with_user(user: Vec<Binding>) -> Result<Self, Vec<Clash>> {
        let user: Vec<Row> = user
            .into_iter()
            .enumerate()
            .map(|(nth, binding)| (binding, Some(nth)))
            .collect();
        let mut clashes = Vec::new();
        twice(&user, &mut clashes);
        let editor: Vec<Bound<Option<Edit>>> =
            user.iter().filter_map(|row| edit(row, &mut clashes)).collect();
        editor_beginnings(&user, &mut clashes);
        let mut all = user;
        all.extend(defaults());
        // The user's keys stand behind the defaults in lists of keys.
        all.sort_by_key(|row| row.1.is_some());
        let mut screens = Vec::new();
        for screen in Screen::ALL {
            let rows = effective(&all, Some(screen));
            beginnings(&rows, Some(screen), &mut clashes);
            screens.push((screen, commands(&rows)));
        }
        if !clashes.is_empty() {
            clashes.sort_by_key(|clash| clash.nth);
            clashes.dedup_by_key(|clash| clash.nth);
            return Err(clashes);
        }
        Ok(Self {
            screens,
            lists: commands(&effective(&all, None)),
            editor,
        })
    }

    /// The keys of a command on a screen, each as help shows it; the one to show first leads.
    pub fn keys_of(&self, command: Command, screen: Screen) -> Vec<String> {
        let of_command = |(keys, bound): &Bound<Command>| (*bound == command).then(|| keys_text(keys));
        self.on(screen).iter().filter_map(of_command).collect()
    }

    /// The same as one text; empty for a command without keys.
    pub(crate) fn keys_text(&self, command: Command, screen: Screen) -> String {
        let gap = if self.has_sequences() { "  " } else { " " };
        self.keys_of(command, screen).join(gap)
    }

    /// The key of a command to show first; empty if it has none.
    pub(crate) fn first_key(&self, command: Command, screen: Screen) -> String {
        self.keys_of(command, screen)
            .into_iter()
            .next()
            .unwrap_or_default()
    }

    fn has_sequences(&self) -> bool {
        self.screens
            .iter()
            .any(|(_, bound)| bound.iter().any(|(keys, _)| keys.len() > 1))
    }

    pub(crate) fn on(&self, screen: Screen) -> &[Bound<Command>] {
        let found = self.screens.iter().find(|(of, _)| *of == screen);
        found.map_or(&[], |(_, bound)| bound)
    }
}

/// Keys as help shows them: `g g`.
pub(crate) fn keys_text(keys: &[Chord]) -> String {
    keys.iter().map(Chord::to_string).collect::<Vec<_>>().join(" ")
}

/// Keys that a user gave twice in one context, spelt differently.
fn twice(user: &[Row], clashes: &mut Vec<Clash>) {
    for (i, (binding, _)) in user.iter().enumerate() {
        let is_same = |(other, _): &&Row| other.keys == binding.keys && other.context == binding.context;
        if let Some((other, _)) = user.iter().take(i).find(is_same) {
            clashes.push(Clash {
                nth: i,
                problem: format!("the same keys already run {}", Told(other.action)),
            });
        }
    }
}

/// On a screen, keys with which others begin.
fn beginnings(rows: &[&Row], screen: Option<Screen>, clashes: &mut Vec<Clash>) {
    let runs = |row: &&&Row| row.0.action != Action::Nothing;
    for longer in rows.iter().filter(runs).filter(|row| row.0.keys.len() > 1) {
        let is_beginning = |short: &&&Row| {
            short.0.keys.len() < longer.0.keys.len() && longer.0.keys.starts_with(&short.0.keys)
        };
        let Some(shorter) = rows.iter().filter(runs).find(is_beginning) else {
            continue;
        };
        let Some(nth) = longer.1.or(shorter.1) else {
            continue;
        };
        let on = screen.map_or(String::new(), |screen| format!(" on {}", screen.title()));
        clashes.push(Clash {
            nth,
            problem: format!(
                "`{}` alone runs {}{on}, so `{}` is never reached; give it up with \"{}\" = \"none\" in [{}]",
                keys_text(&shorter.0.keys),
                Told(shorter.0.action),
                keys_text(&longer.0.keys),
                spelt(&shorter.0.keys),
                shorter.0.context.name(),
            ),
        });
    }
}

/// The same where text is typed.
fn editor_beginnings(user: &[Row], clashes: &mut Vec<Clash>) {
    let rows: Vec<&Row> = user
        .iter()
        .filter(|row| row.0.context == KeyContext::Editor)
        .collect();
    beginnings(&rows, None, clashes);
}

/// A user's binding where text is typed; keys that type must go on typing.
fn edit(row: &Row, clashes: &mut Vec<Clash>) -> Option<Bound<Option<Edit>>> {
    let (binding, nth) = row;
    if binding.context != KeyContext::Editor {
        return None;
    }
    if binding.keys.first().is_some_and(|chord| chord.types()) {
        clashes.push(Clash {
            nth: nth.unwrap_or(0),
            problem: "a character types itself here; begin with control or a named key such as `up`"
                .to_owned(),
        });
        return None;
    }
    match binding.action {
        Action::Edit(edit) => Some((binding.keys.clone(), Some(edit))),
        Action::Nothing => Some((binding.keys.clone(), None)),
        Action::Run(_) => None,
    }
}

/// Keys as a file spells them.
fn spelt(keys: &[Chord]) -> String {
    keys.iter()
        .map(|chord| chord.spelt())
        .collect::<Vec<_>>()
        .join(" ")
}

/// An action's name.
struct Told(Action);

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Action::Run(command) => f.write_str(command.spec().id),
            Action::Edit(edit) => f.write_str(edit.id()),
            Action::Nothing => f.write_str("nothing"),
        }
    }
}

#[cfg(test)]
mod tests;
