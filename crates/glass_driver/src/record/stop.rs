//! [`Stop`]: says to a recorder that it is enough.

use std::sync::Arc;
use tokio::sync::watch;

/// Says to a recorder that it is enough; clones are the same.
#[derive(Clone, Debug)]
pub struct Stop(Arc<watch::Sender<bool>>);

impl Default for Stop {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }
}

impl Stop {
    /// It is enough: what is under way is broken off, what there is is kept.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }

    /// Whether it is enough.
    pub fn is_stopped(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until it is enough.
    pub async fn stopped(&self) {
        let mut receiver = self.0.subscribe();
        // The sender lives as long as this.
        let _ = receiver.wait_for(|stopped| *stopped).await;
    }

    /// What `work` yields, or nothing if it is enough before that.
    pub(super) async fn unless<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            () = self.stopped() => None,
            done = work => Some(done),
        }
    }
}
