//! A graph alone as a picture: title, axes, bands, lines, legend with values, playhead and cursor, as the window shows
//! them. Read [`GraphPicture`] first. Nothing is drawn right of the playhead.

mod around;
mod axes;
mod legend;

use super::pixels::png_of_rgb;
use super::xml::allowed;
use crate::theme::Theme;
use around::{draw_behind, draw_levels, fill_stacked};
use axes::{Plot, draw_axes, draw_moments, plot_of};
use egui::Color32;
use glass_core::{DataState, DataStateKind, Drawing, GraphLine, GraphPoint, GraphView, Role};
use legend::{Legend, draw_legend, draw_marker, place_legend};
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontStyle, register_font};
use std::sync::OnceLock;

/// The width of a graph's picture if nobody asks for another.
pub(crate) const WIDTH: u32 = 1200;
/// The height of such a picture without its legend.
const HEIGHT: u32 = 520;
/// The least and greatest side of a picture.
const SIDES: (u32, u32) = (200, 8192);

/// The name the font is registered by.
const FONT: &str = "sans-serif";
const LARGE: f64 = 22.0;
const BODY: f64 = 17.0;
const SMALL: f64 = 15.0;
const PAD: i32 = 18;
/// Title and caption.
const HEAD: i32 = 64;
/// Pixels are drawn so many times finer along each side and then brought together, so that no edge is jagged.
const FINER: u32 = 3;
/// A picture of more pixels is drawn as it is.
const MAX_FINE_PIXELS: u32 = 4_000_000;
/// Characters of a text that are looked at.
const MAX_CHARS: usize = 400;

/// A picture of a graph.
#[derive(Clone, Copy)]
pub(crate) struct GraphPicture<'a> {
    /// The graph.
    pub graph: &'a GraphView,
    /// Of which recording or cloud it is, as of when.
    pub caption: &'a str,
    /// Its width and height in pixels; see [`size_for`].
    pub size: (u32, u32),
    /// Its colours.
    pub theme: &'a Theme,
}

type Area<B> = DrawingArea<B, Shift>;
type DrawResult<B> = Result<(), DrawingAreaErrorKind<<B as DrawingBackend>::ErrorType>>;

impl GraphPicture<'_> {
    /// As an SVG document.
    pub fn to_svg(self) -> Result<String, String> {
        font()?;
        let mut svg = String::new();
        let area = SVGBackend::with_string(&mut svg, self.clamped()).into_drawing_area();
        self.draw(&area, 1).map_err(|error| error.to_string())?;
        drop(area);
        Ok(svg)
    }

    /// As a file of PNG.
    pub fn to_png(self) -> Result<Vec<u8>, String> {
        font()?;
        let (width, height) = self.clamped();
        let finer = if width * height > MAX_FINE_PIXELS {
            1
        } else {
            FINER
        };
        let fine = (width * finer, height * finer);
        let mut rgb = vec![0; fine.0 as usize * fine.1 as usize * 3];
        let area = BitMapBackend::with_buffer(&mut rgb, fine).into_drawing_area();
        self.draw(&area, finer as i32)
            .map_err(|error| error.to_string())?;
        drop(area);
        png_of_rgb(
            &brought_together(&rgb, width as usize, finer as usize),
            (width, height),
        )
    }

    fn clamped(&self) -> (u32, u32) {
        let clamp = |side: u32| side.clamp(SIDES.0, SIDES.1);
        (clamp(self.size.0), clamp(self.size.1))
    }

    fn draw<B: DrawingBackend>(self, area: &Area<B>, scale: i32) -> DrawResult<B> {
        let GraphView {
            title,
            unit,
            lines,
            drawing,
            thresholds,
            // They are drawn from the graph itself, with what is selected.
            bands: _,
            range: _,
            y_min: _,
            y_max: _,
            y_ticks: _,
            x_ticks: _,
            playhead,
            cursor,
            n_left_out,
            state,
        } = self.graph;
        area.fill(&color(self.theme.surface))?;
        let pen = Pen {
            area,
            theme: self.theme,
            scale,
        };
        let (width, height) = pen.size();
        pen.head(title, unit, state, self.caption)?;
        if lines.is_empty() && state.kind != DataStateKind::Ready {
            let middle = (width / 2, height / 2);
            return pen.text(
                &state.text,
                middle,
                (HPos::Center, VPos::Center),
                BODY,
                state_role(state.kind),
            );
        }
        let most_rows = ((height - HEAD) / 2 / legend::ROW).max(1) as usize;
        let legend = place_legend(&pen, width - 2 * PAD, lines, *n_left_out, most_rows);
        let plot = plot_of(&pen, self.graph, legend.height());
        draw_behind(&pen, &plot, self.graph)?;
        if *drawing == Drawing::Stacked {
            fill_stacked(&pen, &plot, lines, *playhead)?;
        }
        draw_axes(&pen, &plot, self.graph)?;
        draw_levels(&pen, &plot, thresholds)?;
        for (nth, line) in lines.iter().enumerate() {
            draw_line(&pen, &plot, line, nth, *playhead)?;
        }
        draw_moments(&pen, &plot, *playhead, cursor.as_ref())?;
        draw_legend(&pen, height - PAD - legend.height(), lines, &legend)?;
        area.present()
    }
}

