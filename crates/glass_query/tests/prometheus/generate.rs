//! Queries from a grammar: [`Generator`]. They are made so that most have values in their answers, and so that nothing
//! depends on the last digit of a sum.

mod names;

use crate::When;
use crate::data::{INSTANCES, LENGTH, START};

/// Numbers that only look random: splitmix64.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// At least 0, less than `end`.
    pub fn below(&mut self, end: i64) -> i64 {
        (self.next() % end.cast_unsigned()).cast_signed()
    }

    /// At least 0, less than 1.
    pub fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    fn pick<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len() as i64) as usize]
    }
}

/// A metric of the data.
#[derive(Clone, Copy)]
struct Metric {
    name: &'static str,
    labels: &'static [&'static str],
    /// Conditions that some series fulfil.
    conditions: &'static [&'static str],
}

const TARGET: &[&str] = &[
    "job=\"api\"",
    "job!=\"db\"",
    "instance=~\"[ab]:.*\"",
    "instance!~\"c.+\"",
    "job=~\"api|db\",instance=\"a:9100\"",
    "nope=\"\"",
];

const REQUESTS: Metric = Metric {
    name: "requests_total",
    labels: &["job", "instance", "method", "code"],
    conditions: &[
        "code=\"200\"",
        "code=~\"4..|5..\"",
        "method!=\"GET\"",
        "job=\"api\",method=~\"P.*\"",
    ],
};
const CPU: Metric = Metric {
    name: "cpu_seconds_total",
    labels: &["job", "instance", "cpu", "mode"],
    conditions: &["mode=\"user\"", "cpu=\"0\",mode!~\"i.*\""],
};
const LOAD: Metric = Metric {
    name: "load",
    labels: &["job", "instance"],
    conditions: TARGET,
};
const MEMORY: Metric = Metric {
    name: "memory_bytes",
    labels: &["job", "instance", "zone"],
    conditions: &["zone=\"heap\"", "zone!=\"heap\",job=\"api\""],
};
const LIMIT: Metric = Metric {
    name: "limit",
    labels: &["job", "instance"],
    conditions: TARGET,
};
const BUILD: Metric = Metric {
    name: "build_info",
    labels: &["job", "instance", "version"],
    conditions: TARGET,
};
const BUCKETS: Metric = Metric {
    name: "latency_bucket",
    labels: &["job", "instance", "le"],
    conditions: &["le=\"0.5\"", "le!=\"+Inf\""],
};
const ODD: Metric = Metric {
    name: "odd",
    labels: &["kind"],
    conditions: &["kind=\"nan\"", "kind!=\"huge\"", "kind=~\"up|down\""],
};
const GAPPY: Metric = Metric {
    name: "gappy",
    labels: &["kind"],
    conditions: &["kind=\"stale\"", "kind=\"silent\""],
};
const ALL: &[Metric] = &[REQUESTS, CPU, LOAD, MEMORY, LIMIT, BUILD, BUCKETS, ODD, GAPPY];
const COUNTERS: &[Metric] = &[REQUESTS, CPU, BUCKETS];
const GAUGES: &[Metric] = &[LOAD, MEMORY, GAPPY];
/// Values without ties, none of them NaN.
const DISTINCT: &[Metric] = &[LOAD, MEMORY];

const RANGES: &[&str] = &["1m", "2m", "5m", "7m", "10m", "30m", "90s"];

/// A vector and the labels that its elements may have.
struct Vector {
    text: String,
    labels: Vec<&'static str>,
}

/// Makes queries and the moments to ask them for.
pub struct Generator {
    random: Random,
}

impl Generator {
    pub fn new(seed: u64) -> Self {
        Self {
            random: Random::new(seed),
        }
    }

    /// Whole seconds, but never at the edge of a subquery's step.
    fn moment(&mut self) -> i64 {
        START + 2_400 + 30 * self.random.below((LENGTH - 3_000) / 30) + 7
    }

    pub fn instant(&mut self) -> When {
        When::Instant(self.moment())
    }

    pub fn steps(&mut self) -> When {
        let start = START + 1_800 + 30 * self.random.below(20) + 7;
        let step = self.random.pick(&[30, 60, 90, 300]);
        When::Steps {
            start,
            end: start + step * (2 + self.random.below(10)),
            step,
        }
    }

    pub fn query(&mut self) -> String {
        match self.random.below(20) {
            0 => self.scalar(2),
            1 => {
                let function = self.random.pick(&["sort", "sort_desc"]);
                format!("{function}({})", self.selector(DISTINCT, true).text)
            }
            2 => {
                let (op, count) = (self.random.pick(&["topk", "bottomk"]), 1 + self.random.below(4));
                let by = self.random.pick(&["", " by (job)", " without (instance, zone)"]);
                format!("{op}{by}({count}, {})", self.selector(DISTINCT, true).text)
            }
            _ => self.vector(3).text,
        }
    }

