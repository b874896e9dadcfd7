//! `payments`: charges a card through the provider outside, and writes the charge into the ledger.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use crate::arguments::Arguments;
use crate::client::Client;
use crate::http::{Request, Response};
use crate::log::Field;
use crate::metrics::Kind;
use crate::pool::{Pool, PoolError};
use crate::random;
use crate::server;
use crate::service::Service;

struct Payments {
    service: Arc<Service>,
    pool: Arc<Pool>,
    cardgate: Client,
}

/// Serves until stopped.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let service = Service::start(arguments, "json")?;
    let payments = Arc::new(Payments {
        pool: Pool::start(&service)?,
        cardgate: Client::new(&service, "cardgate")?,
        service: Arc::clone(&service),
    });
    service
        .metrics
        .declare(Kind::Counter, "charges_total", "Charges asked for, by result.");
    service.metrics.declare(
        Kind::Counter,
        "settlement_runs_total",
        "Batches of charges settled.",
    );
    service.metrics.declare(
        Kind::Gauge,
        "settlement_batch_size",
        "Charges settled at a time, at most.",
    );
    let settling = Arc::clone(&payments);
    let interval = service
        .settings
        .duration("settlement.interval", Duration::from_secs(30))?;
    let batch_size = service.settings.count("settlement.batch_size", 20)?;
    service
        .metrics
        .set("settlement_batch_size", &[], batch_size as f64);
    thread::spawn(move || settling.settle(interval, batch_size));
    let handler = move |request: &Request| payments.answer(request);
    server::serve(&service, arguments.address("listen")?, Arc::new(handler))
}

impl Payments {
    fn answer(&self, request: &Request) -> (&'static str, Response) {
        if request.path == "/charges" && request.method == "POST" {
            ("POST /charges", self.charge(request))
        } else {
            ("other", Response::new(404, "no such page\n"))
        }
    }

    fn charge(&self, request: &Request) -> Response {
        let started = Instant::now();
        let (result, response) =
            match self
                .cardgate
                .call("POST", "/authorize", &request.body, &request.trace_id)
            {
                Err(error) => (error.word(), error.to_response("cardgate")),
                Ok(_) => match self.write_ledger(&request.body) {
                    Ok(_) => ("authorized", Response::new(201, "authorized\n")),
                    Err(PoolError::Unavailable(reason) | PoolError::Broken(reason)) => {
                        let fields = [
                            ("reason", (&reason).into()),
                            ("trace_id", (&request.trace_id).into()),
                        ];
                        self.service.log.error("ledger not written", &fields);
                        ("no_ledger", Response::new(503, "ledger unavailable\n"))
                    }
                },
            };
        self.service
            .metrics
            .add("charges_total", &[("result", result)], 1.0);
        let fields: [(&str, Field<'_>); 4] = [
            ("charge", (&request.body).into()),
            ("result", result.into()),
            ("duration_ms", (started.elapsed().as_secs_f64() * 1000.0).into()),
            ("trace_id", (&request.trace_id).into()),
        ];
        self.service.log.info("charge", &fields);
        response
    }

    fn write_ledger(&self, charge: &str) -> Result<String, PoolError> {
        self.pool.acquire()?.run(&format!("insert_ledger {charge}"))
    }

    /// Settles charges in batches, for as long as the process lives.
    fn settle(&self, interval: Duration, batch_size: usize) {
        loop {
            thread::sleep(interval.mul_f64(random::between(0.9, 1.1)));
            let started = Instant::now();
            let result = self
                .pool
                .acquire()
                .and_then(|mut lease| lease.run("update_order settled"));
            self.service.metrics.add("settlement_runs_total", &[], 1.0);
            let fields = [
                ("batch_size", batch_size.into()),
                ("duration_ms", (started.elapsed().as_secs_f64() * 1000.0).into()),
            ];
            match result {
                Ok(_) => self.service.log.info("settlement run", &fields),
                Err(_) => self.service.log.warn("settlement run failed", &fields),
            }
        }
    }
}
