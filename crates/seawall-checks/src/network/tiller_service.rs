//! `network-tiller-service`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::{Place, Resource, Selector};

use crate::network::backends::SERVICE;
use crate::network::tiller::{is_tiller, is_tiller_service};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "network-tiller-service",
    title: "a Service leads to Tiller",
    why: "the server of Helm 2 takes orders from whoever connects and carries them out with its own rights, which are usually those of an \
          administrator; a Service gives it a name that every pod finds",
    help: "move to Helm 3, which has no server, and delete the Service and the Deployment of Tiller",
    pillar: Pillar::Network,
    severity: Severity::Medium,
    confidence: Confidence::High,
    judge: Judge::Resource(&[SERVICE], judge),
    ..Check::PLAIN
};

fn judge(service: &Resource, out: &mut Verdicts<'_>) {
    let selector = service.root().path(&["spec", "selector"]);
    let pods = out.inventory().selected_pods(service, Selector::service(selector));
    let behind = pods.iter().find(|pod| pod.containers().any(|container| is_tiller(&container)));
    if behind.is_none() && !is_tiller_service(service) {
        return;
    }
    let route = match selector {
        Some(selector) => service.route_of(selector),
        None => seawall_core::Route::root().keys(&["metadata", "name"]),
    };
    let draft = out.fail(Place { resource: service.id(), route }, "Service leads to Tiller");
    if let Some(pod) = behind {
        draft.related(pod.place(&["containers"]), "runs Tiller").linked(pod.resource().subject());
    }
}
