//! Which kinds the rules of a policy name.

use std::collections::BTreeSet;
use std::fmt;

use seawall_schema::Schemas;
use seawall_yaml::Node;

/// More kinds are not looked at (`maxTypesToCheck`).
const MOST: usize = 10;

/// Group, version and kind.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct KindName {
    pub(crate) group: String,
    pub(crate) version: String,
    pub(crate) kind: String,
}

impl KindName {
    pub(crate) fn new(group: &str, version: &str, kind: &str) -> Self {
        KindName { group: group.to_owned(), version: version.to_owned(), kind: kind.to_owned() }
    }
}

/// As apimachinery writes it: `apps/v1, Kind=Deployment`.
impl fmt::Display for KindName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}, Kind={}", self.group, self.version, self.kind)
    }
}

/// The kinds, sorted. A rule with `*` for a group or version names none; subresources are left out.
pub(super) fn of(policy: Node<'_>, schemas: &Schemas) -> Vec<KindName> {
    let mut kinds = BTreeSet::new();
    let rules =
        policy.path(&["spec", "matchConstraints"]).into_iter().flat_map(|own| own.list("resourceRules"));
    for rule in rules {
        let words = |field: &str| {
            let mut words: Vec<&str> = rule.list(field).filter_map(Node::as_str).collect();
            words.sort_unstable();
            words
        };
        let (groups, versions) = (words("apiGroups"), words("apiVersions"));
        if groups.iter().chain(&versions).any(|word| word.contains('*')) {
            continue;
        }
        let resources: Vec<&str> =
            words("resources").into_iter().filter(|word| !word.contains(['*', '/'])).collect();
        let mut count = 0;
        for group in groups {
            for version in &versions {
                for resource in &resources {
                    for kind in named(schemas, group, version, resource) {
                        kinds.insert(kind);
                        count += 1;
                        if count == MOST {
                            return kinds.into_iter().collect();
                        }
                    }
                }
            }
        }
    }
    kinds.into_iter().collect()
}

/// The kinds of a resource. The mapper takes the name of the core group, which is empty, for no group at all.
fn named(schemas: &Schemas, group: &str, version: &str, resource: &str) -> Vec<KindName> {
    schemas
        .resources()
        .filter(|own| (group.is_empty() || own.group() == group) && own.version() == version)
        .filter(|own| own.name() == resource)
        .map(|own| {
            let (group, version, kind) = own.kind();
            KindName::new(group, version, kind)
        })
        .collect()
}
