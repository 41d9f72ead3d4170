//! `controlplane-apiserver-insecure-bind`

use seawall_core::{Confidence, Pillar, Severity};

use crate::controlplane::component::Parameter;
use crate::controlplane::shared::address::is_loopback;
use crate::controlplane::shared::rules;
use crate::controlplane::{Component, Part};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "controlplane-apiserver-insecure-bind",
    title: "API server is given an address for its insecure port",
    why: "requests on that port are neither authenticated nor authorized, and cross the network in plain text",
    help: "remove `--insecure-bind-address`",
    pillar: Pillar::ControlPlane,
    severity: Severity::High,
    confidence: Confidence::High,
    judge: Judge::Component(&[Part::ApiServer], judge),
    ..Check::PLAIN
};

const PARAMETER: Parameter = Parameter::flag("insecure-bind-address");

fn judge(component: &Component<'_>, out: &mut Verdicts<'_>) {
    let local = component.given(PARAMETER.flag).and_then(is_loopback) == Some(true);
    if let Some(draft) = rules::forbid(component, PARAMETER.flag, out)
        && local
    {
        draft.severity(Severity::Low);
    }
}
