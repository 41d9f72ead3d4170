//! Which capabilities a list of rules holds.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::model::{Rbac, RuleSetId, Scope};
use crate::primitives::{Capabilities, Capability};
use crate::rule::Rule;
use crate::symbols::{Sym, Symbols};

/// Requests with these verbs carry no name, unless they are about a subresource: a rule with resourceNames never grants
/// `create` and `deletecollection`, and `list` and `watch` only of the named object.
const NAMELESS: [&str; 4] = ["create", "list", "watch", "deletecollection"];
/// How the verbs begin by which somebody impersonated within limits acts (KEP-5284).
const IMPERSONATE_ON: &str = "impersonate-on:";

/// The capabilities of a list of rules, as a ClusterRoleBinding would grant them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Those that hold for all objects.
    pub all: Capabilities,
    /// Those that hold for named objects only, with the names.
    pub named: BTreeMap<Capability, BTreeSet<Sym>>,
    /// Which rules they come from, by place.
    pub rules: Vec<(Capability, u32)>,
}

impl Facts {
    /// The capabilities that hold for all objects when granted at a scope.
    pub fn all_at(&self, scope: Scope) -> Capabilities {
        match scope {
            Scope::Cluster => self.all,
            Scope::Namespace(_) => self.all.and(Capabilities::NAMESPACED),
        }
    }

    /// The capabilities that hold for named objects when granted at a scope.
    pub fn named_at(&self, scope: Scope) -> impl Iterator<Item = (Capability, &BTreeSet<Sym>)> {
        let reaches =
            move |capability: Capability| scope == Scope::Cluster || Capabilities::NAMESPACED.has(capability);
        self.named.iter().map(|(own, names)| (*own, names)).filter(move |(own, _)| reaches(*own))
    }

    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }
}

/// The capabilities in the numbers of one model.
#[derive(Debug)]
pub(crate) struct Table {
    rows: Vec<Row>,
    by_resource: HashMap<Sym, Vec<usize>>,
}

#[derive(Debug)]
struct Row {
    capability: Capability,
    group: Option<Sym>,
    resource: Option<Sym>,
    of_any: Option<Sym>,
    /// The verbs that a rule without resourceNames grants it by.
    verbs: Vec<Sym>,
    /// The same for a rule with resourceNames.
    named_verbs: Vec<Sym>,
    /// Whether `*` among the verbs of a rule without, and of one with resourceNames grants it.
    any_verb: (bool, bool),
}

impl Table {
    /// The table for servers of today.
    pub(crate) fn new(symbols: &Symbols) -> Self {
        Table::for_version(symbols, None)
    }

    /// The table for a server version; an unknown one is taken as new.
    pub(crate) fn for_version(symbols: &Symbols, version: Option<(u32, u32)>) -> Self {
        let mut table = Table { rows: Vec::new(), by_resource: HashMap::new() };
        for capability in Capability::ALL.iter().copied().filter(|own| *own != Capability::ImpersonateOn) {
            for what in capability.what() {
                let before = |bound: (u32, u32)| version.is_some_and(|version| version < bound);
                let served = what.until.is_none_or(before) && !what.since.is_some_and(before);
                if !served {
                    continue;
                }
                for resource in what.resources.split(' ') {
                    let sub = resource.split_once('/').map(|(_, sub)| sub);
                    let carries_name = |verb: &&str| sub.is_some() || !NAMELESS.contains(verb);
                    let all: Vec<&str> = what.verbs.split(' ').collect();
                    let named: Vec<&str> = match what.only_named {
                        true => all.clone(),
                        false => all.iter().copied().filter(carries_name).collect(),
                    };
                    let plain = if what.only_named { Vec::new() } else { all };
                    let numbers =
                        |verbs: &[&str]| verbs.iter().filter_map(|verb| symbols.get(verb)).collect();
                    let row = Row {
                        capability,
                        group: symbols.get(what.group),
                        resource: symbols.get(resource),
                        of_any: sub.and_then(|sub| symbols.get(&format!("*/{sub}"))),
                        verbs: numbers(&plain),
                        named_verbs: numbers(&named),
                        any_verb: (!plain.is_empty(), !named.is_empty()),
                    };
                    for key in [row.resource, row.of_any].into_iter().flatten() {
                        table.by_resource.entry(key).or_default().push(table.rows.len());
                    }
                    table.rows.push(row);
                }
            }
        }
        table
    }

