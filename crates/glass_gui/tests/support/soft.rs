//! A renderer on the CPU alone: the same pixels on every machine, with no graphics stack. Slow and small.

use egui::epaint::{ImageData, Mesh, Primitive, Vertex};
use egui::{Color32, ColorImage, Rect, TextureId, TexturesDelta};
use egui_kittest::TestRenderer;
use image::{Rgba, RgbaImage};
use std::collections::HashMap;

/// Draws egui's triangles into a picture.
#[derive(Default)]
pub struct SoftRenderer {
    textures: HashMap<TextureId, ColorImage>,
}

impl TestRenderer for SoftRenderer {
    fn handle_delta(&mut self, delta: &mut TexturesDelta) {
        for (id, patches) in delta.set.drain() {
            for patch in patches {
                let ImageData::Color(image) = patch.image;
                match (patch.pos, self.textures.get_mut(&id)) {
                    (Some([left, top]), Some(whole)) => {
                        for y in 0..image.height() {
                            for x in 0..image.width() {
                                whole[(left + x, top + y)] = image[(x, y)];
                            }
                        }
                    }
                    _ => drop(self.textures.insert(id, image.as_ref().clone())),
                }
            }
        }
        for id in delta.free.drain() {
            self.textures.remove(&id);
        }
    }

    fn render(&mut self, context: &egui::Context, output: &egui::FullOutput) -> Result<RgbaImage, String> {
        let scale = output.pixels_per_point;
        let size = context.content_rect().size() * scale;
        let mut picture = RgbaImage::from_pixel(size.x as u32, size.y as u32, Rgba([0, 0, 0, 255]));
        for clipped in context.tessellate(output.shapes.clone(), scale) {
            let Primitive::Mesh(mesh) = clipped.primitive else {
                return Err("paint callbacks are not drawn".into());
            };
            let texture = self
                .textures
                .get(&mesh.texture_id)
                .ok_or("a texture was never set")?;
            draw_mesh(&mut picture, &mesh, texture, clipped.clip_rect * scale, scale);
        }
        Ok(picture)
    }
}

fn draw_mesh(picture: &mut RgbaImage, mesh: &Mesh, texture: &ColorImage, clip: Rect, scale: f32) {
    for [a, b, c] in mesh.triangles() {
        let corner = |index: u32| {
            let mut vertex = mesh.vertices[index as usize];
            vertex.pos = (vertex.pos.to_vec2() * scale).to_pos2();
            vertex
        };
        draw_triangle(picture, [corner(a), corner(b), corner(c)], texture, clip);
    }
}

/// Twice the area of a triangle, signed; the share of a corner is that of the triangle opposite to it.
fn area(a: egui::Pos2, b: egui::Pos2, c: egui::Pos2) -> f32 {
    (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)
}

fn draw_triangle(picture: &mut RgbaImage, corners: [Vertex; 3], texture: &ColorImage, clip: Rect) {
    let [a, b, c] = corners.map(|corner| corner.pos);
    let whole = area(a, b, c);
    if whole == 0.0 {
        return;
    }
    // Most triangles are of one colour: those need no look at the texture for each of their pixels.
    let flat = corners
        .iter()
        .all(|corner| corner.uv == corners[0].uv && corner.color == corners[0].color);
    let flat = flat.then(|| shade(&corners, [1.0, 0.0, 0.0], texture));
    if flat.is_some_and(|color| color == [0.0; 4]) {
        return;
    }
    let bounds = Rect::from_points(&[a, b, c]).intersect(clip);
    let bounds = bounds.intersect(Rect::from_min_max(
        egui::Pos2::ZERO,
        egui::pos2(picture.width() as f32, picture.height() as f32),
    ));
    for y in bounds.min.y.floor() as u32..(bounds.max.y.ceil().max(0.0) as u32).min(picture.height()) {
        for x in bounds.min.x.floor() as u32..(bounds.max.x.ceil().max(0.0) as u32).min(picture.width()) {
            let at = egui::pos2(x as f32 + 0.5, y as f32 + 0.5);
            let shares = [area(at, b, c), area(a, at, c), area(a, b, at)].map(|part| part / whole);
            // A pixel on an edge belongs to both triangles; half-open would leave cracks, and egui's edges are
            // feathered, so the overlap is not seen.
            if clip.contains(at) && shares.iter().all(|share| *share >= 0.0) {
                let color = flat.unwrap_or_else(|| shade(&corners, shares, texture));
                blend(picture.get_pixel_mut(x, y), color);
            }
        }
    }
}

/// The colour at a point: the corners' colours times the texture's nearest pixels, premultiplied.
fn shade(corners: &[Vertex; 3], shares: [f32; 3], texture: &ColorImage) -> [f32; 4] {
    let mut color = [0.0; 4];
    let mut uv = egui::Vec2::ZERO;
    for (corner, share) in corners.iter().zip(shares) {
        uv += corner.uv.to_vec2() * share;
        for (sum, byte) in color.iter_mut().zip(corner.color.to_array()) {
            *sum += f32::from(byte) * share;
        }
    }
    let texel = texel(texture, uv);
    std::array::from_fn(|i| color[i] * texel[i] / 255.0)
}

fn texel(texture: &ColorImage, uv: egui::Vec2) -> [f32; 4] {
    let [width, height] = texture.size;
    let (x, y) = (uv.x * width as f32 - 0.5, uv.y * height as f32 - 0.5);
    let at = |x: f32, y: f32| -> Color32 {
        let inside = |value: f32, size: usize| (value.max(0.0) as usize).min(size - 1);
        texture[(inside(x, width), inside(y, height))]
    };
    let (left, top) = (x.floor(), y.floor());
    let (right_share, low_share) = (x - left, y - top);
    let corners = [
        (at(left, top), (1.0 - right_share) * (1.0 - low_share)),
        (at(left + 1.0, top), right_share * (1.0 - low_share)),
        (at(left, top + 1.0), (1.0 - right_share) * low_share),
        (at(left + 1.0, top + 1.0), right_share * low_share),
    ];
    std::array::from_fn(|i| {
        corners
            .iter()
            .map(|(color, share)| f32::from(color.to_array()[i]) * share)
            .sum()
    })
}

fn blend(pixel: &mut Rgba<u8>, color: [f32; 4]) {
    let keep = 1.0 - color[3] / 255.0;
    for (below, above) in pixel.0.iter_mut().zip(color) {
        *below = (f32::from(*below) * keep + above).round().clamp(0.0, 255.0) as u8;
    }
}
