//! `orders`: writes an order down, has it paid, and says how it stands.
//!
//! The database transaction stays open while `payments` is called, so a connection is held for as long as a payment
//! takes. That is how many real services began, and how their connection pools came to matter.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use crate::arguments::Arguments;
use crate::client::{CallError, Client};
use crate::deferred::{DeferredOrder, DeferredOrders};
use crate::http::{Request, Response};
use crate::metrics::Kind;
use crate::pool::{Pool, PoolError};
use crate::server;
use crate::service::Service;

struct Orders {
    service: Arc<Service>,
    pool: Arc<Pool>,
    payments: Client,
    deferred: DeferredOrders,
}

/// Serves until stopped.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let service = Service::start(arguments, "logfmt")?;
    let settings = &service.settings;
    let may_defer = settings.text("on_payment_failure", "fail") == "defer";
    let limit = if may_defer {
        settings.count("deferred.limit", 2000)?
    } else {
        0
    };
    let orders = Arc::new(Orders {
        pool: Pool::start(&service)?,
        payments: Client::new(&service, "payments")?,
        deferred: DeferredOrders::new(limit),
        service: Arc::clone(&service),
    });
    service
        .metrics
        .declare(Kind::Counter, "orders_total", "Orders taken, by result.");
    service.metrics.declare(
        Kind::Gauge,
        "orders_deferred",
        "Orders accepted that wait for their payment.",
    );
    let gauged = Arc::clone(&orders);
    service
        .metrics
        .on_scrape(move |metrics| metrics.set("orders_deferred", &[], gauged.deferred.len() as f64));
    let charging = Arc::clone(&orders);
    thread::spawn(move || charging.charge_deferred());
    let handler = move |request: &Request| orders.answer(request);
    server::serve(&service, arguments.address("listen")?, Arc::new(handler))
}

impl Orders {
    fn answer(&self, request: &Request) -> (&'static str, Response) {
        if request.path == "/orders" && request.method == "POST" {
            ("POST /orders", self.place(request))
        } else if let Some(id) = request.path.strip_prefix("/orders/") {
            ("GET /orders/{id}", self.show(id, request))
        } else {
            ("other", Response::new(404, "no such page\n"))
        }
    }

    fn show(&self, id: &str, request: &Request) -> Response {
        let row = self
            .pool
            .acquire()
            .and_then(|mut lease| lease.run(&format!("order {id}")));
        row.map_or_else(
            |error| self.database_trouble(&error, request),
            |row| Response::new(200, row),
        )
    }

    fn place(&self, request: &Request) -> Response {
        let started = Instant::now();
        match self.place_in_transaction(request) {
            Ok((result, id, response)) => {
                self.service
                    .metrics
                    .add("orders_total", &[("result", result)], 1.0);
                let took = started.elapsed().as_secs_f64() * 1000.0;
                let fields = [
                    ("order", (&id).into()),
                    ("result", result.into()),
                    ("duration_ms", took.into()),
                    ("trace_id", (&request.trace_id).into()),
                ];
                self.service.log.info("order", &fields);
                response
            }
            Err(error) => {
                self.service
                    .metrics
                    .add("orders_total", &[("result", "failed")], 1.0);
                self.database_trouble(&error, request)
            }
        }
    }

    fn place_in_transaction(&self, request: &Request) -> Result<(&'static str, String, Response), PoolError> {
        let mut lease = self.pool.acquire()?;
        lease.run("begin")?;
        let id = lease.run("insert_order")?;
        let (result, response) = match self.charge(&id, &request.trace_id) {
            Ok(_) => ("paid", Response::new(201, format!("order {id}\n"))),
            Err(error) => self.without_payment(&id, request, &error),
        };
        lease.run(&format!("update_order {id} {result}"))?;
        lease.run("commit")?;
        Ok((result, id, response))
    }

    fn charge(&self, id: &str, trace_id: &str) -> Result<Response, CallError> {
        self.payments
            .call("POST", "/charges", &format!("order={id}"), trace_id)
    }

    fn without_payment(&self, id: &str, request: &Request, error: &CallError) -> (&'static str, Response) {
        let order = DeferredOrder {
            id: id.to_owned(),
            trace_id: request.trace_id.clone(),
        };
        if self.deferred.push(order) {
            return (
                "deferred",
                Response::new(202, format!("order {id}, payment follows\n")),
            );
        }
        ("unpaid", error.to_response("payments"))
    }

    /// Charges what was deferred, one order at a time, and waits a little after a failure.
    fn charge_deferred(&self) {
        loop {
            thread::sleep(Duration::from_millis(100));
            let Some(order) = self.deferred.pop() else {
                continue;
            };
            match self.charge(&order.id, &order.trace_id) {
                Ok(_) => {
                    self.service
                        .metrics
                        .add("orders_total", &[("result", "paid_later")], 1.0);
                    let fields = [
                        ("order", (&order.id).into()),
                        ("trace_id", (&order.trace_id).into()),
                    ];
                    self.service.log.info("deferred order paid", &fields);
                }
                Err(_) => {
                    self.deferred.put_back(order);
                    thread::sleep(Duration::from_secs(3));
                }
            }
        }
    }

    fn database_trouble(&self, error: &PoolError, request: &Request) -> Response {
        let (message, reason, status) = match error {
            PoolError::Unavailable(reason) => ("no database connection", reason, 503),
            PoolError::Broken(reason) => ("statement failed", reason, 500),
        };
        let fields = [
            ("reason", reason.into()),
            ("trace_id", (&request.trace_id).into()),
        ];
        self.service.log.error(message, &fields);
        Response::new(status, "database unavailable\n")
    }
}
