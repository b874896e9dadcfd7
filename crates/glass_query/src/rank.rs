//! Which completions fit what is typed, the best first: [`best`].

use glass_model::{CompletionItem, CompletionKind};

/// More than anybody reads.
const MAX_ITEMS: usize = 50;

/// How well a completion fits, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    Exact,
    Prefix,
    Inside,
    /// Its letters stand in the text in this order.
    Scattered,
}

/// Those that fit, the best first: prefixes, then substrings, then scattered letters, all without regard to case; of
/// equals the shorter. With nothing typed all fit, by kind and name.
pub(crate) fn best(items: Vec<CompletionItem>, typed: &str) -> Vec<CompletionItem> {
    let wanted = typed.to_lowercase();
    let mut fitting: Vec<(Fit, CompletionItem)> = items
        .into_iter()
        .filter_map(|item| Some((fit(&item.text.to_lowercase(), &wanted)?, item)))
        .collect();
    fitting.sort_by(|(fit_a, a), (fit_b, b)| {
        let length = |item: &CompletionItem| if wanted.is_empty() { 0 } else { item.text.len() };
        (fit_a, length(a), order(a.kind), &a.text).cmp(&(fit_b, length(b), order(b.kind), &b.text))
    });
    fitting.dedup_by(|(_, b), (_, a)| a.text == b.text && a.kind == b.kind);
    fitting.truncate(MAX_ITEMS);
    fitting.into_iter().map(|(_, item)| item).collect()
}

fn fit(text: &str, wanted: &str) -> Option<Fit> {
    let text = text.trim_start_matches(['"', '{']);
    if text == wanted && !wanted.is_empty() {
        Some(Fit::Exact)
    } else if text.starts_with(wanted) {
        Some(Fit::Prefix)
    } else if text.contains(wanted) {
        Some(Fit::Inside)
    } else {
        let mut letters = text.chars();
        wanted
            .chars()
            .all(|letter| letters.any(|found| found == letter))
            .then_some(Fit::Scattered)
    }
}

fn order(kind: CompletionKind) -> u8 {
    match kind {
        CompletionKind::LabelValue => 0,
        CompletionKind::Label => 1,
        CompletionKind::Duration => 2,
        CompletionKind::Metric => 3,
        CompletionKind::Aggregation => 4,
        CompletionKind::Function => 5,
        CompletionKind::Keyword => 6,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_come_before_substrings_and_scattered_letters() {
        let check = |typed: &str, expected: &[&str]| {
            let item = |text: &str| CompletionItem {
                text: text.into(),
                kind: CompletionKind::Metric,
                detail: String::new(),
            };
            let all = ["node_cpu", "cpu", "CPU_total", "cache_put", "up", "cpu"].map(item);
            let found: Vec<String> = best(all.into(), typed)
                .into_iter()
                .map(|item| item.text)
                .collect();
            assert_eq!(found, expected, "{typed}");
        };
        check("cpu", &["cpu", "CPU_total", "node_cpu", "cache_put"]);
        check("", &["CPU_total", "cache_put", "cpu", "node_cpu", "up"]);
        check("xyz", &[]);
    }
}
