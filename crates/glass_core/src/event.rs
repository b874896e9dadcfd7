//! What goes into the core ([`Event`]) and what it wants done ([`Effect`]).

use crate::{Chord, Command, Point, Slot, Viewport};
use glass_model::{Answer, CloudSummary, Jump, QueryError, Question, RecordingInfo, Timestamp};

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
    /// Put a text on the clipboard.
    Copy(String),
    /// Give the mouse to the program or leave it to the terminal; the front-end says which with [`Event::Note`].
    ToggleMouse,
    /// Step out of the way until the user comes back.
    Suspend,
    /// Leave.
    Quit,
}

/// Carries out effects; answers come back as events, by whatever way the program was wired.
pub trait Runner {
    /// Starts an effect and returns at once. [`Effect::Copy`], [`Effect::ToggleMouse`], [`Effect::Suspend`] and
    /// [`Effect::Quit`] are the front-end's own and never come here.
    fn start(&mut self, effect: Effect);
}
