//! Doors that are closed.

use seawall_core::Route;
use seawall_inventory::{Place, Resource};

use super::Dangers;

pub(super) fn compare(was: &Resource, is: &Resource, dangers: &mut Dangers<'_>) {
    if is.kind() != "Service" {
        return;
    }
    let kind = |service: &Resource| {
        let kind = service.root().path(&["spec", "type"]).and_then(|kind| kind.as_str());
        kind.unwrap_or("ClusterIP").to_owned()
    };
    let (old, new) = (kind(was), kind(is));
    if new == "ClusterIP" && matches!(old.as_str(), "NodePort" | "LoadBalancer") {
        let place = Place { resource: is.id(), route: Route::root().keys(&["spec", "type"]) };
        dangers.say(place, format!("the Service was a `{old}` and can no longer be reached from outside"));
    }
}
