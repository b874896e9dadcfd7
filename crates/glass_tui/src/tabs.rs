//! The row of screens to choose from, and which of them is under the pointer.

use crate::pen::{Pen, text_width};
use glass_core::{Role, Screen, Tab};
use ratatui::layout::{Position, Rect};

/// How much of a tab is shown when not all of it fits.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Detail {
    /// Key, title, badge, and air around them.
    Full,
    /// The same without air.
    Dense,
    /// Short titles, with less between them.
    Short,
    /// Only the current tab has its title.
    KeysOnly,
}

/// Where the tabs stand: each from its left edge, so wide.
fn tab_spans(area: Rect, tabs: &[Tab]) -> (Detail, Vec<(u16, u16)>) {
    for detail in [Detail::Full, Detail::Dense, Detail::Short, Detail::KeysOnly] {
        let air = if detail == Detail::Short { 1 } else { 2 };
        let gap = if detail == Detail::Full { 1 } else { 0 };
        let mut x = area.x;
        let mut spans = Vec::with_capacity(tabs.len());
        for tab in tabs {
            let width = text_width(&tab_text(tab, detail)).saturating_add(air);
            spans.push((x, width));
            x = x.saturating_add(width).saturating_add(gap);
        }
        if x <= area.right() || detail == Detail::KeysOnly {
            return (detail, spans);
        }
    }
    (Detail::KeysOnly, Vec::new())
}

fn tab_text(tab: &Tab, detail: Detail) -> String {
    let Tab {
        key,
        title,
        screen,
        active,
        badge,
    } = tab;
    let title = match detail {
        Detail::KeysOnly if !active => "",
        Detail::Short => screen.short_title(),
        _ => title,
    };
    [key.as_str(), title, badge]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Draws the tabs; the current one stands on a coloured or reversed ground.
pub(crate) fn draw_tabs(pen: &mut Pen, area: Rect, tabs: &[Tab]) {
    let (detail, spans) = tab_spans(area, tabs);
    for (tab, (x, width)) in tabs.iter().zip(spans) {
        let room = width.min(area.right().saturating_sub(x));
        if room < 3 {
            break;
        }
        let Tab {
            key,
            title,
            screen,
            active,
            badge,
        } = tab;
        let title = if detail == Detail::Short {
            screen.short_title()
        } else {
            title
        };
        if *active {
            let text = format!(" {} ", tab_text(tab, detail));
            let room = if detail == Detail::Short { room + 1 } else { room };
            pen.put(x, area.y, room, &text, pen.theme.badge(Role::Accent));
            continue;
        }
        let inner = if detail == Detail::Short {
            room - 1
        } else {
            room - 2
        };
        let mut at = x + 1;
        at += pen.put_as(at, area.y, inner, key, Role::Muted);
        if detail != Detail::KeysOnly {
            at += pen.put_as(
                at + 1,
                area.y,
                (x + 1 + inner).saturating_sub(at + 1),
                title,
                Role::Normal,
            ) + 1;
        }
        if !badge.is_empty() {
            pen.put_as(
                at + 1,
                area.y,
                (x + 1 + inner).saturating_sub(at + 1),
                badge,
                Role::Critical,
            );
        }
    }
}

/// The screen whose tab is at a place.
pub(crate) fn tab_at(area: Rect, tabs: &[Tab], place: Position) -> Option<Screen> {
    if !area.contains(place) {
        return None;
    }
    let (_, spans) = tab_spans(area, tabs);
    let hit = |(x, width): &(u16, u16)| (*x..x.saturating_add(*width)).contains(&place.x);
    let i = spans.iter().position(hit)?;
    tabs.get(i).map(|tab| tab.screen)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tabs(badge: &str) -> Vec<Tab> {
        let tab = |(i, screen): (usize, Screen)| Tab {
            key: (i + 1).to_string(),
            title: screen.title().into(),
            screen,
            active: i == 0,
            badge: badge.into(),
        };
        Screen::ALL.into_iter().enumerate().map(tab).collect()
    }

    #[test]
    fn a_click_finds_its_tab() {
        let area = Rect::new(0, 1, 80, 1);
        let at = |x, y| tab_at(area, &tabs(""), Position { x, y });
        assert_eq!(at(2, 1), Some(Screen::Overview));
        assert_eq!(at(13, 1), Some(Screen::Metrics));
        assert_eq!(at(2, 0), None);
        assert_eq!(at(79, 1), None);
    }

    #[test]
    fn narrow_screens_show_keys_before_they_cut_a_tab_off() {
        assert!(tab_spans(Rect::new(0, 0, 120, 1), &tabs("")).0 == Detail::Full);
        assert!(tab_spans(Rect::new(0, 0, 105, 1), &tabs("")).0 == Detail::Dense);
        assert!(tab_spans(Rect::new(0, 0, 80, 1), &tabs("")).0 == Detail::Short);
        let (detail, spans) = tab_spans(Rect::new(0, 0, 60, 1), &tabs("12"));
        assert!(detail == Detail::KeysOnly);
        assert!(spans.last().unwrap().0 < 60);
    }
}
