//! RSS 2.0 and Atom: the items of a feed, read event by event.
//!
//! Entities are never expanded but for the five that XML itself has and characters by number; a document type is
//! skipped. Depth costs no memory, and items and texts are bounded.

use crate::{FormatError, parse_loose_time};
use glass_model::Timestamp;
use quick_xml::events::Event;
use quick_xml::{Reader, XmlVersion};

/// So many items are read.
const MOST_ITEMS: usize = 2_000;

/// The longest text of an item that is kept, in bytes.
const LONGEST_TEXT: usize = 64 << 10;

/// An item of a feed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FeedItem {
    /// Its identifier, else its link.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Where it stands on the web.
    pub link: String,
    /// When it was published.
    pub published: Option<Timestamp>,
    /// When it was changed.
    pub updated: Option<Timestamp>,
    /// Its categories.
    pub categories: Vec<String>,
    /// Its text; HTML as it came.
    pub text: String,
}

/// A feed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Feed {
    /// Its title.
    pub title: String,
    /// Its items.
    pub items: Vec<FeedItem>,
    /// Whether there were more than are read.
    pub is_cut: bool,
}

/// Reads a feed.
///
/// # Errors
/// When it is no well-formed XML, or neither RSS nor Atom.
pub fn read(bytes: &[u8]) -> Result<Feed, FormatError> {
    let broken = |reason: String| FormatError::Json {
        expected: "an RSS or Atom feed",
        reason,
    };
    let mut reader = Reader::from_reader(bytes);
    let mut state = State::default();
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        let event = reader
            .read_event_into(&mut buffer)
            .map_err(|error| broken(error.to_string()))?;
        match event {
            Event::Start(start) => {
                let name = String::from_utf8_lossy(start.local_name().as_ref()).into_owned();
                state.begin(&name, link_of(&start));
            }
            Event::Empty(start) => {
                let name = String::from_utf8_lossy(start.local_name().as_ref()).into_owned();
                state.begin(&name, link_of(&start));
                state.end(&name);
            }
            Event::End(end) => state.end(&String::from_utf8_lossy(end.local_name().as_ref())),
            Event::Text(text) => state.push(&String::from_utf8_lossy(&text)),
            Event::CData(text) => state.push(&String::from_utf8_lossy(&text)),
            Event::GeneralRef(reference) => {
                let name = String::from_utf8_lossy(&reference).into_owned();
                let c = reference.resolve_char_ref().ok().flatten();
                match (c, &*name) {
                    (Some(c), _) => state.push(c.encode_utf8(&mut [0; 4])),
                    (None, "amp") => state.push("&"),
                    (None, "lt") => state.push("<"),
                    (None, "gt") => state.push(">"),
                    (None, "quot") => state.push("\""),
                    (None, "apos") => state.push("'"),
                    // Whatever it stands for, it stays what it is.
                    (None, name) => state.push(&format!("&{name};")),
                }
            }
            Event::Eof => break,
            _ => {}
        }
        if state.is_full() {
            break;
        }
    }
    if state.is_feed {
        Ok(state.feed)
    } else {
        Err(broken("no <rss>, <feed> or <RDF>".into()))
    }
}

/// Atom's links are attributes; those to something else than the page itself have another `rel`.
fn link_of(start: &quick_xml::events::BytesStart<'_>) -> Option<String> {
    if start.local_name().as_ref() != b"link" && start.local_name().as_ref() != b"category" {
        return None;
    }
    let value = |name: &str| {
        let attribute = start.try_get_attribute(name).ok().flatten()?;
        attribute
            .normalized_value(XmlVersion::Implicit1_0)
            .ok()
            .map(|value| value.into_owned())
    };
    if value("rel").is_some_and(|rel| rel != "alternate") {
        return None;
    }
    value("href").or_else(|| value("term"))
}

#[derive(Default)]
struct State {
    feed: Feed,
    is_feed: bool,
    item: Option<FeedItem>,
    /// What is being read, within how many elements that do not count.
    field: String,
    depth: usize,
    text: String,
}

impl State {
    fn is_full(&self) -> bool {
        self.feed.is_cut
    }

