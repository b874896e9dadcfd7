//! A pool of database connections, with the settings such pools have everywhere.
//!
//! It opens connections when asked for one and none is idle, up to `max_size`; a housekeeper keeps `min_idle` of them
//! ready, closes those idle for longer than `idle_timeout`, and every connection is replaced after `max_lifetime`.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Context as _;

use crate::metrics::Kind;
use crate::random;
use crate::service::Service;

/// How often the housekeeper looks. It opens at most one connection each time, and tries until the next look.
const HOUSEKEEPING: Duration = Duration::from_secs(4);
/// Connections of a pool are opened one after the other, at this distance at least.
const OPENING_PACE: Duration = Duration::from_millis(15);
/// How long a pool waits before it tries again to open a connection that was refused.
const REFUSED_BACKOFF: Duration = Duration::from_millis(110);
/// No statement of the lab takes longer.
const STATEMENT_TIMEOUT: Duration = Duration::from_secs(15);

/// Why a statement could not be run.
#[derive(Clone, Debug, PartialEq)]
pub enum PoolError {
    /// No connection within `acquire_timeout`; the text says what the last refusal was.
    Unavailable(String),
    /// The connection broke.
    Broken(String),
}

struct Connection {
    reader: BufReader<TcpStream>,
    retire_at: Instant,
    idle_since: Instant,
}

#[derive(Default)]
struct State {
    idle: Vec<Connection>,
    n_open: usize,
    n_waiting: usize,
    /// No connection is opened before this moment.
    open_next_at: Option<Instant>,
}

impl State {
    /// Makes room for one more connection, if there may be one and the last attempt was long enough ago.
    fn reserve(&mut self, max_size: usize, now: Instant) -> bool {
        let may_open = self.n_open < max_size && self.open_next_at.is_none_or(|at| at <= now);
        if may_open {
            self.n_open += 1;
            self.open_next_at = Some(now + OPENING_PACE);
        }
        may_open
    }
}

/// The connections of one process to the database.
pub struct Pool {
    service: Arc<Service>,
    address: SocketAddr,
    max_size: usize,
    min_idle: usize,
    acquire_timeout: Duration,
    idle_timeout: Duration,
    max_lifetime: Duration,
    state: Mutex<State>,
    freed: Condvar,
}

/// A connection on loan; it goes back when dropped, unless it broke.
pub struct Lease<'a> {
    pool: &'a Pool,
    connection: Option<Connection>,
}

impl Pool {
    /// Reads `database.…` of the settings and starts the housekeeper.
    pub fn start(service: &Arc<Service>) -> anyhow::Result<Arc<Self>> {
        let settings = &service.settings;
        let addresses = service.resolve(&settings.text("database.url", ""))?;
        let pool = Arc::new(Self {
            service: Arc::clone(service),
            address: *addresses.first().context("the database has no address")?,
            max_size: settings.count("database.pool.max_size", 8)?.max(1),
            min_idle: settings.count("database.pool.min_idle", 2)?,
            acquire_timeout: settings.duration("database.pool.acquire_timeout", Duration::from_secs(1))?,
            idle_timeout: settings.duration("database.pool.idle_timeout", Duration::from_secs(20))?,
            max_lifetime: settings.duration("database.pool.max_lifetime", Duration::from_secs(600))?,
            state: Mutex::default(),
            freed: Condvar::new(),
        });
        declare(&pool);
        let weak = Arc::downgrade(&pool);
        thread::spawn(move || {
            while let Some(pool) = weak.upgrade() {
                let next_look = Instant::now() + HOUSEKEEPING.mul_f64(random::between(0.8, 1.2));
                pool.keep_house(next_look);
                drop(pool);
                thread::sleep(next_look.saturating_duration_since(Instant::now()));
            }
        });
        Ok(pool)
    }

