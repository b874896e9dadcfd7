//! Hiding suspected secrets in what goes to screens and disks, and counting them.

use glass_formats::redact::redact_counted;
use glass_model::Labels;
use std::borrow::Cow;

/// Hides secrets in a text.
pub(crate) fn hide_text(text: &mut String, n_hidden: &mut u64) {
    let (shown, n) = redact_counted(text);
    if let Cow::Owned(shown) = shown {
        *n_hidden += n;
        *text = shown;
    }
}

/// Hides secrets in the values of labels.
pub(crate) fn hide_labels(labels: &mut Labels, n_hidden: &mut u64) {
    let before = *n_hidden;
    let pairs: Vec<(String, String)> = labels
        .iter()
        .map(|(name, value)| {
            let mut value = value.to_owned();
            hide_text(&mut value, n_hidden);
            (name.to_owned(), value)
        })
        .collect();
    if *n_hidden > before {
        *labels = Labels::new(pairs);
    }
}
