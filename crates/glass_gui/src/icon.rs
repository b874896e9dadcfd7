//! The window's icon: the picture that desktops show, made from `assets/icons/glasshouse.svg`.

const PICTURE: &[u8] = include_bytes!("../../../assets/icons/glasshouse-128.png");

/// The icon; empty if the picture could not be read, which a test keeps from happening.
pub fn icon() -> egui::IconData {
    let Ok(picture) = image::load_from_memory_with_format(PICTURE, image::ImageFormat::Png) else {
        return egui::IconData::default();
    };
    let picture = picture.into_rgba8();
    let (width, height) = picture.dimensions();
    egui::IconData {
        rgba: picture.into_raw(),
        width,
        height,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_icon_is_a_picture() {
        let icon = icon();
        assert_eq!((icon.width, icon.height), (128, 128));
        let pixel = |x: usize, y: usize| &icon.rgba[(y * 128 + x) * 4..][..4];
        assert_eq!(pixel(0, 0)[3], 0, "the corner is round");
        assert_eq!(pixel(64, 74), [255, 255, 255, 255], "the playhead's dot");
    }
}
