//! `node-kubelet-iptables-chains`

use seawall_core::{Confidence, Pillar, Severity};

use crate::controlplane::component::Parameter;
use crate::controlplane::shared::rules;
use crate::controlplane::{Component, Part};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "node-kubelet-iptables-chains",
    title: "kubelet does not keep its iptables chains",
    why: "rules of the host can come before those of the cluster, and packets take other ways than Services say",
    help: "remove `makeIPTablesUtilChains: false`, or `--make-iptables-util-chains=false`",
    pillar: Pillar::Nodes,
    severity: Severity::Low,
    confidence: Confidence::High,
    frameworks: &["CIS-1.12:4.2.6", "CIS-1.23:4.2.7", "CIS-EKS-1.8:3.2.6", "CIS-AKS-1.8:3.2.7"],
    judge: Judge::Component(&[Part::Kubelet], judge),
    ..Check::PLAIN
};

const PARAMETER: Parameter =
    Parameter::flag("make-iptables-util-chains").or_field(&["makeIPTablesUtilChains"]);

fn judge(kubelet: &Component<'_>, out: &mut Verdicts<'_>) {
    rules::switch(kubelet, &PARAMETER, true, true, out);
}
