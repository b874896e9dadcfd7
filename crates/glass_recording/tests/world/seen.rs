//! What sources hand out as a whole, made up: [`Lists`].

use super::{Random, labels};
use glass_model::{
    ActiveAlert, AlertingRule, Matcher, MatcherOp, Rule, RuleGroup, RuleHealth, RuleKind, Selector, Silence,
    Target, TargetHealth, Timestamp,
};
use glass_recording::{RecordingError, RecordingWriter};

/// A list of one kind.
#[derive(Clone, Debug, PartialEq)]
pub enum Lists {
    Rules(Vec<RuleGroup>),
    Targets(Vec<Target>),
    Silences(Vec<Silence>),
    Receivers(Vec<String>),
}

impl Lists {
    /// One list of each kind, as it could be seen at `at`. Many are empty, and many are like others.
    pub fn all(at: Timestamp, random: &mut Random) -> [Self; 4] {
        let n_items = |random: &mut Random| *random.pick(&[0, 1, 1, 2]);
        let n_rules = n_items(random);
        let n_targets = n_items(random);
        let n_silences = n_items(random);
        let n_receivers = n_items(random);
        [
            Self::Rules((0..n_rules).map(|i| group(i, at, random)).collect()),
            Self::Targets((0..n_targets).map(|i| target(i, at, random)).collect()),
            Self::Silences((0..n_silences).map(|i| silence(i, at, random)).collect()),
            Self::Receivers((0..n_receivers).map(|i| format!("receiver {i}")).collect()),
        ]
    }

    /// Another list of the kind.
    pub fn replaced(&self, at: Timestamp, random: &mut Random) -> Self {
        let is_kind = |other: &&Self| std::mem::discriminant(*other) == std::mem::discriminant(self);
        let others = Self::all(at, random);
        others.iter().find(is_kind).unwrap_or(self).clone()
    }

    pub fn push(
        &self,
        writer: &mut RecordingWriter,
        source: &str,
        at: Timestamp,
    ) -> Result<(), RecordingError> {
        match self {
            Self::Rules(groups) => writer.push_rules(source, at, groups),
            Self::Targets(targets) => writer.push_targets(source, at, targets),
            Self::Silences(silences) => writer.push_silences(source, at, silences),
            Self::Receivers(names) => writer.push_receivers(source, at, names),
        }
    }
}

fn group(number: usize, at: Timestamp, random: &mut Random) -> RuleGroup {
    let alert = |random: &mut Random| ActiveAlert {
        labels: labels(&[("alertname", "Down"), ("job", random.word(&["shop", "gateway"]))]),
        annotations: labels(&[("summary", random.word(&["it is down", "50 % fail"]))]),
        is_firing: random.one_in(2),
        active_at: Some(at.plus_nanos(-random.between(1, 60_000_000_000))),
        value: random.below(100) as f64,
    };
    let n_alerts = random.below(2);
    let alerting = AlertingRule {
        for_nanos: 30_000_000_000,
        keep_firing_for_nanos: 0,
        annotations: labels(&[("summary", "{{ $value }}")]),
        alerts: (0..n_alerts).map(|_| alert(random)).collect(),
    };
    let rule = |name: &str, kind| Rule {
        name: name.into(),
        query: "up == 0".into(),
        labels: labels(&[("severity", "critical")]),
        health: RuleHealth::Ok,
        last_error: String::new(),
        last_evaluation: Some(at),
        evaluation_secs: 0.25,
        kind,
    };
    RuleGroup {
        name: format!("group {number}"),
        file: "rules.yml".into(),
        interval_nanos: *random.pick(&[15_000_000_000, 30_000_000_000]),
        limit: 0,
        rules: vec![
            rule("Down", RuleKind::Alerting(alerting)),
            rule("job:up:sum", RuleKind::Recording),
        ],
    }
}

fn target(number: usize, at: Timestamp, random: &mut Random) -> Target {
    let is_dropped = random.one_in(4);
    let found = labels(&[("__address__", "a:1")]);
    if is_dropped {
        return Target {
            is_dropped,
            discovered_labels: found,
            scrape_pool: "dropped".into(),
            ..Target::default()
        };
    }
    Target {
        labels: labels(&[("instance", &format!("a:{number}")), ("job", "shop")]),
        discovered_labels: found,
        scrape_pool: "shop".into(),
        scrape_url: format!("http://a:{number}/metrics"),
        global_url: String::new(),
        health: *random.pick(&TargetHealth::ALL),
        last_error: random.word(&["", "connection refused"]).into(),
        last_scrape: Some(at.plus_nanos(-1)),
        scrape_secs: 0.5,
        interval_nanos: 15_000_000_000,
        timeout_nanos: 10_000_000_000,
        is_dropped,
    }
}

fn silence(number: usize, at: Timestamp, random: &mut Random) -> Silence {
    let starts_at = at.plus_nanos(random.between(-600_000_000_000, 60_000_000_000));
    Silence {
        id: format!("silence-{number}"),
        selector: Selector {
            matchers: vec![
                Matcher::new("alertname", MatcherOp::NotRegex, random.word(&["A.*", "Down"]))
                    .expect("a valid matcher"),
            ],
        },
        starts_at,
        ends_at: starts_at.plus_nanos(random.between(0, 3_600_000_000_000)),
        updated_at: at,
        created_by: "ana".into(),
        comment: random.word(&["known", "größer"]).into(),
    }
}
