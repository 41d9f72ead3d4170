//! What ingress-nginx puts into its own configuration from objects that others write (A47).
//!
//! Sources: the documentation of `allow-snippet-annotations` (on by default before 1.9) and `annotations-risk-level` (which
//! has to be `Critical` for snippets from 1.12 on), and the advisories of CVE-2025-1097, CVE-2025-1098, CVE-2025-24514 and
//! CVE-2025-1974, repaired in 1.11.5 and 1.12.1.

use std::collections::BTreeMap;

use seawall_inventory::{ContainerView, GroupKind, Resource};

use crate::facts::arguments::Arguments;
use crate::names::{Name, Names};

/// A controller of ingress-nginx.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NginxFacts {
    /// Major, minor and patch, when the tag tells.
    version: Option<[u32; 3]>,
    /// The ConfigMap that it is given, by name; it stands in its namespace.
    config: Option<Name>,
    /// The only namespace that it looks at.
    pub(crate) watched: Option<Name>,
    pub(crate) route: Name,
}

/// What its ConfigMap says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct SnippetFacts {
    allowed: Option<bool>,
    critical: bool,
}

/// The ConfigMaps that say something, by namespace and name.
pub(crate) type SnippetStore = BTreeMap<(Name, Name), SnippetFacts>;

const ALLOWED: &str = "allow-snippet-annotations";
const RISK: &str = "annotations-risk-level";

impl NginxFacts {
    pub(crate) fn read(container: &ContainerView<'_>, names: &mut Names) -> Option<Box<Self>> {
        let written = container.image().filter(|image| image.contains("nginx"))?;
        let image = seawall_checks::ImageReference::parse(written)?;
        let known = image.repository.ends_with("ingress-nginx/controller")
            || image.repository.ends_with("nginx-ingress-controller")
                && !image.repository.contains("bitnami");
        if !known {
            return None;
        }
        let arguments = Arguments::of(container.node());
        let config = arguments.flag("configmap").and_then(|name| name.rsplit('/').next());
        let mut numbers = image.tag.unwrap_or("").trim_start_matches('v').splitn(3, '.').map(|part| {
            let digits: String = part.chars().take_while(char::is_ascii_digit).collect();
            digits.parse::<u32>().ok()
        });
        let mut next = || numbers.next().flatten();
        let version = (|| Some([next()?, next()?, next()?]))();
        Some(Box::new(NginxFacts {
            version,
            config: config.map(|name| names.intern(name)),
            watched: arguments.flag("watch-namespace").map(|name| names.intern(name)),
            route: names.intern(&container.place(&["image"]).route.to_string()),
        }))
    }

    /// How whoever writes an Ingress runs code in the controller; `None` when nothing known lets them.
    pub(crate) fn way_in(&self, namespace: Name, store: &SnippetStore) -> Option<&'static str> {
        let told = self.config.and_then(|name| store.get(&(namespace, name))).copied().unwrap_or_default();
        match self.version {
            Some(version) if version < [1, 11, 5] || version == [1, 12, 0] => {
                Some("by annotations that this version does not check: CVE-2025-1097, CVE-2025-1098, CVE-2025-24514")
            }
            Some(version) if version >= [1, 12, 0] => (told.allowed == Some(true) && told.critical)
                .then_some("by snippet annotations, which `allow-snippet-annotations` and `annotations-risk-level` let in"),
            _ => (told.allowed == Some(true)).then_some("by snippet annotations, which `allow-snippet-annotations` lets in"),
        }
    }
}

/// Adds what a ConfigMap says.
pub(crate) fn put(store: &mut SnippetStore, names: &mut Names, resource: &Resource) {
    if resource.group_kind() != GroupKind::new("", "ConfigMap") {
        return;
    }
    let Some(data) = resource.root().get("data") else { return };
    let allowed = data.str(ALLOWED).map(|value| value == "true");
    let critical = data.str(RISK).is_some_and(|value| value.eq_ignore_ascii_case("critical"));
    if allowed.is_some() || critical {
        let key = (names.intern(resource.namespace().unwrap_or("default")), names.intern(resource.name()));
        store.insert(key, SnippetFacts { allowed, critical });
    }
}

/// Takes away what a ConfigMap said.
pub(crate) fn take(
    store: &mut SnippetStore,
    names: &Names,
    kind: GroupKind<'_>,
    namespace: &str,
    name: &str,
) {
    if let (true, Some(space), Some(name)) =
        (kind == GroupKind::new("", "ConfigMap"), names.find(namespace), names.find(name))
    {
        store.remove(&(space, name));
    }
}
