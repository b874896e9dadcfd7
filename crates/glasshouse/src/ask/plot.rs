//! Pictures of results over time: lines with a legend on white, in colours that are told apart by everyone.

use super::table::{name, short};
use anyhow::{Result, anyhow};
use glass_core::visible;
use glass_model::{SeriesData, TimeRange, Timestamp};
use plotters::coord::ranged1d::{DefaultFormatting, KeyPointHint};
use plotters::prelude::*;
use plotters::style::{FontStyle, register_font};
use std::ops::Range;
use std::path::Path;

/// What is drawn.
pub(super) struct Picture<'a> {
    /// The query.
    pub title: &'a str,
    /// The recording's name.
    pub about: &'a str,
    /// From when to when.
    pub range: TimeRange,
    /// The usual distance of two values; a longer one is a gap.
    pub step_nanos: i64,
    /// The lines.
    pub series: &'a [SeriesData],
}

/// The name the font is registered by.
const FONT: &str = "sans-serif";
const WIDTH: u32 = 1200;
const PLOT_HEIGHT: u32 = 520;
const LEGEND_ROW: u32 = 22;
/// The length of the piece of a line in the legend.
const SAMPLE: i32 = 24;
/// Lines that are drawn; a picture of more cannot be read.
const MAX_LINES: usize = 24;
/// Characters of the title that fit.
const MAX_TITLE: usize = 120;
/// Seven colours of Okabe and Ito that are told apart with every kind of colour vision, without the yellow, which
/// is too pale on white.
const COLORS: [RGBColor; 7] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
    RGBColor(0, 0, 0),
];

/// The time axis: seconds since the epoch, marked at round moments.
struct Seconds {
    range: Range<f64>,
    ticks: Vec<f64>,
}

impl Ranged for Seconds {
    type FormatOption = DefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, (left, right): (i32, i32)) -> i32 {
        let ratio = (value - self.range.start) / (self.range.end - self.range.start);
        left + (f64::from(right - left) * ratio).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, _: Hint) -> Vec<f64> {
        self.ticks.clone()
    }

    fn range(&self) -> Range<f64> {
        self.range.clone()
    }
}

/// Dashes and the room between them, for lines whose colour comes a second and third time.
const DASHES: [Option<(i32, i32)>; 4] = [None, Some((9, 4)), Some((3, 3)), Some((1, 4))];

/// Why no picture can be written to a path; `None` if one can.
pub(super) fn refused(path: &Path) -> Option<String> {
    match extension(path).as_str() {
        "svg" | "png" => None,
        _ => Some(format!("--plot writes .svg or .png: {}", path.display())),
    }
}

/// Writes a picture, in the form that the file's name says.
pub(super) fn draw(picture: &Picture<'_>, path: &Path) -> Result<()> {
    register_font(FONT, FontStyle::Normal, epaint_default_fonts::UBUNTU_LIGHT)
        .map_err(|_| anyhow!("the program's own font cannot be read"))?;
    let n_rows = legend_rows(picture.series.len());
    let size = (WIDTH, PLOT_HEIGHT + 16 + n_rows * LEGEND_ROW);
    if extension(path) == "svg" {
        let area = SVGBackend::new(path, size).into_drawing_area();
        draw_on(&area, picture).map_err(|error| anyhow!("{error}"))
    } else {
        let area = BitMapBackend::new(path, size).into_drawing_area();
        draw_on(&area, picture).map_err(|error| anyhow!("{error}"))
    }
}

fn extension(path: &Path) -> String {
    path.extension().map_or_else(String::new, |ending| {
        ending.to_string_lossy().to_ascii_lowercase()
    })
}

type Area<B> = DrawingArea<B, plotters::coord::Shift>;
type DrawResult<B> = Result<(), DrawingAreaErrorKind<<B as DrawingBackend>::ErrorType>>;

fn draw_on<B: DrawingBackend>(area: &Area<B>, picture: &Picture<'_>) -> DrawResult<B> {
    let Picture {
        title,
        about,
        range,
        series,
        ..
    } = picture;
    area.fill(&WHITE)?;
    let (upper, legend) = area.split_vertically(PLOT_HEIGHT);
    let text = |size: u32, color: RGBColor| (FONT, size).into_font().color(&color);
    upper.draw(&Text::new(
        cut(&visible(title), MAX_TITLE),
        (16, 12),
        text(19, BLACK),
    ))?;
    let times = format!(
        "{}  ·  {} to {}  ·  UTC",
        visible(about),
        range.start.format("%Y-%m-%d %H:%M:%S"),
        range.end.format("%Y-%m-%d %H:%M:%S")
    );
    upper.draw(&Text::new(times, (16, 38), text(14, RGBColor(90, 90, 90))))?;
    let plot = upper.margin(62, 4, 8, 24);
    draw_plot(&plot, picture)?;
    draw_legend(&legend, series)?;
    area.present()
}

