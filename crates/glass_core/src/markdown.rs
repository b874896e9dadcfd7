//! Markdown as [`DocBlock`]s. Images and raw HTML are shown as text; nothing is fetched.

mod parts;

pub(crate) use parts::{is_safe, parts};

use crate::times::TimeInText;
use crate::{DocBlock, DocBlockKind, Line, Role, Span, words};
use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use std::ops::Range;

/// What is understood beside CommonMark.
const OPTIONS: Options = Options::ENABLE_TABLES.union(Options::ENABLE_STRIKETHROUGH);
/// So much of a text is read, in bytes.
const MAX_TEXT: usize = 256 << 10;

/// The blocks of a Markdown text.
pub(crate) fn blocks(text: &str) -> Vec<DocBlock> {
    parse(text).blocks
}

/// A text that was taken apart.
#[derive(Debug)]
pub(crate) struct Parsed {
    /// The text, safe to print.
    source: String,
    /// Its blocks.
    pub blocks: Vec<DocBlock>,
    /// Where in the source each block begins.
    starts: Vec<usize>,
    /// Where in the source each piece of each block stands, if it stands there as it is and may become a link.
    places: Vec<Vec<Option<usize>>>,
}

impl Parsed {
    /// Where in the source a time stands that was found in one of the blocks.
    fn place(&self, block: usize, time: &TimeInText) -> Option<Range<usize>> {
        let start = (*self.places.get(block)?.get(time.span)?)?;
        Some(start + time.place.start..start + time.place.end)
    }
}

/// Takes a text apart.
pub(crate) fn parse(text: &str) -> Parsed {
    let mut builder = Builder::default();
    let source = safe(text);
    for (event, range) in Parser::new_ext(&source, OPTIONS).into_offset_iter() {
        builder.at = range.start;
        let stands_there = matches!(&event, Event::Text(text) if source.get(range.clone()) == Some(text));
        builder.place = stands_there.then_some(range.start);
        builder.take(event);
    }
    builder.flush();
    let Builder {
        blocks,
        starts,
        places,
        ..
    } = builder;
    Parsed {
        source,
        blocks,
        starts,
        places,
    }
}

/// A text of several lines with its control characters made visible, cut where it is longer than anything that is read.
fn safe(text: &str) -> String {
    let cut = &text[..text.floor_char_boundary(MAX_TEXT)];
    let mut lines: Vec<String> = cut
        .lines()
        .map(|line| words::visible(&line.replace('\t', "    ")))
        .collect();
    if cut.len() < text.len() {
        lines.extend([String::new(), "The rest is left out: it is too long.".to_owned()]);
    }
    lines.join("\n")
}

#[derive(Default)]
struct Builder {
    blocks: Vec<DocBlock>,
    starts: Vec<usize>,
    places: Vec<Vec<Option<usize>>>,
    line: Line,
    /// Where in the source the pieces of the line stand.
    line_places: Vec<Option<usize>>,
    /// Where in the source the line begins.
    line_start: usize,
    /// Where in the source the present event begins, and where its text stands.
    at: usize,
    place: Option<usize>,
    kind: Option<DocBlockKind>,
    /// Number of the next item for each open list, `None` for a list without numbers.
    lists: Vec<Option<u64>>,
    in_code: bool,
    in_quote: usize,
    emphasis: usize,
    link: Option<String>,
    n_cells: usize,
}

