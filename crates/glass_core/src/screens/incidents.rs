//! The incidents screen: threads and post-mortems, as far as they were written at the playhead.

use super::{Reaction, ScreenState};
use crate::context::{Context, pick};
use crate::list::{Choice, TableFrame, moved, table};
use crate::look::LookOf;
use crate::screens::alerts::field;
use crate::screens::changes::document;
use crate::times::{self, TimeInText, TimesOf};
use crate::{
    Cell, Command, DataState, DataStateKind, DetailsView, DocBlock, DocBlockKind, DocPart, DocumentView,
    IncidentsView, Line, Look, PartBody, Role, Screen, ScreenView, Slot, Span, Viewport, markdown, words,
};
use glass_model::{Ask, Document, DocumentKind, DocumentSummary, Timestamp};
use std::ops::Range;

const COLUMNS: &[(&str, bool, u16)] = &[
    ("kind", false, 0),
    ("title", false, 4),
    ("state", false, 0),
    ("said", true, 0),
    ("age", true, 0),
];

/// The incidents screen's state.
#[derive(Debug, Default)]
pub(crate) struct Incidents {
    /// The chosen document.
    pub choice: Choice,
    reads: bool,
    /// Whether what is read stands alone.
    is_full: bool,
    first_block: usize,
    /// The chosen time in the text, by number.
    time: Option<usize>,
}

impl ScreenState for Incidents {
    fn wanted(&self, context: &Context<'_>) -> Vec<(Slot, Ask)> {
        let mut wanted = vec![(Slot::Documents, Ask::Documents)];
        wanted.extend(
            self.chosen_id(context)
                .map(|id| (Slot::Document(Screen::Incidents), Ask::Document { id })),
        );
        wanted
    }

    fn view(&self, context: &Context<'_>, viewport: Viewport) -> ScreenView {
        let nothing = "nobody has written about it yet; `i` goes to the first word";
        let state = context.held(Slot::Documents, Ask::Documents, nothing).state;
        let documents = documents(context);
        let frame = TableFrame {
            title: "Incidents".into(),
            columns: COLUMNS,
            focused: !self.reads,
            state,
        };
        let index = self.choice.index(&keys(context));
        let chosen = (!documents.is_empty()).then_some(index);
        let now = context.time.playhead();
        let mut list = table(frame, documents.len(), chosen, viewport.list_rows, |i| {
            cells(&documents[i], now)
        });
        let (title, state) = match self.chosen_id(context) {
            Some(id) => {
                let title = documents
                    .get(index)
                    .map(|document| words::visible(&document.title))
                    .unwrap_or_default();
                (
                    title,
                    context
                        .held(
                            Slot::Document(Screen::Incidents),
                            Ask::Document { id },
                            "it cannot be read",
                        )
                        .state,
                )
            }
            None => (
                String::new(),
                DataState {
                    kind: DataStateKind::Empty,
                    text: "nothing to read yet".into(),
                    source: String::new(),
                },
            ),
        };
        let Text { blocks, parts, times } = self.text(context);
        let document = DocumentView {
            parts,
            n_times: times.len(),
            ..document(title, blocks, self.first_block, self.reads, state)
        };
        if self.is_full && self.reads {
            list.hide();
        }
        ScreenView::Incidents(IncidentsView { list, document })
    }

    fn run(&mut self, context: &Context<'_>, viewport: Viewport, command: Command) -> Reaction {
        match command {
            Command::NextPane | Command::PreviousPane => self.reads = !self.reads,
            Command::NextTime | Command::PreviousTime => {
                return self.step_to_time(context, viewport, command == Command::NextTime);
            }
            Command::Open if self.reads && self.time.is_some() => {
                let times = self.text(context).times;
                let chosen = self.time.and_then(|i| times.get(i));
                return chosen.map_or(Reaction::Done, |time| Reaction::GoTo(time.at));
            }
            Command::Open => self.reads = true,
            Command::FullScreen => {
                self.is_full = !(self.is_full && self.reads);
                self.reads = true;
            }
            Command::Back if self.time.is_some() => self.time = None,
            Command::Back if self.reads && self.is_full => self.is_full = false,
            Command::Back if self.reads => self.reads = false,
            command if self.reads => {
                let n = self.text(context).blocks.len();
                let Some(first) = moved(self.first_block, n, command, viewport.list_rows) else {
                    return Reaction::Ignored;
                };
                self.first_block = first;
            }
            command => {
                if !self.choice.run(command, &keys(context), viewport.list_rows) {
                    return Reaction::Ignored;
                }
                self.first_block = 0;
                self.time = None;
            }
        }
        Reaction::Done
    }