    fn selector(&mut self, of: &[Metric], may_move: bool) -> Vector {
        let metric = self.random.pick(of);
        let condition = match self.random.below(3) {
            0 => format!("{{{}}}", self.random.pick(metric.conditions)),
            1 => String::new(),
            _ => match self.random.below(6) {
                0 => "{}".into(),
                _ => String::new(),
            },
        };
        let text = match self.random.below(12) {
            0 if condition.is_empty() => format!("{{__name__=\"{}\"}}", metric.name),
            1 if condition.is_empty() => format!("{{__name__=~\"{}.*\"}}", metric.name),
            _ => format!("{}{condition}", metric.name),
        };
        let moved = if may_move { self.moved() } else { String::new() };
        Vector {
            text: text + &moved,
            labels: metric.labels.to_vec(),
        }
    }

    /// `offset`, `@`, or most often nothing.
    fn moved(&mut self) -> String {
        let offset = self
            .random
            .pick(&[" offset 1m", " offset 5m", " offset -2m", " offset 90s"]);
        match self.random.below(10) {
            0 | 1 => offset.into(),
            2 => format!(" @ {}", self.moment()),
            3 => self.random.pick(&[" @ start()", " @ end()"]).into(),
            4 => format!("{offset} @ {}", self.moment()),
            _ => String::new(),
        }
    }

    fn range(&mut self, of: &[Metric]) -> Vector {
        let mut selector = self.selector(of, false);
        selector.text += &format!("[{}]{}", self.random.pick(RANGES), self.moved());
        selector
    }

    fn scalar(&mut self, depth: usize) -> String {
        match self.random.below(if depth == 0 { 3 } else { 7 }) {
            0 => self
                .random
                .pick(&["2", "0.5", "-3", "1e3", "0x1F", "Inf", "10"])
                .into(),
            1 => "time()".into(),
            2 => "pi()".into(),
            3 => format!("scalar(sum({}))", self.vector(depth - 1).text),
            4 => format!("-({})", self.scalar(depth - 1)),
            5 => {
                let op = self.random.pick(&["== bool", "!= bool", "> bool", "<= bool"]);
                format!("({} {op} {})", self.scalar(depth - 1), self.scalar(depth - 1))
            }
            _ => {
                let op = self.random.pick(&["+", "-", "*", "/", "%", "^", "atan2"]);
                format!(
                    "({} {op} {})",
                    self.scalar(depth - 1),
                    self.random.pick(&["2", "3", "0.25"])
                )
            }
        }
    }

    fn vector(&mut self, depth: usize) -> Vector {
        if depth == 0 {
            return match self.random.below(3) {
                0 => self.over_time(),
                _ => self.selector(ALL, true),
            };
        }
        match self.random.below(14) {
            0 => self.selector(ALL, true),
            1 | 2 => self.over_time(),
            3 => self.subquery(depth),
            4 | 5 => self.aggregate(depth),
            6 => self.math(depth),
            7 => self.with_scalar(depth),
            8 => self.with_itself(),
            9 => self.grouped_pair(),
            10 => self.many_to_one(),
            11 => self.set(),
            12 => self.histogram(),
            _ => self.relabelled(depth),
        }
    }

    fn over_time(&mut self) -> Vector {
        let (text, labels) = match self.random.below(8) {
            0..=2 => {
                let function = self
                    .random
                    .pick(&["rate", "increase", "irate", "resets", "changes", "delta"]);
                let range = self.range(COUNTERS);
                (format!("{function}({})", range.text), range.labels)
            }
            3 | 4 => {
                let function = self.random.pick(&["delta", "idelta", "deriv", "changes"]);
                let range = self.range(GAUGES);
                (format!("{function}({})", range.text), range.labels)
            }
            5 => {
                let quantile = self.random.pick(&["0", "0.5", "0.9", "1", "-1", "2"]);
                let range = self.range(GAUGES);
                (
                    format!("quantile_over_time({quantile}, {})", range.text),
                    range.labels,
                )
            }
            6 => {
                let range = self.range(GAUGES);
                (format!("predict_linear({}, 600)", range.text), range.labels)
            }
            _ => {
                let function = self.random.pick(&[
                    "avg_over_time",
                    "min_over_time",
                    "max_over_time",
                    "sum_over_time",
                    "count_over_time",
                    "last_over_time",
                    "present_over_time",
                    "stddev_over_time",
                    "stdvar_over_time",
                ]);
                let range = self.range(&[REQUESTS, LOAD, GAPPY, ODD, BUILD]);
                (format!("{function}({})", range.text), range.labels)
            }
        };
        Vector { text, labels }
    }

