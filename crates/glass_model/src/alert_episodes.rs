//! Folds events of rules and notifications into [`Alert`] episodes: [`fold_alerts`].

use crate::{Alert, AlertState, Event, EventKind, Labels, Timestamp};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// A pending phase that ended at most so long before a firing one began belongs to the same episode: both are
/// seen only once per rule evaluation, whose interval is a minute by default.
const TOUCHING_NANOS: i64 = 60_000_000_000;

/// A notification may name a beginning so much after the episode it tells of: clocks differ, and Alertmanager
/// groups notifications for up to five minutes by default.
const NOTIFICATION_SLACK_NANOS: i64 = 300_000_000_000;

/// Labels of the `ALERTS` series that do not belong to the alert.
const NOT_OF_THE_ALERT: [&str; 2] = ["__name__", "alertstate"];

/// One episode while it is being put together.
struct Episode {
    labels: Labels,
    pending_at: Option<Timestamp>,
    firing_at: Option<Timestamp>,
    /// When its last phase ended.
    ended_at: Option<Timestamp>,
    notified_at: Option<Timestamp>,
    annotations: Labels,
}

/// The episodes that `events`, cut at the playhead, tell of: firing ones first, then pending, then resolved;
/// among them the latest first, then by labels. A condition that ended before it fired is not among them.
pub fn fold_alerts(events: &[Event]) -> Vec<Alert> {
    let mut episodes = rule_episodes(events);
    let alone = attach_notifications(&mut episodes, events);
    episodes.extend(alone);
    let mut alerts: Vec<Alert> = episodes.into_iter().filter_map(Episode::into_alert).collect();
    alerts.sort_by(|a, b| {
        let key = |alert: &Alert| (order_of(alert.state), Reverse(alert.began_at()));
        key(a).cmp(&key(b)).then_with(|| a.labels.cmp(&b.labels))
    });
    alerts
}

fn order_of(state: AlertState) -> u8 {
    match state {
        AlertState::Firing => 0,
        AlertState::Pending => 1,
        AlertState::Resolved => 2,
    }
}

fn rule_episodes(events: &[Event]) -> Vec<Episode> {
    let mut by_labels: BTreeMap<Labels, Vec<&Event>> = BTreeMap::new();
    for event in events {
        if matches!(event.kind, EventKind::AlertPending | EventKind::AlertFiring) {
            by_labels.entry(labels_of(event)).or_default().push(event);
        }
    }
    let mut episodes: Vec<Episode> = Vec::new();
    for (labels, mut phases) in by_labels {
        phases.sort_by_key(|phase| (phase.happened_at, phase.kind, phase.known_at));
        let first_of_labels = episodes.len();
        for phase in phases {
            match episodes[first_of_labels..].last_mut() {
                Some(last) if last.goes_on_with(phase) => last.take_in(phase),
                _ => episodes.push(Episode::begun_by(labels.clone(), phase)),
            }
        }
    }
    episodes
}

fn labels_of(event: &Event) -> Labels {
    event.labels.without(&NOT_OF_THE_ALERT)
}

/// Gives each notification to the episode it tells of; returns those that tell of none as episodes of their own.
fn attach_notifications(episodes: &mut [Episode], events: &[Event]) -> Vec<Episode> {
    let mut notifications: Vec<(Labels, &Event)> = events
        .iter()
        .filter(|event| event.kind == EventKind::AlertNotified)
        .map(|event| (labels_of(event), event))
        .collect();
    notifications
        .sort_by(|a, b| (a.1.happened_at, a.1.known_at, &a.0).cmp(&(b.1.happened_at, b.1.known_at, &b.0)));
    let mut alone: Vec<Episode> = Vec::new();
    for (labels, notification) in notifications {
        let told_of = episodes
            .iter_mut()
            .filter(|episode| episode.is_told_of_by(&labels, notification))
            .max_by_key(|episode| {
                let shared = episode.labels.len().min(labels.len());
                (
                    shared,
                    Reverse(episode.nanos_from_beginning_to(notification)),
                    episode.began_at(),
                )
            });
        let same_alone = alone.iter_mut().rev().find(|episode| episode.labels == labels);
        match (told_of, same_alone) {
            (Some(episode), _) => episode.note(notification),
            (None, Some(episode)) if episode.goes_on_with(notification) => {
                episode.take_in(notification);
                episode.note(notification);
            }
            (None, _) => alone.push(Episode::begun_by(labels, notification)),
        }
    }
    alone
}

