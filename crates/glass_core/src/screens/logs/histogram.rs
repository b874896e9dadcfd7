//! All matches over time, and the cursor on them.

use super::lines::Place;
use super::{Logs, Reaction};
use crate::context::{Context, pick};
use crate::queries::explain;
use crate::timeline::merge_bars;
use crate::{Command, HistogramView, Slot, Viewport, words};
use glass_model::{Ask, Level, LogHistogramAsk};

/// Bars of the histogram that are asked for; fewer are drawn where fewer fit.
const N_BARS: usize = 240;

impl Logs {
    pub(super) fn ask_histogram(&self, context: &Context<'_>) -> Ask {
        Ask::LogHistogram(LogHistogramAsk {
            filter: self.shown_filter(),
            window: context.time.window(),
            n_buckets: N_BARS,
        })
    }

    pub(super) fn histogram(&self, context: &Context<'_>, viewport: Viewport) -> HistogramView {
        let mut held = context.held(Slot::LogHistogram, self.ask_histogram(context), "no line so far");
        explain(&mut held);
        let merged = pick!(held, LogHistogram).map(|found| merge_bars(&found.buckets, viewport.bar_columns));
        let bars: Vec<[u64; 3]> = merged.unwrap_or_default().iter().map(stacked).collect();
        let window = context.time.window();
        HistogramView {
            max: bars.iter().map(|bar| bar.iter().sum()).max().unwrap_or(0),
            playhead: window.ratio(context.time.playhead()).clamp(0.0, 1.0),
            cursor: context.time.cursor().map(|at| window.ratio(at)),
            about: self.about(context, &bars),
            focused: self.histogram_focused,
            state: held.state,
            bars,
        }
    }

    /// The bar under the cursor in words; empty if there is none, or if time has not come so far.
    fn about(&self, context: &Context<'_>, bars: &[[u64; 3]]) -> String {
        let window = context.time.window();
        let Some(cursor) = context.time.cursor().filter(|at| *at <= context.time.playhead()) else {
            return String::new();
        };
        let n_bars = bars.len() as f64;
        let place = (window.ratio(cursor) * n_bars).floor();
        if !(0.0..n_bars).contains(&place) {
            return String::new();
        }
        let [errors, warnings, others] = bars[place as usize];
        let edge = |nth: f64| words::time_of_day(window.at_ratio(nth / n_bars).min(context.time.playhead()));
        format!(
            "{} to {}: {}, {}, {}",
            edge(place),
            edge(place + 1.0),
            words::count(errors + warnings + others, "line"),
            words::count(errors, "error"),
            words::count(warnings, "warning"),
        )
    }

    /// What the bar under the cursor stands for, while keys go to the histogram.
    pub(super) fn cursor_words(&self, context: &Context<'_>) -> Option<String> {
        if !self.histogram_focused {
            return None;
        }
        let Some(cursor) = context.time.cursor() else {
            return Some("h and l move a cursor over the bars".to_owned());
        };
        let held = context.held(Slot::LogHistogram, self.ask_histogram(context), "");
        let found = pick!(held, LogHistogram)?;
        let ratio = context.time.window().ratio(cursor);
        let bar = (ratio * found.buckets.len() as f64).max(0.0) as usize;
        let bar = found
            .buckets
            .get(bar.min(found.buckets.len().saturating_sub(1)))?;
        let [errors, warnings, others] = stacked(bar);
        Some(format!(
            "{}: {}, {}, {}; enter goes there",
            words::time_of_day(cursor),
            words::count(errors + warnings + others, "line"),
            words::count(errors, "error"),
            words::count(warnings, "warning"),
        ))
    }

    /// Takes a command for the histogram; `None` if it is for the lines.
    pub(super) fn run_on_histogram(&mut self, context: &Context<'_>, command: Command) -> Option<Reaction> {
        match command {
            Command::NextPane | Command::PreviousPane => self.histogram_focused = !self.histogram_focused,
            _ if !self.histogram_focused => return None,
            Command::Back => self.histogram_focused = false,
            Command::Open => {
                let Some(cursor) = context.time.cursor() else {
                    return Some(Reaction::Say(
                        "h and l move a cursor over the bars; enter goes to its lines",
                    ));
                };
                self.place = Some(Place::from(cursor));
                self.histogram_focused = false;
            }
            _ => return None,
        }
        Some(Reaction::Done)
    }
}

/// Errors and worse, warnings, all others.
fn stacked(levels: &[u64; 6]) -> [u64; 3] {
    let errors = levels[Level::Error as usize] + levels[Level::Critical as usize];
    let warnings = levels[Level::Warning as usize];
    [errors, warnings, levels.iter().sum::<u64>() - errors - warnings]
}
