//! How much is allowed that was never requested, as one number.
//!
//! Counted are combinations of namespace, verb and resource (with its part) that are allowed and were not requested. A
//! right to all objects of which only named ones were requested counts as one; a right to named objects counts each name
//! that was not. Wildcards stand for the resources that any role of the cluster names and that were requested, and for
//! the eight verbs of the API; a right for the whole cluster counts in every known namespace. Paths are not counted.

use std::collections::{BTreeMap, BTreeSet};

use crate::minimize::held::covers_resource;
use crate::minimize::{HeldRule, MinimalRule, Observed, RuleScope};
use crate::resources::is_namespaced;
use crate::{Rbac, Request};

/// Rights without use, today and with the new rules.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Excess {
    /// Combinations allowed today and never requested.
    pub before: u64,
    /// The same with the new rules instead of what bindings grant to the subject today.
    pub after: u64,
    /// Namespaces known.
    pub namespaces: usize,
    /// Resources known, parts counted apart.
    pub resources: usize,
}

/// The verbs that `*` stands for.
const VERBS: [&str; 8] = ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"];

type Key<'a> = (&'a str, &'a str, String);

/// What was requested of a verb and resource in one namespace.
#[derive(Debug, Default)]
struct Used<'a> {
    nameless: bool,
    names: BTreeSet<&'a str>,
}

/// What is allowed of a verb and resource in one place.
#[derive(Clone, Debug)]
enum Allowed<'a> {
    All,
    Only(BTreeSet<&'a str>),
}

/// A rule in the form that is counted.
struct Right<'a> {
    namespace: Option<&'a str>,
    verbs: Vec<&'a str>,
    groups: Vec<&'a str>,
    resources: Vec<&'a str>,
    names: Vec<&'a str>,
}

struct Counter<'a> {
    used: BTreeMap<Key<'a>, BTreeMap<&'a str, Used<'a>>>,
    resources: BTreeSet<(String, String)>,
    namespaces: BTreeSet<String>,
}

/// Counts both; `needed` is what the new rules are for.
pub(super) fn excess(
    rbac: &Rbac,
    namespaces: &BTreeSet<String>,
    requests: &[Observed],
    needed: &[&Observed],
    held: &[HeldRule],
    scopes: &[(RuleScope, Vec<MinimalRule>)],
) -> Excess {
    let mut counter =
        Counter { used: BTreeMap::new(), resources: BTreeSet::new(), namespaces: namespaces.clone() };
    for role in rbac.roles() {
        for rule in rbac.rules(role.rule_set()) {
            let texts =
                |syms: &[crate::Sym]| -> Vec<&str> { syms.iter().map(|sym| rbac.text(*sym)).collect() };
            counter.learn(&texts(rule.groups()), &texts(rule.resources()));
        }
    }
    for observed in requests.iter().filter(|observed| observed.allowed > 0).chain(needed.iter().copied()) {
        let Request::Resource(r) = &observed.request else { continue };
        counter.learn(&[&r.group], &[&r.combined()]);
        if !r.namespace.is_empty() {
            counter.namespaces.insert(r.namespace.clone());
        }
        let key = (r.verb.as_str(), r.group.as_str(), r.combined());
        let used = counter.used.entry(key).or_default().entry(&r.namespace).or_default();
        if r.name.is_empty() {
            used.nameless = true;
        } else {
            used.names.insert(&r.name);
        }
    }
    let before: Vec<Right<'_>> = held
        .iter()
        .map(|rule| Right {
            namespace: namespace(&rule.scope),
            verbs: texts(&rule.says.verbs),
            groups: texts(&rule.says.groups),
            resources: texts(&rule.says.resources),
            names: texts(&rule.says.names),
        })
        .collect();
    let after: Vec<Right<'_>> = scopes
        .iter()
        .flat_map(|(scope, rules)| rules.iter().map(move |rule| (scope, rule)))
        .map(|(scope, rule)| Right {
            namespace: namespace(scope),
            verbs: texts(&rule.verbs),
            groups: rule.group.iter().map(String::as_str).collect(),
            resources: texts(&rule.resources),
            names: texts(&rule.names),
        })
        .collect();
    Excess {
        before: counter.count(&before),
        after: counter.count(&after),
        namespaces: counter.namespaces.len(),
        resources: counter.resources.len(),
    }
}

fn namespace(scope: &RuleScope) -> Option<&str> {
    match scope {
        RuleScope::Cluster => None,
        RuleScope::Namespace(namespace) => Some(namespace),
    }
}

