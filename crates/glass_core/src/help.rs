//! [`Help`]: all keys of a screen from the registry, searched and scrolled.

use crate::context::Context;
use crate::{COMMANDS, CommandSpec, Group, HelpGroup, HelpView, Screen, words};

/// How help is looked at.
#[derive(Clone, Debug, Default)]
pub(crate) struct Help {
    /// How many entries lie above.
    pub scroll: usize,
    /// Words that an entry must have; empty for all.
    pub filter: String,
}

impl Help {
    /// Commands of a screen that have all words in what is said of them or in their keys.
    fn shown<'a>(
        &'a self,
        context: &'a Context<'_>,
        screen: Screen,
    ) -> impl Iterator<Item = (&'static CommandSpec, String)> + 'a {
        let filter = self.filter.to_lowercase();
        let available = COMMANDS
            .iter()
            .filter(move |spec| spec.is_available_on(screen) && spec.is_for(context.face));
        available
            .map(move |spec| (spec, context.keymap.keys_text(spec.command, screen)))
            .filter(move |(spec, keys)| {
                let text = format!("{} {} {} {keys}", spec.title, spec.doc, spec.id).to_lowercase();
                filter.split_whitespace().all(|word| text.contains(word))
            })
    }

    /// How many entries there are.
    pub fn n_entries(&self, context: &Context<'_>, screen: Screen) -> usize {
        self.shown(context, screen).count()
    }

    /// What is shown, while the filter is typed or afterwards.
    pub fn view(&self, context: &Context<'_>, screen: Screen, is_typing: bool) -> HelpView {
        let all: Vec<(&CommandSpec, String)> = self.shown(context, screen).collect();
        let group = |group: Group| HelpGroup {
            title: group.title().to_owned(),
            entries: all
                .iter()
                .filter(|(spec, _)| spec.group == group)
                .map(|(spec, keys)| (keys.clone(), format!("{}: {}", spec.title, spec.doc)))
                .collect(),
        };
        let groups = Group::ALL.into_iter().map(group);
        let title = match (self.filter.as_str(), all.is_empty()) {
            (filter, _) if is_typing => format!("Search: {}▏", words::visible(filter)),
            ("", _) => format!("Keys on {}; / searches", screen.title()),
            (filter, false) => format!("Keys on {} with {}", screen.title(), words::visible(filter)),
            (filter, true) => format!("No key on {} has {}", screen.title(), words::visible(filter)),
        };
        HelpView {
            title,
            groups: groups.filter(|group| !group.entries.is_empty()).collect(),
            scroll: self.scroll,
        }
    }
}
