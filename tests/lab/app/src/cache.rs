//! A cache with a time to live and a bounded number of entries, each of real memory.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

struct Inner {
    entries: HashMap<String, (Instant, Arc<str>)>,
    by_age: VecDeque<(Instant, String)>,
    n_bytes: usize,
}

/// Texts by key.
pub struct Cache {
    max_entries: usize,
    time_to_live: Duration,
    inner: Mutex<Inner>,
}

impl Cache {
    /// An empty cache.
    pub fn new(max_entries: usize, time_to_live: Duration) -> Self {
        let inner = Inner {
            entries: HashMap::new(),
            by_age: VecDeque::new(),
            n_bytes: 0,
        };
        Self {
            max_entries,
            time_to_live,
            inner: Mutex::new(inner),
        }
    }

    /// The entry, if it is there and not too old.
    pub fn get(&self, key: &str, now: Instant) -> Option<Arc<str>> {
        let inner = self.lock();
        let (at, text) = inner.entries.get(key)?;
        (now.duration_since(*at) < self.time_to_live).then(|| Arc::clone(text))
    }

    /// Keeps an entry; old ones make room.
    pub fn put(&self, key: &str, text: &str, now: Instant) {
        let mut inner = self.lock();
        if let Some((_, old)) = inner.entries.insert(key.to_owned(), (now, Arc::from(text))) {
            inner.n_bytes -= old.len();
        }
        inner.n_bytes += text.len();
        inner.by_age.push_back((now, key.to_owned()));
        while let Some((at, _)) = inner.by_age.front() {
            let too_old = now.duration_since(*at) >= self.time_to_live;
            if !too_old && inner.entries.len() <= self.max_entries {
                break;
            }
            inner.drop_oldest();
        }
    }

    /// Entries and bytes held.
    pub fn size(&self) -> (usize, usize) {
        let inner = self.lock();
        (inner.entries.len(), inner.n_bytes)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn drop_oldest(&mut self) {
        let Some((at, key)) = self.by_age.pop_front() else {
            return;
        };
        // A key that was written again is younger than its first mention here.
        let is_last = self
            .entries
            .get(&key)
            .is_some_and(|(written_at, _)| *written_at == at);
        if is_last && let Some((_, text)) = self.entries.remove(&key) {
            self.n_bytes -= text.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_age_and_make_room() {
        let cache = Cache::new(2, Duration::from_secs(10));
        let start = Instant::now();
        let at = |secs| start + Duration::from_secs(secs);
        cache.put("a", "1", at(0));
        cache.put("b", "22", at(1));
        cache.put("a", "333", at(2));
        assert_eq!(cache.size(), (2, 5));
        cache.put("c", "4", at(3));
        assert_eq!(cache.get("b", at(3)), None, "the oldest made room");
        assert_eq!(cache.get("a", at(3)).as_deref(), Some("333"));
        assert_eq!(cache.get("a", at(12)), None, "too old");
        cache.put("d", "5", at(30));
        assert_eq!(cache.size(), (1, 1));
    }
}
