//! The database the services share: a limited number of connections, a limited number of statements at a time.
//!
//! A session is a TCP connection that speaks lines: `CONNECT <user> <application>`, then statements such as `begin`,
//! `product 17`, `commit`, each answered by one line. Beyond `max_connections` a session is refused as PostgreSQL
//! does it.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Context as _;

use crate::arguments::Arguments;
use crate::log::Field;
use crate::metrics::Kind;
use crate::random;
use crate::service::Service;

/// Statements and their median time in milliseconds.
const STATEMENTS: [(&str, f64); 8] = [
    ("begin", 0.3),
    ("commit", 6.0),
    ("product", 9.0),
    ("search", 45.0),
    ("order", 5.0),
    ("insert_order", 14.0),
    ("update_order", 8.0),
    ("insert_ledger", 11.0),
];
const STATES: [&str; 3] = ["active", "idle", "idle in transaction"];
const REFUSAL: &str = "FATAL:  sorry, too many clients already";

#[derive(Clone)]
struct Session {
    user: String,
    state: &'static str,
}

struct Database {
    service: Arc<Service>,
    max_connections: usize,
    slow_after: Duration,
    sessions: Mutex<BTreeMap<u64, Session>>,
    n_free_cores: Mutex<usize>,
    core_freed: Condvar,
    next_session: AtomicU64,
    n_rows: AtomicU64,
}

/// Serves sessions until killed.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let service = Service::start(arguments, "database")?;
    let address = arguments.address("listen")?;
    let database = Arc::new(Database {
        max_connections: service.settings.count("max_connections", 60)?,
        slow_after: service
            .settings
            .duration("log_min_duration_statement", Duration::from_millis(400))?,
        sessions: Mutex::default(),
        n_free_cores: Mutex::new(service.settings.count("parallel_statements", 12)?.max(1)),
        core_freed: Condvar::new(),
        next_session: AtomicU64::new(1001),
        n_rows: AtomicU64::new(40_000),
        service,
    });
    declare(&database);
    let listener = TcpListener::bind(address).with_context(|| format!("cannot listen on {address}"))?;
    database.service.log.info(
        "database system is ready to accept connections",
        &[("", 1u64.into())],
    );
    let checkpoints = Arc::clone(&database);
    thread::spawn(move || checkpoints.write_checkpoints());
    for stream in listener.incoming().flatten() {
        let database = Arc::clone(&database);
        thread::spawn(move || database.serve(&stream));
    }
    Ok(())
}

impl Database {
    fn serve(&self, stream: &TcpStream) {
        let id = self.next_session.fetch_add(1, Ordering::Relaxed);
        let _ = stream.set_nodelay(true);
        let mut reader = BufReader::new(stream);
        let mut line = String::new();
        if reader.read_line(&mut line).is_err() {
            return;
        }
        let mut words = line.split_whitespace().skip(1);
        let user = words.next().unwrap_or("unknown").to_owned();
        let application = words.next().unwrap_or("unknown").to_owned();
        if !self.admit(id, &user) {
            self.service
                .metrics
                .add("db_connections_refused_total", &[("user", &user)], 1.0);
            let fields = [
                ("", id.into()),
                ("user", Field::from(&user)),
                ("app", Field::from(&application)),
            ];
            self.service.log.error("sorry, too many clients already", &fields);
            let _ = answer(stream, REFUSAL);
            return;
        }
        // Starting a backend and checking a password take their time.
        thread::sleep(Duration::from_secs_f64(random::lognormal(0.02, 0.3)));
        if answer(stream, "OK").is_ok() {
            self.converse(id, &application, &mut reader, stream);
        }
        // A backend cleans up before its place is free again.
        thread::sleep(Duration::from_secs_f64(random::between(0.08, 0.2)));
        self.lock().remove(&id);
    }

    fn admit(&self, id: u64, user: &str) -> bool {
        let mut sessions = self.lock();
        if sessions.len() >= self.max_connections {
            return false;
        }
        sessions.insert(
            id,
            Session {
                user: user.to_owned(),
                state: "idle",
            },
        );
        true
    }

