//! [`GraphLooks`]: what all graphs have in common: whether they show events, and which line stands alone.

use crate::{GraphLine, Role};

/// What is the same on all graphs.
#[derive(Debug)]
pub(crate) struct GraphLooks {
    /// Whether alerts and changes are drawn.
    pub shows_events: bool,
    /// A graph's title and the name of the line that is drawn of it alone.
    alone: Option<(String, String)>,
}

impl Default for GraphLooks {
    fn default() -> Self {
        Self {
            shows_events: true,
            alone: None,
        }
    }
}

impl GraphLooks {
    /// Shows alerts and changes on graphs or not; says which.
    pub fn toggle_events(&mut self) -> &'static str {
        self.shows_events = !self.shows_events;
        match self.shows_events {
            true => "graphs show alerts, changes and deployments",
            false => "graphs show their lines alone",
        }
    }

    /// Draws a line of a graph alone from now on, or all of them if it is the one.
    pub fn isolate(&mut self, graph: String, line: String) {
        let wanted = Some((graph, line));
        self.alone = if self.alone == wanted { None } else { wanted };
    }

    /// Takes the points of all lines of a graph but the one that stands alone, if one of them does; says whether.
    /// Names and values stay in the legend.
    pub fn leave_alone(&self, graph: &str, lines: &mut [GraphLine]) -> bool {
        let wanted = self.alone.as_ref().filter(|(title, _)| title == graph);
        let is_it = |line: &GraphLine| wanted.is_some_and(|(_, name)| *name == line.name);
        if lines.len() < 2 || !lines.iter().any(is_it) {
            return false;
        }
        for line in lines.iter_mut().filter(|line| !is_it(line)) {
            line.runs.clear();
            line.role = Role::Muted;
        }
        true
    }
}
