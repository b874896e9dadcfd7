//! Pictures of pixels: what the window shows, cut to a place if need be, as PNG.

use egui::{ColorImage, Rect};
use image::{ExtendedColorType, ImageEncoder, codecs::png::PngEncoder};

/// A picture as PNG. What the window's alpha is says nothing about what is seen: it is left out.
pub(crate) fn png_of(image: &ColorImage) -> Result<Vec<u8>, String> {
    let [width, height] = image.size;
    let rgb: Vec<u8> = image
        .pixels
        .iter()
        .flat_map(|pixel| [pixel.r(), pixel.g(), pixel.b()])
        .collect();
    png_of_rgb(&rgb, (width as u32, height as u32))
}

/// Pixels of three bytes each as PNG.
pub(crate) fn png_of_rgb(rgb: &[u8], (width, height): (u32, u32)) -> Result<Vec<u8>, String> {
    let mut png = Vec::new();
    PngEncoder::new(&mut png)
        .write_image(rgb, width, height, ExtendedColorType::Rgb8)
        .map_err(|error| error.to_string())?;
    Ok(png)
}

/// The part of a picture that shows a place of the window, in points; empty for a place outside.
pub(crate) fn cropped(image: &ColorImage, place: Rect, pixels_per_point: f32) -> ColorImage {
    let [width, height] = image.size;
    let end = |points: f32, most: usize| ((points * pixels_per_point).round().max(0.0) as usize).min(most);
    let (left, right) = (end(place.min.x, width), end(place.max.x, width));
    let (top, bottom) = (end(place.min.y, height), end(place.max.y, height));
    let columns = left..right.max(left);
    let pixels = (top..bottom.max(top)).flat_map(|row| {
        let from = row * width;
        image.pixels[from + columns.start..from + columns.end]
            .iter()
            .copied()
    });
    ColorImage::new([columns.len(), bottom.saturating_sub(top)], pixels.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use egui::{Color32, pos2};

    fn picture() -> ColorImage {
        let pixels = (0..6).map(|i| Color32::from_rgba_premultiplied(i * 10, 0, 255, 128));
        ColorImage::new([3, 2], pixels.collect())
    }

    #[test]
    fn a_picture_comes_back_as_it_was_and_hides_nothing() {
        let png = png_of(&picture()).unwrap();
        let image = image::load_from_memory(&png).unwrap().to_rgba8();
        assert_eq!(image.dimensions(), (3, 2));
        assert_eq!(image.get_pixel(1, 1).0, [40, 0, 255, 255]);
    }

    #[test]
    fn a_place_is_cut_out_in_pixels() {
        let place = Rect::from_min_max(pos2(0.5, 0.5), pos2(9.0, 9.0));
        let part = cropped(&picture(), place, 2.0);
        assert_eq!(part.size, [2, 1]);
        assert_eq!(part.pixels, picture().pixels[4..6]);
        let outside = Rect::from_min_max(pos2(50.0, 50.0), pos2(60.0, 60.0));
        assert_eq!(cropped(&picture(), outside, 1.0).size, [0, 0]);
    }
}