impl Builder {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) if self.in_code => self.code(&text),
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => self.text(&text),
            Event::Code(text) => self.push(&text, Role::Accent),
            Event::SoftBreak => self.text(" "),
            Event::HardBreak => self.break_line(),
            Event::Rule => {
                self.flush();
                self.add(
                    DocBlock::new(DocBlockKind::Rule, Line::new()),
                    self.at,
                    Vec::new(),
                );
            }
            _ => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Heading { level, .. } => self.open(DocBlockKind::Heading(heading(level))),
            Tag::Paragraph if self.kind.is_none() => {
                self.open(if self.in_quote > 0 {
                    DocBlockKind::Quote
                } else {
                    DocBlockKind::Paragraph
                });
            }
            Tag::BlockQuote(_) => self.in_quote += 1,
            Tag::List(first) => {
                self.flush();
                self.lists.push(first);
            }
            Tag::Item => self.item(),
            Tag::CodeBlock(kind) => {
                self.flush();
                self.in_code = true;
                if let CodeBlockKind::Fenced(language) = kind
                    && !language.is_empty()
                {
                    self.code(&language);
                }
            }
            Tag::Emphasis | Tag::Strong => self.emphasis += 1,
            Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } => {
                self.link = Some(dest_url.to_string())
            }
            Tag::TableRow | Tag::TableHead => {
                self.open(DocBlockKind::Item(0));
                self.n_cells = 0;
            }
            Tag::TableCell => {
                if self.n_cells > 0 {
                    self.push(" │ ", Role::Muted);
                }
                self.n_cells += 1;
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::Item | TagEnd::TableRow | TagEnd::TableHead => {
                self.flush()
            }
            TagEnd::BlockQuote(_) => self.in_quote = self.in_quote.saturating_sub(1),
            TagEnd::List(_) => {
                self.lists.pop();
            }
            TagEnd::CodeBlock => self.in_code = false,
            TagEnd::Emphasis | TagEnd::Strong => self.emphasis = self.emphasis.saturating_sub(1),
            TagEnd::Link | TagEnd::Image => self.end_link(),
            _ => {}
        }
    }

    fn open(&mut self, kind: DocBlockKind) {
        self.flush();
        self.kind = Some(kind);
    }

    fn item(&mut self) {
        let depth = self.lists.len().saturating_sub(1).min(8) as u8;
        self.open(DocBlockKind::Item(depth));
        if let Some(Some(number)) = self.lists.last_mut() {
            let text = format!("{number}. ");
            *number = number.saturating_add(1);
            self.push(&text, Role::Muted);
        }
    }

    /// A link's address follows its text, unless it is its text.
    fn end_link(&mut self) {
        let Some(link) = self.link.take() else { return };
        if self
            .line
            .last()
            .is_none_or(|span| span.text != words::visible(&link))
        {
            self.push(&format!(" <{link}>"), Role::Muted);
        }
    }

    fn text(&mut self, text: &str) {
        let role = match self.kind {
            _ if self.link.is_some() => Role::Accent,
            Some(DocBlockKind::Heading(_)) => Role::Strong,
            _ if self.emphasis > 0 => Role::Strong,
            Some(DocBlockKind::Quote) => Role::Muted,
            _ => Role::Normal,
        };
        self.push(text.trim_end_matches('\n'), role);
    }

    fn push(&mut self, text: &str, role: Role) {
        if !text.is_empty() {
            if self.line.is_empty() {
                self.line_start = self.at;
            }
            self.line.push(Span::new(words::visible(text), role));
            // Links are in no links.
            self.line_places.push(self.place.filter(|_| self.link.is_none()));
        }
    }

    fn code(&mut self, text: &str) {
        for line in text.lines() {
            let text = vec![Span::new(words::visible(line), Role::Normal)];
            self.add(DocBlock::new(DocBlockKind::Code, text), self.at, vec![None]);
        }
    }

    fn add(&mut self, block: DocBlock, start: usize, places: Vec<Option<usize>>) {
        self.blocks.push(block);
        self.starts.push(start);
        self.places.push(places);
    }

    fn break_line(&mut self) {
        let kind = self.kind;
        self.flush();
        self.kind = kind;
    }

    fn flush(&mut self) {
        let kind = self.kind.take().unwrap_or(DocBlockKind::Paragraph);
        if !self.line.is_empty() {
            let text = std::mem::take(&mut self.line);
            let places = std::mem::take(&mut self.line_places);
            self.add(DocBlock::new(kind, text), self.line_start, places);
        }
    }
}

fn heading(level: HeadingLevel) -> u8 {
    level as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(markdown: &str, expected: &[&str]) {
        let shown: Vec<_> = blocks(markdown)
            .iter()
            .map(|block| {
                let text: String = block.text.iter().map(|span| span.text.as_str()).collect();
                format!("{:?}: {text}", block.kind)
            })
            .collect();
        assert_eq!(shown, expected, "{markdown}");
    }

    #[test]
    fn blocks_of_a_post_mortem() {
        check(
            "# What\n\nIt *broke*\nagain.",
            &["Heading(1): What", "Paragraph: It broke again."],
        );
        check(
            "1. one\n2. two\n   - deep",
            &["Item(0): 1. one", "Item(0): 2. two", "Item(1): deep"],
        );
        check(
            "```sh\nls -l\n```\n> said",
            &["Code: sh", "Code: ls -l", "Quote: said"],
        );
        check("[a](http://x) <http://y>", &["Paragraph: a <http://x> http://y"]);
        check(
            "| a | b |\n|---|---|\n| c | d |",
            &["Item(0): a │ b", "Item(0): c │ d"],
        );
        check("x\u{1b}[2J <script>", &["Paragraph: x␛[2J <script>"]);
        check("", &[]);
    }
}
