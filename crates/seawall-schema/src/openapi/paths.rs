//! Which resources a document serves, by its paths.

use std::collections::BTreeMap;

use seawall_yaml::Node;

/// A group, version and kind.
pub(super) type Gvk<'d> = (&'d str, &'d str, &'d str);

/// Group, version and resource with its subresource; the kind that it takes, and whether it is in namespaces.
pub(super) type Served<'d> = BTreeMap<(&'d str, &'d str, String), (Gvk<'d>, bool)>;

const VERBS: [&str; 5] = ["post", "put", "patch", "delete", "get"];

pub(super) fn served(document: Node<'_>) -> Served<'_> {
    let mut found = Served::new();
    for (path, item) in document.get("paths").into_iter().flat_map(Node::entries) {
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        let (group, version, rest) = match parts.as_slice() {
            ["api", version, rest @ ..] => ("", *version, rest),
            ["apis", group, version, rest @ ..] => (*group, *version, rest),
            _ => continue,
        };
        let (namespaced, name) = match rest {
            ["watch", ..] => continue,
            ["namespaces", "{namespace}", plural] => (true, (*plural).to_owned()),
            ["namespaces", "{namespace}", plural, "{name}"] => (true, (*plural).to_owned()),
            ["namespaces", "{namespace}", plural, "{name}", part] => (true, format!("{plural}/{part}")),
            [plural] | [plural, "{name}"] => (false, (*plural).to_owned()),
            [plural, "{name}", part] => (false, format!("{plural}/{part}")),
            _ => continue,
        };
        let of_verb = |verb: &&str| gvk(item.get(verb)?.get("x-kubernetes-group-version-kind")?);
        let Some(kind) = VERBS.iter().find_map(of_verb) else { continue };
        // A resource in namespaces can also be listed without one.
        found.entry((group, version, name)).or_insert((kind, namespaced)).1 |= namespaced;
    }
    found
}

pub(super) fn gvk(node: Node<'_>) -> Option<Gvk<'_>> {
    Some((node.str("group")?, node.str("version")?, node.str("kind")?))
}
