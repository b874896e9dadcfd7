//! [`Silence`]: alerts of which nobody is to be told for a while.

use crate::{Selector, Timestamp};

/// A silence, as Alertmanager tells of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Silence {
    /// Its id.
    pub id: String,
    /// Which alerts it is about.
    pub selector: Selector,
    /// From when on.
    pub starts_at: Timestamp,
    /// Until when: as was planned, or when somebody ended it early. Known as soon as the silence was seen.
    pub ends_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Who made it.
    pub created_by: String,
    /// Why.
    pub comment: String,
}

/// How a silence stands at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SilenceState {
    /// It silences alerts.
    Active,
    /// It will.
    Pending,
    /// It no longer does.
    Expired,
}

impl SilenceState {
    /// The name as Alertmanager writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Pending => "pending",
            Self::Expired => "expired",
        }
    }
}

impl Silence {
    /// How it stands at a moment. It has begun at `starts_at` and is over at `ends_at`.
    pub fn state_at(&self, at: Timestamp) -> SilenceState {
        if at >= self.ends_at {
            SilenceState::Expired
        } else if at < self.starts_at {
            SilenceState::Pending
        } else {
            SilenceState::Active
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn its_state_is_that_of_the_moment() {
        let silence = Silence {
            id: "x".into(),
            selector: Selector::all(),
            starts_at: Timestamp::from_secs(10),
            ends_at: Timestamp::from_secs(20),
            updated_at: Timestamp::from_secs(5),
            created_by: String::new(),
            comment: String::new(),
        };
        let check = |at, expected| assert_eq!(silence.state_at(Timestamp::from_secs(at)), expected, "{at}");
        check(9, SilenceState::Pending);
        check(10, SilenceState::Active);
        check(19, SilenceState::Active);
        check(20, SilenceState::Expired);
        let over_at_once = Silence {
            ends_at: Timestamp::from_secs(10),
            ..silence.clone()
        };
        assert_eq!(
            over_at_once.state_at(Timestamp::from_secs(10)),
            SilenceState::Expired
        );
    }
}
