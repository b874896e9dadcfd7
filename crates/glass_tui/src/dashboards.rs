//! Dashboards: the list, the grid of panels, and one panel in full screen.

use crate::document::{MEASURE, draw_document, draw_lines};
use crate::graph::{GraphKind, draw_graph};
use crate::layout::{take_bottom, take_left, take_top};
use crate::pen::{Pen, text_width};
use crate::table::{Title, draw_table, draw_title};
use glass_core::{
    BandCell, BandView, DashboardView, DashboardsView, Line, NumberView, PanelBody, PanelView, Role,
};
use ratatui::layout::Rect;

/// The width of Grafana's grid.
const GRID: u32 = 24;
/// Columns for the names of bars and bands, at most.
const NAMES: u16 = 24;

/// Draws the dashboards.
pub(crate) fn draw_dashboards(pen: &mut Pen, area: Rect, view: &DashboardsView) {
    let DashboardsView {
        list,
        filter,
        dashboard,
    } = view;
    match dashboard {
        Some(dashboard) => draw_dashboard(pen, area, dashboard),
        None => {
            let note = if filter.is_empty() {
                String::new()
            } else {
                format!("/{filter}")
            };
            draw_table(pen, area, list, &note, true);
        }
    }
}

fn draw_dashboard(pen: &mut Pen, area: Rect, view: &DashboardView) {
    let DashboardView {
        title,
        variables,
        chooser,
        panels,
        is_full,
        state,
    } = view;
    let mut rest = area;
    let head = take_top(&mut rest, 1);
    let sign = if panels.is_empty() {
        0
    } else {
        pen.put_state_sign(head, state)
    };
    pen.put_line(head.x + 2, head.y, head.width.saturating_sub(sign + 4), title);
    let row = take_top(&mut rest, 1);
    pen.put_line(row.x + 2, row.y, row.width.saturating_sub(3), variables);
    if let Some(chooser) = chooser {
        draw_table(pen, rest, chooser, "", false);
        return;
    }
    if panels.is_empty() {
        pen.put_state(rest, state);
        return;
    }
    for panel in panels {
        let place = if *is_full { rest } else { place_of(rest, panel) };
        draw_panel(pen, place, panel, *is_full);
    }
}

/// Where a panel stands: its share of the width, and a row of cells a row of the grid.
fn place_of(area: Rect, panel: &PanelView) -> Rect {
    let place = panel.place;
    let column = |x: u32| (u32::from(area.width) * x.min(GRID) / GRID) as u16;
    let left = column(u32::from(place.x));
    let right = column(u32::from(place.x) + u32::from(place.w));
    let top = place.y.min(area.height);
    Rect {
        x: area.x + left,
        y: area.y + top,
        width: right.saturating_sub(left + u16::from(right < area.width)),
        height: place.h.min(area.height - top),
    }
}

/// How many rows lines take when they are wrapped at words.
fn wrapped_rows(lines: &[Line], width: u16) -> u16 {
    let width = usize::from(width.saturating_sub(4).clamp(1, MEASURE));
    let rows = lines.iter().map(|line| {
        let length: usize = line.iter().map(|span| usize::from(text_width(&span.text))).sum();
        // A word that does not fit into the rest of a row costs up to a row.
        length.div_ceil(width).max(1) + usize::from(length > width * 2)
    });
    u16::try_from(rows.sum::<usize>()).unwrap_or(u16::MAX)
}

fn draw_panel(pen: &mut Pen, area: Rect, panel: &PanelView, is_full: bool) {
    let PanelView {
        place: _,
        title,
        focused,
        body,
        details,
        state,
    } = panel;
    if let PanelBody::Row(is_folded, n_panels) = body {
        return draw_row(pen, area, title, (*is_folded, *n_panels), *focused);
    }
    let mut rest = area;
    if !details.is_empty() {
        let rows = wrapped_rows(details, rest.width).min(rest.height / 3).max(1);
        let mut foot = take_bottom(&mut rest, rows);
        take_left(&mut foot, 2);
        draw_lines(pen, foot, details);
    }
    match body {
        PanelBody::Graph(graph) => {
            let kind = if is_full {
                GraphKind::Full
            } else {
                GraphKind::Panel
            };
            return draw_graph(pen, rest, graph, kind, *focused);
        }
        PanelBody::Table(table) => return draw_table(pen, rest, table, "", rest.height > 3),
        PanelBody::Text(document) => return draw_document(pen, rest, document),
        _ => {}
    }
    let head = take_top(&mut rest, 1);
    let is_empty = is_empty(body);
    let title = Title {
        text: title,
        note: "",
        focused: *focused,
        place: (0, 0, 0),
        state: (!is_empty).then_some(state),
    };
    draw_title(pen, head, &title);
    if is_empty {
        return pen.put_state(rest, state);
    }
    draw_body(pen, rest, body);
}

