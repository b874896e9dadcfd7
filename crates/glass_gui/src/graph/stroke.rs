//! [`Pen`]: lines through points as triangles of one mesh. egui's own paths would be laid out anew as points, normals
//! and corners for each of the thousands of pieces that a dashboard has.

use egui::{Color32, Mesh, Pos2, Vec2};

/// Draws lines of one width: a core of full colour, and on both sides a pixel in which it fades.
#[derive(Clone, Copy)]
pub(super) struct Pen {
    /// Half of the core; `None` if a line fades from its middle.
    core: Option<f32>,
    outside: f32,
}

impl Pen {
    /// For lines as wide as `width`, in points.
    pub fn new(pixels_per_point: f32, width: f32) -> Self {
        let pixel = 1.0 / pixels_per_point;
        Self {
            core: Some((width - pixel).max(0.0) / 2.0),
            outside: (width + pixel) / 2.0,
        }
    }

    /// The same with softer edges, for where there are many: it has three corners at each point instead of four.
    pub fn soft(pixels_per_point: f32, width: f32) -> Self {
        Self {
            core: None,
            outside: width.max(1.0 / pixels_per_point),
        }
    }

    /// Adds a line through points.
    pub fn add_line(self, mesh: &mut Mesh, points: impl Iterator<Item = Pos2>, color: Color32) {
        let mut part: Option<Part> = None;
        let mut last = None;
        for point in points {
            let Some(from) = last else {
                last = Some(point);
                continue;
            };
            let Some(normal) = normal(from, point) else {
                continue;
            };
            let turn = match part.take() {
                None => Turn::End,
                Some(before) => {
                    let turn = Turn::of(before.normal, normal);
                    self.add_part(mesh, before, turn, color);
                    turn
                }
            };
            part = Some(Part {
                from,
                to: point,
                normal,
                turn,
            });
            last = Some(point);
        }
        if let Some(part) = part {
            self.add_part(mesh, part, Turn::End, color);
        }
    }

    /// Adds one part of a line, given how it goes on.
    fn add_part(self, mesh: &mut Mesh, part: Part, turn: Turn, color: Color32) {
        let Part {
            from,
            to,
            normal,
            turn: before,
        } = part;
        if matches!((before, turn), (Turn::Back, Turn::Back)) {
            // In a noisy line nobody sees whether it is smooth.
            return add_bar(mesh, from, to, normal * self.outside * BAR, color);
        }
        if !matches!(before, Turn::Mitre(_)) {
            self.add_joint(mesh, from, normal, color, false);
        }
        let end = match turn {
            Turn::Mitre(mitre) => mitre,
            Turn::Back | Turn::End => normal,
        };
        self.add_joint(mesh, to, end, color, true);
    }

    /// Adds what lies across a line at one place, joined with what was added last.
    fn add_joint(self, mesh: &mut Mesh, at: Pos2, normal: Vec2, color: Color32, is_joined: bool) {
        let next = mesh.vertices.len() as u32;
        let outside = normal * self.outside;
        mesh.colored_vertex(at - outside, Color32::TRANSPARENT);
        match self.core {
            Some(core) => {
                mesh.colored_vertex(at - normal * core, color);
                mesh.colored_vertex(at + normal * core, color);
            }
            None => mesh.colored_vertex(at, color),
        }
        mesh.colored_vertex(at + outside, Color32::TRANSPARENT);
        let n = mesh.vertices.len() as u32 - next;
        if is_joined {
            for i in next..next + n - 1 {
                mesh.indices
                    .extend_from_slice(&[i - n, i - n + 1, i, i, i - n + 1, i + 1]);
            }
        }
    }
}

/// So much of a line's half is a bar that does not fade.
const BAR: f32 = 0.6;

/// A straight part of a line, and how the line turned at its beginning.
#[derive(Clone, Copy)]
struct Part {
    from: Pos2,
    to: Pos2,
    normal: Vec2,
    turn: Turn,
}

/// How a line goes on at a point.
#[derive(Clone, Copy)]
enum Turn {
    /// Both parts end on the line between them: what lies across it there.
    Mitre(Vec2),
    /// Nearly to where it came from: a mitre would be a long spike.
    Back,
    /// Not at all, or at so sharp an angle that each part has an end of its own.
    End,
}

