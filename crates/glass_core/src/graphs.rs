//! Makes a [`GraphView`] of a graph's buckets: thins to the viewport's columns, joins points into runs, and
//! chooses axes. Min and max of every column are kept, so that no spike is lost.

mod axes;
mod bands;
mod columns;
mod looks;
mod scales;

use crate::context::{Context, Held};
use crate::time_control::TimeControl;
use crate::timeline::range_view;
use crate::{CursorView, DataState, Drawing, GraphLine, GraphView, Role, words};
use axes::{clamp_points, threshold_lines, y_axis, y_ticks};
use glass_model::{AnswerValue, Graph, GraphSeries, Labels, Panel, Timestamp, Transform};

pub(crate) use axes::{Level, time_ticks};
pub(crate) use bands::SharedBands;
use columns::runs;
pub(crate) use looks::GraphLooks;

/// The graph at hand, or an empty one that says why.
pub(crate) fn graph_view(
    panel: &Panel,
    n_columns: usize,
    context: &Context<'_>,
    held: Held<'_>,
) -> GraphView {
    let graph = graph_held(&held);
    graph_of_lines(
        panel,
        n_columns,
        context,
        (graph, held.state),
        &mut Lines::default(),
    )
}

/// What is done with the lines of a graph.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    /// How they are drawn.
    pub drawing: Drawing,
    /// The only one that is drawn.
    pub only: Option<usize>,
    /// Values that all of them are compared with.
    pub levels: Vec<Level>,
    /// What stands above the graph in the place of the panel's title, unless it is empty.
    pub title: String,
    /// Is set to the names of all lines, also of those that are not drawn.
    pub names: Vec<String>,
}

/// As [`graph_view`], with one line alone or with levels.
pub(crate) fn graph_of_lines(
    panel: &Panel,
    n_columns: usize,
    context: &Context<'_>,
    (graph, state): (Option<&Graph>, DataState),
    wish: &mut Lines,
) -> GraphView {
    let time = context.time;
    let title = match wish.title.is_empty() {
        true => words::visible(&panel.title),
        false => words::visible(&wish.title),
    };
    let names = graph.map(|graph| legend_names(&graph.series)).unwrap_or_default();
    let mut lines: Vec<GraphLine> = graph
        .map(|graph| {
            let series = graph.series.iter().zip(names.iter().cloned()).enumerate();
            series
                .map(|(i, (series, name))| graph_line(&panel.unit, n_columns, time, graph, series, name, i))
                .collect()
        })
        .unwrap_or_default();
    wish.names = names;
    let is_one_alone = context.looks.leave_alone(&title, &mut lines) || wish.only.is_some();
    let drawing = match wish.drawing {
        Drawing::Stacked if is_one_alone => Drawing::Lines,
        drawing => drawing,
    };
    if let Some(graph) = graph.filter(|_| drawing == Drawing::Stacked) {
        let stacked = scales::stacked(graph);
        for (line, series) in lines.iter_mut().zip(&stacked.series) {
            line.runs = runs(&stacked, series, time.window(), n_columns);
        }
    }
    if let Some(only) = wish.only {
        lines = lines.into_iter().skip(only).take(1).collect();
    }
    let how = match drawing {
        Drawing::Lines => "",
        Drawing::Stacked => "stacked",
        Drawing::Logarithmic => "logarithmic",
    };
    let unit = match (panel.transform, how) {
        (Transform::PerSecond, "") => "per second".to_owned(),
        (Transform::PerSecond, how) => format!("per second, {how}"),
        (Transform::Raw, how) => how.to_owned(),
    };
    let frame = Frame {
        title,
        unit,
        value_unit: &panel.unit,
        drawing,
        levels: &wish.levels,
        n_left_out: graph.map_or(0, |graph| graph.n_left_out),
        state,
    };
    frame.around(lines, context)
}

/// What there is of a graph beside its lines.
struct Frame<'a> {
    title: String,
    unit: String,
    value_unit: &'a str,
    drawing: Drawing,
    levels: &'a [Level],
    n_left_out: usize,
    state: DataState,
}

