//! Rules that allow what was requested, and no more than the options say.

use std::collections::{BTreeMap, BTreeSet};

use crate::minimize::names::{self, Widened};
use crate::minimize::{Observed, Options};
use crate::{Request, ResourceRequest};

/// Where a rule holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RuleScope {
    /// Everywhere: a ClusterRole bound by a ClusterRoleBinding.
    Cluster,
    /// In one namespace: a Role bound by a RoleBinding.
    Namespace(String),
}

/// A rule to write into a role, with what it is for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MinimalRule {
    /// The verbs, sorted.
    pub verbs: Vec<String>,
    /// The API group; unset for paths.
    pub group: Option<String>,
    /// The resources with their parts (`pods/exec`), sorted.
    pub resources: Vec<String>,
    /// The names that it is restricted to, sorted; empty for all.
    pub names: Vec<String>,
    /// The paths, sorted; only without resources.
    pub paths: Vec<String>,
    /// The requests that need it.
    pub evidence: Vec<Observed>,
    /// Why names or namespaces that were seen are not kept.
    pub widened: Vec<Widened>,
}

/// The names that a verb is granted for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Names {
    All,
    Only(BTreeSet<String>),
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    scope: RuleScope,
    group: String,
    resource: String,
}

#[derive(Debug)]
struct Granted<'o> {
    names: Names,
    evidence: Vec<&'o Observed>,
    widened: BTreeSet<Widened>,
}

/// Requests of one verb and resource, each with how often it was seen.
type Requests<'o> = Vec<(&'o ResourceRequest, &'o Observed)>;

type Grants<'o> = BTreeMap<Place, BTreeMap<String, Granted<'o>>>;

/// Makes the rules for requests; broad ones first, so that a narrow request inside them adds nothing.
pub(super) fn rules(needed: &[&Observed], options: &Options) -> Vec<(RuleScope, Vec<MinimalRule>)> {
    let mut groups: BTreeMap<(String, String, &str), Requests<'_>> = BTreeMap::new();
    let mut paths: BTreeMap<&str, Vec<(&str, &Observed)>> = BTreeMap::new();
    for &observed in needed {
        match &observed.request {
            Request::Resource(r) => {
                groups.entry((r.group.clone(), r.combined(), &r.verb)).or_default().push((r, observed));
            }
            Request::NonResource { verb, path } => paths.entry(path).or_default().push((verb, observed)),
        }
    }
    let mut candidates: Vec<Candidate<'_>> = Vec::new();
    for ((group, resource, verb), requests) in &groups {
        candidates.extend(candidates_of(group, resource, verb, requests, options));
    }
    candidates.sort_by_key(|candidate| {
        (candidate.place.scope != RuleScope::Cluster, candidate.names != Names::All)
    });
    let mut grants = Grants::new();
    for candidate in candidates {
        grant(&mut grants, candidate, options);
    }
    let mut scopes: BTreeMap<RuleScope, Vec<MinimalRule>> = BTreeMap::new();
    for (place, verbs) in grants {
        let rules = of_one_resource(&place, verbs);
        scopes.entry(place.scope).or_default().extend(rules);
    }
    if !paths.is_empty() {
        scopes.entry(RuleScope::Cluster).or_default().extend(of_paths(paths));
    }
    scopes.into_iter().map(|(scope, rules)| (scope, joined(rules))).collect()
}

/// One verb on one resource in one scope.
struct Candidate<'o> {
    place: Place,
    verb: &'o str,
    names: Names,
    evidence: Vec<&'o Observed>,
    widened: BTreeSet<Widened>,
}

fn candidates_of<'o>(
    group: &str,
    resource: &str,
    verb: &'o str,
    requests: &[(&'o ResourceRequest, &'o Observed)],
    options: &Options,
) -> Vec<Candidate<'o>> {
    let namespaces: BTreeSet<&str> =
        requests.iter().map(|(r, _)| &*r.namespace).filter(|namespace| !namespace.is_empty()).collect();
    let everywhere = namespaces.len() > options.max_namespaces;
    let mut scopes: BTreeMap<RuleScope, Requests<'o>> = BTreeMap::new();
    for (request, observed) in requests {
        let scope = match request.namespace.as_str() {
            "" => RuleScope::Cluster,
            _ if everywhere => RuleScope::Cluster,
            namespace => RuleScope::Namespace(namespace.to_owned()),
        };
        scopes.entry(scope).or_default().push((request, observed));
    }
    let candidate = |(scope, requests): (RuleScope, Requests<'o>)| {
        let mut widened = BTreeSet::new();
        if everywhere && scope == RuleScope::Cluster {
            widened.insert(Widened::Namespaces(namespaces.len()));
        }
        let names = match requests.iter().any(|(request, _)| request.name.is_empty()) {
            true => Names::All,
            false => {
                let seen: Vec<_> =
                    requests.iter().map(|(request, observed)| (&*request.name, *observed)).collect();
                match names::unstable(&seen, options) {
                    Some(why) => {
                        widened.insert(why);
                        Names::All
                    }
                    None => Names::Only(seen.iter().map(|(name, _)| (*name).to_owned()).collect()),
                }
            }
        };
        let place = Place { scope, group: group.to_owned(), resource: resource.to_owned() };
        let evidence = requests.iter().map(|(_, observed)| *observed).collect();
        Candidate { place, verb, names, evidence, widened }
    };
    scopes.into_iter().map(candidate).collect()
}

