//! Verdicts that were given, so that an image is not verified with every pod that runs it.
//!
//! A verdict holds for a digest under a policy and a trusted root. The clock is passed in; when it goes back, what was put
//! later than now is not believed. What could not be evaluated is never kept.

use std::collections::{BTreeMap, HashMap};

use super::{PolicyHash, Verdict};
use crate::ImageDigest;
use crate::signature::Instant;

/// How much is kept, and how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CacheBounds {
    /// Verdicts that are kept.
    pub entries: usize,
    /// Seconds for which an image stays verified.
    pub verified: i64,
    /// Seconds for which it stays refused: shorter, since signatures are added after an image.
    pub refused: i64,
}

impl Default for CacheBounds {
    fn default() -> Self {
        CacheBounds { entries: 10_000, verified: 3_600, refused: 60 }
    }
}

type Key = (ImageDigest, PolicyHash);

#[derive(Debug)]
struct Kept {
    verdict: Verdict,
    put: Instant,
    until: Instant,
    /// Its place in the order of being put.
    turn: u64,
}

/// A bounded cache of verdicts; the oldest makes room.
#[derive(Debug, Default)]
pub struct VerdictCache {
    bounds: CacheBounds,
    kept: HashMap<Key, Kept>,
    order: BTreeMap<u64, Key>,
    turn: u64,
}

impl VerdictCache {
    /// An empty cache.
    pub fn new(bounds: CacheBounds) -> Self {
        VerdictCache { bounds, ..VerdictCache::default() }
    }

    /// The verdict, when there is one that still holds.
    pub fn get(&self, image: ImageDigest, policy: PolicyHash, now: Instant) -> Option<&Verdict> {
        let kept = self.kept.get(&(image, policy))?;
        (kept.put <= now && now < kept.until).then_some(&kept.verdict)
    }

    /// Keeps a verdict.
    pub fn put(&mut self, image: ImageDigest, policy: PolicyHash, verdict: Verdict, now: Instant) {
        let seconds = match &verdict {
            Verdict::Verified { .. } => self.bounds.verified,
            Verdict::Refused { .. } => self.bounds.refused,
            Verdict::NotEvaluated { .. } => return,
        };
        self.turn += 1;
        let until = Instant::from_unix(now.unix().saturating_add(seconds));
        let kept = Kept { verdict, put: now, until, turn: self.turn };
        if let Some(old) = self.kept.insert((image, policy), kept) {
            self.order.remove(&old.turn);
        }
        self.order.insert(self.turn, (image, policy));
        while self.kept.len() > self.bounds.entries {
            let Some((_, oldest)) = self.order.pop_first() else { return };
            self.kept.remove(&oldest);
        }
    }

    /// How many verdicts are kept.
    pub fn len(&self) -> usize {
        self.kept.len()
    }

    /// Whether none is kept.
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(number: u8) -> ImageDigest {
        ImageDigest::from([number; 32])
    }

    const POLICY: PolicyHash = PolicyHash([1; 32]);

    fn refused() -> Verdict {
        Verdict::Refused { reasons: Vec::new() }
    }

    #[test]
    fn verdicts_end() {
        let mut cache = VerdictCache::new(CacheBounds { entries: 10, verified: 100, refused: 10 });
        let at = Instant::from_unix;
        let verified = Verdict::Verified { accepted: Vec::new() };
        cache.put(image(1), POLICY, verified.clone(), at(1_000));
        cache.put(image(2), POLICY, refused(), at(1_000));
        cache.put(image(3), POLICY, Verdict::NotEvaluated { reason: String::new() }, at(1_000));
        let known = |number, now| cache.get(image(number), POLICY, at(now)).is_some();
        assert_eq!([1_000, 1_099, 1_100].map(|now| known(1, now)), [true, true, false]);
        assert_eq!([1_000, 1_009, 1_010].map(|now| known(2, now)), [true, true, false]);
        assert!(!known(3, 1_000));
        // A clock that went back.
        assert!(!known(1, 999));
        assert_eq!(cache.get(image(1), PolicyHash([2; 32]), at(1_000)), None);
    }

    #[test]
    fn the_oldest_makes_room() {
        let mut cache = VerdictCache::new(CacheBounds { entries: 2, ..CacheBounds::default() });
        let at = Instant::from_unix(0);
        for number in [1, 2, 1, 3] {
            cache.put(image(number), POLICY, refused(), at);
            assert!(cache.len() <= 2 && cache.order.len() == cache.len());
        }
        let known = [1, 2, 3].map(|number| cache.get(image(number), POLICY, at).is_some());
        assert_eq!(known, [true, false, true]);
        let mut none = VerdictCache::new(CacheBounds { entries: 0, ..CacheBounds::default() });
        none.put(image(1), POLICY, refused(), at);
        assert!(none.is_empty());
    }
}
