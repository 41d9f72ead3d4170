//! How far the rights of a role reach, and who holds them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use seawall_core::{ResourceId, Subject};
use seawall_inventory::{BindingView, Inventory, Place, RoleView, SubjectKind};

use crate::Draft;
use crate::rbac::model::{Allowed, MAX_LISTED, Scope, is_default_subject, named};

/// Whose holding of a right is expected, besides what the settings allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Excused {
    /// The subjects that built-in bindings come with: for what a built-in role comes with.
    Defaults,
    /// Nobody: for what was added to a built-in role, and for all other roles.
    Nobody,
}

/// Through which bindings a role is given to whom, without the subjects that are expected or allowed.
#[derive(Clone, Default)]
pub(crate) struct Reach {
    /// Whether a ClusterRoleBinding gives it.
    pub(crate) cluster: bool,
    /// Namespaces in which a RoleBinding gives it, at most [`MAX_LISTED`].
    namespaces: BTreeSet<String>,
    /// Whether there are holders that are expected or allowed, or that hold it where it does not count.
    accepted: bool,
    /// The first holders, at most [`MAX_LISTED`], each with the item that names it and its binding.
    holders: BTreeMap<Subject, (Place, Subject)>,
    /// Items that name a holder.
    count: usize,
    /// Whether there are bindings that were not followed.
    pub(crate) cut: bool,
}

impl Reach {
    /// The reach of one binding; of a right that counts in one namespace only, `home` is that namespace.
    pub(crate) fn of_binding(
        binding: &BindingView<'_>,
        excused: Excused,
        allowed: &Allowed<'_>,
        home: Option<&str>,
    ) -> Self {
        let mut reach = Reach::default();
        reach.add(binding, excused, allowed, home);
        reach
    }

    fn add(
        &mut self,
        binding: &BindingView<'_>,
        excused: Excused,
        allowed: &Allowed<'_>,
        home: Option<&str>,
    ) {
        if home
            .is_some_and(|home| !binding.is_cluster_binding() && binding.resource().namespace() != Some(home))
        {
            self.accepted = true;
            return;
        }
        let mut holds = false;
        // The API server matches nobody with a subject of another kind.
        for subject in binding.subjects().filter(|subject| subject.kind != SubjectKind::Unknown) {
            let expected = excused == Excused::Defaults && is_default_subject(binding, &subject);
            if expected || allowed.covers(&subject, binding) {
                self.accepted = true;
                continue;
            }
            holds = true;
            self.count += 1;
            if self.holders.len() < MAX_LISTED {
                let place = binding.place_of(subject.node);
                self.holders
                    .entry(subject.identity(binding))
                    .or_insert_with(|| (place, binding.resource().subject().clone()));
            }
        }
        if holds && binding.is_cluster_binding() {
            self.cluster = true;
        } else if holds && self.namespaces.len() < MAX_LISTED {
            self.namespaces.insert(binding.resource().namespace().unwrap_or("").to_owned());
        }
    }

    fn merge(&mut self, other: &Reach) {
        self.cluster |= other.cluster;
        self.accepted |= other.accepted;
        self.count += other.count;
        for namespace in &other.namespaces {
            if self.namespaces.len() < MAX_LISTED {
                self.namespaces.insert(namespace.clone());
            }
        }
        for (subject, at) in &other.holders {
            if self.holders.len() < MAX_LISTED {
                self.holders.entry(subject.clone()).or_insert_with(|| at.clone());
            }
        }
    }

    /// Whether nobody holds it at all.
    pub(crate) fn is_unbound(&self) -> bool {
        self.count == 0 && !self.accepted
    }

    /// Whether somebody holds it who is neither expected nor allowed.
    pub(crate) fn is_held(&self) -> bool {
        self.count > 0
    }

    /// Whether a right on resources of the scope is alive.
    pub(crate) fn covers(&self, scope: Scope) -> bool {
        self.cluster || scope == Scope::Namespace && !self.namespaces.is_empty()
    }

    /// The holders in a message.
    pub(crate) fn who(&self) -> String {
        let mut holders = self.holders.keys();
        let first = holders.next().map_or_else(|| "nobody".to_owned(), named);
        // Beyond the limit nobody knows which of the counted items name the same holder.
        let all = if self.holders.len() < MAX_LISTED { self.holders.len() } else { self.count };
        match (holders.next(), all) {
            (None, _) => first,
            (Some(second), 2) => format!("{first} and {}", named(second)),
            (Some(_), all) => format!("{first} and {} others", all - 1),
        }
    }

    /// Where in a message, for a right with a namespace.
    pub(crate) fn place(&self) -> String {
        if self.cluster {
            return "in every namespace".to_owned();
        }
        let mut namespaces = self.namespaces.iter();
        match (namespaces.next().map(String::as_str), namespaces.len()) {
            (None, _) => "nowhere".to_owned(),
            (Some(""), 0) => "in the namespace of the binding".to_owned(),
            (Some(namespace), 0) => format!("in namespace `{namespace}`"),
            (Some(namespace), others) if others + 1 < MAX_LISTED => {
                format!("in namespace `{namespace}` and {others} more")
            }
            (Some(namespace), _) => format!("in namespace `{namespace}` and many more"),
        }
    }

    /// Adds holders and bindings to a finding.
    pub(crate) fn link(&self, draft: &mut Draft) {
        for (subject, (place, binding)) in &self.holders {
            draft.related(place.clone(), format!("{} holds it", named(subject)));
            draft.linked(binding).linked(subject);
        }
    }
}

/// The reach of roles, each read once.
pub(crate) struct Reaches<'i, 's> {
    inventory: &'i Inventory,
    allowed: &'s Allowed<'s>,
    home: Option<&'static str>,
    direct: HashMap<ResourceId, Rc<Reach>>,
    whole: HashMap<ResourceId, Rc<Reach>>,
}

impl<'i, 's> Reaches<'i, 's> {
    /// Nothing read yet; `home` is the only namespace that counts.
    pub(crate) fn new(
        inventory: &'i Inventory,
        allowed: &'s Allowed<'s>,
        home: Option<&'static str>,
    ) -> Self {
        Reaches { inventory, allowed, home, direct: HashMap::new(), whole: HashMap::new() }
    }

    fn direct(&mut self, role: &RoleView<'i>) -> Rc<Reach> {
        let id = role.resource().id();
        if let Some(reach) = self.direct.get(&id) {
            return Rc::clone(reach);
        }
        let mut reach = Reach::default();
        for binding in self.inventory.bindings_of(role) {
            reach.add(&binding, Excused::Nobody, self.allowed, self.home);
        }
        let reach = Rc::new(reach);
        self.direct.insert(id, Rc::clone(&reach));
        reach
    }

    /// The reach of a role through its own bindings and those of the roles that it is part of.
    pub(crate) fn of(&mut self, role: &RoleView<'i>) -> Rc<Reach> {
        let wholes = self.inventory.wholes_of(role);
        if wholes.roles.is_empty() && !wholes.cut {
            return self.direct(role);
        }
        if let Some(reach) = self.whole.get(&wholes.like) {
            return Rc::clone(reach);
        }
        let mut reach = (*self.direct(role)).clone();
        reach.cut = wholes.cut;
        for whole in wholes.roles {
            reach.merge(&self.direct(&whole));
        }
        let reach = Rc::new(reach);
        self.whole.insert(wholes.like, Rc::clone(&reach));
        reach
    }
}
