//! What is known of ingress-nginx controllers and their annotations.

use seawall_inventory::{Inventory, Resource};

use crate::image::ImageReference;
use crate::{Setting, SettingDefault};

/// The prefixes under which controllers look for annotations (`--annotations-prefix`).
pub(crate) const PREFIXES: Setting = Setting {
    name: "annotationPrefixes",
    doc: "Prefixes of ingress-nginx annotations, as given to the controller by `--annotations-prefix`",
    default: SettingDefault::Strings(&["nginx.ingress.kubernetes.io"]),
};

/// The name of an annotation below one of the prefixes.
pub(crate) fn annotation_name<'k>(key: &'k str, prefixes: &[&str]) -> Option<&'k str> {
    let (prefix, name) = key.split_once('/')?;
    prefixes.iter().any(|known| known.trim_end_matches('/') == prefix).then_some(name)
}

/// Whether a resource is an Ingress.
pub(crate) fn is_ingress(resource: &Resource) -> bool {
    resource.kind() == "Ingress" && matches!(resource.group(), "networking.k8s.io" | "extensions")
}

/// A release of ingress-nginx.
pub(crate) type Release = (u32, u32, u32);

/// The releases of the ingress-nginx controllers in an inventory; `None` for one whose image tells none.
pub(crate) fn controllers(inventory: &Inventory) -> Vec<Option<Release>> {
    let pods = inventory.resources().iter().flat_map(Resource::pods);
    let images = pods.flat_map(|pod| pod.containers()).filter_map(|container| container.image());
    let controllers = images.filter_map(ImageReference::parse).filter(|image| {
        let path = image.repository.as_str();
        path.ends_with("ingress-nginx/controller")
            || path.ends_with("ingress-nginx/controller-chroot")
            || matches!(
                path.rsplit('/').next(),
                Some("ingress-nginx-controller" | "nginx-ingress-controller")
            )
    });
    controllers.map(|image| release(image.tag?)).collect()
}

/// Reads `v1.11.4`, `1.12.1-debian-12-r3`, `0.49.3`.
fn release(tag: &str) -> Option<Release> {
    let tag = tag.strip_prefix("nginx-").unwrap_or(tag);
    let mut parts = tag.strip_prefix('v').unwrap_or(tag).splitn(3, '.');
    let mut number = || {
        let part = parts.next()?;
        let digits = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
        part.get(..digits)?.parse().ok()
    };
    Some((number()?, number()?, number()?))
}

#[cfg(test)]
mod tests {
    use super::release;

    #[test]
    fn releases() {
        for (tag, wanted) in [
            ("v1.11.4", Some((1, 11, 4))),
            ("1.12.1-debian-12-r3", Some((1, 12, 1))),
            ("nginx-0.9.0-beta.15", Some((0, 9, 0))),
            ("v1.9.0-beta.0", Some((1, 9, 0))),
            ("latest", None),
            ("v1.9", None),
        ] {
            assert_eq!(release(tag), wanted, "{tag}");
        }
    }
}
