//! [`LineState`]: a log line on its way through the stages, with all its labels.

use glass_model::{Labels, LogRef, Timestamp};
use std::borrow::Cow;

/// The label that names what went wrong with a line.
pub(crate) const ERROR: &str = "__error__";
/// The label that says more of it.
pub(crate) const ERROR_DETAILS: &str = "__error_details__";
/// What is put behind the name of a parsed label that the stream or its metadata has already.
pub(crate) const EXTRACTED: &str = "_extracted";

/// Where a label comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Category {
    /// The stream.
    Stream,
    /// The line's structured metadata.
    Metadata,
    /// A parser or a format stage.
    Parsed,
}

/// Which labels are worth extracting.
#[derive(Clone, Debug, Default)]
pub enum Wanted {
    /// Every one.
    #[default]
    All,
    /// These alone; they are few.
    Only(Vec<Box<str>>),
}

impl Wanted {
    pub(crate) fn has(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(names) => names.iter().any(|wanted| **wanted == *name),
        }
    }

    /// Whether a parser's key may become one of them, under its own name or the one it gets when that is taken.
    pub(crate) fn may_have(&self, key: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(names) => names.iter().any(|wanted| {
                wanted
                    .strip_prefix(key)
                    .is_some_and(|rest| rest.is_empty() || rest == EXTRACTED)
            }),
        }
    }
}

#[derive(Clone, Debug)]
struct Changed<'a> {
    name: Cow<'a, str>,
    /// `None` if the label is gone.
    value: Option<Cow<'a, str>>,
    category: Category,
    /// Whether a parser has set it: of a key that comes twice the first value counts.
    is_extracted: bool,
}

/// A line and its labels. What has not changed stays borrowed.
#[derive(Debug)]
pub struct LineState<'a> {
    /// When it was written.
    pub at: Timestamp,
    /// Its text, as the stages so far have left it.
    pub line: Cow<'a, str>,
    stream: &'a Labels,
    metadata: &'a Labels,
    changed: Vec<Changed<'a>>,
    error: Cow<'static, str>,
    error_details: String,
}

