//! What changes may break. A check knows that a setting is wrong; whether a program needs it is in no object, so what
//! speaks for that is said beside the fix, and a person decides.
//!
//! Every warning comes from comparing an object before and after, whichever fix changed it.

mod account;
mod admission;
mod capabilities;
mod container;
mod network;
mod pod;
mod rights;
mod service;

use std::cell::OnceCell;
use std::collections::BTreeSet;

use seawall_core::{ResourceId, Route};
use seawall_inventory::{ContainerView, Inventory, Place, PodView, Resource};
use seawall_rbac::Rbac;

/// Something that may stop working.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Danger {
    /// The changed object.
    pub resource: ResourceId,
    /// The changed place in it.
    pub route: Route,
    /// What may happen and why.
    pub message: String,
}

/// Both states of everything, and what was found out.
struct Dangers<'i> {
    before: &'i Inventory,
    after: &'i Inventory,
    /// Who may do what, made when it is first asked.
    rights: OnceCell<Rbac>,
    found: Vec<Danger>,
}

impl Dangers<'_> {
    fn rights(&self) -> &Rbac {
        self.rights.get_or_init(|| Rbac::build(self.before).0)
    }

    fn say(&mut self, place: Place, message: String) {
        self.found.push(Danger { resource: place.resource, route: place.route, message });
    }
}

/// What may break by the changes of these objects.
pub(crate) fn dangers(before: &Inventory, after: &Inventory, changed: &BTreeSet<ResourceId>) -> Vec<Danger> {
    let mut dangers = Dangers { before, after, rights: OnceCell::new(), found: Vec::new() };
    let pairs: Vec<(&Resource, &Resource)> =
        changed.iter().filter_map(|id| Some((before.get(*id)?, after.get(*id)?))).collect();
    for (old, new) in &pairs {
        for (was, is) in old.pods().zip(new.pods()) {
            pod::compare(&was, &is, &mut dangers);
            account::compare_pod(&was, &is, &mut dangers);
            for (was, is) in containers(&was, &is) {
                container::compare(&was, &is, &mut dangers);
                capabilities::compare(&was, &is, &mut dangers);
            }
        }
        account::compare_account(old, new, &mut dangers);
        service::compare(old, new, &mut dangers);
        admission::compare(old, new, &mut dangers);
    }
    network::compare(&pairs, &mut dangers);
    rights::compare(&pairs, &mut dangers);
    dangers.found.sort();
    dangers.found.dedup();
    dangers.found
}

/// The containers of both states that go by one name.
fn containers<'r>(was: &PodView<'r>, is: &PodView<'r>) -> Vec<(ContainerView<'r>, ContainerView<'r>)> {
    let old: Vec<ContainerView<'r>> = was.containers().collect();
    let partner = |new: &ContainerView<'r>| {
        old.iter().find(|old| old.kind() == new.kind() && old.name() == new.name()).copied()
    };
    is.containers().filter_map(|new| Some((partner(&new)?, new))).collect()
}
