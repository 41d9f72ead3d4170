//! `admission-mutating-webhook-review`

use seawall_core::{Confidence, Pillar, Route, Severity};
use seawall_inventory::{GroupKind, Place, Resource};

use crate::admission::webhooks::{GROUP, describe};
use crate::{Check, Judge, Profile, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "admission-mutating-webhook-review",
    title: "mutating webhooks to review",
    why: "a mutating webhook rewrites what others create: a container, a mount or an image can be added to every \
          pod, and no manifest shows it",
    help: "know who runs the webhook, narrow its rules to what it needs, and remove those that nobody knows",
    pillar: Pillar::ControlPlane,
    profile: Profile::All,
    severity: Severity::Medium,
    confidence: Confidence::High,
    frameworks: &["MITRE:Persistence"],
    judge: Judge::Resource(&[GroupKind::new(GROUP, "MutatingWebhookConfiguration")], judge),
    ..Check::PLAIN
};

fn judge(config: &Resource, out: &mut Verdicts<'_>) {
    if config.root().list("webhooks").next().is_none() {
        return out.not_applicable();
    }
    let place = Place { resource: config.id(), route: Route::root().keys(&["webhooks"]) };
    out.fail(place, format!("review `{}`: {}", config.name(), describe(config)));
}
