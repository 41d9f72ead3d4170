//! `controlplane-controller-manager-bind-address`

use seawall_core::{Confidence, FixRisk, Pillar, Severity};

use crate::controlplane::component::Parameter;
use crate::controlplane::shared::address::is_loopback;
use crate::controlplane::shared::rules::state;
use crate::controlplane::{Component, Part};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "controlplane-controller-manager-bind-address",
    title: "kube-controller-manager listens beyond its own node",
    why: "metrics, health and profiles of kube-controller-manager are open to the network, and with them every flaw in its server",
    help: "set `--bind-address=127.0.0.1`",
    pillar: Pillar::ControlPlane,
    severity: Severity::Medium,
    confidence: Confidence::High,
    frameworks: &["CIS-1.12:1.3.7", "CIS-1.23:1.3.7"],
    judge: Judge::Component(&[Part::ControllerManager], judge),
    ..Check::PLAIN
};

const PARAMETER: Parameter = Parameter::flag("bind-address");
const DEFAULT: &str = "0.0.0.0";

fn judge(component: &Component<'_>, out: &mut Verdicts<'_>) {
    let Some(address) = component.read(&PARAMETER, out) else { return };
    if is_loopback(address.as_deref().unwrap_or(DEFAULT)) == Some(true) {
        return;
    }
    let message = state(component, &PARAMETER, address.as_deref(), DEFAULT);
    let fix = component.set(FixRisk::Medium, PARAMETER.flag, "127.0.0.1");
    let draft = out.fail(component.place_of(&PARAMETER), message);
    if let Some(fix) = fix {
        draft.fix(fix);
    }
}
