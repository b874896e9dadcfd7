//! Makes a [`GraphView`] of a graph's buckets: thins to the viewport's columns, joins points into runs, and
//! chooses axes. Min and max of every column are kept, so that no spike is lost.

mod axes;
mod scales;

use crate::context::Held;
use crate::time_control::TimeControl;
use crate::{CursorView, DataState, GraphLine, GraphPoint, GraphView, Role, words};
use axes::{clamp_points, y_axis, y_ticks};
use glass_model::{AnswerValue, Bucket, Graph, GraphSeries, Labels, Panel, TimeRange, Timestamp, Transform};

pub(crate) use axes::time_ticks;

/// Prometheus' look-back: a value counts for so long.
const LOOK_BACK_NANOS: i64 = 300_000_000_000;

/// The graph at hand, or an empty one that says why.
pub(crate) fn graph_view(panel: &Panel, n_columns: usize, time: &TimeControl, held: Held<'_>) -> GraphView {
    let graph = graph_held(&held);
    graph_of_lines(panel, n_columns, time, (graph, held.state), &mut Lines::default())
}

/// How values are drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Drawing {
    /// Each line by itself.
    #[default]
    Lines,
    /// Each line on top of those before it.
    Stacked,
    /// By the logarithm; what is not above zero has no place.
    Logarithmic,
}

/// What is done with the lines of a graph.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    /// How they are drawn.
    pub drawing: Drawing,
    /// The only one that is drawn.
    pub only: Option<usize>,
    /// A value that all of them are compared with, and its name.
    pub threshold: Option<(f64, String)>,
    /// All lines, also those that are not drawn.
    pub all: Vec<GraphLine>,
}

/// As [`graph_view`], with one line alone or with a threshold.
pub(crate) fn graph_of_lines(
    panel: &Panel,
    n_columns: usize,
    time: &TimeControl,
    (graph, state): (Option<&Graph>, DataState),
    wish: &mut Lines,
) -> GraphView {
    let window = time.window();
    let names = graph.map(|graph| legend_names(&graph.series)).unwrap_or_default();
    let stacked = graph
        .filter(|_| wish.drawing == Drawing::Stacked)
        .map(scales::stacked);
    let mut lines: Vec<GraphLine> = graph
        .map(|graph| {
            let series = graph.series.iter().zip(names).enumerate();
            series
                .map(|(i, (series, name))| graph_line(&panel.unit, n_columns, time, graph, series, name, i))
                .collect()
        })
        .unwrap_or_default();
    wish.all.clone_from(&lines);
    if let Some(stacked) = &stacked {
        for (line, series) in lines.iter_mut().zip(&stacked.series) {
            line.runs = runs(stacked, series, window, n_columns);
        }
    }
    if let Some(only) = wish.only {
        lines = lines.into_iter().skip(only).take(1).collect();
    }
    if let (Some((value, name)), false) = (&wish.threshold, lines.is_empty()) {
        lines.push(threshold_line(
            *value,
            name,
            &panel.unit,
            window.ratio(time.playhead()),
        ));
    }
    let (y_min, y_max, y_ticks) = match wish.drawing {
        Drawing::Logarithmic => scales::by_logarithm(&mut lines, &panel.unit),
        Drawing::Lines | Drawing::Stacked => {
            let axis = y_axis(&lines, &panel.unit);
            (axis.bottom, axis.top, y_ticks(&axis, &panel.unit))
        }
    };
    clamp_points(&mut lines, y_min, y_max);
    let how = match wish.drawing {
        Drawing::Lines => "",
        Drawing::Stacked => "stacked",
        Drawing::Logarithmic => "logarithmic",
    };
    GraphView {
        title: words::visible(&panel.title),
        unit: match (panel.transform, how) {
            (Transform::PerSecond, "") => "per second".to_owned(),
            (Transform::PerSecond, how) => format!("per second, {how}"),
            (Transform::Raw, how) => how.to_owned(),
        },
        lines,
        y_min,
        y_max,
        y_ticks,
        x_ticks: time_ticks(window),
        playhead: window.ratio(time.playhead()),
        cursor: cursor_view(time),
        n_left_out: graph.map_or(0, |graph| graph.n_left_out),
        state,
    }
}

