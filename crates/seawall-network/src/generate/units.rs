//! Workloads as policies see them: the pods of one owner, and what selects them.

use std::collections::{BTreeMap, HashMap};

use seawall_core::ResourceId;
use seawall_inventory::{GroupKind, Inventory, Resource};

use super::selectors::{Labels, PodSelector, Selectors};
use crate::model::{EndpointId, Network, is_instance_key};

/// A workload by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnitId(pub(super) u32);

/// The pods of one owner.
#[derive(Clone, Debug)]
pub struct Unit {
    /// The namespace.
    pub namespace: String,
    /// The kind of the top owner, or `Pod`.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Whether policies of pods do not hold for it: all of its pods stand in the network of their node.
    pub host_network: bool,
    /// What selects its pods and, when that can be said, nothing else.
    pub selector: PodSelector,
    /// The topmost object that is here and says what the pods are.
    pub object: Option<ResourceId>,
    pub(super) endpoints: Vec<EndpointId>,
    labels: Vec<Labels>,
}

impl Unit {
    /// Whether any of its pods has this label.
    pub(super) fn is_labelled(&self, key: &str, value: &str) -> bool {
        self.labels.iter().any(|labels| labels.get(key).is_some_and(|own| own == value))
    }

    /// Whether any of its pods has a label of this key.
    pub(super) fn has_label(&self, key: &str) -> bool {
        self.labels.iter().any(|labels| labels.contains_key(key))
    }
}

impl std::fmt::Display for Unit {
    /// `namespace/name[Kind]`
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}[{}]", self.namespace, self.name, self.kind)
    }
}

/// Namespace, kind and name of an object.
type ObjectName = (String, String, String);

/// All workloads that take part.
#[derive(Debug, Default)]
pub(super) struct Units {
    items: Vec<Unit>,
    by_object: HashMap<ObjectName, UnitId>,
    by_pair: HashMap<(String, String, String), Vec<UnitId>>,
    of_endpoint: HashMap<EndpointId, UnitId>,
}

impl Units {
    /// The workloads of a model.
    pub(super) fn new(network: &Network, inventory: &Inventory) -> Self {
        let mut groups: BTreeMap<ObjectName, Vec<EndpointId>> = BTreeMap::new();
        let mut tops: Vec<(ObjectName, ObjectName)> = Vec::new();
        for id in network.endpoints.ids() {
            let Some(view) = network.endpoint(id) else { continue };
            let (kind, name) = view.workload();
            let top = (view.namespace().to_owned(), kind.to_owned(), name.to_owned());
            tops.push((
                (view.namespace().to_owned(), view.kind().to_owned(), view.name().to_owned()),
                top.clone(),
            ));
            if view.class().is_some() {
                groups.entry(top).or_default().push(id);
            }
        }
        let mut units = Units::default();
        for (top, endpoints) in groups {
            let id = UnitId(u32::try_from(units.items.len()).unwrap_or(u32::MAX));
            units.of_endpoint.extend(endpoints.iter().map(|endpoint| (*endpoint, id)));
            units.items.push(unit(network, inventory, &top, endpoints));
            units.by_object.insert(top, id);
        }
        for (own, top) in tops {
            if let Some(id) = units.by_object.get(&top).copied() {
                units.by_object.entry(own).or_insert(id);
            }
        }
        units.select(inventory);
        units.index();
        units
    }

    /// Gives every workload its selector, namespace by namespace.
    fn select(&mut self, inventory: &Inventory) {
        let mut at = 0;
        while let Some(first) = self.items.get(at) {
            let namespace = first.namespace.clone();
            let rest = self.items.get(at..).unwrap_or_default();
            let end = at + rest.iter().take_while(|unit| unit.namespace == namespace).count();
            let members = self.items.get(at..end).unwrap_or_default();
            let mut selectors = Selectors::new(members.iter().map(|unit| {
                // Nothing selects what stands in the network of a node.
                if unit.host_network { &[][..] } else { unit.labels.as_slice() }
            }));
            let found: Vec<PodSelector> =
                members.iter().map(|unit| selectors.of(&unit.labels, &asked(inventory, unit))).collect();
            for (unit, selector) in self.items.iter_mut().skip(at).zip(found) {
                unit.selector = selector;
            }
            at = end;
        }
    }

