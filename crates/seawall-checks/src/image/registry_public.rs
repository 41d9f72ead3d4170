//! `image-registry-public`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::PodView;

use crate::image::ImageReference;
use crate::image::registries::Entry;
use crate::image::used::images;
use crate::{Check, CheckSettings, Judge, Prepared, Profile, Setting, SettingDefault, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "image-registry-public",
    title: "image comes from a public registry",
    why: "anybody may open an account there and publish under a name that looks like another one; and the registry \
          may be slow, limited or away",
    help: "mirror the image into a registry of your own and pull it from there",
    pillar: Pillar::Images,
    profile: Profile::All,
    severity: Severity::Medium,
    confidence: Confidence::High,
    settings: &[Setting {
        name: PUBLIC,
        doc: "registries where anybody may publish: `host`, `host/path`, `*.domain`",
        default: SettingDefault::Strings(&[
            "docker.io",
            "ghcr.io",
            "quay.io",
            "public.ecr.aws",
            "registry.gitlab.com",
        ]),
    }],
    prepare: Some(prepare),
    judge: Judge::Pod(judge),
    ..Check::PLAIN
};

/// The setting.
const PUBLIC: &str = "publicRegistries";

struct Public(Vec<Entry>);

fn prepare(settings: &CheckSettings<'_>) -> Prepared {
    Box::new(Public(Entry::list(settings.strings(PUBLIC))))
}

fn judge(pod: &PodView<'_>, out: &mut Verdicts<'_>) {
    let Some(Public(public)) = out.prepared() else { return };
    for image in images(pod) {
        let Some(reference) = ImageReference::parse(image.text) else { continue };
        if public.iter().any(|entry| entry.covers(&reference)) {
            let message = format!("{} comes from the public registry `{}`", image.what, reference.registry);
            out.fail(image.place, message);
        }
    }
}
