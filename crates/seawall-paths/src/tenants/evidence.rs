//! The objects that a witness rests on, with their places.

use std::sync::Arc;

use seawall_core::{Position, Route};
use seawall_inventory::{GroupKind, Inventory, Resource};
use seawall_rbac::{Binding, Rbac};

/// A place in a text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spot {
    /// The file as it was named.
    pub file: Arc<str>,
    /// Line and column, from 1.
    pub position: Position,
    /// The field in the object.
    pub route: Route,
}

impl Spot {
    fn of(resource: &Resource, route: &Route) -> Option<Self> {
        let position = resource.position(route)?;
        Some(Spot { file: Arc::clone(&resource.origin().file), position, route: route.clone() })
    }
}

/// An object that says something, and where.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Evidence {
    /// `Pod/shop/web`, `NetworkPolicy/shop/open spec.ingress[0]`, `ClusterRole/view rule 2`.
    pub object: String,
    /// Where it says so; `None` without a text.
    pub at: Option<Spot>,
    /// What it says, empty when the object itself is what matters.
    pub says: String,
}

impl Evidence {
    /// A place in an object.
    pub(super) fn of(resource: &Resource, route: &Route, says: impl Into<String>) -> Self {
        let object = resource.subject().to_string();
        Evidence { object, at: Spot::of(resource, route), says: says.into() }
    }

    /// An object of which no place is known.
    pub(super) fn named(object: impl Into<String>, says: impl Into<String>) -> Self {
        Evidence { object: object.into(), at: None, says: says.into() }
    }

    /// A binding and, where it is about one, a rule of its role by place.
    pub(super) fn of_grant(
        inventory: &Inventory,
        rbac: &Rbac,
        binding: &Binding,
        rule: Option<usize>,
    ) -> Vec<Self> {
        const GROUP: &str = "rbac.authorization.k8s.io";
        let at = |object: seawall_rbac::ObjectRef<'_>, route: &Route| {
            let kind = GroupKind::new(GROUP, object.kind);
            inventory.find(kind, object.namespace, object.name).and_then(|found| Spot::of(found, route))
        };
        let name = rbac.binding_name(binding);
        let mut all = vec![Evidence {
            object: name.to_string(),
            at: at(name, &Route::root().key("roleRef")),
            says: String::new(),
        }];
        let Some(role) = rbac.role_of(binding) else { return all };
        let Some(found) = rule.and_then(|rule| rbac.rule_evidence(role, rule)) else { return all };
        let text = rule.and_then(|rule| rbac.rules(role.rule_set()).get(rule));
        let route = Route::root().key("rules").index(found.rule as usize);
        let assumed = if role.is_assumed() { " (comes with every control plane)" } else { "" };
        all.push(Evidence {
            object: format!("{} rule {}{assumed}", found.role, found.rule + 1),
            at: at(found.role, &route),
            says: text.map(|rule| rule_words(rbac, rule)).unwrap_or_default(),
        });
        all
    }
}

/// `get, list on pods, secrets (core) named web`.
fn rule_words(rbac: &Rbac, rule: &seawall_rbac::Rule) -> String {
    let list = |list: &[seawall_rbac::Sym]| {
        let words = list.iter().map(|sym| match rbac.text(*sym) {
            "" => "core",
            text => text,
        });
        words.collect::<Vec<_>>().join(", ")
    };
    let names = match rule.names() {
        [] => String::new(),
        names => format!(" named {}", list(names)),
    };
    format!("{} on {} ({}){names}", list(rule.verbs()), list(rule.resources()), list(rule.groups()))
}
