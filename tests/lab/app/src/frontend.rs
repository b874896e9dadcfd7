//! `frontend`: the door of the shop. Every page is one call to `catalog` or `orders`.

use std::sync::Arc;

use crate::arguments::Arguments;
use crate::client::Client;
use crate::http::{Request, Response};
use crate::server;
use crate::service::Service;

struct Frontend {
    catalog: Client,
    orders: Client,
}

/// Serves until stopped.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let service = Service::start(arguments, "json")?;
    let frontend = Frontend {
        catalog: Client::new(&service, "catalog")?,
        orders: Client::new(&service, "orders")?,
    };
    let handler = move |request: &Request| frontend.answer(request);
    server::serve(&service, arguments.address("listen")?, Arc::new(handler))
}

impl Frontend {
    fn answer(&self, request: &Request) -> (&'static str, Response) {
        let trace_id = &request.trace_id;
        let (route, target, result) = match request.path.as_str() {
            "/" => ("/", "catalog", self.catalog.call("GET", "/search", "", trace_id)),
            "/checkout" => (
                "/checkout",
                "orders",
                self.orders.call("POST", "/orders", &request.body, trace_id),
            ),
            path if path.starts_with("/products/") => (
                "/products/{id}",
                "catalog",
                self.catalog.call("GET", path, "", trace_id),
            ),
            path if path.starts_with("/orders/") => (
                "/orders/{id}",
                "orders",
                self.orders.call("GET", path, "", trace_id),
            ),
            _ => return ("other", Response::new(404, "no such page\n")),
        };
        (route, result.unwrap_or_else(|error| error.to_response(target)))
    }
}
