//! `image-registry-not-allowed`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::PodView;

use crate::image::ImageReference;
use crate::image::registries::Entry;
use crate::image::used::images;
use crate::{Check, CheckSettings, Judge, Prepared, Setting, SettingDefault, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "image-registry-not-allowed",
    title: "image comes from a registry that is not allowed",
    why: "what comes from elsewhere was not built, scanned or signed by those who answer for the cluster",
    help: "push the image to an allowed registry, or add the registry to the list",
    pillar: Pillar::Images,
    severity: Severity::Medium,
    confidence: Confidence::High,
    frameworks: &["CIS-EKS-1.8:5.1.4", "CIS-AKS-1.8:5.1.4", "CIS-GKE-1.9:5.1.4"],
    settings: &[Setting {
        name: ALLOWED,
        doc: "registries and repositories from which images may come: `host`, `host/path`, `*.domain`, or a path of \
              Docker Hub",
        default: SettingDefault::Strings(&[]),
    }],
    asks_for: Some(ALLOWED),
    prepare: Some(prepare),
    judge: Judge::Pod(judge),
    ..Check::PLAIN
};

/// The setting.
const ALLOWED: &str = "imageRepositoryAllowList";

struct Allowed(Vec<Entry>);

fn prepare(settings: &CheckSettings<'_>) -> Prepared {
    Box::new(Allowed(Entry::list(settings.strings(ALLOWED))))
}

fn judge(pod: &PodView<'_>, out: &mut Verdicts<'_>) {
    let Some(Allowed(allowed)) = out.prepared() else { return };
    if allowed.is_empty() {
        return out.not_applicable();
    }
    for image in images(pod) {
        let Some(reference) = ImageReference::parse(image.text) else { continue };
        if !allowed.iter().any(|entry| entry.covers(&reference)) {
            let from = format!("{}/{}", reference.registry, reference.repository);
            out.fail(image.place, format!("{} comes from `{from}`, which is not allowed", image.what));
        }
    }
}
