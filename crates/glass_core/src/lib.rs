//! The application without a screen: what is looked at, at which moment, and what both front-ends show of it.
//!
//! Read [`App`] first: events go in, effects come out, and [`App::view`] gives a [`ViewModel`] for a
//! [`Viewport`]. Then [`COMMANDS`], from which keys, help and palette are derived.
//!
//! This crate does not know: async runtimes, sockets, files, clocks, terminals, windows, colours, cells, pixels.

mod app;
mod chord;
mod command;
mod event;
mod slots;
mod view;

pub use app::App;
pub use chord::{Chord, Key};
pub use command::{COMMANDS, Command, CommandSpec, Group, Screen, command_of, keys_markdown};
pub use event::{Effect, Event, Runner};
pub use slots::Slot;
pub use view::*;
