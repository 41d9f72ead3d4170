//! `image-sandbox-provenance`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::PodView;

use crate::image::ImageReference;
use crate::image::registries::Entry;
use crate::image::used::images;
use crate::pod::sandbox::is_sandbox;
use crate::{Check, CheckSettings, Judge, Prepared, Setting, SettingDefault, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "image-sandbox-provenance",
    title: "image of an agent's sandbox is of unknown origin",
    why: "the sandbox is the wall between untrusted code and the rest: an image that changes by itself, or comes \
          from anywhere, is no wall",
    help: "name a version or a digest, from a registry of your own",
    pillar: Pillar::Images,
    severity: Severity::High,
    confidence: Confidence::High,
    settings: &[
        Setting {
            name: ALLOWED,
            doc: "registries and repositories from which images may come: `host`, `host/path`, `*.domain`, or a path of \
              Docker Hub",
            default: SettingDefault::Strings(&[]),
        },
        Setting {
            name: TAGS,
            doc: "tags beside `latest` that move from image to image",
            default: SettingDefault::Strings(&[]),
        },
    ],
    prepare: Some(prepare),
    judge: Judge::Pod(judge),
    ..Check::PLAIN
};

/// The settings.
const ALLOWED: &str = "imageRepositoryAllowList";
const TAGS: &str = "floatingImageTags";

struct Allowed(Vec<Entry>);

fn prepare(settings: &CheckSettings<'_>) -> Prepared {
    Box::new(Allowed(Entry::list(settings.strings(ALLOWED))))
}

fn judge(pod: &PodView<'_>, out: &mut Verdicts<'_>) {
    if !is_sandbox(pod) {
        return out.not_applicable();
    }
    let Some(Allowed(allowed)) = out.prepared() else { return };
    let tags = out.settings().strings(TAGS);
    for image in images(pod) {
        let Some(reference) = ImageReference::parse(image.text) else { continue };
        if !allowed.is_empty() && !allowed.iter().any(|entry| entry.covers(&reference)) {
            let from = format!("{}/{}", reference.registry, reference.repository);
            out.fail(
                image.place.clone(),
                format!("{} comes from `{from}`, which is not allowed", image.what),
            )
            .discriminator("registry");
        }
        if reference.is_floating(&tags) {
            out.fail(image.place, format!("{} names no fixed version", image.what)).discriminator("tag");
        }
    }
}
