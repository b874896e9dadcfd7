//! What a view-model says is on the terminal's screen and in the window's accessibility tree.
//!
//! The texts are collected by destructuring completely: a new field of a view-model does not compile here until
//! someone has decided whether it says something.

mod support;

use glass_core::{
    AxisTick, Cell, Column, CompletionRow, CursorView, DataState, DataStateKind, FaultView, GraphBand,
    GraphLine, GraphView, Header, HelpGroup, HelpView, Lane, Line, Mark, Overlay, OverviewView, PinView,
    PromptView, QueryEditorView, RangeView, Row, ScreenView, Span, StatusView, Tab, TableView, ThresholdLine,
    TimelineView, ViewModel,
};
use support::{accessible_texts, fixture, harness};

/// What a view-model says, a text each.
fn texts(model: &ViewModel) -> Vec<String> {
    let ViewModel {
        header,
        tabs,
        tiles,
        details: _,
        openables: _,
        timeline,
        status,
        overlay,
        story: _,
        tour: _,
    } = model;
    let mut said = Vec::new();
    if let Some(overlay) = overlay {
        overlay_texts(overlay, &mut said);
        return said;
    }
    header_texts(header, &mut said);
    for tab in tabs {
        let Tab {
            key,
            title,
            screen: _,
            active: _,
            badge,
        } = tab;
        said.extend([key, title, badge].map(String::clone));
    }
    let ScreenView::Overview(overview) = &tiles[0].view else {
        panic!("the window shows the overview alone so far");
    };
    overview_texts(overview, &mut said);
    timeline_texts(timeline, &mut said);
    let StatusView {
        message,
        pending,
        hints,
    } = status;
    said.push(line_text(message));
    said.push(pending.clone());
    said.extend(hints.iter().flat_map(|(key, text)| [key.clone(), text.clone()]));
    said
}

fn line_text(line: &Line) -> String {
    line.iter().map(|Span { text, role: _ }| text.as_str()).collect()
}

fn header_texts(header: &Header, said: &mut Vec<String>) {
    let Header {
        name,
        cloud,
        badge,
        playhead,
        motion,
        playing: _,
        warning,
    } = header;
    said.extend([name, cloud, badge, playhead, motion, warning].map(String::clone));
}

fn overview_texts(overview: &OverviewView, said: &mut Vec<String>) {
    let OverviewView {
        phase: _,
        headline,
        last_word,
        alerts,
        changes,
        panels,
        n_more_panels,
        focused_panel: _,
    } = overview;
    said.extend([line_text(headline), line_text(last_word)]);
    table_texts(alerts, said);
    table_texts(changes, said);
    panels.iter().for_each(|panel| graph_texts(panel, said));
    if *n_more_panels > 0 {
        said.push(format!("+{n_more_panels}"));
    }
}

fn table_texts(table: &TableView, said: &mut Vec<String>) {
    let TableView {
        title,
        columns,
        rows,
        first: _,
        total,
        focused: _,
        state,
    } = table;
    said.push(title.clone());
    if !rows.is_empty() {
        for Column {
            title,
            right: _,
            weight: _,
        } in columns
        {
            said.push(title.clone());
        }
    }
    for Row { cells, selected: _ } in rows {
        for Cell {
            text,
            value: _,
            role: _,
        } in cells
        {
            said.push(text.clone());
        }
    }
    if *total > rows.len() {
        said.push(total.to_string());
    }
    state_texts(state, rows.is_empty(), said);
}

fn graph_texts(graph: &GraphView, said: &mut Vec<String>) {
    let GraphView {
        title,
        unit,
        lines,
        drawing: _,
        thresholds,
        bands,
        range,
        y_min: _,
        y_max: _,
        y_ticks,
        x_ticks,
        playhead: _,
        cursor,
        n_left_out,
        state,
    } = graph;
    said.extend([title, unit].map(String::clone));
    for GraphLine {
        name,
        value,
        number: _,
        role: _,
        runs: _,
    } in lines
    {
        said.extend([name, value].map(String::clone));
    }
    if !lines.is_empty() {
        said.extend(y_ticks.iter().chain(x_ticks).map(tick_text));
    }
    if !lines.is_empty() {
        for ThresholdLine { y: _, text, role: _ } in thresholds {
            said.push(text.clone());
        }
        for GraphBand {
            kind: _,
            role: _,
            from,
            to,
            texts,
        } in bands
        {
            // A terminal names what goes on at the cursor; all of it stands on the timeline.
            let is_at = |cursor: &CursorView| (*from..=to.unwrap_or(*from)).contains(&cursor.x);
            if cursor.as_ref().is_some_and(is_at) {
                said.extend(texts.iter().cloned());
            }
        }
    }
    if let Some(RangeView { from: _, to: _, text }) = range {
        said.push(text.clone());
    }
    if let Some(CursorView { x: _, text }) = cursor {
        said.push(text.clone());
    }
    if *n_left_out > 0 {
        said.push(format!("+{n_left_out}"));
    }
    state_texts(state, lines.is_empty(), said);
}

