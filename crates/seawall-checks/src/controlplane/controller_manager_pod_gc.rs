//! `controlplane-controller-manager-pod-gc`

use seawall_core::{Confidence, Pillar, Severity};

use crate::controlplane::component::Parameter;
use crate::controlplane::shared::rules::state;
use crate::controlplane::{Component, Part};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "controlplane-controller-manager-pod-gc",
    title: "nobody chose when finished pods are deleted",
    why: "thousands of finished pods fill etcd and slow every list of pods",
    help: "set `--terminated-pod-gc-threshold` to a number that fits the cluster",
    pillar: Pillar::ControlPlane,
    severity: Severity::Low,
    confidence: Confidence::High,
    frameworks: &["CIS-1.12:1.3.1", "CIS-1.23:1.3.1"],
    judge: Judge::Component(&[Part::ControllerManager], judge),
    ..Check::PLAIN
};

const PARAMETER: Parameter = Parameter::flag("terminated-pod-gc-threshold");
const DEFAULT: i64 = 12_500;

fn judge(component: &Component<'_>, out: &mut Verdicts<'_>) {
    let Some(threshold) = component.read_int(&PARAMETER, out) else { return };
    let message = match threshold {
        Some(DEFAULT) | None => {
            let value = threshold.map(|value| value.to_string());
            let state = state(component, &PARAMETER, value.as_deref(), "12500");
            if threshold.is_some() { format!("{state}, which is the default") } else { state }
        }
        Some(threshold) if threshold <= 0 => {
            format!("`--terminated-pod-gc-threshold={threshold}` switches the deletion off")
        }
        Some(_) => return,
    };
    out.fail(component.place_of(&PARAMETER), message);
}
