//! [`Legend`]: the lines of a graph as a table with their last, least, greatest and mean value, sorted by any of them;
//! the chosen line stands out, and can be shown alone.

use crate::graphs::{bucket_width, line_role, nothing_chosen};
use crate::list::{Choice, TableFrame, table};
use crate::time_control::TimeControl;
use crate::{Cell, Column, Command, GraphView, Role, TableView, words};
use glass_model::{Graph, GraphSeries, Panel, Timestamp};

const COLUMNS: &[(&str, bool, u16)] = &[
    ("", true, 0),
    ("series", false, 1),
    ("last", true, 0),
    ("min", true, 0),
    ("max", true, 0),
    ("mean", true, 0),
];
/// What the legend can be sorted by, beside the order of the labels.
const SORTS: [&str; 5] = ["", "last", "min", "max", "mean"];

/// How the legend stands.
#[derive(Debug, Default)]
pub(crate) struct Legend {
    choice: Choice,
    /// A place in [`SORTS`].
    sort: usize,
    is_reversed: bool,
    isolated: Option<String>,
}

/// A line in numbers, over the window up to the cursor or the playhead.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Numbers {
    last: Option<f64>,
    min: Option<f64>,
    max: Option<f64>,
    mean: Option<f64>,
}

impl Numbers {
    /// Of the buckets that end no later than the moment, that of the playhead among them; of a selected range those
    /// alone that lie in it. The mean is that of the values drawn, one a bucket.
    pub fn of(graph: &Graph, series: &GraphSeries, time: &TimeControl, last: Option<f64>) -> Self {
        let until = time.cursor().unwrap_or(time.playhead());
        let n_whole = at_bucket(graph, until);
        let n = match time.cursor() {
            Some(_) => n_whole.floor(),
            None => n_whole.ceil(),
        };
        let place = |at| at_bucket(graph, at).max(0.0);
        let (first, n) = match time.range() {
            Some(range) => (place(range.start).floor(), n.min(place(range.end).ceil())),
            None => (0.0, n),
        };
        let n_buckets = (n - first).max(0.0) as usize;
        let known = || {
            series
                .buckets
                .iter()
                .skip(first as usize)
                .take(n_buckets)
                .flatten()
        };
        let n_known = known().count();
        Self {
            last,
            min: known().map(|bucket| bucket.min).reduce(f64::min),
            max: known().map(|bucket| bucket.max).reduce(f64::max),
            mean: (n_known > 0).then(|| known().map(|bucket| bucket.last / n_known as f64).sum()),
        }
    }

    fn by(&self, sort: usize) -> Option<f64> {
        match SORTS.get(sort) {
            Some(&"last") => self.last,
            Some(&"min") => self.min,
            Some(&"max") => self.max,
            _ => self.mean,
        }
    }
}

fn number_cell(value: Option<f64>, unit: &str, role: Role) -> Cell {
    Cell {
        value,
        ..Cell::new(
            value.map_or_else(|| "–".to_owned(), |value| words::value(value, unit)),
            role,
        )
    }
}

/// How many buckets lie before a moment.
fn at_bucket(graph: &Graph, at: Timestamp) -> f64 {
    at.nanos_since(graph.window.start) as f64 / bucket_width(graph)
}

impl Legend {
    /// Takes a command for the lines of a graph; says whether it was one for it.
    pub fn run(&mut self, command: Command, graph: Option<&Graph>, time: &TimeControl, page: usize) -> bool {
        let order = graph.map(|graph| self.order(graph, time)).unwrap_or_default();
        let keys: Vec<String> = order.iter().filter_map(|nth| key(graph?, *nth)).collect();
        match command {
            Command::SortLegend => self.sort = (self.sort + 1) % SORTS.len(),
            Command::ReverseLegend => self.is_reversed = !self.is_reversed,
            Command::Open => {
                let chosen = self.choice.key(&keys).cloned();
                self.isolated = if self.isolated == chosen { None } else { chosen };
            }
            Command::Back if self.isolated.is_some() => self.isolated = None,
            command => return self.choice.run(command, &keys, page),
        }
        true
    }

    /// Begins anew for another graph; the order stays.
    pub fn forget(&mut self) {
        self.choice = Choice::default();
        self.isolated = None;
    }