    fn converse(&self, id: u64, application: &str, reader: &mut BufReader<&TcpStream>, stream: &TcpStream) {
        let mut in_transaction = false;
        loop {
            let mut line = String::new();
            match reader.read_line(&mut line) {
                Ok(n_bytes) if n_bytes > 0 => {}
                _ => return,
            }
            let statement = line.split_whitespace().next().unwrap_or_default();
            self.set_state(id, "active");
            let result = self.execute(id, application, statement, line.trim());
            in_transaction = match statement {
                "begin" => true,
                "commit" => false,
                _ => in_transaction,
            };
            self.set_state(
                id,
                if in_transaction {
                    "idle in transaction"
                } else {
                    "idle"
                },
            );
            if answer(stream, &result).is_err() {
                return;
            }
        }
    }

    /// Takes as long as a real statement would, on one of the cores.
    fn execute(&self, id: u64, application: &str, statement: &str, line: &str) -> String {
        let Some((name, median_millis)) = STATEMENTS.iter().find(|(name, _)| *name == statement) else {
            return "ERROR:  syntax error".into();
        };
        let started = Instant::now();
        self.take_core();
        thread::sleep(Duration::from_secs_f64(random::lognormal(
            median_millis / 1000.0,
            0.45,
        )));
        self.give_core();
        let took = started.elapsed();
        self.service.metrics.observe(
            "db_statement_duration_seconds",
            &[("statement", name)],
            took.as_secs_f64(),
        );
        if took >= self.slow_after {
            let text = format!(
                "duration: {:.3} ms  statement: {line}",
                took.as_secs_f64() * 1000.0
            );
            self.service
                .log
                .info(&text, &[("", id.into()), ("app", application.into())]);
        }
        self.result_of(statement)
    }

    fn result_of(&self, statement: &str) -> String {
        match statement {
            "product" | "search" => format!(
                "{{\"price_cents\":{},\"seats\":{}}}",
                900 + random::bits() % 9000,
                random::bits() % 80
            ),
            "insert_order" | "insert_ledger" => self.n_rows.fetch_add(1, Ordering::Relaxed).to_string(),
            _ => "OK".into(),
        }
    }

    fn take_core(&self) {
        let mut n_free = self.n_free_cores.lock().unwrap_or_else(PoisonError::into_inner);
        while *n_free == 0 {
            n_free = self
                .core_freed
                .wait(n_free)
                .unwrap_or_else(PoisonError::into_inner);
        }
        *n_free -= 1;
    }

    fn give_core(&self) {
        *self.n_free_cores.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.core_freed.notify_one();
    }

    fn write_checkpoints(&self) {
        loop {
            thread::sleep(Duration::from_secs(60));
            let n_buffers = 90 + random::bits() % 400;
            let text = format!(
                "checkpoint complete: wrote {n_buffers} buffers ({:.1}%)",
                n_buffers as f64 / 163.84
            );
            self.service.log.info(&text, &[("", 27u64.into())]);
        }
    }

    fn set_state(&self, id: u64, state: &'static str) {
        if let Some(session) = self.lock().get_mut(&id) {
            session.state = state;
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<u64, Session>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn answer(mut stream: &TcpStream, line: &str) -> std::io::Result<()> {
    stream.write_all(format!("{line}\n").as_bytes())
}

fn declare(database: &Arc<Database>) {
    let metrics = &database.service.metrics;
    metrics.declare(
        Kind::Gauge,
        "db_max_connections",
        "Connections the database accepts.",
    );
    metrics.declare(
        Kind::Gauge,
        "db_connections",
        "Open connections, by user and state.",
    );
    metrics.declare(
        Kind::Counter,
        "db_connections_refused_total",
        "Connections refused because there were too many.",
    );
    metrics.declare(
        Kind::Histogram,
        "db_statement_duration_seconds",
        "Time statements took, waiting included.",
    );
    let weak = Arc::downgrade(database);
    metrics.on_scrape(move |metrics| {
        let Some(database) = weak.upgrade() else {
            return;
        };
        metrics.set("db_max_connections", &[], database.max_connections as f64);
        let sessions: Vec<Session> = database.lock().values().cloned().collect();
        for user in ["catalog", "orders", "payments"] {
            for state in STATES {
                let n = sessions
                    .iter()
                    .filter(|session| session.user == user && session.state == state)
                    .count();
                metrics.set("db_connections", &[("user", user), ("state", state)], n as f64);
            }
        }
    });
}
