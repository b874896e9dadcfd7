//! A text as Markdown that a front-end may set by itself: [`Parts`]. Images become their words and address, links lead
//! to the web alone, and times are links of a scheme of our own.

use super::{OPTIONS, Parsed};
use crate::times::TimeInText;
use crate::{DocPart, PartBody};
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use std::ops::Range;

/// Where links to times lead: this and the number of the time.
pub(crate) const TIME_SCHEME: &str = "glass-time:";

/// A replacement in the source: bytes and what comes in their place.
type Edit = (Range<usize>, String);

/// A block that is not part of another one, as it stands in the source.
#[derive(Clone, Debug)]
struct Outer {
    source: Range<usize>,
    /// The text of code that is code by its indentation alone.
    indented: Option<String>,
    /// How many blocks there are before it.
    first: usize,
}

/// Makes parts of a text that was parsed. Its blocks begin at `first_block` of the document, and its times, with their
/// numbers, stand in `times`.
pub(crate) fn parts(
    parsed: &Parsed,
    first_block: usize,
    times: &[(usize, TimeInText)],
    chosen: Option<usize>,
) -> Vec<DocPart> {
    let mut edits = link_edits(&parsed.source);
    edits.extend(language_edits(&parsed.source));
    edits.extend(times.iter().filter_map(|(nth, time)| {
        let place = parsed.place(time.block.checked_sub(first_block)?, time)?;
        let text = escaped(parsed.source.get(place.clone())?);
        let text = match chosen == Some(*nth) {
            true => format!("\\[{text}\\]"),
            false => text,
        };
        Some((place, format!("[{text}]({TIME_SCHEME}{nth})")))
    }));
    edits.sort_by_key(|(range, _)| (range.start, range.end));
    let outer = outer_blocks(parsed);
    let ends = outer.iter().skip(1).map(|next| next.first);
    let ends = ends.chain([parsed.blocks.len()]);
    let part = |(block, end): (&Outer, usize)| {
        let n_blocks = end.saturating_sub(block.first);
        let markdown = match &block.indented {
            Some(code) => fenced(code),
            None => edited(&parsed.source, block.source.clone(), &edits),
        };
        (n_blocks > 0).then(|| DocPart {
            first: first_block + block.first,
            n_blocks,
            body: PartBody::Markdown(markdown),
        })
    };
    outer.iter().zip(ends).filter_map(part).collect()
}

/// Whether a front-end may set a text: nothing in it is loaded, and no link leads anywhere but to the web or a time,
/// however it is read.
pub(crate) fn is_safe(markdown: &str) -> bool {
    [OPTIONS, Options::all()].into_iter().all(|options| {
        Parser::new_ext(markdown, options).all(|event| match event {
            Event::Start(Tag::Image { .. }) => false,
            Event::Start(Tag::Link { dest_url, .. }) => {
                is_of_web(&dest_url) || dest_url.starts_with(TIME_SCHEME)
            }
            _ => true,
        })
    })
}

fn is_of_web(address: &str) -> bool {
    let address = address.to_ascii_lowercase();
    address.starts_with("https://") || address.starts_with("http://")
}

/// The blocks that are not in others.
fn outer_blocks(parsed: &Parsed) -> Vec<Outer> {
    let mut found: Vec<Outer> = Vec::new();
    let mut depth = 0_usize;
    for (event, range) in Parser::new_ext(&parsed.source, OPTIONS).into_offset_iter() {
        match event {
            Event::Start(tag) => {
                if depth == 0 {
                    let is_indented = matches!(tag, Tag::CodeBlock(CodeBlockKind::Indented));
                    found.push(Outer {
                        source: from_line_start(&parsed.source, range),
                        indented: is_indented.then(String::new),
                        first: 0,
                    });
                }
                depth += 1;
            }
            Event::End(_) => depth = depth.saturating_sub(1),
            Event::Rule if depth == 0 => found.push(Outer {
                source: range,
                indented: None,
                first: 0,
            }),
            Event::Text(text) => {
                if let Some(code) = found.last_mut().and_then(|last| last.indented.as_mut()) {
                    code.push_str(&text);
                }
            }
            _ => {}
        }
    }
    for block in &mut found {
        block.first = parsed.starts.partition_point(|start| *start < block.source.start);
    }
    found
}

