//! [`Credentials`]: given by the user alone, sent to the one server they are for, never shown.

/// A text that is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Takes a secret, without white space around it.
    pub fn new(text: &str) -> Self {
        Self(text.trim().to_owned())
    }

    pub(super) fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[secret]")
    }
}

/// What a server is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Credentials {
    /// Nothing: what everyone may see.
    #[default]
    Anonymous,
    /// A bearer token.
    Bearer(Secret),
    /// A name and a password.
    Basic(String, Secret),
    /// A token in a header of its own, such as `PRIVATE-TOKEN`.
    Header(&'static str, Secret),
}
