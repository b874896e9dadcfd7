//! The incidents screen: threads and post-mortems, as far as they were written at the playhead.

use super::{Reaction, ScreenState};
use crate::context::{Context, pick};
use crate::list::{Choice, TableFrame, moved, table};
use crate::look::LookOf;
use crate::screens::changes::document;
use crate::times::{self, TimeInText, TimesOf};
use crate::{
    Cell, Command, DataState, DataStateKind, DocBlock, DocBlockKind, IncidentsView, Look, Role, Screen,
    ScreenView, Slot, Span, Viewport, markdown, words,
};
use glass_model::{Ask, Document, DocumentKind, DocumentSummary, Timestamp};

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
        let document = document(title, self.blocks(context).0, self.first_block, self.reads, state);
        if self.is_full && self.reads {
            list.hide();
        }
        ScreenView::Incidents(IncidentsView { list, document })
    }

    fn run(&mut self, context: &Context<'_>, viewport: Viewport, command: Command) -> Reaction {
        match command {
            Command::NextPane | Command::PreviousPane => self.reads = !self.reads,
            Command::NextTime | Command::PreviousTime => {
                return self.choose_time(context, viewport, command == Command::NextTime);
            }
            Command::Open if self.reads && self.time.is_some() => {
                let (_, times) = self.blocks(context);
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
                let n = self.blocks(context).0.len();
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

    fn chosen_text(&self, context: &Context<'_>) -> Option<String> {
        let index = self.choice.index(&keys(context));
        documents(context)
            .get(index)
            .map(|document| document.title.clone())
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
    fn choose_time(&mut self, context: &Context<'_>, viewport: Viewport, next: bool) -> Reaction {
        let (_, times) = self.blocks(context);
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

    /// The text, and the times in it.
    fn blocks(&self, context: &Context<'_>) -> (Vec<DocBlock>, Vec<TimeInText>) {
        let Some(id) = self.chosen_id(context) else {
            return Default::default();
        };
        let held = context.held(Slot::Document(Screen::Incidents), Ask::Document { id }, "");
        pick!(held, Document)
            .and_then(Option::as_ref)
            .map(|text| blocks(text, context, self.time))
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

/// The blocks of a document, and the times in what people wrote.
fn blocks(
    document: &Document,
    context: &Context<'_>,
    chosen: Option<usize>,
) -> (Vec<DocBlock>, Vec<TimeInText>) {
    let Document {
        summary,
        author,
        labels,
        link,
        text,
        comments,
    } = document;
    let now = context.time.playhead();
    let byline = |author: &str, at: Timestamp| {
        let author = match author.is_empty() {
            true => "unknown author".to_owned(),
            false => words::visible(author),
        };
        let when = format!("  {} ({})", words::date_time(at), words::ago(at, now));
        let text = vec![Span::new(author, Role::Accent), Span::new(when, Role::Muted)];
        DocBlock::new(DocBlockKind::Byline, text)
    };
    let mut all = vec![byline(author, summary.known_at)];
    let facts = labels
        .iter()
        .map(|label| words::visible(label))
        .chain((!link.is_empty()).then(|| words::visible(link)));
    let facts = facts.collect::<Vec<_>>().join("  ");
    if !facts.is_empty() {
        all.push(DocBlock::new(
            DocBlockKind::Paragraph,
            vec![Span::new(facts, Role::Muted)],
        ));
    }
    let mut times = Vec::new();
    let mut write = |all: &mut Vec<DocBlock>, text: &str, said_at: Timestamp| {
        let first = all.len();
        all.extend(markdown::blocks(text));
        let extent = context.time.extent();
        times::mark(all, first, TimesOf { said_at, extent }, chosen, &mut times);
    };
    write(&mut all, text, summary.known_at);
    for comment in comments {
        all.push(DocBlock::new(DocBlockKind::Rule, Vec::new()));
        all.push(byline(&comment.author, comment.at));
        write(&mut all, &comment.text, comment.at);
    }
    if let Some(at) = summary.closed_at {
        all.push(DocBlock::new(DocBlockKind::Rule, Vec::new()));
        let text = format!("closed {} ({})", words::date_time(at), words::ago(at, now));
        all.push(DocBlock::new(
            DocBlockKind::Byline,
            vec![Span::new(text, Role::Ok)],
        ));
    }
    (all, times)
}
