//! Functions of instant vectors and of scalars: the dispatch by name, and all that work value by value.

mod absent;
mod moments;
mod sorting;

pub(super) use absent::labels_of_absent;
pub(super) use sorting::text;

use super::evaluation::{Evaluation, Sink};
use crate::promql::ast::{Call, Expr, ExprKind, ValueType};
use crate::steps::{Grid, Presence, StepColumn, StepSeries};
use glass_model::{Labels, QueryError};

impl Evaluation<'_> {
    /// Evaluates a function that yields a vector.
    pub fn call(&self, expr: &Expr, call: &Call, grid: Grid, sink: &mut Sink<'_>) -> Result<(), QueryError> {
        let name = call.function.name;
        let takes_windows = call
            .arguments
            .iter()
            .any(|argument| argument.value_type() == ValueType::Matrix);
        match name {
            "absent_over_time" => self.absent_over_time(call, grid, sink),
            _ if takes_windows => self.range_function(call, grid, sink),
            "absent" => self.absent(call, grid, sink),
            "vector" => {
                let values = self.scalar(argument(call, 0)?, grid)?;
                sink(StepSeries::new(Labels::empty(), StepColumn::full(values)))
            }
            "timestamp" => self.timestamp(argument(call, 0)?, grid, sink),
            "label_replace" => self.label_replace(call, grid, sink),
            "label_join" => self.label_join(call, grid, sink),
            "sort" | "sort_desc" | "sort_by_label" | "sort_by_label_desc" => {
                self.sort(expr, call, grid, sink)
            }
            "histogram_quantile" | "histogram_quantiles" | "histogram_fraction" => {
                self.of_buckets(call, grid, sink)
            }
            "histogram_count" | "histogram_sum" | "histogram_avg" | "histogram_stddev"
            | "histogram_stdvar" => self.each_marked(argument(call, 0)?, grid, &mut |mut series| {
                series.drops_name = true;
                super::histograms::statistic(name, &mut series.column);
                hand_on(series, sink)
            }),
            "clamp" | "clamp_min" | "clamp_max" => self.clamp(call, grid, sink),
            "round" => self.round(call, grid, sink),
            _ => self.value_by_value(call, grid, sink),
        }
    }

    fn value_by_value(&self, call: &Call, grid: Grid, sink: &mut Sink<'_>) -> Result<(), QueryError> {
        let name = call.function.name;
        let Some(each) = math(name).or_else(|| moments::part(name)) else {
            return Err(QueryError::Unsupported(format!("{name}() is not supported")));
        };
        let Some(vector) = call.arguments.first() else {
            let moments = grid.times().map(|at| each(at.div_euclid(1000) as f64));
            return sink(StepSeries::new(
                Labels::empty(),
                StepColumn::full(moments.collect()),
            ));
        };
        self.floats_of(vector, grid, sink, |column| column.map_floats(each))
    }

    /// Changes the floats of each series; its histograms and its name are dropped.
    fn floats_of(
        &self,
        vector: &Expr,
        grid: Grid,
        sink: &mut Sink<'_>,
        mut change: impl FnMut(&mut StepColumn),
    ) -> Result<(), QueryError> {
        self.each_marked(vector, grid, &mut |mut series| {
            series.drops_name = true;
            series.column.clear_histograms();
            change(&mut series.column);
            hand_on(series, sink)
        })
    }

    fn clamp(&self, call: &Call, grid: Grid, sink: &mut Sink<'_>) -> Result<(), QueryError> {
        let bound = |number| self.scalar(argument(call, number)?, grid);
        let (low, high) = match call.function.name {
            "clamp" => (bound(1)?, bound(2)?),
            "clamp_min" => (bound(1)?, vec![f64::INFINITY; grid.n_steps]),
            _ => (vec![f64::NEG_INFINITY; grid.n_steps], bound(1)?),
        };
        let mut kept = Presence::all(grid.n_steps);
        for step in 0..grid.n_steps {
            if high[step] < low[step] {
                kept.remove(step);
            }
        }
        self.floats_of(argument(call, 0)?, grid, sink, |column| {
            let bounds = low.iter().zip(&high);
            for (float, (low, high)) in column.floats_mut().0.iter_mut().zip(bounds) {
                *float = go_max(*low, go_min(*high, *float));
            }
            column.retain(&kept);
        })
    }

    fn round(&self, call: &Call, grid: Grid, sink: &mut Sink<'_>) -> Result<(), QueryError> {
        let nearest = match call.arguments.get(1) {
            Some(nearest) => self.scalar(nearest, grid)?,
            None => vec![1.0; grid.n_steps],
        };
        self.floats_of(argument(call, 0)?, grid, sink, |column| {
            for (float, nearest) in column.floats_mut().0.iter_mut().zip(&nearest) {
                let inverse = 1.0 / nearest;
                *float = (*float * inverse + 0.5).floor() / inverse;
            }
        })
    }

    fn timestamp(&self, vector: &Expr, grid: Grid, sink: &mut Sink<'_>) -> Result<(), QueryError> {
        if let ExprKind::Vector(selector) = &vector.unwrapped().kind {
            return self.select(selector, grid, true, sink);
        }
        let moments: Vec<f64> = grid.times().map(|at| at as f64 / 1000.0).collect();
        self.each_marked(vector, grid, &mut |mut series| {
            series.drops_name = true;
            series.column = StepColumn::of(moments.clone(), series.column.occupied());
            sink(series)
        })
    }

    /// Evaluates an expression that yields a scalar: its value at each step.
    pub fn scalar(&self, expr: &Expr, grid: Grid) -> Result<Vec<f64>, QueryError> {
        match &expr.kind {
            ExprKind::Number(value) | ExprKind::Seconds(value) => Ok(vec![*value; grid.n_steps]),
            ExprKind::Paren(inner) | ExprKind::Plus(inner) => self.scalar(inner, grid),
            ExprKind::Negate(inner) => {
                let mut values = self.scalar(inner, grid)?;
                values.iter_mut().for_each(|value| *value = -*value);
                Ok(values)
            }
            ExprKind::Binary(binary) => self.scalar_binary(binary, grid),
            ExprKind::Call(call) => self.scalar_call(call, grid),
            _ => Err(QueryError::Execution(format!(
                "a {} cannot stand where a scalar is expected",
                expr.value_type().name()
            ))),
        }
    }

    fn scalar_call(&self, call: &Call, grid: Grid) -> Result<Vec<f64>, QueryError> {
        let seconds = |millis: i64| millis as f64 / 1000.0;
        let constant = |value: f64| Ok(vec![value; grid.n_steps]);
        let is_instant = self.query.start_millis == self.end_millis;
        match call.function.name {
            "time" => Ok(grid.times().map(seconds).collect()),
            "pi" => constant(std::f64::consts::PI),
            "start" => constant(seconds(self.query.start_millis)),
            "end" => constant(seconds(self.end_millis)),
            "range" => constant(seconds(self.end_millis.saturating_sub(self.query.start_millis))),
            "step" => constant(if is_instant {
                0.0
            } else {
                seconds(self.query.step_millis)
            }),
            "max_of" | "min_of" => {
                let pick = if call.function.name == "max_of" {
                    go_max
                } else {
                    go_min
                };
                let mut values = self.scalar(argument(call, 0)?, grid)?;
                let others = self.scalar(argument(call, 1)?, grid)?;
                for (value, other) in values.iter_mut().zip(others) {
                    *value = pick(*value, other);
                }
                Ok(values)
            }
            "scalar" => self.scalar_of(argument(call, 0)?, grid),
            name => Err(QueryError::Unsupported(format!("{name}() is not supported"))),
        }
    }

    /// `scalar(vector)`: the float of the one element that has one, or else NaN.
    fn scalar_of(&self, vector: &Expr, grid: Grid) -> Result<Vec<f64>, QueryError> {
        let mut values = vec![f64::NAN; grid.n_steps];
        let mut seen = Presence::none(grid.n_steps);
        self.each_marked(vector, grid, &mut |series| {
            let floats = series.column.floats();
            series.column.present().for_each(|step| {
                values[step] = if seen.has(step) { f64::NAN } else { floats[step] };
                seen.insert(step);
            });
            Ok(())
        })?;
        Ok(values)
    }
}