    /// Borrows a connection, waiting up to `acquire_timeout`.
    pub fn acquire(&self) -> Result<Lease<'_>, PoolError> {
        let started = Instant::now();
        self.lock().n_waiting += 1;
        let result = self.acquire_until(started + self.acquire_timeout);
        self.lock().n_waiting -= 1;
        let metrics = &self.service.metrics;
        metrics.observe("db_pool_acquire_seconds", &[], started.elapsed().as_secs_f64());
        if result.is_err() {
            metrics.add("db_pool_acquire_errors_total", &[], 1.0);
        }
        result
    }

    fn acquire_until(&self, deadline: Instant) -> Result<Lease<'_>, PoolError> {
        let mut trouble = format!("all {} connections are in use", self.max_size);
        let mut state = self.lock();
        loop {
            let now = Instant::now();
            if let Some(connection) = self.take_idle(&mut state, now) {
                return Ok(Lease {
                    pool: self,
                    connection: Some(connection),
                });
            }
            if now >= deadline {
                return Err(PoolError::Unavailable(trouble));
            }
            if state.reserve(self.max_size, now) {
                drop(state);
                match self.open_reserved() {
                    Ok(connection) => {
                        return Ok(Lease {
                            pool: self,
                            connection: Some(connection),
                        });
                    }
                    Err(error) => trouble = error.to_string(),
                }
                state = self.lock();
            } else {
                let full = state.n_open >= self.max_size;
                let wake_at = if full {
                    deadline
                } else {
                    state.open_next_at.unwrap_or(deadline).min(deadline)
                };
                let wait = wake_at.saturating_duration_since(now);
                state = self
                    .freed
                    .wait_timeout(state, wait)
                    .unwrap_or_else(PoisonError::into_inner)
                    .0;
            }
        }
    }

    /// The idle connection used last; retired ones on the way are closed.
    fn take_idle(&self, state: &mut State, now: Instant) -> Option<Connection> {
        while let Some(connection) = state.idle.pop() {
            if connection.retire_at > now {
                return Some(connection);
            }
            state.n_open -= 1;
        }
        None
    }

    fn open(&self) -> io::Result<Connection> {
        let stream = TcpStream::connect_timeout(&self.address, Duration::from_secs(1))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(STATEMENT_TIMEOUT))?;
        let now = Instant::now();
        let retire_at = now + self.max_lifetime.mul_f64(random::between(0.8, 1.2));
        let mut connection = Connection {
            reader: BufReader::new(stream),
            retire_at,
            idle_since: now,
        };
        let greeting = connection.ask(&format!(
            "CONNECT {} {}",
            self.service.name, self.service.instance
        ))?;
        if greeting.starts_with("FATAL") {
            self.service
                .metrics
                .add("db_pool_connect_refused_total", &[], 1.0);
            return Err(io::Error::other(greeting));
        }
        self.service.metrics.add("db_pool_connects_total", &[], 1.0);
        Ok(connection)
    }

    /// Opens a connection for which `State::reserve` has made room; after a refusal the pool pauses for a moment.
    fn open_reserved(&self) -> io::Result<Connection> {
        let result = self.open();
        if result.is_err() {
            let mut state = self.lock();
            state.n_open -= 1;
            state.open_next_at = Some(Instant::now() + REFUSED_BACKOFF.mul_f64(random::between(0.7, 1.3)));
        }
        result
    }

    fn keep_house(&self, until: Instant) {
        self.close_stale(Instant::now());
        let mut trouble = String::new();
        while Instant::now() < until {
            let mut state = self.lock();
            if state.idle.len() >= self.min_idle || state.n_open >= self.max_size {
                break;
            }
            let reserved = state.reserve(self.max_size, Instant::now());
            drop(state);
            if !reserved {
                thread::sleep(OPENING_PACE);
                continue;
            }
            match self.open_reserved() {
                Ok(connection) => {
                    self.give_back(connection);
                    break;
                }
                Err(error) => trouble = error.to_string(),
            }
        }
        if !trouble.is_empty() {
            let fields = [("min_idle", self.min_idle.into()), ("error", (&trouble).into())];
            self.service
                .log
                .warn("pool: connection refused while filling up", &fields);
        }
    }

    /// Closes what was idle for too long or lived for too long.
    fn close_stale(&self, now: Instant) {
        let mut state = self.lock();
        let n_before = state.idle.len();
        // The ones used last stand at the end and are looked at first, so that the oldest are the ones to go.
        let mut kept: Vec<Connection> = Vec::new();
        while let Some(connection) = state.idle.pop() {
            let fresh = now.duration_since(connection.idle_since) < self.idle_timeout;
            if (fresh || kept.len() < self.min_idle) && connection.retire_at > now {
                kept.push(connection);
            }
        }
        kept.reverse();
        state.n_open -= n_before - kept.len();
        state.idle = kept;
    }

    fn give_back(&self, mut connection: Connection) {
        connection.idle_since = Instant::now();
        self.lock().idle.push(connection);
        self.freed.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lease<'_> {
    /// Runs a statement, such as `insert_order 17`, and hands back its result.
    pub fn run(&mut self, statement: &str) -> Result<String, PoolError> {
        let Some(connection) = &mut self.connection else {
            return Err(PoolError::Broken("connection lost".into()));
        };
        match connection.ask(statement) {
            Ok(answer) => Ok(answer),
            Err(error) => {
                self.connection = None;
                Err(PoolError::Broken(error.to_string()))
            }
        }
    }
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        match self.connection.take() {
            Some(connection) => self.pool.give_back(connection),
            None => self.pool.lock().n_open -= 1,
        }
    }
}

