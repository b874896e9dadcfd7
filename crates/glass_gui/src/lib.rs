//! The window: draws the view-models of `glass_core` with egui and turns window input into chords.
//!
//! Read [`run()`] first, then [`Window`], which is all but the native window itself. [`view_ui`] draws one
//! view-model; each of its parts has a module, `screens` shares out their room. `theme` is the only place that names a
//! colour.
//!
//! This crate does not know: sources, recordings, engines, files, the network, terminals, ratatui.

mod dashboards;
mod document;
mod failure;
mod graph;
mod header;
mod icon;
mod keys;
mod layout;
mod lists;
mod logs;
mod looks;
mod overlay;
mod overview;
mod paint;
mod parts;
mod run;
mod screens;
mod table;
mod theme;
mod timeline;
mod view;
mod window;

pub use failure::Failure;
pub use layout::viewport;
pub use looks::{Looks, OwnTheme};
pub use run::{GuiError, Renderer, WindowOptions, run};
pub use view::view_ui;
pub use window::{Drawn, Farewell, Waker, Watcher, Window};
