//! The window: draws the view-models of `glass_core` with egui and turns window input into chords.
//!
//! Read [`run()`] first, then [`Window`], which is all but the native window itself. [`view_ui`] draws one
//! view-model; each of its parts has a module, `screens` shares out their room. `theme` is the only place that names a
//! colour.
//!
//! This crate does not know: sources, recordings, engines, files, the network, terminals, ratatui.

mod arrangement;
mod dashboards;
mod details;
mod diff;
mod document;
mod export;
mod failure;
mod graph;
mod header;
mod highlight;
mod icon;
mod keys;
mod layout;
mod lists;
mod logs;
mod looks;
mod openables;
mod overlay;
mod overview;
mod paint;
mod parts;
mod presenting;
mod prose;
mod run;
mod screens;
mod scrollbar;
mod session;
mod settings;
mod story;
mod table;
mod theme;
mod tiles;
mod timeline;
mod view;
mod walk;
mod window;

pub use export::html::{Report, ReportPage, ReportPicture, ReportTable, report_html};
pub use export::shapes::svg_of_view;
pub use failure::Failure;
pub use highlight::Highlighter;
pub use layout::viewport;
pub use looks::{Looks, OwnTheme};
pub use run::{GuiError, Renderer, WindowOptions, run};
pub use view::view_ui;
pub use window::{Arrival, DrawnFrame, Farewell, NewSession, Opening, Waker, Watcher, Window};
