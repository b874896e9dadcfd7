//! Cutting off what lies beyond a value, for the operators `</` and `>/`: [`Histogram::trim`].

use super::Histogram;
use super::buckets::Bucket;

/// Which observations are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// Those below.
    Below,
    /// Those above.
    Above,
}

/// What is kept of a bucket, and the value its observations are taken to have.
struct Kept {
    count: f64,
    middle: f64,
}

impl Histogram {
    /// Keeps the observations on one side of `at`. Count and sum are estimated anew if anything is cut.
    pub fn trim(&mut self, at: f64, keep: Keep) {
        let (has_negative, has_positive) = (!self.negative.is_empty(), !self.positive.is_empty());
        let is_custom = self.is_custom();
        let kept = |bucket: Bucket, is_positive: bool| part(bucket, at, keep, (is_positive, is_custom));
        let negative: Vec<Kept> = self
            .negative
            .iter()
            .map(|(index, count)| kept(self.positive_bucket(*index, *count).mirrored(), false))
            .collect();
        let positive: Vec<Kept> = self
            .positive
            .iter()
            .map(|(index, count)| kept(self.positive_bucket(*index, *count), true))
            .collect();
        let zero = (self.zero_count > 0.0).then(|| {
            let lower = if has_positive && !has_negative {
                0.0
            } else {
                -self.zero_threshold
            };
            let upper = if has_negative && !has_positive {
                0.0
            } else {
                self.zero_threshold
            };
            zero_part(lower, upper, self.zero_count, (at, keep))
        });
        let all = positive.iter().chain(&negative).chain(&zero);
        let (count, sum) = all.fold((0.0, 0.0), |(count, sum), kept| {
            (count + kept.count, sum + kept.middle * kept.count)
        });
        let mut is_cut = false;
        let sides = self
            .positive
            .iter_mut()
            .zip(&positive)
            .chain(self.negative.iter_mut().zip(&negative));
        for ((_, mine), kept) in sides {
            is_cut |= *mine != kept.count;
            *mine = kept.count;
        }
        if let Some(kept) = zero {
            is_cut |= self.zero_count != kept.count;
            self.zero_count = kept.count;
        }
        if is_cut {
            self.count = count;
            self.sum = sum;
            self.drop_empty();
        }
    }
}

fn part(bucket: Bucket, at: f64, keep: Keep, (is_positive, is_custom): (bool, bool)) -> Kept {
    let (is_whole, is_cut) = match keep {
        Keep::Below => (bucket.upper <= at, bucket.lower < at),
        Keep::Above => (bucket.lower >= at, bucket.upper > at),
    };
    let middle_of = |lower: f64, upper: f64| middle(lower, upper, is_positive, is_custom);
    if is_whole {
        let middle = middle_of(bucket.lower, bucket.upper);
        return Kept {
            count: bucket.count,
            middle,
        };
    }
    if !is_cut {
        return Kept {
            count: 0.0,
            middle: 0.0,
        };
    }
    if bucket.lower.is_infinite() || bucket.upper.is_infinite() {
        return endless_part(bucket, at, keep);
    }
    let below = bucket.count * bucket.share_below(at, is_custom);
    match keep {
        Keep::Below => Kept {
            count: below,
            middle: middle_of(bucket.lower, at),
        },
        Keep::Above => Kept {
            count: bucket.count - below,
            middle: middle_of(at, bucket.upper),
        },
    }
}

/// Of a bucket without end on the side that is kept nothing can be told: it is kept whole or not at all. Below a
/// positive bound it is taken to begin at 0.
fn endless_part(bucket: Bucket, at: f64, keep: Keep) -> Kept {
    let whole = |middle| Kept {
        count: bucket.count,
        middle,
    };
    let nothing = Kept {
        count: 0.0,
        middle: 0.0,
    };
    if bucket.lower == f64::NEG_INFINITY {
        let begins_at_0 = bucket.upper > 0.0 && bucket.upper.is_finite();
        return match keep {
            Keep::Below if at > 0.0 && begins_at_0 => Kept {
                count: bucket.count * at / bucket.upper,
                middle: at / 2.0,
            },
            Keep::Below if bucket.upper <= 0.0 => whole(at),
            Keep::Above if at >= 0.0 && begins_at_0 => Kept {
                count: bucket.count * (1.0 - at / bucket.upper),
                middle: (at + bucket.upper) / 2.0,
            },
            _ => nothing,
        };
    }
    match keep {
        Keep::Above if at >= bucket.lower => whole(at),
        _ => nothing,
    }
}

/// In the zero bucket observations lie evenly. A zero bucket without width is kept whole or not at all.
fn zero_part(lower: f64, upper: f64, count: f64, (at, keep): (f64, Keep)) -> Kept {
    let (is_whole, is_cut) = match keep {
        Keep::Below => (at > lower && at >= upper, at > lower),
        Keep::Above => (at <= lower, at < upper),
    };
    if is_whole {
        let middle = (lower + upper) / 2.0;
        return Kept { count, middle };
    }
    if !is_cut {
        return Kept {
            count: 0.0,
            middle: 0.0,
        };
    }
    let (kept_lower, kept_upper) = match keep {
        Keep::Below => (lower, at),
        Keep::Above => (at, upper),
    };
    Kept {
        count: count * (kept_upper - kept_lower) / (upper - lower),
        middle: (kept_lower + kept_upper) / 2.0,
    }
}

fn middle(lower: f64, upper: f64, is_positive: bool, is_linear: bool) -> f64 {
    match (lower.is_infinite(), upper.is_infinite()) {
        (true, true) => 0.0,
        (true, false) if upper > 0.0 => upper / 2.0,
        (true, false) => upper,
        (false, true) => lower,
        (false, false) if is_linear => (lower + upper) / 2.0,
        (false, false) => {
            let middle = (lower * upper).abs().sqrt();
            if is_positive { middle } else { -middle }
        }
    }
}
