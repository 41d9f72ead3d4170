//! `pod-default-service-account-automount`

use seawall_core::{Confidence, Fix, FixRisk, Pillar, Route, Severity};
use seawall_inventory::{GroupKind, Place, Resource};

use crate::{Check, Judge, Profile, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "pod-default-service-account-automount",
    title: "service account `default` hands out its token",
    why: "every pod of the namespace that names no account gets a token that it never asked for",
    help: "set `automountServiceAccountToken: false` on the ServiceAccount `default` of every namespace",
    pillar: Pillar::Nodes,
    profile: Profile::All,
    severity: Severity::Medium,
    confidence: Confidence::High,
    frameworks: &["CIS-1.12:5.1.5", "CIS-EKS-1.8:4.1.5", "CIS-AKS-1.8:4.1.5", "CIS-GKE-1.9:4.1.4"],
    judge: Judge::Resource(&[GroupKind::new("", "ServiceAccount")], judge),
    ..Check::PLAIN
};

const FIELD: &str = "automountServiceAccountToken";

fn judge(account: &Resource, out: &mut Verdicts<'_>) {
    if account.name() != "default" {
        return out.not_applicable();
    }
    if account.root().bool(FIELD) == Some(false) {
        return;
    }
    let place = Place { resource: account.id(), route: Route::root().keys(&[FIELD]) };
    let fix = Fix::set(FixRisk::Medium, place.route.clone(), false);
    out.fail(place, "ServiceAccount `default` hands its token to every pod that names no account").fix(fix);
}
