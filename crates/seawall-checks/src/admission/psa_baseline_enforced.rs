//! `admission-psa-baseline-enforced`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::{GroupKind, Resource};

use crate::admission::levels::{SETTINGS, fail_below};
use crate::{Check, Judge, Profile, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "admission-psa-baseline-enforced",
    title: "namespace does not enforce the level `baseline`",
    why: "the level refuses the known ways from a pod to the node: privileges, host namespaces, host paths, \
          dangerous capabilities",
    help: "label the namespace `pod-security.kubernetes.io/enforce: baseline`; `warn` and `audit` first show what \
          it would refuse",
    pillar: Pillar::ControlPlane,
    profile: Profile::All,
    severity: Severity::High,
    confidence: Confidence::High,
    frameworks: &[
        "CIS-1.12:5.2.2",
        "CIS-1.12:5.2.8",
        "CIS-1.12:5.2.11",
        "CIS-1.12:5.2.12",
        "CIS-1.12:5.2.13",
        "CIS-EKS-1.8:4.2.1",
        "CIS-EKS-1.8:4.2.2",
        "CIS-EKS-1.8:4.2.3",
        "CIS-EKS-1.8:4.2.4",
    ],
    settings: SETTINGS,
    judge: Judge::Resource(&[GroupKind::new("", "Namespace")], judge),
    ..Check::PLAIN
};

fn judge(namespace: &Resource, out: &mut Verdicts<'_>) {
    fail_below(namespace, &["baseline", "restricted"], out);
}
