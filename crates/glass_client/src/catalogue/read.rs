//! [`Reader`]: typed values out of a TOML file, with every error at its place.
//!
//! Serde would stop at the first error and not know the key; a catalogue is written by hand and deserves all errors.

use super::{CatalogueTrouble, Word, nearest};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::Range;
use std::time::Duration;
use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};
use url::Url;

/// A catalogue file of more bytes is none.
pub(super) const LARGEST_FILE: u64 = 1 << 20;

/// More syntax errors than these follow from the first ones.
const MOST_SYNTAX_ERRORS: usize = 3;

/// A file being read, and what was found wrong in it.
pub(super) struct Reader<'a> {
    file: &'a str,
    text: &'a str,
    troubles: RefCell<Vec<CatalogueTrouble>>,
}

impl<'a> Reader<'a> {
    pub fn new(file: &'a str, text: &'a str) -> Self {
        Self {
            file,
            text,
            troubles: RefCell::default(),
        }
    }

    /// The file's root, if it is TOML at all.
    pub fn parse(&self) -> Option<Spanned<DeTable<'a>>> {
        let (root, errors) = DeTable::parse_recoverable(self.text);
        for error in errors.iter().take(MOST_SYNTAX_ERRORS) {
            let at = error.span().unwrap_or(0..0);
            self.trouble(at, "", error.message().replace('\n', ", "));
        }
        errors.is_empty().then_some(root)
    }

    pub fn trouble(&self, at: Range<usize>, key: &str, problem: impl Into<String>) {
        let before = self.text.get(..at.start).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        self.troubles.borrow_mut().push(CatalogueTrouble {
            file: self.file.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            key: key.to_owned(),
            problem: problem.into(),
        });
    }

    /// Whether something is wrong with a key already.
    pub fn has_trouble(&self, key: &str) -> bool {
        self.troubles.borrow().iter().any(|trouble| trouble.key == key)
    }

    /// What was wrong, in the order of the file.
    pub fn into_troubles(self) -> Vec<CatalogueTrouble> {
        let mut troubles = self.troubles.into_inner();
        troubles.sort_by_key(|trouble| (trouble.line, trouble.column));
        troubles
    }
}

/// A table of the file. Every key that is asked for counts as known; [`Table::close`] complains of the others.
pub(super) struct Table<'r, 'a> {
    pub reader: &'r Reader<'a>,
    table: &'r DeTable<'a>,
    path: String,
    at: Range<usize>,
    known: RefCell<Vec<&'static str>>,
}

impl<'r, 'a> Table<'r, 'a> {
    pub fn new(reader: &'r Reader<'a>, table: &'r DeTable<'a>, path: String, at: Range<usize>) -> Self {
        Self {
            reader,
            table,
            path,
            at,
            known: RefCell::default(),
        }
    }

    /// Where the table begins.
    pub fn at(&self) -> Range<usize> {
        self.at.clone()
    }

    /// The full name of a key.
    pub fn key(&self, key: &str) -> String {
        match (self.path.as_str(), key) {
            ("", key) => key.to_owned(),
            (path, "") => path.to_owned(),
            (path, key) => format!("{path}.{key}"),
        }
    }

    /// Names the table in messages from now on.
    pub fn set_path(&mut self, path: String) {
        self.path = path;
    }

    pub fn trouble(&self, at: Range<usize>, key: &str, problem: impl Into<String>) {
        self.reader.trouble(at, &self.key(key), problem);
    }

