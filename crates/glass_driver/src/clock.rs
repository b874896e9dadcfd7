//! [`Clock`]: tells the core the time, once a second, while a live cloud is open.

use crate::driver::Deliver;
use glass_core::Event;
use glass_model::Timestamp;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const BEAT: Duration = Duration::from_secs(1);

/// Ticks until it is dropped.
pub(crate) struct Clock {
    _stop: Sender<()>,
}

impl Clock {
    /// Starts to tick.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(deliver: Deliver) -> std::io::Result<Self> {
        let (stop, stopped) = channel();
        let tick = move || {
            while stopped.recv_timeout(BEAT) == Err(RecvTimeoutError::Timeout) {
                deliver(Event::Clock(now()));
            }
        };
        thread::Builder::new().name("clock".into()).spawn(tick)?;
        Ok(Self { _stop: stop })
    }
}

/// The moment, by this machine's clock.
pub fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_nanos(i64::try_from(since.as_nanos()).unwrap_or(i64::MAX))
}
