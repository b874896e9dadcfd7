//! Calls to another service: one of its replicas after the other, with a timeout, retries and a circuit breaker.

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::breaker::{Breaker, State};
use crate::http::{self, Request, Response};
use crate::log::Field;
use crate::metrics::Kind;
use crate::random;
use crate::service::Service;

/// Why there is no usable answer.
#[derive(Clone, Debug, PartialEq)]
pub enum CallError {
    /// None within the timeout.
    Timeout,
    /// An answer of class 5xx.
    Status(u16),
    /// No connection, or a broken one.
    Broken(String),
    /// Not even tried.
    CircuitOpen,
}

impl CallError {
    /// One word for metrics and logs.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::Status(_) => "5xx",
            Self::Broken(_) => "broken",
            Self::CircuitOpen => "circuit_open",
        }
    }

    /// What to answer to the one who asked us.
    pub fn to_response(&self, target: &str) -> Response {
        let status = match self {
            Self::Timeout => 504,
            Self::Status(_) | Self::Broken(_) => 502,
            Self::CircuitOpen => 503,
        };
        Response::new(status, format!("{target}: {}\n", self.word()))
    }
}

/// Another service, as this one calls it.
pub struct Client {
    service: Arc<Service>,
    target: &'static str,
    addresses: Vec<SocketAddr>,
    timeout: Duration,
    n_attempts: usize,
    backoff: Duration,
    breaker: Option<Breaker>,
    next: AtomicUsize,
}

impl Client {
    /// Reads `upstreams.<target>.…` of the settings: url, timeout, attempts, backoff, circuit_breaker.
    pub fn new(service: &Arc<Service>, target: &'static str) -> anyhow::Result<Self> {
        let settings = &service.settings;
        let key = |name: &str| format!("upstreams.{target}.{name}");
        let breaker = if settings.flag(&key("circuit_breaker.enabled"), false)? {
            let n_failures = settings.count(&key("circuit_breaker.failures_to_open"), 10)?;
            let open_for = settings.duration(&key("circuit_breaker.open_for"), Duration::from_secs(10))?;
            Some(Breaker::new(n_failures, open_for))
        } else {
            None
        };
        declare(service, target);
        Ok(Self {
            service: Arc::clone(service),
            target,
            addresses: service.resolve(&settings.text(&key("url"), ""))?,
            timeout: settings.duration(&key("timeout"), Duration::from_secs(2))?,
            n_attempts: settings.count(&key("attempts"), 1)?.max(1),
            backoff: settings.duration(&key("backoff"), Duration::from_millis(100))?,
            breaker,
            next: AtomicUsize::new(0),
        })
    }

    /// Calls until an attempt succeeds or all are used up. Answers below 500 are successes.
    pub fn call(&self, method: &str, path: &str, body: &str, trace_id: &str) -> Result<Response, CallError> {
        let request = Request {
            method: method.to_owned(),
            path: path.to_owned(),
            trace_id: trace_id.to_owned(),
            agent: self.service.name.clone(),
            body: body.to_owned(),
        };
        let mut attempt = 1;
        loop {
            let started = Instant::now();
            let result = self.attempt(&request);
            let took = started.elapsed();
            self.count(&result, took);
            let Err(error) = result else {
                return result;
            };
            let give_up = attempt >= self.n_attempts || error == CallError::CircuitOpen;
            if error != CallError::CircuitOpen {
                self.log_failure(&request, attempt, &error, took);
            }
            if give_up {
                return Err(error);
            }
            self.service
                .metrics
                .add("http_client_retries_total", &[("target", self.target)], 1.0);
            thread::sleep(self.backoff.mul_f64(attempt as f64 * random::between(0.5, 1.5)));
            attempt += 1;
        }
    }

