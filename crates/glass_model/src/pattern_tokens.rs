//! Takes a log line apart for [`crate::PatternMiner`]: what holds its form together, and the words that may differ.

use std::hash::{DefaultHasher, Hasher};
use std::ops::Range;

/// More words of a line are not looked at: all that follows may differ.
const MAX_WORDS: usize = 80;
/// Nor is more of a line than this, in bytes.
const MAX_BYTES: usize = 4096;

/// A line taken apart.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    /// The words that may differ, as places in the line, by their order.
    pub words: Vec<Word>,
    /// How much of the line was looked at, in bytes.
    pub n_bytes: usize,
    /// Of all that is no word: separators, and names of fields.
    pub structure: u64,
    /// Of the structure and of the words that are not sure to differ.
    pub masked: u64,
}

/// A word that may differ from line to line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Word {
    /// Its place in the line.
    pub at: Range<usize>,
    /// Whether it is sure to differ: it holds a digit.
    pub is_variable: bool,
}

impl Tokens {
    /// Takes a line apart into these, whatever was in them before.
    pub fn read(&mut self, line: &str) {
        self.words.clear();
        let line = &line[..line.floor_char_boundary(MAX_BYTES)];
        let (mut structure, mut masked) = (DefaultHasher::new(), DefaultHasher::new());
        let bytes = line.as_bytes();
        let mut at = 0;
        while at < bytes.len() && self.words.len() < MAX_WORDS {
            let start = at;
            while at < bytes.len() && !begins_word(bytes[at]) {
                at += 1;
            }
            structure.write(&bytes[start..at]);
            masked.write(&bytes[start..at]);
            let word = at;
            let mut is_variable = false;
            while at < bytes.len() && is_of_word(bytes[at]) {
                is_variable |= bytes[at].is_ascii_digit();
                at += 1;
            }
            if word == at {
                break;
            }
            if is_name(&bytes[at..]) {
                structure.write(&bytes[word..at]);
                masked.write(&bytes[word..at]);
                continue;
            }
            structure.write_u8(0xff);
            match is_variable {
                true => masked.write_u8(0xff),
                false => masked.write(&bytes[word..at]),
            }
            self.words.push(Word {
                at: word..at,
                is_variable,
            });
        }
        self.n_bytes = at;
        self.structure = structure.finish();
        masked.write_u64(self.structure);
        self.masked = masked.finish();
    }
}

fn begins_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0x80
}

/// Bytes of characters beyond ASCII are of words, so that no character is split.
fn is_of_word(byte: u8) -> bool {
    begins_word(byte) || b"_-.@%+:~#$&*".contains(&byte)
}

/// Whether what ends here is the name of a field of JSON or logfmt.
fn is_name(after: &[u8]) -> bool {
    after.first() == Some(&b'=') || after.starts_with(b"\":")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(line: &str) -> Tokens {
        let mut tokens = Tokens::default();
        tokens.read(line);
        tokens
    }

    #[test]
    fn names_of_fields_hold_a_line_together() {
        let line = r#"level=info msg="cart updated" took=12ms {"user":"anna"}"#;
        let tokens = tokens(line);
        let words: Vec<_> = tokens
            .words
            .iter()
            .map(|word| (&line[word.at.clone()], word.is_variable))
            .collect();
        let expected = [
            ("info", false),
            ("cart", false),
            ("updated", false),
            ("12ms", true),
            ("anna", false),
        ];
        assert_eq!(words, expected);
    }

    #[test]
    fn lines_that_differ_in_numbers_alone_are_masked_alike() {
        let same = |one: &str, other: &str| tokens(one).masked == tokens(other).masked;
        assert!(same("GET /cart/1 200 in 3 ms", "GET /cart/22 500 in 4711 ms"));
        assert!(!same("GET /cart/1 200", "PUT /cart/1 200"));
        assert!(!same("a=1 b=2", "a=1 c=2"));
        assert_eq!(tokens("a=x b=y").structure, tokens("a=u b=v").structure);
    }

    #[test]
    fn any_text_is_taken_apart() {
        for line in [
            "",
            "   ",
            "\u{1f600}",
            "größe 日本語 \u{301}",
            &"x1 ".repeat(5000),
        ] {
            let tokens = tokens(line);
            assert!(line.is_char_boundary(tokens.n_bytes));
            assert!(tokens.words.len() <= MAX_WORDS);
        }
    }
}
