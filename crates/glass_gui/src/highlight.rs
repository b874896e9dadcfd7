//! Colours of code: [`Highlighter`] finds what the pieces of a line are, on a thread of its own, so that drawing never
//! waits for it: a line is plain until it is known.
//!
//! Every line is read for itself, as if it were the first of its file: a patch shows pieces of files, and what a line
//! looks like must not depend on how far one has scrolled.

use egui::{Context, Id};
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use syntect::parsing::{ParseState, Scope, ScopeStack, SyntaxReference, SyntaxSet};

/// Longer lines stay plain: they are data, and cost more than they tell.
const MAX_BYTES: usize = 1_000;
/// So many lines are kept; then all are forgotten.
const MAX_LINES: usize = 20_000;

/// What a piece of code is, for its colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Ink {
    /// Nothing in particular.
    #[default]
    Plain,
    /// For readers.
    Comment,
    /// Part of the language.
    Keyword,
    /// A text.
    Text,
    /// A number, a constant.
    Number,
    /// A function, a command.
    Function,
    /// A type, a key, a tag.
    Name,
}

/// The pieces of a line that are something in particular, by their bytes.
pub type Pieces = Arc<[(Range<usize>, Ink)]>;

/// The beginning of what a scope is called, and what that is; the innermost that is known counts.
const INKS: [(&str, Ink); 19] = [
    ("comment", Ink::Comment),
    ("punctuation.definition.comment", Ink::Comment),
    ("string", Ink::Text),
    ("punctuation.definition.string", Ink::Text),
    ("constant", Ink::Number),
    ("entity.name.tag", Ink::Name),
    ("entity.name.function", Ink::Function),
    ("entity.name", Ink::Name),
    ("entity.other", Ink::Name),
    ("support.function", Ink::Function),
    ("support.type", Ink::Name),
    ("variable.function", Ink::Function),
    ("variable.parameter", Ink::Plain),
    ("meta.mapping.key", Ink::Name),
    ("storage", Ink::Keyword),
    ("keyword.operator", Ink::Plain),
    ("keyword", Ink::Keyword),
    ("variable.language", Ink::Keyword),
    ("support.constant", Ink::Number),
];

/// A line and the language it is in.
type Line = (&'static str, String);

/// Knows lines, and has unknown ones looked at.
#[derive(Clone, Debug)]
pub struct Highlighter {
    known: Arc<Mutex<Known>>,
    wanted: Sender<Line>,
}

#[derive(Debug, Default)]
struct Known {
    lines: HashMap<Line, Pieces>,
    /// Lines that are under way.
    open: HashSet<Line>,
}

impl Highlighter {
    /// The one of a window.
    pub fn of(context: &Context) -> Self {
        let id = Id::unique("highlighter");
        if let Some(found) = context.data(|data| data.get_temp::<Self>(id)) {
            return found;
        }
        let new = Self::start(context);
        context.data_mut(|data| data.insert_temp(id, new.clone()));
        new
    }

    fn start(context: &Context) -> Self {
        let (wanted, lines) = channel();
        let known = Arc::new(Mutex::new(Known::default()));
        let (answers, context) = (Arc::downgrade(&known), context.clone());
        let thread = std::thread::Builder::new().name("highlight".to_owned());
        // Without a thread all code stays plain.
        thread
            .spawn(move || {
                let languages = Languages::new();
                while let Ok(line) = lines.recv() {
                    let Some(known) = answers.upgrade() else { return };
                    take(&known, &languages, line, &lines);
                    context.request_repaint();
                }
            })
            .ok();
        Self { known, wanted }
    }

    /// What the pieces of a line of a file are, as far as it is known; it will be soon.
    pub fn pieces(&self, file: &str, text: &str) -> Option<Pieces> {
        let language = language_of(file)?;
        if text.len() > MAX_BYTES || text.trim().is_empty() {
            return None;
        }
        let line = (language, text.to_owned());
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pieces) = known.lines.get(&line) {
            return Some(pieces.clone());
        }
        if known.open.len() < MAX_LINES && known.open.insert(line.clone()) {
            self.wanted.send(line).ok();
        }
        None
    }

    /// Whether lines are under way.
    pub fn is_busy(&self) -> bool {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        !known.open.is_empty()
    }
}