    fn details(&self, context: &Context<'_>) -> Option<DetailsView> {
        let index = self.choice.index(&keys(context));
        let now = context.time.playhead();
        Some(DetailsView {
            title: "Document".to_owned(),
            lines: documents(context)
                .get(index)
                .map(|document| lines(document, now))
                .unwrap_or_default(),
        })
    }

    fn chosen_text(&self, context: &Context<'_>) -> Option<String> {
        let index = self.choice.index(&keys(context));
        documents(context)
            .get(index)
            .map(|document| document.title.clone())
    }

    fn scroll_to(&mut self, context: &Context<'_>, _: Viewport, nth: usize) -> Reaction {
        let n = self.text(context).blocks.len();
        self.first_block = nth.min(n.saturating_sub(1));
        Reaction::Done
    }

    fn choose_time(&mut self, context: &Context<'_>, nth: usize) -> bool {
        let is_there = nth < self.text(context).times.len();
        if is_there {
            self.reads = true;
            self.time = Some(nth);
        }
        is_there
    }

    fn look(&self) -> Look {
        LookOf::default().with("row", self.choice.chosen()).done()
    }

    fn set_look(&mut self, name: &str, value: &str) {
        if name == "row" {
            self.choice.choose(value.to_owned());
        }
    }
}

impl Incidents {
    fn chosen_id(&self, context: &Context<'_>) -> Option<String> {
        self.choice.key(&keys(context)).cloned()
    }

    /// Chooses the next or previous time in the text, and shows it.
    fn step_to_time(&mut self, context: &Context<'_>, viewport: Viewport, next: bool) -> Reaction {
        let times = self.text(context).times;
        let Some(last) = times.len().checked_sub(1) else {
            return Reaction::Say("no time is named in this text");
        };
        let chosen = match (self.time, next) {
            (None, true) => times
                .iter()
                .position(|time| time.block >= self.first_block)
                .unwrap_or(0),
            (None, false) => last,
            (Some(i), true) => (i + 1).min(last),
            (Some(i), false) => i.saturating_sub(1).min(last),
        };
        self.reads = true;
        self.time = Some(chosen);
        let block = times[chosen].block;
        if block < self.first_block || block >= self.first_block + viewport.list_rows / 2 {
            self.first_block = block.saturating_sub(2);
        }
        Reaction::Say("enter goes to this time, `[` comes back; n and N choose another")
    }

    fn text(&self, context: &Context<'_>) -> Text {
        let Some(id) = self.chosen_id(context) else {
            return Text::default();
        };
        let held = context.held(Slot::Document(Screen::Incidents), Ask::Document { id }, "");
        pick!(held, Document)
            .and_then(Option::as_ref)
            .map(|document| Text::of(document, context, self.time))
            .unwrap_or_default()
    }
}

fn documents<'a>(context: &Context<'a>) -> &'a [DocumentSummary] {
    pick!(context.held(Slot::Documents, Ask::Documents, ""), Documents).map_or(&[], Vec::as_slice)
}

fn keys(context: &Context<'_>) -> Vec<String> {
    documents(context)
        .iter()
        .map(|document| document.id.clone())
        .collect()
}

/// What there is to say of a document beside its text.
fn lines(document: &DocumentSummary, now: Timestamp) -> Vec<Line> {
    let at = |at: Timestamp| format!("{} ({})", words::date_time(at), words::ago(at, now));
    let mut lines = vec![
        vec![Span::new(words::visible(&document.title), Role::Strong)],
        field("known", &at(document.known_at)),
    ];
    lines.extend(document.closed_at.map(|closed| field("closed", &at(closed))));
    lines.push(field("comments", &document.n_comments.to_string()));
    lines
}

fn cells(document: &DocumentSummary, now: Timestamp) -> Vec<Cell> {
    let kind = match document.kind {
        DocumentKind::Thread => "thread",
        DocumentKind::PostMortem => "post-mortem",
        DocumentKind::Note => "note",
    };
    let (state, role) = match (document.kind, document.closed_at) {
        (DocumentKind::Thread, None) => ("open", Role::Warning),
        (DocumentKind::Thread, Some(_)) => ("closed", Role::Ok),
        _ => ("", Role::Normal),
    };
    let comments = if document.n_comments == 0 {
        String::new()
    } else {
        document.n_comments.to_string()
    };
    vec![
        Cell::new(kind, Role::Muted),
        Cell::new(words::visible(&document.title), Role::Strong),
        Cell::new(state, role),
        Cell {
            value: Some(document.n_comments as f64),
            ..Cell::new(comments, Role::Normal)
        },
        Cell::new(words::age(document.known_at, now), Role::Muted),
    ]
}

