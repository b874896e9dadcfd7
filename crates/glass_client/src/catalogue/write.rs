//! [`entry_text`]: a catalogue file out of sources.

use super::{Source, Word};
use std::fmt::Write;

/// The text of a catalogue file. It is read by people too: only what is known stands in it.
pub fn entry_text(name: &str, as_of: &str, basis: &str, sources: &[Source]) -> String {
    let mut text = String::new();
    line(&mut text, "name", name);
    line(&mut text, "as_of", as_of);
    line(&mut text, "basis", basis);
    for source in sources {
        text.push_str("\n[[sources]]\n");
        line(&mut text, "id", &source.id);
        line(&mut text, "signal", source.signal.word());
        line(&mut text, "api", source.api.word());
        if !source.inner.is_empty() {
            let inner: Vec<String> = source.inner.iter().map(|api| quoted(api.word())).collect();
            let _ = writeln!(text, "inner = [{}]", inner.join(", "));
        }
        line(&mut text, "flavor", &source.flavor);
        let url = source.url.as_ref().map(|url| url.as_str().trim_end_matches('/'));
        line(&mut text, "url", url.unwrap_or_default());
        line(&mut text, "uid", &source.uid);
        line(&mut text, "proof", source.proof.word());
        line(&mut text, "note", &source.note);
    }
    text
}

fn line(text: &mut String, key: &str, value: &str) {
    if !value.is_empty() {
        // Writing to a text cannot fail.
        let _ = writeln!(text, "{key} = {}", quoted(value));
    }
}

/// A text as TOML in one line: what would end it or hide in it is escaped.
fn quoted(value: &str) -> String {
    let mut quoted = String::from('"');
    for c in value.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => {
                let _ = write!(quoted, "\\u{:04X}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
