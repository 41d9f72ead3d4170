//! `network-pod-egress-open`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::PodView;
use seawall_network::Direction;

use crate::network::POLICY_KINDS;
use crate::{Check, Judge, Profile, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "network-pod-egress-open",
    title: "no network policy limits where the pods connect to",
    why: "whoever takes one of these pods over loads tools from the internet, sends data there, and tries every \
          address of the cluster",
    help: "add a policy with `policyTypes: [Egress]` that selects these labels, with DNS and the connections that the \
           program makes",
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
    match model.is_open(out.inventory(), pod, &[Direction::Egress]) {
        None => out.not_applicable(),
        Some((false, _)) => {}
        Some((true, confidence)) => {
            let labels = pod.metadata().and_then(|metadata| metadata.get("labels"));
            let place = labels.map_or_else(|| pod.place(&[]), |labels| pod.place_of(labels));
            out.fail(place, "no network policy limits where these pods connect to").confidence(confidence);
        }
    }
}
