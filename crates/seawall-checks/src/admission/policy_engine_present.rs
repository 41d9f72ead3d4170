//! `admission-policy-engine-present`

use seawall_core::{Confidence, Fix, FixRisk, Pillar, Severity};
use seawall_inventory::{Completeness, GroupKind, Resource};

use crate::admission::levels::{SETTINGS, is_exempt, level, place};
use crate::admission::webhooks::{GROUP, validates_pods};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "admission-policy-engine-present",
    title: "nothing restricts the pods of a namespace",
    why: "whoever may create pods there may create any pod, a privileged one with the files of the node too: the \
          right to create pods is the right to the node",
    help: "label the namespace with a Pod Security level, or install a policy engine",
    pillar: Pillar::ControlPlane,
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    frameworks: &["CIS-1.12:5.2.1", "CIS-GKE-1.9:4.2.1"],
    needs: &[
        GroupKind::new(GROUP, "ValidatingWebhookConfiguration"),
        GroupKind::new(GROUP, "ValidatingAdmissionPolicy"),
        GroupKind::new(GROUP, "ValidatingAdmissionPolicyBinding"),
    ],
    settings: SETTINGS,
    judge: Judge::Resource(&[GroupKind::new("", "Namespace")], judge),
    ..Check::PLAIN
};

/// What has to be known to say that there is nothing.
const MECHANISMS: &[GroupKind<'static>] = &[
    GroupKind::new(GROUP, "ValidatingWebhookConfiguration"),
    GroupKind::new(GROUP, "ValidatingAdmissionPolicy"),
    GroupKind::new(GROUP, "ValidatingAdmissionPolicyBinding"),
];

fn judge(namespace: &Resource, out: &mut Verdicts<'_>) {
    let inventory = out.inventory();
    // Manifests in a folder are no cluster: what restricts their pods is somewhere else.
    let known = MECHANISMS.iter().all(|kind| inventory.completeness(*kind) == Completeness::Complete);
    if is_exempt(namespace, out) || !known {
        return out.not_applicable();
    }
    if level(namespace, inventory).is_some() || validates_pods(namespace, inventory) {
        return;
    }
    let place = place(namespace);
    let fix = Fix::set(FixRisk::High, place.route.clone(), "baseline");
    // The API server may have a default level of its own, which is not seen here.
    out.fail(place, format!("nothing restricts the pods of namespace `{}`", namespace.name())).fix(fix);
}
