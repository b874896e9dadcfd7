//! Pictures and reports: what is in sight as SVG or PNG, a graph alone, and a story as one HTML file. Read
//! [`exporter::Exporter`] for how the window makes them, [`html::Report`] for reports.
//!
//! Nothing here writes a file: bytes go to the core as [`glass_core::Event::Drawn`], and from there to the runner.

pub(crate) mod exporter;
pub(crate) mod graph;
pub(crate) mod html;
mod markdown;
pub(crate) mod pixels;
pub(crate) mod shapes;
mod xml;
