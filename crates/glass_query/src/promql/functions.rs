//! The table of PromQL's functions: [`Function`], found by name with [`find`].

use super::ast::ValueType::{self, Matrix, Scalar, String, Vector};

/// A function of PromQL.
#[derive(Debug, PartialEq, Eq)]
pub struct Function {
    /// Its name.
    pub name: &'static str,
    /// The types of its arguments; the optional ones come last.
    pub arguments: &'static [ValueType],
    /// Prometheus' own encoding: 0 if there must be exactly those arguments; otherwise the last one may be left out or
    /// stand so many times, without end if below 0.
    pub variadic: i32,
    /// The type of its result.
    pub returns: ValueType,
    /// Whether Prometheus offers it only behind a flag.
    pub is_experimental: bool,
    /// How it is called: `rate(v range-vector)`.
    pub signature: &'static str,
    /// What it does, in one line of our own.
    pub doc: &'static str,
}

impl Function {
    const fn new(
        name: &'static str,
        arguments: &'static [ValueType],
        signature: &'static str,
        doc: &'static str,
    ) -> Self {
        Self {
            name,
            arguments,
            variadic: 0,
            returns: Vector,
            is_experimental: false,
            signature,
            doc,
        }
    }

    const fn variadic(mut self, variadic: i32) -> Self {
        self.variadic = variadic;
        self
    }

    const fn scalar(mut self) -> Self {
        self.returns = Scalar;
        self
    }

    const fn experimental(mut self) -> Self {
        self.is_experimental = true;
        self
    }
}

/// The function of that name.
pub fn find(name: &str) -> Option<&'static Function> {
    FUNCTIONS
        .binary_search_by(|function| function.name.cmp(name))
        .ok()
        .and_then(|found| FUNCTIONS.get(found))
}

