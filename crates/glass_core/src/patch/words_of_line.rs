//! Which words of a line differ from those of another: [`changed`].

use std::ops::Range;

/// Lines of so many words on both sides, multiplied, are compared word by word; longer ones at their ends alone.
const MAX_PAIRS: usize = 10_000;

/// The bytes of both lines that are not in the other; none if too little is the same for a comparison to say anything.
pub(super) fn changed(old: &str, new: &str) -> [Vec<Range<usize>>; 2] {
    let (left, right) = (tokens(old), tokens(new));
    let of = |line: &'_ str, tokens: &[Range<usize>]| -> Vec<String> {
        tokens
            .iter()
            .map(|token| line[token.clone()].to_owned())
            .collect()
    };
    let words = [of(old, &left), of(new, &right)];
    let is_same = same(&words[0], &words[1]);
    let is_word = |word: &String| word.contains(char::is_alphanumeric);
    let n_words = words.iter().flatten().filter(|word| is_word(word)).count();
    let pairs = words.iter().flatten().zip(is_same.iter().flatten());
    let n_same = pairs.filter(|(word, same)| **same && is_word(word)).count();
    if n_same * 4 < n_words || n_same == 0 {
        return Default::default();
    }
    [joined(&left, &is_same[0]), joined(&right, &is_same[1])]
}

/// The pieces that are not the same, those beside each other as one.
fn joined(tokens: &[Range<usize>], is_same: &[bool]) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = Vec::new();
    for (token, _) in tokens.iter().zip(is_same).filter(|(_, same)| !**same) {
        match ranges.last_mut().filter(|last| last.end == token.start) {
            Some(last) => last.end = token.end,
            None => ranges.push(token.clone()),
        }
    }
    ranges
}

/// Words, runs of spaces, and every other character for itself.
fn tokens(text: &str) -> Vec<Range<usize>> {
    let class = |c: char| match c {
        c if c.is_alphanumeric() || c == '_' => 0,
        c if c.is_whitespace() => 1,
        _ => 2,
    };
    let mut tokens: Vec<Range<usize>> = Vec::new();
    let mut before = 2;
    for (at, c) in text.char_indices() {
        let end = at + c.len_utf8();
        match tokens.last_mut() {
            Some(last) if class(c) == before && before != 2 => last.end = end,
            _ => tokens.push(at..end),
        }
        before = class(c);
    }
    tokens
}

/// Which words of both lines are in a longest common subsequence.
fn same(old: &[String], new: &[String]) -> [Vec<bool>; 2] {
    let n_first = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let rest = old.len().min(new.len()) - n_first;
    let backwards = old.iter().rev().zip(new.iter().rev());
    let n_last = backwards.take(rest).take_while(|(a, b)| a == b).count();
    let middle = |words: &[String]| n_first..words.len() - n_last;
    let mut is_same = [old, new].map(|words| {
        let mut is_same = vec![true; words.len()];
        is_same[middle(words)].fill(false);
        is_same
    });
    let (left, right) = (&old[middle(old)], &new[middle(new)]);
    if left.len().saturating_mul(right.len()) > MAX_PAIRS {
        return is_same;
    }
    // How long the longest common subsequence of what is left from each pair of places on is.
    let width = right.len() + 1;
    let mut longest = vec![0_u16; (left.len() + 1) * width];
    for i in (0..left.len()).rev() {
        for j in (0..right.len()).rev() {
            longest[i * width + j] = match left[i] == right[j] {
                true => longest[(i + 1) * width + j + 1] + 1,
                false => longest[(i + 1) * width + j].max(longest[i * width + j + 1]),
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    while i < left.len() && j < right.len() {
        if left[i] == right[j] {
            is_same[0][n_first + i] = true;
            is_same[1][n_first + j] = true;
            (i, j) = (i + 1, j + 1);
        } else if longest[(i + 1) * width + j] >= longest[i * width + j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    is_same
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_words_that_differ() {
        let check = |old: &str, new: &str, expected: [&[&str]; 2]| {
            let texts = |text: &str, ranges: Vec<Range<usize>>| -> Vec<String> {
                ranges.into_iter().map(|range| text[range].to_owned()).collect()
            };
            let [left, right] = changed(old, new);
            assert_eq!(texts(old, left), expected[0], "{old}");
            assert_eq!(texts(new, right), expected[1], "{new}");
        };
        check("  size: 64", "  size: 8", [&["64"], &["8"]]);
        check("let a = one(x);", "let b = one(x, y);", [&["a"], &["b", ", y"]]);
        check("pool = 5 # few", "pool = 5", [&[" # few"], &[]]);
        // Nothing in common: all of it is new, and nothing is to be emphasised.
        check("alpha beta gamma", "something else entirely", [&[], &[]]);
        check("", "x", [&[], &[]]);
    }

    proptest! {
        #[test]
        fn what_is_not_emphasised_is_the_same_on_both_sides(old in "[ab ,é]{0,24}", new in "[ab ,é]{0,24}") {
            let kept = |text: &str, ranges: &[Range<usize>]| -> String {
                let is_kept = |at: usize| !ranges.iter().any(|range| range.contains(&at));
                text.char_indices().filter(|(at, _)| is_kept(*at)).map(|(_, c)| c).collect()
            };
            let [left, right] = changed(&old, &new);
            if !left.is_empty() || !right.is_empty() {
                prop_assert_eq!(kept(&old, &left), kept(&new, &right));
            }
        }
    }
}