impl Frame<'_> {
    fn around(self, mut lines: Vec<GraphLine>, context: &Context<'_>) -> GraphView {
        let time = context.time;
        let window = time.window();
        let (y_min, y_max, y_ticks) = match self.drawing {
            Drawing::Logarithmic => scales::by_logarithm(&mut lines, self.value_unit),
            Drawing::Lines | Drawing::Stacked => {
                let axis = y_axis(&lines, self.levels, self.value_unit);
                (axis.bottom, axis.top, y_ticks(&axis, self.value_unit))
            }
        };
        clamp_points(&mut lines, y_min, y_max);
        let is_logarithmic = self.drawing == Drawing::Logarithmic;
        let thresholds = match lines.is_empty() {
            true => Vec::new(),
            false => threshold_lines(self.levels, (y_min, y_max), is_logarithmic),
        };
        GraphView {
            title: self.title,
            unit: self.unit,
            lines,
            drawing: self.drawing,
            thresholds,
            bands: bands::bands(context),
            range: range_view(context),
            y_min,
            y_max,
            y_ticks,
            x_ticks: time_ticks(window),
            playhead: window.ratio(time.playhead()),
            cursor: cursor_view(time),
            n_left_out: self.n_left_out,
            state: self.state,
        }
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
        Some(cursor) if cursor < time.playhead() => value_at(graph, series, cursor),
        _ => series.latest,
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

/// Series of several answers in one graph.
pub(crate) struct Several<'a> {
    /// Its title.
    pub title: String,
    /// The series.
    pub series: Vec<NamedSeries<'a>>,
    /// What values are multiplied by, and the unit they have then.
    pub unit: (f64, &'a str),
    /// Values that all of them are compared with, in that unit.
    pub levels: Vec<Level>,
    /// How many more there are.
    pub n_left_out: usize,
    /// How it stands with the answers.
    pub state: DataState,
}

impl Several<'_> {
    /// The graph.
    pub fn view(self, n_columns: usize, context: &Context<'_>) -> GraphView {
        let (factor, unit) = self.unit;
        let time = context.time;
        let line = |(i, one): (usize, NamedSeries<'_>)| {
            let mut line = graph_line(unit, n_columns, time, one.graph, one.series, one.name, i);
            if factor != 1.0 {
                scale(&mut line, factor);
                line.number = line.number.map(|number| number * factor);
                line.value = value_text(line.number, unit);
            }
            line
        };
        let mut lines: Vec<GraphLine> = self.series.into_iter().enumerate().map(line).collect();
        context.looks.leave_alone(&self.title, &mut lines);
        let frame = Frame {
            title: self.title,
            unit: String::new(),
            value_unit: unit,
            drawing: Drawing::Lines,
            levels: &self.levels,
            n_left_out: self.n_left_out,
            state: self.state,
        };
        frame.around(lines, context)
    }
}

fn value_text(value: Option<f64>, unit: &str) -> String {
    value.map_or_else(|| "–".to_owned(), |value| words::value(value, unit))
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
        value: value_text(value, unit),
        number: value,
        role: line_role(index),
        runs: runs(graph, series, time.window(), n_columns),
    }
}

/// The colour of the how many-th line.
pub(crate) fn line_role(index: usize) -> Role {
    Role::Series((index % 8) as u8)
}

/// The value at a moment: the last one in a bucket that ends no later, if it is not too old. A bucket that only begins
/// earlier may hold a sample from after the moment; at the end of a bucket the value is exact.
fn value_at(graph: &Graph, series: &GraphSeries, at: Timestamp) -> Option<f64> {
    let width = bucket_width(graph);
    let end = (at.nanos_since(graph.window.start) as f64 / width).floor() as i64;
    let n_counting = ((graph.look_back_nanos as f64 / width).ceil() as i64).max(1);
    let bucket = |i: i64| *series.buckets.get(usize::try_from(i).ok()?)?;
    let first = end.saturating_sub(n_counting).max(0);
    let last = end.min(series.buckets.len() as i64);
    (first..last).rev().find_map(bucket).map(|bucket| bucket.last)
}

