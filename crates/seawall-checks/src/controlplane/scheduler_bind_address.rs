//! `controlplane-scheduler-bind-address`

use seawall_core::{Confidence, FixRisk, Pillar, Severity};

use crate::controlplane::component::Parameter;
use crate::controlplane::shared::address::is_loopback;
use crate::controlplane::shared::rules::state;
use crate::controlplane::{Component, Part};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "controlplane-scheduler-bind-address",
    title: "kube-scheduler listens beyond its own node",
    why: "metrics, health and profiles of kube-scheduler are open to the network, and with them every flaw in its server",
    help: "set `--bind-address=127.0.0.1`",
    pillar: Pillar::ControlPlane,
    severity: Severity::Medium,
    confidence: Confidence::High,
    frameworks: &["CIS-1.12:1.4.2", "CIS-1.23:1.4.2"],
    judge: Judge::Component(&[Part::Scheduler], judge),
    ..Check::PLAIN
};

const PARAMETER: Parameter = Parameter::flag("bind-address");
const DEFAULT: &str = "0.0.0.0";

fn judge(component: &Component<'_>, out: &mut Verdicts<'_>) {
    if component.is_document() {
        return out.not_applicable();
    }
    // The address is a flag also where a file has the other parameters.
    let address = component.given(PARAMETER.flag);
    if is_loopback(address.unwrap_or(DEFAULT)) == Some(true) {
        return;
    }
    if component.is_variable(PARAMETER.flag) {
        return out.not_evaluated("the value of `--bind-address` is a variable that is not here");
    }
    let message = state(component, &PARAMETER, address, DEFAULT);
    let fix = component.set(FixRisk::Medium, PARAMETER.flag, "127.0.0.1");
    let draft = out.fail(component.place_of(&PARAMETER), message);
    if let Some(fix) = fix {
        draft.fix(fix);
    }
}
