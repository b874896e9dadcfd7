//! Queries over several metrics at once: whether a name is still there decides about their answers, and about whether
//! there is one.

use super::Generator;

/// Selectors of more than one metric. Of some the series differ in their names alone.
const SEVERAL: &[&str] = &[
    "{__name__=~\"load|limit\"}",
    "{__name__=~\"latency_(sum|count)\"}",
    "{__name__=~\"load|limit|latency_sum\",job=\"api\"}",
    "{__name__=~\"load|memory_bytes\"}",
    "{__name__=~\"load|build_info\"}",
    "{__name__=~\"requests_total|cpu_seconds_total\"}",
    "{__name__=~\"requests_total|load\",instance!=\"a:9100\"}",
    "{__name__!~\"odd|gappy|latency.*\",job=\"db\"}",
    "load",
];

impl Generator {
    /// A query about names.
    pub fn query_of_names(&mut self) -> String {
        let inner = self.of_several();
        let op = self.random.pick(&["sum", "avg", "count", "min", "max"]);
        match self.random.below(14) {
            0 => inner,
            1 | 2 => format!("{op}({inner})"),
            3 | 4 => format!("{op} by (__name__) ({inner})"),
            5 => format!("{op} by (__name__, job) ({inner})"),
            6 => format!("{op} without (instance) ({inner})"),
            7 => format!("label_replace({inner}, \"metric\", \"$1\", \"__name__\", \"(.*)\")"),
            8 => format!("label_replace({inner}, \"__name__\", \"new_$1\", \"job\", \"(.*)\")"),
            9 => format!("label_join({inner}, \"both\", \"-\", \"__name__\", \"job\")"),
            10 => format!("{inner} or on (__name__) load"),
            11 => format!("{inner} and on (__name__, job) {{__name__=~\"load|limit|requests_total\"}}"),
            12 => format!("({inner}) > bool on (job, instance) group_left limit"),
            _ => format!("max_over_time(({inner})[5m:1m])"),
        }
    }

    fn of_several(&mut self) -> String {
        let several = self.random.pick(SEVERAL);
        let moved = self.moved();
        let window = self.random.pick(&["2m", "5m", "10m"]);
        let function = self
            .random
            .pick(&["rate", "delta", "max_over_time", "present_over_time"]);
        match self.random.below(11) {
            0 => format!("{several}{moved}"),
            1 | 2 => format!("{function}({several}[{window}]{moved})"),
            3 => format!("last_over_time({several}[{window}]{moved})"),
            4 => format!("abs({several}{moved})"),
            5 => format!("-{several}{moved}"),
            6 => format!("{several}{moved} * 2"),
            7 => format!("({several}{moved} + 1) > 3"),
            8 => format!("{several}{moved} > bool 3"),
            9 => format!("timestamp({several})"),
            _ => format!("{several}{moved} >= -1"),
        }
    }
}
