//! Pictures of what is shown: what is asked of a front-end, and what came of it. Read [`Export`] first.

use crate::{GraphView, PanelBody, Screen, ScreenView};
use glass_model::Timestamp;
use std::borrow::Cow;

/// A picture to be made, of which the front-end tells with [`crate::Event::Drawn`].
#[derive(Clone, Debug, PartialEq)]
pub struct Export {
    /// Of what.
    pub of: PictureOf,
    /// In which form.
    pub kind: PictureKind,
    /// What stands below the picture of a graph: of which recording or cloud it is, as of when.
    pub caption: String,
    /// Where it is to be written, as it was typed.
    pub path: String,
}

/// What a picture is of.
#[derive(Clone, Debug, PartialEq)]
pub enum PictureOf {
    /// Everything that is in sight.
    Screen,
    /// A graph.
    Graph(Box<GraphView>),
}

/// The form of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PictureKind {
    /// Shapes and texts.
    Svg,
    /// Pixels.
    Png,
}

impl PictureKind {
    /// The form that a file's name asks for by its ending.
    pub fn of_path(path: &str) -> Option<Self> {
        let ending = path.rsplit_once('.')?.1.to_ascii_lowercase();
        match ending.as_str() {
            "svg" => Some(Self::Svg),
            "png" => Some(Self::Png),
            _ => None,
        }
    }

    /// The ending of its files, without the point.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Svg => "svg",
            Self::Png => "png",
        }
    }
}

/// Why a file was not written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WriteFault {
    /// There is a file of that name; this one is free.
    Taken(String),
    /// It cannot be written, for a reason that is told.
    Failed(String),
}

/// Points that fit side by side into the picture of a graph, which is wider than many a screen.
pub(crate) const GRAPH_COLUMNS: usize = 560;

/// Characters of a recording's name that go into the name of a file.
const MAX_NAME: usize = 40;

/// The name that is offered for a picture: recording, screen and playhead, `glasshouse-shop-metrics-034100.png`.
pub(crate) fn file_name(
    recording: &str,
    screen: Screen,
    at: Timestamp,
    is_graph: bool,
    kind: PictureKind,
) -> String {
    let mut parts = vec!["glasshouse".to_owned()];
    let name = slug(recording);
    parts.extend((!name.is_empty()).then_some(name));
    parts.push(screen.slug());
    parts.extend(is_graph.then(|| "graph".to_owned()));
    parts.push(at.format("%H%M%S"));
    format!("{}.{}", parts.join("-"), kind.ending())
}

/// The name that is offered for a report: `glasshouse-shop-story.html`.
pub(crate) fn report_name(recording: &str) -> String {
    match slug(recording).as_str() {
        "" => "glasshouse-story.html".to_owned(),
        name => format!("glasshouse-{name}-story.html"),
    }
}

/// Letters and digits of a name, joined by `-`: good for a file on every system.
fn slug(name: &str) -> String {
    let lower = name.to_lowercase();
    let words = lower
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty());
    let joined = words.collect::<Vec<_>>().join("-");
    let cut: String = joined.chars().take(MAX_NAME).collect();
    cut.trim_end_matches('-').to_owned()
}

impl ScreenView {
    /// The graph that this screen is about, if it shows one: the only one, or of several the chosen one.
    pub fn chosen_graph(&self) -> Option<Cow<'_, GraphView>> {
        match self {
            Self::Overview(overview) => overview.panels.get(overview.focused_panel?).map(Cow::Borrowed),
            Self::Metrics(metrics) => Some(Cow::Borrowed(&metrics.graph)),
            Self::Logs(logs) => logs.graph.as_ref().map(Cow::Borrowed),
            Self::Alerts(alerts) => alerts.graph.as_deref().map(Cow::Borrowed),
            Self::Dashboards(dashboards) => {
                let dashboard = dashboards.dashboard.as_ref()?;
                let panel = dashboard.panels.iter().find(|panel| panel.focused)?;
                let PanelBody::Graph(graph) = &panel.body else {
                    return None;
                };
                // A panel has its title beside its graph.
                let title = panel.title.clone();
                Some(Cow::Owned(GraphView {
                    title,
                    ..graph.clone()
                }))
            }
            Self::Changes(_) | Self::Incidents(_) | Self::Timeline(_) | Self::Clouds(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_are_plain_and_short() {
        let at = Timestamp::from_secs(3 * 3600 + 41 * 60);
        let name = |recording: &str| file_name(recording, Screen::Metrics, at, false, PictureKind::Png);
        assert_eq!(name("Shop"), "glasshouse-shop-metrics-034100.png");
        assert_eq!(name("../../a b\u{1b}[2J"), "glasshouse-a-b-2j-metrics-034100.png");
        assert_eq!(name(""), "glasshouse-metrics-034100.png");
        assert!(name(&"x/".repeat(999)).len() < 100);
        let graph = file_name("Shop", Screen::Alerts, at, true, PictureKind::Svg);
        assert_eq!(graph, "glasshouse-shop-alerts-graph-034100.svg");
    }

    #[test]
    fn the_ending_decides() {
        assert_eq!(PictureKind::of_path("a.b/c.PNG"), Some(PictureKind::Png));
        assert_eq!(PictureKind::of_path("x.svg"), Some(PictureKind::Svg));
        assert_eq!(PictureKind::of_path("x.gif"), None);
        assert_eq!(PictureKind::of_path("png"), None);
    }
}