impl Turn {
    fn of(before: Vec2, after: Vec2) -> Self {
        let both = before + after;
        let square = both.length_sq();
        if square > 2.0 {
            // As long as it has to be for both parts to keep their width.
            Self::Mitre(both * (2.0 / square))
        } else if square > 0.5 {
            Self::End
        } else {
            Self::Back
        }
    }
}

/// Makes room for so many points of lines that turn at each of them, and for what stands around them.
pub(super) fn reserve(mesh: &mut Mesh, n_points: usize) {
    mesh.reserve_vertices(12 * n_points);
    mesh.reserve_triangles(10 * n_points);
}

fn add_bar(mesh: &mut Mesh, from: Pos2, to: Pos2, half: Vec2, color: Color32) {
    let next = mesh.vertices.len() as u32;
    for corner in [from - half, from + half, to - half, to + half] {
        mesh.colored_vertex(corner, color);
    }
    mesh.add_triangle(next, next + 1, next + 2);
    mesh.add_triangle(next + 1, next + 2, next + 3);
}

/// What is upright on the way from one point to another; `None` if they are one.
fn normal(from: Pos2, to: Pos2) -> Option<Vec2> {
    let way = to - from;
    let length = way.length_sq().sqrt();
    (length > 1e-3).then(|| way.rot90() / length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use egui::pos2;
    use proptest::prelude::*;

    fn mesh_of(points: &[Pos2], pen: Pen) -> Mesh {
        let mut mesh = Mesh::default();
        pen.add_line(&mut mesh, points.iter().copied(), Color32::WHITE);
        mesh
    }

    fn pens() -> [Pen; 3] {
        [Pen::new(1.0, 1.6), Pen::new(2.0, 1.6), Pen::soft(1.0, 1.6)]
    }

    proptest! {
        #[test]
        fn any_points_become_a_sound_mesh_beside_them(
            points in prop::collection::vec((0f32..500.0, 0f32..500.0), 0..60), nth in 0..3usize
        ) {
            let points: Vec<_> = points.into_iter().map(|(x, y)| pos2(x, y)).collect();
            let mesh = mesh_of(&points, pens()[nth]);
            prop_assert!(mesh.is_valid());
            for vertex in &mesh.vertices {
                let near = points.iter().map(|point| point.distance(vertex.pos)).fold(f32::INFINITY, f32::min);
                // A mitre is longer than half the width, but not by much.
                prop_assert!(near <= 1.6 * 1.42, "{near}");
            }
            // Every part of the line is covered in its middle.
            for pair in points.windows(2) {
                prop_assert!(covers(&mesh, pair[0] + (pair[1] - pair[0]) * 0.5), "{pair:?}");
            }
        }
    }

    /// Whether a triangle lies over a place.
    fn covers(mesh: &Mesh, at: Pos2) -> bool {
        mesh.indices.chunks_exact(3).any(|corners| {
            let [a, b, c] = [0, 1, 2].map(|nth| mesh.vertices[corners[nth] as usize].pos);
            let side = |from: Pos2, to: Pos2| (to - from).rot90().dot(at - from);
            let sides = [side(a, b), side(b, c), side(c, a)];
            sides.iter().all(|side| *side >= -1e-1) || sides.iter().all(|side| *side <= 1e-1)
        })
    }

    #[test]
    fn a_straight_line_is_as_wide_everywhere() {
        let points = [pos2(0.0, 10.0), pos2(10.0, 10.0), pos2(20.0, 10.0)];
        let expected = [
            [8.7, 9.7, 10.3, 11.3].as_slice(),
            &[8.95, 9.45, 10.55, 11.05],
            &[8.4, 10.0, 11.6],
        ];
        for (pen, expected) in pens().into_iter().zip(expected) {
            let mesh = mesh_of(&points, pen);
            for joint in mesh.vertices.chunks(expected.len()) {
                let mut found: Vec<_> = joint.iter().map(|vertex| vertex.pos.y).collect();
                found.sort_by(f32::total_cmp);
                for (found, expected) in found.into_iter().zip(expected) {
                    assert!((found - expected).abs() < 1e-4, "{found} instead of {expected}");
                }
            }
            assert_eq!(mesh.vertices.len(), 3 * expected.len());
        }
    }

    #[test]
    fn no_line_is_drawn_through_fewer_than_two_places() {
        for points in [&[][..], &[pos2(1.0, 1.0)], &[pos2(1.0, 1.0), pos2(1.0, 1.0)]] {
            assert!(mesh_of(points, Pen::new(1.0, 1.6)).is_empty());
        }
    }
}
