//! `network-pod-not-isolated`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::PodView;
use seawall_network::Direction;

use crate::network::POLICY_KINDS;
use crate::{Check, Judge, Profile, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "network-pod-not-isolated",
    title: "no network policy selects the pods",
    why: "every pod of the cluster connects to every port of these pods, and they connect to everything: one pod that \
          is taken over is a foothold in front of all of them",
    help: "add a policy whose selector meets these labels, best after one that denies everything in the namespace",
    pillar: Pillar::Network,
    severity: Severity::Medium,
    confidence: Confidence::High,
    profile: Profile::All,
    frameworks: &["SOC2:CC6.1", "SOC2:CC6.6", "SOC2:CC7.2"],
    needs: POLICY_KINDS,
    judge: Judge::Pod(judge),
    ..Check::PLAIN
};

fn judge(pod: &PodView<'_>, out: &mut Verdicts<'_>) {
    let model = out.models().network();
    match model.is_open(out.inventory(), pod, &Direction::ALL) {
        None => out.not_applicable(),
        Some((false, _)) => {}
        Some((true, confidence)) => {
            let labels = pod.metadata().and_then(|metadata| metadata.get("labels"));
            let place = labels.map_or_else(|| pod.place(&[]), |labels| pod.place_of(labels));
            out.fail(place, "no network policy selects these pods").confidence(confidence);
        }
    }
}
