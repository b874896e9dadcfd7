//! What egui paints as an SVG document: texts stay texts, everything else becomes shapes. Read [`svg_of_shapes`]
//! first.
//!
//! Pictures in textures are left out: the window has none of its own. Nothing in the document points outside of it.

use super::xml::escaped;
use crate::arrangement::Arrangement;
use crate::view::{Drawing, session_ui};
use crate::{paint, theme};
use egui::emath::{Rot2, TSTransform};
use egui::epaint::{
    BandShape, CircleShape, ClippedShape, ColorMode, CubicBezierShape, EllipseShape, Galley, Mesh, PathShape,
    PathStroke, QuadraticBezierShape, RectShape, TextShape, Vertex,
    text::{PlacedRow, TextFormat},
};
use egui::{Color32, CornerRadius, FontFamily, Pos2, Rect, Shape, Stroke, StrokeKind, Vec2, pos2, vec2};
use glass_core::{Preset, ViewModel};
use std::fmt::Write;

/// What texts are set in: the window's own fonts where they are installed, and what is like them.
const SANS: &str = "'Ubuntu Light', Ubuntu, 'Noto Sans', 'DejaVu Sans Condensed', sans-serif";
const MONO: &str = "Hack, 'DejaVu Sans Mono', ui-monospace, monospace";

/// The shapes of a frame inside of `area`, in points, as an SVG document of that size.
pub(crate) fn svg_of_shapes(shapes: &[ClippedShape], area: Rect) -> String {
    let mut svg = Svg::default();
    for clipped in shapes {
        let ClippedShape {
            clip_rect,
            shape,
            transform_after_tessellation: transform,
        } = clipped;
        let clip = clip_rect.intersect(area);
        if !clip.is_positive() {
            continue;
        }
        svg.clip_to(clip, area);
        if *transform == TSTransform::IDENTITY {
            svg.shape(shape);
        } else {
            let mut moved = shape.clone();
            moved.transform(*transform);
            svg.shape(&moved);
        }
    }
    svg.finish(area)
}

/// A whole view-model as SVG, drawn without a window: for the pages of a story.
pub fn svg_of_view(model: &ViewModel, size: Vec2, appearance: egui::Theme) -> String {
    svg_off_screen(size, appearance, |ui| {
        let window = ui.ctx().content_rect();
        ui.set_clip_rect(window);
        // Nobody points at anything here.
        drop(crate::view::view_ui(ui, window, model));
    })
}

/// The same with one screen and the timeline, and nothing beside them.
pub(crate) fn svg_of_session(model: &ViewModel, size: Vec2, appearance: egui::Theme) -> String {
    let mut arrangement = Arrangement::of(Preset::Present, model.tile().screen);
    svg_off_screen(size, appearance, |ui| {
        let window = ui.ctx().content_rect();
        ui.set_clip_rect(window);
        let drawing = Drawing {
            model,
            open: &[],
            alone: None,
            salt: "window",
        };
        drop(session_ui(ui, window, &drawing, &mut arrangement));
    })
}

/// What `draw` draws over a window that nobody sees, as SVG.
pub(crate) fn svg_off_screen(
    size: Vec2,
    appearance: egui::Theme,
    mut draw: impl FnMut(&mut egui::Ui),
) -> String {
    let context = egui::Context::default();
    theme::install(&context);
    context.set_theme(appearance);
    paint::keep_lines(&context, true);
    let area = Rect::from_min_size(Pos2::ZERO, size);
    let mut shapes = Vec::new();
    // Fonts and sizes are known from the second pass on.
    for _ in 0..2 {
        let input = egui::RawInput {
            screen_rect: Some(area),
            ..egui::RawInput::default()
        };
        let mut output = context.run_ui(input, |ui| draw(ui));
        output.textures_delta.clear();
        shapes = output.shapes;
    }
    svg_of_shapes(&shapes, area)
}

/// A document that grows.
#[derive(Default)]
struct Svg {
    definitions: String,
    body: String,
    clips: Vec<Rect>,
    blurs: Vec<f32>,
    /// Whether a group with a clip is open, and by which place.
    open: Option<Rect>,
}

