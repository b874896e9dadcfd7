//! The terminal front-end: draws view-models as cells and turns what is typed into chords.
//!
//! Read [`run`] first for the loop, then [`render`] for a frame without a terminal. Inside, `frame` draws a whole
//! frame out of one `draw_…` function a part, `layout` says where the parts stand, and `theme` is the only place
//! that knows colours.
//!
//! This crate does not know: sources, recordings, query engines, the network, windows.

mod ansi;
mod clipboard;
mod dashboards;
mod document;
mod dots;
mod export;
mod frame;
mod glyphs;
mod graph;
mod header;
mod hits;
mod input;
mod layout;
mod logs;
mod options;
mod overlay;
mod palette;
mod patterns;
mod pen;
mod picture;
mod query;
mod run;
mod screens;
mod status;
mod story;
mod svg;
mod table;
mod tabs;
mod terminal;
mod theme;
mod timeline;

pub use layout::viewport_of;
pub use options::{ColorChoice, Environment, GlyphChoice, Options, ThemeChoice, ThemeOffer};
pub use palette::Palette;
pub use picture::{Picture, render, render_to_svg, render_to_text};
pub use run::{Left, run};
