//! What is known of ingress-nginx controllers and their annotations.

use seawall_inventory::{ContainerView, Inventory, Resource};
use seawall_yaml::Node;

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

/// The names of the directives in a piece of nginx configuration; comments are left out.
pub(crate) fn directives(text: &str) -> impl Iterator<Item = &str> {
    let lines = text.lines().map(|line| line.split_once('#').map_or(line, |(code, _)| code));
    let statements = lines.flat_map(|line| line.split([';', '{', '}']));
    statements.filter_map(|statement| statement.split_whitespace().next())
}

/// Whether a directive runs Lua: `content_by_lua_block`, `set_by_lua`, `lua_package_path` …
pub(crate) fn is_lua(directive: &str) -> bool {
    directive.starts_with("lua_") || directive.contains("_by_lua")
}

/// A release of ingress-nginx.
pub(crate) type Release = (u32, u32, u32);

/// The releases of the ingress-nginx controllers in an inventory; `None` for one whose image tells none.
pub(crate) fn controllers(inventory: &Inventory) -> Vec<Option<Release>> {
    let pods = inventory.resources().iter().flat_map(Resource::pods);
    let containers = pods.flat_map(|pod| pod.containers());
    let controllers = containers.filter_map(|container| controller_image(&container));
    controllers.map(|image| release(image.tag?)).collect()
}

/// The image of a container when it is the controller of the Kubernetes project, or one that was built from it.
pub(crate) fn controller_image<'i>(container: &ContainerView<'i>) -> Option<ImageReference<'i>> {
    let image = ImageReference::parse(container.image()?)?;
    let path = image.repository.as_str();
    let is_controller = path.ends_with("ingress-nginx/controller")
        || path.ends_with("ingress-nginx/controller-chroot")
        || matches!(path.rsplit('/').next(), Some("ingress-nginx-controller" | "nginx-ingress-controller"));
    is_controller.then_some(image)
}

/// The snippets that an Ingress writes into the configuration of the controller: name of the annotation and value.
pub(crate) fn snippets<'i>(ingress: &'i Resource, prefixes: &[&str]) -> Vec<(&'i str, Node<'i>)> {
    let annotations = ingress.metadata().and_then(|metadata| metadata.get("annotations"));
    let named = annotations.into_iter().flat_map(|node| node.entries()).filter_map(|(key, value)| {
        let name = annotation_name(key, prefixes).filter(|name| name.ends_with("-snippet"))?;
        value.as_str().is_some_and(|text| !text.trim().is_empty()).then_some((name, value))
    });
    named.collect()
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
    use super::{directives, is_lua, release};

    #[test]
    fn directives_of_a_snippet() {
        let text = "location /x {\n  alias /etc/; # root\n}\nset_by_lua $a 'return 1';";
        let all: Vec<&str> = directives(text).collect();
        assert_eq!(all, ["location", "alias", "set_by_lua"]);
        assert!(is_lua("content_by_lua_block") && is_lua("lua_shared_dict") && !is_lua("proxy_pass"));
    }

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