impl Svg {
    fn finish(mut self, area: Rect) -> String {
        if self.open.is_some() {
            self.body.push_str("</g>\n");
        }
        let (x, y, width, height) = (
            num(area.min.x),
            num(area.min.y),
            num(area.width()),
            num(area.height()),
        );
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"{x} {y} {width} {height}\">\n<defs>\n{}</defs>\n{}</svg>\n",
            self.definitions, self.body
        )
    }

    /// Has what follows cut to a place; shapes that share one share a group.
    fn clip_to(&mut self, clip: Rect, area: Rect) {
        if self.open == Some(clip) {
            return;
        }
        if self.open.is_some() {
            self.body.push_str("</g>\n");
        }
        self.open = Some(clip);
        if clip == area {
            self.body.push_str("<g>\n");
            return;
        }
        let known = self.clips.iter().position(|other| *other == clip);
        let nth = known.unwrap_or_else(|| {
            let _ = writeln!(
                self.definitions,
                "<clipPath id=\"c{}\"><rect{}/></clipPath>",
                self.clips.len(),
                place(clip)
            );
            self.clips.push(clip);
            self.clips.len() - 1
        });
        let _ = writeln!(self.body, "<g clip-path=\"url(#c{nth})\">");
    }

    fn shape(&mut self, shape: &Shape) {
        match shape {
            Shape::Noop | Shape::Callback(_) => {}
            Shape::Vec(shapes) => shapes.iter().for_each(|shape| self.shape(shape)),
            Shape::Circle(CircleShape {
                center,
                radius,
                fill,
                stroke,
            }) => {
                let place = format!(
                    " cx=\"{}\" cy=\"{}\" r=\"{}\"",
                    num(center.x),
                    num(center.y),
                    num(*radius)
                );
                self.element("circle", &place, *fill, stroke);
            }
            Shape::Ellipse(ellipse) => self.ellipse(ellipse),
            Shape::LineSegment { points, stroke } => self.element(
                "path",
                &path_attribute(&lines(points, false)),
                Color32::TRANSPARENT,
                stroke,
            ),
            Shape::Path(PathShape {
                points,
                closed,
                fill,
                stroke,
            }) => self.path(&lines(points, *closed), points, *fill, stroke),
            Shape::Band(band) => self.band(band),
            Shape::Rect(rect) => self.rect(rect),
            Shape::Text(text) => self.text(text),
            Shape::Mesh(mesh) => self.mesh(mesh),
            Shape::QuadraticBezier(QuadraticBezierShape {
                points,
                closed,
                fill,
                stroke,
            }) => {
                let [from, control, to] = points.map(point);
                self.path(
                    &closing(format!("M{from}Q{control} {to}"), *closed),
                    points,
                    *fill,
                    stroke,
                );
            }
            Shape::CubicBezier(CubicBezierShape {
                points,
                closed,
                fill,
                stroke,
            }) => {
                let [from, one, two, to] = points.map(point);
                self.path(
                    &closing(format!("M{from}C{one} {two} {to}"), *closed),
                    points,
                    *fill,
                    stroke,
                );
            }
        }
    }

    /// Adds an element that is filled and outlined, if there is anything to see of it.
    fn element(&mut self, name: &str, attributes: &str, fill: Color32, stroke: &Stroke) {
        let is_filled = fill != Color32::TRANSPARENT;
        if !is_filled && stroke.is_empty() {
            return;
        }
        let fill = match is_filled {
            true => color("fill", fill),
            false => " fill=\"none\"".to_owned(),
        };
        let _ = writeln!(self.body, "<{name}{attributes}{fill}{}/>", outline(stroke));
    }

    fn path(&mut self, d: &str, points: &[Pos2], fill: Color32, stroke: &PathStroke) {
        let PathStroke {
            width,
            color,
            kind: _,
        } = stroke;
        let color = match color {
            ColorMode::Solid(color) => *color,
            // One colour must do for all of it: that of its middle.
            ColorMode::UV(color_at) => {
                let bounds = Rect::from_points(points);
                color_at(bounds, bounds.center())
            }
        };
        self.element("path", &path_attribute(d), fill, &Stroke::new(*width, color));
    }

    fn ellipse(&mut self, ellipse: &EllipseShape) {
        let EllipseShape {
            center,
            radius,
            fill,
            stroke,
            angle,
        } = ellipse;
        let place = format!(
            " cx=\"{}\" cy=\"{}\" rx=\"{}\" ry=\"{}\"{}",
            num(center.x),
            num(center.y),
            num(radius.x),
            num(radius.y),
            turned(*angle, *center)
        );
        self.element("ellipse", &place, *fill, stroke);
    }

    /// A band of changing width as the polygon around it.
    fn band(&mut self, band: &BandShape) {
        let BandShape {
            points,
            fill,
            stroke,
            angle,
            ..
        } = band;
        let upper = points.iter().map(|sample| pos2(sample.x, sample.y.min));
        let lower = points.iter().rev().map(|sample| pos2(sample.x, sample.y.max));
        let around: Vec<Pos2> = upper.chain(lower).collect();
        let turned = turned(*angle, Pos2::ZERO);
        let d = format!("{}{turned}", path_attribute(&lines(&around, true)));
        self.element("path", &d, *fill, stroke);
    }

    fn rect(&mut self, shape: &RectShape) {
        let RectShape {
            rect,
            corner_radius,
            fill,
            stroke,
            stroke_kind,
            blur_width,
            angle,
            ..
        } = shape;
        let moved = match stroke_kind {
            StrokeKind::Inside => -stroke.width / 2.0,
            StrokeKind::Middle => 0.0,
            StrokeKind::Outside => stroke.width / 2.0,
        };
        let at = rect.expand(if stroke.is_empty() { 0.0 } else { moved });
        let mut more = turned(*angle, rect.center());
        if *blur_width > 0.0 {
            more.push_str(&self.blur(*blur_width));
        }
        let CornerRadius { nw, ne, sw, se } = *corner_radius;
        if nw == ne && nw == sw && nw == se {
            let corner = (f32::from(nw) + moved.min(0.0)).max(0.0);
            let corners = match corner > 0.0 {
                true => format!(" rx=\"{}\"", num(corner)),
                false => String::new(),
            };
            self.element("rect", &format!("{}{corners}{more}", place(at)), *fill, stroke);
        } else {
            let d = path_attribute(&cornered(at, [nw, ne, se, sw].map(f32::from)));
            self.element("path", &format!("{d}{more}"), *fill, stroke);
        }
    }

    /// What blurs an edge over a width.
    fn blur(&mut self, width: f32) -> String {
        let known = self.blurs.iter().position(|other| *other == width);
        let nth = known.unwrap_or_else(|| {
            let _ = writeln!(
                self.definitions,
                "<filter id=\"b{}\"><feGaussianBlur stdDeviation=\"{}\"/></filter>",
                self.blurs.len(),
                num(width / 3.0)
            );
            self.blurs.push(width);
            self.blurs.len() - 1
        });
        format!(" filter=\"url(#b{nth})\"")
    }

    /// Triangles; those of one colour that follow one another become one path, so that no seam is seen.
    fn mesh(&mut self, mesh: &Mesh) {
        if mesh.texture_id != egui::TextureId::default() {
            return;
        }
        let vertex = |index: u32| mesh.vertices.get(index as usize).copied();
        let mut d = String::new();
        let mut last = Color32::TRANSPARENT;
        for corners in mesh.indices.chunks_exact(3) {
            let (Some(a), Some(b), Some(c)) = (vertex(corners[0]), vertex(corners[1]), vertex(corners[2]))
            else {
                continue;
            };
            let fill = mean_color([a, b, c]);
            if fill != last && !d.is_empty() {
                self.element("path", &path_attribute(&d), last, &Stroke::NONE);
                d.clear();
            }
            last = fill;
            let turns_left = (b.pos - a.pos).rot90().dot(c.pos - a.pos) < 0.0;
            let (b, c) = if turns_left { (c, b) } else { (b, c) };
            d.push_str(&lines(&[a.pos, b.pos, c.pos], true));
        }
        self.element("path", &path_attribute(&d), last, &Stroke::NONE);
    }

    fn text(&mut self, text: &TextShape) {
        let TextShape {
            pos,
            galley,
            underline,
            fallback_color,
            override_text_color,
            opacity_factor,
            angle,
        } = text;
        let offset = vec2(pos.x, pos.y);
        let turned = turned(*angle, *pos);
        let mut reader = Runs::new(galley);
        for row in &galley.rows {
            let runs = reader.of_row(row);
            for run in &runs {
                self.grounds(run, offset, *fallback_color);
            }
            if runs.iter().all(|run| run.words.is_empty()) {
                continue;
            }
            let _ = write!(self.body, "<text{turned}>");
            for run in &runs {
                let of_format = match run.format.color {
                    Color32::PLACEHOLDER => *fallback_color,
                    color => color,
                };
                let shown = override_text_color
                    .unwrap_or(of_format)
                    .gamma_multiply(*opacity_factor);
                let is_underlined = !underline.is_empty() || !run.format.underline.is_empty();
                let attributes = text_attributes(&run.format, is_underlined, shown);
                self.words(run, offset, &attributes);
            }
            self.body.push_str("</text>\n");
        }
    }

    /// What lies behind a marked piece of text.
    fn grounds(&mut self, run: &Run, offset: Vec2, fallback: Color32) {
        let color = match run.format.background {
            Color32::PLACEHOLDER => fallback,
            color => color,
        };
        let at = run.place.translate(offset);
        self.element("rect", &place(at), color, &Stroke::NONE);
    }

    /// Each word at its own place: another font than the window's then moves letters by little.
    fn words(&mut self, run: &Run, offset: Vec2, attributes: &str) {
        let y = num(run.baseline + offset.y);
        let _ = write!(self.body, "<tspan y=\"{y}\"{attributes}>");
        for Word {
            x,
            width,
            text,
            has_space_before,
        } in &run.words
        {
            let _ = write!(
                self.body,
                "{}<tspan x=\"{}\" textLength=\"{}\">{}</tspan>",
                if *has_space_before { " " } else { "" },
                num(x + offset.x),
                num(*width),
                escaped(text)
            );
        }
        self.body.push_str("</tspan>");
    }
}