/// With what stands before it in its line, if that is nothing but room: it tells how deep a list is.
fn from_line_start(source: &str, range: Range<usize>) -> Range<usize> {
    let start = source[..range.start].rfind('\n').map_or(0, |end| end + 1);
    match source[start..range.start].trim().is_empty() {
        true => start..range.end,
        false => range,
    }
}

/// Code between fences that are longer than any in it.
fn fenced(code: &str) -> String {
    let longest = code.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}\n{}\n{fence}", code.trim_end_matches('\n'))
}

/// What is open while links are looked for.
struct Open {
    range: Range<usize>,
    address: String,
    is_image: bool,
    /// Links that are their own text.
    is_bare: bool,
    inner: Option<Range<usize>>,
}

/// Code is set without its language: its colours would be those of another program.
fn language_edits(source: &str) -> Vec<Edit> {
    let edit = |(event, range): (Event<'_>, Range<usize>)| {
        let Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(_))) = event else {
            return None;
        };
        let line = source.get(range.clone())?.lines().next()?;
        let fence = line.trim_start_matches(['`', '~']);
        let start = range.start + line.len() - fence.len();
        Some((start..start + fence.len(), String::new()))
    };
    let events = Parser::new_ext(source, OPTIONS).into_offset_iter();
    events.filter_map(edit).collect()
}

/// Images become their words and their address, and so do links that do not lead to the web.
fn link_edits(source: &str) -> Vec<Edit> {
    use pulldown_cmark::LinkType;
    let mut edits = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    for (event, range) in Parser::new_ext(source, OPTIONS).into_offset_iter() {
        let is_end = matches!(event, Event::End(TagEnd::Link | TagEnd::Image));
        if is_end {
            if let Some(link) = open.pop() {
                edits.extend(edits_of(source, &link));
            }
            continue;
        }
        if let Some(top) = open.last_mut() {
            let inner = top.inner.get_or_insert(range.clone());
            *inner = inner.start.min(range.start)..inner.end.max(range.end);
        }
        let (dest_url, link_type, is_image) = match event {
            Event::Start(Tag::Link {
                dest_url, link_type, ..
            }) => (dest_url, link_type, false),
            Event::Start(Tag::Image {
                dest_url, link_type, ..
            }) => (dest_url, link_type, true),
            _ => continue,
        };
        open.push(Open {
            range,
            address: dest_url.to_string(),
            is_image,
            is_bare: matches!(link_type, LinkType::Autolink | LinkType::Email),
            inner: None,
        });
    }
    edits
}

fn edits_of(source: &str, link: &Open) -> Vec<Edit> {
    let leads_on = !link.is_image && is_of_web(&link.address);
    let Some(inner) = link.inner.clone().filter(|_| !link.is_bare) else {
        let words = source.get(link.range.clone()).unwrap_or_default();
        let words = match link.is_bare {
            true => words.trim_start_matches('<').trim_end_matches('>'),
            false => &link.address,
        };
        let text = match leads_on {
            true => format!("[{}](<{}>)", escaped(words), address(&link.address)),
            false => escaped(words),
        };
        return vec![(link.range.clone(), text)];
    };
    let tail = match leads_on {
        true => format!("](<{}>)", address(&link.address)),
        false => format!(" \\<{}\\>", escaped(&link.address)),
    };
    let head = if leads_on { "[" } else { "" };
    vec![
        (link.range.start..inner.start, head.to_owned()),
        (inner.end..link.range.end, tail),
    ]
}

/// An address as it may stand between angle brackets.
fn address(text: &str) -> String {
    text.chars()
        .flat_map(|c| match c {
            '<' => "%3C".chars().collect::<Vec<_>>(),
            '>' => "%3E".chars().collect(),
            '\\' => "%5C".chars().collect(),
            '|' => "%7C".chars().collect(),
            c if c.is_whitespace() => "%20".chars().collect(),
            c => vec![c],
        })
        .collect()
}

/// A text that means nothing but itself.
fn escaped(text: &str) -> String {
    let mut all = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii_punctuation() {
            all.push('\\');
        }
        all.push(c);
    }
    all
}

