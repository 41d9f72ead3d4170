//! `controlplane-apiserver-secure-port`

use seawall_core::{Confidence, FixRisk, Pillar, Severity};

use crate::controlplane::component::Parameter;
use crate::controlplane::{Component, Part};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "controlplane-apiserver-secure-port",
    title: "API server does not serve HTTPS",
    why: "with port 0 there is no encrypted and authenticated way in, so that clients use an insecure one",
    help: "remove `--secure-port=0` or set a port, such as 6443",
    pillar: Pillar::ControlPlane,
    severity: Severity::High,
    confidence: Confidence::High,
    frameworks: &["CIS-1.23:1.2.17"],
    judge: Judge::Component(&[Part::ApiServer], judge),
    ..Check::PLAIN
};

const PARAMETER: Parameter = Parameter::flag("secure-port");

fn judge(component: &Component<'_>, out: &mut Verdicts<'_>) {
    if component.read_int(&PARAMETER, out) == Some(Some(0)) {
        let fix = component.set(FixRisk::Low, PARAMETER.flag, "6443");
        let draft = out.fail(component.place_of(&PARAMETER), "kube-apiserver has `--secure-port=0`");
        if let Some(fix) = fix {
            draft.fix(fix);
        }
    }
}
