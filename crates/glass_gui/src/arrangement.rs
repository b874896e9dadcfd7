//! [`Arrangement`]: how a session shares its room among tiles: screens, the timeline, what can be opened, details. The
//! tree of tiles is `egui_tiles`'; this says what stands in it, and how presets and commands change it.

use egui::{Id, Rect};
use egui_tiles::{Container, Linear, LinearDir, Tile, TileId, Tiles, Tree};
use glass_core::{Arrange, Preset, Screen};
use serde::{Deserialize, Serialize};

/// A longer text is no arrangement of ours.
const MAX_TEXT: usize = 32 << 10;
/// Nor is one of more tiles.
const MAX_TILES: usize = 64;
/// In a narrower window neither what can be opened nor details are shown, unless asked for.
const WIDE: f32 = 1200.0;
/// In a narrower one no details.
const VERY_WIDE: f32 = 1500.0;

/// What stands in a tile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Pane {
    /// What is open, and what can be opened.
    Openables,
    /// What is chosen, in full.
    Details,
    /// The story.
    Story,
    /// The timeline.
    Timeline,
    /// A screen.
    Screen(Screen),
}

impl From<Pane> for String {
    fn from(pane: Pane) -> Self {
        match pane {
            Pane::Openables => "openables".to_owned(),
            Pane::Details => "details".to_owned(),
            Pane::Story => "story".to_owned(),
            Pane::Timeline => "lanes".to_owned(),
            Pane::Screen(screen) => screen.slug(),
        }
    }
}

impl TryFrom<String> for Pane {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Ok(match text.as_str() {
            "openables" => Self::Openables,
            "details" => Self::Details,
            "story" => Self::Story,
            "lanes" => Self::Timeline,
            slug => Self::Screen(Screen::from_slug(slug).ok_or("there is no such screen")?),
        })
    }
}

/// How a session shares its room.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Arrangement {
    pub(crate) tree: Tree<Pane>,
    /// Whether what can be opened is shown; `None` where there is room for it.
    shows_openables: Option<bool>,
    /// Whether details are.
    shows_details: Option<bool>,
    /// Whether nothing but one screen and the timeline is shown.
    pub(crate) presents: bool,
    /// The timeline's share of the height while it is not what a screen in sight is about.
    #[serde(skip)]
    usual_share: Option<f32>,
}

/// What is shown beside the screens at a moment.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sight {
    /// How wide the window is.
    pub width: f32,
    /// The screen that is shown alone, if one is.
    pub alone: Option<Screen>,
    /// Whether the story is shown.
    pub has_story: bool,
    /// Whether the timeline is what a screen in sight is about.
    pub is_tall: bool,
}

/// How much of the height the timeline has where it is what a screen is about.
const TALL: f32 = 0.46;

impl Default for Arrangement {
    fn default() -> Self {
        Self::of(Preset::Explore, Screen::Overview)
    }
}

impl Arrangement {
    /// As it is thought out for a purpose, with a screen in sight.
    pub fn of(preset: Preset, screen: Screen) -> Self {
        let mut tiles = Tiles::default();
        let screens = match preset {
            Preset::Explore | Preset::Present => all_tabs(&mut tiles, screen),
            Preset::Incident => incident(&mut tiles),
        };
        let timeline = tiles.insert_pane(Pane::Timeline);
        let share = if preset == Preset::Present { 0.76 } else { 0.74 };
        let middle = Linear::new_binary(LinearDir::Vertical, [screens, timeline], share);
        let middle = tiles.insert_container(middle);
        let left = tiles.insert_pane(Pane::Openables);
        let story = tiles.insert_pane(Pane::Story);
        let details = tiles.insert_pane(Pane::Details);
        let right = tiles.insert_vertical_tile(vec![story, details]);
        let mut all = Linear::new(LinearDir::Horizontal, vec![left, middle, right]);
        for (tile, share) in [(left, 0.15), (middle, 0.65), (right, 0.2)] {
            all.shares.set_share(tile, share);
        }
        let root = tiles.insert_container(all);
        let shows = (preset != Preset::Explore).then_some(false);
        Self {
            tree: Tree::new(Id::unique("tiles"), root, tiles),
            shows_openables: shows,
            shows_details: shows,
            presents: preset == Preset::Present,
            usual_share: None,
        }
    }

