//! [`Block`] and [`Matches`]: a run of log entries in order of time without their text, and which of them a filter
//! lets through.
//!
//! Both are made of whole blocks, the future included. Every count takes a position up to which it may look.

use super::cache::Weight;
use glass_model::{Level, Timestamp};

/// Lines of each level, levels as in [`Level::ALL`].
pub(crate) type LevelCounts = [u64; 6];

/// Entries in order of time, then of their stream's labels, then as recorded.
pub(crate) struct Block {
    at_nanos: Vec<i64>,
    /// The streams' ranks by labels.
    stream: Vec<u32>,
    level: Vec<u8>,
    /// Where each entry was recorded: its number over all slices of the block.
    recorded: Vec<u32>,
    /// Why the entries could not be read; the block has none then.
    damage: Option<String>,
}

impl Weight for Block {
    fn n_bytes(&self) -> usize {
        size_of::<Self>() + self.at_nanos.len() * (8 + 4 + 1 + 4)
    }
}

impl Block {
    /// Puts entries, given as recorded, in order. The columns are of one length; a level that is not known counts
    /// as [`Level::Unknown`].
    pub(crate) fn new(at_nanos: &[i64], stream: &[u32], level: &[u8]) -> Self {
        // With their keys beside them, and stable: entries come stream by stream, each in order of time.
        let keys = at_nanos.iter().zip(stream).zip(0..);
        let mut keys: Vec<(i64, u32, u32)> = keys.map(|((at, stream), row)| (*at, *stream, row)).collect();
        keys.sort();
        let recorded: Vec<u32> = keys.iter().map(|key| key.2).collect();
        let known_level = |level: u8| {
            if usize::from(level) < Level::ALL.len() {
                level
            } else {
                0
            }
        };
        Self {
            at_nanos: keys.iter().map(|key| key.0).collect(),
            stream: keys.iter().map(|key| key.1).collect(),
            level: recorded
                .iter()
                .map(|row| known_level(level[*row as usize]))
                .collect(),
            recorded,
            damage: None,
        }
    }

    /// A block that could not be read, and why.
    pub(crate) fn damaged(why: String) -> Self {
        Self {
            damage: Some(why),
            ..Self::new(&[], &[], &[])
        }
    }

    pub(crate) fn damage(&self) -> Option<&str> {
        self.damage.as_deref()
    }

    pub(crate) fn len(&self) -> usize {
        self.at_nanos.len()
    }

    /// When the entry was written; `None` if there are not so many.
    pub(crate) fn at(&self, position: usize) -> Option<Timestamp> {
        self.at_nanos.get(position).copied().map(Timestamp::from_nanos)
    }

    /// The rank of the entry's stream by labels.
    pub(crate) fn stream(&self, position: usize) -> u32 {
        self.stream[position]
    }

    pub(crate) fn level(&self, position: usize) -> Level {
        Level::ALL[usize::from(self.level[position])]
    }

    /// The entry's number as recorded, over all slices of the block.
    pub(crate) fn recorded(&self, position: usize) -> u32 {
        self.recorded[position]
    }

    /// How many entries lie before `at`.
    pub(crate) fn n_before(&self, at: Timestamp) -> usize {
        self.at_nanos.partition_point(|other| *other < at.nanos())
    }

    /// How many entries lie at or before `until`.
    pub(crate) fn n_until(&self, until: Timestamp) -> usize {
        self.at_nanos.partition_point(|at| *at <= until.nanos())
    }

    /// Which entries pass: of the streams allowed by rank, at least as grave as `min_level`, and let through by
    /// `text`, which is asked with the number as recorded.
    pub(crate) fn matches(
        &self,
        stream_allowed: &[bool],
        min_level: Level,
        text: impl Fn(u32) -> bool,
    ) -> Matches {
        let passes = |position: usize| {
            self.level[position] >= min_level as u8
                && stream_allowed.get(self.stream[position] as usize) == Some(&true)
                && text(self.recorded[position])
        };
        Matches::new(&self.level, passes)
    }
}

/// Positions that share one running count: it costs 24 bytes and a count reads at most so many bits.
const COUNTED: usize = 1024;
const WORDS: usize = COUNTED / 64;

/// Which entries of a [`Block`] a filter lets through, by position.
pub(crate) struct Matches {
    bits: Vec<u64>,
    /// Matching lines of each level before every [`COUNTED`]th position, and at last of all.
    counts: Vec<[u32; 6]>,
    /// Why some texts could not be searched.
    damage: Option<String>,
}

