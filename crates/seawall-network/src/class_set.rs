//! Sets of classes as bits.
//!
//! Only the words between the first and the last member are stored: classes of one namespace have numbers near each
//! other, so that the set of a namespaced selector is a few words however many classes there are.

use crate::ClassId;

const BITS: usize = u64::BITS as usize;

/// A set of [`ClassId`]s.
#[derive(Clone, Debug, Default)]
pub struct ClassSet {
    /// Words of zeros before the stored ones.
    skipped: usize,
    words: Vec<u64>,
}

impl ClassSet {
    fn word(&self, at: usize) -> u64 {
        at.checked_sub(self.skipped).and_then(|at| self.words.get(at)).copied().unwrap_or(0)
    }

    fn end(&self) -> usize {
        self.skipped + self.words.len()
    }

    /// Whether a class is a member.
    pub fn contains(&self, class: ClassId) -> bool {
        let (word, bit) = place(class);
        self.word(word) & bit != 0
    }

    /// Adds a class.
    pub fn insert(&mut self, class: ClassId) {
        let (word, bit) = place(class);
        if self.words.is_empty() {
            self.skipped = word;
        } else if word < self.skipped {
            let missing = self.skipped - word;
            self.words.splice(0..0, std::iter::repeat_n(0, missing));
            self.skipped = word;
        }
        let at = word - self.skipped;
        if at >= self.words.len() {
            self.words.resize(at + 1, 0);
        }
        if let Some(word) = self.words.get_mut(at) {
            *word |= bit;
        }
    }

    /// Removes a class.
    pub fn remove(&mut self, class: ClassId) {
        let (word, bit) = place(class);
        if let Some(word) = word.checked_sub(self.skipped).and_then(|at| self.words.get_mut(at)) {
            *word &= !bit;
        }
    }

    /// Whether there is no member.
    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    /// The number of members.
    pub fn len(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// The members, ascending.
    pub fn iter(&self) -> impl Iterator<Item = ClassId> + '_ {
        self.words.iter().enumerate().flat_map(|(at, word)| members(self.skipped + at, *word))
    }

    /// Adds all members of another set.
    pub fn add(&mut self, other: &Self) {
        if other.words.is_empty() {
            return;
        }
        if self.words.is_empty() {
            self.clone_from(other);
            return;
        }
        let (from, to) = (self.skipped.min(other.skipped), self.end().max(other.end()));
        if from < self.skipped {
            self.words.splice(0..0, std::iter::repeat_n(0, self.skipped - from));
            self.skipped = from;
        }
        self.words.resize(to - from, 0);
        let own = self.words.iter_mut().skip(other.skipped - from);
        own.zip(&other.words).for_each(|(own, other)| *own |= other);
    }

    /// Removes all members of another set.
    pub fn subtract(&mut self, other: &Self) {
        let (from, to) = (self.skipped.max(other.skipped), self.end().min(other.end()));
        let own = self.words.iter_mut().skip(from - self.skipped);
        let taken = (from..to).map(|at| other.word(at));
        own.zip(taken).for_each(|(own, taken)| *own &= !taken);
    }

