//! [`PaletteItem`]: something that the palette goes to: a command, a screen, a metric, a cloud, a moment. Read
//! [`items`] first.

use crate::app::Settings;
use crate::seek::parse_seek;
use crate::{COMMANDS, Command, CommandSpec, Face, MarkedMoment, Screen, words};
use glass_model::{CloudSummary, Found, FoundKind, TimeRange, Timestamp};
use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

/// Things offered at most.
pub(crate) const MAX_ITEMS: usize = 12;
/// Longer than any name: nothing is offered for it.
pub(crate) const MAX_NAME: usize = 100;
/// Commands are few and meant most often.
const COMMAND_BONUS: u32 = 24;

/// Where an item goes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Target {
    /// A command is run.
    Run(Command),
    /// A metric is shown.
    Metric(String),
    /// A dashboard is shown.
    Dashboard(String),
    /// A row of a screen is shown.
    Row(Screen, String),
    /// The alerts of a cluster are shown.
    Cluster(String),
    /// A cloud or recording is opened.
    Cloud(String),
    /// The playhead goes to a moment.
    Moment(Timestamp),
}

/// Something that the palette goes to.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PaletteItem {
    /// Where it goes.
    pub target: Target,
    /// What it is called.
    pub title: String,
    /// In one line: what it is, keys, what is most telling.
    pub detail: String,
    /// More of it, a line each.
    pub about: Vec<String>,
    /// How like it is what was typed.
    score: u32,
}

/// What the palette may look at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Source<'a> {
    /// The screen, on which some commands are.
    pub screen: Screen,
    /// The front-end, which some commands are for.
    pub face: Face,
    /// Keys.
    pub settings: &'a Settings,
    /// What can be opened.
    pub clouds: &'a [CloudSummary],
    /// What the user marked.
    pub marks: &'a [MarkedMoment],
    /// What was found by name.
    pub found: &'a [Found],
    /// The playhead.
    pub playhead: Timestamp,
    /// What time there is.
    pub extent: TimeRange,
}

/// The things most like a text, the most alike first; of an empty text the first commands.
pub(crate) fn items(text: &str, source: &Source<'_>) -> Vec<PaletteItem> {
    let typed = text.trim();
    let commands = COMMANDS
        .iter()
        .filter(|spec| spec.is_available_on(source.screen) && spec.is_for(source.face))
        .filter(|spec| spec.command != Command::Palette)
        .map(|spec| command_item(spec, source));
    if typed.is_empty() {
        return commands.take(MAX_ITEMS).collect();
    }
    if typed.len() > MAX_NAME {
        return Vec::new();
    }
    let mut like = Likeness::of(typed);
    let mut all: Vec<PaletteItem> = Vec::new();
    for mut item in commands {
        let name = format!("{} {}", item.title, item.about.first().map_or("", String::as_str));
        if let Some(score) = like.score(&name) {
            item.score = score + COMMAND_BONUS;
            all.push(item);
        }
    }
    let others = source
        .clouds
        .iter()
        .map(cloud_item)
        .chain(source.marks.iter().map(mark_item));
    for mut item in others.chain(source.found.iter().map(found_item)) {
        let name = format!("{} {}", item.detail.split("  ").next().unwrap_or(""), item.title);
        if let Some(score) = like.score(&item.title).max(like.score(&name)) {
            item.score = score;
            all.push(item);
        }
    }
    all.sort_by_key(|item| std::cmp::Reverse(item.score));
    all.truncate(MAX_ITEMS);
    if let Ok(at) = parse_seek(typed, source.playhead, source.extent) {
        all.insert(0, moment_item(at));
    }
    all
}

/// The item that a text names in full.
pub(crate) fn named<'a>(text: &str, items: &'a [PaletteItem]) -> Option<&'a PaletteItem> {
    let typed = text.trim().to_lowercase();
    let bare = |title: &str| title.trim_end_matches('…').to_lowercase();
    let is_meant = |item: &&PaletteItem| {
        let id = match item.target {
            Target::Run(command) => command.spec().id,
            _ => "",
        };
        typed == id || bare(&item.title) == typed.trim_end_matches('…')
    };
    items.iter().filter(|_| !typed.is_empty()).find(is_meant)
}

struct Likeness {
    matcher: Matcher,
    pattern: Pattern,
}

impl Likeness {
    fn of(text: &str) -> Self {
        Self {
            matcher: Matcher::new(Config::DEFAULT),
            pattern: Pattern::parse(text, CaseMatching::Ignore, Normalization::Smart),
        }
    }