/// A level line, as far as time has come.
fn threshold_line(value: f64, name: &str, unit: &str, playhead: f64) -> GraphLine {
    let point = |x| GraphPoint {
        x,
        first: value,
        last: value,
        min: value,
        max: value,
    };
    GraphLine {
        name: name.to_owned(),
        value: words::value(value, unit),
        role: Role::Critical,
        runs: vec![vec![point(0.0), point(playhead.clamp(0.0, 1.0))]],
    }
}

/// The graph that is at hand.
pub(crate) fn graph_held<'a>(held: &Held<'a>) -> Option<&'a Graph> {
    match held.value {
        Some(AnswerValue::Graph(graph)) => Some(graph),
        Some(AnswerValue::QueryGraph(query)) => Some(&query.graph),
        _ => None,
    }
}

/// The value of a series at the cursor or, without one, at the playhead.
pub(crate) fn value_shown(graph: &Graph, series: &GraphSeries, time: &TimeControl) -> Option<f64> {
    match time.cursor() {
        Some(cursor) => value_at(graph, series, cursor),
        None => series.latest,
    }
}

/// A series with its graph and its name in the legend.
pub(crate) struct NamedSeries<'a> {
    /// The graph.
    pub graph: &'a Graph,
    /// The series.
    pub series: &'a GraphSeries,
    /// Its name.
    pub name: String,
}

