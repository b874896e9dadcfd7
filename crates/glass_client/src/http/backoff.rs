//! How long to wait before asking again.

use super::{Fetched, HostLimits};
use glass_model::Timestamp;
use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

/// No host is waited for longer than this; a longer wish ends the request.
pub(super) const LONGEST_PAUSE: Duration = Duration::from_secs(3600);

/// What is waited where a host throttles and does not say for how long.
const UNSAID_PAUSE: Duration = Duration::from_secs(30);

/// The pause before attempt `n` (from 0), doubling, the second half of it left to chance.
pub(super) fn pause(first: Duration, n: u32) -> Duration {
    let full = first.saturating_mul(1 << n.min(6));
    let chance = RandomState::new().hash_one(n) % 1024;
    full / 2 + full.mul_f64(chance as f64 / 2048.0)
}

/// How long a host asks to be left alone, if it does.
pub(super) fn asked_pause(status: u16, answer: &Fetched, now: Timestamp) -> Option<Duration> {
    let stated = retry_after(answer, now);
    let limits = limits_of(answer);
    let is_used_up = limits.remaining == Some(0);
    let until_reset = || {
        let nanos = limits.resets_at?.nanos_since(now);
        Some(Duration::from_nanos(u64::try_from(nanos).unwrap_or(0)))
    };
    let pause = match status {
        429 => stated.or_else(until_reset).unwrap_or(UNSAID_PAUSE),
        403 if stated.is_some() || is_used_up => stated.or_else(until_reset).unwrap_or(UNSAID_PAUSE),
        503 => stated?,
        _ if is_used_up => until_reset()?,
        _ => return None,
    };
    Some(pause.min(LONGEST_PAUSE))
}

/// `Retry-After`: seconds or a date.
fn retry_after(answer: &Fetched, now: Timestamp) -> Option<Duration> {
    let value = answer.header("retry-after")?.trim();
    if let Ok(secs) = value.parse::<u64>() {
        return Some(Duration::from_secs(secs));
    }
    let nanos = glass_formats::parse_http_date(value)?.nanos_since(now);
    Some(Duration::from_nanos(u64::try_from(nanos).unwrap_or(0)))
}

/// What GitHub (`x-ratelimit-…`) and GitLab (`ratelimit-…`) say of their limits.
pub(super) fn limits_of(answer: &Fetched) -> HostLimits {
    let number = |name: &str| {
        let value = answer
            .header(&format!("x-ratelimit-{name}"))
            .or_else(|| answer.header(&format!("ratelimit-{name}")))?;
        value.trim().parse::<u64>().ok()
    };
    HostLimits {
        remaining: number("remaining"),
        limit: number("limit"),
        // Smaller numbers are seconds from now on, not a moment, in some servers; those are not moments of use here.
        resets_at: number("reset")
            .filter(|secs| (1_000_000_000..100_000_000_000).contains(secs))
            .and_then(|secs| i64::try_from(secs).ok())
            .map(Timestamp::from_secs),
        blocked_until: None,
    }
}