impl Connection {
    fn ask(&mut self, line: &str) -> io::Result<String> {
        self.reader.get_mut().write_all(format!("{line}\n").as_bytes())?;
        let mut answer = String::new();
        if self.reader.read_line(&mut answer)? == 0 {
            return Err(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                "the database closed the connection",
            ));
        }
        Ok(answer.trim_end().to_owned())
    }
}

fn declare(pool: &Arc<Pool>) {
    let metrics = &pool.service.metrics;
    metrics.declare(
        Kind::Gauge,
        "db_pool_max_connections",
        "Most connections this pool may open.",
    );
    metrics.declare(Kind::Gauge, "db_pool_connections", "Open connections, by state.");
    metrics.declare(
        Kind::Gauge,
        "db_pool_waiting",
        "Requests waiting for a connection.",
    );
    metrics.declare(
        Kind::Histogram,
        "db_pool_acquire_seconds",
        "Time waited for a connection.",
    );
    metrics.declare(
        Kind::Counter,
        "db_pool_acquire_errors_total",
        "Requests that got no connection in time.",
    );
    metrics.declare(Kind::Counter, "db_pool_connects_total", "Connections opened.");
    metrics.declare(
        Kind::Counter,
        "db_pool_connect_refused_total",
        "Connections the database refused.",
    );
    for name in [
        "db_pool_acquire_errors_total",
        "db_pool_connects_total",
        "db_pool_connect_refused_total",
    ] {
        metrics.add(name, &[], 0.0);
    }
    let weak = Arc::downgrade(pool);
    metrics.on_scrape(move |metrics| {
        if let Some(pool) = weak.upgrade() {
            let (n_idle, n_open, n_waiting) = {
                let state = pool.lock();
                (state.idle.len(), state.n_open, state.n_waiting)
            };
            metrics.set("db_pool_max_connections", &[], pool.max_size as f64);
            metrics.set("db_pool_connections", &[("state", "idle")], n_idle as f64);
            metrics.set(
                "db_pool_connections",
                &[("state", "in_use")],
                (n_open - n_idle) as f64,
            );
            metrics.set("db_pool_waiting", &[], n_waiting as f64);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_made_up_to_the_limit_and_not_too_fast() {
        let mut state = State::default();
        let start = Instant::now();
        assert!(state.reserve(2, start));
        assert!(!state.reserve(2, start), "too soon");
        assert!(state.reserve(2, start + OPENING_PACE));
        assert!(!state.reserve(2, start + OPENING_PACE * 9), "full");
    }
}