/// Markdown of all texts of a document together, in bytes; what comes after it is given as blocks alone.
const MAX_MARKDOWN: usize = 256 << 10;

/// A document: its blocks, the same as larger parts, and the times in what people wrote.
#[derive(Default)]
struct Text {
    blocks: Vec<DocBlock>,
    parts: Vec<DocPart>,
    times: Vec<TimeInText>,
}

impl Text {
    fn of(document: &Document, context: &Context<'_>, chosen: Option<usize>) -> Self {
        let Document {
            summary,
            author,
            labels,
            link,
            text,
            comments,
        } = document;
        let now = context.time.playhead();
        let of = |said_at| TimesOf {
            said_at,
            extent: context.time.extent(),
        };
        let mut all = Self::default();
        all.add(byline(author, summary.known_at, now));
        let facts = labels
            .iter()
            .map(|label| words::visible(label))
            .chain((!link.is_empty()).then(|| words::visible(link)));
        let facts = facts.collect::<Vec<_>>().join("  ");
        if !facts.is_empty() {
            let text = vec![Span::new(facts, Role::Muted)];
            all.add(DocBlock::new(DocBlockKind::Paragraph, text));
        }
        all.write(text, of(summary.known_at), chosen);
        for comment in comments {
            all.add(DocBlock::new(DocBlockKind::Rule, Vec::new()));
            all.add(byline(&comment.author, comment.at, now));
            all.write(&comment.text, of(comment.at), chosen);
        }
        if let Some(at) = summary.closed_at {
            all.add(DocBlock::new(DocBlockKind::Rule, Vec::new()));
            let text = format!("closed {} ({})", words::date_time(at), words::ago(at, now));
            all.add(DocBlock::new(
                DocBlockKind::Byline,
                vec![Span::new(text, Role::Ok)],
            ));
        }
        all
    }

    /// Adds a block of our own.
    fn add(&mut self, block: DocBlock) {
        self.parts.push(DocPart {
            first: self.blocks.len(),
            n_blocks: 1,
            body: PartBody::Block(block.clone()),
        });
        self.blocks.push(block);
    }

    /// Adds what someone wrote.
    fn write(&mut self, text: &str, of: TimesOf, chosen: Option<usize>) {
        let (first, first_time) = (self.blocks.len(), self.times.len());
        let parsed = markdown::parse(text);
        self.blocks.extend(parsed.blocks.iter().cloned());
        times::mark(&mut self.blocks, first, of, chosen, &mut self.times);
        let times = self.times.iter().cloned().enumerate().skip(first_time);
        let times: Vec<(usize, TimeInText)> = times.collect();
        let length = |part: &DocPart| match &part.body {
            PartBody::Markdown(text) => text.len(),
            PartBody::Block(_) => 0,
        };
        let mut total: usize = self.parts.iter().map(length).sum();
        for part in markdown::parts(&parsed, first, &times, chosen) {
            total += length(&part);
            match &part.body {
                PartBody::Markdown(text) if total > MAX_MARKDOWN || !markdown::is_safe(text) => {
                    self.add_plain(part.first..part.first + part.n_blocks);
                }
                _ => self.parts.push(part),
            }
        }
    }

    /// Gives blocks that are there already as parts, one by one.
    fn add_plain(&mut self, range: Range<usize>) {
        for (i, block) in self.blocks.iter().enumerate().take(range.end).skip(range.start) {
            self.parts.push(DocPart {
                first: i,
                n_blocks: 1,
                body: PartBody::Block(block.clone()),
            });
        }
    }
}

/// Who said what follows, and when.
fn byline(author: &str, at: Timestamp, now: Timestamp) -> DocBlock {
    let author = match author.is_empty() {
        true => "unknown author".to_owned(),
        false => words::visible(author),
    };
    let when = format!("  {} ({})", words::date_time(at), words::ago(at, now));
    let text = vec![Span::new(author, Role::Accent), Span::new(when, Role::Muted)];
    DocBlock::new(DocBlockKind::Byline, text)
}
