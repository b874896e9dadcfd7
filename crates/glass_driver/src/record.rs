//! Recording a live cloud: everything public around a window of time, in one `.glass` file.
//!
//! [`RecordPlan`] says what is wanted, [`Recorder::open`] finds the sources and, where nothing is named, chooses what
//! is worth recording: what operators alert and look on. [`Recorder::estimate`] says before it starts what it will
//! ask; [`Recorder::run`] asks it, slice by slice of time, and commits a segment after every slice. What was asked
//! stands in the recording's coverage, and a recorder that opens the same folder again goes on behind it.
//!
//! Where a cloud has several sources of metrics (or of logs), their series could be the same and yet not mean the same
//! thing. Each then gets the label [`SOURCE_LABEL`] with its source's id; where there is one source, its series are
//! as they are.

mod alerts;
mod choose;
mod dashboards;
mod done;
mod estimate;
mod history;
mod lines;
mod people;
mod plan;
mod report;
mod run;
mod samples;
mod sources;
mod stop;
mod whole;

pub use choose::{Choice, parse_selector};
pub use estimate::Estimate;
pub use plan::{RecordError, RecordPlan, Span, lacks_something};
pub use report::{RecordReport, SourceReport};
pub use run::{Recorded, Recorder};
pub use stop::Stop;

/// The label that tells the series of several sources of one cloud apart.
pub const SOURCE_LABEL: &str = "glass_source";
