//! [`Postings`]: which series have which value of which label, so that a selector finds its series without a look
//! at all of them. The values of a label are gathered when it is first asked for.

use glass_model::{Labels, Matcher, MatcherOp, Selector};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

/// So few series are looked at one by one: quicker than to gather the values of one more label.
const FEW: usize = 64;

/// Beyond so many, texts in an alternation are not looked up one by one.
const MAX_TEXTS: usize = 4096;

/// The places of series by label and value. A place is the position of a series in the list it was made of.
#[derive(Default)]
pub(crate) struct Postings {
    by_label: Mutex<HashMap<Box<str>, Arc<Values>>>,
}

/// The places by the value of one label, each list ascending. A series without the label, or with an empty value,
/// is in none of them.
#[derive(Default)]
pub(crate) struct Values(BTreeMap<Box<str>, Vec<u32>>);

/// The places that satisfy a matcher.
enum Found {
    /// These.
    These(Vec<u32>),
    /// All but these: those without the label are among them.
    AllBut(Vec<u32>),
}

impl Postings {
    /// The places in `all` whose labels `selector` matches, ascending.
    pub(crate) fn matching(&self, selector: &Selector, all: &[impl AsRef<Labels>]) -> Vec<u32> {
        let mut matchers: Vec<&Matcher> = selector.matchers.iter().collect();
        matchers.sort_by_key(|matcher| cost(matcher));
        let mut rest = matchers.into_iter();
        let mut places: Option<Vec<u32>> = None;
        while places.as_ref().map_or(all.len(), Vec::len) > FEW {
            let Some(matcher) = rest.next() else { break };
            let found = find(&self.values(matcher.name(), all), matcher);
            places = Some(match (places, found) {
                (None, Found::These(these)) => these,
                (None, Found::AllBut(those)) => without((0..all.len() as u32).collect(), &those),
                (Some(places), Found::These(these)) => common(places, these),
                (Some(places), Found::AllBut(those)) => without(places, &those),
            });
        }
        let mut places = places.unwrap_or_else(|| (0..all.len() as u32).collect());
        for matcher in rest {
            let value = |place: &u32| all[*place as usize].as_ref().get(matcher.name()).unwrap_or("");
            places.retain(|place| matcher.matches_value(value(place)));
        }
        places
    }

    /// The places by the value of a label.
    pub(crate) fn values(&self, label: &str, all: &[impl AsRef<Labels>]) -> Arc<Values> {
        let held = |postings: &Self| {
            let by_label = postings.by_label.lock().unwrap_or_else(PoisonError::into_inner);
            by_label.get(label).cloned()
        };
        if let Some(values) = held(self) {
            return values;
        }
        let made = Arc::new(Values::gather(label, all));
        // A label that no series has is not kept: there is no end of those.
        if !made.0.is_empty() {
            let mut by_label = self.by_label.lock().unwrap_or_else(PoisonError::into_inner);
            by_label.insert(label.into(), made.clone());
        }
        made
    }
}

impl Values {
    fn gather(label: &str, all: &[impl AsRef<Labels>]) -> Self {
        let mut places: HashMap<&str, Vec<u32>> = HashMap::new();
        for (place, labels) in all.iter().enumerate() {
            match labels.as_ref().get(label) {
                None | Some("") => {}
                Some(value) => places.entry(value).or_default().push(place as u32),
            }
        }
        Self(
            places
                .into_iter()
                .map(|(value, places)| (value.into(), places))
                .collect(),
        )
    }

    /// The values with their places, sorted by value.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &[u32])> {
        self.0.iter().map(|(value, places)| (&**value, &**places))
    }

    fn of<'a>(&self, values: impl Iterator<Item = &'a str>) -> Vec<u32> {
        union(values.filter_map(|value| self.0.get(value)))
    }

    fn which(&self, wanted: impl Fn(&str) -> bool) -> Vec<u32> {
        union(
            self.0
                .iter()
                .filter(|(value, _)| wanted(value))
                .map(|(_, places)| places),
        )
    }
}

/// The cheapest and most selective kinds of matcher come first.
fn cost(matcher: &Matcher) -> u8 {
    let is_name = matcher.name() == "__name__";
    match matcher.op() {
        MatcherOp::Equal if matcher.value().is_empty() => 4,
        MatcherOp::Equal => u8::from(!is_name),
        MatcherOp::Regex => 2,
        MatcherOp::NotEqual | MatcherOp::NotRegex => 3,
    }
}

