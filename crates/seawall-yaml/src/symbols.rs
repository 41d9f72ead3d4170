//! Tables from keys to symbols: the hash and the open-addressed slots that the vocabulary and every builder use.
//!
//! The hash is seeded once a process, so that no input can be made to collide on purpose; nothing iterates over a
//! table, so the seed never shows in a result.

use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;

static SEEDS: LazyLock<[u64; 2]> = LazyLock::new(|| {
    let state = RandomState::new();
    [state.hash_one(1_u8), state.hash_one(2_u8)]
});

/// A 64-bit multiply folded to its halves: every bit of both factors reaches the result.
fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    (product as u64) ^ ((product >> 64) as u64)
}

fn word(bytes: &[u8]) -> u64 {
    match (bytes.first_chunk::<8>(), bytes.first_chunk::<4>()) {
        (Some(chunk), _) => u64::from_le_bytes(*chunk),
        (None, Some(chunk)) => u64::from(u32::from_le_bytes(*chunk)),
        (None, None) => bytes.iter().fold(0, |word, byte| word << 8 | u64::from(*byte)),
    }
}

fn last_word(bytes: &[u8]) -> u64 {
    match (bytes.last_chunk::<8>(), bytes.last_chunk::<4>()) {
        (Some(chunk), _) => u64::from_le_bytes(*chunk),
        (None, Some(chunk)) => u64::from(u32::from_le_bytes(*chunk)),
        (None, None) => bytes.len() as u64,
    }
}

/// The hash of a key, the same for all tables of the process.
#[inline]
pub(crate) fn hash(key: &str) -> u32 {
    let [first, second] = *SEEDS;
    let bytes = key.as_bytes();
    let mut state = first ^ bytes.len() as u64;
    let mut rest = bytes;
    while let Some((head, tail)) = rest.split_at_checked(16)
        && !tail.is_empty()
    {
        state = fold(state ^ word(head), second ^ last_word(head));
        rest = tail;
    }
    fold(state ^ word(rest), second ^ last_word(rest)) as u32
}

/// Open-addressed slots of (hash, value + 1), a power of two of them and at most half used. The owner holds the keys
/// and says whether a candidate is the right one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Slots {
    slots: Vec<(u32, u32)>,
    used: usize,
}

/// Slots of a table with anything in it.
const SMALLEST: usize = 32;
/// A table that grew beyond this for one document is not kept for the next one: clearing it would cost more.
const LARGEST_KEPT: usize = 1024;

impl Slots {
    /// The value stored with `hash` that `same` accepts.
    #[inline]
    pub(crate) fn find(&self, hash: u32, mut same: impl FnMut(u32) -> bool) -> Option<u32> {
        let mask = self.slots.len().checked_sub(1)?;
        let mut at = hash as usize & mask;
        loop {
            let (found, value) = *self.slots.get(at)?;
            let value = value.checked_sub(1)?;
            if found == hash && same(value) {
                return Some(value);
            }
            at = (at + 1) & mask;
        }
    }

    /// Adds a value that is not there yet.
    pub(crate) fn insert(&mut self, hash: u32, value: u32) {
        if (self.used + 1) * 2 > self.slots.len() {
            let larger = vec![(0, 0); (self.slots.len() * 2).max(SMALLEST)];
            let smaller = std::mem::replace(&mut self.slots, larger);
            for (hash, value) in smaller.into_iter().filter(|(_, value)| *value != 0) {
                self.put(hash, value);
            }
        }
        self.put(hash, value.saturating_add(1));
        self.used += 1;
    }

    fn put(&mut self, hash: u32, value: u32) {
        let Some(mask) = self.slots.len().checked_sub(1) else { return };
        let mut at = hash as usize & mask;
        while let Some(slot) = self.slots.get_mut(at) {
            if slot.1 == 0 {
                *slot = (hash, value);
                return;
            }
            at = (at + 1) & mask;
        }
    }

    /// Empties the table for another document.
    pub(crate) fn clear(&mut self) {
        if self.slots.len() > LARGEST_KEPT {
            self.slots = Vec::new();
        } else if self.used > 0 {
            self.slots.fill((0, 0));
        }
        self.used = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_was_put_in_whatever_the_length() {
        let keys: Vec<String> = (0..200).map(|n| "k".repeat(n % 40) + &n.to_string()).collect();
        let mut slots = Slots::default();
        for (n, key) in keys.iter().enumerate() {
            slots.insert(hash(key), n as u32);
        }
        let find = |slots: &Slots, key: &str| slots.find(hash(key), |n| keys[n as usize] == key);
        for (n, key) in keys.iter().enumerate() {
            assert_eq!(find(&slots, key), Some(n as u32));
        }
        assert_eq!(find(&slots, "nothing"), None);
        slots.clear();
        assert_eq!(find(&slots, "k1"), None);
    }
}
