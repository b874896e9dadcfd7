//! The application without a screen: what is looked at, at which moment, and what both front-ends show of it.
//!
//! Read [`App`] first: events go in, effects come out, and [`App::view`] gives a [`ViewModel`] for a
//! [`Viewport`]. Then [`COMMANDS`], from which keys, help and palette are derived.
//!
//! This crate does not know: async runtimes, sockets, files, clocks, terminals, windows, colours, cells, pixels.

mod about;
mod address;
mod app;
mod chord;
mod chrome;
mod command;
mod context;
mod dashboards;
mod event;
mod export;
mod graphs;
mod help;
mod keymap;
mod legend;
mod line_edit;
mod list;
mod look;
mod markdown;
mod marks;
mod openables;
mod palette;
mod panels;
mod parts;
mod patch;
mod pointer;
mod prompt;
mod queries;
mod query_editor;
mod screens;
mod seek;
mod session;
mod slots;
mod story;
mod time_control;
mod timeline;
mod times;
mod tour;
mod view;
mod words;

pub use address::Address;
pub use app::App;
pub use chord::{Chord, Key, key_names};
pub use command::{COMMANDS, Command, CommandSpec, Face, Group, Screen, keys_markdown};
pub use event::{Answered, Arrange, Effect, Event, Preset, Runner, StoryEdit, Tile};
pub use export::{Export, PictureKind, PictureOf, WriteFault};
pub(crate) use keymap::Found;
pub use keymap::{Action, Binding, Clash, Edit, KeyContext, Keymap};
pub use look::Look;
pub use marks::MarkedMoment;
pub use pointer::{ListView, Point, PointAt};
pub use seek::{parse_duration, parse_seek};
pub use session::{Memory, ScreenLeft, Session};
pub use slots::Slot;
pub use time_control::SPEEDS;
pub use view::*;
pub use words::{date_time, visible};

pub use glass_model::Story;
