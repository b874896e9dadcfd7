//! The changes screen: commits with their patches, or the repository's files at the playhead.

use super::{Reaction, ScreenState};
use crate::context::{Context, pick};
use crate::list::{Choice, TableFrame, moved, table};
use crate::look::LookOf;
use crate::patch::{Layout, Patch};
use crate::screens::alerts::field;
use crate::{
    Cell, ChangesView, Command, DataState, DataStateKind, DetailsView, DocBlock, DocBlockKind, DocumentView,
    Line, Look, Role, ScreenView, Slot, Span, TableView, Viewport, markdown, words,
};
use glass_model::{Ask, Change, ChangeSummary, RepositoryFile, Timestamp};
use std::ops::Range;

/// Columns on the overview.
pub(crate) const SHORT_COLUMNS: &[(&str, bool, u16)] =
    &[("age", true, 0), ("change", false, 3), ("author", false, 1)];
const COLUMNS: &[(&str, bool, u16)] = &[
    ("age", true, 0),
    ("commit", false, 0),
    ("change", false, 4),
    ("author", false, 1),
    ("lines", true, 0),
];
const FILE_COLUMNS: &[(&str, bool, u16)] = &[("file", false, 3), ("age", true, 0), ("commit", false, 0)];

/// More blocks than twice the rows of a list are not in sight at once, but for so many.
const MORE_BLOCKS: usize = 40;
/// Two sides of a patch stand beside each other where so many letters fit.
const LEAST_FOR_TWO: usize = 96;
/// How much of the room a patch has beside the list, in hundredths: the least of both front-ends.
const SHARE_OF_TEXT: usize = 55;

/// The changes screen's state.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    /// The chosen commit.
    pub choice: Choice,
    file: Choice,
    /// Which commits are kept; empty for all.
    filter: String,
    shows_files: bool,
    reads_patch: bool,
    /// Whether the patch stands alone.
    is_full: bool,
    /// Whether the sides of a patch stand one below the other also where they fit side by side.
    unified: bool,
    first_block: usize,
}

impl ScreenState for Changes {
    fn wanted(&self, context: &Context<'_>) -> Vec<(Slot, Ask)> {
        let mut wanted = vec![(Slot::Changes, Ask::Changes)];
        if self.shows_files {
            wanted.push((Slot::Files, Ask::Files));
        }
        wanted.extend(
            self.chosen_id(context)
                .map(|id| (Slot::Change, Ask::Change { id })),
        );
        wanted
    }

    fn view(&self, context: &Context<'_>, viewport: Viewport) -> ScreenView {
        let mut list = if self.shows_files {
            self.files_table(context, viewport)
        } else {
            self.commits_table(context, viewport)
        };
        if self.is_full && self.reads_patch {
            list.hide();
        }
        ScreenView::Changes(ChangesView {
            list,
            details: self.document(context, viewport),
        })
    }

    fn run(&mut self, context: &Context<'_>, viewport: Viewport, command: Command) -> Reaction {
        match command {
            Command::NextPane | Command::PreviousPane => self.reads_patch = !self.reads_patch,
            Command::Open => self.reads_patch = true,
            Command::FullScreen => {
                self.is_full = !(self.is_full && self.reads_patch);
                self.reads_patch = true;
            }
            Command::Back if self.reads_patch && self.is_full => self.is_full = false,
            Command::Back if self.reads_patch => self.reads_patch = false,
            Command::ToggleFiles => {
                self.shows_files = !self.shows_files;
                self.first_block = 0;
            }
            Command::DiffLayout => return self.change_layout(context, viewport),
            Command::Back if self.shows_files => self.shows_files = false,
            Command::Back if !self.filter.is_empty() => self.filter.clear(),
            command if self.reads_patch => {
                let n = self.text(context, viewport).map_or(0, |text| text.n_blocks());
                let Some(first) = moved(self.first_block, n, command, viewport.list_rows) else {
                    return Reaction::Ignored;
                };
                self.first_block = first;
            }
            command => {
                let keys = if self.shows_files {
                    file_keys(context)
                } else {
                    self.shown(context)
                        .iter()
                        .map(|change| change.id.clone())
                        .collect()
                };
                let choice = if self.shows_files {
                    &mut self.file
                } else {
                    &mut self.choice
                };
                if !choice.run(command, &keys, viewport.list_rows) {
                    return Reaction::Ignored;
                }
                self.first_block = 0;
            }
        }
        Reaction::Done
    }

    fn details(&self, context: &Context<'_>) -> Option<DetailsView> {
        let id = self.chosen_id(context);
        let all = commits(context).iter();
        let chosen = id.and_then(|id| all.into_iter().find(|change| change.id == id));
        Some(DetailsView {
            title: "Change".to_owned(),
            lines: chosen
                .map(|change| lines(change, context.time.playhead()))
                .unwrap_or_default(),
        })
    }

