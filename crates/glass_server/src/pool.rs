//! [`Pool`]: evaluations run on threads of their own, a few at a time; the others wait.

use glass_model::QueryError;
use glass_query::Control;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;

/// How long an evaluation that has run out of time may take to notice.
const GRACE: Duration = Duration::from_millis(500);

/// Prometheus' own text.
const TIMED_OUT: &str = "query timed out in expression evaluation";

/// Bounds how many evaluations run at once.
#[derive(Debug)]
pub(crate) struct Pool {
    places: Arc<Semaphore>,
}

/// Ends the evaluation when whoever waits for it is gone: the client hung up, or its time is over.
struct EndOnDrop(Control);

impl Drop for EndOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

impl Pool {
    pub(crate) fn new(n_places: usize) -> Self {
        Self {
            places: Arc::new(Semaphore::new(n_places.max(1))),
        }
    }

    /// Runs `work` as soon as there is a place, with what can end it and how long it waited. The time for both is
    /// `timeout`.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        timeout: Duration,
        work: impl FnOnce(Control, Duration) -> T + Send + 'static,
    ) -> Result<T, QueryError> {
        let timed_out = || QueryError::Timeout(TIMED_OUT.into());
        let control = Control::within(timeout);
        let _end = EndOnDrop(control.clone());
        let asked = Instant::now();
        let place = tokio::time::timeout(timeout, self.places.clone().acquire_owned());
        let place = place.await.map_err(|_| timed_out())?;
        let place = place.map_err(|_| QueryError::Cancelled)?;
        let waited = asked.elapsed();
        let running = tokio::task::spawn_blocking(move || {
            // The place is free when the work has ended, not when nobody waits for it any more.
            let _place = place;
            work(control, waited)
        });
        let left = timeout.saturating_sub(waited).saturating_add(GRACE);
        match tokio::time::timeout(left, running).await {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(_)) => Err(QueryError::Damaged(
                "the evaluation broke off; this is a mistake in the program".into(),
            )),
            Err(_) => Err(timed_out()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    fn block_on<T>(future: impl Future<Output = T>) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build();
        runtime.unwrap().block_on(future)
    }

    #[test]
    fn whoever_stops_waiting_ends_the_work() {
        let (told, hears) = mpsc::channel();
        let pool = Pool::new(1);
        let result = block_on(async {
            let work = pool.run(Duration::from_secs(60), move |control, _| {
                while control.check().is_ok() {
                    std::thread::yield_now();
                }
                told.send(control.check()).unwrap();
            });
            tokio::time::timeout(Duration::from_millis(20), work).await
        });
        assert!(result.is_err(), "it was not waited for");
        assert_eq!(hears.recv().unwrap(), Err(QueryError::Cancelled));
    }

    #[test]
    fn waiting_for_a_place_ends_with_the_time() {
        let pool = Pool::new(1);
        let result = block_on(async {
            let _taken = pool.places.clone().acquire_owned().await;
            pool.run(Duration::from_millis(5), |_, _| ()).await
        });
        assert_eq!(result, Err(QueryError::Timeout(TIMED_OUT.into())));
        let broken: Result<(), _> = block_on(pool.run(Duration::from_secs(5), |_, _| panic!("on purpose")));
        assert!(matches!(broken, Err(QueryError::Damaged(_))));
    }
}
