//! The terminal's screens, looked at: text and styles at several sizes, and odd view-models at odd sizes.

mod fixtures;
mod odd;
mod queries;
mod snapshots;