/// Looks at a line and at all others that wait, so that one picture shows them together.
fn take(known: &Mutex<Known>, languages: &Languages, first: Line, lines: &Receiver<Line>) {
    for line in std::iter::once(first).chain(lines.try_iter()) {
        let pieces = languages.pieces(line.0, &line.1);
        let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
        known.open.remove(&line);
        if known.lines.len() >= MAX_LINES {
            known.lines.clear();
        }
        known.lines.insert(line, pieces.into());
    }
}

/// The language of a file, by its name, as the ending that syntect knows it by; `None` for plain text.
fn language_of(file: &str) -> Option<&'static str> {
    let name = file.rsplit('/').next().unwrap_or(file).to_ascii_lowercase();
    // A template is mostly what it makes.
    let name = [".j2", ".tpl", ".tmpl", ".erb", ".in"]
        .iter()
        .find_map(|end| name.strip_suffix(end))
        .unwrap_or(&name);
    match name {
        "dockerfile" | "containerfile" | "justfile" => return Some("sh"),
        "makefile" | "gnumakefile" => return Some("Makefile"),
        "gemfile" | "rakefile" | "vagrantfile" => return Some("rb"),
        _ => {}
    }
    Some(match name.rsplit_once('.')?.1 {
        "yaml" | "yml" => "yaml",
        "json" | "jsonnet" | "libsonnet" => "json",
        "sh" | "bash" | "zsh" | "env" => "sh",
        "rb" => "rb",
        "py" | "pyi" | "bzl" => "py",
        "go" => "go",
        "rs" => "rs",
        // Neither TOML nor Nix is among syntect's languages; of those it has, these are the nearest.
        "toml" | "ini" | "cfg" | "conf" | "properties" | "service" | "timer" | "socket" => "properties",
        "nix" => "hs",
        "js" | "mjs" | "ts" | "tsx" | "jsx" => "js",
        "html" | "htm" => "html",
        "xml" | "svg" => "xml",
        "css" | "scss" => "css",
        "md" => "md",
        "sql" => "sql",
        "lua" => "lua",
        "java" | "kt" => "java",
        "c" | "h" => "c",
        "cpp" | "cc" | "hpp" => "cpp",
        "pl" | "pm" => "pl",
        "php" => "php",
        _ => return None,
    })
}

/// The languages that are known.
struct Languages {
    all: SyntaxSet,
    inks: Vec<(Scope, Ink)>,
}

impl Languages {
    fn new() -> Self {
        let mut inks: Vec<(&str, Ink)> = INKS.to_vec();
        // The longer name says more.
        inks.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
        let inks = inks
            .into_iter()
            .filter_map(|(name, ink)| Some((Scope::new(name).ok()?, ink)))
            .collect();
        Self {
            all: SyntaxSet::load_defaults_newlines(),
            inks,
        }
    }

    fn find(&self, ending: &str) -> Option<&SyntaxReference> {
        self.all.find_syntax_by_extension(ending)
    }

    /// The pieces of a line that have a colour, in their order.
    fn pieces(&self, ending: &str, text: &str) -> Vec<(Range<usize>, Ink)> {
        let Some(language) = self.find(ending) else {
            return Vec::new();
        };
        let mut state = ParseState::new(language);
        let mut stack = ScopeStack::new();
        // A key of JSON is one inside of an object alone.
        if ending == "json"
            && let Ok(steps) = state.parse_line("{\n", &self.all)
        {
            steps.iter().for_each(|(_, step)| _ = stack.apply(step));
        }
        let Ok(steps) = state.parse_line(&format!("{text}\n"), &self.all) else {
            return Vec::new();
        };
        let mut pieces: Vec<(Range<usize>, Ink)> = Vec::new();
        let mut start = 0;
        for (at, step) in &steps {
            let at = (*at).min(text.len());
            self.add(&mut pieces, start..at, &stack);
            start = at;
            // Steps that do not fit come from a faulty language; the rest of the line stays as it is.
            if stack.apply(step).is_err() {
                break;
            }
        }
        self.add(&mut pieces, start..text.len(), &stack);
        pieces
    }

