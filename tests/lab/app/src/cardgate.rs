//! `cardgate`: a stand-in for a payment provider outside the cloud, which has bad minutes of its own.
//!
//! Its capacity is a number of authorizations at a time. In its bad minutes (from `--slow-at`, in seconds since the
//! epoch, for `--slow-for` seconds) that number is small and each takes long. It goes on with requests whose caller has
//! given up, as real servers do. Its status page says that all is well throughout.

use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Context as _;

use crate::arguments::Arguments;
use crate::http::{self, Response};
use crate::random;

/// Authorizations at a time and their median time in seconds.
struct Capacity {
    n_parallel: usize,
    median_secs: f64,
}

const GOOD: Capacity = Capacity {
    n_parallel: 40,
    median_secs: 0.16,
};
const BAD: Capacity = Capacity {
    n_parallel: 5,
    median_secs: 1.1,
};
/// Beyond this many waiting it answers 503.
const MAX_WAITING: usize = 1000;

#[derive(Default)]
struct Desk {
    n_active: usize,
    n_waiting: usize,
}

struct Cardgate {
    slow_at: SystemTime,
    slow_for: Duration,
    desk: Mutex<Desk>,
    freed: Condvar,
}

/// Serves until killed.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let cardgate = Arc::new(Cardgate {
        slow_at: UNIX_EPOCH + Duration::try_from_secs_f64(arguments.number("slow-at", 0.0)?)?,
        slow_for: Duration::try_from_secs_f64(arguments.number("slow-for", 0.0)?)?,
        desk: Mutex::default(),
        freed: Condvar::new(),
    });
    let address = arguments.address("listen")?;
    let listener = TcpListener::bind(address).with_context(|| format!("cannot listen on {address}"))?;
    for stream in listener.incoming().flatten() {
        let cardgate = Arc::clone(&cardgate);
        thread::spawn(move || cardgate.serve(&stream));
    }
    Ok(())
}

impl Cardgate {
    fn serve(&self, stream: &TcpStream) {
        let _ = stream.set_read_timeout(Some(Duration::from_secs(2)));
        let Ok(Some(request)) = http::read_request(stream) else {
            return;
        };
        let response = match request.path.as_str() {
            "/status" => Response::new(200, "all systems operational\n"),
            _ if self.authorize() => Response::new(200, "approved\n"),
            _ => Response::new(503, "try again later\n"),
        };
        let _ = http::write_response(stream, &response);
    }

    fn authorize(&self) -> bool {
        let mut desk = self.desk.lock().unwrap_or_else(PoisonError::into_inner);
        if desk.n_waiting >= MAX_WAITING {
            return false;
        }
        desk.n_waiting += 1;
        while desk.n_active >= self.capacity().n_parallel {
            // The timeout lets the waiting notice that the bad minutes are over.
            desk = self
                .freed
                .wait_timeout(desk, Duration::from_secs(1))
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
        desk.n_waiting -= 1;
        desk.n_active += 1;
        drop(desk);
        thread::sleep(Duration::from_secs_f64(random::lognormal(
            self.capacity().median_secs,
            0.35,
        )));
        self.desk.lock().unwrap_or_else(PoisonError::into_inner).n_active -= 1;
        self.freed.notify_one();
        true
    }

    fn capacity(&self) -> Capacity {
        let is_bad = SystemTime::now()
            .duration_since(self.slow_at)
            .is_ok_and(|age| age < self.slow_for);
        if is_bad { BAD } else { GOOD }
    }
}
