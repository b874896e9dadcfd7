//! [`Looks`]: which themes the window has and which of them is shown. Read [`Looks::follow`] first.

use crate::theme::{self, Scheme, Theme};

/// A theme of the user's own: colours laid over those of the window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnTheme {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub about: String,
    /// Whether dark text stands on a light ground.
    pub is_light: bool,
    /// Colours by their name, as red, green and blue: `text`, `background`, `muted`, `accent`, `ok`, `warning`,
    /// `critical`, `chosen`. Other names are of no use here.
    pub colors: Vec<(&'static str, [u8; 3])>,
    /// The colours of series.
    pub series: [[u8; 3]; 8],
}

/// A theme by its name.
struct Offer {
    name: String,
    about: String,
    scheme: Scheme,
}

/// The themes there are, and the one that is shown.
pub struct Looks {
    offers: Vec<Offer>,
    /// The one to begin with.
    first: Scheme,
    shown: Option<Scheme>,
}

impl Default for Looks {
    fn default() -> Self {
        Self::new(None, &[])
    }
}

impl Looks {
    /// The window's themes and the user's own; one with the name of an earlier one takes its place. The window begins
    /// with `first`, or as the desktop has it.
    pub fn new(first: Option<&str>, own: &[OwnTheme]) -> Self {
        let built_in = Scheme::BUILT_IN.into_iter().map(|(name, about, scheme)| Offer {
            name: name.to_owned(),
            about: about.to_owned(),
            scheme,
        });
        let mut offers: Vec<Offer> = built_in.collect();
        for theme in own {
            // It is needed for as long as the program runs, and there are a few at most.
            let colors: &'static Theme = Box::leak(Box::new(Theme::of_own(theme)));
            let offer = Offer {
                name: theme.name.clone(),
                about: theme.about.clone(),
                scheme: Scheme::only(colors, theme.is_light),
            };
            match offers.iter_mut().find(|known| known.name == offer.name) {
                Some(known) => *known = offer,
                None => offers.push(offer),
            }
        }
        let first = scheme_of(&offers, first).unwrap_or_default();
        Self {
            offers,
            first,
            shown: None,
        }
    }

    /// The names, and what each is for.
    pub(crate) fn offered(&self) -> Vec<(String, String)> {
        let offers = self.offers.iter();
        offers
            .map(|offer| (offer.name.clone(), offer.about.clone()))
            .collect()
    }

    /// Shows the theme that was chosen, or is being looked at, from now on.
    pub(crate) fn follow(&mut self, context: &egui::Context, chosen: Option<&str>) {
        let wanted = scheme_of(&self.offers, chosen).unwrap_or(self.first);
        if self.shown != Some(wanted) {
            self.shown = Some(wanted);
            theme::show(context, wanted);
        }
    }
}

fn scheme_of(offers: &[Offer], name: Option<&str>) -> Option<Scheme> {
    let offer = offers.iter().find(|offer| Some(offer.name.as_str()) == name)?;
    Some(offer.scheme)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(name: &str) -> OwnTheme {
        OwnTheme {
            name: name.to_owned(),
            about: "your own".to_owned(),
            is_light: true,
            colors: vec![("background", [250, 240, 230]), ("accent", [1, 2, 3])],
            series: [[9, 9, 9]; 8],
        }
    }

    fn ground(looks: &mut Looks, chosen: Option<&str>) -> (egui::ThemePreference, egui::Color32) {
        let context = egui::Context::default();
        looks.shown = None;
        looks.follow(&context, chosen);
        let preference = context.options(|options| options.theme_preference);
        (preference, context.global_style().visuals.panel_fill)
    }

    #[test]
    fn a_theme_is_shown_by_its_name_and_the_first_one_otherwise() {
        use egui::ThemePreference::{Dark, Light, System};
        let mut looks = Looks::new(Some("paper"), &[own("mine")]);
        assert_eq!(ground(&mut looks, None), (Light, theme::PAPER.background));
        assert_eq!(ground(&mut looks, Some("dark")), (Dark, theme::DARK.background));
        let mine = egui::Color32::from_rgb(250, 240, 230);
        assert_eq!(ground(&mut looks, Some("mine")), (Light, mine));
        assert_eq!(ground(&mut looks, Some("gone")), (Light, theme::PAPER.background));
        let mut looks = Looks::default();
        assert_eq!(ground(&mut looks, None).0, System);
        assert_eq!(ground(&mut looks, Some("contrast")).0, System);
    }

    #[test]
    fn a_theme_of_ones_own_takes_the_place_of_one_of_its_name() {
        let looks = Looks::new(None, &[own("paper"), own("mine")]);
        let names: Vec<String> = looks.offered().into_iter().map(|(name, _)| name).collect();
        let expected = ["auto", "dark", "light", "paper", "safe", "contrast", "mine"];
        assert_eq!(names, expected);
        let paper = looks.offered().into_iter().find(|(name, _)| name == "paper");
        assert_eq!(paper.map(|(_, about)| about).as_deref(), Some("your own"));
    }
}
