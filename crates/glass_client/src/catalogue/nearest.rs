//! [`nearest`]: what somebody meant who wrote a word wrong.

/// The word of `known` that is nearest to `given`, if one is near enough to be meant.
pub fn nearest<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let given = given.to_lowercase();
    let given: Vec<char> = given.chars().take(64).collect();
    let most = given.len().div_ceil(3).max(1);
    let distance = |word: &'a str| {
        let word_chars: Vec<char> = word.to_lowercase().chars().collect();
        let is_part = given.len() >= 3 && word_chars.windows(given.len()).any(|part| part == given);
        // A part of a word is meant when nothing else is nearer.
        let steps = distance(&given, &word_chars);
        (steps <= most || is_part).then_some((if is_part { steps.min(most) } else { steps }, word))
    };
    let found = known.into_iter().filter_map(distance);
    found.min_by_key(|(steps, _)| *steps).map(|(_, word)| word)
}

/// How many letters are to be put in, left out, replaced or swapped with their neighbour (optimal string alignment).
fn distance(a: &[char], b: &[char]) -> usize {
    let mut rows = vec![(0..=b.len()).collect::<Vec<usize>>()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let is_other = usize::from(a[i - 1] != b[j - 1]);
            let mut best = (row[j - 1] + 1)
                .min(rows[i - 1][j] + 1)
                .min(rows[i - 1][j - 1] + is_other);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn what_was_meant() {
        let words = [
            "prometheus",
            "loki",
            "grafana",
            "git",
            "github-issues",
            "void-linux",
        ];
        let check = |given, expected| assert_eq!(nearest(given, words), expected, "{given}");
        check("promethus", Some("prometheus"));
        check("Prometheus", Some("prometheus"));
        check("lkoi", Some("loki"));
        check("github", Some("github-issues"));
        check("void", Some("void-linux"));
        check("gti", Some("git"));
        check("elastic", None);
        check("", None);
    }
}