/// Hands on a series that still has values.
fn hand_on(series: StepSeries, sink: &mut Sink<'_>) -> Result<(), QueryError> {
    if series.column.is_empty() {
        Ok(())
    } else {
        sink(series)
    }
}

/// The argument of that number.
pub(super) fn argument(call: &Call, number: usize) -> Result<&Expr, QueryError> {
    call.arguments.get(number).ok_or_else(|| {
        let name = call.function.name;
        QueryError::Execution(format!("{name}() lacks its argument {}", number + 1))
    })
}

/// The greater one; infinity beats NaN, which beats all else, as in Go.
fn go_max(a: f64, b: f64) -> f64 {
    if a == f64::INFINITY || b == f64::INFINITY {
        f64::INFINITY
    } else if a.is_nan() || b.is_nan() {
        f64::NAN
    } else {
        a.max(b)
    }
}

/// The lesser one; minus infinity beats NaN, which beats all else.
fn go_min(a: f64, b: f64) -> f64 {
    -go_max(-a, -b)
}

/// The functions that take a float and give one.
fn math(name: &str) -> Option<fn(f64) -> f64> {
    Some(match name {
        "abs" => f64::abs,
        "ceil" => f64::ceil,
        "floor" => f64::floor,
        "exp" => f64::exp,
        "sqrt" => f64::sqrt,
        "ln" => f64::ln,
        "log2" => f64::log2,
        "log10" => f64::log10,
        "sin" => f64::sin,
        "cos" => f64::cos,
        "tan" => f64::tan,
        "asin" => f64::asin,
        "acos" => f64::acos,
        "atan" => f64::atan,
        "sinh" => f64::sinh,
        "cosh" => f64::cosh,
        "tanh" => f64::tanh,
        "asinh" => f64::asinh,
        "acosh" => f64::acosh,
        "atanh" => f64::atanh,
        "rad" => |value| value * std::f64::consts::PI / 180.0,
        "deg" => |value| value * 180.0 / std::f64::consts::PI,
        "sgn" => |value| {
            if value > 0.0 {
                1.0
            } else if value < 0.0 {
                -1.0
            } else {
                value
            }
        },
        _ => return None,
    })
}