/// A graph of series of several answers, without a title. Values are multiplied by a factor and have a unit then.
pub(crate) fn graph_of(
    all: &[NamedSeries<'_>],
    (factor, unit): (f64, &str),
    n_columns: usize,
    time: &TimeControl,
    n_left_out: usize,
    state: DataState,
) -> GraphView {
    let line = |(i, one): (usize, &NamedSeries<'_>)| {
        let name = one.name.clone();
        let mut line = graph_line(unit, n_columns, time, one.graph, one.series, name, i);
        if factor != 1.0 {
            scale(&mut line, factor);
            line.value = value_shown(one.graph, one.series, time)
                .map_or_else(|| "–".to_owned(), |value| words::value(value * factor, unit));
        }
        line
    };
    let mut lines: Vec<GraphLine> = all.iter().enumerate().map(line).collect();
    let axis = y_axis(&lines, unit);
    clamp_points(&mut lines, axis.bottom, axis.top);
    let window = time.window();
    GraphView {
        title: String::new(),
        unit: String::new(),
        lines,
        y_min: axis.bottom,
        y_max: axis.top,
        y_ticks: y_ticks(&axis, unit),
        x_ticks: time_ticks(window),
        playhead: window.ratio(time.playhead()),
        cursor: cursor_view(time),
        n_left_out,
        state,
    }
}

fn scale(line: &mut GraphLine, factor: f64) {
    for point in line.runs.iter_mut().flatten() {
        for value in [&mut point.first, &mut point.last, &mut point.min, &mut point.max] {
            *value *= factor;
        }
    }
}

/// The cursor, if there is one.
pub(crate) fn cursor_view(time: &TimeControl) -> Option<CursorView> {
    time.cursor().map(|at| CursorView {
        x: time.window().ratio(at),
        text: words::time_of_day(at),
    })
}

fn graph_line(
    unit: &str,
    n_columns: usize,
    time: &TimeControl,
    graph: &Graph,
    series: &GraphSeries,
    name: String,
    index: usize,
) -> GraphLine {
    let value = value_shown(graph, series, time);
    GraphLine {
        name,
        value: value.map_or_else(|| "–".to_owned(), |value| words::value(value, unit)),
        role: Role::Series((index % 8) as u8),
        runs: runs(graph, series, time.window(), n_columns),
    }
}

/// The value at a moment: the last one in a bucket that ends no later, if it is not too old. A bucket that only begins
/// earlier may hold a sample from after the moment.
fn value_at(graph: &Graph, series: &GraphSeries, at: Timestamp) -> Option<f64> {
    let width = bucket_width(graph);
    let last = (at.nanos_since(graph.window.start) as f64 / width).floor() - 1.0;
    let last = (last.max(-1.0) as isize).min(series.buckets.len() as isize - 1);
    let look_back = (LOOK_BACK_NANOS as f64 / width) as isize;
    let first = (last - look_back).max(0);
    (first..=last)
        .rev()
        .find_map(|i| series.buckets[i as usize].map(|bucket| bucket.last))
}

pub(crate) fn bucket_width(graph: &Graph) -> f64 {
    (graph.window.nanos() as f64 / graph.n_buckets.max(1) as f64).max(1.0)
}

/// Buckets thinned to columns and joined; a distance of more than two and a half intervals is a gap.
fn runs(graph: &Graph, series: &GraphSeries, window: TimeRange, n_columns: usize) -> Vec<Vec<GraphPoint>> {
    let n_columns = n_columns.clamp(1, graph.n_buckets.max(1));
    let per_column = graph.n_buckets as f64 / n_columns as f64;
    let width = bucket_width(graph);
    let x_of = |bucket: f64| window.ratio(graph.window.start.plus_nanos((bucket * width) as i64));
    let longest = 2.5 * (series.interval_nanos as f64).max(width * per_column);
    let mut runs: Vec<Vec<GraphPoint>> = Vec::new();
    let mut last_bucket: Option<usize> = None;
    let mut column: Option<(usize, Bucket)> = None;
    let push = |column: Option<(usize, Bucket)>, new_run: bool, runs: &mut Vec<Vec<GraphPoint>>| {
        if let Some((
            index,
            Bucket {
                first,
                last,
                min,
                max,
            },
        )) = column
        {
            let x = x_of((index as f64 + 0.5) * per_column);
            runs.last_mut().into_iter().for_each(|run: &mut Vec<GraphPoint>| {
                run.push(GraphPoint {
                    x,
                    first,
                    last,
                    min,
                    max,
                });
            });
        }
        if new_run {
            runs.push(Vec::new());
        }
    };
    for (i, bucket) in series.buckets.iter().enumerate() {
        let Some(bucket) = *bucket else { continue };
        let gap = last_bucket.is_none_or(|last| (i - last) as f64 * width > longest);
        let index = (i as f64 / per_column) as usize;
        column = match column {
            Some((open, held)) if open == index && !gap => Some((open, held.then(bucket))),
            open => {
                push(open, gap, &mut runs);
                Some((index, bucket))
            }
        };
        last_bucket = Some(i);
    }
    push(column, false, &mut runs);
    runs
}

/// Names by the fewest labels that tell the series apart; a lone series keeps its metric's name, or else its labels.
pub(crate) fn legend_names(series: &[GraphSeries]) -> Vec<String> {
    if let [only] = series {
        return vec![match (only.labels.metric_name(), only.labels.is_empty()) {
            ("", true) => "value".to_owned(),
            ("", false) => words::visible(&only.labels.to_string()),
            (name, _) => words::visible(name),
        }];
    }
    let telling = telling_labels(series);
    let name_of = |labels: &Labels| {
        let parts: Vec<_> = telling
            .iter()
            .filter_map(|name| labels.get(name))
            .filter(|v| !v.is_empty())
            .collect();
        words::visible(&if parts.is_empty() {
            labels.to_string()
        } else {
            parts.join(" ")
        })
    };
    series.iter().map(|series| name_of(&series.labels)).collect()
}

/// Labels that tell series apart, people's words first: each one added tells more of them apart.
pub(crate) fn telling_labels(series: &[GraphSeries]) -> Vec<&str> {
    const FIRST: [&str; 9] = [
        "service",
        "job",
        "app",
        "route",
        "handler",
        "method",
        "code",
        "status",
        "namespace",
    ];
    let all: std::collections::BTreeSet<&str> = series
        .iter()
        .flat_map(|series| series.labels.iter().map(|(name, _)| name))
        .collect();
    let rest = all.iter().copied().filter(|name| !FIRST.contains(name));
    let mut telling: Vec<&str> = Vec::new();
    let mut n_apart = 1;
    for name in FIRST.into_iter().filter(|name| all.contains(name)).chain(rest) {
        let tuple = |series: &GraphSeries| -> Vec<Option<String>> {
            telling
                .iter()
                .chain([&name])
                .map(|name| series.labels.get(name).map(str::to_owned))
                .collect()
        };
        let apart = series
            .iter()
            .map(tuple)
            .collect::<std::collections::BTreeSet<_>>()
            .len();
        if apart > n_apart {
            n_apart = apart;
            telling.push(name);
        }
    }
    telling
}

/// An empty graph's state, for a graph that nobody chose.
pub(crate) fn nothing_chosen(text: &str) -> DataState {
    DataState {
        kind: crate::DataStateKind::Empty,
        text: text.to_owned(),
        source: String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn graph_of(buckets: Vec<Option<Bucket>>, interval_secs: i64) -> Graph {
        let n_buckets = buckets.len();
        let window = TimeRange::new(Timestamp::from_secs(0), Timestamp::from_secs(n_buckets as i64));
        let labels = Labels::new([("__name__", "m")]);
        let interval_nanos = interval_secs * 1_000_000_000;
        let series = vec![GraphSeries {
            labels,
            buckets,
            latest: None,
            interval_nanos,
        }];
        Graph {
            window,
            n_buckets,
            series,
            n_left_out: 0,
        }
    }

    #[test]
    fn a_long_distance_is_a_gap() {
        let one = Some(Bucket::of(1.0));
        let graph = graph_of(vec![one, None, None, one, None, None, None, None, None, one], 3);
        let lengths: Vec<_> = runs(&graph, &graph.series[0], graph.window, 100)
            .iter()
            .map(Vec::len)
            .collect();
        assert_eq!(lengths, [3], "6 s is less than 2.5 intervals of 3 s");
        let graph = Graph {
            series: vec![GraphSeries {
                interval_nanos: 2_000_000_000,
                ..graph.series[0].clone()
            }],
            ..graph
        };
        let lengths: Vec<_> = runs(&graph, &graph.series[0], graph.window, 100)
            .iter()
            .map(Vec::len)
            .collect();
        assert_eq!(lengths, [2, 1]);
    }

    #[test]
    fn legends_name_what_differs() {
        let series = |job: &str, instance: &str, code: &str| GraphSeries {
            labels: Labels::new([
                ("__name__", "up"),
                ("job", job),
                ("instance", instance),
                ("code", code),
            ]),
            buckets: Vec::new(),
            latest: None,
            interval_nanos: 0,
        };
        assert_eq!(
            legend_names(&[series("a", "1", "x"), series("b", "2", "x")]),
            ["a", "b"]
        );
        assert_eq!(
            legend_names(&[series("a", "1", "x"), series("a", "2", "y")]),
            ["x", "y"]
        );
        assert_eq!(
            legend_names(&[
                series("a", "1", "x"),
                series("a", "2", "x"),
                series("b", "2", "x")
            ]),
            ["a 1", "a 2", "b 2"]
        );
        assert_eq!(legend_names(&[series("a", "1", "x")]), ["up"]);
    }

    proptest! {
        #[test]
        fn no_spike_is_lost_at_any_width(
            values in prop::collection::vec(prop::option::of(-1e6f64..1e6), 1..300), n_columns in 1usize..400
        ) {
            let graph = graph_of(values.iter().map(|value| value.map(Bucket::of)).collect(), 1);
            let points: Vec<_> = runs(&graph, &graph.series[0], graph.window, n_columns).into_iter().flatten().collect();
            let known = values.iter().flatten().copied();
            prop_assert_eq!(
                points.iter().map(|point| point.max).fold(f64::NEG_INFINITY, f64::max),
                known.clone().fold(f64::NEG_INFINITY, f64::max)
            );
            prop_assert_eq!(
                points.iter().map(|point| point.min).fold(f64::INFINITY, f64::min),
                known.fold(f64::INFINITY, f64::min)
            );
            prop_assert!(points.windows(2).all(|pair| pair[0].x <= pair[1].x));
        }
    }
}
