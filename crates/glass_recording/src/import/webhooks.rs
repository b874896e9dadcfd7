//! Takes in Alertmanager's notifications.

use super::text::Text;
use super::{ImportError, Job};
use glass_formats::alertmanager::{self, Notification, NotifiedAlert};
use glass_model::{Event, EventKind, Labels, Timestamp, Until};
use std::collections::BTreeMap;

pub(super) fn import(job: &mut Job<'_>) -> Result<(), ImportError> {
    let (input, _) = Text::open(&job.input.path)?.split();
    let (notifications, report) = alertmanager::read(input).map_err(ImportError::format(&job.input.path))?;
    if let Some(damage) = report.damage_text() {
        job.note(damage);
    }
    let n_notifications = notifications.len() as u64;
    job.note_count(n_notifications, "notification", "notifications");
    let told = episodes(&notifications, job.options.known_at, &job.options.cluster);
    told.doubts.tell(job);
    if told.events.is_empty() && told.doubts.n_without_time > 0 {
        return Err(ImportError::NoKnownTime {
            trouble: "its alerts have no time at all; give one with --known-at".to_owned(),
            path: job.input.path.clone(),
        });
    }
    let n_events = told.events.len() as u64;
    job.report.n_events += n_events;
    for event in told.events {
        job.reach(event.known_at);
        if let Some(until) = event.until {
            job.reach(until.known_at);
        }
        job.writer.push_event(event)?;
    }
    let is_partial = report.n_damaged > 0 || told.doubts.n_truncated > 0;
    let mut warnings = Vec::new();
    if is_partial {
        warnings.push("some notifications were damaged or cut");
    }
    if told.doubts.n_without_receipt > 0 {
        warnings.push("nobody wrote down when notifications were received; the alerts' own times are taken");
    }
    job.cover("notifications", n_events, is_partial, &warnings)
}

struct Told {
    events: Vec<Event>,
    doubts: Doubts,
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Doubts {
    n_repeated: u64,
    n_truncated: u64,
    n_without_receipt: u64,
    n_without_time: u64,
    n_ended_before: u64,
}

impl Doubts {
    fn tell(&self, job: &mut Job<'_>) {
        job.note_count(
            self.n_repeated,
            "repetition of a notification left out",
            "repetitions of notifications left out",
        );
        job.note_count(
            self.n_truncated,
            "alert was cut off by Alertmanager",
            "alerts were cut off by Alertmanager",
        );
        job.note_count(
            self.n_without_receipt,
            "alert without the time it was received; its own startsAt and endsAt are taken",
            "alerts without the time they were received; their own startsAt and endsAt are taken",
        );
        job.note_count(
            self.n_without_time,
            "alert without any time left out",
            "alerts without any time left out",
        );
        job.note_count(
            self.n_ended_before,
            "end of an alert whose beginning is not among the notifications",
            "ends of alerts whose beginnings are not among the notifications",
        );
    }
}

/// One alert of one notification, and when it was received.
struct Receipt<'a> {
    at: Timestamp,
    alert: &'a NotifiedAlert,
}

/// The last episode of an alert.
struct Last {
    event: usize,
    /// When it ended, by the alert's sender.
    ended_at: Option<Timestamp>,
}

/// Joins the notifications of each alert into episodes: one event from the first firing to the resolved one.
/// Several Alertmanagers may tell of the same alert, and each repeats itself.
fn episodes(notifications: &[Notification], known_at: Option<Timestamp>, cluster: &str) -> Told {
    let mut doubts = Doubts::default();
    let mut receipts = receipts(notifications, known_at, &mut doubts);
    receipts.sort_by_key(|receipt| receipt.at);
    let mut events: Vec<Event> = Vec::new();
    let mut last: BTreeMap<&Labels, Last> = BTreeMap::new();
    for receipt in &receipts {
        let alert = receipt.alert;
        let open = last.get_mut(&alert.labels).filter(|last| {
            let same = last
                .ended_at
                .zip(alert.starts_at)
                .is_some_and(|(ended, starts)| starts < ended);
            last.ended_at.is_none() || same
        });
        match open {
            Some(open) if alert.is_resolved && open.ended_at.is_none() => {
                let until = until(receipt);
                open.ended_at = Some(until.at);
                events[open.event].until = Some(until);
            }
            Some(_) => doubts.n_repeated += 1,
            None => {
                doubts.n_ended_before += u64::from(alert.is_resolved);
                let until = alert.is_resolved.then(|| until(receipt));
                let ended_at = until.map(|until| until.at);
                let begun = Last {
                    event: events.len(),
                    ended_at,
                };
                last.insert(&alert.labels, begun);
                events.push(event(receipt, until, cluster));
            }
        }
    }
    events.sort_by_key(|event| event.known_at);
    Told { events, doubts }
}