    /// The line that is shown alone.
    pub fn isolated(&self, graph: &Graph) -> Option<usize> {
        let wanted = self.isolated.as_ref()?;
        graph
            .series
            .iter()
            .position(|series| series.labels.to_string() == *wanted)
    }

    /// The chosen line.
    fn chosen(&self, graph: &Graph, time: &TimeControl) -> Option<usize> {
        let order = self.order(graph, time);
        let keys: Vec<String> = order.iter().filter_map(|nth| key(graph, *nth)).collect();
        order.get(self.choice.index(&keys)).copied()
    }

    /// The lines in the order of the table.
    fn order(&self, graph: &Graph, time: &TimeControl) -> Vec<usize> {
        let mut order: Vec<usize> = (0..graph.series.len()).collect();
        if self.sort > 0 {
            let value = |nth: &usize| {
                let series = graph.series.get(*nth)?;
                let last = crate::graphs::value_shown(graph, series, time);
                Numbers::of(graph, series, time, last).by(self.sort)
            };
            let values: Vec<f64> = order
                .iter()
                .map(|nth| value(nth).unwrap_or(f64::NEG_INFINITY))
                .collect();
            let at = |nth: usize| values.get(nth).copied().unwrap_or(f64::NEG_INFINITY);
            order.sort_by(|one, other| at(*other).total_cmp(&at(*one)));
        }
        if self.is_reversed {
            order.reverse();
        }
        order
    }

    /// Lets the chosen line stand out: the others are muted.
    pub fn highlight(&self, view: &mut GraphView, graph: &Graph, time: &TimeControl) {
        if self.isolated.is_some() || view.lines.len() < 2 {
            return;
        }
        let chosen = self.chosen(graph, time);
        for (nth, line) in view.lines.iter_mut().enumerate() {
            if Some(nth) != chosen {
                line.role = Role::Muted;
            }
        }
    }

    /// All series with the labels that tell them apart as columns, and their numbers.
    pub fn wide(&self, graph: &Graph, panel: &Panel, time: &TimeControl, rows: usize) -> TableView {
        let order = self.order(graph, time);
        let chosen = self.chosen(graph, time);
        let chosen = chosen.and_then(|nth| order.iter().position(|other| *other == nth));
        let names = crate::graphs::telling_labels(&graph.series);
        let frame = TableFrame {
            title: format!(
                "{}: v shows the graph, s sorts",
                words::count(order.len() as u64, "row")
            ),
            columns: &[],
            focused: true,
            state: nothing_chosen("no series"),
        };
        let mut view = table(frame, order.len(), chosen, rows, |i| {
            let nth = order.get(i).copied().unwrap_or_default();
            let Some(series) = graph.series.get(nth) else {
                return Vec::new();
            };
            let last = crate::graphs::value_shown(graph, series, time);
            let Numbers { last, min, max, mean } = Numbers::of(graph, series, time, last);
            let label = |name: &&str| {
                Cell::new(
                    words::visible(series.labels.get(name).unwrap_or("")),
                    Role::Normal,
                )
            };
            let mut cells: Vec<Cell> = names.iter().map(label).collect();
            cells.extend([last, min, max, mean].map(|value| number_cell(value, &panel.unit, Role::Strong)));
            cells
        });
        let column = |title: &str, right, weight| Column {
            title: words::visible(title),
            right,
            weight,
        };
        // Series of several queries are told apart by a label that no server has.
        let title = |name: &&str| name.trim_start_matches("__").trim_end_matches("__").to_owned();
        view.columns = names.iter().map(|name| column(&title(name), false, 1)).collect();
        view.columns
            .extend(["last", "min", "max", "mean"].map(|title| column(title, true, 0)));
        view.state.kind = crate::DataStateKind::Ready;
        view.state.text.clear();
        view
    }