    fn add(&self, pieces: &mut Vec<(Range<usize>, Ink)>, range: Range<usize>, stack: &ScopeStack) {
        let ink = self.ink(stack);
        if range.is_empty() || ink == Ink::Plain {
            return;
        }
        match pieces.last_mut() {
            Some((last, same)) if *same == ink && last.end == range.start => last.end = range.end,
            _ => pieces.push((range, ink)),
        }
    }

    fn ink(&self, stack: &ScopeStack) -> Ink {
        let of = |scope: &Scope| {
            let known = self.inks.iter().find(|(name, _)| name.is_prefix_of(*scope));
            known.map(|(_, ink)| *ink)
        };
        stack.scopes.iter().rev().find_map(of).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_of_code_are_known_by_the_files_name() {
        let languages = Languages::new();
        let check = |file: &str, text: &str, expected: &[(&str, Ink)]| {
            let ending = language_of(file).unwrap_or_default();
            assert!(languages.find(ending).is_some(), "{file} is {ending:?}");
            let pieces = languages.pieces(ending, text);
            for (piece, ink) in expected {
                let found = pieces
                    .iter()
                    .find(|(range, _)| text[range.clone()].contains(piece));
                assert_eq!(
                    found.map(|(_, ink)| *ink),
                    Some(*ink),
                    "{piece:?} of {text:?}: {pieces:?}"
                );
            }
        };
        check(
            "a/pool.yaml",
            "  name: \"few\" # why",
            &[("name", Ink::Name), ("few", Ink::Text), ("why", Ink::Comment)],
        );
        check("x.json", "  \"size\": 64,", &[("64", Ink::Number)]);
        check(
            "run.sh",
            "if true; then echo 'x'; fi",
            &[("if", Ink::Keyword), ("x", Ink::Text)],
        );
        check(
            "lib.rs",
            "pub fn ask() -> u32 { 1 }",
            &[("fn", Ink::Keyword), ("ask", Ink::Function)],
        );
        check(
            "x.py",
            "def ask(): # why",
            &[("def", Ink::Keyword), ("why", Ink::Comment)],
        );
        check(
            "x.rb",
            "def ask(x) 'y' end",
            &[("def", Ink::Keyword), ("y", Ink::Text)],
        );
        check(
            "x.go",
            "return 1 // why",
            &[("return", Ink::Keyword), ("why", Ink::Comment)],
        );
        check("Cargo.toml", "# why", &[("why", Ink::Comment)]);
        check("flake.nix", "  x = \"y\";", &[("y", Ink::Text)]);
        check("Makefile", "all: one # why", &[("why", Ink::Comment)]);
        for plain in ["LICENSE", "x.unheard-of", ""] {
            assert_eq!(language_of(plain), None);
        }
    }

    #[test]
    fn no_piece_is_outside_of_its_line() {
        let languages = Languages::new();
        for text in [
            "\"é: {[",
            "```",
            "'''",
            "<é a=\"",
            "$(( ${x:-`",
            "日本: [語, \"",
            "{{ .x }}",
        ] {
            for ending in ["yaml", "json", "sh", "rb", "rs", "py", "go", "md", "html", "hs"] {
                for (range, _) in languages.pieces(ending, text) {
                    assert!(
                        text.get(range.clone()).is_some(),
                        "{range:?} of {text:?} in {ending}"
                    );
                }
            }
        }
    }
}