fn draw_row(pen: &mut Pen, area: Rect, title: &str, (is_folded, n_panels): (bool, usize), focused: bool) {
    let sign = match is_folded {
        true => pen.glyphs.pick("▸", "+"),
        false => pen.glyphs.pick("▾", "-"),
    };
    let role = if focused { Role::Accent } else { Role::Strong };
    if focused {
        pen.put_as(area.x, area.y, 1, pen.glyphs.marker(), Role::Accent);
    }
    let text = match is_folded {
        true => format!("{sign} {title}  ({n_panels} panels)"),
        false => format!("{sign} {title}"),
    };
    let used = pen.put_as(area.x + 2, area.y, area.width.saturating_sub(2), &text, role);
    let rule = Rect {
        x: area.x + used + 3,
        width: area.width.saturating_sub(used + 4),
        height: 1,
        ..area
    };
    pen.rule(rule, pen.glyphs.horizontal(), pen.theme.chrome());
}

fn is_empty(body: &PanelBody) -> bool {
    match body {
        PanelBody::Row(..) => false,
        PanelBody::Graph(graph) => graph.lines.is_empty(),
        PanelBody::Numbers(numbers) | PanelBody::Bars(numbers) => numbers.is_empty(),
        PanelBody::Table(table) => table.rows.is_empty(),
        PanelBody::Bands(bands) => bands.is_empty(),
        PanelBody::Lines(lines) | PanelBody::Nothing(lines) => lines.is_empty(),
        PanelBody::Text(document) => document.blocks.is_empty(),
    }
}

fn draw_body(pen: &mut Pen, area: Rect, body: &PanelBody) {
    let mut inner = area;
    take_left(&mut inner, 2);
    match body {
        PanelBody::Row(..) => {}
        // These draw their titles themselves.
        PanelBody::Graph(_) | PanelBody::Table(_) | PanelBody::Text(_) => {}
        PanelBody::Numbers(numbers) => draw_numbers(pen, inner, numbers),
        PanelBody::Bars(bars) => draw_bars(pen, inner, bars),
        PanelBody::Bands(bands) => draw_bands(pen, inner, bands),
        PanelBody::Lines(lines) => draw_last(pen, inner, lines),
        PanelBody::Nothing(lines) => draw_lines(pen, inner, lines),
    }
}

/// The last lines, one a row.
fn draw_last(pen: &mut Pen, area: Rect, lines: &[Line]) {
    let n = usize::from(area.height).min(lines.len());
    for (i, line) in lines[lines.len() - n..].iter().enumerate() {
        pen.put_line(area.x, area.y + i as u16, area.width, line);
    }
}

/// Numbers below one another, each with its past or its share where there is room.
fn draw_numbers(pen: &mut Pen, area: Rect, numbers: &[NumberView]) {
    let each = (area.height / (numbers.len().max(1) as u16)).clamp(1, 4);
    let mut rest = area;
    for (i, number) in numbers.iter().enumerate() {
        let mut place = take_top(&mut rest, each);
        let row = take_top(&mut place, 1);
        if row.height == 0 {
            return;
        }
        let n_more = numbers.len() - i - 1;
        if rest.height == 0 && n_more > 0 {
            pen.put_right(row, &format!("+{n_more}"), pen.style(Role::Muted));
        }
        draw_number(pen, row, number);
        let below = take_top(&mut place, 1);
        match number.share {
            Some(share) => draw_share(pen, below, number, share),
            None => draw_past(pen, below, number),
        }
    }
}

fn draw_number(pen: &mut Pen, row: Rect, number: &NumberView) {
    let NumberView {
        name,
        value,
        role,
        sign,
        share: _,
        limits: _,
        past: _,
    } = number;
    let shown = format!("{value} {sign}");
    let style = pen.style(*role).add_modifier(ratatui::style::Modifier::BOLD);
    let used = pen.put(row.x, row.y, row.width, shown.trim_end(), style);
    pen.put_as(
        row.x + used + 2,
        row.y,
        row.width.saturating_sub(used + 3),
        name,
        Role::Muted,
    );
}

/// A bar of a share between its limits.
fn draw_share(pen: &mut Pen, row: Rect, number: &NumberView, share: f64) {
    if row.height == 0 {
        return;
    }
    let (low, high) = &number.limits;
    let mut bar = row;
    let used = pen.put_as(row.x, row.y, row.width / 4, low, Role::Muted);
    take_left(&mut bar, used + u16::from(used > 0));
    let width = text_width(high).min(row.width / 4);
    bar.width = bar.width.saturating_sub(width + 2);
    draw_bar(pen, bar, share, number.role);
    pen.put_as(bar.right() + 1, row.y, width, high, Role::Muted);
}

