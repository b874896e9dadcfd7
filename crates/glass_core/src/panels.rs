//! Which panels the overview shows when a recording names none: chosen by the names of its metrics.

use crate::screens::alerts::field;
use crate::{Line, Role, Span, words};
use glass_model::{MetricKind, MetricName, Panel, Selector, Transform};

/// At most so many panels are chosen.
const MAX_PANELS: usize = 6;

/// What a panel is, in full.
pub(crate) fn lines(panel: &Panel) -> Vec<Line> {
    let mut lines = vec![
        vec![Span::new(words::visible(&panel.title), Role::Strong)],
        field("selector", &words::visible(&panel.selector.to_string())),
    ];
    if panel.transform == Transform::PerSecond {
        lines.push(field("drawn as", "growth per second"));
    }
    if !panel.unit.is_empty() {
        lines.push(field("unit", &words::visible(&panel.unit)));
    }
    lines
}

/// The panels that look most telling among the metrics known at the playhead.
pub(crate) fn choose(names: &[MetricName]) -> Vec<Panel> {
    let mut scored: Vec<(i32, &MetricName)> = names
        .iter()
        .map(|name| (score(name), name))
        .filter(|(score, _)| *score > 0)
        .collect();
    scored.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.name.cmp(&b.1.name)));
    scored
        .into_iter()
        .take(MAX_PANELS)
        .map(|(_, name)| panel(name))
        .collect()
}

/// A panel of all series of one metric.
pub(crate) fn panel(name: &MetricName) -> Panel {
    let transform = usual_transform(name);
    Panel {
        title: name.name.clone(),
        selector: Selector::metric(&name.name),
        transform,
        unit: unit(name, transform),
    }
}

/// Counters are drawn as growth per second.
pub(crate) fn usual_transform(name: &MetricName) -> Transform {
    let counts = |name: &str| {
        ["_total", "_count", "_sum", "_bucket"]
            .iter()
            .any(|end| name.ends_with(end))
    };
    match name.kind {
        MetricKind::Counter => Transform::PerSecond,
        MetricKind::Gauge => Transform::Raw,
        _ if counts(&name.name) && !name.name.contains(':') => Transform::PerSecond,
        _ => Transform::Raw,
    }
}

/// The unit of what is drawn, by the metric's unit or its name.
pub(crate) fn unit(name: &MetricName, transform: Transform) -> String {
    let has = |word: &str| name.unit == word || name.name.split(['_', ':']).any(|part| part == word);
    let unit = if has("bytes") {
        "bytes"
    } else if (has("seconds") || has("latency"))
        && !name.name.ends_with("_count")
        && !name.name.ends_with("_bucket")
    {
        "s"
    } else if has("ratio") {
        "ratio"
    } else {
        ""
    };
    match (transform, unit) {
        (Transform::Raw, unit) => unit.to_owned(),
        (Transform::PerSecond, "bytes") => "bytes/s".to_owned(),
        (Transform::PerSecond, "s") => "ratio".to_owned(),
        (Transform::PerSecond, _) => "/s".to_owned(),
    }
}

fn score(metric: &MetricName) -> i32 {
    let name = metric.name.as_str();
    let mut score = 0;
    for (word, points) in [
        ("error", 6),
        ("latency", 5),
        ("p95", 3),
        ("p99", 3),
        ("saturation", 5),
        ("resident_memory", 4),
        ("requests", 3),
        ("queue", 3),
        ("probe_success", 3),
        ("ratio", 2),
    ] {
        score += if name.contains(word) { points } else { 0 };
    }
    score += if score > 0 && name.contains(':') { 6 } else { 0 };
    score += if name == "up" { 4 } else { 0 };
    let noise = [
        "go_",
        "promhttp_",
        "prometheus_",
        "scrape_",
        "net_conntrack",
        "alertmanager_",
        "node_scrape",
        "node_textfile",
        "node_timex",
        "node_filesystem_device_error",
    ];
    let is_noise = noise.iter().any(|prefix| name.starts_with(prefix))
        || ["_bucket", "_created"].iter().any(|end| name.ends_with(end));
    if is_noise || metric.n_series > 24 {
        0
    } else {
        score
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metric(name: &str, n_series: usize) -> MetricName {
        MetricName {
            name: name.into(),
            kind: MetricKind::Unknown,
            help: String::new(),
            unit: String::new(),
            n_series,
        }
    }

    #[test]
    fn recorded_ratios_come_before_raw_counters_and_noise_never() {
        let names = [
            metric("go_error_total", 1),
            metric("http_requests_created", 1),
            metric("up", 3),
            metric("http_requests_total", 4),
            metric("gateway:error_ratio:rate1m", 1),
            metric("http_request_latency_bucket", 2),
            metric("queue_depth", 500),
        ];
        let titles: Vec<_> = choose(&names).into_iter().map(|panel| panel.title).collect();
        assert_eq!(
            titles,
            ["gateway:error_ratio:rate1m", "up", "http_requests_total"]
        );
    }

    #[test]
    fn units_follow_names() {
        for (name, expected) in [
            ("process_resident_memory_bytes", "bytes"),
            ("http_requests_total", "/s"),
            ("process_cpu_seconds_total", "ratio"),
            ("network_receive_bytes_total", "bytes/s"),
            ("gateway:error_ratio:rate1m", "ratio"),
            ("route:gateway_latency_seconds:p95_1m", "s"),
            ("http_seconds_count", "/s"),
        ] {
            assert_eq!(panel(&metric(name, 1)).unit, expected, "{name}");
        }
    }
}
