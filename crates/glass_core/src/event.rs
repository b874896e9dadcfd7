//! What goes into the core ([`Event`]) and what it wants done ([`Effect`]).

use crate::{Chord, Command, Export, Point, Screen, Slot, Viewport, WriteFault};
use glass_model::{Answer, CloudSummary, Jump, QueryError, Question, RecordingInfo, Story, Timestamp};
use std::sync::Arc;

/// Something that happened to the application.
#[derive(Clone, Debug)]
pub enum Event {
    /// A key was pressed.
    Chord(Chord),
    /// Text was pasted.
    Paste(String),
    /// A command was chosen with the pointer.
    Command(Command),
    /// The pointer was pressed or dragged on the timeline; 0 at the window's start, 1 at its end.
    Scrub(f64),
    /// The pointer is over a graph, at a place of the window, or left it.
    Look(Option<f64>),
    /// The pointer makes the window of time so many times as long; what stands at a place of it, 0 to 1, stays there.
    Zoom {
        /// The place.
        at: f64,
        /// How many times as long; below 1 it becomes shorter.
        factor: f64,
    },
    /// The pointer moves the window of time by a part of its length; positive is later.
    Pan(f64),
    /// The pointer chose a part of the window to be shown as long as the window is; 0 is its start, 1 its end.
    ZoomTo {
        /// Where it went down.
        from: f64,
        /// Where it let go.
        to: f64,
    },
    /// A line was chosen in the legend of a graph: it is shown alone, or all are again.
    Isolate {
        /// The graph's title.
        graph: String,
        /// The line's name.
        line: String,
    },
    /// A file or a link was brought here to be opened.
    Bring(String),
    /// The pointer let the timeline go; time goes on if it did before.
    ScrubEnd,
    /// The pointer selected a part of the window on the timeline or a histogram; 0 is its start, 1 its end.
    Select {
        /// Where it went down.
        from: f64,
        /// Where it is.
        to: f64,
    },
    /// So many nanoseconds passed on the clock; moves the playhead while playing.
    Tick(i64),
    /// The pointer was used on a list.
    Point(Point),
    /// The front-end has something to say.
    Note(String),
    /// The front-end's size changed.
    Resized(Viewport),
    /// The story was changed, or gone on in, with the pointer.
    Story(StoryEdit),
    /// What became of a story that was to be kept: the recording holds it, or why it does not; without a reason where
    /// what is open can never hold one.
    StoryKept(Result<(), String>),
    /// The screens that the front-end shows, and how much fits into each; none, and the core divides the room.
    Tiles(Vec<Tile>),
    /// An answer came, or an error.
    Answered(Box<Answered>),
    /// The time on the clock, of a live cloud; the core itself has none.
    Clock(Timestamp),
    /// How the clouds stand that can be opened, as of a moment.
    Clouds {
        /// The moment.
        at: Timestamp,
        /// All of them.
        clouds: Vec<CloudSummary>,
    },
    /// Something else was opened, or could not be.
    Opened(Result<Box<RecordingInfo>, String>),
    /// A place to jump to was looked for.
    Jumped {
        /// What was looked for.
        jump: Jump,
        /// The moment, `None` if there is no such thing.
        result: Result<Option<Timestamp>, QueryError>,
    },
    /// A file was made, or could not be, and is to be written: a picture that [`Effect::Export`] asked for, or
    /// another that the front-end makes.
    Drawn {
        /// Where to.
        path: String,
        /// What is to stand in it, or why there is nothing.
        result: Result<Vec<u8>, String>,
    },
    /// A file was written, or could not be.
    Written {
        /// The path as it was typed.
        path: String,
        /// Where it is in full.
        result: Result<String, WriteFault>,
    },
}

/// A change of the story, or a step in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoryEdit {
    /// A step is to be shown, by its place.
    Go(usize),
    /// The shown step is called so.
    Title(String),
    /// There is this to say about the shown step.
    Notes(String),
}

