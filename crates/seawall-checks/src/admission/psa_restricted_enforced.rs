//! `admission-psa-restricted-enforced`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::{GroupKind, Resource};

use crate::admission::levels::{SETTINGS, fail_below};
use crate::{Check, Judge, Profile, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "admission-psa-restricted-enforced",
    title: "namespace does not enforce the level `restricted`",
    why: "the level makes pods give up root, capabilities and unfiltered system calls, so that a hole in a program \
          stays one in the program",
    help: "label the namespace `pod-security.kubernetes.io/enforce: restricted`; `warn` and `audit` first show what \
          it would refuse",
    pillar: Pillar::ControlPlane,
    profile: Profile::All,
    severity: Severity::Medium,
    confidence: Confidence::High,
    frameworks: &[
        "CIS-1.12:5.2.6",
        "CIS-1.12:5.2.7",
        "CIS-1.12:5.2.9",
        "CIS-1.12:5.2.10",
        "CIS-EKS-1.8:4.2.5",
        "CIS-AKS-1.8:4.2.8",
    ],
    settings: SETTINGS,
    judge: Judge::Resource(&[GroupKind::new("", "Namespace")], judge),
    ..Check::PLAIN
};

fn judge(namespace: &Resource, out: &mut Verdicts<'_>) {
    fail_below(namespace, &["restricted"], out);
}
