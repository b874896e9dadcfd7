//! [`Opener`]: finds what can be opened, and how it stands.

use glass_model::{Backend, CloudSummary, Navigator, RecordingInfo, Story, Timestamp};
use std::sync::Arc;

/// Something that was opened: what it says of itself, and who answers questions about it.
#[derive(Clone)]
pub struct Opened {
    /// What it says of itself.
    pub info: RecordingInfo,
    /// Answers questions.
    pub backend: Arc<dyn Backend>,
    /// Looks for places to jump to; in a drill there is none.
    pub navigator: Option<Arc<dyn Navigator>>,
    /// Keeps its story; `None` for what can never hold one: a live cloud, an incident that comes with the program.
    pub keep_story: Option<Arc<KeepStory>>,
}

/// Puts a story into what is open.
///
/// # Errors
/// Why it cannot be; empty for what can never hold one.
pub type KeepStory = dyn Fn(&Story) -> Result<(), String> + Send + Sync;

/// Takes how all clouds stand, as of a moment.
pub type TellClouds<'a> = dyn Fn(Timestamp, Vec<CloudSummary>) + Send + Sync + 'a;

/// Opens clouds and recordings by their ids. Calls may take long and come from several threads at once.
pub trait Opener: Send + Sync {
    /// Opens one.
    ///
    /// # Errors
    /// A sentence for the user on why it cannot be, and what to do.
    fn open(&self, id: &str) -> Result<Opened, String>;

    /// All that can be opened, as far as is known without asking anyone.
    fn list(&self) -> Vec<CloudSummary>;

    /// Asks every cloud how it stands, side by side; tells at once what is known already, then again with every
    /// answer. Returns when all have answered or failed.
    fn check(&self, tell: &TellClouds<'_>);
}