fn draw_plot<B: DrawingBackend>(area: &Area<B>, picture: &Picture<'_>) -> DrawResult<B> {
    let Picture {
        range,
        step_nanos,
        series,
        ..
    } = picture;
    let seconds =
        range.start.millis() as f64 / 1e3..(range.end.millis().max(range.start.millis() + 1)) as f64 / 1e3;
    let (ticks, pattern) = time_ticks(*range);
    let values = value_range(series);
    let label = (FONT, 13).into_font().color(&RGBColor(60, 60, 60));
    let mut chart = ChartBuilder::on(area)
        .x_label_area_size(30)
        .y_label_area_size(72)
        .build_cartesian_2d(
            Seconds {
                range: seconds,
                ticks,
            },
            values,
        )?;
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(RGBColor(225, 225, 225))
        .axis_style(RGBColor(150, 150, 150))
        .x_label_formatter(&|secs| Timestamp::from_millis((secs * 1e3) as i64).format(pattern))
        .y_label_formatter(&|value| short(*value))
        .label_style(label)
        .draw()?;
    for (nth, series) in series.iter().take(MAX_LINES).enumerate() {
        let (color, dashes) = style(nth);
        for run in runs(series, *step_nanos) {
            if let [(x, y)] = run[..] {
                chart.draw_series([Circle::new((x, y), 2, color.filled())])?;
            } else if let Some((dash, gap)) = dashes {
                chart.draw_series(DashedLineSeries::new(run, dash, gap, color.stroke_width(2)))?;
            } else {
                chart.draw_series(LineSeries::new(run, color.stroke_width(2)))?;
            }
        }
    }
    Ok(())
}

/// Two lines a row: a piece of the line, then its name.
fn draw_legend<B: DrawingBackend>(area: &Area<B>, series: &[SeriesData]) -> DrawResult<B> {
    let label = (FONT, 14).into_font().color(&RGBColor(40, 40, 40));
    let place = |nth: usize| {
        let column = (nth % 2) as i32;
        (
            96 + column * (WIDTH as i32 - 120) / 2,
            (nth / 2) as i32 * LEGEND_ROW as i32 + 6,
        )
    };
    let shown = series.len().min(MAX_LINES);
    for (nth, series) in series.iter().take(MAX_LINES).enumerate() {
        let (x, y) = place(nth);
        let (color, dashes) = style(nth);
        let (dash, gap) = dashes.unwrap_or((SAMPLE, 1));
        let starts = (0..SAMPLE).step_by((dash + gap) as usize);
        let pieces = starts.map(|from| (from, (from + dash).min(SAMPLE)));
        for (from, to) in pieces {
            let ends = vec![(x + from, y + 6), (x + to, y + 6)];
            area.draw(&PathElement::new(ends, color.stroke_width(3)))?;
        }
        area.draw(&Text::new(
            cut(&name(&series.labels), 70),
            (x + 32, y),
            label.clone(),
        ))?;
    }
    if series.len() > shown {
        let more = format!("and {} more series that are not drawn", series.len() - shown);
        area.draw(&Text::new(more, place(shown), label))?;
    }
    Ok(())
}

fn legend_rows(n_series: usize) -> u32 {
    let n = n_series.min(MAX_LINES) + usize::from(n_series > MAX_LINES);
    n.div_ceil(2) as u32
}

/// The n-th line's colour, and its dashes if its colour comes again.
fn style(nth: usize) -> (RGBColor, Option<(i32, i32)>) {
    (
        COLORS[nth % COLORS.len()],
        DASHES[(nth / COLORS.len()) % DASHES.len()],
    )
}

/// Neighbouring points, apart where there is a gap: seconds and values. A histogram's value is its count.
fn runs(series: &SeriesData, step_nanos: i64) -> Vec<Vec<(f64, f64)>> {
    let longest = step_nanos as f64 / 1e6 * 1.5;
    let mut runs: Vec<Vec<(f64, f64)>> = Vec::new();
    let mut last = f64::NEG_INFINITY;
    for (at, value) in points(series).filter(|(_, value)| value.is_finite()) {
        if at as f64 - last > longest {
            runs.push(Vec::new());
        }
        last = at as f64;
        if let Some(run) = runs.last_mut() {
            run.push((at as f64 / 1e3, value));
        }
    }
    runs
}

