//! `admission-validating-webhook-review`

use seawall_core::{Confidence, Pillar, Route, Severity};
use seawall_inventory::{GroupKind, Place, Resource};

use crate::admission::webhooks::{GROUP, describe};
use crate::{Check, Judge, Profile, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "admission-validating-webhook-review",
    title: "validating webhooks to review",
    why: "a validating webhook sees every object that it asks for, Secrets too, and its answer decides what may be \
          changed",
    help: "know who runs the webhook, narrow its rules to what it needs, and remove those that nobody knows",
    pillar: Pillar::ControlPlane,
    profile: Profile::All,
    severity: Severity::Low,
    confidence: Confidence::High,
    frameworks: &["MITRE:Credential access"],
    judge: Judge::Resource(&[GroupKind::new(GROUP, "ValidatingWebhookConfiguration")], judge),
    ..Check::PLAIN
};

fn judge(config: &Resource, out: &mut Verdicts<'_>) {
    if config.root().list("webhooks").next().is_none() {
        return out.not_applicable();
    }
    let place = Place { resource: config.id(), route: Route::root().keys(&["webhooks"]) };
    out.fail(place, format!("review `{}`: {}", config.name(), describe(config)));
}
