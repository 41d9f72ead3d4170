//! `image-registry-deprecated`

use seawall_core::{Confidence, Fix, FixRisk, FixValue, Pillar, Severity};
use seawall_inventory::PodView;

use crate::image::ImageReference;
use crate::image::registries::Entry;
use crate::image::used::images;
use crate::{Check, CheckSettings, Judge, Prepared, Setting, SettingDefault, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "image-registry-deprecated",
    title: "image comes from a registry that is frozen",
    why: "nothing new arrives there: fixes of the image go to its successor, and one day the name stops working or \
          is given to somebody else",
    help: "pull from the successor: `registry.k8s.io` for `k8s.gcr.io`, `ghcr.io` for `docker.pkg.github.com`",
    pillar: Pillar::Images,
    severity: Severity::Medium,
    confidence: Confidence::High,
    settings: &[Setting {
        name: DEPRECATED,
        doc: "registries and repositories that get nothing new any more",
        default: SettingDefault::Strings(&[
            OLD,
            "gcr.io/google_containers",
            "gcr.io/google-containers",
            "docker.pkg.github.com",
            "docker.io/bitnamilegacy",
        ]),
    }],
    prepare: Some(prepare),
    judge: Judge::Pod(judge),
    ..Check::PLAIN
};

/// The setting.
const DEPRECATED: &str = "deprecatedRegistries";

/// The old registry of Kubernetes, and the one that has all its images under the same paths.
const OLD: &str = "k8s.gcr.io";
const NEW: &str = "registry.k8s.io";

struct Deprecated(Vec<Entry>);

fn prepare(settings: &CheckSettings<'_>) -> Prepared {
    Box::new(Deprecated(Entry::list(settings.strings(DEPRECATED))))
}

fn judge(pod: &PodView<'_>, out: &mut Verdicts<'_>) {
    let Some(Deprecated(deprecated)) = out.prepared() else { return };
    for image in images(pod) {
        let Some(reference) = ImageReference::parse(image.text) else { continue };
        if !deprecated.iter().any(|entry| entry.covers(&reference)) {
            continue;
        }
        let from = format!("{}/{}", reference.registry, reference.repository);
        let route = image.place.route.clone();
        let draft = out.fail(image.place, format!("{} comes from `{from}`, which is frozen", image.what));
        if let Some(rest) = image.text.trim().strip_prefix(OLD) {
            draft.fix(Fix::set(FixRisk::Low, route, FixValue::Str(format!("{NEW}{rest}"))));
        }
    }
}