fn grant<'o>(grants: &mut Grants<'o>, candidate: Candidate<'o>, options: &Options) {
    let Candidate { place, verb, mut names, evidence, widened } = candidate;
    let cluster = Place { scope: RuleScope::Cluster, ..place.clone() };
    // Whether another rule allows it already; the request is evidence for that rule, then.
    for covering in [&cluster, &place] {
        let Some(granted) = grants.get_mut(covering).and_then(|verbs| verbs.get_mut(verb)) else { continue };
        let left = match (&granted.names, &names) {
            (Names::All, _) => None,
            (Names::Only(_), Names::All) => continue,
            (Names::Only(have), Names::Only(want)) => {
                Some(&want.clone() - have).filter(|left| !left.is_empty())
            }
        };
        match left {
            None => {
                granted.evidence.extend(evidence);
                return;
            }
            Some(left) => names = Names::Only(left),
        }
    }
    let more = options.verb_expansions.get(verb).into_iter().flatten().map(String::as_str);
    for (at, verb) in std::iter::once(verb).chain(more).enumerate() {
        let evidence = if at == 0 { evidence.clone() } else { Vec::new() };
        let covered = |place: &Place| grants.get(place).and_then(|verbs| verbs.get(verb)).map(|g| &g.names);
        if at > 0 && covered(&cluster) == Some(&Names::All) {
            continue;
        }
        let new = Granted { names: names.clone(), evidence, widened: widened.clone() };
        match grants.entry(place.clone()).or_default().entry(verb.to_owned()) {
            std::collections::btree_map::Entry::Vacant(entry) => {
                entry.insert(new);
            }
            std::collections::btree_map::Entry::Occupied(mut entry) => {
                let have = entry.get_mut();
                have.evidence.extend(new.evidence);
                have.widened.extend(new.widened);
                match (&mut have.names, new.names) {
                    (Names::All, _) => {}
                    (have, Names::All) => *have = Names::All,
                    (Names::Only(have), Names::Only(more)) => have.extend(more),
                }
            }
        }
    }
}

/// The rules of one resource: verbs that are granted for the same names share one.
fn of_one_resource(place: &Place, verbs: BTreeMap<String, Granted<'_>>) -> Vec<MinimalRule> {
    let mut by_names: BTreeMap<Names, MinimalRule> = BTreeMap::new();
    for (verb, granted) in verbs {
        let rule = by_names.entry(granted.names).or_default();
        rule.verbs.push(verb);
        rule.evidence.extend(granted.evidence.into_iter().cloned());
        rule.widened.extend(granted.widened);
    }
    let finished = |(names, mut rule): (Names, MinimalRule)| {
        rule.group = Some(place.group.clone());
        rule.resources = vec![place.resource.clone()];
        rule.names = match names {
            Names::All => Vec::new(),
            Names::Only(names) => names.into_iter().collect(),
        };
        rule.widened.sort_unstable();
        rule.widened.dedup();
        rule
    };
    by_names.into_iter().map(finished).collect()
}

fn of_paths(paths: BTreeMap<&str, Vec<(&str, &Observed)>>) -> Vec<MinimalRule> {
    let mut by_verbs: BTreeMap<Vec<&str>, MinimalRule> = BTreeMap::new();
    for (path, requests) in paths {
        let verbs: BTreeSet<&str> = requests.iter().map(|(verb, _)| *verb).collect();
        let rule = by_verbs.entry(verbs.into_iter().collect()).or_default();
        rule.paths.push(path.to_owned());
        rule.evidence.extend(requests.into_iter().map(|(_, observed)| observed.clone()));
    }
    let finished = |(verbs, mut rule): (Vec<&str>, MinimalRule)| {
        rule.verbs = verbs.into_iter().map(str::to_owned).collect();
        rule
    };
    by_verbs.into_iter().map(finished).collect()
}

/// Resources of a group with the same verbs, for all names, share a rule.
fn joined(rules: Vec<MinimalRule>) -> Vec<MinimalRule> {
    let mut joined: Vec<MinimalRule> = Vec::new();
    for rule in rules {
        let same = |other: &&mut MinimalRule| {
            other.group == rule.group
                && other.verbs == rule.verbs
                && other.names.is_empty()
                && rule.names.is_empty()
                && rule.paths.is_empty()
        };
        match joined.iter_mut().find(same) {
            Some(other) => {
                other.resources.extend(rule.resources);
                other.evidence.extend(rule.evidence);
                other.widened.extend(rule.widened);
                other.widened.sort_unstable();
                other.widened.dedup();
            }
            None => joined.push(rule),
        }
    }
    joined
}