impl Episode {
    fn begun_by(labels: Labels, event: &Event) -> Self {
        let mut episode = Self {
            labels,
            pending_at: None,
            firing_at: None,
            ended_at: event.until.map(|until| until.at),
            notified_at: None,
            annotations: annotations_of(event),
        };
        match event.kind {
            EventKind::AlertPending => episode.pending_at = Some(event.happened_at),
            EventKind::AlertNotified => {
                episode.notified_at = Some(event.known_at);
                // A notification says when the alert began only if it names an earlier moment than its own.
                episode.firing_at = Some(event.happened_at).filter(|at| *at < event.known_at);
            }
            _ => episode.firing_at = Some(event.happened_at),
        }
        episode
    }

    fn began_at(&self) -> Option<Timestamp> {
        self.pending_at.or(self.firing_at).or(self.notified_at)
    }

    /// Whether `phase`, which does not begin earlier, belongs to the same episode.
    fn goes_on_with(&self, phase: &Event) -> bool {
        let Some(ended_at) = self.ended_at else {
            return true;
        };
        let begins_to_fire = self.firing_at.is_none() && phase.kind == EventKind::AlertFiring;
        let slack = if begins_to_fire { TOUCHING_NANOS } else { 0 };
        phase.happened_at <= ended_at.plus_nanos(slack) && (begins_to_fire || phase.happened_at < ended_at)
    }

    fn take_in(&mut self, phase: &Event) {
        let until = phase.until.map(|until| until.at);
        let begins_to_fire = self.firing_at.is_none() && phase.kind == EventKind::AlertFiring;
        if begins_to_fire {
            self.firing_at = Some(phase.happened_at);
            self.ended_at = until;
        } else if phase.kind != EventKind::AlertPending || self.firing_at.is_none() {
            self.ended_at = self.ended_at.zip(until).map(|(a, b)| a.max(b));
        }
        self.annotate(phase);
    }

    /// Whether a notification with these labels, at its time, tells of this episode. Alertmanager and relabelling
    /// add labels such as `cluster`, or drop some, so one set need only be part of the other.
    fn is_told_of_by(&self, labels: &Labels, notification: &Event) -> bool {
        let slack = NOTIFICATION_SLACK_NANOS;
        let began_before = self
            .began_at()
            .is_some_and(|began| began <= notification.known_at);
        let ended_after = self
            .ended_at
            .is_none_or(|ended| notification.happened_at <= ended.plus_nanos(slack));
        let same_name = self.labels.get("alertname") == labels.get("alertname");
        let related = is_part_of(&self.labels, labels) || is_part_of(labels, &self.labels);
        began_before && ended_after && same_name && related
    }

    /// How far apart the beginnings are that the episode and the notification have.
    fn nanos_from_beginning_to(&self, notification: &Event) -> i64 {
        let began = self.firing_at.or(self.began_at()).unwrap_or(Timestamp::MIN);
        notification.happened_at.nanos_since(began).saturating_abs()
    }

    fn note(&mut self, notification: &Event) {
        let earlier = self.notified_at.unwrap_or(notification.known_at);
        self.notified_at = Some(earlier.min(notification.known_at));
        self.annotate(notification);
    }

    /// What was said first stays.
    fn annotate(&mut self, event: &Event) {
        if self.annotations.is_empty() {
            self.annotations = annotations_of(event);
        }
    }

    fn into_alert(self) -> Option<Alert> {
        // Of an episode that the rules tell of, the rules alone say how far it has come.
        let fired = self.firing_at.is_some() || self.pending_at.is_none();
        let state = match (fired, self.ended_at) {
            (true, None) => AlertState::Firing,
            (false, None) => AlertState::Pending,
            (true, Some(_)) => AlertState::Resolved,
            (false, Some(_)) => return None,
        };
        Some(Alert {
            labels: self.labels,
            annotations: self.annotations,
            state,
            pending_at: self.pending_at,
            firing_at: self.firing_at,
            resolved_at: self.ended_at,
            notified_at: self.notified_at,
            inhibited_by: None,
        })
    }
}

/// An event's annotations. Recordings made before they were kept have a summary alone.
fn annotations_of(event: &Event) -> Labels {
    if !event.annotations.is_empty() {
        return event.annotations.clone();
    }
    Labels::new(Some(("summary", &*event.text)).filter(|(_, text)| !text.is_empty()))
}