    /// The table. `names` are those of all series of the graph.
    pub fn view(
        &self,
        names: &[String],
        graph: &Graph,
        panel: &Panel,
        time: &TimeControl,
        (rows, focused): (usize, bool),
    ) -> TableView {
        let order = self.order(graph, time);
        let chosen = self
            .chosen(graph, time)
            .and_then(|nth| order.iter().position(|other| *other == nth));
        let isolated = self.isolated(graph);
        let sorted = match SORTS.get(self.sort) {
            Some(&"") | None => "by labels".to_owned(),
            Some(by) => format!("by {by}"),
        };
        let turned = if self.is_reversed { ", reversed" } else { "" };
        let alone = if isolated.is_some() {
            ", one shown alone"
        } else {
            ""
        };
        let in_range = match time.range() {
            Some(_) => ", numbers of the range",
            None => "",
        };
        let frame = TableFrame {
            title: format!("Series {sorted}{turned}{alone}{in_range}"),
            columns: COLUMNS,
            focused,
            state: nothing_chosen("no series"),
        };
        let mut view = table(frame, order.len(), chosen, rows, |i| {
            let nth = order.get(i).copied().unwrap_or_default();
            let (Some(name), Some(series)) = (names.get(nth), graph.series.get(nth)) else {
                return Vec::new();
            };
            let last = crate::graphs::value_shown(graph, series, time);
            let numbers = Numbers::of(graph, series, time, last);
            let is_quiet = isolated.is_some_and(|only| only != nth);
            let role = if is_quiet { Role::Muted } else { Role::Normal };
            let sign = if is_quiet { Role::Muted } else { line_role(nth) };
            let mut cells = vec![
                Cell::new((nth + 1).to_string(), sign),
                Cell::new(name.as_str(), role),
            ];
            let Numbers { last, min, max, mean } = numbers;
            cells.extend([last, min, max, mean].map(|value| number_cell(value, &panel.unit, role)));
            cells
        });
        view.state.kind = crate::DataStateKind::Ready;
        view.state.text.clear();
        view
    }
}

fn key(graph: &Graph, nth: usize) -> Option<String> {
    graph.series.get(nth).map(|series| series.labels.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use glass_model::{Bucket, Labels, TimeRange, Timestamp};

    fn at(secs: i64) -> Timestamp {
        Timestamp::from_secs(secs)
    }

    fn graph() -> Graph {
        let series = |name: &str, values: [f64; 4]| GraphSeries {
            labels: Labels::new([("job", name)]),
            buckets: values.map(|value| Some(Bucket::of(value))).to_vec(),
            latest: Some(values[3]),
            interval_nanos: 0,
        };
        Graph {
            window: TimeRange::new(at(0), at(40)),
            n_buckets: 4,
            series: vec![
                series("a", [1.0, 2.0, 9.0, 4.0]),
                series("b", [5.0, 5.0, 5.0, 5.0]),
            ],
            n_left_out: 0,
            look_back_nanos: 0,
        }
    }

    fn time() -> TimeControl {
        TimeControl::new(TimeRange::new(at(0), at(40)), at(40), Some(at(40)))
    }

    #[test]
    fn numbers_end_at_the_cursor() {
        let (graph, mut time) = (graph(), time());
        let of = |time: &TimeControl| {
            let last = crate::graphs::value_shown(&graph, &graph.series[0], time);
            let Numbers { last, min, max, mean } = Numbers::of(&graph, &graph.series[0], time, last);
            [last, min, max, mean].map(Option::unwrap)
        };
        assert_eq!(of(&time), [4.0, 1.0, 9.0, 4.0]);
        time.set_cursor(Some(at(25)));
        assert_eq!(
            of(&time),
            [2.0, 1.0, 2.0, 1.5],
            "the sample before, not the nearest"
        );
    }

    #[test]
    fn it_is_sorted_reversed_and_isolates() {
        let (graph, time) = (graph(), time());
        let mut legend = Legend::default();
        let mut order = |command| {
            assert!(legend.run(command, Some(&graph), &time, 10));
            (legend.order(&graph, &time), legend.isolated(&graph))
        };
        assert_eq!(order(Command::SortLegend), (vec![1, 0], None), "last");
        assert_eq!(order(Command::SortLegend), (vec![1, 0], None), "min");
        assert_eq!(order(Command::SortLegend), (vec![0, 1], None), "max");
        assert_eq!(order(Command::ReverseLegend), (vec![1, 0], None));
        assert_eq!(order(Command::Open), (vec![1, 0], Some(1)));
        assert_eq!(order(Command::Back), (vec![1, 0], None));
        assert_eq!(order(Command::Down).1, None);
        assert_eq!(order(Command::Open).1, Some(0));
        assert!(!legend.run(Command::FullScreen, Some(&graph), &time, 10));
    }
}
