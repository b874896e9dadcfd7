//! Reading a recording. [`Recording`] is what a program opens; [`Snapshot`] is the recording as of one moment, and
//! the one gate through which everything known of its content passes.
//!
//! - `store` holds the tables as they lie in the file: all of time.
//! - `snapshot` is the gate: it alone reads the store, and hands out what was known at its moment.
//! - `answers` makes answers of what the gate hands out; it cannot see the store.
//! - `jump` is the one reader that looks ahead, and tells nothing but a moment.

mod answers;
mod buckets;
mod column;
mod jump;
mod recording;
mod snapshot;
mod store;

pub use recording::Recording;
pub use snapshot::Snapshot;
