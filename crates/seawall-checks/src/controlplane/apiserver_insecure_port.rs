//! `controlplane-apiserver-insecure-port`

use seawall_core::{Confidence, FixRisk, Pillar, Severity};

use crate::controlplane::component::Parameter;
use crate::controlplane::{Component, Part};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "controlplane-apiserver-insecure-port",
    title: "API server serves its insecure port",
    why: "every request on that port is carried out as administrator, without login and without TLS",
    help: "set `--insecure-port=0`, or remove the flag on servers from 1.20 on",
    pillar: Pillar::ControlPlane,
    severity: Severity::Critical,
    confidence: Confidence::High,
    frameworks: &["NSA:general"],
    judge: Judge::Component(&[Part::ApiServer], judge),
    ..Check::PLAIN
};

const PARAMETER: Parameter = Parameter::flag("insecure-port");

fn judge(component: &Component<'_>, out: &mut Verdicts<'_>) {
    let Some(port) = component.read_int(&PARAMETER, out) else { return };
    let message = match port {
        Some(0) => return,
        Some(port) => format!("kube-apiserver has `--insecure-port={port}`"),
        None if component.is_before((1, 20)) => {
            "kube-apiserver has no `--insecure-port`, and the default of this version is `8080`".to_owned()
        }
        None => return,
    };
    let fix = component.set(FixRisk::Low, PARAMETER.flag, "0");
    let draft = out.fail(component.place_of(&PARAMETER), message);
    if let Some(fix) = fix {
        draft.fix(fix);
    }
}
