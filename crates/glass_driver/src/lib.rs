//! Runs what the core wants done: asks backends on threads of its own and hands the answers back as events.
//!
//! Read [`Driver`] first. No front-end ever waits for it; a question that was replaced before it was asked is
//! never asked.
//!
//! This crate does not know: what is on screen, terminals, windows.

mod clock;
pub mod clone;
mod clouds;
mod driver;
mod files;
mod finder;
mod given;
mod live;
mod opener;
mod queue;
pub mod record;
mod settle;

pub use clock::now;
pub use clouds::{Clouds, Places};
pub use driver::{Deliver, Driver};
pub use given::with_dashboards;
pub use live::LiveBackend;
pub use opener::{KeepStory, Opened, Opener, TellClouds};
pub use settle::settle;

use glass_model::{Jump, JumpTarget, Navigator, RecordingInfo};

/// Sets the moment to open a recording at to its first alert, if it names none and has one.
pub fn open_at_first_alert(info: &mut RecordingInfo, navigator: &dyn Navigator) {
    let from = info.extent.start.plus_nanos(-1);
    let jump = Jump {
        target: JumpTarget::Alert,
        from,
        forward: true,
    };
    if info.open_at.is_none() {
        info.open_at = navigator
            .jump(jump)
            .ok()
            .flatten()
            .filter(|at| info.extent.contains(*at));
    }
}