    fn subquery(&mut self, depth: usize) -> Vector {
        let function = self.random.pick(&[
            "avg_over_time",
            "max_over_time",
            "min_over_time",
            "sum_over_time",
            "count_over_time",
            "last_over_time",
            "delta",
        ]);
        let inner = match self.random.below(3) {
            0 => self.selector(GAUGES, false),
            1 => self.over_time(),
            _ if depth > 1 => self.flat_aggregate(),
            _ => self.selector(COUNTERS, false),
        };
        let window = self.random.pick(&["[10m:1m]", "[5m:30s]", "[20m:]", "[15m:2m]"]);
        let moved = self.moved();
        Vector {
            text: format!("{function}(({}){window}{moved})", inner.text),
            labels: inner.labels,
        }
    }

    fn flat_aggregate(&mut self) -> Vector {
        let inner = self.over_time();
        self.aggregated(inner)
    }

    fn aggregate(&mut self, depth: usize) -> Vector {
        let inner = self.vector(depth - 1);
        self.aggregated(inner)
    }

    fn aggregated(&mut self, inner: Vector) -> Vector {
        let op = self.random.pick(&[
            "sum", "avg", "count", "min", "max", "group", "stddev", "stdvar", "quantile",
        ]);
        let parameter = if op == "quantile" { "0.75, " } else { "" };
        let kept: Vec<&'static str> = inner
            .labels
            .iter()
            .copied()
            .filter(|_| self.random.below(2) == 0)
            .collect();
        let (grouping, labels) = match self.random.below(4) {
            0 => (String::new(), Vec::new()),
            1 => {
                let others = inner.labels.iter().copied().filter(|label| !kept.contains(label));
                (format!(" without ({})", kept.join(", ")), others.collect())
            }
            _ => (format!(" by ({})", kept.join(", ")), kept),
        };
        let text = match self.random.below(3) {
            0 => format!("{op}({parameter}{}){grouping}", inner.text),
            _ => format!("{op}{grouping} ({parameter}{})", inner.text),
        };
        Vector { text, labels }
    }

    fn math(&mut self, depth: usize) -> Vector {
        let inner = self.vector(depth - 1);
        let text = &inner.text;
        let text = match self.random.below(6) {
            0 => format!("-({text})"),
            1 => format!("clamp({text}, -10, 1e6)"),
            2 => format!("clamp_{}({text}, 3)", self.random.pick(&["min", "max"])),
            // Rounding is only asked of values that are no sums.
            3 => format!("round({}, 0.25)", self.selector(&[LIMIT, REQUESTS], true).text),
            4 => {
                let function =
                    self.random
                        .pick(&["hour", "minute", "month", "day_of_week", "days_in_month", "year"]);
                format!(
                    "{function}(vector(time()) + 0 * {text})",
                    text = self.selector(&[LIMIT], true).text
                )
            }
            _ => {
                let function = self.random.pick(&[
                    "abs", "sqrt", "exp", "ln", "log2", "log10", "sgn", "sin", "cos", "atan", "sinh", "deg",
                    "rad",
                ]);
                let inner = self.selector(&[LOAD, LIMIT, ODD, GAPPY], true);
                return Vector {
                    text: format!("{function}({})", inner.text),
                    labels: inner.labels,
                };
            }
        };
        Vector {
            text,
            labels: inner.labels,
        }
    }

    fn with_scalar(&mut self, depth: usize) -> Vector {
        let inner = self.vector(depth - 1);
        let op = self.random.pick(&[
            "+", "-", "*", "/", "%", "^", "> bool", "!= bool", "<= bool", "!=", ">=", "<",
        ]);
        let filters = matches!(op, "!=" | ">=" | "<");
        let number = match op {
            ">=" => "-1e305".into(),
            "<" => "1e305".into(),
            "%" | "^" => "3".into(),
            // Whether two sums are equal depends on their last digits.
            op if op.ends_with("bool") => self.random.pick(&["2", "-1", "20", "1e6", "time()"]).into(),
            _ => self.scalar(1),
        };
        let text = match self.random.below(3) {
            // A remainder of a large sum depends on its last digits.
            _ if op == "%" => format!("{} % 7", self.selector(&[REQUESTS, GAPPY], true).text),
            0 if !filters => format!("{number} {op} ({})", inner.text),
            _ => format!("({}) {op} {number}", inner.text),
        };
        Vector {
            text,
            labels: inner.labels,
        }
    }

