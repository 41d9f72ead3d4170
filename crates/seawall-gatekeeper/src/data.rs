//! `data.inventory`: what referential templates read of other objects.
//!
//! Invariant: only kinds that are known completely are given; where one is not, there is no verdict. A kind that a template
//! does not name by a constant needs a whole cluster.
//!
//! Source: `clusterScopedKey` and `namespaceScopedKey` (`pkg/target/target.go`).

use std::collections::{BTreeMap, BTreeSet};

use regorus::{Rc, Value};
use seawall_inventory::{Completeness, GroupKind, Inventory, Resource};
use seawall_schema::Schemas;

use crate::read::config::Config;
use crate::rego::value;

type Tree = BTreeMap<Value, Value>;
/// By version, kind and name.
type Shelf<'i> = BTreeMap<&'i str, BTreeMap<&'i str, Tree>>;

/// The objects of these kinds, as Gatekeeper lays them out.
///
/// # Errors
/// What is not known.
pub(crate) fn of(inventory: &Inventory, kinds: &[Option<String>], config: &Config) -> Result<Value, String> {
    let schemas = Schemas::builtin();
    let mut names: BTreeSet<&str> = BTreeSet::new();
    for kind in kinds {
        match kind {
            Some(kind) => _ = names.insert(kind),
            None if !is_whole(inventory) => {
                return Err("it reads any kind of the inventory, which is not a whole cluster".to_owned());
            }
            None => names.extend(inventory.resources().iter().map(Resource::kind)),
        }
    }
    let (mut cluster, mut namespaces) = (Shelf::new(), BTreeMap::new());
    for kind in names {
        let mut groups: BTreeSet<&str> = inventory.of_kind_any_group(kind).map(Resource::group).collect();
        if groups.is_empty() {
            // None is here: are there none?
            groups.extend(schemas.kinds().filter(|(_, _, own)| *own == kind).map(|(group, _, _)| group));
        }
        if groups.is_empty() {
            groups.insert("");
        }
        for group in groups {
            match inventory.completeness(GroupKind::new(group, kind)) {
                Completeness::Complete => {}
                Completeness::Partial => {
                    return Err(format!(
                        "it reads other objects of kind `{kind}`, and not all of them are known here"
                    ));
                }
                Completeness::Refused(why) => {
                    return Err(format!(
                        "it reads other objects of kind `{kind}`, which could not be read: {why}"
                    ));
                }
            }
        }
        for resource in inventory.of_kind_any_group(kind) {
            place(resource, config, &mut cluster, &mut namespaces);
        }
    }
    let namespaces = namespaces.into_iter().map(|(name, shelf)| (name, shelved(shelf)));
    Ok(value::object([("cluster", shelved(cluster)), ("namespace", value::object(namespaces))]))
}

/// Whether everything of a cluster is here: even of a kind that there is not, nothing is missing.
fn is_whole(inventory: &Inventory) -> bool {
    let nothing = GroupKind::new("nothing.invalid", "Nothing");
    inventory.completeness(nothing) == Completeness::Complete && inventory.refused().next().is_none()
}

fn place<'i>(
    resource: &'i Resource,
    config: &Config,
    cluster: &mut Shelf<'i>,
    namespaces: &mut BTreeMap<&'i str, Shelf<'i>>,
) {
    let root = resource.root();
    let version = root.str("apiVersion").unwrap_or_default();
    let namespace = resource.namespace().unwrap_or_default();
    if config.hides(if resource.kind() == "Namespace" { resource.name() } else { namespace }) {
        return;
    }
    let shelf = match namespace {
        "" => cluster,
        name => namespaces.entry(name).or_default(),
    };
    let names = shelf.entry(version).or_default().entry(resource.kind()).or_default();
    names.insert(value::text(resource.name()), value::of(root));
}

fn shelved(shelf: Shelf<'_>) -> Value {
    let kinds = |kinds: BTreeMap<&str, Tree>| {
        value::object(kinds.into_iter().map(|(kind, names)| (kind, Value::Object(Rc::new(names)))))
    };
    value::object(shelf.into_iter().map(|(version, own)| (version, kinds(own))))
}
