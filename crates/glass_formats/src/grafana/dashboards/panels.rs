//! A dashboard's rows and panels, of the grid of 24 columns and of the rows before version 5.

use super::targets::{Sources, read_targets};
use super::{fields, is_true, items, number_of, text_of};
use glass_model::{DashboardPanel, DashboardRow, GridPlace, PanelKind};
use serde_json::Value;

/// Panels of one dashboard.
const MOST_PANELS: usize = 600;
/// The width of the grid.
const GRID: u16 = 24;
/// The tallest panel.
const TALLEST: u16 = 200;
/// Pixels of the old schema in a row of the grid: 30 a row and 8 between two.
const OLD_ROW_PIXELS: f64 = 38.0;
/// Columns of a table that are renamed or left out.
const MOST_COLUMNS: usize = 200;

/// Reads the rows with their panels.
pub(super) fn read_rows(dashboard: &Value, sources: &Sources, notes: &mut Vec<String>) -> Vec<DashboardRow> {
    let mut rows = match dashboard["panels"].is_array() {
        true => grid_rows(items(&dashboard["panels"]), sources),
        false => old_rows(items(&dashboard["rows"]), sources),
    };
    let n_all: usize = rows.iter().map(|row| row.panels.len()).sum();
    let mut room = MOST_PANELS;
    for row in &mut rows {
        row.panels.truncate(room);
        room -= row.panels.len();
    }
    if n_all > MOST_PANELS {
        notes.push(format!("the first {MOST_PANELS} of {n_all} panels"));
    }
    rows.retain(|row| !row.panels.is_empty() || !row.title.is_empty());
    rows
}

/// A panel of kind `row` begins a row; a folded one holds its panels itself.
fn grid_rows(panels: &[Value], sources: &Sources) -> Vec<DashboardRow> {
    let mut panels: Vec<&Value> = panels.iter().take(4 * MOST_PANELS).collect();
    let y_of = |panel: &Value| number_of(&panel["gridPos"]["y"]).unwrap_or(f64::MAX);
    // Panels below a row belong to it: by place, and not by order.
    panels.sort_by(|a, b| y_of(a).total_cmp(&y_of(b)));
    let mut rows = vec![DashboardRow::default()];
    for value in panels {
        if value["type"].as_str() == Some("row") {
            let title = text_of(&value["title"]);
            let inner = items(&value["panels"]).iter().take(MOST_PANELS);
            rows.push(DashboardRow {
                title: if title.is_empty() { "row".to_owned() } else { title },
                is_collapsed: is_true(&value["collapsed"]),
                panels: inner.map(|inner| panel(inner, sources)).collect(),
            });
        } else if let Some(row) = rows.last_mut() {
            row.panels.push(panel(value, sources));
        }
    }
    rows.iter_mut().for_each(count_from_top);
    rows
}

/// Counts places from the row's top, and puts panels into reading order.
fn count_from_top(row: &mut DashboardRow) {
    let top = row.panels.iter().map(|panel| panel.place.y).min().unwrap_or(0);
    for panel in &mut row.panels {
        panel.place.y -= top;
    }
    row.panels.sort_by_key(|panel| (panel.place.y, panel.place.x));
}

fn old_rows(rows: &[Value], sources: &Sources) -> Vec<DashboardRow> {
    rows.iter()
        .take(MOST_PANELS)
        .map(|row| old_row(row, sources))
        .collect()
}

/// Panels that span twelfths of the width, wrapped where the row is full.
fn old_row(value: &Value, sources: &Sources) -> DashboardRow {
    let has_title = value["showTitle"].as_bool().unwrap_or(true);
    let height = old_height(&value["height"]).unwrap_or(7);
    let (mut x, mut y, mut tallest) = (0, 0, 0);
    let mut panels = Vec::new();
    for value in items(&value["panels"]).iter().take(MOST_PANELS) {
        let mut panel = panel(value, sources);
        let w = (number_of(&value["span"]).unwrap_or(12.0) * 2.0).clamp(1.0, f64::from(GRID)) as u16;
        let h = old_height(&value["height"]).unwrap_or(height);
        if x + w > GRID {
            (x, y, tallest) = (0, y + tallest, 0);
        }
        panel.place = GridPlace { x, y, w, h };
        x += w;
        tallest = tallest.max(h);
        panels.push(panel);
    }
    let title = text_of(&value["title"]);
    let is_collapsed = is_true(&value["collapse"]);
    DashboardRow {
        title: match has_title || is_collapsed {
            true => title,
            false => String::new(),
        },
        is_collapsed,
        panels,
    }
}

/// A height in pixels, as a number or as `250px`.
fn old_height(value: &Value) -> Option<u16> {
    let text = text_of(value);
    let pixels: f64 = text.trim_end_matches("px").trim().parse().ok()?;
    Some((pixels / OLD_ROW_PIXELS).round().clamp(2.0, f64::from(TALLEST)) as u16)
}

