//! The printed forms: [`std::fmt::Display`] as Prometheus shows a histogram, [`Histogram::script_text`] as its test
//! scripts write one.

use super::Histogram;
use crate::promql::engine::go_general;
use glass_model::ResetHint;
use std::fmt;

/// `{count:2, sum:3, (0.5,1]:2}`
impl fmt::Display for Histogram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{{count:{}, sum:{}",
            go_general(self.count),
            go_general(self.sum)
        )?;
        for bucket in self.buckets() {
            let open = if bucket.is_lower_included { '[' } else { '(' };
            let close = if bucket.is_upper_included { ']' } else { ')' };
            let (lower, upper) = (go_general(bucket.lower), go_general(bucket.upper));
            write!(f, ", {open}{lower},{upper}{close}:{}", go_general(bucket.count))?;
        }
        f.write_str("}")
    }
}

impl Histogram {
    /// `{{schema:1 count:2 sum:3 buckets:[2]}}`
    pub fn script_text(&self) -> String {
        let mut parts = Vec::new();
        if self.schema != 0 {
            parts.push(format!("schema:{}", self.schema));
        }
        let fields = [
            ("count", self.count),
            ("sum", self.sum),
            ("z_bucket", self.zero_count),
            ("z_bucket_w", self.zero_threshold),
        ];
        let set = fields.iter().filter(|(_, value)| *value != 0.0);
        parts.extend(set.map(|(name, value)| format!("{name}:{}", go_general(*value))));
        if self.is_custom() {
            parts.push(format!("custom_values:{}", list(&self.bounds)));
        }
        match self.hint {
            ResetHint::Unknown => {}
            ResetHint::Reset => parts.push("counter_reset_hint:reset".into()),
            ResetHint::NoReset => parts.push("counter_reset_hint:not_reset".into()),
            ResetHint::Gauge => parts.push("counter_reset_hint:gauge".into()),
        }
        push_side(&mut parts, "", &self.positive);
        push_side(&mut parts, "n_", &self.negative);
        format!("{{{{{}}}}}", parts.join(" "))
    }
}

fn push_side(parts: &mut Vec<String>, prefix: &str, buckets: &[(i32, f64)]) {
    let (Some((first, _)), Some((last, _))) = (buckets.first(), buckets.last()) else {
        return;
    };
    if *first != 0 {
        parts.push(format!("{prefix}offset:{first}"));
    }
    let n_places = i64::from(*last) - i64::from(*first) + 1;
    if n_places <= 4 * buckets.len() as i64 + 100 {
        let mut places = vec![0.0; n_places as usize];
        for (index, count) in buckets {
            places[(i64::from(*index) - i64::from(*first)) as usize] = *count;
        }
        parts.push(format!("{prefix}buckets:{}", list(&places)));
    } else {
        let sparse: Vec<String> = buckets
            .iter()
            .map(|(index, count)| format!("{index}:{}", go_general(*count)))
            .collect();
        parts.push(format!("{prefix}buckets:[{}]", sparse.join(" ")));
    }
}

fn list(values: &[f64]) -> String {
    let texts: Vec<String> = values.iter().map(|value| go_general(*value)).collect();
    format!("[{}]", texts.join(" "))
}