fn find(values: &Values, matcher: &Matcher) -> Found {
    let texts = match matcher.op() {
        MatcherOp::Equal | MatcherOp::NotEqual => Some(vec![matcher.value()]),
        MatcherOp::Regex | MatcherOp::NotRegex => alternatives(matcher.value()),
    };
    match (matcher.matches_value(""), texts) {
        (true, Some(texts)) if is_inverse(matcher) => Found::AllBut(values.of(texts.into_iter())),
        (false, Some(texts)) if !is_inverse(matcher) => Found::These(values.of(texts.into_iter())),
        (true, _) => Found::AllBut(values.which(|value| !matcher.matches_value(value))),
        (false, _) => Found::These(values.which(|value| matcher.matches_value(value))),
    }
}

fn is_inverse(matcher: &Matcher) -> bool {
    matches!(matcher.op(), MatcherOp::NotEqual | MatcherOp::NotRegex)
}

/// The texts of an expression like `a|b|c` that means nothing but these, each once.
fn alternatives(expression: &str) -> Option<Vec<&str>> {
    if expression.contains(['\\', '.', '+', '*', '?', '(', ')', '[', ']', '{', '}', '^', '$']) {
        return None;
    }
    let mut texts: Vec<&str> = expression.split('|').take(MAX_TEXTS + 1).collect();
    texts.sort_unstable();
    texts.dedup();
    (texts.len() <= MAX_TEXTS).then_some(texts)
}

/// Lists that have no place in common, as one.
fn union<'a>(lists: impl Iterator<Item = &'a Vec<u32>>) -> Vec<u32> {
    let mut all: Vec<u32> = Vec::new();
    let mut n_lists = 0;
    for list in lists {
        all.extend_from_slice(list);
        n_lists += 1;
    }
    if n_lists > 1 {
        all.sort_unstable();
    }
    all
}

fn common(a: Vec<u32>, b: Vec<u32>) -> Vec<u32> {
    let (mut few, many) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    few.retain(|place| many.binary_search(place).is_ok());
    few
}

fn without(mut places: Vec<u32>, those: &[u32]) -> Vec<u32> {
    let mut those = those.iter().copied().peekable();
    places.retain(|place| {
        while those.next_if(|other| other < place).is_some() {}
        those.peek() != Some(place)
    });
    places
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[derive(Debug)]
    struct Only(Labels);

    impl AsRef<Labels> for Only {
        fn as_ref(&self) -> &Labels {
            &self.0
        }
    }

    const VALUES: [&str; 7] = ["", "a", "b", "ab", "ä", "a|b", "c.d"];
    const EXPRESSIONS: [&str; 12] = [
        "", "a", "a|b", "a|", "|", "b|a|a", ".*", ".+", "a.*", "a\\|b", "c.d|ab", "(a|b)?",
    ];
    const OPS: [MatcherOp; 4] = [
        MatcherOp::Equal,
        MatcherOp::NotEqual,
        MatcherOp::Regex,
        MatcherOp::NotRegex,
    ];

    fn any_labels() -> impl Strategy<Value = Only> {
        let pair = (
            prop::sample::select(&["__name__", "x", "y"][..]),
            prop::sample::select(&VALUES[..]),
        );
        prop::collection::vec(pair, 0..4).prop_map(|pairs| Only(Labels::new(pairs)))
    }

    fn any_selector() -> impl Strategy<Value = Selector> {
        let matcher = (
            prop::sample::select(&["__name__", "x", "y", "none"][..]),
            prop::sample::select(&OPS[..]),
            prop::sample::select([&VALUES[..], &EXPRESSIONS[..]].concat()),
        );
        let matcher = matcher.prop_map(|(name, op, value)| Matcher::new(name, op, value).unwrap());
        prop::collection::vec(matcher, 0..4).prop_map(|matchers| Selector { matchers })
    }

    proptest! {
        #[test]
        fn the_index_finds_what_a_look_at_all_finds(
            all in prop::collection::vec(any_labels(), 0..300),
            selectors in prop::collection::vec(any_selector(), 1..8),
        ) {
            let postings = Postings::default();
            for selector in selectors {
                let plain: Vec<u32> =
                    (0..all.len() as u32).filter(|place| selector.matches(&all[*place as usize].0)).collect();
                prop_assert_eq!(postings.matching(&selector, &all), plain, "{}", selector);
            }
        }
    }
}
