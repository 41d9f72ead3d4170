//! `image-registry-blocked`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::PodView;

use crate::image::ImageReference;
use crate::image::registries::Entry;
use crate::image::used::images;
use crate::settings::CheckSettings;
use crate::{Check, Judge, Prepared, Setting, SettingDefault, Verdicts};

/// Registries that take images from anybody without a login, and tunnels to somebody's own machine. What a name holds
/// there today says nothing about tomorrow.
const ANONYMOUS: &[&str] = &[
    "ttl.sh",
    "tmp.cgruser.dev",
    "registry.uffizzi.com",
    "*.ngrok.io",
    "*.ngrok.app",
    "*.ngrok.dev",
    "*.ngrok-free.app",
    "*.ngrok-free.dev",
    "*.trycloudflare.com",
    "*.loca.lt",
    "*.lhr.life",
    "*.serveo.net",
];

pub(crate) static CHECK: Check = Check {
    id: "image-registry-blocked",
    title: "image comes from a blocked registry",
    why: "whoever can write to the registry decides what runs in the cluster; a registry that lets anybody push, or that \
          forgets images after hours, gives that power away",
    help: "push the image to a registry of your own and pull it from there, by digest",
    pillar: Pillar::Images,
    severity: Severity::High,
    confidence: Confidence::High,
    settings: &[
        Setting {
            name: "publicRegistries",
            doc: "Registries from which no image may come: `host`, `host/path`, or `*.domain`",
            default: SettingDefault::Strings(ANONYMOUS),
        },
        Setting {
            name: "publicRegistriesAllowlist",
            doc: "Exceptions from `publicRegistries`, in the same notation",
            default: SettingDefault::Strings(&[]),
        },
    ],
    asks_for: Some("publicRegistries"),
    prepare: Some(Lists::prepare),
    judge: Judge::Pod(judge),
    ..Check::PLAIN
};

fn judge(pod: &PodView<'_>, out: &mut Verdicts<'_>) {
    let Some(lists) = out.prepared::<Lists>() else { return };
    for image in images(pod) {
        let Some(reference) = ImageReference::parse(image.text) else { continue };
        let blocked = lists.blocked.iter().any(|entry| entry.covers_any_port(&reference));
        if blocked && !lists.allowed.iter().any(|entry| entry.covers(&reference)) {
            let message = format!("{} comes from the blocked registry `{}`", image.what, reference.registry);
            out.fail(image.place, message);
        }
    }
}

/// The settings, ready to compare.
struct Lists {
    blocked: Vec<Entry>,
    allowed: Vec<Entry>,
}

impl Lists {
    fn prepare(settings: &CheckSettings<'_>) -> Prepared {
        let list = |name| Entry::list(settings.strings(name));
        Box::new(Lists { blocked: list("publicRegistries"), allowed: list("publicRegistriesAllowlist") })
    }
}
