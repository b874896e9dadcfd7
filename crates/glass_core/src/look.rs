//! [`Look`]: what a view is made of beside its filter and its query, by name: for addresses, and for the next start.

/// What a screen is set to: names and values, in a fixed order.
pub type Look = Vec<(String, String)>;

/// A value longer than this is not kept.
const MAX_VALUE: usize = 4000;
/// No screen is set in more ways.
const MAX_ENTRIES: usize = 24;

/// Collects what differs from the usual.
#[derive(Debug, Default)]
pub(crate) struct LookOf(Look);

impl LookOf {
    /// Adds a value, unless it is empty or too long.
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        let value = value.into();
        if !value.is_empty() && value.len() <= MAX_VALUE && self.0.len() < MAX_ENTRIES {
            self.0.push((name.to_owned(), value));
        }
        self
    }

    /// Adds a switch that is on.
    pub fn with_switch(self, name: &str, is_on: bool) -> Self {
        self.with(name, if is_on { "yes" } else { "" })
    }

    /// All of it.
    pub fn done(self) -> Look {
        self.0
    }
}