    fn chosen_text(&self, context: &Context<'_>) -> Option<String> {
        self.chosen_id(context)
    }

    fn filter(&self) -> Option<&str> {
        Some(&self.filter)
    }

    fn set_filter(&mut self, text: &str) {
        text.clone_into(&mut self.filter);
        self.first_block = 0;
    }

    fn scroll_to(&mut self, context: &Context<'_>, viewport: Viewport, nth: usize) -> Reaction {
        let n = self.text(context, viewport).map_or(0, |text| text.n_blocks());
        self.first_block = nth.min(n.saturating_sub(1));
        Reaction::Done
    }

    fn look(&self) -> Look {
        LookOf::default()
            .with("row", self.choice.chosen())
            .with_switch("files", self.shows_files)
            .with("diff", if self.unified { "unified" } else { "" })
            .done()
    }

    fn set_look(&mut self, name: &str, value: &str) {
        match name {
            "row" => self.choice.choose(value.to_owned()),
            "files" => self.shows_files = value == "yes",
            "diff" => self.unified = value == "unified",
            _ => {}
        }
    }
}

impl Changes {
    /// The commits in the range that the filter keeps: each word must stand in the hash, the subject or the author's
    /// name, or not, after a `!`.
    fn shown<'a>(&self, context: &Context<'a>) -> Vec<&'a ChangeSummary> {
        let filter = self.filter.to_lowercase();
        let words: Vec<&str> = filter.split_whitespace().collect();
        let text = |change: &ChangeSummary| {
            format!("{} {} {}", change.id, change.subject, change.author).to_lowercase()
        };
        let keeps = |change: &&ChangeSummary| {
            context.is_in_range(change.known_at, change.known_at)
                && (words.is_empty() || super::has_words(&text(change), &words))
        };
        commits(context).iter().filter(keeps).collect()
    }

    /// The commit whose patch is shown: the chosen one, or the last one of the chosen file.
    fn chosen_id(&self, context: &Context<'_>) -> Option<String> {
        if self.shows_files {
            let keys = file_keys(context);
            return files(context)
                .get(self.file.index(&keys))
                .map(|file| file.change_id.clone());
        }
        let shown = self.shown(context);
        let index = self
            .choice
            .position(shown.iter().map(|change| change.id.as_str()));
        shown.get(index).map(|change| change.id.clone())
    }

    fn commits_table(&self, context: &Context<'_>, viewport: Viewport) -> TableView {
        let held = context.held(
            Slot::Changes,
            Ask::Changes,
            "no change so far; `c` goes to the next one",
        );
        let mut state = held.state;
        let changes = self.shown(context);
        if changes.is_empty() && !commits(context).is_empty() {
            state.text = match self.filter.is_empty() {
                true => "no change in the range; X ends it".into(),
                false => "no change matches; esc clears the filter".into(),
            };
        }
        let index = self
            .choice
            .position(changes.iter().map(|change| change.id.as_str()));
        let mut title = format!("Changes{}", context.range_words());
        if !self.filter.is_empty() {
            title.push_str(&format!("  /{}", words::visible(&self.filter)));
        }
        let frame = TableFrame {
            title,
            columns: COLUMNS,
            focused: !self.reads_patch,
            state,
        };
        let now = context.time.playhead();
        table(
            frame,
            changes.len(),
            (!changes.is_empty()).then_some(index),
            viewport.list_rows,
            |i| cells(changes[i], now),
        )
    }

    fn files_table(&self, context: &Context<'_>, viewport: Viewport) -> TableView {
        let state = context.held(Slot::Files, Ask::Files, "no file so far").state;
        let files = files(context);
        let index = self.file.index(&file_keys(context));
        let title = "Files at this moment".to_owned();
        let frame = TableFrame {
            title,
            columns: FILE_COLUMNS,
            focused: !self.reads_patch,
            state,
        };
        let now = context.time.playhead();
        table(
            frame,
            files.len(),
            (!files.is_empty()).then_some(index),
            viewport.list_rows,
            |i| {
                let RepositoryFile {
                    repository: _,
                    path,
                    changed_at,
                    change_id,
                } = &files[i];
                vec![
                    Cell::new(words::visible(path), Role::Normal),
                    Cell::new(words::age(*changed_at, now), Role::Muted),
                    Cell::new(short_id(change_id), Role::Muted),
                ]
            },
        )
    }

    fn document(&self, context: &Context<'_>, viewport: Viewport) -> DocumentView {
        let Some(id) = self.chosen_id(context) else {
            let state = DataState {
                kind: DataStateKind::Empty,
                text: "no change is chosen".into(),
                source: String::new(),
            };
            return document(String::new(), Vec::new(), 0, self.reads_patch, state);
        };
        let held = context.held(
            Slot::Change,
            Ask::Change { id: id.clone() },
            "this change was not recorded",
        );
        let text = self.text(context, viewport);
        let total = text.as_ref().map_or(0, Text::n_blocks);
        let first = self.first_block.min(total.saturating_sub(1));
        let end = first.saturating_add(viewport.list_rows * 2 + MORE_BLOCKS);
        DocumentView {
            title: format!("Commit {}", short_id(&id)),
            blocks: text.map_or_else(Vec::new, |text| text.blocks(first..end)),
            parts: Vec::new(),
            n_times: 0,
            first,
            total,
            focused: self.reads_patch,
            state: held.state,
        }
    }

    fn change<'a>(&self, context: &Context<'a>) -> Option<&'a Change> {
        let id = self.chosen_id(context)?;
        let held = context.held(Slot::Change, Ask::Change { id }, "");
        pick!(held, Change).and_then(Option::as_ref)
    }

    fn text<'a>(&self, context: &Context<'a>, viewport: Viewport) -> Option<Text<'a>> {
        let change = self.change(context)?;
        Some(Text::of(change, self.layout(viewport), context))
    }

    /// How the sides of a patch stand: side by side if that is wanted and there is room.
    fn layout(&self, viewport: Viewport) -> Layout {
        let is_alone = self.is_full && self.reads_patch;
        let columns = match is_alone {
            true => viewport.text_columns,
            false => viewport.text_columns * SHARE_OF_TEXT / 100,
        };
        match columns >= LEAST_FOR_TWO && !self.unified {
            true => Layout::SideBySide,
            false => Layout::Unified,
        }
    }

    /// Side by side or one below the other; what is at the top stays there.
    fn change_layout(&mut self, context: &Context<'_>, viewport: Viewport) -> Reaction {
        let before = self.text(context, viewport);
        let layout = self.layout(viewport);
        self.unified = !self.unified;
        if let (Some(before), Some(after)) = (before, self.text(context, viewport)) {
            self.first_block = after.block_like(&before, self.first_block);
        }
        match self.layout(viewport) == layout && !self.unified {
            true => Reaction::Say("side by side where there is room for it: f shows the patch alone"),
            false => Reaction::Done,
        }
    }
}