fn is_part_of(part: &Labels, whole: &Labels) -> bool {
    part.iter().all(|(name, value)| whole.get(name) == Some(value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Until;
    use EventKind::{AlertFiring, AlertNotified, AlertPending};

    fn at(secs: i64) -> Timestamp {
        Timestamp::from_secs(secs)
    }

    fn event(kind: EventKind, labels: &[(&str, &str)], start: i64, end: Option<i64>) -> Event {
        Event {
            kind,
            happened_at: at(start),
            known_at: at(start),
            until: end.map(|end| Until {
                at: at(end),
                known_at: at(end),
            }),
            cluster: String::new(),
            title: String::new(),
            text: String::new(),
            link: String::new(),
            labels: Labels::new(labels.iter().copied()),
            annotations: Labels::empty(),
        }
    }

    const DOWN: &[(&str, &str)] = &[("alertname", "Down"), ("job", "shop")];
    const DOWN_IN_LAB: &[(&str, &str)] = &[("alertname", "Down"), ("cluster", "lab"), ("job", "shop")];

    /// Each alert as `state pending firing resolved notified`, `-` for what is not known.
    fn check(events: &[Event], expected: &[&str]) {
        let text = |at: Option<Timestamp>| at.map_or("-".to_owned(), |at| at.secs().to_string());
        let line = |a: &Alert| {
            let times = [a.pending_at, a.firing_at, a.resolved_at, a.notified_at].map(text);
            format!("{:?} {}", a.state, times.join(" "))
        };
        let mut found: Vec<String> = fold_alerts(events).iter().map(line).collect();
        assert_eq!(found, expected);
        let reversed: Vec<Event> = events.iter().rev().cloned().collect();
        found = fold_alerts(&reversed).iter().map(line).collect();
        assert_eq!(found, expected, "the order of the events must not matter");
    }

    #[test]
    fn pending_and_firing_that_touch_are_one_episode() {
        let pending = event(AlertPending, DOWN, 10, Some(40));
        check(&[event(AlertPending, DOWN, 10, None)], &["Pending 10 - - -"]);
        check(
            &[pending.clone(), event(AlertFiring, DOWN, 40, None)],
            &["Firing 10 40 - -"],
        );
        check(
            &[pending.clone(), event(AlertFiring, DOWN, 45, Some(90))],
            &["Resolved 10 45 90 -"],
        );
        check(
            &[pending.clone(), event(AlertFiring, DOWN, 400, None)],
            &["Firing - 400 - -"],
        );
        check(&[pending], &[]);
    }

    #[test]
    fn episodes_of_the_same_labels_follow_each_other() {
        let events = [
            event(AlertFiring, DOWN, 10, Some(20)),
            event(AlertPending, DOWN, 30, Some(40)),
            event(AlertFiring, DOWN, 40, None),
        ];
        check(&events, &["Firing 30 40 - -", "Resolved - 10 20 -"]);
        let overlapping = [
            event(AlertFiring, DOWN, 10, Some(20)),
            event(AlertFiring, DOWN, 15, Some(30)),
        ];
        check(&overlapping, &["Resolved - 10 30 -"]);
    }

    #[test]
    fn a_notification_joins_its_rule_or_stands_alone() {
        let mut notified = event(AlertNotified, DOWN_IN_LAB, 40, None);
        notified.known_at = at(50);
        notified.text = "shop is down".into();
        check(&[notified.clone()], &["Firing - 40 - 50"]);
        let both = [
            event(AlertPending, DOWN, 10, Some(40)),
            event(AlertFiring, DOWN, 40, None),
            notified.clone(),
        ];
        check(&both, &["Firing 10 40 - 50"]);
        assert_eq!(
            fold_alerts(&both)[0].annotations.get("summary"),
            Some("shop is down")
        );
        let annotated = Event {
            annotations: Labels::new([("description", "all of it"), ("summary", "down")]),
            ..notified.clone()
        };
        let both = [event(AlertFiring, DOWN, 40, None), annotated.clone()];
        assert_eq!(fold_alerts(&both)[0].annotations, annotated.annotations);
        let other = [
            event(AlertFiring, &[("alertname", "Slow"), ("job", "shop")], 40, None),
            notified.clone(),
        ];
        check(&other, &["Firing - 40 - 50", "Firing - 40 - -"]);
        let again = Event {
            known_at: at(90),
            ..notified.clone()
        };
        check(&[again, notified], &["Firing - 40 - 50"]);
    }

    #[test]
    fn an_old_notification_does_not_make_a_new_episode_fire() {
        let mut notified = event(AlertNotified, DOWN_IN_LAB, 40, None);
        notified.known_at = at(50);
        let events = [
            event(AlertPending, DOWN, 10, Some(40)),
            event(AlertFiring, DOWN, 40, Some(60)),
            notified,
            event(AlertPending, DOWN, 80, None),
        ];
        check(&events, &["Pending 80 - - -", "Resolved 10 40 60 50"]);
    }

    #[test]
    fn the_gravest_and_latest_come_first() {
        let named = |name, start, end| event(AlertFiring, &[("alertname", name)], start, end);
        let events = [
            named("A", 1, Some(2)),
            named("B", 5, None),
            named("C", 9, None),
            event(AlertPending, DOWN, 20, None),
            named("A", 7, Some(8)),
        ];
        let starts: Vec<i64> = fold_alerts(&events)
            .iter()
            .filter_map(|a| a.began_at())
            .map(Timestamp::secs)
            .collect();
        assert_eq!(starts, [9, 5, 20, 7, 1]);
    }
}
