//! `image-latest-tag`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::PodView;

use crate::image::ImageReference;
use crate::image::used::images;
use crate::{Check, Judge, Setting, SettingDefault, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "image-latest-tag",
    title: "image has no tag of its own, or `latest`",
    why: "the next pod may run another image than the last one: nobody chose it, nobody scanned it, and nothing \
          tells which one runs",
    help: "name a version, or better a digest",
    pillar: Pillar::Images,
    severity: Severity::Medium,
    confidence: Confidence::High,
    settings: &[Setting {
        name: TAGS,
        doc: "tags beside `latest` that move from image to image",
        default: SettingDefault::Strings(&[]),
    }],
    judge: Judge::Pod(judge),
    ..Check::PLAIN
};

/// The setting.
const TAGS: &str = "floatingImageTags";

fn judge(pod: &PodView<'_>, out: &mut Verdicts<'_>) {
    let tags = out.settings().strings(TAGS);
    for image in images(pod) {
        let Some(reference) = ImageReference::parse(image.text).filter(|image| image.is_floating(&tags))
        else {
            continue;
        };
        let message = match reference.tag.filter(|tag| !tag.is_empty()) {
            Some(tag) => format!("{} has the moving tag `{tag}`", image.what),
            None => format!("{} has no tag, which means `latest`", image.what),
        };
        out.fail(image.place, message);
    }
}
