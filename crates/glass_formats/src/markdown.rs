//! Post-mortems in Markdown: front matter, title, text, and the time from which they were known.

use crate::{FormatError, KnownTime, lines, parse_known_time};
use pulldown_cmark::{Event, Parser, Tag, TagEnd};
use std::collections::BTreeMap;
use std::io::Read;

/// The largest document, in bytes.
const LARGEST_INPUT: u64 = 16 << 20;

/// The front matter's keys for the known time, the most telling first.
const TIME_KEYS: [&str; 4] = ["known_at", "published", "published_at", "date"];

/// A document in Markdown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MarkdownDocument {
    /// Its title: the front matter's, else the first heading, else empty.
    pub title: String,
    /// From when on it was known, by its front matter.
    pub known: Option<KnownTime>,
    /// Who wrote it, by its front matter; empty if not told.
    pub author: String,
    /// Where it stands on the web, by its front matter; empty if not told.
    pub link: String,
    /// What it is, by its front matter's `kind`: `note`, `runbook`, `post-mortem`; empty if not told.
    pub kind: String,
    /// All plain keys of its front matter, in small letters.
    pub front: BTreeMap<String, String>,
    /// Its text without the front matter.
    pub text: String,
}

/// Reads a document.
///
/// # Errors
/// When it cannot be read, is larger than 16 MiB or is not UTF-8.
pub fn read(input: impl Read) -> Result<MarkdownDocument, FormatError> {
    let text = lines::read_text(input, LARGEST_INPUT)?;
    Ok(from_text(&text))
}

fn from_text(text: &str) -> MarkdownDocument {
    let (front, body) = split_front_matter(text.trim_start_matches('\u{feff}'));
    let take = |keys: &[&str]| {
        keys.iter()
            .find_map(|key| front.get(*key))
            .cloned()
            .unwrap_or_default()
    };
    let title = take(&["title"]);
    MarkdownDocument {
        title: if title.is_empty() {
            first_heading(body)
        } else {
            title
        },
        known: TIME_KEYS
            .iter()
            .filter_map(|key| front.get(*key))
            .find_map(|text| parse_known_time(text)),
        author: take(&["author", "authors"]),
        link: take(&["link", "url"]),
        kind: take(&["kind", "type"]),
        text: body.to_owned(),
        front,
    }
}

/// The keys between two lines of `---` (YAML) or `+++` (TOML) at the start, and the text behind. Only plain values
/// on one line are taken, which is all that a time or a title needs.
fn split_front_matter(text: &str) -> (BTreeMap<String, String>, &str) {
    let mut front = BTreeMap::new();
    let Some((fence, separator)) = [("---", ':'), ("+++", '=')]
        .into_iter()
        .find(|(fence, _)| text.lines().next().is_some_and(|line| line.trim_end() == *fence))
    else {
        return (front, text);
    };
    let mut at = 0;
    for (number, line) in text.split_inclusive('\n').enumerate() {
        at += line.len();
        let line = line.trim_end();
        if number > 0 && line == fence {
            return (front, text[at..].trim_start_matches(['\r', '\n']));
        }
        if let Some((key, value)) = line.split_once(separator)
            && !key.starts_with([' ', '#'])
        {
            front.insert(key.trim().to_ascii_lowercase(), plain_value(value).to_owned());
        }
    }
    // Without its end it was no front matter.
    (BTreeMap::new(), text)
}

fn plain_value(value: &str) -> &str {
    let value = value.trim();
    for quote in ['"', '\''] {
        if let Some(inner) = value
            .strip_prefix(quote)
            .and_then(|rest| rest.strip_suffix(quote))
        {
            return inner;
        }
    }
    value.split(" #").next().unwrap_or("").trim_end()
}

fn first_heading(text: &str) -> String {
    let mut title = String::new();
    let mut inside = false;
    for event in Parser::new(text) {
        match event {
            Event::Start(Tag::Heading { .. }) => inside = true,
            Event::End(TagEnd::Heading(_)) => break,
            Event::Text(part) | Event::Code(part) if inside => title.push_str(&part),
            _ => {}
        }
    }
    title
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: (&str, &str, &str)) {
        let document = from_text(text);
        let known = document
            .known
            .map(|known| known.at.to_string())
            .unwrap_or_default();
        assert_eq!((&*document.title, &*known, &*document.text), expected);
    }

    #[test]
    fn front_matter_title_and_text() {
        check(
            "---\ntitle: \"Carts: lost\"\ndate: 2026-11-23\npublished: 2026-11-24 # Tuesday\ntags:\n  - date: 1999-01-01\n---\n\n# Other\n\ntext\n",
            (
                "Carts: lost",
                "2026-11-24T23:59:59.999999999Z",
                "# Other\n\ntext\n",
            ),
        );
        check(
            "+++\r\ndate = 2026-11-23T10:00:00+01:00\r\n+++\r\nText\n\nThe *shop* `x`\n====\n",
            (
                "The shop x",
                "2026-11-23T09:00:00Z",
                "Text\n\nThe *shop* `x`\n====\n",
            ),
        );
    }

    #[test]
    fn without_front_matter() {
        check(
            "```\n# no\n```\n## Yes\n",
            ("Yes", "", "```\n# no\n```\n## Yes\n"),
        );
        check("---\ntitle: x\n", ("", "", "---\ntitle: x\n"));
        check("", ("", "", ""));
    }
}