/// A size at which all of a graph's legend is in its picture.
pub(crate) fn size_for(graph: &GraphView, theme: &Theme, width: u32) -> Result<(u32, u32), String> {
    font()?;
    let width = width.clamp(SIDES.0, SIDES.1);
    let mut svg = String::new();
    let area = SVGBackend::with_string(&mut svg, (width, HEIGHT)).into_drawing_area();
    let pen = Pen {
        area: &area,
        theme,
        scale: 1,
    };
    let legend: Legend = place_legend(
        &pen,
        width as i32 - 2 * PAD,
        &graph.lines,
        graph.n_left_out,
        usize::MAX,
    );
    // The legend takes half of what is below the head at most; with so much more it all fits.
    let height = HEIGHT.saturating_add(2 * legend.height().max(0) as u32);
    Ok((width, height.min(SIDES.1)))
}

/// Pixels of `finer` times the width and height as the means of those that become one.
fn brought_together(rgb: &[u8], width: usize, finer: usize) -> Vec<u8> {
    if finer == 1 {
        return rgb.to_vec();
    }
    let row = width * finer * 3;
    let mut out = Vec::with_capacity(rgb.len() / (finer * finer));
    for rows in rgb.chunks_exact(row * finer) {
        for column in 0..width {
            for channel in 0..3 {
                let all = (0..finer * finer).map(|nth| {
                    let (down, along) = (nth / finer, column * finer + nth % finer);
                    u32::from(rows[down * row + along * 3 + channel])
                });
                out.push((all.sum::<u32>() / (finer * finer) as u32) as u8);
            }
        }
    }
    out
}

/// Registers the font that pictures are set in.
fn font() -> Result<(), String> {
    static IS_KNOWN: OnceLock<bool> = OnceLock::new();
    let is_known = IS_KNOWN
        .get_or_init(|| register_font(FONT, FontStyle::Normal, epaint_default_fonts::UBUNTU_LIGHT).is_ok());
    match is_known {
        true => Ok(()),
        false => Err("the program's own font cannot be read".to_owned()),
    }
}

/// A colour of the theme as plotters has it.
fn color(color: Color32) -> RGBAColor {
    let [r, g, b, a] = color.to_srgba_unmultiplied();
    RGBAColor(r, g, b, f64::from(a) / 255.0)
}

fn state_role(kind: DataStateKind) -> Role {
    match kind {
        DataStateKind::Partial | DataStateKind::Stale => Role::Warning,
        DataStateKind::Refused | DataStateKind::Failed => Role::Critical,
        DataStateKind::Ready | DataStateKind::Loading | DataStateKind::Empty | DataStateKind::NotAsked => {
            Role::Muted
        }
    }
}

