//! What subjects gained and lost between two models, by meaning: a rule that was split in two is no difference.
//!
//! Rights are compared as the escalation check of the API server does (`covers`): `*` is more than all verbs that exist
//! today. In a namespace, what a subject holds everywhere counts on both sides.

use std::collections::{BTreeMap, BTreeSet};

use crate::Subject;
use crate::covers::{Part, Uncovered, uncovered};
use crate::model::{Rbac, Scope};
use crate::rule::Rule;
use crate::symbols::{Sym, Symbols};

/// Rights on resources or paths, in the words of rules.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Right {
    /// The API groups; empty for paths.
    pub groups: Vec<String>,
    /// The resources.
    pub resources: Vec<String>,
    /// The paths; empty for resources.
    pub paths: Vec<String>,
    /// The verbs.
    pub verbs: Vec<String>,
    /// The names of the objects; empty for all.
    pub names: Vec<String>,
}

/// What one subject gained and lost at one scope.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// Who.
    pub subject: Subject,
    /// The namespace; `None` for everywhere.
    pub namespace: Option<String>,
    /// What it could not do before.
    pub gained: Vec<Right>,
    /// What it could do before.
    pub lost: Vec<Right>,
    /// Bindings (as `Kind/namespace/name`) of the new model at this scope that grant to it.
    pub new_bindings: Vec<String>,
    /// The same of the old model.
    pub old_bindings: Vec<String>,
}

type Scoped = BTreeMap<Option<String>, Granted>;

#[derive(Default)]
struct Granted {
    rules: Vec<Rule>,
    bindings: Vec<String>,
}

/// Compares two models; by subject, then everywhere before namespaces.
pub fn diff(old: &Rbac, new: &Rbac) -> Vec<Change> {
    let mut symbols = Symbols::default();
    let (mut before, mut after) = (grants(old, &mut symbols), grants(new, &mut symbols));
    let subjects: BTreeSet<Subject> = before.keys().chain(after.keys()).cloned().collect();
    let mut changes = Vec::new();
    for subject in subjects {
        let (before, after) =
            (before.remove(&subject).unwrap_or_default(), after.remove(&subject).unwrap_or_default());
        let scopes: BTreeSet<&Option<String>> = before.keys().chain(after.keys()).collect();
        for scope in scopes {
            let gained = missing(&after, &before, scope, &symbols);
            let lost = missing(&before, &after, scope, &symbols);
            if gained.is_empty() && lost.is_empty() {
                continue;
            }
            let bindings = |scoped: &Scoped| scoped.get(scope).map_or(Vec::new(), |own| own.bindings.clone());
            changes.push(Change {
                subject: subject.clone(),
                namespace: scope.clone(),
                gained,
                lost,
                new_bindings: bindings(&after),
                old_bindings: bindings(&before),
            });
        }
    }
    changes
}

/// The rules of each subject by scope, in common numbers.
fn grants(rbac: &Rbac, symbols: &mut Symbols) -> BTreeMap<Subject, Scoped> {
    let sets: Vec<Vec<Rule>> = rbac
        .rule_sets
        .iter()
        .map(|rules| rules.iter().map(|rule| rule.translated(&rbac.symbols, symbols)).collect())
        .collect();
    let mut granted: BTreeMap<Subject, Scoped> = BTreeMap::new();
    // Members of `system:masters` gain and lose nothing by bindings.
    let masters = Subject::group(crate::subject::MASTERS);
    let named = rbac.named_subjects().filter(|(subject, _)| **subject != masters);
    for (subject, bindings) in named {
        let scoped = granted.entry(subject.clone()).or_default();
        for binding in bindings {
            let Some(role) = rbac.role_of(binding) else { continue };
            let namespace = match binding.scope() {
                Scope::Cluster => None,
                Scope::Namespace(namespace) => Some(rbac.text(namespace).to_owned()),
            };
            let own = scoped.entry(namespace).or_default();
            own.rules.extend(sets.get(role.rule_set().index()).into_iter().flatten().cloned());
            own.bindings.push(rbac.binding_name(binding).to_string());
        }
    }
    granted
}

