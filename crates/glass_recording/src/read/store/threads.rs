//! [`side_by_side`]: work on several threads, for one question.

use std::sync::atomic::{AtomicUsize, Ordering};

/// How many threads at most read one recording for one question.
const MAX_THREADS: usize = 4;

/// How many threads read one recording for one question.
pub(super) fn n_threads() -> usize {
    std::thread::available_parallelism()
        .map_or(1, usize::from)
        .min(MAX_THREADS)
}

/// Does `work` for every number below `n`, on several threads.
pub(super) fn side_by_side(n: usize, work: impl Fn(usize) + Sync) {
    let next = AtomicUsize::new(0);
    let work_on = || {
        loop {
            match next.fetch_add(1, Ordering::Relaxed) {
                i if i < n => work(i),
                _ => break,
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..n_threads().min(n) {
            // Without a further thread this one does all the work.
            let _ = std::thread::Builder::new().spawn_scoped(scope, work_on);
        }
        work_on();
    });
}