/// What a picture is drawn with.
struct Pen<'a, B: DrawingBackend> {
    area: &'a Area<B>,
    theme: &'a Theme,
    /// How many of the area's pixels are one of the picture's.
    scale: i32,
}

impl<B: DrawingBackend> Pen<'_, B> {
    fn color(&self, role: Role) -> RGBAColor {
        color(self.theme.color(role))
    }

    /// The picture's width and height.
    fn size(&self) -> (i32, i32) {
        let (width, height) = self.area.dim_in_pixel();
        (width as i32 / self.scale, height as i32 / self.scale)
    }

    /// How wide a text is.
    fn width(&self, text: &str, size: f64) -> i32 {
        let style = (FONT, size * f64::from(self.scale)).into_text_style(self.area);
        self.area
            .estimate_text_size(text, &style)
            .map_or(0, |(width, _)| (width as i32 + self.scale - 1) / self.scale)
    }

    fn fine(&self, points: &[(i32, i32)]) -> Vec<(i32, i32)> {
        let scale = self.scale;
        points.iter().map(|(x, y)| (x * scale, y * scale)).collect()
    }

    /// A text in one row of a width: what is safe of it, and what fits.
    fn fitting(&self, text: &str, size: f64, width: i32) -> String {
        let mut shown: String = text.chars().take(MAX_CHARS).map(one_row).collect();
        if shown.chars().count() == text.chars().count() && self.width(&shown, size) <= width {
            return shown;
        }
        while !shown.is_empty() && self.width(&format!("{shown}…"), size) > width {
            shown.pop();
        }
        format!("{shown}…")
    }

    fn text(
        &self,
        text: &str,
        at: (i32, i32),
        (h_pos, v_pos): (HPos, VPos),
        size: f64,
        role: Role,
    ) -> DrawResult<B> {
        let color = self.color(role);
        let style = (FONT, size * f64::from(self.scale))
            .into_text_style(self.area)
            .color(&color)
            .pos(Pos::new(h_pos, v_pos));
        let shown: String = text.chars().map(one_row).collect();
        let at = (at.0 * self.scale, at.1 * self.scale);
        self.area.draw(&Text::new(shown, at, style))
    }

    fn stroke(&self, points: &[(i32, i32)], color: RGBAColor, width: u32) -> DrawResult<B> {
        let style = color.stroke_width(width * self.scale as u32);
        self.area.draw(&PathElement::new(self.fine(points), style))
    }

    fn polygon(&self, points: &[(i32, i32)], color: RGBAColor) -> DrawResult<B> {
        self.area.draw(&Polygon::new(self.fine(points), color.filled()))
    }

    fn disc(&self, (x, y): (i32, i32), radius: i32, color: RGBAColor) -> DrawResult<B> {
        let scale = self.scale;
        self.area.draw(&Circle::new(
            (x * scale, y * scale),
            radius * scale,
            color.filled(),
        ))
    }

    fn ring(&self, (x, y): (i32, i32), radius: i32, color: RGBAColor) -> DrawResult<B> {
        let scale = self.scale;
        let style = color.stroke_width(2 * scale as u32);
        self.area
            .draw(&Circle::new((x * scale, y * scale), radius * scale, style))
    }

    fn rectangle(&self, [(left, top), (right, bottom)]: [(i32, i32); 2], color: RGBAColor) -> DrawResult<B> {
        self.polygon(
            &[(left, top), (right, top), (right, bottom), (left, bottom)],
            color,
        )
    }

    /// Title and unit; below them of what and when the picture is, and what there is to know of its data.
    fn head(&self, title: &str, unit: &str, state: &DataState, caption: &str) -> DrawResult<B> {
        let width = self.size().0 - 2 * PAD;
        let left_top = (HPos::Left, VPos::Top);
        let title = self.fitting(title, LARGE, width);
        self.text(&title, (PAD, PAD - 4), left_top, LARGE, Role::Strong)?;
        let used = self.width(&title, LARGE) + 10;
        if width - used > 40 {
            let unit = self.fitting(unit, SMALL, width - used);
            self.text(&unit, (PAD + used, PAD + 1), left_top, SMALL, Role::Muted)?;
        }
        let below = PAD + 24;
        let DataState { kind, text, source } = state;
        let note = match (kind, text.is_empty()) {
            (DataStateKind::Ready, _) => String::new(),
            (DataStateKind::Stale, true) => "of an earlier moment".to_owned(),
            (_, _) => self.fitting(text, SMALL, width / 2),
        };
        let right = PAD + width;
        self.text(
            &note,
            (right, below),
            (HPos::Right, VPos::Top),
            SMALL,
            state_role(*kind),
        )?;
        let about = match source.is_empty() {
            true => caption.to_owned(),
            false => format!("{caption} · from {source}"),
        };
        let room = width - self.width(&note, SMALL) - 16;
        let about = self.fitting(&about, SMALL, room);
        self.text(&about, (PAD, below), left_top, SMALL, Role::Muted)
    }
}