fn draw_bar(pen: &mut Pen, row: Rect, share: f64, role: Role) {
    let filled = (share * f64::from(row.width)).round() as u16;
    let role = if role == Role::Normal { Role::Accent } else { role };
    for i in 0..row.width {
        let (symbol, style) = match i < filled {
            true => (pen.glyphs.block(8), pen.style(role)),
            false => (pen.glyphs.pick("░", "."), pen.theme.chrome()),
        };
        pen.set(row.x + i, row.y, symbol, style);
    }
}

fn draw_past(pen: &mut Pen, row: Rect, number: &NumberView) {
    let n = number.past.len();
    if row.height == 0 || n < 2 {
        return;
    }
    for i in 0..row.width {
        let at = usize::from(i) * n / usize::from(row.width.max(1));
        if let Some(share) = number.past.get(at).copied().flatten() {
            let symbol = pen.glyphs.block(1 + (share * 7.0).round() as usize);
            pen.set(row.x + i, row.y, symbol, pen.style(Role::Muted));
        }
    }
}

/// Bars below one another: name, bar, value.
fn draw_bars(pen: &mut Pen, area: Rect, bars: &[NumberView]) {
    let names = names_width(area, bars.iter().map(|bar| bar.name.as_str()));
    let shown = |bar: &NumberView| format!("{} {}", bar.value, bar.sign).trim_end().to_owned();
    let values = bars.iter().map(|bar| text_width(&shown(bar))).max().unwrap_or(0);
    let values = values.min(area.width / 3);
    let mut rest = area;
    for bar in bars {
        let mut row = take_top(&mut rest, 1);
        if row.height == 0 {
            return;
        }
        pen.put_as(row.x, row.y, names, &bar.name, Role::Normal);
        take_left(&mut row, names + u16::from(names > 0));
        let value = Rect {
            x: row.right().saturating_sub(values + 1),
            width: values,
            ..row
        };
        row.width = row.width.saturating_sub(values + 2);
        draw_bar(pen, row, bar.share.unwrap_or(0.0), bar.role);
        pen.put_right(value, &shown(bar), pen.style(bar.role));
    }
}

fn names_width<'n>(area: Rect, names: impl Iterator<Item = &'n str>) -> u16 {
    names
        .map(text_width)
        .max()
        .unwrap_or(0)
        .min(NAMES)
        .min(area.width / 3)
}

/// Bands over time, the first one lowest: shades for amounts, texts where states begin.
fn draw_bands(pen: &mut Pen, area: Rect, bands: &[BandView]) {
    let names = names_width(area, bands.iter().map(|band| band.name.as_str()));
    let n = bands.len().min(usize::from(area.height));
    for (i, band) in bands.iter().take(n).enumerate() {
        let y = area.y + (n - 1 - i) as u16;
        pen.put_as(area.x, y, names, &band.name, Role::Muted);
        let left = area.x + names + 1;
        let width = area.width.saturating_sub(names + 2);
        draw_band(
            pen,
            Rect {
                x: left,
                y,
                width,
                height: 1,
            },
            band,
        );
    }
}

fn draw_band(pen: &mut Pen, row: Rect, band: &BandView) {
    let BandView { name: _, cells } = band;
    let n = cells.len();
    let mut texts = Vec::new();
    for i in 0..row.width {
        let part = (usize::from(i) * n / usize::from(row.width))
            ..((usize::from(i) + 1) * n / usize::from(row.width));
        let inside = cells
            .get(part.start..part.end.max(part.start + 1))
            .unwrap_or_default();
        let Some(BandCell { amount, text, role }) = inside.last() else {
            continue;
        };
        let begins = inside.iter().map(|cell| &cell.text).find(|text| !text.is_empty());
        let Some(amount) = amount else { continue };
        if begins.is_some() || !text.is_empty() {
            texts.push((i, begins.unwrap_or(text), *role));
        }
        let shade = match amount {
            amount if *amount <= 0.0 => " ",
            amount if *amount < 0.25 => pen.glyphs.pick("░", "."),
            amount if *amount < 0.5 => pen.glyphs.pick("▒", "-"),
            amount if *amount < 0.75 => pen.glyphs.pick("▓", "="),
            _ => pen.glyphs.block(8),
        };
        let role = if *role == Role::Normal {
            Role::Accent
        } else {
            *role
        };
        pen.set(row.x + i, row.y, shade, pen.style(role));
    }
    for (nth, (at, text, role)) in texts.iter().enumerate() {
        let end = texts.get(nth + 1).map_or(row.width, |next| next.0);
        let label = format!("{text} ");
        if text_width(&label) <= end.saturating_sub(*at) {
            pen.put(row.x + at, row.y, end - at, text, pen.theme.badge(*role));
        }
    }
}