/// What is said of a commit: its message and files, its patch, and that there would be more of it.
struct Text<'a> {
    head: Vec<DocBlock>,
    patch: Patch<'a>,
    tail: Vec<DocBlock>,
}

impl<'a> Text<'a> {
    fn of(change: &'a Change, layout: Layout, context: &Context<'_>) -> Self {
        let Change {
            summary: _,
            body: _,
            patch,
            patch_cut,
        } = change;
        let text = "The patch is longer; the rest is in the git bundle.";
        let cut = || DocBlock::new(DocBlockKind::Paragraph, vec![Span::new(text, Role::Muted)]);
        Self {
            head: head(change, context),
            patch: Patch::new(patch, layout),
            tail: patch_cut.then(cut).into_iter().collect(),
        }
    }

    fn n_blocks(&self) -> usize {
        self.head.len() + self.patch.n_rows() + self.tail.len()
    }

    /// The blocks of a range; rows of the patch are made for it alone.
    fn blocks(self, range: Range<usize>) -> Vec<DocBlock> {
        let Self { head, patch, tail } = self;
        let (n_head, n_rows) = (head.len(), patch.n_rows());
        let rows = range.start.saturating_sub(n_head)..range.end.saturating_sub(n_head);
        let mut blocks: Vec<DocBlock> = head.into_iter().skip(range.start).collect();
        blocks.extend(patch.blocks(rows));
        blocks.extend(tail.into_iter().skip(range.start.saturating_sub(n_head + n_rows)));
        blocks.truncate(range.len());
        blocks
    }

    /// The block that shows what the `nth` of the same commit's shows in another layout.
    fn block_like(&self, other: &Self, nth: usize) -> usize {
        match nth.checked_sub(other.head.len()) {
            Some(row) => self.head.len() + self.patch.row_like(&other.patch, row),
            None => nth,
        }
    }
}