fn place(value: &Value) -> GridPlace {
    let read = |name: &str, least: u16, most: u16, usual: f64| {
        let number = number_of(&value[name]).unwrap_or(usual);
        number.clamp(f64::from(least), f64::from(most)) as u16
    };
    let x = read("x", 0, GRID - 1, 0.0);
    GridPlace {
        x,
        y: read("y", 0, 20_000, 0.0),
        w: read("w", 1, GRID, 12.0).min(GRID - x),
        h: read("h", 1, TALLEST, 8.0),
    }
}

fn panel(value: &Value, sources: &Sources) -> DashboardPanel {
    let mut notes = Vec::new();
    let plugin = text_of(&value["type"]);
    let kind = kind(value, &plugin, &mut notes);
    let (reduce, note) = fields::reduce(value);
    notes.extend(note);
    let repeat = text_of(&value["repeat"]);
    if !repeat.is_empty() {
        notes.push(format!(
            "it is repeated for `{repeat}`; here it stands once, for all chosen values"
        ));
    }
    if value["libraryPanel"].is_object() && items(&value["targets"]).is_empty() {
        notes.push("it stands in Grafana's library, not in the dashboard".to_owned());
    }
    let (hidden_columns, renamed_columns) = transformations(&value["transformations"], &mut notes);
    DashboardPanel {
        title: text_of(&value["title"]),
        description: text_of(&value["description"]),
        targets: read_targets(value, &kind, sources, &mut notes),
        kind,
        plugin,
        place: place(&value["gridPos"]),
        field: fields::field(value),
        overrides: fields::overrides(value),
        reduce,
        text: words(value),
        hidden_columns,
        renamed_columns,
        repeat,
        notes,
    }
}

fn kind(value: &Value, plugin: &str, notes: &mut Vec<String>) -> PanelKind {
    match plugin {
        "timeseries" | "graph" => PanelKind::TimeSeries,
        "stat" => PanelKind::Stat,
        "singlestat" if is_true(&value["gauge"]["show"]) => PanelKind::Gauge,
        "singlestat" => PanelKind::Stat,
        "gauge" => PanelKind::Gauge,
        "bargauge" => PanelKind::BarGauge,
        "piechart" | "grafana-piechart-panel" | "barchart" => {
            notes.push(format!("a `{plugin}` is drawn as bars"));
            PanelKind::BarGauge
        }
        "table" | "table-old" => PanelKind::Table,
        "heatmap" => PanelKind::HeatMap,
        "state-timeline" | "status-history" => PanelKind::StateTimeline,
        "logs" => PanelKind::Logs,
        "text" => PanelKind::Text,
        "" => PanelKind::Unsupported("unnamed".to_owned()),
        other => PanelKind::Unsupported(other.to_owned()),
    }
}

fn words(value: &Value) -> String {
    let options = &value["options"];
    let (mode, text) = match options["content"].is_string() {
        true => (text_of(&options["mode"]), text_of(&options["content"])),
        false => (text_of(&value["mode"]), text_of(&value["content"])),
    };
    if mode == "html" { without_tags(&text) } else { text }
}

/// The words of HTML: a terminal shows no tags.
fn without_tags(html: &str) -> String {
    let mut text = String::new();
    let mut is_in_tag = false;
    for c in html.chars() {
        match c {
            '<' => is_in_tag = true,
            '>' if is_in_tag => {
                is_in_tag = false;
                text.push(' ');
            }
            c if !is_in_tag => text.push(c),
            _ => {}
        }
    }
    text
}

/// Columns that are left out, and other names of columns; what else is done to the data is said.
fn transformations(value: &Value, notes: &mut Vec<String>) -> (Vec<String>, Vec<(String, String)>) {
    let (mut hidden, mut renamed) = (Vec::new(), Vec::new());
    let is_on = |one: &&Value| !is_true(&one["disabled"]);
    for one in items(value).iter().take(50).filter(is_on) {
        let options = &one["options"];
        match one["id"].as_str().unwrap_or_default() {
            "organize" => {
                let excluded = options["excludeByName"].as_object().into_iter().flatten();
                let gone = excluded.filter(|(_, gone)| is_true(gone));
                hidden.extend(gone.map(|(name, _)| name.clone()).take(MOST_COLUMNS));
                let names = options["renameByName"].as_object().into_iter().flatten();
                renamed.extend(
                    names
                        .map(|(name, to)| (name.clone(), text_of(to)))
                        .take(MOST_COLUMNS),
                );
            }
            // All queries of a table stand in one table anyway.
            "merge" | "joinByField" | "seriesToColumns" | "labelsToFields" | "sortBy" | "" => {}
            other => notes.push(format!("its data are not changed by `{other}`")),
        }
    }
    renamed.retain(|(_, to)| !to.is_empty());
    (hidden, renamed)
}