/// All functions, by name: those of Prometheus 3.14.
pub static FUNCTIONS: &[Function] = &[
    Function::new("abs", &[Vector], "abs(v instant-vector)", "absolute value"),
    Function::new(
        "absent",
        &[Vector],
        "absent(v instant-vector)",
        "1 if there is no element, nothing if there is one",
    ),
    Function::new(
        "absent_over_time",
        &[Matrix],
        "absent_over_time(v range-vector)",
        "1 if there is no sample in the range, nothing if there is one",
    ),
    Function::new(
        "acos",
        &[Vector],
        "acos(v instant-vector)",
        "arc cosine in radians",
    ),
    Function::new(
        "acosh",
        &[Vector],
        "acosh(v instant-vector)",
        "inverse hyperbolic cosine",
    ),
    Function::new("asin", &[Vector], "asin(v instant-vector)", "arc sine in radians"),
    Function::new(
        "asinh",
        &[Vector],
        "asinh(v instant-vector)",
        "inverse hyperbolic sine",
    ),
    Function::new(
        "atan",
        &[Vector],
        "atan(v instant-vector)",
        "arc tangent in radians",
    ),
    Function::new(
        "atanh",
        &[Vector],
        "atanh(v instant-vector)",
        "inverse hyperbolic tangent",
    ),
    Function::new(
        "avg_over_time",
        &[Matrix],
        "avg_over_time(v range-vector)",
        "mean of the samples in the range",
    ),
    Function::new(
        "ceil",
        &[Vector],
        "ceil(v instant-vector)",
        "rounds up to a whole number",
    ),
    Function::new(
        "changes",
        &[Matrix],
        "changes(v range-vector)",
        "how often the value changed in the range",
    ),
    Function::new(
        "clamp",
        &[Vector, Scalar, Scalar],
        "clamp(v instant-vector, min scalar, max scalar)",
        "limits values to lie between two bounds",
    ),
    Function::new(
        "clamp_max",
        &[Vector, Scalar],
        "clamp_max(v instant-vector, max scalar)",
        "limits values to at most a bound",
    ),
    Function::new(
        "clamp_min",
        &[Vector, Scalar],
        "clamp_min(v instant-vector, min scalar)",
        "limits values to at least a bound",
    ),
    Function::new(
        "cos",
        &[Vector],
        "cos(v instant-vector)",
        "cosine of an angle in radians",
    ),
    Function::new("cosh", &[Vector], "cosh(v instant-vector)", "hyperbolic cosine"),
    Function::new(
        "count_over_time",
        &[Matrix],
        "count_over_time(v range-vector)",
        "number of samples in the range",
    ),
    Function::new(
        "day_of_month",
        &[Vector],
        "day_of_month(v=vector(time()) instant-vector)",
        "day of the month in UTC, from 1",
    )
    .variadic(1),
    Function::new(
        "day_of_week",
        &[Vector],
        "day_of_week(v=vector(time()) instant-vector)",
        "day of the week in UTC, Sunday is 0",
    )
    .variadic(1),
    Function::new(
        "day_of_year",
        &[Vector],
        "day_of_year(v=vector(time()) instant-vector)",
        "day of the year in UTC, from 1",
    )
    .variadic(1),
    Function::new(
        "days_in_month",
        &[Vector],
        "days_in_month(v=vector(time()) instant-vector)",
        "how many days the month has, in UTC",
    )
    .variadic(1),
    Function::new("deg", &[Vector], "deg(v instant-vector)", "radians to degrees"),
    Function::new(
        "delta",
        &[Matrix],
        "delta(v range-vector)",
        "difference between last and first of a gauge, extrapolated to the range",
    ),
    Function::new(
        "deriv",
        &[Matrix],
        "deriv(v range-vector)",
        "slope of a gauge per second, by linear regression",
    ),
    Function::new(
        "double_exponential_smoothing",
        &[Matrix, Scalar, Scalar],
        "double_exponential_smoothing(v range-vector, sf scalar, tf scalar)",
        "smoothed value with a trend, by two factors",
    )
    .experimental(),
    Function::new("end", &[], "end()", "last moment of the query, in seconds")
        .scalar()
        .experimental(),
    Function::new(
        "exp",
        &[Vector],
        "exp(v instant-vector)",
        "e to the power of the value",
    ),
    Function::new(
        "first_over_time",
        &[Matrix],
        "first_over_time(v range-vector)",
        "earliest sample in the range",
    ),
    Function::new(
        "floor",
        &[Vector],
        "floor(v instant-vector)",
        "rounds down to a whole number",
    ),
    Function::new(
        "histogram_avg",
        &[Vector],
        "histogram_avg(v instant-vector)",
        "mean of the observations in a native histogram",
    ),
    Function::new(
        "histogram_count",
        &[Vector],
        "histogram_count(v instant-vector)",
        "number of observations in a native histogram",
    ),
    Function::new(
        "histogram_fraction",
        &[Scalar, Scalar, Vector],
        "histogram_fraction(lower scalar, upper scalar, b instant-vector)",
        "share of observations between two bounds",
    ),
    Function::new(
        "histogram_quantile",
        &[Scalar, Vector],
        "histogram_quantile(φ scalar, b instant-vector)",
        "quantile of a histogram, classic or native",
    ),
    Function::new(
        "histogram_quantiles",
        &[Vector, String, Scalar, Scalar],
        "histogram_quantiles(v instant-vector, label string, φ scalar, ...)",
        "several quantiles of a histogram, told apart by a label",
    )
    .variadic(9)
    .experimental(),
    Function::new(
        "histogram_stddev",
        &[Vector],
        "histogram_stddev(v instant-vector)",
        "standard deviation of the observations in a native histogram",
    ),
    Function::new(
        "histogram_stdvar",
        &[Vector],
        "histogram_stdvar(v instant-vector)",
        "variance of the observations in a native histogram",
    ),
    Function::new(
        "histogram_sum",
        &[Vector],
        "histogram_sum(v instant-vector)",
        "sum of the observations in a native histogram",
    ),
    Function::new(
        "hour",
        &[Vector],
        "hour(v=vector(time()) instant-vector)",
        "hour of the day in UTC",
    )
    .variadic(1),
    Function::new(
        "idelta",
        &[Matrix],
        "idelta(v range-vector)",
        "difference between the last two samples of a gauge",
    ),
    Function::new(
        "increase",
        &[Matrix],
        "increase(v range-vector)",
        "how much a counter grew in the range, extrapolated, resets accounted for",
    ),
    Function::new(
        "info",
        &[Vector, Vector],
        "info(v instant-vector, data-label-selector instant-vector)",
        "adds labels of matching info series",
    )
    .variadic(1)
    .experimental(),
    Function::new(
        "irate",
        &[Matrix],
        "irate(v range-vector)",
        "growth of a counter per second, from its last two samples",
    ),
    Function::new(
        "label_join",
        &[Vector, String, String, String],
        "label_join(v instant-vector, dst string, separator string, src string, ...)",
        "joins the values of labels into another label",
    )
    .variadic(-1),
    Function::new(
        "label_replace",
        &[Vector, String, String, String, String],
        "label_replace(v instant-vector, dst string, replacement string, src string, regex string)",
        "sets a label from the parts of another that an expression matches",
    ),
    Function::new(
        "last_over_time",
        &[Matrix],
        "last_over_time(v range-vector)",
        "latest sample in the range",
    ),
    Function::new("ln", &[Vector], "ln(v instant-vector)", "natural logarithm"),
    Function::new("log10", &[Vector], "log10(v instant-vector)", "decimal logarithm"),
    Function::new("log2", &[Vector], "log2(v instant-vector)", "binary logarithm"),
    Function::new(
        "mad_over_time",
        &[Matrix],
        "mad_over_time(v range-vector)",
        "median absolute deviation of the samples in the range",
    )
    .experimental(),
    Function::new(
        "max_of",
        &[Scalar, Scalar],
        "max_of(a scalar, b scalar)",
        "the greater of two numbers",
    )
    .scalar()
    .experimental(),
    Function::new(
        "max_over_time",
        &[Matrix],
        "max_over_time(v range-vector)",
        "greatest sample in the range",
    ),
    Function::new(
        "min_of",
        &[Scalar, Scalar],
        "min_of(a scalar, b scalar)",
        "the smaller of two numbers",
    )
    .scalar()
    .experimental(),
    Function::new(
        "min_over_time",
        &[Matrix],
        "min_over_time(v range-vector)",
        "smallest sample in the range",
    ),
    Function::new(
        "minute",
        &[Vector],
        "minute(v=vector(time()) instant-vector)",
        "minute of the hour in UTC",
    )
    .variadic(1),
    Function::new(
        "month",
        &[Vector],
        "month(v=vector(time()) instant-vector)",
        "month of the year in UTC, from 1",
    )
    .variadic(1),
    Function::new("pi", &[], "pi()", "the number π").scalar(),
    Function::new(
        "predict_linear",
        &[Matrix, Scalar],
        "predict_linear(v range-vector, t scalar)",
        "value of a gauge so many seconds from now, by linear regression",
    ),
    Function::new(
        "present_over_time",
        &[Matrix],
        "present_over_time(v range-vector)",
        "1 for each series with a sample in the range",
    ),
    Function::new(
        "quantile_over_time",
        &[Scalar, Matrix],
        "quantile_over_time(φ scalar, v range-vector)",
        "quantile of the samples in the range",
    ),
    Function::new("rad", &[Vector], "rad(v instant-vector)", "degrees to radians"),
    Function::new(
        "range",
        &[],
        "range()",
        "length of the query's time range, in seconds",
    )
    .scalar()
    .experimental(),
    Function::new(
        "rate",
        &[Matrix],
        "rate(v range-vector)",
        "mean growth of a counter per second, extrapolated, resets accounted for",
    ),
    Function::new(
        "resets",
        &[Matrix],
        "resets(v range-vector)",
        "how often a counter was reset in the range",
    ),
    Function::new(
        "round",
        &[Vector, Scalar],
        "round(v instant-vector, to_nearest=1 scalar)",
        "rounds to the nearest multiple",
    )
    .variadic(1),
    Function::new(
        "scalar",
        &[Vector],
        "scalar(v instant-vector)",
        "the one element's value as a number, NaN unless there is exactly one",
    )
    .scalar(),
    Function::new("sgn", &[Vector], "sgn(v instant-vector)", "sign: 1, 0 or -1"),
    Function::new(
        "sin",
        &[Vector],
        "sin(v instant-vector)",
        "sine of an angle in radians",
    ),
    Function::new("sinh", &[Vector], "sinh(v instant-vector)", "hyperbolic sine"),
    Function::new(
        "sort",
        &[Vector],
        "sort(v instant-vector)",
        "elements by value, the smallest first",
    ),
    Function::new(
        "sort_by_label",
        &[Vector, String],
        "sort_by_label(v instant-vector, label string, ...)",
        "elements by the values of labels",
    )
    .variadic(-1)
    .experimental(),
    Function::new(
        "sort_by_label_desc",
        &[Vector, String],
        "sort_by_label_desc(v instant-vector, label string, ...)",
        "elements by the values of labels, reversed",
    )
    .variadic(-1)
    .experimental(),
    Function::new(
        "sort_desc",
        &[Vector],
        "sort_desc(v instant-vector)",
        "elements by value, the greatest first",
    ),
    Function::new("sqrt", &[Vector], "sqrt(v instant-vector)", "square root"),
    Function::new("start", &[], "start()", "first moment of the query, in seconds")
        .scalar()
        .experimental(),
    Function::new(
        "start_timestamp",
        &[Vector],
        "start_timestamp(v instant-vector)",
        "when each element's counter began, in seconds",
    )
    .experimental(),
    Function::new(
        "stddev_over_time",
        &[Matrix],
        "stddev_over_time(v range-vector)",
        "standard deviation of the samples in the range",
    ),
    Function::new(
        "stdvar_over_time",
        &[Matrix],
        "stdvar_over_time(v range-vector)",
        "variance of the samples in the range",
    ),
    Function::new(
        "step",
        &[],
        "step()",
        "time between two steps of the query, in seconds",
    )
    .scalar()
    .experimental(),
    Function::new(
        "sum_over_time",
        &[Matrix],
        "sum_over_time(v range-vector)",
        "sum of the samples in the range",
    ),
    Function::new(
        "tan",
        &[Vector],
        "tan(v instant-vector)",
        "tangent of an angle in radians",
    ),
    Function::new("tanh", &[Vector], "tanh(v instant-vector)", "hyperbolic tangent"),
    Function::new(
        "time",
        &[],
        "time()",
        "the moment of the evaluation, in seconds since 1970",
    )
    .scalar(),
    Function::new(
        "timestamp",
        &[Vector],
        "timestamp(v instant-vector)",
        "when each element was sampled, in seconds since 1970",
    ),
    Function::new(
        "ts_of_first_over_time",
        &[Matrix],
        "ts_of_first_over_time(v range-vector)",
        "when the earliest sample in the range was taken, in seconds",
    )
    .experimental(),
    Function::new(
        "ts_of_last_over_time",
        &[Matrix],
        "ts_of_last_over_time(v range-vector)",
        "when the latest sample in the range was taken, in seconds",
    )
    .experimental(),
    Function::new(
        "ts_of_max_over_time",
        &[Matrix],
        "ts_of_max_over_time(v range-vector)",
        "when the greatest sample in the range was taken last, in seconds",
    )
    .experimental(),
    Function::new(
        "ts_of_min_over_time",
        &[Matrix],
        "ts_of_min_over_time(v range-vector)",
        "when the smallest sample in the range was taken last, in seconds",
    )
    .experimental(),
    Function::new(
        "vector",
        &[Scalar],
        "vector(s scalar)",
        "a number as a vector with one element without labels",
    ),
    Function::new(
        "year",
        &[Vector],
        "year(v=vector(time()) instant-vector)",
        "year in UTC",
    )
    .variadic(1),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_function_is_found_by_its_name() {
        for pair in FUNCTIONS.windows(2) {
            assert!(
                pair[0].name < pair[1].name,
                "{} before {}",
                pair[0].name,
                pair[1].name
            );
        }
        for function in FUNCTIONS {
            assert_eq!(find(function.name), Some(function));
            assert!(function.signature.starts_with(&format!("{}(", function.name)));
        }
        assert_eq!(find("nope"), None);
    }
}
