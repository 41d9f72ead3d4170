//! `node-kube-proxy-metrics-address`

use seawall_core::{Confidence, FixRisk, Pillar, Severity};

use crate::controlplane::component::Parameter;
use crate::controlplane::shared::address::is_loopback;
use crate::controlplane::shared::rules::state;
use crate::controlplane::{Component, Part};
use crate::node::shared::fail;
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "node-kube-proxy-metrics-address",
    title: "kube-proxy serves metrics to the network",
    why: "the port has no login, and tells which Services and addresses there are; profiles can be served on it too",
    help: "set `metricsBindAddress: 127.0.0.1:10249`, or leave it out",
    pillar: Pillar::Nodes,
    severity: Severity::Medium,
    confidence: Confidence::High,
    frameworks: &["CIS-1.12:4.3.1"],
    judge: Judge::Component(&[Part::KubeProxy], judge),
    ..Check::PLAIN
};

const PARAMETER: Parameter = Parameter::flag("metrics-bind-address").or_field(&["metricsBindAddress"]);
const DEFAULT: &str = "127.0.0.1:10249";

fn judge(proxy: &Component<'_>, out: &mut Verdicts<'_>) {
    let Some(address) = proxy.read(&PARAMETER, out) else { return };
    let Some(address) = address.filter(|address| !address.is_empty()) else { return };
    if is_loopback(&address) == Some(true) {
        return;
    }
    let message = state(proxy, &PARAMETER, Some(&*address), DEFAULT);
    fail(proxy, &PARAMETER, message, Some((FixRisk::Low, DEFAULT.into())), out);
}