    /// A value that `read` turns into a `T` or says what it expects instead.
    pub fn get<T>(
        &self,
        key: &'static str,
        read: impl FnOnce(&DeValue<'_>) -> Result<T, String>,
    ) -> Option<Placed<T>> {
        self.known.borrow_mut().push(key);
        let value = self.table.get(key)?;
        match read(value.get_ref()) {
            Ok(value_read) => Some(Placed {
                value: value_read,
                at: value.span(),
            }),
            Err(problem) => {
                self.trouble(value.span(), key, problem);
                None
            }
        }
    }

    pub fn text(&self, key: &'static str) -> Option<Placed<String>> {
        self.get(key, text)
    }

    pub fn bool(&self, key: &'static str) -> Option<bool> {
        let read = |value: &DeValue<'_>| value.as_bool().ok_or_else(|| expected("true or false", value));
        self.get(key, read).map(Placed::into)
    }

    pub fn number(&self, key: &'static str, allowed: Range<u64>) -> Option<u64> {
        let most = allowed.end - 1;
        let what = format!("a whole number from {} to {most}", allowed.start);
        let read = |value: &DeValue<'_>| {
            let digits = value.as_integer().filter(|number| number.radix() == 10);
            let number = digits.and_then(|number| number.as_str().replace('_', "").parse::<u64>().ok());
            number
                .filter(|number| allowed.contains(number))
                .ok_or_else(|| expected(&what, value))
        };
        self.get(key, read).map(Placed::into)
    }

    pub fn word<W: Word>(&self, key: &'static str) -> Option<W> {
        self.get(key, |value| word(value)).map(Placed::into)
    }

    pub fn words<W: Word>(&self, key: &'static str) -> Option<Vec<W>> {
        self.list(key, word)
    }

    pub fn texts(&self, key: &'static str) -> Option<Vec<String>> {
        self.list(key, text)
    }

    fn list<T>(&self, key: &'static str, read: impl Fn(&DeValue<'_>) -> Result<T, String>) -> Option<Vec<T>> {
        let items = self.array(key, "a list such as [\"a\", \"b\"]")?;
        let item = |item: &Spanned<DeValue<'_>>| match read(item.get_ref()) {
            Ok(value) => Some(value),
            Err(problem) => {
                self.trouble(item.span(), key, problem);
                None
            }
        };
        Some(items.iter().filter_map(item).collect())
    }

    fn array(&self, key: &'static str, what: &str) -> Option<&'r DeArray<'a>> {
        self.known.borrow_mut().push(key);
        let value = self.table.get(key)?;
        let array = value.get_ref().as_array();
        if array.is_none() {
            self.trouble(value.span(), key, expected(what, value.get_ref()));
        }
        array
    }

    /// The tables of `[[key]]`.
    pub fn tables(&self, key: &'static str) -> Option<Vec<Table<'r, 'a>>> {
        let items = self.array(key, &format!("tables, each under [[{key}]]"))?;
        let mut tables = Vec::new();
        for (i, item) in items.iter().enumerate() {
            let path = format!("{}[{}]", self.key(key), i + 1);
            match item.get_ref().as_table() {
                Some(table) => tables.push(Table::new(self.reader, table, path, item.span())),
                None => self
                    .reader
                    .trouble(item.span(), &path, expected("a table", item.get_ref())),
            }
        }
        Some(tables)
    }

    /// The table of `[key]`.
    pub fn table(&self, key: &'static str) -> Option<Table<'r, 'a>> {
        self.known.borrow_mut().push(key);
        let value = self.table.get(key)?;
        let Some(table) = value.get_ref().as_table() else {
            self.trouble(
                value.span(),
                key,
                expected(&format!("a table under [{key}]"), value.get_ref()),
            );
            return None;
        };
        Some(Table::new(self.reader, table, self.key(key), value.span()))
    }

    /// Texts under free keys.
    pub fn text_map(&self, key: &'static str) -> Option<BTreeMap<String, Placed<String>>> {
        let table = self.table(key)?;
        let mut map = BTreeMap::new();
        for (name, value) in table.table {
            match text(value.get_ref()) {
                Ok(text) => {
                    let at = value.span();
                    map.insert(name.get_ref().to_string(), Placed { value: text, at });
                }
                Err(problem) => table.trouble(value.span(), name.get_ref(), problem),
            }
        }
        Some(map)
    }

    /// A key that must not be there, and what to do instead.
    pub fn refuse(&self, key: &'static str, instead: &str) {
        self.known.borrow_mut().push(key);
        if let Some((name, _)) = self.table.get_key_value(key) {
            self.trouble(name.span(), key, instead);
        }
    }

    /// Complains of the keys that nobody asked for.
    pub fn close(self) {
        let known = self.known.borrow();
        for name in self.table.keys() {
            let given = name.get_ref().as_ref();
            if known.contains(&given) {
                continue;
            }
            let mut shown = known.clone();
            shown.sort_unstable();
            let hint = nearest(given, known.iter().copied()).map_or_else(
                || format!("expected one of {}", shown.join(", ")),
                |near| format!("did you mean `{near}`?"),
            );
            self.trouble(name.span(), given, format!("unknown key `{given}`; {hint}"));
        }
    }
}

