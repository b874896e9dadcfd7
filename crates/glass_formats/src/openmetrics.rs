//! OpenMetrics text and Prometheus' own text form: [`reader`] takes in both, [`Writer`] writes OpenMetrics.
//!
//! The two differ in the unit of time (seconds or milliseconds); which one a text has is seen from the times
//! themselves, unless told.

mod read;
mod write;

pub use read::{Parser, TimeUnit, reader};
pub use write::{Family, NotCarried, Writer};