/// What one side grants at a scope and the other does not.
fn missing(there: &Scoped, here: &Scoped, scope: &Option<String>, symbols: &Symbols) -> Vec<Right> {
    let Some(granted) = there.get(scope) else { return Vec::new() };
    let everywhere = here.get(&None).filter(|_| scope.is_some());
    let owned = here.get(scope).into_iter().chain(everywhere).flat_map(|own| own.rules.iter());
    let mut parts = BTreeSet::new();
    let mut rights = BTreeSet::new();
    for rule in &granted.rules {
        match uncovered(rule, owned.clone(), symbols) {
            Uncovered::Parts(found) => parts.extend(found),
            Uncovered::TooMany => {
                rights.insert(written(rule, symbols));
            }
        }
    }
    rights.extend(joined(&parts, symbols));
    rights.into_iter().collect()
}

fn texts(list: impl IntoIterator<Item = Sym>, symbols: &Symbols) -> Vec<String> {
    let texts: BTreeSet<&str> = list.into_iter().map(|sym| symbols.text(sym)).collect();
    texts.into_iter().map(str::to_owned).collect()
}

fn written(rule: &Rule, symbols: &Symbols) -> Right {
    let list = |list: &[Sym]| texts(list.iter().copied(), symbols);
    Right {
        groups: list(rule.groups()),
        resources: list(rule.resources()),
        paths: list(rule.urls()),
        verbs: list(rule.verbs()),
        names: list(rule.names()),
    }
}

/// Parts put together: verbs of one object, then names, resources and groups with the same rest.
fn joined(parts: &BTreeSet<Part>, symbols: &Symbols) -> Vec<Right> {
    type Set = BTreeSet<Sym>;
    let mut objects: BTreeMap<(Sym, Sym, Option<Sym>), Set> = BTreeMap::new();
    let mut paths: BTreeMap<Sym, Set> = BTreeMap::new();
    for part in parts {
        match part {
            Part::Resource(group, resource, verb, name) => {
                objects.entry((*group, *resource, *name)).or_default().insert(*verb);
            }
            Part::Path(path, verb) => {
                paths.entry(*path).or_default().insert(*verb);
            }
        }
    }
    let mut named: BTreeMap<(Sym, Sym, Set, bool), Set> = BTreeMap::new();
    for ((group, resource, name), verbs) in objects {
        named.entry((group, resource, verbs, name.is_some())).or_default().extend(name);
    }
    let mut resources: BTreeMap<(Sym, Set, Set), Set> = BTreeMap::new();
    for ((group, resource, verbs, _), names) in named {
        resources.entry((group, verbs, names)).or_default().insert(resource);
    }
    let mut groups: BTreeMap<(Set, Set, Set), Set> = BTreeMap::new();
    for ((group, verbs, names), resources) in resources {
        groups.entry((resources, verbs, names)).or_default().insert(group);
    }
    let mut paths_by_verbs: BTreeMap<Set, Set> = BTreeMap::new();
    for (path, verbs) in paths {
        paths_by_verbs.entry(verbs).or_default().insert(path);
    }
    let resources = groups.into_iter().map(|((resources, verbs, names), groups)| Right {
        groups: texts(groups, symbols),
        resources: texts(resources, symbols),
        paths: Vec::new(),
        verbs: texts(verbs, symbols),
        names: texts(names, symbols),
    });
    let paths = paths_by_verbs.into_iter().map(|(verbs, paths)| Right {
        groups: Vec::new(),
        resources: Vec::new(),
        paths: texts(paths, symbols),
        verbs: texts(verbs, symbols),
        names: Vec::new(),
    });
    resources.chain(paths).collect()
}
