//! What the operating system says about this process, under the names every Prometheus client uses.

use std::fs;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::metrics::{Kind, Metrics};

/// Bytes a page and ticks a second of the Linux kernels Debian ships.
const PAGE_BYTES: f64 = 4096.0;
const TICKS_PER_SECOND: f64 = 100.0;

/// Exposes memory, processor time, threads, open files and the start time.
pub fn expose(metrics: &Metrics) {
    metrics.declare(
        Kind::Gauge,
        "process_resident_memory_bytes",
        "Resident memory size in bytes.",
    );
    metrics.declare(
        Kind::Counter,
        "process_cpu_seconds_total",
        "Total user and system CPU time in seconds.",
    );
    metrics.declare(Kind::Gauge, "process_threads", "Number of threads.");
    metrics.declare(
        Kind::Gauge,
        "process_open_fds",
        "Number of open file descriptors.",
    );
    metrics.declare(
        Kind::Gauge,
        "process_start_time_seconds",
        "Start time since the epoch in seconds.",
    );
    let started = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0.0, |since| since.as_secs_f64());
    metrics.set(
        "process_start_time_seconds",
        &[],
        (started * 100.0).round() / 100.0,
    );
    metrics.on_scrape(|metrics| {
        if let Some(pages) = resident_pages() {
            metrics.set("process_resident_memory_bytes", &[], pages * PAGE_BYTES);
        }
        if let Some((ticks, n_threads)) = ticks_and_threads() {
            metrics.set("process_cpu_seconds_total", &[], ticks / TICKS_PER_SECOND);
            metrics.set("process_threads", &[], n_threads);
        }
        if let Ok(entries) = fs::read_dir("/proc/self/fd") {
            metrics.set("process_open_fds", &[], entries.count() as f64);
        }
    });
}

fn resident_pages() -> Option<f64> {
    fs::read_to_string("/proc/self/statm")
        .ok()?
        .split_whitespace()
        .nth(1)?
        .parse()
        .ok()
}

fn ticks_and_threads() -> Option<(f64, f64)> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    // The command's name, field 2, stands in brackets and may hold spaces; count from behind it.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let number = |index: usize| fields.get(index)?.parse::<f64>().ok();
    Some((number(11)? + number(12)?, number(17)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_has_memory_and_threads() {
        assert!(resident_pages().unwrap() > 10.0);
        assert!(ticks_and_threads().unwrap().1 >= 1.0);
    }
}
