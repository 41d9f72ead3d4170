//! How often a new state is made of what changed.
//!
//! Invariant: it takes at most one part of [`SHARE`] of the time, whatever the size of the cluster and however often it
//! changes.

use std::time::Duration;

use tokio::time::Instant;

/// The shortest time between two states: who changes one thing sees it at the next request of a human.
const LEAST: Duration = Duration::from_millis(500);

/// How many times as long as making a state took nothing is made after it.
const SHARE: u32 = 20;

/// When the next state may be made.
#[derive(Debug, Default)]
pub(super) struct Pace {
    next: Option<Instant>,
}

impl Pace {
    /// When that is; `None`: at once.
    pub(super) fn next(&self) -> Option<Instant> {
        self.next
    }

    /// Whether it is time.
    pub(super) fn is_due(&self, now: Instant) -> bool {
        self.next.is_none_or(|next| next <= now)
    }

    /// One was made.
    pub(super) fn made(&mut self, began: Instant, ended: Instant) {
        let took = ended.duration_since(began);
        self.next = Some(ended + LEAST.max(took.saturating_mul(SHARE)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_state_is_made_at_once_and_costly_ones_seldom() {
        let mut pace = Pace::default();
        let now = Instant::now();
        assert!(pace.is_due(now));
        pace.made(now, now + Duration::from_millis(1));
        assert!(
            !pace.is_due(now + Duration::from_millis(500)) && pace.is_due(now + Duration::from_millis(501))
        );
        pace.made(now, now + Duration::from_secs(2));
        assert_eq!(pace.next(), Some(now + Duration::from_secs(42)));
    }
}
