//! `lab_shop`: the small ticket shop that the recorder lab runs under load, breaks and repairs.
//!
//! One program, one subcommand a service: `frontend`, `catalog`, `orders`, `payments`, the `database` they share,
//! the `cardgate` stub of a payment provider outside the cloud, and `load`, the customers. Everything limited is
//! really limited: workers, queues, connections, cache entries, time. Read [`service`] first: what every service is
//! made of; then `orders`, which calls most of the others.
//!
//! This program does not know: Glasshouse, the faults it is used for, who starts it.

mod arguments;
mod breaker;
mod cache;
mod cardgate;
mod catalog;
mod client;
mod database;
mod deferred;
mod frontend;
mod http;
mod load;
mod log;
mod metrics;
mod orders;
mod payments;
mod pool;
mod process;
mod random;
mod server;
mod service;
mod settings;

use std::process::ExitCode;

use arguments::Arguments;

const USAGE: &str = "usage: lab_shop <frontend|catalog|orders|payments|database|cardgate|load> --listen ADDR \
                     [--admin ADDR] [--config DIR] [--hosts FILE] [--instance NAME] [--revision TEXT]";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            log::to_stderr(&format!("lab_shop: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn run() -> anyhow::Result<()> {
    let arguments = Arguments::parse(std::env::args().skip(1)).map_err(|error| error.context(USAGE))?;
    match arguments.service.as_str() {
        "frontend" => frontend::run(&arguments),
        "catalog" => catalog::run(&arguments),
        "orders" => orders::run(&arguments),
        "payments" => payments::run(&arguments),
        "database" => database::run(&arguments),
        "cardgate" => cardgate::run(&arguments),
        "load" => load::run(&arguments),
        other => anyhow::bail!("there is no service named {other}; {USAGE}"),
    }
}
