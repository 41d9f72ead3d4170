//! Who changes objects: policies behind one narrow door, as judges are.

use std::sync::Arc;

use seawall_policy::admission::{Decision, Request};
use seawall_yaml::Tree;
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

/// Lets those who change objects do so one after the other, each seeing what those before it made; gives what came of it.
pub(crate) fn in_turn(
    changers: &[Arc<dyn Changer>],
    request: &Request<'_>,
    around: &Around<'_>,
    mut change: impl FnMut(&dyn Changer, &Request<'_>, &Around<'_>) -> Option<Tree>,
) -> Option<Arc<Tree>> {
    let mut changed: Option<Arc<Tree>> = None;
    for changer in changers {
        let (request, around) = with_object(request, around, changed.as_ref());
        if let Some(made) = change(&**changer, &request, &around) {
            changed = Some(Arc::new(made));
        }
    }
    changed
}

/// A request with what became of its object, if anything did.
pub(crate) fn with_object<'t>(
    request: &Request<'t>,
    around: &Around<'t>,
    changed: Option<&'t Arc<Tree>>,
) -> (Request<'t>, Around<'t>) {
    let object = changed.map(|tree| tree.root()).or(request.object);
    (Request { object, ..request.clone() }, Around { tree: changed.unwrap_or(around.tree), ..*around })
}