impl Weight for Matches {
    fn n_bytes(&self) -> usize {
        size_of::<Self>() + self.bits.len() * 8 + self.counts.len() * 24
    }
}

impl Matches {
    fn new(levels: &[u8], passes: impl Fn(usize) -> bool) -> Self {
        let mut bits = vec![0; levels.len().div_ceil(64)];
        let mut counts = Vec::with_capacity(levels.len() / COUNTED + 2);
        let mut running = [0; 6];
        for (position, level) in levels.iter().enumerate() {
            if position % COUNTED == 0 {
                counts.push(running);
            }
            if passes(position) {
                bits[position / 64] |= 1 << (position % 64);
                running[usize::from(*level)] += 1;
            }
        }
        counts.push(running);
        Self {
            bits,
            counts,
            damage: None,
        }
    }

    /// The same, with why some texts could not be searched.
    pub(crate) fn with_damage(self, damage: Option<String>) -> Self {
        Self { damage, ..self }
    }

    pub(crate) fn damage(&self) -> Option<&str> {
        self.damage.as_deref()
    }

    /// How many entries of each level match.
    pub(crate) fn all_counts(&self) -> LevelCounts {
        self.counts.last().copied().unwrap_or_default().map(u64::from)
    }

    /// How many entries of each level match among the first `n_positions` of `block`, the one these are of.
    pub(crate) fn counts_below(&self, block: &Block, n_positions: usize) -> LevelCounts {
        if n_positions >= block.len() {
            return self.all_counts();
        }
        let start = n_positions / COUNTED;
        let mut counts = self.counts[start].map(u64::from);
        for position in self.ones(start * WORDS, n_positions) {
            counts[usize::from(block.level[position])] += 1;
        }
        counts
    }

    /// The position of the entry before which `n_before` entries match, itself one of them.
    pub(crate) fn position_of(&self, n_before: u64) -> Option<usize> {
        let total_at = |counts: &[u32; 6]| counts.iter().map(|n| u64::from(*n)).sum::<u64>();
        let start = self
            .counts
            .partition_point(|counts| total_at(counts) <= n_before)
            .checked_sub(1)?;
        let skip = usize::try_from(n_before - total_at(&self.counts[start])).ok()?;
        self.ones(start * WORDS, usize::MAX).nth(skip)
    }

    /// The positions of matching entries from the first of `first_word` on, below `end`.
    pub(crate) fn ones(&self, first_word: usize, end: usize) -> impl Iterator<Item = usize> {
        let words = self
            .bits
            .iter()
            .enumerate()
            .skip(first_word)
            .take_while(move |(i, _)| i * 64 < end);
        words
            .flat_map(|(i, word)| {
                std::iter::successors(Some(*word), |w| Some(w & w.wrapping_sub(1)))
                    .take_while(|w| *w != 0)
                    .map(move |w| i * 64 + w.trailing_zeros() as usize)
            })
            .take_while(move |position| *position < end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_come_by_time_then_stream_then_as_recorded() {
        let block = Block::new(&[5, 3, 5, 5], &[1, 0, 0, 1], &[1, 2, 3, 99]);
        let order: Vec<u32> = (0..4).map(|position| block.recorded(position)).collect();
        assert_eq!(order, [1, 2, 0, 3]);
        assert_eq!(block.level(3), Level::Unknown);
        assert_eq!(block.n_until(Timestamp::from_nanos(4)), 1);
    }

    #[test]
    fn counts_and_positions_agree_with_a_plain_walk() {
        let n = 5000;
        let at: Vec<i64> = (0..n).collect();
        let level: Vec<u8> = (0..n).map(|i| (i * 7 % 6) as u8).collect();
        let stream: Vec<u32> = (0..n).map(|i| (i % 3) as u32).collect();
        let block = Block::new(&at, &stream, &level);
        let matches = block.matches(&[true, false, true], Level::Info, |row| row % 5 != 0);
        let plain: Vec<usize> = (0..n as usize)
            .filter(|i| level[*i] >= 2 && stream[*i] != 1 && i % 5 != 0)
            .collect();
        for until in [0, 1, 63, 64, 1023, 1024, 1025, 4096, 4999, 5000] {
            let mut expected = [0; 6];
            plain
                .iter()
                .filter(|i| **i < until)
                .for_each(|i| expected[usize::from(level[*i])] += 1);
            assert_eq!(matches.counts_below(&block, until), expected, "{until}");
        }
        for (nth, position) in plain.iter().enumerate() {
            assert_eq!(matches.position_of(nth as u64), Some(*position));
        }
        assert_eq!(matches.position_of(plain.len() as u64), None);
    }
}
