//! A small generator of random numbers whose output never changes.
//!
//! `SplitMix64` (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", OOPSLA 2014). Nothing here is
//! secret; a crate would be free to change its sequence between versions, and the bytes of a seed are a promise.

/// A source of numbers that depends on nothing but its seed.
#[derive(Debug)]
pub(super) struct Random {
    state: u64,
}

impl Random {
    pub(super) fn new(seed: u64) -> Random {
        Random { state: seed }
    }

    /// The next 64 bits.
    pub(super) fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number in `low..=high`; the bias of the remainder is far below what a manifest could show.
    pub(super) fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.bits() % (high - low + 1)
    }

    /// The same as a signed number, for fields of manifests.
    pub(super) fn int(&mut self, low: u32, high: u32) -> i64 {
        i64::try_from(self.between(low.into(), high.into())).unwrap_or(i64::from(low))
    }

    /// True in `per_mille` of 1,000 cases.
    pub(super) fn chance(&mut self, per_mille: u32) -> bool {
        self.bits() % 1000 < u64::from(per_mille)
    }

    /// One of these.
    #[expect(
        clippy::indexing_slicing,
        reason = "`between` stays below the length, and the lists are our own constants"
    )]
    pub(super) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        let last = from.len().saturating_sub(1);
        from[usize::try_from(self.between(0, last as u64)).unwrap_or(0)]
    }

    /// One of these, by weight.
    pub(super) fn weighted<T: Copy>(&mut self, from: &[(T, u32)], otherwise: T) -> T {
        let total: u64 = from.iter().map(|(_, weight)| u64::from(*weight)).sum();
        let mut left = self.between(0, total.saturating_sub(1));
        for (value, weight) in from {
            if left < u64::from(*weight) {
                return *value;
            }
            left -= u64::from(*weight);
        }
        otherwise
    }

    /// `length` characters of this alphabet.
    pub(super) fn text(&mut self, alphabet: &[u8], length: usize) -> String {
        (0..length).map(|_| char::from(self.pick(alphabet))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Random;

    #[test]
    fn follows_the_published_sequence() {
        // First outputs of the reference implementation for seed 1234567.
        let mut random = Random::new(1_234_567);
        let first: Vec<u64> = (0..3).map(|_| random.bits()).collect();
        assert_eq!(first, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
    }

    #[test]
    fn weights_and_bounds_hold() {
        let mut random = Random::new(1);
        for _ in 0..1000 {
            assert!((3..=5).contains(&random.between(3, 5)));
            assert_eq!(random.weighted(&[('a', 0), ('b', 2)], 'c'), 'b');
        }
        let hits = (0..100_000).filter(|_| random.chance(100)).count();
        assert!((9_000..11_000).contains(&hits), "{hits}");
    }
}