fn points(series: &SeriesData) -> impl Iterator<Item = (i64, f64)> {
    let floats = series
        .floats
        .at_millis()
        .iter()
        .copied()
        .zip(series.floats.values().iter().copied());
    floats.chain(
        series
            .histograms
            .iter()
            .map(|(at, histogram)| (*at, histogram.count)),
    )
}

/// From the least to the greatest value with a little room, from 0 on if that is near.
fn value_range(series: &[SeriesData]) -> Range<f64> {
    let values = || {
        series
            .iter()
            .take(MAX_LINES)
            .flat_map(points)
            .map(|(_, value)| value)
            .filter(|value| value.is_finite())
    };
    let (low, high) = (
        values().fold(f64::INFINITY, f64::min),
        values().fold(f64::NEG_INFINITY, f64::max),
    );
    if low > high {
        return 0.0..1.0;
    }
    let is_near_zero = low == high || (low > 0.0 && low < 0.6 * high);
    let low = if is_near_zero { low.min(0.0) } else { low };
    let high = if is_near_zero { high.max(0.0) } else { high };
    let span = match high - low {
        span if span > 0.0 => span,
        _ => 1.0,
    };
    let bottom = if low == 0.0 { 0.0 } else { low - 0.05 * span };
    bottom..high + 0.05 * span
}

/// Round moments, four to ten, and how they are written.
fn time_ticks(range: TimeRange) -> (Vec<f64>, &'static str) {
    const STEPS: [i64; 16] = [
        1, 5, 10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 43_200, 86_400, 604_800,
    ];
    let secs = range.nanos() / 1_000_000_000;
    let step = STEPS
        .into_iter()
        .find(|step| secs / step <= 9)
        .unwrap_or(secs / 9 + 1);
    let first = range.start.secs().div_euclid(step) * step;
    let ticks = (0..=11)
        .map(|i| first + i * step)
        .filter(|at| range.contains(Timestamp::from_secs(*at)));
    let pattern = match step {
        step if step < 60 => "%H:%M:%S",
        step if step < 43_200 => "%H:%M",
        _ => "%m-%d",
    };
    (ticks.map(|at| at as f64).collect(), pattern)
}

fn cut(text: &str, max_chars: usize) -> String {
    match text.char_indices().nth(max_chars) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use glass_model::{Labels, SampleColumn};
    use std::sync::Arc;

    fn series(values: &[(i64, f64)]) -> SeriesData {
        let (times, values) = values.iter().copied().unzip();
        SeriesData {
            labels: Labels::new([("job", "<a>")]),
            floats: SampleColumn::new(times, values),
            histograms: Arc::default(),
        }
    }

    #[test]
    fn gaps_part_a_line() {
        let series = series(&[(0, 1.0), (1000, 2.0), (3000, 3.0), (4000, f64::NAN), (5000, 4.0)]);
        let lengths: Vec<_> = runs(&series, 1_000_000_000).iter().map(Vec::len).collect();
        assert_eq!(lengths, [2, 1, 1]);
    }

    #[test]
    fn pictures_are_written_in_both_forms() {
        let folder = tempfile::tempdir().unwrap();
        let all: Vec<_> = (0..30)
            .map(|i| series(&[(0, f64::from(i)), (1000, 2.0), (9000, 3.0)]))
            .collect();
        let picture = Picture {
            title: "up < 1",
            about: "test",
            range: TimeRange::new(Timestamp::from_secs(0), Timestamp::from_secs(10)),
            step_nanos: 1_000_000_000,
            series: &all,
        };
        for (file, magic) in [("a.svg", "<svg"), ("a.png", "\u{89}PNG")] {
            let path = folder.path().join(file);
            draw(&picture, &path).unwrap();
            let bytes = std::fs::read(&path).unwrap();
            let begin: String = bytes.iter().take(4).map(|byte| char::from(*byte)).collect();
            assert_eq!(begin, magic);
            let text = String::from_utf8_lossy(&bytes);
            assert!(file == "a.png" || text.contains("up &lt; 1") && text.contains("and 6 more series"));
        }
        assert!(refused(Path::new("x.gif")).is_some() && refused(Path::new("x.SVG")).is_none());
    }
}
