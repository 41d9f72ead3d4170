//! Rights that accounts of pods lose.

use seawall_core::Route;
use seawall_inventory::{Place, Resource};
use seawall_rbac::{Rbac, Subject, diff};

use super::Dangers;

const GROUP: &str = "rbac.authorization.k8s.io";

pub(super) fn compare(pairs: &[(&Resource, &Resource)], dangers: &mut Dangers<'_>) {
    let Some((_, first)) = pairs.iter().find(|(_, is)| is.group() == GROUP) else { return };
    let (new, _) = Rbac::build(dangers.after);
    let place = Place { resource: first.id(), route: Route::root() };
    for change in diff(dangers.rights(), &new).into_iter().filter(|change| !change.lost.is_empty()) {
        let Subject::ServiceAccount { namespace, name } = &change.subject else { continue };
        let pods = dangers.after.pods_of_service_account(Some(namespace), name);
        let Some(pod) = pods.first() else { continue };
        let verbs: Vec<String> = change
            .lost
            .iter()
            .map(|right| {
                format!(
                    "{} {}",
                    right.verbs.join(","),
                    [&right.resources[..], &right.paths[..]].concat().join(",")
                )
            })
            .collect();
        let message = format!(
            "{} loses `{}`; {} runs as it",
            change.subject,
            verbs.join("`, `"),
            pod.resource().subject()
        );
        dangers.say(place.clone(), message);
    }
}
