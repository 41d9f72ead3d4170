//! Maps and sets keyed by numbers that the model gave out itself.
//!
//! Such keys are not chosen by whoever wrote the objects, so that nobody can make them collide: they need no keyed hash,
//! which costs more than the look-up. Texts from outside never go in here.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

/// A map by number.
pub(crate) type NumberMap<K, V> = HashMap<K, V, BuildHasherDefault<NumberHasher>>;
/// A set of numbers.
pub(crate) type NumberSet<K> = HashSet<K, BuildHasherDefault<NumberHasher>>;

/// Multiplies what was read so far, and mixes it once at the end.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct NumberHasher(u64);

/// An odd number without a pattern: 2⁶⁴ divided by the golden ratio.
const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

impl NumberHasher {
    fn add(&mut self, number: u64) {
        self.0 = (self.0.rotate_left(5) ^ number).wrapping_mul(FACTOR);
    }
}

impl Hasher for NumberHasher {
    fn finish(&self) -> u64 {
        // Multiplying moves what differs upwards only, and tables look at both ends.
        (self.0 ^ (self.0 >> 32)).wrapping_mul(FACTOR)
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.add(u64::from(*byte)));
    }

    fn write_u8(&mut self, number: u8) {
        self.add(u64::from(number));
    }

    fn write_u16(&mut self, number: u16) {
        self.add(u64::from(number));
    }

    fn write_u32(&mut self, number: u32) {
        self.add(u64::from(number));
    }

    fn write_u64(&mut self, number: u64) {
        self.add(number);
    }

    fn write_usize(&mut self, number: usize) {
        self.add(number as u64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::hash::{BuildHasher, Hash};

    /// The low bits choose the place in a table and the high ones the mark there: neither may be alike for many keys.
    #[test]
    fn numbers_in_a_row_spread_at_both_ends() {
        fn places(keys: impl Iterator<Item = impl Hash>) -> (usize, usize) {
            let hash = BuildHasherDefault::<NumberHasher>::default();
            let hashes: Vec<u64> = keys.map(|key| hash.hash_one(key)).collect();
            let ends = |end: fn(u64) -> u64| hashes.iter().map(|own| end(*own)).collect::<HashSet<_>>().len();
            (ends(|hash| hash & 0xfff), ends(|hash| hash >> 57))
        }
        for (low, high) in [
            places(0u32..4096),
            places((0u32..4096).map(|number| number << 12)),
            places((0u32..4096).map(|number| (number / 64, number % 64))),
        ] {
            // Chance alone fills 1 - 1/e of the places.
            assert!(low > 2300 && high == 128, "{low} {high}");
        }
    }
}