    /// Two expressions over the same series.
    fn with_itself(&mut self) -> Vector {
        let metric = self.random.pick(&[REQUESTS, CPU, LOAD, MEMORY]);
        let op = self
            .random
            .pick(&["+", "-", "*", "/", "> bool", "<", "!=", "^", "atan2"]);
        let name = metric.name;
        let right = match self.random.below(3) {
            0 => format!("{name} offset 3m"),
            1 => format!("rate({name}[5m])"),
            _ => format!("avg_over_time({name}[10m])"),
        };
        let op = if op == "<" { "!=" } else { op };
        let matching = match self.random.below(3) {
            0 => format!(" on ({})", metric.labels.join(", ")),
            1 => " ignoring (nope)".into(),
            _ => String::new(),
        };
        let (left, right) = (self.selector(&[metric], false).text, right);
        Vector {
            text: format!("{left} {op}{matching} {right}"),
            labels: metric.labels.to_vec(),
        }
    }

    fn grouped_pair(&mut self) -> Vector {
        let group = self.random.pick(&["instance", "job", "job, instance"]);
        let (left, right) = (self.range(&[REQUESTS]), self.range(&[CPU]));
        let op = self.random.pick(&["/", "-", ">= bool", "*"]);
        Vector {
            text: format!(
                "sum by ({group}) (rate({})) {op} sum by ({group}) (increase({}))",
                left.text, right.text
            ),
            labels: if group == "job" {
                vec!["job"]
            } else {
                vec!["instance"]
            },
        }
    }

    fn many_to_one(&mut self) -> Vector {
        let many = self.selector(&[REQUESTS, CPU, MEMORY, LOAD], true);
        let op = self.random.pick(&["*", "/", "+", ">= bool", "!="]);
        let mut labels = many.labels.clone();
        let text = match self.random.below(4) {
            0 => format!("limit {op} on (instance) group_right {}", many.text),
            1 => format!("{} {op} on (job, instance) group_left limit", many.text),
            2 => format!(
                "({}) {op} ignoring (zone, cpu, mode, method, code, version) group_left build_info",
                many.text
            ),
            _ => {
                labels.push("version");
                format!("{} {op} on (instance) group_left (version) build_info", many.text)
            }
        };
        Vector { text, labels }
    }

    fn set(&mut self) -> Vector {
        let instance = self.random.pick(&INSTANCES);
        let (left, right) = (
            self.selector(&[REQUESTS, MEMORY, LOAD], false),
            self.selector(&[LOAD, CPU], true),
        );
        let text = match self.random.below(4) {
            0 => format!("{} or {}", left.text, right.text),
            1 => format!(
                "{} unless on (instance) load{{instance=\"{instance}\"}}",
                LOAD.name
            ),
            2 => format!("{} and on (job) {}", MEMORY.name, LOAD.name),
            _ => format!("{} or on (job, instance) {} > 0", left.text, LIMIT.name),
        };
        Vector {
            text,
            labels: vec!["job", "instance"],
        }
    }

    fn histogram(&mut self) -> Vector {
        let quantile = self.random.pick(&["0.5", "0.9", "0.99", "0", "1", "-1", "1.5"]);
        let window = self.random.pick(RANGES);
        let (inner, labels) = match self.random.below(3) {
            0 => (format!("rate(latency_bucket[{window}])"), vec!["job", "instance"]),
            1 => (
                format!("sum by (le, job) (increase(latency_bucket[{window}]))"),
                vec!["job"],
            ),
            _ => ("latency_bucket".into(), vec!["job", "instance"]),
        };
        Vector {
            text: format!("histogram_quantile({quantile}, {inner})"),
            labels,
        }
    }

    fn relabelled(&mut self, depth: usize) -> Vector {
        let mut inner = self.selector(&[LOAD, MEMORY, LIMIT], true);
        let text = match self.random.below(6) {
            0 => format!(
                "label_replace({}, \"host\", \"$1-$2\", \"instance\", \"(.*):(.*)\")",
                inner.text
            ),
            1 => format!("label_replace({}, \"job\", \"\", \"job\", \".*\")", inner.text),
            2 => format!(
                "label_join({}, \"both\", \"/\", \"job\", \"instance\")",
                inner.text
            ),
            3 => format!(
                "count_values(\"value\", {})",
                self.selector(&[LIMIT, BUILD, GAPPY], true).text
            ),
            4 => {
                let nothing = self.random.pick(&[
                    "absent(nope{a=\"b\"})",
                    "absent_over_time(nope{a=~\"b\",c=\"d\"}[5m])",
                    "absent(sum(nope))",
                ]);
                nothing.into()
            }
            _ => {
                let scalar = self.scalar(depth.min(2));
                inner.labels.clear();
                format!("vector({scalar})")
            }
        };
        Vector {
            text,
            labels: inner.labels,
        }
    }
}
