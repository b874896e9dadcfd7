//! [`Presence`]: at which steps there is a value.

/// A bit for each step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Presence {
    words: Vec<u64>,
    n_steps: usize,
}

impl Presence {
    /// No step.
    pub fn none(n_steps: usize) -> Self {
        Self {
            words: vec![0; n_steps.div_ceil(64)],
            n_steps,
        }
    }

    /// Every step.
    pub fn all(n_steps: usize) -> Self {
        let mut words = vec![u64::MAX; n_steps.div_ceil(64)];
        if let (Some(last), rest @ 1..) = (words.last_mut(), n_steps % 64) {
            *last = (1 << rest) - 1;
        }
        Self { words, n_steps }
    }

    /// How many steps there are, with or without a value.
    pub fn n_steps(&self) -> usize {
        self.n_steps
    }

    /// Whether `step` has a value.
    pub fn has(&self, step: usize) -> bool {
        self.words[step / 64] >> (step % 64) & 1 == 1
    }

    /// Says that `step` has a value.
    pub fn insert(&mut self, step: usize) {
        self.words[step / 64] |= 1 << (step % 64);
    }

    /// Says that `step` has none.
    pub fn remove(&mut self, step: usize) {
        self.words[step / 64] &= !(1 << (step % 64));
    }

    /// How many steps have a value.
    pub fn count(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Whether no step has a value.
    pub fn is_none(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    /// Whether every step has one.
    pub fn is_all(&self) -> bool {
        self.count() == self.n_steps
    }

    /// Adds the steps of `other`.
    pub fn insert_all(&mut self, other: &Self) {
        self.merge(other, |mine, theirs| mine | theirs);
    }

    /// Keeps the steps that `other` has too.
    pub fn retain(&mut self, other: &Self) {
        self.merge(other, |mine, theirs| mine & theirs);
    }

    /// Removes the steps of `other`.
    pub fn remove_all(&mut self, other: &Self) {
        self.merge(other, |mine, theirs| mine & !theirs);
    }

    /// Whether a step has a value in both.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.first_overlap(other).is_some()
    }

    /// The first step with a value in both.
    pub fn first_overlap(&self, other: &Self) -> Option<usize> {
        self.words
            .iter()
            .zip(&other.words)
            .position(|(mine, theirs)| mine & theirs != 0)
            .map(|word| word * 64 + (self.words[word] & other.words[word]).trailing_zeros() as usize)
    }

    fn merge(&mut self, other: &Self, each: impl Fn(u64, u64) -> u64) {
        for (mine, theirs) in self.words.iter_mut().zip(&other.words) {
            *mine = each(*mine, *theirs);
        }
    }

    /// The steps with a value, in order.
    pub fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.words.iter().enumerate().flat_map(|(i, word)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                let bit = (rest != 0).then(|| rest.trailing_zeros() as usize)?;
                rest &= rest - 1;
                Some(i * 64 + bit)
            })
        })
    }

    /// Calls `each` for every step with a value, in order; a plain loop where all have one.
    pub fn for_each(&self, mut each: impl FnMut(usize)) {
        for (i, word) in self.words.iter().enumerate() {
            let base = i * 64;
            if *word == u64::MAX {
                (base..base + 64).for_each(&mut each);
            } else {
                let mut rest = *word;
                while rest != 0 {
                    each(base + rest.trailing_zeros() as usize);
                    rest &= rest - 1;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_come_back_in_order() {
        let check = |n_steps: usize, steps: &[usize]| {
            let mut presence = Presence::none(n_steps);
            steps.iter().for_each(|step| presence.insert(*step));
            assert_eq!(presence.iter().collect::<Vec<_>>(), steps);
            let mut seen = Vec::new();
            presence.for_each(|step| seen.push(step));
            assert_eq!((seen.as_slice(), presence.count()), (steps, steps.len()));
            assert_eq!(presence.is_all(), steps.len() == n_steps);
            let mut rest = Presence::all(n_steps);
            rest.remove_all(&presence);
            assert!(!rest.overlaps(&presence) && rest.count() + steps.len() == n_steps);
        };
        check(130, &[0, 63, 64, 129]);
        check(64, &(0..64).collect::<Vec<_>>());
        check(3, &[]);
        check(0, &[]);
    }
}
