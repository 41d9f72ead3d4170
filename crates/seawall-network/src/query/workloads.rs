//! Workloads: what people call the pods, by their top owner.

use std::collections::BTreeMap;

use super::names::EndpointView;
use crate::model::{ClassId, EndpointId, Network};

/// Pods of one owner that no policy can tell apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workload {
    /// The namespace.
    pub namespace: String,
    /// The name of the top owner, or of the pod.
    pub name: String,
    /// The kind of the top owner, or `Pod`.
    pub kind: String,
    /// Which of the owner's variants this is: 0 unless its pods differ in labels, ports or network.
    pub variant: usize,
    /// The class of its pods.
    pub class: ClassId,
    /// Its pods, or the one template that stands for them; never empty.
    pub endpoints: Vec<EndpointId>,
}

impl Workload {
    /// Whether both are of one owner.
    pub fn same_owner(&self, other: &Self) -> bool {
        (&self.namespace, &self.name, &self.kind) == (&other.namespace, &other.name, &other.kind)
    }
}

impl std::fmt::Display for Workload {
    /// `namespace/name[Kind]`
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}[{}]", self.namespace, self.name, self.kind)?;
        if self.variant > 0 { write!(f, "#{}", self.variant) } else { Ok(()) }
    }
}

impl Network {
    /// Every endpoint that takes part.
    pub fn endpoints(&self) -> impl Iterator<Item = EndpointId> + '_ {
        self.endpoints.ids().filter(|id| self.class_of(*id).is_some())
    }

    /// An endpoint's names and what it is made of.
    pub fn endpoint(&self, id: EndpointId) -> Option<EndpointView<'_>> {
        Some(EndpointView { network: self, endpoint: self.endpoint_at(id)? })
    }

    /// Classes of one owner, those that no policy treats differently as one, of the first.
    fn variants(&self, classes: BTreeMap<ClassId, Vec<EndpointId>>) -> Vec<(ClassId, Vec<EndpointId>)> {
        let mut variants: Vec<(ClassId, Vec<EndpointId>)> = Vec::new();
        for (class, endpoints) in classes {
            match variants.iter_mut().find(|(other, _)| self.alike(*other, class)) {
                Some((_, all)) => all.extend(endpoints),
                None => variants.push((class, endpoints)),
            }
        }
        variants
    }

    /// Whether the same policies govern two classes, and every rule that meets one meets the other.
    fn alike(&self, a: ClassId, b: ClassId) -> bool {
        let (Some(one), Some(other)) = (self.classes.get(a), self.classes.get(b)) else { return false };
        one.ports == other.ports
            && one.signatures == other.signatures
            && self.peers.iter().all(|(_, peer)| peer.classes.contains(a) == peer.classes.contains(b))
    }

    /// All workloads, by namespace, name and kind.
    pub fn workloads(&self) -> Vec<Workload> {
        let mut groups: BTreeMap<(String, String, String), BTreeMap<ClassId, Vec<EndpointId>>> =
            BTreeMap::new();
        for id in self.endpoints() {
            let (Some(view), Some(class)) = (self.endpoint(id), self.class_of(id)) else { continue };
            let (kind, name) = view.workload();
            let key = (view.namespace().to_owned(), name.to_owned(), kind.to_owned());
            groups.entry(key).or_default().entry(class).or_default().push(id);
        }
        let mut workloads = Vec::new();
        for ((namespace, name, kind), classes) in groups {
            for (variant, (class, endpoints)) in self.variants(classes).into_iter().enumerate() {
                let (namespace, name, kind) = (namespace.clone(), name.clone(), kind.clone());
                workloads.push(Workload { namespace, name, kind, variant, class, endpoints });
            }
        }
        workloads
    }
}
