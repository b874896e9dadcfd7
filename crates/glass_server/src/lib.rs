//! Serves a recording over the HTTP APIs of Prometheus, Loki and Alertmanager, so that the tools people have can be
//! pointed at a past incident.
//!
//! This crate does not know: screens.