    /// As it was left; `None` for a text that is none.
    pub fn parse(text: &str) -> Option<Self> {
        if text.is_empty() || text.len() > MAX_TEXT {
            return None;
        }
        let found: Self = serde_json::from_str(text).ok()?;
        let panes = || found.panes().map(|(_, pane)| pane);
        let has_timeline = panes().filter(|pane| *pane == Pane::Timeline).count() == 1;
        let has_screen = panes().any(|pane| matches!(pane, Pane::Screen(_)));
        let is_sound = found.tree.tiles.len() <= MAX_TILES && is_tree(&found.tree);
        (is_sound && has_timeline && has_screen).then_some(found)
    }

    /// As a text to be kept.
    pub fn to_text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    fn panes(&self) -> impl Iterator<Item = (TileId, Pane)> {
        self.tree.tiles.iter().filter_map(|(id, tile)| match tile {
            Tile::Pane(pane) => Some((*id, *pane)),
            Tile::Container(_) => None,
        })
    }

    fn find(&self, pane: Pane) -> Option<TileId> {
        self.panes().find(|(_, other)| *other == pane).map(|(id, _)| id)
    }

    /// Puts a screen in sight: where it is, or else among the tabs of another.
    pub fn reveal(&mut self, screen: Screen, beside: Option<Screen>) {
        let id = match self.find(Pane::Screen(screen)) {
            Some(id) => id,
            None => {
                let id = self.tree.tiles.insert_pane(Pane::Screen(screen));
                let near = beside.and_then(|near| self.find(Pane::Screen(near)));
                self.add_to_tabs(id, near);
                id
            }
        };
        self.tree.make_active(|other, _| other == id);
    }

    /// Adds a tile to the tabs that another stands in, or to any.
    fn add_to_tabs(&mut self, id: TileId, near: Option<TileId>) {
        let is_tabs = |tile: &Tile<Pane>| matches!(tile, Tile::Container(Container::Tabs(_)));
        let parent = near.and_then(|near| self.tree.tiles.parent_of(near));
        let parent = parent.filter(|id| self.tree.tiles.get(*id).is_some_and(is_tabs));
        let any = || {
            let mut all = self.tree.tiles.iter();
            all.find(|(_, tile)| is_tabs(tile)).map(|(id, _)| *id)
        };
        let tabs = parent.or_else(any);
        match tabs.and_then(|tabs| self.tree.tiles.get_mut(tabs)) {
            Some(Tile::Container(container)) => container.add_child(id),
            _ => {
                let tabs = self.tree.tiles.insert_tab_tile(vec![id]);
                if let Some(root) = self.tree.root() {
                    self.put_beside(tabs, root);
                }
            }
        }
    }

    /// Puts a screen beside another.
    pub fn put_beside_screen(&mut self, screen: Screen, of: Screen) {
        if let Some(known) = self.find(Pane::Screen(screen)) {
            self.tree.remove_recursively(known);
        }
        let id = self.tree.tiles.insert_pane(Pane::Screen(screen));
        let tabs = self.tree.tiles.insert_tab_tile(vec![id]);
        let near = self.find(Pane::Screen(of)).and_then(|near| {
            let parent = self.tree.tiles.parent_of(near)?;
            let is_tabs = matches!(self.tree.tiles.get(parent)?, Tile::Container(Container::Tabs(_)));
            Some(if is_tabs { parent } else { near })
        });
        if let Some(near) = near.or_else(|| self.tree.root()) {
            self.put_beside(tabs, near);
        }
        self.reveal(of, None);
    }

    /// Puts a tile at the right of another.
    fn put_beside(&mut self, id: TileId, of: TileId) {
        let tiles = &mut self.tree.tiles;
        let parent = tiles.parent_of(of);
        if let Some(Tile::Container(Container::Linear(linear))) =
            parent.and_then(|parent| tiles.get_mut(parent))
            && linear.dir == LinearDir::Horizontal
            && let Some(at) = linear.children.iter().position(|child| *child == of)
        {
            let share = linear.shares[of] / 2.0;
            linear.shares.set_share(of, share);
            linear.shares.set_share(id, share);
            linear.children.insert(at + 1, id);
            return;
        }
        let both = tiles.insert_horizontal_tile(vec![of, id]);
        match parent.and_then(|parent| tiles.get_mut(parent)) {
            Some(Tile::Container(container)) => {
                let _ = container.replace_child(of, both);
                if let Container::Linear(linear) = container {
                    linear.shares.replace_with(of, both);
                }
            }
            _ => self.tree.root = Some(both),
        }
    }

    /// Names it, so that two in one window are told apart.
    pub fn name(&mut self, salt: &'static str) {
        let id = Id::unique(("tiles", salt));
        if self.tree.id() != id
            && let Some(root) = self.tree.root()
        {
            let tiles = std::mem::take(&mut self.tree.tiles);
            self.tree = Tree::new(id, root, tiles);
        }
    }

