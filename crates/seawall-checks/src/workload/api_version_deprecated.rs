//! `workload-api-version-deprecated`

use seawall_core::{Confidence, Fix, FixRisk, Pillar, Severity};
use seawall_inventory::Resource;

use crate::workload::api_versions::{NEWEST, find, release};
use crate::workload::fields::place;
use crate::workload::workload::is_live;
use crate::{Check, Judge, Setting, SettingDefault, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "workload-api-version-deprecated",
    title: "API version is deprecated or gone",
    why: "the next upgrade of the cluster refuses the object: what is not applied any more protects and \
          serves nothing",
    help: "move to the replacement before the upgrade",
    pillar: Pillar::Reliability,
    severity: Severity::Medium,
    confidence: Confidence::High,
    settings: &[VERSION],
    judge: Judge::Resource(&[], judge),
    ..Check::PLAIN
};

const VERSION: Setting = Setting {
    name: "kubernetesVersion",
    doc: "The release of Kubernetes to judge by, such as `1.33`; empty for that of the cluster, or else the newest known",
    default: SettingDefault::Strings(&[]),
};

fn judge(resource: &Resource, out: &mut Verdicts<'_>) {
    let written = out.settings().strings(VERSION.name);
    let target = match written.first() {
        Some(text) => match release(text) {
            Some(release) => release,
            None => {
                return out.not_evaluated(format!("setting `{}` is no release: `{text}`", VERSION.name));
            }
        },
        None => out.inventory().server_version().unwrap_or(NEWEST),
    };
    let subject = resource.subject();
    let Some(known) = find(&subject.api_version, &subject.kind) else { return };
    let name = |(major, minor)| format!("{major}.{minor}");
    let (what, when, is_gone) = match (known.removed, known.deprecated) {
        (Some(removed), _) if removed <= target => ("is gone since", removed, true),
        // What the cluster itself keeps in an old version is not for its users to change.
        (None, _) if is_live(resource) => return,
        (_, Some(deprecated)) if deprecated <= target => ("is deprecated since", deprecated, false),
        _ => return,
    };
    let mut message = format!("{} {} {what} Kubernetes {}", subject.api_version, subject.kind, name(when));
    if let Some(replacement) = known.replacement {
        message.push_str(&format!("; use {replacement}"));
    }
    let place = place(resource, &["apiVersion"]);
    let route = place.route.clone();
    let draft = out.fail(place, message);
    if !is_gone {
        draft.severity(Severity::Low);
    }
    // `apps/v1` demands the selector that older versions took from the template.
    let has_selector = resource.group() != "apps" && resource.group() != "extensions"
        || resource.root().path(&["spec", "selector"]).is_some();
    if let Some(replacement) = known.replacement.filter(|_| known.same_shape && has_selector) {
        draft.fix(Fix::set(FixRisk::Low, route, replacement));
    }
}
