//! `image-registry-blocked`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::{Place, PodView};

use crate::image::ImageReference;
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
    prepare: Some(Lists::prepare),
    judge: Judge::Pod(judge),
    ..Check::PLAIN
};

fn judge(pod: &PodView<'_>, out: &mut Verdicts<'_>) {
    let Some(lists) = out.prepared::<Lists>() else { return };
    let blocked = |image: &str| {
        let reference = ImageReference::parse(image)?;
        let covers = |entries: &[Entry]| entries.iter().any(|entry| entry.covers(&reference));
        (covers(&lists.blocked) && !covers(&lists.allowed)).then_some(reference.registry)
    };
    let mut report = |what: String, registry: &str, place: Place| {
        out.fail(place, format!("{what} comes from the blocked registry `{registry}`"));
    };
    for container in pod.containers() {
        if let Some(registry) = container.image().and_then(blocked) {
            let what = format!("the image of {}", container.label());
            report(what, &registry, container.place(&["image"]));
        }
    }
    for volume in pod.volumes() {
        let image = volume.node().path(&["image", "reference"]).and_then(|node| node.as_str());
        if let Some(registry) = image.and_then(blocked) {
            let what = format!("the image of volume `{}`", volume.name());
            report(what, &registry, volume.place(&["image", "reference"]));
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
        let list = |name| settings.strings(name).into_iter().map(Entry::new).collect();
        Box::new(Lists { blocked: list("publicRegistries"), allowed: list("publicRegistriesAllowlist") })
    }
}

/// An entry of a registry list.
struct Entry {
    /// In lower case; `*.domain` stands for all hosts of a domain.
    host: String,
    path: Option<String>,
}

impl Entry {
    fn new(entry: &str) -> Self {
        let entry = entry.trim().trim_end_matches('/');
        let (host, path) = entry.split_once('/').map_or((entry, None), |(host, path)| (host, Some(path)));
        Entry { host: host.to_ascii_lowercase(), path: path.map(str::to_owned) }
    }

    /// Whether it covers an image.
    fn covers(&self, image: &ImageReference<'_>) -> bool {
        let same_host = match self.host.strip_prefix('*') {
            // A domain stands for all its hosts, on any port.
            Some(domain) => {
                let name = image.registry.rsplit_once(':').map_or(image.registry.as_str(), |(name, _)| name);
                domain.starts_with('.') && name.ends_with(domain)
            }
            None => image.registry == self.host,
        };
        let same_path = self.path.as_deref().is_none_or(|path| {
            image.repository.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        });
        same_host && same_path
    }
}