    /// Where the timeline stood when it was last drawn.
    pub fn timeline(&self) -> Option<Rect> {
        self.tree.tiles.rect(self.find(Pane::Timeline)?)
    }

    /// Takes a screen out of sight; not the last one.
    fn close(&mut self, screen: Screen) {
        let screens = self.panes().filter(|(_, pane)| matches!(pane, Pane::Screen(_)));
        if screens.count() < 2 {
            return;
        }
        if let Some(id) = self.find(Pane::Screen(screen)) {
            self.tree.remove_recursively(id);
        }
    }

    /// Changes it as the core wants it.
    pub fn arrange(&mut self, wish: Arrange, current: Screen, width: f32) {
        match wish {
            Arrange::Beside { screen, of } => self.put_beside_screen(screen, of),
            Arrange::Close(screen) => self.close(screen),
            Arrange::Preset(preset) => *self = Self::of(preset, current),
            // The window's own.
            Arrange::Present
            | Arrange::SpeakerNotes
            | Arrange::Settings
            | Arrange::NextSession
            | Arrange::CompareSessions
            | Arrange::CloseSession => {}
            Arrange::ToggleTree => self.shows_openables = Some(!self.shows_openables(width)),
            Arrange::ToggleDetails => self.shows_details = Some(!self.shows_details(width)),
        }
    }

    /// Gives the timeline more of the height where a screen is about it, and takes it back afterwards.
    fn share_height(&mut self, is_tall: bool) {
        let Some(timeline) = self.find(Pane::Timeline) else {
            return;
        };
        let parent = self.tree.tiles.parent_of(timeline);
        let Some(Tile::Container(Container::Linear(linear))) =
            parent.and_then(|parent| self.tree.tiles.get_mut(parent))
        else {
            return;
        };
        let all: f32 = linear.children.iter().map(|child| linear.shares[*child]).sum();
        let share = linear.shares[timeline];
        match (is_tall, self.usual_share) {
            (true, None) => {
                self.usual_share = Some(share);
                let others = all - share;
                linear
                    .shares
                    .set_share(timeline, share.max(others * TALL / (1.0 - TALL)));
            }
            (false, Some(usual)) => {
                self.usual_share = None;
                linear.shares.set_share(timeline, usual);
            }
            _ => {}
        }
    }

    fn shows_openables(&self, width: f32) -> bool {
        self.shows_openables.unwrap_or(width >= WIDE)
    }

    fn shows_details(&self, width: f32) -> bool {
        self.shows_details.unwrap_or(width >= VERY_WIDE)
    }

    /// Shows and hides what there is room for, or what was asked for. A lone screen leaves no room for others.
    pub fn fit(&mut self, sight: Sight) {
        let Sight {
            width,
            alone,
            has_story,
            is_tall,
        } = sight;
        self.share_height(is_tall);
        if has_story && self.find(Pane::Story).is_none() {
            let story = self.tree.tiles.insert_pane(Pane::Story);
            if let Some(root) = self.tree.root() {
                self.put_beside(story, root);
            }
        }
        let (openables, details) = (self.shows_openables(width), self.shows_details(width));
        let panes: Vec<_> = self.panes().collect();
        for (id, pane) in panes {
            let is_shown = match (pane, alone) {
                (Pane::Timeline, _) => true,
                (Pane::Story, _) => has_story && !self.presents,
                (Pane::Screen(screen), Some(alone)) => screen == alone,
                (_, Some(_)) => false,
                (Pane::Screen(_), None) => true,
                (Pane::Openables, None) => openables,
                (Pane::Details, None) => details,
            };
            self.tree.set_visible(id, is_shown);
        }
    }
}

/// Whether each tile but the root has one parent, and all of them are reached from the root.
fn is_tree(tree: &Tree<Pane>) -> bool {
    let mut waiting: Vec<TileId> = tree.root().into_iter().collect();
    let mut seen = Vec::new();
    while let Some(id) = waiting.pop() {
        if seen.contains(&id) {
            return false;
        }
        seen.push(id);
        match tree.tiles.get(id) {
            Some(Tile::Container(container)) => waiting.extend(container.children()),
            Some(Tile::Pane(_)) => {}
            None => return false,
        }
    }
    !seen.is_empty()
}

/// All screens as tabs of one tile.
fn all_tabs(tiles: &mut Tiles<Pane>, active: Screen) -> TileId {
    tabs(tiles, &Screen::ALL, active)
}

