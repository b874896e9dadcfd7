//! A server with a bounded queue in front of a bounded number of workers.
//!
//! A connection waits in the queue until a worker is free; when the queue is full it is refused with 503 at once.
//! `/healthz` goes through the same queue on purpose: a service without free workers does not look healthy.

use std::collections::VecDeque;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::http::{self, Request, Response};
use crate::log::Level;
use crate::metrics::Kind;
use crate::random;
use crate::service::Service;

/// What answers requests; the first value is the route, for metrics and logs.
pub type Handler = dyn Fn(&Request) -> (&'static str, Response) + Send + Sync;

/// How long requests in hand may take to end after SIGTERM.
const GRACE: Duration = Duration::from_secs(3);

/// Which requests get a line in the log.
#[derive(Clone, Copy, PartialEq)]
enum AccessLog {
    All,
    Slow,
}

struct Server {
    service: Arc<Service>,
    n_workers: usize,
    queue_limit: usize,
    access_log: AccessLog,
    slow_after: Duration,
    queue: Mutex<VecDeque<(TcpStream, Instant)>>,
    arrived: Condvar,
    n_busy: AtomicUsize,
    stopping: AtomicBool,
}

/// Serves until SIGTERM or SIGINT, then ends the requests in hand.
pub fn serve(service: &Arc<Service>, address: SocketAddr, handler: Arc<Handler>) -> anyhow::Result<()> {
    let settings = &service.settings;
    let server = Arc::new(Server {
        service: Arc::clone(service),
        n_workers: settings.count("server.workers", 16)?.max(1),
        queue_limit: settings.count("server.queue_limit", 64)?,
        access_log: if settings.text("log.access", "all") == "all" {
            AccessLog::All
        } else {
            AccessLog::Slow
        },
        slow_after: settings.duration("log.slow_after", Duration::from_millis(500))?,
        queue: Mutex::default(),
        arrived: Condvar::new(),
        n_busy: AtomicUsize::new(0),
        stopping: AtomicBool::new(false),
    });
    declare(&server);
    let listener = TcpListener::bind(address).with_context(|| format!("cannot listen on {address}"))?;
    for _ in 0..server.n_workers {
        let (server, handler) = (Arc::clone(&server), Arc::clone(&handler));
        thread::spawn(move || server.work(&*handler));
    }
    stop_on_signal(&server, address)?;
    service.log.info(
        "listening",
        &[
            ("workers", server.n_workers.into()),
            ("queue_limit", server.queue_limit.into()),
        ],
    );
    for stream in listener.incoming() {
        if server.stopping.load(Ordering::SeqCst) {
            break;
        }
        if let Ok(stream) = stream {
            server.enqueue(stream);
        }
    }
    drop(listener);
    server.drain();
    service.log.info("stopped", &[]);
    Ok(())
}

fn declare(server: &Arc<Server>) {
    let metrics = &server.service.metrics;
    metrics.declare(
        Kind::Counter,
        "http_requests_total",
        "Requests answered, by route and status code.",
    );
    metrics.declare(
        Kind::Histogram,
        "http_request_duration_seconds",
        "Time from arrival to answer, by route.",
    );
    metrics.declare(Kind::Gauge, "server_workers", "Workers configured.");
    metrics.declare(
        Kind::Gauge,
        "server_workers_busy",
        "Workers with a request in hand.",
    );
    metrics.declare(
        Kind::Gauge,
        "server_queue_length",
        "Connections waiting for a worker.",
    );
    metrics.declare(
        Kind::Counter,
        "server_queue_rejected_total",
        "Connections refused because the queue was full.",
    );
    metrics.add("server_queue_rejected_total", &[], 0.0);
    let weak = Arc::downgrade(server);
    metrics.on_scrape(move |metrics| {
        if let Some(server) = weak.upgrade() {
            metrics.set("server_workers", &[], server.n_workers as f64);
            metrics.set(
                "server_workers_busy",
                &[],
                server.n_busy.load(Ordering::SeqCst) as f64,
            );
            metrics.set("server_queue_length", &[], server.lock().len() as f64);
        }
    });
}

/// A connection to our own port wakes the accepting thread, which blocks otherwise.
fn stop_on_signal(server: &Arc<Server>, address: SocketAddr) -> anyhow::Result<()> {
    let mut signals = Signals::new([SIGTERM, SIGINT]).context("cannot wait for signals")?;
    let server = Arc::clone(server);
    thread::spawn(move || {
        if signals.forever().next().is_some() {
            server
                .service
                .log
                .info("stopping", &[("reason", "SIGTERM".into())]);
            server.stopping.store(true, Ordering::SeqCst);
            let _ = TcpStream::connect(address);
        }
    });
    Ok(())
}

impl Server {
    fn lock(&self) -> MutexGuard<'_, VecDeque<(TcpStream, Instant)>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enqueue(&self, stream: TcpStream) {
        let _ = stream.set_nodelay(true);
        let _ = stream.set_read_timeout(Some(Duration::from_secs(2)));
        let _ = stream.set_write_timeout(Some(Duration::from_secs(2)));
        let mut queue = self.lock();
        if queue.len() < self.queue_limit {
            queue.push_back((stream, Instant::now()));
            drop(queue);
            self.arrived.notify_one();
            return;
        }
        drop(queue);
        self.service.metrics.add("server_queue_rejected_total", &[], 1.0);
        self.service.metrics.add(
            "http_requests_total",
            &[("route", "overload"), ("code", "503")],
            1.0,
        );
        // The request is not even read: that is what being out of workers means.
        let _ = http::write_response(&stream, &Response::new(503, "overloaded\n"));
    }

    fn work(&self, handler: &Handler) {
        loop {
            let mut queue = self.lock();
            let (stream, arrived_at) = loop {
                match queue.pop_front() {
                    Some(next) => break next,
                    None => queue = self.arrived.wait(queue).unwrap_or_else(PoisonError::into_inner),
                }
            };
            self.n_busy.fetch_add(1, Ordering::SeqCst);
            drop(queue);
            self.answer(&stream, arrived_at, handler);
            self.n_busy.fetch_sub(1, Ordering::SeqCst);
        }
    }

    fn answer(&self, stream: &TcpStream, arrived_at: Instant, handler: &Handler) {
        let Ok(Some(mut request)) = http::read_request(stream) else {
            return;
        };
        if request.path == "/healthz" {
            let _ = http::write_response(stream, &Response::new(200, "ok\n"));
            return;
        }
        if request.trace_id.is_empty() {
            request.trace_id = random::trace_id();
        }
        let (route, response) = handler(&request);
        let sent = http::write_response(stream, &response);
        let took = arrived_at.elapsed();
        let code = response.status.to_string();
        self.service
            .metrics
            .add("http_requests_total", &[("route", route), ("code", &code)], 1.0);
        self.service.metrics.observe(
            "http_request_duration_seconds",
            &[("route", route)],
            took.as_secs_f64(),
        );
        let level = match response.status {
            500.. => Level::Error,
            _ if sent.is_err() || took >= self.slow_after => Level::Warn,
            _ => Level::Info,
        };
        if self.access_log == AccessLog::All || level > Level::Info {
            self.service.log.write(
                level,
                "request",
                &[
                    ("method", (&request.method).into()),
                    ("path", (&request.path).into()),
                    ("status", u64::from(response.status).into()),
                    ("duration_ms", (took.as_secs_f64() * 1000.0).into()),
                    ("trace_id", (&request.trace_id).into()),
                ],
            );
        }
    }

    fn drain(&self) {
        let until = Instant::now() + GRACE;
        while Instant::now() < until && (!self.lock().is_empty() || self.n_busy.load(Ordering::SeqCst) > 0) {
            thread::sleep(Duration::from_millis(10));
        }
    }
}