    fn index(&mut self) {
        for (number, unit) in (0..u32::MAX).zip(&self.items) {
            for (key, value) in unit.labels.iter().flat_map(|labels| labels.iter()) {
                let key = (unit.namespace.clone(), key.clone(), value.clone());
                let ids = self.by_pair.entry(key).or_default();
                if ids.last() != Some(&UnitId(number)) {
                    ids.push(UnitId(number));
                }
            }
        }
    }

    pub(super) fn get(&self, id: UnitId) -> Option<&Unit> {
        self.items.get(id.0 as usize)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (UnitId, &Unit)> {
        (0..u32::MAX).map(UnitId).zip(&self.items)
    }

    pub(super) fn len(&self) -> usize {
        self.items.len()
    }

    pub(super) fn into_items(self) -> Vec<Unit> {
        self.items
    }

    /// The workload that an object is, or that it belongs to.
    pub(super) fn named(&self, namespace: &str, kind: &str, name: &str) -> Option<UnitId> {
        self.by_object.get(&(namespace.to_owned(), kind.to_owned(), name.to_owned())).copied()
    }

    /// The workload of an object that is or makes pods.
    pub(super) fn of_object(&self, object: &Resource) -> Option<UnitId> {
        let namespace = object.namespace().unwrap_or(crate::model::DEFAULT_NAMESPACE);
        self.named(namespace, object.kind(), object.name())
    }

    /// The workload of an endpoint.
    pub(super) fn of_endpoint(&self, endpoint: EndpointId) -> Option<UnitId> {
        self.of_endpoint.get(&endpoint).copied()
    }

    /// The only workload of a namespace whose pods may have all of these labels.
    pub(super) fn labelled(&self, namespace: &str, labels: &[(String, String)]) -> Option<UnitId> {
        let told = labels.iter().filter(|(key, _)| !is_instance_key(key));
        let lists = told
            .filter_map(|(key, value)| self.by_pair.get(&(namespace.to_owned(), key.clone(), value.clone())));
        let rarest = lists.min_by_key(|list| list.len())?;
        let has_all = |id: &&UnitId| {
            let Some(unit) = self.get(**id) else { return false };
            unit.labels.iter().any(|own| {
                !own.is_empty()
                    && own.iter().all(|(key, value)| labels.iter().any(|(k, v)| k == key && v == value))
            })
        };
        let mut found: Vec<UnitId> = rarest.iter().filter(has_all).copied().collect();
        // The one that explains the most labels.
        let explained = |id: &UnitId| {
            self.get(*id).and_then(|unit| unit.labels.iter().map(|labels| labels.len()).max()).unwrap_or(0)
        };
        let most = found.iter().map(explained).max()?;
        found.retain(|id| explained(id) == most);
        match found.as_slice() {
            [only] => Some(*only),
            _ => None,
        }
    }
}

fn unit(network: &Network, inventory: &Inventory, top: &ObjectName, endpoints: Vec<EndpointId>) -> Unit {
    let (namespace, kind, name) = top.clone();
    let views = || endpoints.iter().filter_map(|id| network.endpoint(*id));
    let host_network = views().all(|view| view.host_network());
    let mut labels: Vec<Labels> = views()
        .map(|view| {
            let told = view.labels().filter(|(key, _)| !is_instance_key(key));
            told.map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
        })
        .collect();
    labels.sort();
    labels.dedup();
    let object = views().find_map(|view| {
        let own =
            inventory.find(GroupKind::new(view.group(), view.kind()), Some(view.namespace()), view.name())?;
        Some(inventory.top_owner(own).filter(|owner| owner.has_pods()).unwrap_or(own).id())
    });
    let selector = PodSelector::default();
    Unit { namespace, kind, name, host_network, selector, object, endpoints, labels }
}

/// The pairs by which the owner itself finds its pods.
fn asked(inventory: &Inventory, unit: &Unit) -> Labels {
    let Some(object) = unit.object.and_then(|id| inventory.get(id)) else { return Labels::default() };
    let selector = object.root().path(&["spec", "selector"]);
    // A ReplicationController writes its pairs without `matchLabels`; a Pod has no selector.
    let pairs = selector.and_then(|selector| selector.get("matchLabels").or(Some(selector)));
    let pairs = pairs.into_iter().flat_map(seawall_yaml::Node::entries);
    let pairs = pairs.filter_map(|(key, value)| Some((key.to_owned(), value.as_str()?.to_owned())));
    pairs.filter(|(key, _)| !is_instance_key(key)).collect()
}
