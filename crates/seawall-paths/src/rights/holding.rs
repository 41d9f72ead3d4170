//! Reads permissions off rules.

use seawall_rbac::{Rbac, Rule, Sym};

use crate::names::{Name, Names};
use crate::rights::Permission;
use crate::rights::permission::{Ask, Mode, Naming, TABLE};
use crate::rules::operators::CATALOGUE;

/// One rule that gives one permission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Holding {
    pub(crate) permission: Permission,
    /// The place of the rule in the list.
    pub(crate) rule: u32,
    /// The objects it is restricted to; `None` for all.
    pub(crate) names: Option<Box<[Name]>>,
    /// Only worth something at cluster scope.
    pub(crate) cluster: bool,
}

/// What a list of rules holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Holdings {
    /// In the order of the rules.
    pub(crate) list: Vec<Holding>,
    /// What may be done as somebody impersonated within limits.
    pub(crate) behalf: Vec<(Mode, Holding)>,
    /// A rule that allows everything.
    pub(crate) everything: Option<u32>,
}

/// Verbs that together are as good as all: what they leave out follows from what they allow.
const ALL_VERBS: &[&str] = &["get", "list", "create", "update", "patch", "delete"];

impl Holdings {
    pub(crate) fn of(rules: &[Rule], rbac: &Rbac, names: &mut Names) -> Self {
        let mut holdings = Holdings::default();
        for (number, rule) in (0u32..).zip(rules) {
            let rule = Texts { rule, rbac };
            if rule.allows_everything() && holdings.everything.is_none() {
                holdings.everything = Some(number);
            }
            for (permission, asks) in TABLE {
                for held in asks.iter().filter_map(|ask| rule.meets(ask, names)) {
                    holdings.add(Holding { permission: *permission, rule: number, ..held });
                }
            }
            for mode in rule.modes() {
                for (permission, asks) in TABLE {
                    let held = asks.iter().filter_map(|ask| rule.meets_as(mode, ask));
                    let held = held.map(|held| Holding { permission: *permission, rule: number, ..held });
                    holdings.behalf.extend(held.map(|held| (mode, held)));
                }
            }
            for (row, operator) in (0u8..).zip(CATALOGUE) {
                if let Some(held) = rule.meets(&operator.ask(), names) {
                    holdings.add(Holding { permission: Permission::Operator(row), rule: number, ..held });
                }
            }
        }
        holdings
    }

    fn add(&mut self, held: Holding) {
        let held = match (held.permission, &held.names) {
            // Listing with a field selector gives the one object of the name, as `get` does.
            (Permission::SecretList, Some(_)) => Holding { permission: Permission::SecretGet, ..held },
            _ => held,
        };
        if !self.list.contains(&held) {
            self.list.push(held);
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty() && self.behalf.is_empty() && self.everything.is_none()
    }
}

struct Texts<'r> {
    rule: &'r Rule,
    rbac: &'r Rbac,
}

impl Texts<'_> {
    fn has(&self, list: &[Sym], wanted: &str) -> bool {
        list.iter().any(|own| {
            let own = self.rbac.text(*own);
            own == "*" || own == wanted
        })
    }

    fn resource(&self, wanted: &str) -> bool {
        let any = wanted.split_once('/').map(|(_, sub)| sub);
        self.has(self.rule.resources(), wanted)
            || any.is_some_and(|sub| {
                let own = |own: &Sym| self.rbac.text(*own).strip_prefix("*/") == Some(sub);
                self.rule.resources().iter().any(own)
            })
    }

    fn allows_everything(&self) -> bool {
        let star = |list: &[Sym]| list.contains(&Sym::STAR);
        let rule = self.rule;
        rule.names().is_empty()
            && star(rule.groups())
            && star(rule.resources())
            && ALL_VERBS.iter().all(|verb| self.has(rule.verbs(), verb))
    }

    /// In which ways the rule lets somebody impersonated act; `*` is everything anyway.
    fn modes(&self) -> impl Iterator<Item = Mode> {
        let named = self.rule.verbs().iter().map(|verb| self.rbac.text(*verb));
        Mode::ALL.into_iter().filter(move |mode| named.clone().any(|verb| verb.starts_with(mode.prefix())))
    }

    /// What the rule lets somebody impersonated do of an ask, for all objects.
    fn meets_as(&self, mode: Mode, ask: &Ask) -> Option<Holding> {
        let rule = self.rule;
        let acts = |verb: &&str| {
            let own = rule.verbs().iter().filter_map(|own| self.rbac.text(*own).strip_prefix(mode.prefix()));
            own.clone().any(|own| own == *verb)
        };
        let meets = rule.names().is_empty()
            && ask.verbs.iter().any(acts)
            && ask.groups.iter().any(|group| self.has(rule.groups(), group))
            && ask.resources.iter().any(|resource| self.resource(resource));
        meets.then_some(Holding {
            permission: Permission::PodCreate,
            rule: 0,
            names: None,
            cluster: ask.cluster,
        })
    }

    /// What the rule gives of an ask; the permission and the number are the caller's.
    fn meets(&self, ask: &Ask, names: &mut Names) -> Option<Holding> {
        let rule = self.rule;
        // Requests for a new object and for a collection carry no name; those for a subresource do.
        let carries = |verb: &str, resource: &str| {
            rule.names().is_empty()
                || resource.contains('/')
                || !matches!(verb, "create" | "deletecollection")
        };
        let verb = |resource: &str| {
            ask.verbs.iter().any(|verb| self.has(rule.verbs(), verb) && carries(verb, resource))
        };
        let meets = ask.groups.iter().any(|group| self.has(rule.groups(), group))
            && ask.resources.iter().any(|resource| self.resource(resource) && verb(resource));
        if !meets {
            return None;
        }
        let own = || rule.names().iter().map(|name| self.rbac.text(*name));
        let restricted = match ask.names {
            _ if rule.names().is_empty() => None,
            Naming::Of(wanted) if own().any(|name| wanted.contains(&name)) => None,
            Naming::Of(_) => return None,
            Naming::Restricts => Some(own().map(|name| names.intern(name)).collect()),
        };
        Some(Holding { permission: Permission::PodCreate, rule: 0, names: restricted, cluster: ask.cluster })
    }
}
