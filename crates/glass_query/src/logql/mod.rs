//! LogQL: log lines found, taken apart, counted.