fn texts(texts: &[String]) -> Vec<&str> {
    texts.iter().map(String::as_str).collect()
}

impl Counter<'_> {
    fn learn(&mut self, groups: &[&str], resources: &[&str]) {
        for group in groups.iter().filter(|group| **group != "*") {
            for resource in resources.iter().filter(|resource| !resource.starts_with('*')) {
                self.resources.insert(((*group).to_owned(), (*resource).to_owned()));
            }
        }
    }

    fn count(&self, rights: &[Right<'_>]) -> u64 {
        let of_resource = |(group, resource): &(String, String)| {
            let fits = |right: &&Right<'_>| {
                right.groups.iter().any(|of| *of == "*" || of == group)
                    && right.resources.iter().any(|of| covers_resource(of, resource))
            };
            let rights: Vec<&Right<'_>> = rights.iter().filter(fits).collect();
            let mut verbs: BTreeSet<&str> =
                rights.iter().flat_map(|right| right.verbs.iter().copied()).collect();
            if verbs.remove("*") {
                verbs.extend(VERBS);
            }
            verbs.iter().map(|verb| self.of_verb(group, resource, verb, &rights)).sum::<u64>()
        };
        self.resources.iter().map(of_resource).sum()
    }

    fn of_verb(&self, group: &str, resource: &str, verb: &str, rights: &[&Right<'_>]) -> u64 {
        let mut cluster: Option<Allowed<'_>> = None;
        let mut inside: BTreeMap<&str, Option<Allowed<'_>>> = BTreeMap::new();
        for right in rights.iter().filter(|right| right.verbs.iter().any(|of| *of == "*" || *of == verb)) {
            // `create` and `deletecollection` carry no name: a rule with names allows nothing.
            if !right.names.is_empty()
                && (verb == "deletecollection" || verb == "create" && !resource.contains('/'))
            {
                continue;
            }
            let slot = match right.namespace {
                None => &mut cluster,
                Some(namespace) => inside.entry(namespace).or_default(),
            };
            widen(slot, &right.names);
        }
        let key = (verb, group, resource.to_owned());
        let used = self.used.get(&key);
        let in_namespace = |namespace: &str, allowed: &Allowed<'_>| {
            unused(allowed, used.and_then(|used| used.get(namespace)))
        };
        if !is_namespaced(group, resource) {
            return cluster.as_ref().map_or(0, |allowed| in_namespace("", allowed));
        }
        let mut count = 0;
        if let Some(allowed) = &cluster {
            // Only these are asked of all namespaces at once.
            if matches!(verb, "list" | "watch") {
                count += in_namespace("", allowed);
            }
            // In most namespaces nothing was asked and no other right holds.
            let special = |namespace: &&String| {
                inside.contains_key(namespace.as_str())
                    || used.is_some_and(|used| used.contains_key(namespace.as_str()))
            };
            let plain = self.namespaces.iter().filter(|namespace| !special(namespace)).count();
            count += plain as u64 * unused(allowed, None);
            for namespace in self.namespaces.iter().filter(special) {
                let mut both = cluster.clone();
                if let Some(Some(more)) = inside.get(namespace.as_str()) {
                    join(&mut both, more);
                }
                count += both.as_ref().map_or(0, |allowed| in_namespace(namespace, allowed));
            }
            return count;
        }
        for (namespace, allowed) in &inside {
            count += allowed.as_ref().map_or(0, |allowed| in_namespace(namespace, allowed));
        }
        count
    }
}

fn widen<'a>(slot: &mut Option<Allowed<'a>>, names: &[&'a str]) {
    let more = match names {
        [] => Allowed::All,
        names => Allowed::Only(names.iter().copied().collect()),
    };
    join(slot, &more);
}

fn join<'a>(slot: &mut Option<Allowed<'a>>, more: &Allowed<'a>) {
    match (&mut *slot, more) {
        (Some(Allowed::All), _) => {}
        (Some(Allowed::Only(have)), Allowed::Only(names)) => have.extend(names),
        _ => *slot = Some(more.clone()),
    }
}

fn unused(allowed: &Allowed<'_>, used: Option<&Used<'_>>) -> u64 {
    match (allowed, used) {
        (Allowed::All, used) => u64::from(!used.is_some_and(|used| used.nameless)),
        (Allowed::Only(names), None) => names.len() as u64,
        (Allowed::Only(names), Some(used)) => {
            names.iter().filter(|name| !used.names.contains(*name)).count() as u64
        }
    }
}
