//! `load`: the customers, and an agency that sends its orders in batches.
//!
//! Customers come at random, whether or not the shop answers the ones before (an open loop), so a slow shop piles up
//! requests as it would in life. Counts are printed to standard error at the end of each minute.

use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Context as _;

use crate::arguments::Arguments;
use crate::http::{self, Request};
use crate::log;
use crate::random;

const PATIENCE: Duration = Duration::from_secs(12);
/// More customers than this do not fit into the machine; they are counted and turned away.
const MAX_IN_FLIGHT: usize = 500;
const STACK_BYTES: usize = 128 << 10;
const N_PRODUCTS: f64 = 600.0;

#[derive(Default)]
struct Tally {
    n_in_flight: AtomicUsize,
    n_good: AtomicUsize,
    n_bad: AtomicUsize,
    n_turned_away: AtomicUsize,
    next: AtomicUsize,
}

struct Load {
    addresses: Vec<SocketAddr>,
    tally: Tally,
}

/// Sends requests until killed: `--targets A,B --rate 28 --batch-every 30 --batch-size 28`.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let targets = arguments.get("targets").context("--targets is missing")?;
    let addresses = targets
        .split(',')
        .map(str::parse)
        .collect::<Result<Vec<SocketAddr>, _>>();
    let load = Arc::new(Load {
        addresses: addresses.context("--targets are no addresses")?,
        tally: Tally::default(),
    });
    let rate = arguments.number("rate", 28.0)?.max(0.1);
    let batch_every = Duration::try_from_secs_f64(arguments.number("batch-every", 30.0)?.max(1.0))?;
    let batch_size = arguments.number("batch-size", 28.0)?;
    let agency = Arc::clone(&load);
    thread::spawn(move || {
        loop {
            thread::sleep(batch_every.mul_f64(random::between(0.8, 1.2)));
            agency.send_batch((batch_size * random::between(0.7, 1.3)) as usize);
        }
    });
    let reporting = Arc::clone(&load);
    thread::spawn(move || reporting.report());
    let started = Instant::now();
    loop {
        thread::sleep(Duration::from_secs_f64(random::exponential(
            rate * swell(started.elapsed()),
        )));
        load.start(pick_page());
    }
}

/// Traffic is never quite even: a slow wave of a tenth up and down.
fn swell(age: Duration) -> f64 {
    1.0 + 0.1 * (age.as_secs_f64() / 300.0 * std::f64::consts::TAU).sin()
}

fn request(method: &str, path: String, agent: &str, body: String) -> Request {
    Request {
        method: method.into(),
        path,
        trace_id: random::trace_id(),
        agent: agent.into(),
        body,
    }
}

fn pick_page() -> Request {
    let dice = random::unit();
    // Squaring makes some products much more popular than others.
    let product = (random::unit().powi(2) * N_PRODUCTS) as u64;
    if dice < 0.25 {
        request("GET", "/".into(), "browser", String::new())
    } else if dice < 0.68 {
        request("GET", format!("/products/{product}"), "browser", String::new())
    } else if dice < 0.81 {
        request(
            "GET",
            format!("/orders/{}", 40_000 + random::bits() % 2_000),
            "browser",
            String::new(),
        )
    } else {
        request(
            "POST",
            "/checkout".into(),
            "browser",
            format!("product={product}"),
        )
    }
}

impl Load {
    fn send_batch(self: &Arc<Self>, n_orders: usize) {
        for _ in 0..n_orders {
            let product = (random::unit() * N_PRODUCTS) as u64;
            self.start(request(
                "POST",
                "/checkout".into(),
                "agency-batch",
                format!("product={product}"),
            ));
            thread::sleep(Duration::from_secs_f64(random::exponential(40.0)));
        }
    }

    fn start(self: &Arc<Self>, request: Request) {
        if self.tally.n_in_flight.load(Ordering::Relaxed) >= MAX_IN_FLIGHT {
            self.tally.n_turned_away.fetch_add(1, Ordering::Relaxed);
            return;
        }
        self.tally.n_in_flight.fetch_add(1, Ordering::Relaxed);
        let load = Arc::clone(self);
        let spawned = thread::Builder::new().stack_size(STACK_BYTES).spawn(move || {
            let count = if load.send(&request) {
                &load.tally.n_good
            } else {
                &load.tally.n_bad
            };
            count.fetch_add(1, Ordering::Relaxed);
            load.tally.n_in_flight.fetch_sub(1, Ordering::Relaxed);
        });
        if spawned.is_err() {
            self.tally.n_in_flight.fetch_sub(1, Ordering::Relaxed);
        }
    }

    /// Whether a good answer came. A replica that does not listen is passed over.
    fn send(&self, request: &Request) -> bool {
        for _ in 0..self.addresses.len() {
            let index = self.tally.next.fetch_add(1, Ordering::Relaxed) % self.addresses.len();
            let Ok(stream) = TcpStream::connect_timeout(&self.addresses[index], PATIENCE) else {
                continue;
            };
            let _ = stream.set_read_timeout(Some(PATIENCE));
            let sent = http::write_request(&stream, "shop", request);
            return sent
                .and_then(|()| http::read_response(&stream))
                .is_ok_and(|response| response.status < 500);
        }
        false
    }

    fn report(&self) {
        loop {
            thread::sleep(Duration::from_secs(60));
            let take = |count: &AtomicUsize| count.swap(0, Ordering::Relaxed);
            let tally = &self.tally;
            log::to_stderr(&format!(
                "load: {} good, {} bad, {} turned away, {} in flight",
                take(&tally.n_good),
                take(&tally.n_bad),
                take(&tally.n_turned_away),
                tally.n_in_flight.load(Ordering::Relaxed)
            ));
        }
    }
}
