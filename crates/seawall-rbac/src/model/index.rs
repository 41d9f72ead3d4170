//! Which bindings apply to an identity.

use std::collections::BTreeMap;

use crate::Sym;
use crate::model::{BindingId, Scope, SubjectId};

/// Bindings by identity and scope, each list by the bindings' names.
#[derive(Clone, Debug, Default)]
pub(crate) struct Index(Vec<Held>);

#[derive(Clone, Debug, Default)]
struct Held {
    cluster: Vec<BindingId>,
    /// Sorted by the text of the namespace would cost a look-up a comparison: callers that print sort themselves.
    namespaces: BTreeMap<Sym, Vec<BindingId>>,
}

impl Index {
    /// Adds a binding; `before` says whether a listed binding stands before it.
    pub(crate) fn add(
        &mut self,
        subject: SubjectId,
        scope: Scope,
        binding: BindingId,
        before: impl Fn(BindingId) -> bool,
    ) {
        if self.0.len() <= subject.index() {
            self.0.resize_with(subject.index() + 1, Held::default);
        }
        let Some(held) = self.0.get_mut(subject.index()) else { return };
        let list = match scope {
            Scope::Cluster => &mut held.cluster,
            Scope::Namespace(namespace) => held.namespaces.entry(namespace).or_default(),
        };
        let at = list.partition_point(|other| before(*other));
        list.insert(at, binding);
    }

    pub(crate) fn remove(&mut self, subject: SubjectId, scope: Scope, binding: BindingId) {
        let Some(held) = self.0.get_mut(subject.index()) else { return };
        match scope {
            Scope::Cluster => held.cluster.retain(|own| *own != binding),
            Scope::Namespace(namespace) => {
                if let Some(list) = held.namespaces.get_mut(&namespace) {
                    list.retain(|own| *own != binding);
                    if list.is_empty() {
                        held.namespaces.remove(&namespace);
                    }
                }
            }
        }
    }

    /// The bindings at one scope alone.
    pub(crate) fn at(&self, subject: SubjectId, scope: Scope) -> &[BindingId] {
        let list = self.0.get(subject.index()).and_then(|held| match scope {
            Scope::Cluster => Some(&held.cluster),
            Scope::Namespace(namespace) => held.namespaces.get(&namespace),
        });
        list.map_or(&[], Vec::as_slice)
    }

    /// All bindings of an identity.
    pub(crate) fn all(&self, subject: SubjectId) -> impl Iterator<Item = BindingId> {
        let held = self.0.get(subject.index()).into_iter();
        held.flat_map(|held| held.cluster.iter().chain(held.namespaces.values().flatten()).copied())
    }

    /// The identities with a binding.
    pub(crate) fn subjects(&self) -> impl Iterator<Item = SubjectId> {
        let held = self.0.iter().enumerate();
        let bound = held.filter(|(_, held)| !held.cluster.is_empty() || !held.namespaces.is_empty());
        bound.map(|(index, _)| SubjectId(u32::try_from(index).unwrap_or(u32::MAX)))
    }
}