/// A word of a row.
struct Word {
    x: f32,
    width: f32,
    text: String,
    /// Whether it is a word of its own, and not the rest of one that is set in another way.
    has_space_before: bool,
}

/// A piece of a row that is set in one way; places are relative to the galley's.
struct Run {
    format: TextFormat,
    baseline: f32,
    /// What it takes, with the spaces in it.
    place: Rect,
    words: Vec<Word>,
}

/// Goes through a galley's letters beside the text that they were made of, which says how each is set.
struct Runs<'a> {
    galley: &'a Galley,
    /// Where the next letter begins in the text.
    at: usize,
}

impl<'a> Runs<'a> {
    fn new(galley: &'a Galley) -> Self {
        Self { galley, at: 0 }
    }

    fn section(&self) -> usize {
        let sections = &self.galley.job.sections;
        let here = sections
            .iter()
            .position(|section| section.byte_range.end.0 > self.at);
        here.unwrap_or(sections.len().saturating_sub(1))
    }

    fn of_row(&mut self, row: &PlacedRow) -> Vec<Run> {
        let mut runs: Vec<(usize, Run)> = Vec::new();
        let mut has_space_before = false;
        for glyph in &row.glyphs {
            let section = self.section();
            self.at += glyph.chr.len_utf8();
            let Some(format) = self
                .galley
                .job
                .sections
                .get(section)
                .map(|section| &section.format)
            else {
                continue;
            };
            let left = row.pos.x + glyph.pos.x;
            let right = left + glyph.advance_width;
            if runs.last().is_none_or(|(of, _)| *of != section) {
                let run = Run {
                    format: format.clone(),
                    baseline: row.pos.y + glyph.pos.y,
                    place: row.rect().with_min_x(left).with_max_x(left),
                    words: Vec::new(),
                };
                runs.push((section, run));
            }
            let Some((_, run)) = runs.last_mut() else { continue };
            run.place.max.x = right;
            if glyph.chr.is_whitespace() {
                has_space_before = true;
                continue;
            }
            match run.words.last_mut().filter(|_| !has_space_before) {
                Some(word) => {
                    word.width = right - word.x;
                    word.text.push(glyph.chr);
                }
                None => run.words.push(Word {
                    x: left,
                    width: glyph.advance_width,
                    text: glyph.chr.to_string(),
                    has_space_before,
                }),
            }
            has_space_before = false;
        }
        self.at += usize::from(row.ends_with_newline);
        runs.into_iter().map(|(_, run)| run).collect()
    }
}

