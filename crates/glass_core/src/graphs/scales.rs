//! Lines on top of one another, and values by their logarithm.

use crate::{AxisTick, GraphLine, words};
use glass_model::{Bucket, Graph, GraphSeries};

/// Marks on a logarithmic axis at most.
const MAX_TICKS: i32 = 8;

/// The graph with each series on top of those before it; where one has no value, the sum below it goes on.
pub(super) fn stacked(graph: &Graph) -> Graph {
    let mut below = vec![Bucket::of(0.0); graph.n_buckets];
    let on_top = |series: &GraphSeries| {
        let buckets = series.buckets.iter().zip(&mut below).map(|(bucket, below)| {
            let bucket = (*bucket)?;
            *below = Bucket {
                first: below.first + bucket.first,
                last: below.last + bucket.last,
                min: below.min + bucket.min,
                max: below.max + bucket.max,
            };
            Some(*below)
        });
        GraphSeries {
            buckets: buckets.collect(),
            ..series.clone()
        }
    };
    Graph {
        series: graph.series.iter().map(on_top).collect(),
        ..graph.clone()
    }
}

/// Puts logarithms in the place of values and leaves out what has none; returns the axis' ends and its marks, at powers
/// of ten.
pub(super) fn by_logarithm(lines: &mut [GraphLine], unit: &str) -> (f64, f64, Vec<AxisTick>) {
    for run in lines.iter_mut().flat_map(|line| &mut line.runs) {
        run.retain(|point| point.max > 0.0 && point.max.is_finite());
        for point in run {
            // A column that reaches down to zero is drawn from its greatest value.
            let floor = if point.min > 0.0 { point.min } else { point.max };
            for value in [&mut point.first, &mut point.last, &mut point.min, &mut point.max] {
                *value = value.max(floor).log10();
            }
        }
    }
    let points = || lines.iter().flat_map(|line| line.runs.iter().flatten());
    let low = points().map(|point| point.min).fold(f64::INFINITY, f64::min);
    let high = points().map(|point| point.max).fold(f64::NEG_INFINITY, f64::max);
    if low > high {
        return (0.0, 1.0, Vec::new());
    }
    let (bottom, top) = (low.floor() as i32, high.ceil() as i32);
    let top = top.max(bottom + 1);
    let step = ((top - bottom) / MAX_TICKS).max(1);
    let ratio = |power: i32| f64::from(power - bottom) / f64::from(top - bottom);
    let ticks = (bottom..=top).step_by(step as usize).map(|power| AxisTick {
        ratio: ratio(power),
        text: words::value(10f64.powi(power), unit),
    });
    (f64::from(bottom), f64::from(top), ticks.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{GraphPoint, Role};
    use glass_model::{Labels, TimeRange, Timestamp};

    #[test]
    fn series_stand_on_top_of_one_another() {
        let series = |values: [Option<f64>; 3]| GraphSeries {
            labels: Labels::empty(),
            buckets: values.map(|value| value.map(Bucket::of)).to_vec(),
            latest: None,
            interval_nanos: 1,
        };
        let graph = Graph {
            window: TimeRange::new(Timestamp::from_secs(0), Timestamp::from_secs(3)),
            n_buckets: 3,
            series: vec![
                series([Some(1.0), None, Some(3.0)]),
                series([Some(10.0), Some(20.0), None]),
            ],
            n_left_out: 0,
            look_back_nanos: 0,
        };
        let tops = |nth: usize| {
            stacked(&graph).series[nth]
                .buckets
                .iter()
                .map(|b| b.map(|b| b.max))
                .collect::<Vec<_>>()
        };
        assert_eq!(tops(0), [Some(1.0), None, Some(3.0)]);
        assert_eq!(tops(1), [Some(11.0), Some(20.0), None]);
    }

    #[test]
    fn a_logarithmic_axis_has_its_marks_at_powers_of_ten() {
        let point = |min: f64, max: f64| GraphPoint {
            x: 0.5,
            first: min,
            last: max,
            min,
            max,
        };
        let mut lines = [GraphLine {
            name: String::new(),
            value: String::new(),
            number: None,
            role: Role::Normal,
            runs: vec![vec![point(0.5, 2.0), point(0.0, 900.0), point(-1.0, 0.0)]],
        }];
        let (bottom, top, ticks) = by_logarithm(&mut lines, "");
        assert_eq!((bottom, top), (-1.0, 3.0));
        assert_eq!(
            ticks.iter().map(|tick| tick.text.as_str()).collect::<Vec<_>>(),
            ["0.1", "1", "10", "100", "1k"]
        );
        assert_eq!(lines[0].runs[0].len(), 2, "what is not above zero has no place");
        assert!((lines[0].runs[0][1].min - 900f64.log10()).abs() < 1e-9);
    }
}
