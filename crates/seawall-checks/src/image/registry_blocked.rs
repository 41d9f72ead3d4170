//! `image-registry-blocked`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::{Place, PodView};

use crate::image::ImageReference;
use crate::{Check, Judge, Setting, SettingDefault, Verdicts};

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
    judge: Judge::Pod(judge),
    ..Check::PLAIN
};

fn judge(pod: &PodView<'_>, out: &mut Verdicts<'_>) {
    let blocked = out.settings().strings("publicRegistries");
    let allowed = out.settings().strings("publicRegistriesAllowlist");
    let mut report = |what: String, image: &str, place: Place| {
        let Some(reference) = ImageReference::parse(image) else { return };
        let covers = |entries: &[&str]| entries.iter().any(|entry| covers(entry, &reference));
        if covers(&blocked) && !covers(&allowed) {
            out.fail(place, format!("{what} comes from the blocked registry `{}`", reference.registry));
        }
    };
    for container in pod.containers() {
        if let Some(image) = container.image() {
            report(format!("the image of {}", container.label()), image, container.place(&["image"]));
        }
    }
    for volume in pod.volumes() {
        if let Some(image) = volume.node().path(&["image", "reference"]).and_then(|node| node.as_str()) {
            let place = volume.place(&["image", "reference"]);
            report(format!("the image of volume `{}`", volume.name()), image, place);
        }
    }
}

/// Whether an entry of a registry list covers an image.
fn covers(entry: &str, image: &ImageReference<'_>) -> bool {
    let entry = entry.trim().trim_end_matches('/');
    let (host, path) = entry.split_once('/').map_or((entry, None), |(host, path)| (host, Some(path)));
    let host = host.to_ascii_lowercase();
    let same_host = match host.strip_prefix('*') {
        // A domain stands for all its hosts, on any port.
        Some(domain) => {
            let name = image.registry.rsplit_once(':').map_or(image.registry.as_str(), |(name, _)| name);
            domain.starts_with('.') && name.ends_with(domain)
        }
        None => image.registry == host,
    };
    let same_path = path.is_none_or(|path| {
        image.repository.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    });
    same_host && same_path
}
