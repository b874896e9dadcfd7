//! What to do about a source that is off, refuses or fails, in one short sentence.

use crate::catalogue::{Cloud, Source, WhyOff, token_variable};
use crate::http::FetchError;

/// About a source that is not asked.
pub(super) fn on_off(why: WhyOff, cloud: &Cloud, source: &Source) -> String {
    match why {
        WhyOff::Retired => String::new(),
        WhyOff::Unverified | WhyOff::SwitchedOff => {
            format!("to ask it, put enabled = true into clouds/{}.toml", cloud.id)
        }
        WhyOff::NoToken => login(&cloud.id, source),
    }
}

fn login(cloud: &str, source: &Source) -> String {
    format!(
        "if you have a token, put it into {}",
        token_variable(cloud, &source.id)
    )
}

/// About a source that did not answer.
pub(super) fn on_error(error: &FetchError, cloud: &str, source: &Source) -> String {
    let changed = |what: &str| format!("{what}; if so, put its new url into clouds/{cloud}.toml");
    match error {
        FetchError::Unreachable { reason, .. } if reason.contains("dns error") => {
            changed("check the network; the server may have moved")
        }
        FetchError::Unreachable { .. } => changed("try later; the server is down or has moved"),
        FetchError::Tls { .. } => "check this machine's clock and the package ca-certificates".into(),
        FetchError::Timeout { .. } => format!("try later, or raise timeout_secs in clouds/{cloud}.toml"),
        FetchError::Busy { .. } | FetchError::BrokeOff { .. } => "try again".into(),
        FetchError::Throttled { until, .. } => format!("ask again after {}", until.format("%H:%M:%S")),
        FetchError::Status { status, .. } => match status {
            401 | 407 => login(cloud, source),
            403 => format!(
                "it does not let everyone in, or it throttles; {}",
                login(cloud, source)
            ),
            404 | 410 => changed("it is not there any more, or has moved"),
            429 => "wait before asking again".into(),
            500.. => "try later; its operators have a problem".into(),
            _ => String::new(),
        },
        FetchError::WebPage { .. } => login(cloud, source),
        FetchError::Redirect { .. } => changed("it may have moved"),
        FetchError::TooLarge { .. } | FetchError::Unreadable { .. } => {
            "see what answers there with `glasshouse clouds add URL --dry-run`".into()
        }
        FetchError::NotAllowed(_) | FetchError::Unsupported(_) => format!("see clouds/{cloud}.toml"),
    }
}