    /// The capabilities of one rule.
    fn of_rule(&self, rule: &Rule, symbols: &Symbols) -> BTreeSet<Capability> {
        let mut found = BTreeSet::new();
        let named = !rule.names().is_empty();
        let mut look = |row: &Row| {
            let (verbs, any) = match named {
                true => (&row.named_verbs, row.any_verb.1),
                false => (&row.verbs, row.any_verb.0),
            };
            let verb = rule.verbs().iter().any(|own| (any && *own == Sym::STAR) || verbs.contains(own));
            let group = rule.groups().iter().any(|own| *own == Sym::STAR || Some(*own) == row.group);
            if verb && group {
                found.insert(row.capability);
            }
        };
        if rule.resources().contains(&Sym::STAR) {
            self.rows.iter().for_each(&mut look);
        } else {
            let rows =
                rule.resources().iter().filter_map(|resource| self.by_resource.get(resource)).flatten();
            rows.filter_map(|row| self.rows.get(*row)).for_each(&mut look);
        }
        let acts = |verb: &Sym| *verb == Sym::STAR || symbols.text(*verb).starts_with(IMPERSONATE_ON);
        if !named && !rule.resources().is_empty() && rule.verbs().iter().any(acts) {
            found.insert(Capability::ImpersonateOn);
        }
        if named {
            found.remove(&Capability::Everything);
            found.remove(&Capability::DeleteAnything);
        }
        found
    }

    /// The capabilities of a list of rules.
    pub(crate) fn facts(&self, rules: &[Rule], symbols: &Symbols) -> Facts {
        let mut facts = Facts::default();
        for (at, rule) in rules.iter().enumerate() {
            for capability in self.of_rule(rule, symbols) {
                facts.rules.push((capability, u32::try_from(at).unwrap_or(u32::MAX)));
                if rule.names().is_empty() {
                    facts.all = facts.all.with(capability);
                } else {
                    facts.named.entry(capability).or_default().extend(rule.names().iter().copied());
                }
            }
        }
        facts.named.retain(|capability, _| !facts.all.has(*capability));
        facts
    }

    /// Whether no primitive needs anything that a rule grants. What says `impersonate-on` or `*` alone opens nothing.
    pub(crate) fn is_harmless(&self, rule: &Rule, symbols: &Symbols) -> bool {
        let found = self.of_rule(rule, symbols);
        found.iter().all(|capability| {
            matches!(
                capability,
                Capability::ImpersonateOn
                    | Capability::ReviewAccess
                    | Capability::UpdateLeases
                    | Capability::CreateClaims
                    | Capability::WriteResourceClaims
                    | Capability::ReadNodes
            )
        })
    }
}

/// The capabilities of every distinct list of rules of a model.
#[derive(Debug)]
pub struct FactTable(Vec<Facts>);

impl FactTable {
    /// Finds them; `version` is that of the API server, where one that is unknown is taken as new.
    pub fn of(rbac: &Rbac, version: Option<(u32, u32)>) -> Self {
        let table = Table::for_version(&rbac.symbols, version);
        FactTable(rbac.rule_sets.iter().map(|rules| table.facts(rules, &rbac.symbols)).collect())
    }

    /// Those of one list of rules.
    pub fn get(&self, id: RuleSetId) -> &Facts {
        static NONE: Facts = Facts { all: Capabilities::NONE, named: BTreeMap::new(), rules: Vec::new() };
        self.0.get(id.index()).unwrap_or(&NONE)
    }
}

impl Rbac {
    /// The capabilities of one list of rules: what changes when one role does. [`FactTable`] has them for all.
    pub fn facts(&self, rules: RuleSetId, version: Option<(u32, u32)>) -> Facts {
        Table::for_version(&self.symbols, version).facts(self.rules(rules), &self.symbols)
    }
}
