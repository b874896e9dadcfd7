//! [`Needle`]: finds a text in many log lines at once, ignoring ASCII case.

use memchr::memmem;

/// A text to look for.
pub(crate) struct Needle {
    finder: memmem::Finder<'static>,
}

impl Needle {
    /// Looks for `text`, which is not empty.
    pub(crate) fn new(text: &str) -> Self {
        let finder = memmem::Finder::new(text.to_ascii_lowercase().as_bytes()).into_owned();
        Self { finder }
    }

    /// Which of `n_lines` lines, which stand one after the other in `text`, hold the needle; `end_of` says where
    /// each ends.
    ///
    /// The whole text is searched in one go, which is several times faster than line by line; what is found
    /// across the border of two lines does not count.
    pub(crate) fn found_in(&self, text: &str, n_lines: usize, end_of: impl Fn(usize) -> usize) -> Vec<bool> {
        let mut found = vec![false; n_lines];
        let lower = text.as_bytes().to_ascii_lowercase();
        let length = self.finder.needle().len();
        let mut line = 0;
        let mut position = 0;
        while let Some(hit) = lower.get(position..).and_then(|rest| self.finder.find(rest)) {
            let start = position + hit;
            while line < n_lines && end_of(line) <= start {
                line += 1;
            }
            if line == n_lines {
                break;
            }
            let inside = start + length <= end_of(line);
            found[line] |= inside;
            position = if inside { end_of(line) } else { start + 1 };
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(lines: &[&str], text: &str, expected: &[bool]) {
        let end_of = |line: usize| lines[..=line].concat().len();
        let found = Needle::new(text).found_in(&lines.concat(), lines.len(), end_of);
        assert_eq!(found, expected, "{text:?} in {lines:?}");
    }

    #[test]
    fn text_is_found_inside_lines_only_and_in_any_case() {
        check(
            &["GET /a", "ERRor b", "", "error error"],
            "eRR",
            &[false, true, false, true],
        );
        check(&["ab", "cd", "bc"], "bc", &[false, false, true]);
        check(&["aab", "aaab"], "aab", &[true, true]);
        check(&["größe", "GRÖSSE"], "größe", &[true, false]);
        check(&["", ""], "a", &[false, false]);
        check(&[], "a", &[]);
        check(&["x"], "xx", &[false]);
    }
}
