//! Documents that people wrote, as Markdown: `egui_commonmark` sets each part, and a scroll area holds them.
//!
//! It sets part by part, not the whole: so a byline between them stays one, and the block that the core's keys lead to
//! has a place. That place stays in the core: what the wheel scrolls to is told to it.

use crate::document::block_ui;
use crate::layout::CODE_LETTER;
use crate::lists::Lists;
use crate::paint;
use crate::theme::{self, BODY, GAP, LARGE, PAD, PROSE, SMALL, Theme};
use egui::{Align2, Id, Rect, Stroke, TextStyle, Ui, vec2};
use egui_commonmark::{CommonMarkCache, CommonMarkViewer};
use glass_core::{DocBlock, DocBlockKind, DocPart, DocumentView, PartBody, Role};
use std::sync::{Arc, Mutex, PoisonError};

/// Where links to times lead, before their number.
const TIME_SCHEME: &str = "glass-time:";
/// The room between two parts.
const APART: f32 = 8.0;
/// The height of a byline.
const BYLINE: f32 = 28.0;

/// What is known of a document from the frame before.
#[derive(Clone, Debug, Default)]
struct Seen {
    /// Of which document it is: its title, how many blocks it has, how wide it was set.
    of: (String, usize, u32),
    /// Where each part begins and ends.
    places: Arc<[(f32, f32)]>,
    /// The block that is the first in sight, as the core said last, and as it was told since.
    first: usize,
    told: Option<usize>,
    offset: f32,
}

/// Draws the parts of a document into a place.
pub fn parts_ui(ui: &mut Ui, place: Rect, document: &DocumentView, lists: &mut Lists<'_>) {
    let ui = &mut paint::clipped(ui, place, "parts");
    style(ui);
    let id = ui.scope_id().with(("parts", document.title.as_str()));
    let of = (document.title.clone(), document.total, place.width() as u32);
    let before: Option<Seen> = ui.data(|data| data.get_temp(id));
    let before = before.filter(|seen| seen.of == of);
    let is_known = before.is_some();
    let mut seen = before.unwrap_or_default();
    let mut area = egui::ScrollArea::vertical().id_salt(id).auto_shrink(false);
    let goes = match is_known {
        true => document.first != seen.first && Some(document.first) != seen.told,
        false => false,
    };
    if goes {
        let top = top_of(&document.parts, &seen.places, document.first);
        let end = seen.places.last().map_or(0.0, |(_, to)| *to);
        area = area.vertical_scroll_offset(top.min((end - place.height()).max(0.0)));
    }
    if is_known && document.first != seen.first {
        (seen.first, seen.told) = (document.first, None);
    }
    let cache = cache(ui);
    let mut cache = cache.lock().unwrap_or_else(PoisonError::into_inner);
    cache.link_hooks_clear();
    (0..document.n_times).for_each(|nth| cache.add_link_hook(format!("{TIME_SCHEME}{nth}")));
    let old = if is_known {
        seen.places.clone()
    } else {
        Vec::new().into()
    };
    let shown = area.show_viewport(ui, |ui, sight| {
        let origin = ui.cursor().min.y;
        let mut places = Vec::with_capacity(document.parts.len());
        for (nth, part) in document.parts.iter().enumerate() {
            let top = ui.cursor().min.y - origin;
            // What is far out of sight is not set again; its height is known.
            match old.get(nth) {
                Some((from, to)) if *to < sight.min.y - 200.0 || *from > sight.max.y + 200.0 => {
                    ui.allocate_space(vec2(1.0, to - from));
                }
                _ => part_ui(ui, nth, part, &mut cache, lists),
            }
            places.push((top, ui.cursor().min.y - origin));
        }
        places
    });
    let offset = shown.state.clamped_offset().y;
    let is_scrolled = is_known && !goes && (offset - seen.offset).abs() > 0.5;
    seen.places = shown.inner.into();
    seen.offset = offset;
    let first = block_at(&document.parts, &seen.places, offset);
    if is_scrolled && first != seen.told.unwrap_or(seen.first) {
        seen.told = Some(first);
        lists.scroll(first as u64);
    }
    if !is_known && document.first > 0 {
        // Now that places are known, the next frame goes to it.
        ui.request_repaint();
    }
    seen.of = of;
    ui.data_mut(|data| data.insert_temp(id, seen));
}

/// One part, and the time in it that was pressed.
fn part_ui(ui: &mut Ui, nth: usize, part: &DocPart, cache: &mut CommonMarkCache, lists: &mut Lists<'_>) {
    let DocPart {
        first: _,
        n_blocks: _,
        body,
    } = part;
    match body {
        PartBody::Block(block) if block.kind == DocBlockKind::Byline => byline_ui(ui, block),
        PartBody::Block(block) => {
            let start = ui.cursor().min;
            let mut rest = Rect::from_min_size(start, vec2(ui.available_width(), 100_000.0));
            block_ui(ui, &mut rest, block);
            ui.allocate_space(vec2(1.0, rest.min.y - start.y));
        }
        PartBody::Markdown(text) => {
            ui.push_id(("part", nth), |ui| {
                ui.set_max_width(ui.available_width().min(PROSE));
                CommonMarkViewer::new()
                    .explicit_image_uri_scheme(true)
                    .show(ui, cache, text);
            });
            ui.add_space(APART);
            let pressed = cache.link_hooks().iter().find(|(_, pressed)| **pressed);
            let number = pressed.and_then(|(link, _)| link.strip_prefix(TIME_SCHEME)?.parse().ok());
            if let Some(number) = number {
                lists.time(number);
            }
        }
    }
}