/// A piece of the source with what is replaced in it.
fn edited(source: &str, range: Range<usize>, edits: &[Edit]) -> String {
    let mut text = String::with_capacity(range.len());
    let mut at = range.start;
    let inside = edits
        .iter()
        .filter(|(place, _)| range.start <= place.start && place.end <= range.end);
    for (place, new) in inside {
        // What overlaps what was replaced already is gone.
        if place.start < at {
            continue;
        }
        text.push_str(source.get(at..place.start).unwrap_or_default());
        text.push_str(new);
        at = place.end;
    }
    text.push_str(source.get(at..range.end).unwrap_or_default());
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markdown::parse;
    use crate::times::{TimesOf, mark};
    use glass_model::{TimeRange, Timestamp};
    use proptest::prelude::*;

    fn made(text: &str, chosen: Option<usize>) -> Vec<DocPart> {
        let time = |text| Timestamp::parse_rfc3339(text).unwrap();
        let of = TimesOf {
            said_at: time("2026-11-22T04:00:00Z"),
            extent: TimeRange::new(time("2026-11-22T03:00:00Z"), time("2026-11-22T05:00:00Z")),
        };
        let parsed = parse(text);
        let (mut blocks, mut times) = (parsed.blocks.clone(), Vec::new());
        mark(&mut blocks, 0, of, chosen, &mut times);
        let times: Vec<_> = times.into_iter().enumerate().collect();
        parts(&parsed, 0, &times, chosen)
    }

    fn check(text: &str, expected: &[(usize, usize, &str)]) {
        let all = made(text, Some(1));
        let found: Vec<(usize, usize, &str)> = all
            .iter()
            .map(|part| match &part.body {
                PartBody::Markdown(text) => (part.first, part.n_blocks, text.trim_end()),
                PartBody::Block(_) => panic!("{text}"),
            })
            .collect();
        assert_eq!(found, expected, "{text}");
        for (.., text) in found {
            assert!(is_safe(text), "{text}");
        }
    }

    #[test]
    fn times_are_links_wherever_links_can_be() {
        check(
            "# At 03:41\n\nIt broke at *03:42:10*, `03:43` and [03:44](https://x.org).",
            &[
                (0, 1, "# At [03\\:41](glass-time:0)"),
                (
                    1,
                    1,
                    "It broke at *[\\[03\\:42\\:10\\]](glass-time:1)*, `03:43` and [03:44](<https://x.org>).",
                ),
            ],
        );
        check(
            " - one\n - 03:41 two\n\n| a | b |\n|---|---|\n| 03:45 | d |",
            &[
                (0, 2, " - one\n - [03\\:41](glass-time:0) two"),
                (
                    2,
                    2,
                    "| a | b |\n|---|---|\n| [\\[03\\:45\\]](glass-time:1) | d |",
                ),
            ],
        );
    }

    #[test]
    fn nothing_is_loaded_and_links_lead_to_the_web_alone() {
        check(
            "![a *cat*](http://x/y.png) [run](file:///bin/sh) [r][1] <http://a_b_c>\n\n[1]: https://z",
            &[(
                0,
                1,
                "a *cat* \\<http\\:\\/\\/x\\/y\\.png\\> run \\<file\\:\\/\\/\\/bin\\/sh\\> [r](<https://z>) \
                 [http\\:\\/\\/a\\_b\\_c](<http://a_b_c>)",
            )],
        );
        check("- ```sh x\n  03:41\n  ```", &[(0, 2, "- ```\n  03:41\n  ```")]);
        check("    ```\n    x", &[(0, 2, "````\n```\nx\n````")]);
        check("a\u{1b}[2J\tb", &[(0, 1, "a␛[2J    b")]);
        check(
            "[![alt](http://x/y.png)](https://z)",
            &[(0, 1, "[alt \\<http\\:\\/\\/x\\/y\\.png\\>](<https://z>)")],
        );
    }

    proptest! {
        #[test]
        fn whatever_is_written_is_safe_or_given_as_blocks(text in r"[\[\]!()<>a:/^1` \n|\\*>-]{0,60}") {
            let text = text.replace("a:/", "http://");
            let all = made(&text, None);
            let n_blocks = parse(&text).blocks.len();
            let mut next = 0;
            for part in &all {
                prop_assert_eq!(part.first, next);
                next = part.first + part.n_blocks;
            }
            prop_assert_eq!(next, n_blocks);
        }
    }
}