fn text_attributes(format: &TextFormat, is_underlined: bool, shown: Color32) -> String {
    let family = match format.font_id.family {
        FontFamily::Monospace => MONO,
        FontFamily::Proportional | FontFamily::Name(_) => SANS,
    };
    let mut attributes = format!(
        " font-family=\"{family}\" font-size=\"{}\"{}",
        num(format.font_id.size),
        color("fill", shown)
    );
    if format.italics {
        attributes.push_str(" font-style=\"italic\"");
    }
    match (is_underlined, !format.strikethrough.is_empty()) {
        (true, true) => attributes.push_str(" text-decoration=\"underline line-through\""),
        (true, false) => attributes.push_str(" text-decoration=\"underline\""),
        (false, true) => attributes.push_str(" text-decoration=\"line-through\""),
        (false, false) => {}
    }
    attributes
}

/// A number of points, to a hundredth.
fn num(value: f32) -> String {
    if !value.is_finite() {
        return "0".to_owned();
    }
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" {
        "0".to_owned()
    } else {
        text.to_owned()
    }
}

fn point(at: Pos2) -> String {
    format!("{} {}", num(at.x), num(at.y))
}

fn place(rect: Rect) -> String {
    format!(
        " x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"",
        num(rect.min.x),
        num(rect.min.y),
        num(rect.width().max(0.0)),
        num(rect.height().max(0.0))
    )
}