/// Who wrote the following, and when: on a ground of its own, with a bar before it.
fn byline_ui(ui: &mut Ui, block: &DocBlock) {
    let theme = Theme::of(ui);
    let (_, place) = ui.allocate_space(vec2(ui.available_width(), BYLINE + GAP));
    let bar = place.with_max_y(place.min.y + BYLINE);
    ui.painter().rect_filled(bar, theme::RADIUS, theme.raised);
    let mark = bar.with_max_x(bar.min.x + 3.0).shrink2(vec2(0.0, 5.0));
    ui.painter().rect_filled(mark, 1, theme.color(Role::Accent));
    let room = bar.shrink2(vec2(PAD, 0.0));
    paint::line_ui(ui, room, Align2::LEFT_CENTER, &block.text, SMALL);
}

/// Where a block begins: in a part of several, as far down as it stands among them.
fn top_of(parts: &[DocPart], places: &[(f32, f32)], block: usize) -> f32 {
    let is_in = |part: &&DocPart| (part.first..part.first + part.n_blocks).contains(&block);
    let found = parts.iter().position(|part| is_in(&part));
    let Some((part, (from, to))) = found.and_then(|i| Some((&parts[i], places.get(i)?))) else {
        return places.last().map_or(0.0, |(_, to)| *to);
    };
    let share = (block - part.first) as f32 / part.n_blocks.max(1) as f32;
    from + (to - from) * share
}

/// The block that stands at a height.
fn block_at(parts: &[DocPart], places: &[(f32, f32)], top: f32) -> usize {
    let mut block = 0;
    for (part, (from, to)) in parts.iter().zip(places) {
        if *from > top + 0.5 {
            break;
        }
        let share = ((top + 0.5 - from) / (to - from).max(1.0)).clamp(0.0, 1.0);
        let nth = (share * part.n_blocks as f32) as usize;
        block = part.first + nth.min(part.n_blocks.saturating_sub(1));
    }
    block
}

/// The window's colours and sizes for what sets the Markdown.
fn style(ui: &mut Ui) {
    let theme = Theme::of(ui);
    let style = ui.style_mut();
    // Where a link leads is seen before it is followed.
    style.url_in_tooltip = true;
    style
        .text_styles
        .insert(TextStyle::Heading, theme::font(LARGE + 2.0));
    style.text_styles.insert(TextStyle::Body, theme::font(BODY));
    style
        .text_styles
        .insert(TextStyle::Monospace, theme::code_font(SMALL));
    style.spacing.item_spacing.y = 3.0;
    style.spacing.indent = 2.0 * CODE_LETTER;
    let visuals = &mut style.visuals;
    visuals.override_text_color = None;
    visuals.hyperlink_color = theme.color(Role::Accent);
    visuals.code_bg_color = theme.raised;
    visuals.extreme_bg_color = theme.raised;
    visuals.faint_bg_color = theme.raised.gamma_multiply(0.5);
    visuals.weak_text_color = Some(theme.color(Role::Muted));
    visuals.widgets.noninteractive.fg_stroke = Stroke::new(1.0, theme.color(Role::Normal));
    visuals.widgets.noninteractive.bg_stroke = Stroke::new(1.0, theme.border);
    visuals.widgets.inactive.fg_stroke = Stroke::new(1.0, theme.color(Role::Normal));
    visuals.widgets.active.fg_stroke = Stroke::new(1.0, theme.color(Role::Strong));
}

/// What `egui_commonmark` keeps from frame to frame, one a window.
fn cache(ui: &Ui) -> Arc<Mutex<CommonMarkCache>> {
    let id = Id::unique("commonmark");
    ui.data_mut(|data| {
        data.get_temp_mut_or_insert_with(id, || Arc::new(Mutex::new(CommonMarkCache::default())))
            .clone()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_and_heights_lead_to_each_other() {
        let part = |first, n_blocks| DocPart {
            first,
            n_blocks,
            body: PartBody::Markdown(String::new()),
        };
        let parts = [part(0, 1), part(1, 4), part(5, 1)];
        let places = [(0.0, 20.0), (20.0, 100.0), (100.0, 130.0)];
        for (block, top) in [(0, 0.0), (1, 20.0), (3, 60.0), (5, 100.0)] {
            assert_eq!(top_of(&parts, &places, block), top);
            assert_eq!(block_at(&parts, &places, top), block);
        }
        assert_eq!(top_of(&parts, &places, 9), 130.0);
        assert_eq!(block_at(&parts, &places, 1e9), 5);
        assert_eq!(block_at(&[], &[], 5.0), 0);
    }
}
