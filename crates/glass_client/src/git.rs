//! Configuration as it is kept in Git: fetched into a cache over HTTP, or read where it lies on this machine.
//!
//! [`GitStore`] keeps a bare clone of each repository; [`GitStore::fetch`] makes or refreshes it. [`Repository`] reads
//! one: [`Repository::log`] streams changes, newest first; [`Repository::blob`] and [`Repository::tree`] read files as
//! of a commit. The crate `gix` does it all in this process: no hook, no filter and no other program is ever run, and
//! neither the user's nor the system's Git configuration is read.
//!
//! A commit counts as known from its committer's time on, as in an import: of commits of one second, a child is known
//! a moment after its parents. Only the history of `HEAD` is read, and a change is what differs from the first parent.
//!
//! All functions of [`Repository`] block; call them on a thread that may wait.

mod bundle;
mod error;
mod files;
mod known;
mod log;
mod meter;
mod patch;
mod repository;
mod store;
mod transfer;
mod versions;

pub use error::GitError;
pub use files::Glob;
pub use log::{LogEnd, LogRequest};
pub use meter::FetchProgress;
pub use repository::{Blob, Entry, EntryKind, Repository};
pub use store::{Depth, FetchRequest, GitStore};
pub use versions::Version;
