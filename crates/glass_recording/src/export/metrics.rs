//! Metrics as OpenMetrics and as CSV.

use super::rows::labels_json;
use super::{ExportError, ExportOptions, ExportReport, Hider};
use crate::writer::Progress;
use glass_formats::openmetrics::{Family, Writer};
use glass_formats::{MetricMetadata, csv};
use glass_model::{Matcher, MetricName, Querier, Selector, SeriesData, Timestamp, is_stale_marker};
use std::io::Write;

/// Writes OpenMetrics, family by family. `names` are the metrics to write (`Ask::MetricNames` has them), of which one
/// after the other is read; with none of them everything that matches is read at once.
///
/// # Errors
/// When the data cannot be read, or `out` cannot be written.
pub fn export_openmetrics(
    source: &dyn Querier,
    names: &[MetricName],
    options: &ExportOptions,
    out: &mut dyn Write,
    progress: &mut dyn FnMut(Progress),
) -> Result<ExportReport, ExportError> {
    let mut report = ExportReport::default();
    let mut hider = Hider::default();
    let mut writer = Writer::new(out, options.with_other_names);
    let mut n_histograms = 0;
    for_each_series(
        source,
        names,
        options,
        &mut report,
        progress,
        &mut |report, family, series| {
            n_histograms += series.histograms.len() as u64;
            if series.floats.is_empty() {
                return Ok(());
            }
            if let Some(family) = family {
                writer.family(family)?;
            }
            let samples = series
                .floats
                .at_millis()
                .iter()
                .copied()
                .zip(series.floats.values().iter().copied());
            if writer.series(&hider.labels(&series.labels), samples)? {
                report.n_series += 1;
                report.n_rows += series.floats.len() as u64;
            }
            Ok(())
        },
    )?;
    let lost = writer.finish()?;
    report.note_count(
        lost.n_stale_markers,
        "stale marker written as NaN, as the form has nothing for it; `import --infer-stale` takes such for markers",
        "stale markers written as NaN, as the form has nothing for them; `import --infer-stale` takes such for markers",
    );
    report.note_count(
        lost.n_nan_payloads,
        "NaN lost its bits; the form has only one NaN",
        "NaNs lost their bits; the form has only one NaN",
    );
    report.note_count(
        lost.n_series_with_other_names,
        "series left out: its name needs quotes, which Prometheus reads from 3.0 on only",
        "series left out: their names need quotes, which Prometheus reads from 3.0 on only",
    );
    note_histograms(&mut report, n_histograms);
    hider.tell(&mut report);
    Ok(report)
}

/// Writes a row a sample: `time,name,labels,value`, labels as a JSON object without the name.
///
/// # Errors
/// When the data cannot be read, or `out` cannot be written.
pub fn export_metrics_csv(
    source: &dyn Querier,
    names: &[MetricName],
    options: &ExportOptions,
    out: &mut dyn Write,
    progress: &mut dyn FnMut(Progress),
) -> Result<ExportReport, ExportError> {
    let mut report = ExportReport::default();
    let mut hider = Hider::default();
    let mut writer = csv::Writer::new(out, &["time", "name", "labels", "value"])?;
    let (mut n_histograms, mut n_stale) = (0, 0);
    for_each_series(
        source,
        names,
        options,
        &mut report,
        progress,
        &mut |report, _, series| {
            n_histograms += series.histograms.len() as u64;
            report.n_series += u64::from(!series.floats.is_empty());
            let labels = hider.labels(&series.labels);
            let labels_text = labels_json(&labels.without(&["__name__"]));
            for (at, value) in series.floats.at_millis().iter().zip(series.floats.values()) {
                n_stale += u64::from(is_stale_marker(*value));
                let time = Timestamp::from_millis(*at).to_string();
                writer.row(&[&*time, labels.metric_name(), &labels_text, &value_text(*value)])?;
            }
            Ok(())
        },
    )?;
    report.n_rows = writer.finish()?;
    report.note_count(
        n_stale,
        "stale marker written as NaN",
        "stale markers written as NaN",
    );
    note_histograms(&mut report, n_histograms);
    hider.tell(&mut report);
    Ok(report)
}

fn note_histograms(report: &mut ExportReport, n_histograms: u64) {
    report.note_count(
        n_histograms,
        "native histogram left out, the form has no place for it",
        "native histograms left out, the form has no place for them",
    );
}

/// As Prometheus writes values.
fn value_text(value: f64) -> String {
    if value.is_infinite() {
        if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned()
    } else {
        value.to_string()
    }
}

type OnSeries<'a> = dyn FnMut(&mut ExportReport, Option<&Family>, &SeriesData) -> std::io::Result<()> + 'a;

/// Hands out all series, those of one family one after the other.
fn for_each_series(
    source: &dyn Querier,
    names: &[MetricName],
    options: &ExportOptions,
    report: &mut ExportReport,
    progress: &mut dyn FnMut(Progress),
    on_series: &mut OnSeries<'_>,
) -> Result<(), ExportError> {
    if names.is_empty() {
        let (mut all, provenance) = source.series(&options.series, options.range, options.as_of)?;
        report.note_provenance(&provenance);
        all.sort_by(|a, b| a.labels.metric_name().cmp(b.labels.metric_name()));
        return Ok(all
            .iter()
            .try_for_each(|series| on_series(report, None, series))?);
    }
    let mut families: Vec<(Family, &MetricName)> = names.iter().map(|name| (family_of(name), name)).collect();
    families.sort_by(|a, b| (a.0.name(), &a.1.name).cmp(&(b.0.name(), &b.1.name)));
    let total = families.len() as u64;
    for (done, (family, name)) in families.iter().enumerate() {
        progress(Progress::new(&name.name, done as u64, total));
        let mut selector = Selector::metric(&name.name);
        selector.matchers.extend(options.series.matchers.iter().cloned());
        let (series, provenance) = source.series(&with_name_first(selector), options.range, options.as_of)?;
        report.note_provenance(&provenance);
        series
            .iter()
            .try_for_each(|series| on_series(report, Some(family), series))?;
    }
    Ok(())
}

/// The same conditions, that on the name first: it is the one that an index answers.
fn with_name_first(mut selector: Selector) -> Selector {
    selector
        .matchers
        .sort_by_key(|matcher: &Matcher| matcher.name() != "__name__");
    selector
}

fn family_of(name: &MetricName) -> Family {
    Family::of(&MetricMetadata {
        name: name.name.clone(),
        kind: name.kind,
        help: name.help.clone(),
        unit: name.unit.clone(),
    })
}