/// A value and its place in the file.
#[derive(Clone, Debug)]
pub(super) struct Placed<T> {
    pub value: T,
    pub at: Range<usize>,
}

impl<T> Placed<T> {
    /// The value alone.
    pub fn into(self) -> T {
        self.value
    }
}

pub(super) fn text(value: &DeValue<'_>) -> Result<String, String> {
    let text = value
        .as_str()
        .ok_or_else(|| expected("a text in quotes", value))?;
    Ok(text.trim().to_owned())
}

fn word<W: Word>(value: &DeValue<'_>) -> Result<W, String> {
    let given = value
        .as_str()
        .ok_or_else(|| expected(&format!("a {} in quotes", W::WHAT), value))?;
    W::of_word(given).ok_or_else(|| {
        let known = || W::ALL.iter().map(|known| known.word());
        let hint = nearest(given, known()).map_or_else(
            || format!("expected one of {}", known().collect::<Vec<_>>().join(", ")),
            |near| format!("did you mean `{near}`?"),
        );
        format!("unknown {} `{given}`; {hint}", W::WHAT)
    })
}

/// An address without secrets, query or fragment.
pub(super) fn address(value: &DeValue<'_>) -> Result<Url, String> {
    let given = text(value)?;
    let what = "expected a web address such as https://prometheus.example.org";
    let url = Url::parse(&given).map_err(|error| format!("{what}, found `{given}` ({error})"))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("a name or password in an address; take it out and give token_env or token_file".into());
    }
    if !matches!(url.scheme(), "http" | "https") || given.contains(['{', '}', ' ']) {
        return Err(format!("{what}, found `{given}`"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(format!("an address ends before ? and #, found `{given}`"));
    }
    Ok(url)
}

/// A length of time such as `30d`, `12h`, `1y`.
pub(super) fn length(value: &DeValue<'_>) -> Result<Duration, String> {
    let given = text(value)?;
    let what = || format!("expected a length of time such as \"30d\", \"12h\" or \"1y\", found `{given}`");
    let split = given.find(|c: char| !c.is_ascii_digit()).ok_or_else(what)?;
    let (digits, unit) = given.split_at(split);
    let unit_secs: u64 = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 24 * 3600,
        "w" => 7 * 24 * 3600,
        "y" => 365 * 24 * 3600,
        _ => return Err(what()),
    };
    let n: u64 = digits.parse().map_err(|_| what())?;
    n.checked_mul(unit_secs).map(Duration::from_secs).ok_or_else(what)
}

pub(super) fn expected(what: &str, found: &DeValue<'_>) -> String {
    let shown = match found {
        DeValue::String(text) => format!("the text \"{}\"", text.chars().take(40).collect::<String>()),
        DeValue::Integer(number) => format!("the number {}", number.as_str()),
        DeValue::Float(number) => format!("the number {}", number.as_str()),
        DeValue::Boolean(value) => value.to_string(),
        DeValue::Datetime(_) => "a date".into(),
        DeValue::Array(_) => "a list".into(),
        DeValue::Table(_) => "a table".into(),
    };
    format!("expected {what}, found {shown}")
}