    fn attempt(&self, request: &Request) -> Result<Response, CallError> {
        if self
            .breaker
            .as_ref()
            .is_some_and(|breaker| !breaker.allows(Instant::now()))
        {
            return Err(CallError::CircuitOpen);
        }
        let result = self.exchange(request);
        if let Some(breaker) = &self.breaker {
            let (before, after) = breaker.record(result.is_ok(), Instant::now());
            if before != after {
                let words = (format!("{before:?}"), format!("{after:?}"));
                let fields = [
                    ("target", self.target.into()),
                    ("from", (&words.0).into()),
                    ("to", (&words.1).into()),
                ];
                self.service.log.warn("circuit breaker changed", &fields);
            }
        }
        result
    }

    /// One exchange; a replica that does not listen is passed over, as a load balancer would.
    fn exchange(&self, request: &Request) -> Result<Response, CallError> {
        let deadline = Instant::now() + self.timeout;
        let mut refusal = String::from("no address");
        for _ in 0..self.addresses.len() {
            let index = self.next.fetch_add(1, Ordering::Relaxed) % self.addresses.len();
            match TcpStream::connect_timeout(&self.addresses[index], self.timeout) {
                Ok(stream) => return self.exchange_on(&stream, request, deadline),
                Err(error) => refusal = error.to_string(),
            }
        }
        Err(CallError::Broken(refusal))
    }

    fn exchange_on(
        &self,
        stream: &TcpStream,
        request: &Request,
        deadline: Instant,
    ) -> Result<Response, CallError> {
        let broken = |error: io::Error| match error.kind() {
            io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => CallError::Timeout,
            _ => CallError::Broken(error.to_string()),
        };
        let left = deadline
            .saturating_duration_since(Instant::now())
            .max(Duration::from_millis(1));
        let _ = stream.set_nodelay(true);
        stream.set_read_timeout(Some(left)).map_err(broken)?;
        stream.set_write_timeout(Some(left)).map_err(broken)?;
        http::write_request(stream, self.target, request).map_err(broken)?;
        let response = http::read_response(stream).map_err(broken)?;
        if response.status >= 500 {
            Err(CallError::Status(response.status))
        } else {
            Ok(response)
        }
    }

    fn count(&self, result: &Result<Response, CallError>, took: Duration) {
        let outcome = result.as_ref().map_or_else(CallError::word, |_| "ok");
        let metrics = &self.service.metrics;
        metrics.add(
            "http_client_requests_total",
            &[("target", self.target), ("outcome", outcome)],
            1.0,
        );
        if outcome != "circuit_open" {
            metrics.observe(
                "http_client_request_duration_seconds",
                &[("target", self.target)],
                took.as_secs_f64(),
            );
        }
        if let Some(breaker) = &self.breaker {
            let open = f64::from(u8::from(breaker.state(Instant::now()) != State::Closed));
            metrics.set("http_client_circuit_open", &[("target", self.target)], open);
        }
    }

    fn log_failure(&self, request: &Request, attempt: usize, error: &CallError, took: Duration) {
        let detail = match error {
            CallError::Status(status) => format!("status {status}"),
            CallError::Broken(text) => text.clone(),
            _ => format!("no answer within {:.1}s", self.timeout.as_secs_f64()),
        };
        let fields: [(&str, Field<'_>); 6] = [
            ("target", self.target.into()),
            ("attempt", attempt.into()),
            ("of", self.n_attempts.into()),
            ("duration_ms", (took.as_secs_f64() * 1000.0).into()),
            ("error", (&detail).into()),
            ("trace_id", (&request.trace_id).into()),
        ];
        self.service.log.warn("call failed", &fields);
    }
}

fn declare(service: &Service, target: &str) {
    let metrics = &service.metrics;
    metrics.declare(
        Kind::Counter,
        "http_client_requests_total",
        "Attempts made, by target and outcome.",
    );
    metrics.declare(
        Kind::Counter,
        "http_client_retries_total",
        "Attempts after the first, by target.",
    );
    metrics.declare(
        Kind::Histogram,
        "http_client_request_duration_seconds",
        "Time an attempt took, by target.",
    );
    metrics.declare(
        Kind::Gauge,
        "http_client_circuit_open",
        "1 while the circuit breaker refuses calls.",
    );
    metrics.add("http_client_retries_total", &[("target", target)], 0.0);
}