fn tick_text(AxisTick { ratio: _, text }: &AxisTick) -> String {
    text.clone()
}

/// Where data comes from is on both screens where there is nothing else; beside data the window says it under
/// the pointer and to screen readers.
fn state_texts(state: &DataState, alone: bool, said: &mut Vec<String>) {
    let DataState { kind, text, source } = state;
    if *kind != DataStateKind::Ready {
        said.push(text.clone());
    }
    if alone {
        said.push(source.clone());
    }
}

fn timeline_texts(timeline: &TimelineView, said: &mut Vec<String>) {
    let TimelineView {
        start,
        end,
        extent: _,
        lanes,
        ticks,
        playhead: _,
        playhead_text,
        cursor,
        range,
        pins,
        is_tall: _,
    } = timeline;
    said.extend([start, end, playhead_text].map(String::clone));
    for Lane {
        kind: _,
        name,
        marks,
        bars: _,
        gaps,
    } in lanes
    {
        said.push(name.clone());
        said.extend(gaps.iter().map(|gap| gap.text.clone()));
        for Mark {
            kind: _,
            role: _,
            from: _,
            to: _,
            label,
        } in marks
        {
            said.push(label.clone());
        }
    }
    said.extend(ticks.iter().map(tick_text));
    if let Some(CursorView { x: _, text }) = cursor {
        said.push(text.clone());
    }
    if let Some(RangeView { from: _, to: _, text }) = range {
        said.push(text.clone());
    }
    said.extend(pins.iter().map(|PinView { x: _, name }| name.clone()));
}

fn overlay_texts(overlay: &Overlay, said: &mut Vec<String>) {
    match overlay {
        Overlay::Help(HelpView {
            title,
            groups,
            scroll: _,
        }) => {
            said.push(title.clone());
            for HelpGroup { title, entries } in groups {
                said.push(title.clone());
                said.extend(entries.iter().flat_map(|(key, text)| [key.clone(), text.clone()]));
            }
        }
        Overlay::Prompt(PromptView {
            title,
            text,
            caret: _,
            hint,
            suggestions,
            chosen: _,
            preview,
        }) => {
            said.extend(preview.iter().map(line_text));
            said.extend([title, text].map(String::clone));
            said.push(line_text(hint));
            said.extend(
                suggestions
                    .iter()
                    .flat_map(|(text, about)| [text.clone(), about.clone()]),
            );
        }
        Overlay::QueryEditor(QueryEditorView {
            language,
            text,
            caret: _,
            fault,
            hint,
            completions,
            n_more,
            chosen: _,
        }) => {
            said.extend([language, text].map(String::clone));
            let FaultView {
                text: wrong,
                from: _,
                to: _,
                role: _,
            } = fault.as_ref().expect("a fault");
            said.extend([wrong.clone(), line_text(hint), format!("{n_more} more")]);
            for CompletionRow { text, kind, detail } in completions {
                said.extend([text, kind, detail].map(String::clone));
            }
        }
    }
}

fn one_space(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn check(model: ViewModel) {
    let said: Vec<_> = texts(&model).iter().map(|text| one_space(text)).collect();
    assert!(said.len() > 5);
    let terminal = glass_tui::render_to_text(&model, 200, 60, &glass_tui::Options::default());
    let mut harness = harness(model, 1600.0, 1000.0, egui::Theme::Dark);
    harness.run();
    let window = accessible_texts(&harness);
    let missing = |screen: &str| {
        let screen = one_space(screen);
        let missing = said.iter().filter(|text| !screen.contains(text.as_str()));
        missing.cloned().collect::<Vec<_>>()
    };
    assert_eq!(missing(&window), [""; 0], "missing in the window:\n{window}");
    assert_eq!(
        missing(&terminal),
        [""; 0],
        "missing in the terminal:\n{terminal}"
    );
}

#[test]
fn both_front_ends_say_all_of_the_overview_and_the_timeline() {
    let mut model = fixture::overview();
    // The terminal has room for the labels of marks that stand far enough apart.
    for lane in &mut model.timeline.lanes {
        let mut last = f64::NEG_INFINITY;
        lane.marks.retain(|mark| {
            let apart = mark.from - last > 0.3;
            last = if apart { mark.to.unwrap_or(mark.from) } else { last };
            apart
        });
    }
    check(model);
}

#[test]
fn both_front_ends_say_all_of_help() {
    let mut model = fixture::overview();
    model.overlay = Some(Overlay::Help(fixture::help()));
    check(model);
}

#[test]
fn both_front_ends_say_all_of_a_prompt() {
    let mut model = fixture::overview();
    model.overlay = Some(Overlay::Prompt(fixture::prompt()));
    check(model);
}

#[test]
fn both_front_ends_say_all_of_a_query_being_typed() {
    let mut model = fixture::overview();
    model.overlay = Some(Overlay::QueryEditor(fixture::query_editor()));
    check(model);
}