fn tabs(tiles: &mut Tiles<Pane>, screens: &[Screen], active: Screen) -> TileId {
    let children: Vec<_> = screens
        .iter()
        .map(|screen| tiles.insert_pane(Pane::Screen(*screen)))
        .collect();
    let at = screens.iter().position(|screen| *screen == active);
    let active = at.map(|at| children[at]);
    let mut tabs = egui_tiles::Tabs::new(children);
    if let Some(active) = active {
        tabs.set_active(active);
    }
    tiles.insert_container(tabs)
}

/// What fires and what was done at the left, graphs and logs at the right.
fn incident(tiles: &mut Tiles<Pane>) -> TileId {
    use Screen as S;
    let overview = tabs(tiles, &[S::Overview, S::Incidents, S::Clouds], S::Overview);
    let alerts = tabs(tiles, &[S::Alerts, S::Changes, S::Timeline], S::Alerts);
    let metrics = tabs(tiles, &[S::Metrics, S::Dashboards], S::Metrics);
    let logs = tabs(tiles, &[S::Logs], S::Logs);
    let left = tiles.insert_vertical_tile(vec![overview, alerts]);
    let right = tiles.insert_vertical_tile(vec![metrics, logs]);
    tiles.insert_horizontal_tile(vec![left, right])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(arrangement: &Arrangement) -> Vec<Screen> {
        let active = arrangement.tree.active_tiles();
        let screens = active
            .iter()
            .filter_map(|id| match arrangement.tree.tiles.get(*id)? {
                Tile::Pane(Pane::Screen(screen)) => Some(*screen),
                _ => None,
            });
        let mut screens: Vec<_> = screens.collect();
        screens.sort_by_key(|screen| Screen::ALL.iter().position(|other| other == screen));
        screens
    }

    #[test]
    fn presets_show_what_they_are_for() {
        for (preset, expected) in [
            (Preset::Explore, vec![Screen::Logs]),
            (
                Preset::Incident,
                vec![Screen::Overview, Screen::Metrics, Screen::Logs, Screen::Alerts],
            ),
            (Preset::Present, vec![Screen::Logs]),
        ] {
            let arrangement = Arrangement::of(preset, Screen::Logs);
            assert_eq!(shown(&arrangement), expected, "{preset:?}");
            for screen in Screen::ALL {
                assert!(
                    arrangement.find(Pane::Screen(screen)).is_some(),
                    "{preset:?} {screen:?}"
                );
            }
        }
    }

    #[test]
    fn screens_come_and_go() {
        let mut arrangement = Arrangement::default();
        arrangement.reveal(Screen::Alerts, None);
        assert_eq!(shown(&arrangement), [Screen::Alerts]);
        let wish = Arrange::Beside {
            screen: Screen::Logs,
            of: Screen::Alerts,
        };
        arrangement.arrange(wish, Screen::Logs, 1280.0);
        assert_eq!(shown(&arrangement), [Screen::Logs, Screen::Alerts]);
        arrangement.arrange(Arrange::Close(Screen::Logs), Screen::Logs, 1280.0);
        assert_eq!(shown(&arrangement), [Screen::Alerts]);
        arrangement.reveal(Screen::Logs, Some(Screen::Alerts));
        assert_eq!(shown(&arrangement), [Screen::Logs], "among the tabs of alerts");
        for screen in Screen::ALL {
            arrangement.arrange(Arrange::Close(screen), screen, 1280.0);
        }
        assert_eq!(shown(&arrangement).len(), 1, "the last one stays");
    }

    #[test]
    fn it_is_kept_as_text_and_what_is_no_arrangement_is_refused() {
        let mut arrangement = Arrangement::of(Preset::Incident, Screen::Overview);
        arrangement.arrange(Arrange::ToggleTree, Screen::Overview, 1280.0);
        let text = arrangement.to_text();
        let read = Arrangement::parse(&text).unwrap();
        assert_eq!(shown(&read), shown(&arrangement));
        assert_eq!(read.shows_openables, Some(true));
        let round = text.replace("\"active\"", "\"aktive\"");
        let twice = text.replacen("\"lanes\"", "\"logs\"", 1);
        for odd in [
            "",
            "{",
            "[]",
            "{\"tree\":{}}",
            round.as_str(),
            twice.as_str(),
            &"x".repeat(MAX_TEXT + 1),
        ] {
            assert!(
                Arrangement::parse(odd).is_none_or(|found| is_tree(&found.tree)),
                "{odd}"
            );
        }
        assert!(Arrangement::parse(&twice).is_none());
    }
}
