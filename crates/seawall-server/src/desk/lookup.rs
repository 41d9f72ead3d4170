//! What must be learnt before a request is judged.

use std::panic::{AssertUnwindSafe, catch_unwind};

use seawall_core::Date;
use tokio::time::Instant;

use super::Desk;
use crate::images::{LookUp, Looked};
use crate::judge::{Around, Budget, Hook};
use crate::review::Review;

impl Desk {
    /// What the judges of a hook want to know of images, which is learnt by then at the latest; nothing when they know
    /// enough. What could not be learnt, they say.
    pub fn look_up(&self, review: &Review, hook: Hook, until: Instant) -> Option<LookUp> {
        let request = review.request();
        if self.rules.exemptions.of(&request).is_some() {
            return None;
        }
        let known = self.known.get();
        let around = Around {
            tree: review.tree(),
            known: &known,
            budget: &Budget::default(),
            today: Date::from_unix(self.clock.now()),
            looked: review.looked(),
        };
        let judges = self.judges.get();
        let asked = judges.iter().filter(|judge| judge.hook() == hook).filter_map(|judge| {
            // Whoever panics learns nothing, and says so when it judges.
            catch_unwind(AssertUnwindSafe(|| judge.look_up(&request, &around, until))).ok().flatten()
        });
        asked.reduce(LookUp::and)
    }

    /// The same for who has no runtime: waits for as long as it takes, but not longer than the time of a review.
    ///
    /// # Errors
    /// When the system gives no event queue.
    pub fn learn(&self, review: Review, hook: Hook, within: std::time::Duration) -> std::io::Result<Review> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let looked = runtime.block_on(async {
            match self.look_up(&review, hook, Instant::now() + within) {
                Some(asked) => asked.finish().await,
                None => Looked::default(),
            }
        });
        Ok(review.with(looked))
    }
}
