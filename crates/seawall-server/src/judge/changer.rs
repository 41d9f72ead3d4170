//! Who changes objects: policies behind one narrow door, as judges are.

use seawall_policy::admission::{Decision, Request};
use tokio::time::Instant;

use crate::images::LookUp;
use crate::judge::Around;

/// A family of policies that change objects.
///
/// Invariants: as a judge, it is a pure function of the request, the inventory, what was learnt of images and its settings.
/// It changes nothing of an object that it has changed before, and nothing by a policy that does not count.
pub trait Changer: Send + Sync {
    /// The name of the family in settings, metrics and events.
    fn family(&self) -> &str;

    /// The policies, by the ids that modes are set for.
    fn ids(&self) -> &[String];

    /// What must be learnt of images before this changes anything, by then at the latest. It is found in
    /// [`Around::looked`].
    fn look_up(&self, _: &Request<'_>, _: &Around<'_>, _until: Instant) -> Option<LookUp> {
        None
    }

    /// Changes the object of a request by those of the policies of which `counts` takes the id, as if there were no others.
    fn change(&self, request: &Request<'_>, around: &Around<'_>, counts: &dyn Fn(&str) -> bool) -> Decision;
}
