//! The window's icon: a house of glass, painted pixel by pixel so that no picture has to be shipped.

const SIDE: u32 = 64;

/// The icon, 64 by 64 pixels.
pub fn icon() -> egui::IconData {
    let mut rgba = Vec::with_capacity((SIDE * SIDE * 4) as usize);
    for y in 0..SIDE {
        for x in 0..SIDE {
            rgba.extend(pixel(x as f32 + 0.5, y as f32 + 0.5));
        }
    }
    egui::IconData {
        rgba,
        width: SIDE,
        height: SIDE,
    }
}

fn pixel(x: f32, y: f32) -> [u8; 4] {
    const FRAME: [u8; 4] = [0x6f, 0xb4, 0xff, 0xff];
    const PANE: [u8; 4] = [0x25, 0x35, 0x4a, 0xff];
    let from_middle = (x - 32.0).abs();
    let roof = 6.0 + from_middle * 0.8;
    let (inside_walls, above_floor) = (from_middle <= 24.0, y <= 58.0);
    if y < roof || !above_floor || from_middle > 28.0 || (!inside_walls && y > roof + 7.0) {
        return [0; 4];
    }
    let on_frame =
        y < roof + 6.0 || from_middle > 19.0 || y > 53.0 || from_middle < 2.0 || (39.0..43.0).contains(&y);
    if on_frame { FRAME } else { PANE }
}