    /// The members from one class to another, both included, ascending.
    pub(crate) fn range(&self, from: ClassId, to: ClassId) -> impl Iterator<Item = ClassId> + '_ {
        let (first, last) = (place(from).0.max(self.skipped), place(to).0);
        let words = (first..=last).take_while(|at| *at < self.end());
        let members = words.flat_map(|at| members(at, self.word(at)));
        members.filter(move |class| (from..=to).contains(class))
    }

    /// The members that both have.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        let (from, to) = (self.skipped.max(other.skipped), self.end().min(other.end()));
        let common = (from..to).map(|at| self.word(at) & other.word(at));
        ClassSet { skipped: from, words: common.collect() }.trimmed()
    }

    /// The members that the other lacks.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        let words = self.words.iter().enumerate();
        let rest = words.map(|(at, word)| word & !other.word(self.skipped + at));
        ClassSet { skipped: self.skipped, words: rest.collect() }.trimmed()
    }

    /// The stored words, each by its place among all words.
    pub(crate) fn words(&self) -> impl Iterator<Item = (usize, u64)> + '_ {
        (self.skipped..).zip(&self.words).map(|(at, word)| (at, *word))
    }

    /// The set of these words, from the first place on.
    pub(crate) fn from_words(words: &[u64]) -> Self {
        let skipped = words.iter().take_while(|word| **word == 0).count();
        let used = words.iter().rposition(|word| *word != 0).map_or(skipped, |last| last + 1);
        ClassSet { skipped, words: words.get(skipped..used).unwrap_or_default().to_vec() }
    }

    fn trimmed(mut self) -> Self {
        let used = self.words.iter().rposition(|word| *word != 0).map_or(0, |last| last + 1);
        self.words.truncate(used);
        let zeros = self.words.iter().take_while(|word| **word == 0).count();
        self.words.drain(..zeros);
        self.skipped += zeros;
        self
    }

    /// Bytes on the heap.
    pub fn heap_bytes(&self) -> usize {
        self.words.capacity() * size_of::<u64>()
    }
}

/// The members in a word, by its place among all words.
fn members(at: usize, word: u64) -> impl Iterator<Item = ClassId> {
    let mut rest = word;
    std::iter::from_fn(move || {
        let bit = rest.trailing_zeros() as usize;
        rest &= rest.checked_sub(1)?;
        Some(ClassId(u32::try_from(at * BITS + bit).unwrap_or(u32::MAX)))
    })
}

fn place(class: ClassId) -> (usize, u64) {
    let number = class.0 as usize;
    (number / BITS, 1 << (number % BITS))
}

impl PartialEq for ClassSet {
    fn eq(&self, other: &Self) -> bool {
        let (from, to) = (self.skipped.min(other.skipped), self.end().max(other.end()));
        (from..to).all(|at| self.word(at) == other.word(at))
    }
}

impl Eq for ClassSet {}

impl FromIterator<ClassId> for ClassSet {
    fn from_iter<I: IntoIterator<Item = ClassId>>(classes: I) -> Self {
        let mut set = ClassSet::default();
        classes.into_iter().for_each(|class| set.insert(class));
        set
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn set(members: &BTreeSet<u32>) -> ClassSet {
        members.iter().map(|member| ClassId(*member)).collect()
    }

    fn numbers(set: &ClassSet) -> Vec<u32> {
        set.iter().map(|class| class.0).collect()
    }

    fn some() -> impl Strategy<Value = BTreeSet<u32>> {
        prop::collection::btree_set(0u32..400, 0..12)
    }

    proptest! {
        #[test]
        fn is_a_set(a in some(), b in some(), gone in 0u32..400) {
            let (x, y) = (set(&a), set(&b));
            prop_assert_eq!(numbers(&x), a.iter().copied().collect::<Vec<_>>());
            prop_assert_eq!(x.len(), a.len());
            let mut both = x.clone();
            both.add(&y);
            prop_assert_eq!(numbers(&both), a.union(&b).copied().collect::<Vec<_>>());
            prop_assert_eq!(numbers(&x.intersection(&y)), a.intersection(&b).copied().collect::<Vec<_>>());
            prop_assert_eq!(numbers(&x.difference(&y)), a.difference(&b).copied().collect::<Vec<_>>());
            prop_assert_eq!(x == y, a == b);
            let mut without = x.clone();
            without.subtract(&y);
            prop_assert_eq!(without, x.difference(&y));
            let ranged: Vec<u32> = x.range(ClassId(60), ClassId(130)).map(|class| class.0).collect();
            prop_assert_eq!(ranged, a.range(60..=130).copied().collect::<Vec<_>>());
            let mut less = x.clone();
            less.remove(ClassId(gone));
            let mut smaller = a.clone();
            smaller.remove(&gone);
            prop_assert_eq!(less.is_empty(), smaller.is_empty());
            prop_assert_eq!(less, set(&smaller));
        }
    }
}