fn receipts<'a>(
    notifications: &'a [Notification],
    known_at: Option<Timestamp>,
    doubts: &mut Doubts,
) -> Vec<Receipt<'a>> {
    let mut receipts = Vec::new();
    for notification in notifications {
        doubts.n_truncated += notification.n_truncated;
        let received = notification.received_at.or(known_at);
        for alert in &notification.alerts {
            doubts.n_without_receipt += u64::from(received.is_none());
            let own = if alert.is_resolved {
                alert.ends_at.or(alert.starts_at)
            } else {
                alert.starts_at
            };
            match received.or(own) {
                Some(at) => receipts.push(Receipt { at, alert }),
                None => doubts.n_without_time += 1,
            }
        }
    }
    receipts
}

/// The end happened when the sender says, and was known at the receipt.
fn until(receipt: &Receipt<'_>) -> Until {
    Until {
        at: receipt.alert.ends_at.unwrap_or(receipt.at).min(receipt.at),
        known_at: receipt.at,
    }
}

fn event(receipt: &Receipt<'_>, until: Option<Until>, cluster: &str) -> Event {
    let alert = receipt.alert;
    let text = ["summary", "description", "message"]
        .iter()
        .find_map(|name| alert.annotations.get(name));
    Event {
        kind: EventKind::AlertNotified,
        happened_at: alert.starts_at.unwrap_or(receipt.at).min(receipt.at),
        known_at: receipt.at,
        until,
        cluster: alert.labels.get("cluster").unwrap_or(cluster).to_owned(),
        title: alert
            .labels
            .get("alertname")
            .unwrap_or("alert without a name")
            .to_owned(),
        text: text.unwrap_or("").to_owned(),
        link: alert.annotations.get("runbook_url").unwrap_or("").to_owned(),
        labels: alert.labels.clone(),
        annotations: alert.annotations.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Notifications as text: `received state starts ends`, `-` where nothing is told.
    fn check(receipts: &[&str], expected: &[&str], doubts: &Doubts) {
        let time = |text: &str| text.parse().ok().map(Timestamp::from_secs);
        let notifications: Vec<Notification> = receipts
            .iter()
            .map(|text| {
                let parts: Vec<&str> = text.split(' ').collect();
                let alert = NotifiedAlert {
                    is_resolved: parts[1] == "resolved",
                    labels: Labels::new([("alertname", "Down")]),
                    annotations: Labels::new([("summary", "it is down")]),
                    starts_at: time(parts[2]),
                    ends_at: time(parts[3]),
                };
                Notification {
                    received_at: time(parts[0]),
                    receiver: String::new(),
                    alerts: vec![alert],
                    n_truncated: 0,
                }
            })
            .collect();
        let told = episodes(&notifications, None, "lab");
        let lines: Vec<String> = told
            .events
            .iter()
            .map(|e| {
                let until = e.until.map_or("-".into(), |u| {
                    format!("{} known {}", u.at.secs(), u.known_at.secs())
                });
                format!(
                    "{} known {} until {until}",
                    e.happened_at.secs(),
                    e.known_at.secs()
                )
            })
            .collect();
        assert_eq!(lines, expected, "{receipts:?}");
        assert_eq!(&told.doubts, doubts, "{receipts:?}");
    }

    #[test]
    fn notifications_become_episodes() {
        let none = Doubts::default();
        check(&["20 firing 10 -"], &["10 known 20 until -"], &none);
        check(
            &["20 firing 10 -", "60 resolved 10 50"],
            &["10 known 20 until 50 known 60"],
            &none,
        );
        let repeated = Doubts {
            n_repeated: 3,
            ..Doubts::default()
        };
        check(
            &[
                "20 firing 10 -",
                "21 firing 11 -",
                "60 resolved 10 50",
                "61 resolved 11 50",
                "62 firing 11 -",
            ],
            &["10 known 20 until 50 known 60"],
            &repeated,
        );
        check(
            &["20 firing 10 -", "60 resolved 10 50", "80 firing 70 -"],
            &["10 known 20 until 50 known 60", "70 known 80 until -"],
            &none,
        );
    }

    #[test]
    fn what_is_not_told_is_counted() {
        let ended = Doubts {
            n_ended_before: 1,
            ..Doubts::default()
        };
        check(&["60 resolved 10 50"], &["10 known 60 until 50 known 60"], &ended);
        let without = Doubts {
            n_without_receipt: 3,
            n_without_time: 1,
            ..Doubts::default()
        };
        check(
            &["- firing 10 -", "- resolved 10 50", "- firing - -"],
            &["10 known 10 until 50 known 50"],
            &without,
        );
    }
}
