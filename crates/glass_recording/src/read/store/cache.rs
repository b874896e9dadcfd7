//! [`ByteCache`]: decoded data by key, the least recently used dropped first when a budget of bytes is spent.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What a cached value costs.
pub(crate) trait Weight {
    /// Its size in memory, in bytes, about.
    fn n_bytes(&self) -> usize;
}

/// A cache bounded in bytes, for several threads. Values are shared: a value that is dropped here lives on while
/// someone still reads it.
pub(crate) struct ByteCache<K, V> {
    budget: usize,
    inner: Mutex<Inner<K, V>>,
}

struct Inner<K, V> {
    values: HashMap<K, Held<V>>,
    /// Keys by the tick of their last use: the first is the next to go.
    by_use: BTreeMap<u64, K>,
    tick: u64,
    n_bytes: usize,
}

struct Held<V> {
    value: Arc<V>,
    n_bytes: usize,
    used: u64,
}

impl<K: Clone + Eq + Hash, V: Weight> ByteCache<K, V> {
    /// An empty cache that holds at most about `budget` bytes.
    pub(crate) fn new(budget: usize) -> Self {
        let inner = Inner {
            values: HashMap::new(),
            by_use: BTreeMap::new(),
            tick: 0,
            n_bytes: 0,
        };
        Self {
            budget,
            inner: Mutex::new(inner),
        }
    }

    /// The value of `key`, if it is here.
    pub(crate) fn get(&self, key: &K) -> Option<Arc<V>> {
        self.lock().touch(key)
    }

    /// Keeps `value`, unless another thread was quicker: then that one's is kept and returned, so that all share
    /// one. A value above the whole budget is returned without being kept.
    pub(crate) fn insert(&self, key: K, value: Arc<V>) -> Arc<V> {
        let mut inner = self.lock();
        if let Some(present) = inner.touch(&key) {
            return present;
        }
        let n_bytes = value.n_bytes();
        if n_bytes > self.budget {
            return value;
        }
        while inner.n_bytes + n_bytes > self.budget && inner.drop_oldest() {}
        inner.hold(key, value.clone(), n_bytes);
        value
    }

    /// The value of `key`; made, outside of any lock, if it is not here.
    ///
    /// # Errors
    /// Those of `make`; nothing is kept then.
    pub(crate) fn get_or_try<E>(&self, key: &K, make: impl FnOnce() -> Result<V, E>) -> Result<Arc<V>, E> {
        match self.get(key) {
            Some(value) => Ok(value),
            None => Ok(self.insert(key.clone(), Arc::new(make()?))),
        }
    }

    /// A thread that panicked cannot have left the cache half-changed in a way that matters: it only forgets.
    fn lock(&self) -> MutexGuard<'_, Inner<K, V>> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Clone + Eq + Hash, V> Inner<K, V> {
    fn touch(&mut self, key: &K) -> Option<Arc<V>> {
        let held = self.values.get_mut(key)?;
        self.tick += 1;
        self.by_use.remove(&held.used);
        held.used = self.tick;
        self.by_use.insert(self.tick, key.clone());
        Some(held.value.clone())
    }

    fn hold(&mut self, key: K, value: Arc<V>, n_bytes: usize) {
        self.tick += 1;
        self.n_bytes += n_bytes;
        self.by_use.insert(self.tick, key.clone());
        let held = Held {
            value,
            n_bytes,
            used: self.tick,
        };
        self.values.insert(key, held);
    }

    /// Whether there was one to drop.
    fn drop_oldest(&mut self) -> bool {
        let Some((_, key)) = self.by_use.pop_first() else {
            return false;
        };
        if let Some(held) = self.values.remove(&key) {
            self.n_bytes -= held.n_bytes;
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Weight for usize {
        fn n_bytes(&self) -> usize {
            *self
        }
    }

    #[test]
    fn the_least_recently_used_goes_first() {
        let cache = ByteCache::new(10);
        for (key, n_bytes) in [("a", 4), ("b", 4)] {
            cache.insert(key, Arc::new(n_bytes));
        }
        assert!(cache.get(&"a").is_some());
        cache.insert("c", Arc::new(4));
        let held = ["a", "b", "c"].map(|key| cache.get(&key).is_some());
        assert_eq!(held, [true, false, true]);
    }

    #[test]
    fn a_value_above_the_budget_is_not_kept_and_drops_nothing() {
        let cache = ByteCache::new(10);
        cache.insert("a", Arc::new(4));
        assert_eq!(*cache.insert("huge", Arc::new(11)), 11);
        assert!(cache.get(&"a").is_some() && cache.get(&"huge").is_none());
    }

    #[test]
    fn a_failed_making_leaves_no_trace() {
        let cache: ByteCache<_, usize> = ByteCache::new(10);
        assert_eq!(cache.get_or_try(&"a", || Err("no")), Err("no"));
        assert_eq!(cache.get_or_try(&"a", || Ok::<_, ()>(3)).as_deref(), Ok(&3));
        assert_eq!(cache.get_or_try(&"a", || Err("not called")).as_deref(), Ok(&3));
    }
}