/// A colour as it is mixed here and in SVG: not premultiplied, its opacity beside it.
fn color(attribute: &str, color: Color32) -> String {
    let [r, g, b, a] = color.to_srgba_unmultiplied();
    let opacity = match a {
        255 => String::new(),
        a => format!(" {attribute}-opacity=\"{}\"", num(f32::from(a) / 255.0)),
    };
    format!(" {attribute}=\"#{r:02x}{g:02x}{b:02x}\"{opacity}")
}

fn outline(stroke: &Stroke) -> String {
    match stroke.is_empty() {
        true => String::new(),
        false => format!(
            "{} stroke-width=\"{}\"",
            color("stroke", stroke.color),
            num(stroke.width)
        ),
    }
}

fn path_attribute(d: &str) -> String {
    format!(" d=\"{d}\"")
}

fn closing(d: String, closed: bool) -> String {
    if closed { format!("{d}Z") } else { d }
}

fn lines(points: &[Pos2], closed: bool) -> String {
    let mut d = String::new();
    for (nth, at) in points.iter().enumerate() {
        d.push(if nth == 0 { 'M' } else { 'L' });
        d.push_str(&point(*at));
    }
    closing(d, closed && !points.is_empty())
}

/// A rectangle with a radius for each corner: left top, right top, right bottom, left bottom.
fn cornered(rect: Rect, radii: [f32; 4]) -> String {
    let most = rect.width().min(rect.height()).max(0.0) / 2.0;
    let [nw, ne, se, sw] = radii.map(|radius| radius.min(most));
    let Rect { min, max } = rect;
    let arc = |radius: f32, to: Pos2| format!("A{0} {0} 0 0 1 {1}", num(radius), point(to));
    let line = |to: Pos2| format!("L{}", point(to));
    [
        format!("M{}", point(pos2(min.x + nw, min.y))),
        line(pos2(max.x - ne, min.y)),
        arc(ne, pos2(max.x, min.y + ne)),
        line(pos2(max.x, max.y - se)),
        arc(se, pos2(max.x - se, max.y)),
        line(pos2(min.x + sw, max.y)),
        arc(sw, pos2(min.x, max.y - sw)),
        line(pos2(min.x, min.y + nw)),
        arc(nw, pos2(min.x + nw, min.y)),
        "Z".to_owned(),
    ]
    .concat()
}

fn turned(angle: f32, around: Pos2) -> String {
    if angle == 0.0 || Rot2::from_angle(angle) == Rot2::IDENTITY {
        return String::new();
    }
    format!(
        " transform=\"rotate({} {})\"",
        num(angle.to_degrees()),
        point(around)
    )
}

fn mean_color(corners: [Vertex; 3]) -> Color32 {
    let mean = |byte: fn(&Color32) -> u8| {
        let sum: u32 = corners.iter().map(|vertex| u32::from(byte(&vertex.color))).sum();
        (sum / 3) as u8
    };
    Color32::from_rgba_premultiplied(
        mean(Color32::r),
        mean(Color32::g),
        mean(Color32::b),
        mean(Color32::a),
    )
}