pub(crate) fn bucket_width(graph: &Graph) -> f64 {
    (graph.window.nanos() as f64 / graph.n_buckets.max(1) as f64).max(1.0)
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
    use crate::GraphPoint;
    use glass_model::{Bucket, TimeRange};
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
            look_back_nanos: 300_000_000_000,
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

    /// Samples of a series, by whole milliseconds, as a recording would hand them out in the buckets of a window: a
    /// bucket holds what comes after its start and up to its end, the first one its start too.
    fn graph_of_samples(
        samples: &[(i64, f64)],
        (window, n_buckets): (TimeRange, usize),
        known: Timestamp,
    ) -> Graph {
        let step = window.nanos() / n_buckets as i64;
        let mut buckets: Vec<Option<Bucket>> = vec![None; n_buckets];
        for (at, value) in samples.iter().filter(|(at, _)| moment(*at) <= known) {
            let since = moment(*at).nanos_since(window.start);
            let place = if since == 0 {
                0
            } else {
                (since - 1).div_euclid(step)
            };
            if let Some(bucket) = usize::try_from(place)
                .ok()
                .and_then(|place| buckets.get_mut(place))
            {
                let one = Bucket::of(*value);
                *bucket = Some(bucket.map_or(one, |before| before.then(one)));
            }
        }
        let series = GraphSeries {
            labels: Labels::new([("__name__", "m")]),
            buckets,
            latest: latest_at(samples, known, Timestamp::MIN),
            interval_nanos: 0,
        };
        Graph {
            window,
            n_buckets,
            series: vec![series],
            n_left_out: 0,
            look_back_nanos: LOOK_BACK,
        }
    }

    const LOOK_BACK: i64 = 300_000_000_000;

    fn moment(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    /// The value at a moment, found by looking at every sample.
    fn latest_at(samples: &[(i64, f64)], at: Timestamp, since: Timestamp) -> Option<f64> {
        let counts = |sample: &&(i64, f64)| {
            let age = at.nanos_since(moment(sample.0));
            (0..LOOK_BACK).contains(&age) && moment(sample.0) >= since
        };
        samples.iter().rev().find(counts).map(|(_, value)| *value)
    }

    /// Samples at rising times, some close together and some far apart.
    fn samples() -> impl Strategy<Value = Vec<(i64, f64)>> {
        let one = (
            prop_oneof![1i64..2000, 5000i64..20_000, 200_000i64..400_000],
            -1e6f64..1e6,
        );
        prop::collection::vec(one, 1..200).prop_map(|steps| {
            let mut at = 0;
            let sample = |(step, value)| {
                at += step;
                (at, value)
            };
            steps.into_iter().map(sample).collect()
        })
    }

    /// A window somewhere in an hour, at some zoom.
    fn times() -> impl Strategy<Value = TimeControl> {
        (0.0f64..1.0, 0.001f64..1.0, 0i64..3_600_000).prop_map(|(at, zoom, playhead)| {
            let extent = TimeRange::new(moment(0), moment(3_600_000));
            let mut time = TimeControl::new(extent, extent.end, Some(moment(playhead)));
            time.zoom_at(at, zoom);
            time
        })
    }

    proptest! {
        #[test]
        fn every_sample_lies_in_the_envelope_of_its_column_at_any_zoom(
            samples in samples(), time in times(), n_columns in 1usize..700
        ) {
            let graph = graph_of_samples(&samples, time.buckets(), time.playhead());
            let points: Vec<_> = runs(&graph, &graph.series[0], time.window(), n_columns).into_iter().flatten().collect();
            prop_assert!(points.windows(2).all(|pair| pair[0].x <= pair[1].x));
            let n_columns = n_columns.min(graph.n_buckets);
            let column_nanos = graph.window.nanos() as f64 / n_columns as f64;
            let half = column_nanos / 2.0 / time.window().nanos() as f64;
            let bucket = bucket_width(&graph) / time.window().nanos() as f64;
            let is_seen = |at: i64| moment(at) <= time.playhead() && time.window().contains(moment(at));
            for (at, value) in samples.iter().filter(|(at, _)| is_seen(*at)) {
                let x = time.window().ratio(moment(*at));
                // A column holds whole buckets, so its edges may lie a bucket beside where they would be.
                let mut near = points.iter().filter(|point| (point.x - x).abs() <= half + bucket + 1e-9);
                let is_held = near.any(|point| (point.min..=point.max).contains(value));
                prop_assert!(is_held, "{value} at {at}");
            }
            // And nothing is drawn that was not measured.
            let was_measured = |value: f64| samples.iter().any(|(at, known)| moment(*at) <= time.playhead() && *known == value);
            for GraphPoint { x: _, first, last, min, max } in points {
                prop_assert!([first, last, min, max].into_iter().all(was_measured));
                prop_assert!(min <= first.min(last) && first.max(last) <= max);
            }
        }

        #[test]
        fn columns_begin_with_their_first_and_end_with_their_last_sample(
            values in prop::collection::vec(-1e6f64..1e6, 1..400), n_columns in 1usize..500
        ) {
            let graph = graph_of(values.iter().map(|value| Some(Bucket::of(*value))).collect(), 1);
            let points: Vec<_> = runs(&graph, &graph.series[0], graph.window, n_columns).into_iter().flatten().collect();
            prop_assert_eq!(points.len(), n_columns.min(values.len()));
            let mut rest = values.as_slice();
            for point in &points {
                let n = rest.iter().position(|value| *value == point.last).unwrap_or(rest.len() - 1) + 1;
                let (own, after) = rest.split_at(n);
                rest = after;
                prop_assert_eq!(own.first(), Some(&point.first));
                let low = own.iter().copied().fold(f64::INFINITY, f64::min);
                let high = own.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                prop_assert_eq!((point.min, point.max), (low, high));
            }
            prop_assert!(rest.is_empty());
        }

        #[test]
        fn the_value_at_the_cursor_is_the_last_one_before_it(
            samples in samples(), mut time in times(), ratios in prop::collection::vec(0.0f64..1.0, 1..20)
        ) {
            let graph = graph_of_samples(&samples, time.buckets(), time.playhead());
            for ratio in ratios {
                time.look_at(Some(ratio));
                let cursor = time.cursor().unwrap();
                let since = if cursor < time.playhead() { graph.window.start } else { Timestamp::MIN };
                let expected = latest_at(&samples, cursor, since);
                prop_assert_eq!(value_shown(&graph, &graph.series[0], &time), expected, "at {}", cursor);
            }
        }

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