/// What stands above a patch.
fn head(change: &Change, context: &Context<'_>) -> Vec<DocBlock> {
    let summary = &change.summary;
    let line = |kind, text: String, role| DocBlock::new(kind, vec![Span::new(text, role)]);
    let byline = format!(
        "{}  {} ({})",
        words::visible(&summary.author),
        words::date_time(summary.committed_at),
        words::ago(summary.known_at, context.time.playhead())
    );
    let mut blocks = vec![
        line(
            DocBlockKind::Heading(1),
            words::visible(&summary.subject),
            Role::Strong,
        ),
        line(DocBlockKind::Byline, byline, Role::Muted),
    ];
    blocks.extend(markdown::blocks(&change.body));
    for file in &summary.files {
        let deleted = if file.deleted { " (deleted)" } else { "" };
        let text = vec![
            Span::new(format!("{}{deleted} ", words::visible(&file.path)), Role::Normal),
            Span::new(format!("+{} ", file.n_added), Role::Added),
            Span::new(format!("-{}", file.n_removed), Role::Removed),
        ];
        blocks.push(DocBlock::new(DocBlockKind::Item(0), text));
    }
    blocks.push(DocBlock::new(DocBlockKind::Rule, Vec::new()));
    blocks
}

/// A document from a block on.
pub(crate) fn document(
    title: String,
    blocks: Vec<DocBlock>,
    first: usize,
    focused: bool,
    state: DataState,
) -> DocumentView {
    let total = blocks.len();
    let first = first.min(total.saturating_sub(1));
    DocumentView {
        title,
        blocks: blocks.into_iter().skip(first).collect(),
        parts: Vec::new(),
        n_times: 0,
        first,
        total,
        focused,
        state,
    }
}

fn files<'a>(context: &Context<'a>) -> &'a [RepositoryFile] {
    pick!(context.held(Slot::Files, Ask::Files, ""), Files).map_or(&[], Vec::as_slice)
}

fn file_keys(context: &Context<'_>) -> Vec<String> {
    files(context)
        .iter()
        .map(|file| format!("{} {}", file.repository, file.path))
        .collect()
}

fn commits<'a>(context: &Context<'a>) -> &'a [ChangeSummary] {
    pick!(context.held(Slot::Changes, Ask::Changes, ""), Changes).map_or(&[], Vec::as_slice)
}

/// The ids of all changes known at the playhead.
pub(crate) fn keys(context: &Context<'_>) -> Vec<String> {
    commits(context).iter().map(|change| change.id.clone()).collect()
}

/// The change that is chosen on another screen, in full but without its patch.
pub(crate) fn lines_of(choice: &Choice, context: &Context<'_>) -> Option<Vec<Line>> {
    let all = commits(context);
    let index = choice.position(all.iter().map(|change| change.id.as_str()));
    Some(lines(all.get(index)?, context.time.playhead()))
}

/// Files of a change that are named.
const MAX_FILES: usize = 40;

fn lines(change: &ChangeSummary, now: Timestamp) -> Vec<Line> {
    let at = |at: Timestamp| format!("{} ({})", words::date_time(at), words::ago(at, now));
    let mut lines = vec![
        vec![Span::new(words::visible(&change.subject), Role::Strong)],
        field("commit", &words::visible(&change.id)),
        field("author", &words::visible(&change.author)),
        field("committed", &at(change.committed_at)),
        field("known", &at(change.known_at)),
    ];
    for file in change.files.iter().take(MAX_FILES) {
        lines.push(vec![
            Span::new(format!("+{} ", file.n_added), Role::Added),
            Span::new(format!("-{} ", file.n_removed), Role::Removed),
            Span::new(words::visible(&file.path), Role::Normal),
        ]);
    }
    if let Some(n @ 1..) = change.files.len().checked_sub(MAX_FILES) {
        lines.push(vec![Span::new(words::count(n as u64, "more file"), Role::Muted)]);
    }
    lines
}

fn short_id(id: &str) -> String {
    words::visible(&id.chars().take(8).collect::<String>())
}

/// Cells for [`SHORT_COLUMNS`].
pub(crate) fn short_cells(change: &ChangeSummary, now: Timestamp) -> Vec<Cell> {
    vec![
        Cell::new(words::age(change.known_at, now), Role::Muted),
        Cell::new(words::visible(&change.subject), Role::Normal),
        Cell::new(words::visible(&change.author), Role::Muted),
    ]
}

fn cells(change: &ChangeSummary, now: Timestamp) -> Vec<Cell> {
    let n_added: u64 = change.files.iter().map(|file| u64::from(file.n_added)).sum();
    let n_removed: u64 = change.files.iter().map(|file| u64::from(file.n_removed)).sum();
    vec![
        Cell::new(words::age(change.known_at, now), Role::Muted),
        Cell::new(short_id(&change.id), Role::Accent),
        Cell::new(words::visible(&change.subject), Role::Normal),
        Cell::new(words::visible(&change.author), Role::Muted),
        Cell::new(format!("+{n_added} -{n_removed}"), Role::Muted),
    ]
}
