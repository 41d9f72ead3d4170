//! Verdicts that were given, so that an image is not verified with every pod that runs it.
//!
//! A verdict holds for a digest under a policy and a trusted root. What could not be evaluated is never kept.

use seawall_core::ImageDigest;

use super::{Kept, PolicyHash, Verdict};
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

/// A bounded cache of verdicts.
#[derive(Debug)]
pub struct VerdictCache {
    bounds: CacheBounds,
    kept: Kept<(ImageDigest, PolicyHash), Verdict>,
}

impl VerdictCache {
    /// An empty cache.
    pub fn new(bounds: CacheBounds) -> Self {
        VerdictCache { bounds, kept: Kept::new(bounds.entries) }
    }

    /// The verdict, when there is one that still holds.
    pub fn get(&self, image: ImageDigest, policy: PolicyHash, now: Instant) -> Option<&Verdict> {
        self.kept.get(&(image, policy), now)
    }

    /// Keeps a verdict.
    pub fn put(&mut self, image: ImageDigest, policy: PolicyHash, verdict: Verdict, now: Instant) {
        let seconds = match &verdict {
            Verdict::Verified { .. } => self.bounds.verified,
            Verdict::Refused { .. } => self.bounds.refused,
            Verdict::NotEvaluated(_) => return,
        };
        self.kept.put((image, policy), verdict, seconds, now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signature::{Cause, Gap};

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
        let gap = Gap::new(Cause::Here, "");
        cache.put(image(3), POLICY, Verdict::NotEvaluated(gap), at(1_000));
        let known = |number, now| cache.get(image(number), POLICY, at(now)).is_some();
        assert_eq!([1_000, 1_099, 1_100].map(|now| known(1, now)), [true, true, false]);
        assert_eq!([1_000, 1_009, 1_010].map(|now| known(2, now)), [true, true, false]);
        assert!(!known(3, 1_000));
        // A clock that went back.
        assert!(!known(1, 999));
        assert_eq!(cache.get(image(1), PolicyHash([2; 32]), at(1_000)), None);
    }
}