/// A screen that a front-end shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tile {
    /// Which one.
    pub screen: Screen,
    /// How much fits into it.
    pub viewport: Viewport,
}

/// How what is in sight is to change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrange {
    /// A screen is to stand beside another.
    Beside {
        /// The one to show.
        screen: Screen,
        /// The one beside it.
        of: Screen,
    },
    /// A screen is to go.
    Close(Screen),
    /// All of it is to be as it is thought out for a purpose.
    Preset(Preset),
    /// The tree of what can be opened is to come or go.
    ToggleTree,
    /// The details of what is chosen are to come or go.
    ToggleDetails,
    /// What is open is to be shown to others, or no longer.
    Present,
    /// The speaker's notes are to come or go.
    SpeakerNotes,
    /// The settings are to be shown.
    Settings,
    /// Something else that is open is to be looked at.
    NextSession,
    /// It is to stand beside this one, or no longer.
    CompareSessions,
    /// What is looked at is to be closed.
    CloseSession,
}

/// An arrangement of screens for a purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Preset {
    /// One screen, with the tree beside it.
    Explore,
    /// What one looks at in an outage: what fires, graphs and logs at once.
    Incident,
    /// What is shown to others: one screen and the timeline, large.
    Present,
}

impl Preset {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Explore, Self::Incident, Self::Present];

    /// What it is called.
    pub fn title(self) -> &'static str {
        match self {
            Self::Explore => "Explore",
            Self::Incident => "Incident",
            Self::Present => "Present",
        }
    }
}

/// What came of a question.
#[derive(Clone, Debug)]
pub struct Answered {
    /// For which place it was asked.
    pub slot: Slot,
    /// The version of the request.
    pub version: u64,
    /// The question.
    pub question: Question,
    /// The answer, or why there is none.
    pub result: Result<Answer, QueryError>,
}

/// Something the core wants done.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Ask a question; a newer request for the same slot replaces one that has not started.
    Ask {
        /// For which place.
        slot: Slot,
        /// Grows with every request.
        version: u64,
        /// The question.
        question: Question,
    },
    /// Look for a place to jump to.
    Jump(Jump),
    /// Ask every cloud how it stands; the answers come as [`Event::Clouds`], one after the other.
    CheckClouds,
    /// Tell what can be opened without asking anyone; the answer comes as [`Event::Clouds`].
    ListClouds,
    /// Open a cloud or recording by its id, in the place of what is open.
    Open(String),
    /// Put a story into what is open; the answer comes as [`Event::StoryKept`].
    KeepStory(Story),
    /// Change which screens the front-end shows; only asked of one that sends [`Event::Tiles`].
    Arrange(Arrange),
    /// Put a text on the clipboard.
    Copy(String),
    /// Make a picture; the front-end answers with [`Event::Drawn`].
    Export(Box<Export>),
    /// Walk through the story and make a report of it; the front-end answers with [`Event::Drawn`].
    ExportStory(String),
    /// Put a picture of what is in sight on the clipboard.
    CopyImage,
    /// Write a file, all of it or nothing; the answer is [`Event::Written`].
    Write {
        /// Where to.
        path: String,
        /// What is to stand in it.
        bytes: Arc<[u8]>,
        /// Whether it may take the place of a file of that name.
        replaces: bool,
    },
    /// Give the mouse to the program or leave it to the terminal; the front-end says which with [`Event::Note`].
    ToggleMouse,
    /// Step out of the way until the user comes back.
    Suspend,
    /// Leave.
    Quit,
}

/// Carries out effects; answers come back as events, by whatever way the program was wired.
pub trait Runner {
    /// Starts an effect and returns at once. [`Effect::Copy`], [`Effect::CopyImage`], [`Effect::Export`],
    /// [`Effect::ToggleMouse`], [`Effect::Suspend`] and [`Effect::Quit`] are the front-end's own and never come here.
    fn start(&mut self, effect: Effect);
}
