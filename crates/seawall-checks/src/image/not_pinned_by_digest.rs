//! `image-not-pinned-by-digest`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::PodView;

use crate::image::ImageReference;
use crate::image::registries::Entry;
use crate::image::used::images;
use crate::{Check, CheckSettings, Judge, Prepared, Profile, Setting, SettingDefault, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "image-not-pinned-by-digest",
    title: "image is not pinned by its digest",
    why: "a tag is a promise of the registry: whoever may push can keep the name and change what is behind it",
    help: "write the digest after the tag: `app:1.2@sha256:…`",
    pillar: Pillar::Images,
    profile: Profile::All,
    severity: Severity::Low,
    confidence: Confidence::High,
    settings: &[Setting {
        name: EXEMPT,
        doc: "repositories whose images need no digest: `host`, `host/path`, `*.domain`, or a path of Docker Hub",
        default: SettingDefault::Strings(&[]),
    }],
    prepare: Some(prepare),
    judge: Judge::Pod(judge),
    ..Check::PLAIN
};

/// The setting.
const EXEMPT: &str = "imageDigestExemptRepositories";

struct Exempt(Vec<Entry>);

fn prepare(settings: &CheckSettings<'_>) -> Prepared {
    Box::new(Exempt(Entry::list(settings.strings(EXEMPT))))
}

fn judge(pod: &PodView<'_>, out: &mut Verdicts<'_>) {
    let Some(Exempt(exempt)) = out.prepared() else { return };
    for image in images(pod) {
        let Some(reference) = ImageReference::parse(image.text) else { continue };
        if reference.is_pinned() || exempt.iter().any(|entry| entry.covers(&reference)) {
            continue;
        }
        let message = match reference.digest {
            Some(_) => format!("{} has a digest that is none", image.what),
            None => format!("{} is not pinned by a digest", image.what),
        };
        out.fail(image.place, message);
    }
}
