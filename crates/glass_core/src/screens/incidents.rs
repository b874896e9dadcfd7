//! The incidents screen: threads and post-mortems, as far as they were written at the playhead.

use super::{Reaction, ScreenState};
use crate::context::{Context, pick};
use crate::list::{Choice, TableFrame, moved, table};
use crate::screens::changes::document;
use crate::{
    Cell, Command, DataState, DataStateKind, DocBlock, DocBlockKind, IncidentsView, Role, ScreenView, Slot,
    Span, Viewport, markdown, words,
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
    choice: Choice,
    reads: bool,
    first_block: usize,
}

impl ScreenState for Incidents {
    fn wanted(&self, context: &Context<'_>) -> Vec<(Slot, Ask)> {
        let mut wanted = vec![(Slot::Documents, Ask::Documents)];
        wanted.extend(
            self.chosen_id(context)
                .map(|id| (Slot::Document, Ask::Document { id })),
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
        let list = table(frame, documents.len(), chosen, viewport.list_rows, |i| {
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
                        .held(Slot::Document, Ask::Document { id }, "it cannot be read")
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
        let document = document(title, self.blocks(context), self.first_block, self.reads, state);
        ScreenView::Incidents(IncidentsView { list, document })
    }

    fn run(&mut self, context: &Context<'_>, viewport: Viewport, command: Command) -> Reaction {
        match command {
            Command::NextPane | Command::PreviousPane => self.reads = !self.reads,
            Command::Open => self.reads = true,
            Command::Back if self.reads => self.reads = false,
            command if self.reads => {
                let n = self.blocks(context).len();
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
}

impl Incidents {
    fn chosen_id(&self, context: &Context<'_>) -> Option<String> {
        self.choice.key(&keys(context)).cloned()
    }

    fn blocks(&self, context: &Context<'_>) -> Vec<DocBlock> {
        let Some(id) = self.chosen_id(context) else {
            return Vec::new();
        };
        let held = context.held(Slot::Document, Ask::Document { id }, "");
        pick!(held, Document)
            .and_then(Option::as_ref)
            .map(|text| blocks(text, context))
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

fn blocks(document: &Document, context: &Context<'_>) -> Vec<DocBlock> {
    let Document {
        summary,
        author,
        labels,
        link,
        text,
        comments,
    } = document;
    let now = context.time.playhead();
    let byline = |author: &str, at: Timestamp| DocBlock {
        kind: DocBlockKind::Byline,
        text: vec![
            Span::new(
                if author.is_empty() {
                    "unknown author".to_owned()
                } else {
                    words::visible(author)
                },
                Role::Accent,
            ),
            Span::new(
                format!("  {} ({})", words::date_time(at), words::ago(at, now)),
                Role::Muted,
            ),
        ],
    };
    let mut all = vec![byline(author, summary.known_at)];
    let facts = labels
        .iter()
        .map(|label| words::visible(label))
        .chain((!link.is_empty()).then(|| words::visible(link)));
    let facts = facts.collect::<Vec<_>>().join("  ");
    if !facts.is_empty() {
        all.push(DocBlock {
            kind: DocBlockKind::Paragraph,
            text: vec![Span::new(facts, Role::Muted)],
        });
    }
    all.extend(markdown::blocks(text));
    for comment in comments {
        all.push(DocBlock {
            kind: DocBlockKind::Rule,
            text: Vec::new(),
        });
        all.push(byline(&comment.author, comment.at));
        all.extend(markdown::blocks(&comment.text));
    }
    if let Some(at) = summary.closed_at {
        all.push(DocBlock {
            kind: DocBlockKind::Rule,
            text: Vec::new(),
        });
        let text = format!("closed {} ({})", words::date_time(at), words::ago(at, now));
        all.push(DocBlock {
            kind: DocBlockKind::Byline,
            text: vec![Span::new(text, Role::Ok)],
        });
    }
    all
}