/// A character that stands in one row.
fn one_row(c: char) -> char {
    match c {
        '\n' | '\r' | '\t' => ' ',
        c => allowed(c),
    }
}

/// Points that are known at the playhead and have a place.
fn known(run: &[GraphPoint], playhead: f64) -> Vec<GraphPoint> {
    let has_place = |point: &&GraphPoint| {
        let GraphPoint {
            x,
            first: _,
            last,
            min,
            max,
        } = point;
        *x <= playhead && [x, last, min, max].iter().all(|value| value.is_finite())
    };
    run.iter().filter(has_place).copied().collect()
}

fn draw_line<B: DrawingBackend>(
    pen: &Pen<'_, B>,
    plot: &Plot,
    line: &GraphLine,
    nth: usize,
    playhead: f64,
) -> DrawResult<B> {
    let GraphLine {
        name: _,
        value: _,
        number: _,
        role,
        runs,
    } = line;
    let color = pen.color(*role);
    let mut end = None;
    for run in runs {
        let points = known(run, playhead);
        draw_band(pen, plot, &points, color)?;
        let middle: Vec<(i32, i32)> = points
            .iter()
            .map(|point| (plot.x(point.x), plot.y(point.last)))
            .collect();
        end = middle.last().copied().or(end);
        match middle.as_slice() {
            [] => {}
            [only] => pen.disc(*only, 2, color)?,
            _ => pen.stroke(&middle, color, 2)?,
        }
    }
    match end {
        Some(at) => draw_marker(pen, at, nth, color),
        None => Ok(()),
    }
}

/// The least and greatest value of each column, and a stroke where one stands out from its neighbours.
fn draw_band<B: DrawingBackend>(
    pen: &Pen<'_, B>,
    plot: &Plot,
    points: &[GraphPoint],
    color: RGBAColor,
) -> DrawResult<B> {
    if points.iter().all(|point| point.min == point.max) {
        return Ok(());
    }
    let upper = points.iter().map(|point| (plot.x(point.x), plot.y(point.max)));
    let lower = points
        .iter()
        .rev()
        .map(|point| (plot.x(point.x), plot.y(point.min)));
    let around: Vec<(i32, i32)> = upper.chain(lower).collect();
    pen.polygon(&around, color.mix(0.28))?;
    for (nth, point) in points.iter().enumerate() {
        let beside = |other: Option<&GraphPoint>| *other.unwrap_or(point);
        let (before, after) = (
            beside(nth.checked_sub(1).and_then(|n| points.get(n))),
            beside(points.get(nth + 1)),
        );
        let (top, bottom) = (plot.y(point.max), plot.y(point.min));
        let is_spike =
            top + 3 < plot.y(before.max.max(after.max)) || bottom - 3 > plot.y(before.min.min(after.min));
        if is_spike {
            let x = plot.x(point.x);
            pen.stroke(&[(x, top), (x, bottom)], color, 1)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
