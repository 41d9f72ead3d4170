//! What must be learnt before a request is judged.

use std::panic::{AssertUnwindSafe, catch_unwind};

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
            today: self.today(),
            looked: review.looked(),
        };
        // Whoever panics learns nothing, and says so when it judges.
        let learn = |ask: &dyn Fn() -> Option<LookUp>| catch_unwind(AssertUnwindSafe(ask)).ok().flatten();
        match hook {
            Hook::Mutate => {
                let changers = self.changers.get();
                let asked = changers
                    .iter()
                    .filter_map(|changer| learn(&|| changer.look_up(&request, &around, until)));
                asked.reduce(LookUp::and)
            }
            Hook::Validate => {
                let judges = self.judges.get();
                let asked =
                    judges.iter().filter_map(|judge| learn(&|| judge.look_up(&request, &around, until)));
                asked.reduce(LookUp::and)
            }
        }
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