/// Memory that one line hands on to the next.
#[derive(Debug, Default)]
pub struct Scratch(Vec<Changed<'static>>);

impl<'a> LineState<'a> {
    /// A line as it was stored.
    pub fn new(line: LogRef<'a>, scratch: &mut Scratch) -> Self {
        let mut spare = std::mem::take(&mut scratch.0);
        spare.clear();
        Self {
            at: line.at,
            line: Cow::Borrowed(line.line),
            stream: line.labels,
            metadata: line.metadata,
            // Collecting an emptied vector keeps its memory.
            changed: spare.into_iter().collect(),
            error: Cow::Borrowed(""),
            error_details: String::new(),
        }
    }

    /// Gives its memory back.
    pub fn recycle(self, scratch: &mut Scratch) {
        let mut spare = self.changed;
        spare.clear();
        scratch.0 = spare
            .into_iter()
            .map(|_| Changed {
                name: Cow::Borrowed(""),
                value: None,
                category: Category::Parsed,
                is_extracted: false,
            })
            .collect();
    }

    fn stored(&self, name: &str) -> Option<(&'a str, Category)> {
        let of_stream = self.stream.get(name).map(|value| (value, Category::Stream));
        of_stream.or_else(|| self.metadata.get(name).map(|value| (value, Category::Metadata)))
    }

    fn changed_at(&self, name: &str) -> Option<usize> {
        self.changed.iter().position(|changed| *changed.name == *name)
    }

    /// The value of a label and where it comes from.
    pub fn get_with_category(&self, name: &str) -> Option<(&str, Category)> {
        match name {
            ERROR => return (!self.error.is_empty()).then_some((&*self.error, Category::Parsed)),
            ERROR_DETAILS => {
                let details = self.error_details.as_str();
                return (!details.is_empty()).then_some((details, Category::Parsed));
            }
            _ => {}
        }
        match self.changed_at(name) {
            Some(at) => {
                let changed = &self.changed[at];
                changed.value.as_deref().map(|value| (value, changed.category))
            }
            None => self.stored(name),
        }
    }

    /// The value of a label.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.get_with_category(name).map(|(value, _)| value)
    }

    /// Whether a stage has failed on this line.
    pub fn has_error(&self) -> bool {
        !self.error.is_empty()
    }

    /// Marks the line; the first failure stays.
    pub fn fail(&mut self, error: &'static str, details: impl Into<String>) {
        if self.error.is_empty() {
            self.error = Cow::Borrowed(error);
            self.error_details = details.into();
        }
    }

    /// Sets a label.
    pub fn set(&mut self, name: &str, value: String, category: Category) {
        match name {
            ERROR => self.error = Cow::Owned(value),
            ERROR_DETAILS => self.error_details = value,
            _ => self.put(
                Cow::Owned(name.to_owned()),
                Some(Cow::Owned(value)),
                category,
                false,
            ),
        }
    }

    /// Takes a label away.
    pub fn remove(&mut self, name: &str) {
        match name {
            ERROR => self.error = Cow::Borrowed(""),
            ERROR_DETAILS => self.error_details.clear(),
            _ if self.get(name).is_none() => {}
            _ => self.put(Cow::Owned(name.to_owned()), None, Category::Parsed, false),
        }
    }

    fn put(
        &mut self,
        name: Cow<'a, str>,
        value: Option<Cow<'a, str>>,
        category: Category,
        is_extracted: bool,
    ) {
        let changed = Changed {
            name,
            value,
            category,
            is_extracted,
        };
        match self.changed_at(&changed.name) {
            Some(at) => self.changed[at] = changed,
            None => self.changed.push(changed),
        }
    }

    /// The name under which a parser may set `key`: another one if the stream or its metadata has it.
    pub fn extracted_name<'n>(&self, key: Cow<'n, str>) -> Cow<'n, str> {
        match self.stored(&key) {
            Some(_) => Cow::Owned(format!("{key}{EXTRACTED}")),
            None => key,
        }
    }

    /// Whether a parser has set `name` before.
    pub fn is_extracted(&self, name: &str) -> bool {
        self.changed_at(name)
            .is_some_and(|at| self.changed[at].is_extracted)
    }

    /// Sets a label that a parser has found; `name` is an [`Self::extracted_name`].
    pub fn extract(&mut self, name: Cow<'a, str>, value: Cow<'a, str>) {
        self.put(name, Some(value), Category::Parsed, true);
    }

    /// The names of all labels but the error's.
    pub fn names(&self) -> Vec<String> {
        let stored = self
            .stream
            .iter()
            .chain(self.metadata.iter())
            .map(|(name, _)| name);
        let stored = stored.filter(|name| self.changed_at(name).is_none());
        let changed = self.changed.iter().filter(|changed| changed.value.is_some());
        let mut names: Vec<String> = stored
            .chain(changed.map(|changed| &*changed.name))
            .map(str::to_owned)
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// All labels, the error's among them.
    pub fn labels(&self) -> Labels {
        Labels::new(self.pairs(None))
    }

    /// The labels of one category.
    pub fn labels_of(&self, category: Category) -> Labels {
        let is_untouched = match category {
            Category::Stream => self.changed.is_empty().then(|| self.stream.clone()),
            Category::Metadata => {
                let has_clash = self
                    .metadata
                    .iter()
                    .any(|(name, _)| self.stream.get(name).is_some());
                (self.changed.is_empty() && !has_clash).then(|| self.metadata.clone())
            }
            Category::Parsed => None,
        };
        is_untouched.unwrap_or_else(|| Labels::new(self.pairs(Some(category))))
    }

    fn pairs(&self, category: Option<Category>) -> Vec<(&str, &str)> {
        let is_asked = |found: Category| category.is_none_or(|asked| asked == found);
        let mut pairs: Vec<(&str, &str)> =
            Vec::with_capacity(self.stream.len() + self.metadata.len() + self.changed.len());
        // The later value of a name counts: the stream's own goes before the metadata's.
        let metadata = self
            .metadata
            .iter()
            .filter(|(name, _)| self.stream.get(name).is_none());
        let metadata = metadata.filter(|_| is_asked(Category::Metadata));
        let stored = metadata.chain(self.stream.iter().filter(|_| is_asked(Category::Stream)));
        pairs.extend(stored.filter(|(name, _)| self.changed_at(name).is_none()));
        for changed in &self.changed {
            if let (Some(value), true) = (&changed.value, is_asked(changed.category)) {
                pairs.push((&changed.name, value));
            }
        }
        if is_asked(Category::Parsed) && self.has_error() {
            pairs.push((ERROR, &self.error));
            if !self.error_details.is_empty() {
                pairs.push((ERROR_DETAILS, &self.error_details));
            }
        }
        pairs
    }
}

/// A label's name out of any key: ASCII letters, digits, underscores and colons, no digit in front.
pub(crate) fn sanitized(key: &str) -> Cow<'_, str> {
    let key = key.trim();
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    let starts_well = !key.starts_with(|c: char| c.is_ascii_digit());
    if starts_well && key.bytes().all(|b| is_allowed(b as char)) {
        return Cow::Borrowed(key);
    }
    let mut name = String::with_capacity(key.len() + 1);
    if !starts_well {
        name.push('_');
    }
    name.extend(key.chars().map(|c| if is_allowed(c) { c } else { '_' }));
    Cow::Owned(name)
}
