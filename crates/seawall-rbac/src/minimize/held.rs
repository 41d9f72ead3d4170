//! What the subject holds today, and what of it was used.

use std::collections::BTreeSet;

use crate::minimize::{Observations, RuleScope};
use crate::{Rbac, Request, Rule, Scope, Subject};

/// One rule that the subject holds through one binding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldRule {
    /// The binding: `RoleBinding/ns/name`.
    pub binding: String,
    /// The role that holds the rule: `ClusterRole/name`.
    pub role: String,
    /// The rule's place in the role, from 0.
    pub rule: u32,
    /// Where it holds.
    pub scope: RuleScope,
    /// Whom the binding names: the subject itself or a group of it, whose other members hold it too.
    pub through: Subject,
    /// Whether it comes with a vanilla control plane.
    pub expected: bool,
    /// What it says.
    pub says: RuleText,
    /// How many authorized requests it allows.
    pub used: u64,
    /// Its pairs of verb and resource (or path) that were never requested; a `*` counts as used when anything was that it
    /// stands for.
    pub unused: Vec<(String, String)>,
}

/// A rule as written.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct RuleText {
    /// `verbs`.
    pub verbs: Vec<String>,
    /// `apiGroups`.
    pub groups: Vec<String>,
    /// `resources`.
    pub resources: Vec<String>,
    /// `resourceNames`.
    pub names: Vec<String>,
    /// `nonResourceURLs`.
    pub paths: Vec<String>,
}

/// Everything that bindings grant to the subject or to the groups that it was seen in, but for what a vanilla control
/// plane grants to groups.
pub(super) fn held(rbac: &Rbac, observations: &Observations) -> Vec<HeldRule> {
    let mut subjects = vec![observations.subject.clone()];
    // Members of a group are in other groups each for himself.
    if !matches!(observations.subject, Subject::Group(_)) {
        let known = crate::UserInfo::of(&observations.subject).groups;
        let groups: BTreeSet<&String> = observations.groups.iter().chain(&known).collect();
        subjects.extend(groups.into_iter().map(|group| Subject::group(group)));
    }
    let mut found = Vec::new();
    for (at, subject) in subjects.iter().enumerate() {
        let Some(id) = rbac.subject_id(subject) else { continue };
        for binding in rbac.bindings_of(id) {
            let Some(role) = rbac.role_of(binding) else { continue };
            let expected = binding.is_expected() && role.is_expected();
            if expected && at > 0 {
                continue;
            }
            let scope = match binding.scope() {
                Scope::Cluster => RuleScope::Cluster,
                Scope::Namespace(namespace) => RuleScope::Namespace(rbac.text(namespace).to_owned()),
            };
            for (index, rule) in (0..).zip(rbac.rules(role.rule_set())) {
                let usage = usage(rbac, rule, &scope, observations);
                let place = rbac.rule_evidence(role, index);
                found.push(HeldRule {
                    binding: rbac.binding_name(binding).to_string(),
                    role: place.map_or_else(|| rbac.role_name(role.id()).to_string(), |p| p.role.to_string()),
                    rule: place.map_or(0, |place| place.rule),
                    scope: scope.clone(),
                    through: subject.clone(),
                    expected,
                    says: text(rbac, rule),
                    used: usage.0,
                    unused: usage.1,
                });
            }
        }
    }
    found
}

fn text(rbac: &Rbac, rule: &Rule) -> RuleText {
    let list = |syms: &[crate::Sym]| syms.iter().map(|sym| rbac.text(*sym).to_owned()).collect();
    RuleText {
        verbs: list(rule.verbs()),
        groups: list(rule.groups()),
        resources: list(rule.resources()),
        names: list(rule.names()),
        paths: list(rule.urls()),
    }
}

fn usage(
    rbac: &Rbac,
    rule: &Rule,
    scope: &RuleScope,
    observations: &Observations,
) -> (u64, Vec<(String, String)>) {
    let here = |request: &Request| match scope {
        RuleScope::Cluster => true,
        RuleScope::Namespace(namespace) => request.namespace() == Some(namespace),
    };
    let used: Vec<(&Request, u64)> = observations
        .requests
        .iter()
        .filter(|observed| observed.allowed > 0 && here(&observed.request))
        .filter(|observed| rbac.rule_allows(rule, &observed.request))
        .map(|observed| (&observed.request, observed.allowed))
        .collect();
    let says = text(rbac, rule);
    let mut unused = Vec::new();
    for verb in &says.verbs {
        for what in says.resources.iter().chain(&says.paths) {
            if !used.iter().any(|(request, _)| fits(request, verb, what)) {
                unused.push((verb.clone(), what.clone()));
            }
        }
    }
    (used.iter().map(|(_, times)| times).sum(), unused)
}

/// Whether a request that the rule allows is of this verb and resource of it.
fn fits(request: &Request, verb: &str, what: &str) -> bool {
    if verb != "*" && request.verb() != verb {
        return false;
    }
    match request {
        Request::NonResource { path, .. } => crate::rule::url_covers(what, path),
        Request::Resource(asked) => covers_resource(what, &asked.combined()),
    }
}

/// Whether `resources` of a rule covers a resource with its part: equal, `*`, or `*/part`.
pub(super) fn covers_resource(rule: &str, combined: &str) -> bool {
    let part = || Some((rule.strip_prefix("*/")?, combined.split_once('/')?.1));
    rule == "*" || rule == combined || part().is_some_and(|(of_rule, part)| of_rule == part)
}