    fn begin(&mut self, name: &str, attribute: Option<String>) {
        match name {
            "rss" | "feed" | "RDF" if !self.is_feed => self.is_feed = true,
            "item" | "entry" => {
                if self.feed.items.len() == MOST_ITEMS {
                    self.feed.is_cut = true;
                }
                self.item = Some(FeedItem::default());
                self.field.clear();
            }
            _ if !self.field.is_empty() => self.depth += 1,
            _ => {
                self.field = name.to_owned();
                self.depth = 0;
                self.text.clear();
                if let Some(attribute) = attribute {
                    self.text = attribute;
                }
                // A list of items is no field of its own.
                if name == "channel" || name == "items" {
                    self.field.clear();
                }
            }
        }
    }

    fn push(&mut self, text: &str) {
        if !self.field.is_empty() && self.text.len() + text.len() <= LONGEST_TEXT {
            self.text.push_str(text);
        }
    }

    fn end(&mut self, name: &str) {
        if matches!(name, "item" | "entry") {
            if let Some(mut item) = self.item.take() {
                if item.id.is_empty() {
                    item.id.clone_from(&item.link);
                }
                self.feed.items.push(item);
            }
            self.field.clear();
            return;
        }
        if self.field.is_empty() {
            return;
        }
        if self.depth > 0 {
            self.depth -= 1;
            return;
        }
        let field = std::mem::take(&mut self.field);
        let text = std::mem::take(&mut self.text).trim().to_owned();
        let Some(item) = &mut self.item else {
            if field == "title" && self.feed.title.is_empty() {
                self.feed.title = text;
            }
            return;
        };
        match &*field {
            "title" => item.title = text,
            "link" if item.link.is_empty() => item.link = text,
            "guid" | "id" => item.id = text,
            "pubDate" | "published" | "date" => item.published = parse_loose_time(&text),
            "updated" => item.updated = parse_loose_time(&text),
            "category" => item.categories.push(text),
            "description" | "summary" | "content" | "encoded" if text.len() > item.text.len() => {
                item.text = text;
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_kinds_of_feed() {
        let rss = br#"<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY big "aaaaaaaa">]><rss version="2.0"><channel><title>Status</title><link>https://status.example.org</link><item><title>[Resolved] Mail &amp; lists &big; &#x41;</title><link>https://status.example.org/1</link><pubDate>Sun, 22 Nov 2026 03:42:03 +0000</pubDate><guid>1</guid><category>2026-11-22 05:00:00 +0000 UTC</category><description><![CDATA[<p>down</p>]]></description></item></channel></rss>"#;
        let feed = read(rss).unwrap();
        let item = &feed.items[0];
        assert_eq!(
            (&*feed.title, &*item.id, &*item.text),
            ("Status", "1", "<p>down</p>")
        );
        assert_eq!(item.title, "[Resolved] Mail & lists &big; A");
        assert_eq!(item.published.unwrap().to_string(), "2026-11-22T03:42:03Z");
        assert_eq!(item.categories, ["2026-11-22 05:00:00 +0000 UTC"]);
        let atom = br#"<feed xmlns="http://www.w3.org/2005/Atom"><title>S</title><entry><title type="html">T</title><id>urn:1</id><link rel="self" href="x"/><link href="https://s/1"/><published>2026-11-22T03:42:03Z</published><updated>2026-11-22T04:00:00Z</updated><content type="xhtml"><div><b>down</b> again</div></content></entry></feed>"#;
        let item = &read(atom).unwrap().items[0];
        assert_eq!(
            (&*item.id, &*item.link, &*item.text),
            ("urn:1", "https://s/1", "down again")
        );
        assert!(item.updated > item.published);
        for text in ["<html><body/></html>", "<rss><item></rss>", "{}"] {
            assert!(read(text.as_bytes()).is_err(), "{text}");
        }
        let many = format!(
            "<rss><channel>{}</channel></rss>",
            "<item><title>x</title></item>".repeat(MOST_ITEMS + 5)
        );
        let feed = read(many.as_bytes()).unwrap();
        assert_eq!((feed.items.len(), feed.is_cut), (MOST_ITEMS, true));
    }
}
