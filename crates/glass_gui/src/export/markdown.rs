//! Markdown of notes as HTML: its own HTML is shown as text, links lead to `http` and `https` alone, pictures are left
//! out but for their words.

use super::xml::escaped;
use pulldown_cmark::{Alignment, CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

/// Notes longer than this are cut, in bytes.
const MAX_BYTES: usize = 256 * 1024;

/// A text in Markdown as HTML.
pub(super) fn html_of(markdown: &str) -> String {
    let mut end = markdown.len().min(MAX_BYTES);
    while !markdown.is_char_boundary(end) {
        end -= 1;
    }
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let mut html = Html::default();
    for event in Parser::new_ext(&markdown[..end], options) {
        html.take(event);
    }
    if end < markdown.len() {
        html.out.push_str("<p>…</p>\n");
    }
    html.out
}

/// HTML that grows.
#[derive(Default)]
struct Html {
    out: String,
    /// For each link that is open, whether it leads somewhere.
    links: Vec<bool>,
    /// How the columns of the table that is open stand.
    columns: Vec<Alignment>,
    column: usize,
    is_in_head: bool,
}

impl Html {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Code(text) => {
                let code = format!("<code>{}</code>", escaped(&text));
                self.out.push_str(&code);
            }
            Event::SoftBreak => self.out.push('\n'),
            Event::HardBreak => self.out.push_str("<br>\n"),
            Event::Rule => self.out.push_str("<hr>\n"),
            // Never markup of this document.
            Event::Html(text) | Event::InlineHtml(text) | Event::Text(text) => {
                self.out.push_str(&escaped(&text));
            }
            Event::FootnoteReference(text) | Event::InlineMath(text) | Event::DisplayMath(text) => {
                self.out.push_str(&escaped(&text));
            }
            Event::TaskListMarker(is_done) => self.out.push_str(if is_done { "☑ " } else { "☐ " }),
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Paragraph => self.out.push_str("<p>"),
            Tag::Heading { level, .. } => self.out.push_str(&format!("<h{}>", heading(level))),
            Tag::BlockQuote(_) => self.out.push_str("<blockquote>\n"),
            Tag::CodeBlock(CodeBlockKind::Fenced(_) | CodeBlockKind::Indented) => {
                self.out.push_str("<pre><code>");
            }
            Tag::HtmlBlock => self.out.push_str("<p>"),
            Tag::List(None) => self.out.push_str("<ul>\n"),
            Tag::List(Some(first)) => self.out.push_str(&format!("<ol start=\"{first}\">\n")),
            Tag::Item => self.out.push_str("<li>"),
            Tag::Emphasis => self.out.push_str("<em>"),
            Tag::Strong => self.out.push_str("<strong>"),
            Tag::Strikethrough => self.out.push_str("<del>"),
            Tag::Link { dest_url, .. } => {
                let leads = is_web(&dest_url);
                if leads {
                    let link = format!("<a href=\"{}\" rel=\"noreferrer\">", escaped(&dest_url));
                    self.out.push_str(&link);
                }
                self.links.push(leads);
            }
            Tag::Table(columns) => {
                self.columns = columns;
                self.out.push_str("<table>\n");
            }
            Tag::TableHead => {
                (self.column, self.is_in_head) = (0, true);
                self.out.push_str("<tr>");
            }
            Tag::TableRow => {
                self.column = 0;
                self.out.push_str("<tr>");
            }
            Tag::TableCell => {
                let class = match self.columns.get(self.column) {
                    Some(Alignment::Right) => " class=\"right\"",
                    _ => "",
                };
                self.out.push_str(&format!("<{}{class}>", self.cell()));
                self.column += 1;
            }
            // The words for a picture stand in its place.
            Tag::Image { .. }
            | Tag::FootnoteDefinition(_)
            | Tag::DefinitionList
            | Tag::DefinitionListTitle
            | Tag::DefinitionListDefinition
            | Tag::Superscript
            | Tag::Subscript
            | Tag::MetadataBlock(_) => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        let closing = match tag {
            TagEnd::Paragraph | TagEnd::HtmlBlock => "</p>\n".to_owned(),
            TagEnd::Heading(level) => format!("</h{}>\n", heading(level)),
            TagEnd::BlockQuote(_) => "</blockquote>\n".to_owned(),
            TagEnd::CodeBlock => "</code></pre>\n".to_owned(),
            TagEnd::List(is_numbered) => format!("</{}>\n", if is_numbered { "ol" } else { "ul" }),
            TagEnd::Item => "</li>\n".to_owned(),
            TagEnd::Emphasis => "</em>".to_owned(),
            TagEnd::Strong => "</strong>".to_owned(),
            TagEnd::Strikethrough => "</del>".to_owned(),
            TagEnd::Link => match self.links.pop() {
                Some(true) => "</a>".to_owned(),
                _ => String::new(),
            },
            TagEnd::Table => "</table>\n".to_owned(),
            TagEnd::TableHead | TagEnd::TableRow => "</tr>\n".to_owned(),
            TagEnd::TableCell => format!("</{}>", self.cell()),
            TagEnd::Image
            | TagEnd::FootnoteDefinition
            | TagEnd::DefinitionList
            | TagEnd::DefinitionListTitle
            | TagEnd::DefinitionListDefinition
            | TagEnd::Superscript
            | TagEnd::Subscript
            | TagEnd::MetadataBlock(_) => String::new(),
        };
        self.out.push_str(&closing);
        if tag == TagEnd::TableHead {
            self.is_in_head = false;
        }
    }

    fn cell(&self) -> &'static str {
        if self.is_in_head { "th" } else { "td" }
    }
}

/// Headings of notes stand below the page's own.
fn heading(level: HeadingLevel) -> usize {
    (level as usize + 2).min(6)
}

/// Whether an address leads to the web, and not into a script, a file or nowhere.
fn is_web(address: &str) -> bool {
    let lower = address.trim_start().to_ascii_lowercase();
    lower.starts_with("https://") || lower.starts_with("http://")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(markdown: &str, expected: &str) {
        assert_eq!(html_of(markdown).trim(), expected, "{markdown}");
    }

    #[test]
    fn notes_become_html() {
        check("# A *b*", "<h3>A <em>b</em></h3>");
        check("1. x\n2. y", "<ol start=\"1\">\n<li>x</li>\n<li>y</li>\n</ol>");
        check("`a<b`", "<p><code>a&lt;b</code></p>");
        check(
            "|a|b|\n|-|-:|\n|1|2|",
            "<table>\n<tr><th>a</th><th class=\"right\">b</th></tr>\n<tr><td>1</td><td class=\"right\">2</td></tr>\n</table>",
        );
        check(
            "[x](https://a.b/?c&d)",
            "<p><a href=\"https://a.b/?c&amp;d\" rel=\"noreferrer\">x</a></p>",
        );
    }

    #[test]
    fn hostile_notes_are_words() {
        check("[x](javascript:alert(1))", "<p>x</p>");
        check("[x](file:///etc/passwd)", "<p>x</p>");
        check("![look](https://evil/p.png)", "<p>look</p>");
        check("a <img src=x> b", "<p>a &lt;img src=x&gt; b</p>");
        check(
            "<script>alert(1)</script>",
            "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>",
        );
    }
}