    fn score(&mut self, name: &str) -> Option<u32> {
        let mut buffer = Vec::new();
        self.pattern
            .score(Utf32Str::new(name, &mut buffer), &mut self.matcher)
    }
}

fn item(target: Target, title: &str, detail: String, about: Vec<String>) -> PaletteItem {
    PaletteItem {
        target,
        title: words::visible(title),
        detail: words::visible(&detail),
        about: about.iter().map(|line| words::visible(line)).collect(),
        score: 0,
    }
}

fn command_item(spec: &CommandSpec, source: &Source<'_>) -> PaletteItem {
    let keys = source.settings.keymap.keys_text(spec.command, source.screen);
    let about = vec![spec.id.to_owned(), spec.doc.to_owned()];
    item(
        Target::Run(spec.command),
        spec.title,
        format!("{keys}  {}", spec.doc),
        about,
    )
}

fn cloud_item(cloud: &CloudSummary) -> PaletteItem {
    let mut about = vec![cloud.operator.clone(), cloud.sites.join(", ")];
    about.extend(
        cloud
            .sources
            .iter()
            .map(|source| format!("{} {}", source.signal, source.api)),
    );
    let kind = match cloud.kind {
        glass_model::CloudKind::Recording => "recording",
        _ => "cloud",
    };
    let detail = format!("{kind}  {}", cloud.operator);
    item(Target::Cloud(cloud.id.clone()), &cloud.name, detail, about)
}

fn mark_item(mark: &MarkedMoment) -> PaletteItem {
    let at = words::date_time(mark.at);
    let title = if mark.name.is_empty() { &at } else { &mark.name };
    item(
        Target::Moment(mark.at),
        title,
        format!("mark  {at}"),
        vec![at.clone()],
    )
}

fn moment_item(at: Timestamp) -> PaletteItem {
    let title = words::date_time(at);
    item(
        Target::Moment(at),
        &title,
        "moment  the playhead goes there".to_owned(),
        Vec::new(),
    )
}

fn found_item(found: &Found) -> PaletteItem {
    let Found {
        kind,
        id,
        at,
        title,
        about,
        score: _,
    } = found;
    let (word, target) = match kind {
        FoundKind::Metric => ("metric", Target::Metric(id.clone())),
        FoundKind::Dashboard => ("dashboard", Target::Dashboard(id.clone())),
        FoundKind::Alert => ("alert", Target::Row(Screen::Alerts, format!("{id} {at:?}"))),
        FoundKind::Cluster => ("cluster", Target::Cluster(id.clone())),
        FoundKind::Change => ("change", Target::Row(Screen::Changes, id.clone())),
        FoundKind::Document => ("incident", Target::Row(Screen::Incidents, id.clone())),
    };
    let mut lines: Vec<String> = about.lines().map(str::to_owned).collect();
    let first = lines.first().cloned().unwrap_or_default();
    let when = at.map_or(String::new(), |at| format!("{} ", words::time_of_day(at)));
    lines.extend(at.map(words::date_time));
    item(target, title, format!("{word}  {when}{first}"), lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn titles(text: &str, found: &[Found]) -> Vec<String> {
        let settings = Settings::default();
        let source = Source {
            face: Face::Terminal,
            screen: Screen::Logs,
            settings: &settings,
            clouds: &[],
            marks: &[MarkedMoment {
                at: Timestamp::from_secs(60),
                name: "the deploy".into(),
            }],
            found,
            playhead: Timestamp::from_secs(0),
            extent: TimeRange::new(Timestamp::from_secs(0), Timestamp::from_secs(900)),
        };
        items(text, &source).into_iter().map(|item| item.title).collect()
    }

    #[test]
    fn all_kinds_of_things_are_offered_together() {
        let found = [Found {
            kind: FoundKind::Metric,
            id: "next_change_total".into(),
            at: None,
            title: "next_change_total".into(),
            about: "counter\nHelp.".into(),
            score: 3,
        }];
        assert_eq!(
            titles("nxt chan", &found)[..2],
            ["Next change", "next_change_total"]
        );
        assert_eq!(titles("the deploy", &[]), ["the deploy"]);
        assert_eq!(titles("00:05", &[])[0], "1970-01-01 00:05:00 UTC");
        assert_eq!(titles("", &[]).len(), MAX_ITEMS);
        assert!(
            !titles("per second", &[]).contains(&"Per second or raw".to_owned()),
            "of another screen"
        );
        assert!(titles(&"x".repeat(200), &[]).is_empty());
    }
}
