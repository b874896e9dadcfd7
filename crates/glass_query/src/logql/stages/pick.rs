//! `| drop name, other="value"` and `| keep …`.

use super::LineState;
use super::state::{ERROR, ERROR_DETAILS};
use glass_model::Matcher;

/// A label, or a label with a certain value.
#[derive(Clone, Debug)]
pub struct LabelPick {
    /// Its name.
    pub name: Box<str>,
    /// What its value must be.
    pub matcher: Option<Matcher>,
}

impl LabelPick {
    fn picks(&self, state: &LineState<'_>) -> bool {
        match (&self.matcher, state.get(&self.name)) {
            (None, _) => true,
            (Some(matcher), Some(value)) => matcher.matches_value(value),
            (Some(_), None) => false,
        }
    }
}

/// Takes the picked labels away.
pub(super) fn drop_labels(picks: &[LabelPick], state: &mut LineState<'_>) {
    for pick in picks {
        if pick.picks(state) {
            state.remove(&pick.name);
        }
    }
}

/// Takes all others away, but never the error's.
pub(super) fn keep_labels(picks: &[LabelPick], state: &mut LineState<'_>) {
    for name in state.names() {
        let is_kept = picks.iter().any(|pick| *pick.name == *name && pick.picks(state));
        if !is_kept && name != ERROR && name != ERROR_DETAILS {
            state.remove(&name);
        }
    }
}
