//! Serves a recording over the HTTP APIs of Prometheus, Loki and Alertmanager, so that the tools people have can be
//! pointed at a past incident.
//!
//! Read [`Server`] first, then `clock.rs`: what "now" is here. One module an API; each has a table of its endpoints
//! and words its errors as the real server does. The server is read-only, and nothing later than the recording's now
//! is in any answer.
//!
//! This crate does not know: screens.

mod alertmanager;
mod clock;
mod gaps;
mod guard;
mod home;
mod loki;
mod params;
mod pool;
mod prometheus;
mod response;
mod server;
mod service;

pub use clock::Clock;
pub use server::{Options, ServeError, Server};
