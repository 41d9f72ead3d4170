//! `network-pod-ingress-open`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::PodView;
use seawall_network::Direction;

use crate::network::POLICY_KINDS;
use crate::{Check, Judge, Profile, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "network-pod-ingress-open",
    title: "no network policy limits who connects to the pods",
    why: "a port that was meant for one caller answers every pod of the cluster, debug and metrics ports among them",
    help: "add a policy with `policyTypes: [Ingress]` that selects these labels and names the callers",
    pillar: Pillar::Network,
    severity: Severity::Medium,
    confidence: Confidence::High,
    profile: Profile::All,
    frameworks: &["NSA:network separation"],
    needs: POLICY_KINDS,
    judge: Judge::Pod(judge),
    ..Check::PLAIN
};

fn judge(pod: &PodView<'_>, out: &mut Verdicts<'_>) {
    let model = out.models().network();
    match model.is_open(out.inventory(), pod, &[Direction::Ingress]) {
        None => out.not_applicable(),
        Some((false, _)) => {}
        Some((true, confidence)) => {
            let labels = pod.metadata().and_then(|metadata| metadata.get("labels"));
            let place = labels.map_or_else(|| pod.place(&[]), |labels| pod.place_of(labels));
            out.fail(place, "no network policy limits who connects to these pods").confidence(confidence);
        }
    }
}
