//! `controlplane-apiserver-namespace-lifecycle`

use seawall_core::{Confidence, Pillar, Severity};

use crate::controlplane::shared::admission;
use crate::controlplane::{Component, Part};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "controlplane-apiserver-namespace-lifecycle",
    title: "admission plugin `NamespaceLifecycle` is switched off",
    why: "objects can be made in namespaces that are being deleted or do not exist, where no policy, quota or label applies to them",
    help: "take `NamespaceLifecycle` out of `--disable-admission-plugins`",
    pillar: Pillar::ControlPlane,
    severity: Severity::Low,
    confidence: Confidence::High,
    frameworks: &["CIS-1.12:1.2.13", "CIS-1.23:1.2.15"],
    judge: Judge::Component(&[Part::ApiServer], judge),
    ..Check::PLAIN
};

fn judge(component: &Component<'_>, out: &mut Verdicts<'_>) {
    admission::keep(component, "NamespaceLifecycle", out);
}
