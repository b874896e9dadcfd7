//! [`each_gram`]: what of a text is remembered about a slice of log lines, so that a slice that cannot hold a text is
//! not read.
//!
//! A filter on log lines asks for any piece of text, not for words. So the grams of a piece must be grams of every
//! line that holds it, whatever stands before and after it. There are two kinds:
//!
//! - of words every four letters that follow each other, but those that are also hexadecimal digits: random ids
//!   would fill the filter with them;
//! - of ids, which are long and mostly different in every line, as few as possible: of every twelve letters and
//!   digits in a row, a digit among them, the eight that hash lowest. A text of sixteen has some two of them.
//!
//! Upper and lower case of ASCII count as one. Bytes beyond ASCII count as letters.

/// Letters in a gram of a word.
const WORD: usize = 4;
/// Letters and digits in a gram of an id, and in the window of which one gram is chosen.
const ID: usize = 8;
const WINDOW: usize = 12;
/// Grams in a window.
const CHOICES: usize = WINDOW - ID + 1;

/// A gram's kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum GramKind {
    Word,
    Id,
}

/// A gram, hashed.
pub(crate) type Gram = (GramKind, u64);

/// Calls `take` with every gram of one line, or of a piece of one; some come more than once.
pub(crate) fn each_gram(text: &[u8], mut take: impl FnMut(Gram)) {
    let mut run = Run::default();
    for byte in text {
        let byte = byte.to_ascii_lowercase();
        let is_letter = byte.is_ascii_lowercase() || byte >= 0x80;
        if !is_letter && !byte.is_ascii_digit() {
            run = Run::default();
            continue;
        }
        run.push(byte, is_letter, &mut take);
    }
}

/// Letters and digits without anything else between them.
#[derive(Default)]
struct Run {
    len: usize,
    /// The last eight bytes.
    last: u64,
    n_letters: usize,
    /// Letters since the last that is no hexadecimal digit, itself not counted.
    since_plain: usize,
    since_digit: usize,
    /// The hashes of the last grams, in a ring.
    hashes: [u64; CHOICES],
}

impl Run {
    fn push(&mut self, byte: u8, is_letter: bool, take: &mut impl FnMut(Gram)) {
        self.len += 1;
        self.last = self.last << 8 | u64::from(byte);
        let is_hex = matches!(byte, b'a'..=b'f');
        self.since_plain = if is_letter && !is_hex {
            0
        } else {
            self.since_plain.saturating_add(1)
        };
        (self.n_letters, self.since_digit) = if is_letter {
            (self.n_letters + 1, self.since_digit + 1)
        } else {
            (0, 0)
        };
        if self.n_letters >= WORD && self.since_plain < WORD {
            take((GramKind::Word, mix(self.last & 0xffff_ffff)));
        }
        if self.len < ID {
            return;
        }
        self.hashes[self.len % CHOICES] = mix(self.last ^ 0x6c6f_6773);
        let has_digit = self.since_digit < WINDOW && self.since_digit < self.len;
        if self.len >= WINDOW && has_digit {
            let lowest = self.hashes.iter().copied().min();
            take((GramKind::Id, lowest.unwrap_or_default()));
        }
    }
}

/// The finalizer of splitmix64: files depend on it.
fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn grams(text: &str) -> BTreeSet<Gram> {
        let mut grams = BTreeSet::new();
        each_gram(text.as_bytes(), |gram| _ = grams.insert(gram));
        grams
    }

    #[test]
    fn grams_are_few_and_of_words_and_ids_alone() {
        let check = |text: &str, n_words: usize, n_ids: usize| {
            let of_kind = |kind| grams(text).iter().filter(|gram| gram.0 == kind).count();
            assert_eq!(
                (of_kind(GramKind::Word), of_kind(GramKind::Id)),
                (n_words, n_ids),
                "{text}"
            );
        };
        check("", 0, 0);
        check("oom", 0, 0);
        check("panic", 2, 0);
        check("PANIC: panic", 2, 0);
        check("dead", 0, 0);
        check("deadlock", 4, 0);
        check("status=200 12.5ms", 3, 0);
        check("01234567890", 0, 0);
        check("012345678901", 0, 1);
        check("authentication", 11, 0);
        check("größe", 4, 0);
    }

    proptest! {
        #[test]
        fn a_line_has_the_grams_of_each_of_its_pieces(
            line in "([a-h0-3GZü /=]{0,12}|[0-9a-f]{16}){1,6}",
            from in 0_usize..40,
            len in 0_usize..40,
        ) {
            let (from, to) = (line.floor_char_boundary(from), line.floor_char_boundary(from + len));
            let piece = &line[from..to.max(from)];
            prop_assert!(grams(&line).is_superset(&grams(piece)), "{:?} of {:?}", piece, line);
            prop_assert_eq!(grams(&line), grams(&line.to_ascii_uppercase()));
        }
    }
}
