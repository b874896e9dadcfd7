//! Panels made of bands of cells: heat maps and state timelines.

use super::{Answered, Shown};
use crate::dashboards::values;
use crate::{BandCell, BandView, Role};
use glass_model::{AnswerValue, FieldOptions, GraphSeries};

impl<'a> Shown<'a> {
    /// Buckets of a histogram from the least, each without what the one below counts already.
    pub(super) fn heat_map(&self, answered: &[Answered<'a>], n_columns: usize) -> Vec<BandView> {
        let mut bands: Vec<(f64, String, Vec<Option<f64>>)> = Vec::new();
        let mut cumulates = false;
        for Answered { target, held } in answered {
            let Some(AnswerValue::QueryGraph(found)) = held.value else {
                continue;
            };
            let names = self.names(target, &found.graph.series);
            for (series, name) in found.graph.series.iter().zip(names) {
                let bound = series
                    .labels
                    .get("le")
                    .and_then(|le| le.replace("+Inf", "inf").parse().ok());
                cumulates |= bound.is_some();
                let name = bound.map_or(name, |bound: f64| values::text(bound, &FieldOptions::default()));
                bands.push((
                    bound.unwrap_or(bands.len() as f64),
                    name,
                    columns_of(series, n_columns),
                ));
            }
        }
        bands.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut below: Vec<Option<f64>> = Vec::new();
        let mut amounts = Vec::new();
        for (_, name, cells) in bands {
            let own = cells.iter().enumerate().map(|(i, value)| {
                let less = below
                    .get(i)
                    .copied()
                    .flatten()
                    .filter(|_| cumulates)
                    .unwrap_or(0.0);
                value.map(|value| (value - less).max(0.0))
            });
            amounts.push((name, own.collect::<Vec<_>>()));
            below = cells;
        }
        let all = amounts.iter().flat_map(|(_, cells)| cells.iter().flatten());
        let most = all.copied().filter(|it| it.is_finite()).fold(0.0, f64::max);
        let cell = |amount: Option<f64>| BandCell {
            amount: amount.map(|amount| {
                if most > 0.0 {
                    (amount / most).clamp(0.0, 1.0)
                } else {
                    0.0
                }
            }),
            role: Role::Accent,
            ..BandCell::default()
        };
        let band = |(name, cells): (String, Vec<Option<f64>>)| BandView {
            name,
            cells: cells.into_iter().map(cell).collect(),
        };
        amounts.into_iter().map(band).collect()
    }

    /// What a series was, and from when on.
    pub(super) fn states(&self, answered: &[Answered<'a>], n_columns: usize) -> Vec<BandView> {
        let mut bands = Vec::new();
        for Answered { target, held } in answered {
            let Some(AnswerValue::QueryGraph(found)) = held.value else {
                continue;
            };
            let names = self.names(target, &found.graph.series);
            for (series, name) in found.graph.series.iter().zip(names) {
                let mut last = None;
                let cell = |value: Option<f64>| {
                    let text = value.map(|value| values::text(value, &self.panel.field));
                    let begins = text != last;
                    last.clone_from(&text);
                    BandCell {
                        amount: value.map(|_| 1.0),
                        text: text.filter(|_| begins).unwrap_or_default(),
                        role: value.map_or(Role::Muted, |value| values::judged(value, &self.panel.field).0),
                    }
                };
                let cells = columns_of(series, n_columns).into_iter().map(cell).collect();
                bands.push(BandView { name, cells });
            }
        }
        bands
    }
}

/// A series' last values in so many columns.
fn columns_of(series: &GraphSeries, n_columns: usize) -> Vec<Option<f64>> {
    let n = series.buckets.len();
    let n_columns = n_columns.clamp(1, n.max(1));
    let part = |i: usize| (i * n / n_columns)..((i + 1) * n / n_columns);
    let last = |i: usize| {
        series
            .buckets
            .get(part(i))?
            .iter()
            .rev()
            .flatten()
            .next()
            .map(|bucket| bucket.last)
    };
    (0..n_columns).map(last).collect()
}
