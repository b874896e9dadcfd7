//! Orders accepted without payment, to be charged as soon as payments work again.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// An order that waits for its payment.
#[derive(Clone, Debug, PartialEq)]
pub struct DeferredOrder {
    /// The order's number.
    pub id: String,
    /// The trace of the request it came with.
    pub trace_id: String,
}

/// A bounded queue of them.
pub struct DeferredOrders {
    limit: usize,
    waiting: Mutex<VecDeque<DeferredOrder>>,
}

impl DeferredOrders {
    /// An empty queue for at most `limit` orders; 0 means that none may be deferred.
    pub fn new(limit: usize) -> Self {
        Self {
            limit,
            waiting: Mutex::default(),
        }
    }

    /// Takes an order in, or says that there is no room.
    pub fn push(&self, order: DeferredOrder) -> bool {
        let mut waiting = self.lock();
        let has_room = waiting.len() < self.limit;
        if has_room {
            waiting.push_back(order);
        }
        has_room
    }

    /// The one that waits longest.
    pub fn pop(&self) -> Option<DeferredOrder> {
        self.lock().pop_front()
    }

    /// Puts one back to the front, after an attempt that failed.
    pub fn put_back(&self, order: DeferredOrder) {
        self.lock().push_front(order);
    }

    /// How many wait.
    pub fn len(&self) -> usize {
        self.lock().len()
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<DeferredOrder>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_in_first_out_and_bounded() {
        let order = |id: &str| DeferredOrder {
            id: id.into(),
            trace_id: String::new(),
        };
        let orders = DeferredOrders::new(2);
        assert!(orders.push(order("1")) && orders.push(order("2")));
        assert!(!orders.push(order("3")));
        let first = orders.pop().unwrap();
        orders.put_back(first.clone());
        assert_eq!((orders.pop(), orders.len()), (Some(first), 1));
        assert!(!DeferredOrders::new(0).push(order("1")));
    }
}
