//! Rights that checks look for, and where rules give them.

use seawall_inventory::{Inventory, Place, PolicyRule, RelatedRoles, RoleView};

/// Whether requests of a resource carry a namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// A RoleBinding gives it in its namespace.
    Namespace,
    /// Only a ClusterRoleBinding gives it.
    Cluster,
}

/// What a right is to the check that looks for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// The right itself.
    Main,
    /// No finding alone, but makes another right worse.
    Support,
}

/// A right: any of the verbs on any of the resources.
#[derive(Debug)]
pub(crate) struct Grant {
    /// The API group, empty for the core group.
    pub(crate) group: &'static str,
    /// Resources or subresources.
    pub(crate) resources: &'static [&'static str],
    /// Verbs, of which one suffices.
    pub(crate) verbs: &'static [&'static str],
    /// The scope of all the resources.
    pub(crate) scope: Scope,
    /// Its part in the check.
    pub(crate) part: Part,
    /// The name of the only object that it is about.
    pub(crate) object: Option<&'static str>,
}

impl Grant {
    /// A right on resources with a namespace.
    pub(crate) const fn namespaced(
        group: &'static str,
        resources: &'static [&'static str],
        verbs: &'static [&'static str],
    ) -> Self {
        Grant { group, resources, verbs, scope: Scope::Namespace, part: Part::Main, object: None }
    }

    /// A right on resources without a namespace.
    pub(crate) const fn cluster(
        group: &'static str,
        resources: &'static [&'static str],
        verbs: &'static [&'static str],
    ) -> Self {
        Grant { group, resources, verbs, scope: Scope::Cluster, part: Part::Main, object: None }
    }

    /// The same right as a mere support.
    pub(crate) const fn support(self) -> Self {
        Grant { part: Part::Support, ..self }
    }

    /// The same right on one object only: a rule that names others does not give it, and one that names it is `named`.
    pub(crate) const fn about(self, object: &'static str) -> Self {
        Grant { object: Some(object), ..self }
    }
}

/// A rule that gives a right.
#[derive(Clone, Copy)]
pub(crate) struct Hit<'r> {
    /// The rule.
    pub(crate) rule: PolicyRule<'r>,
    /// The right.
    pub(crate) grant: &'static Grant,
    /// The resource of the right.
    pub(crate) resource: &'static str,
    /// The first of its verbs that the rule allows.
    pub(crate) verb: &'static str,
    /// Whether only for some names.
    pub(crate) named: bool,
}

impl<'r> Hit<'r> {
    /// Whether the rule names the resource instead of covering it with `*`.
    pub(crate) fn is_explicit(&self) -> bool {
        !self.rule.strings("resources").any(|value| value == "*")
    }

    /// The item of `resources` that matches.
    pub(crate) fn resource_place(&self) -> Place {
        place_of_item(&self.rule, "resources", |value| {
            let sub = self.resource.split_once('/').map(|(_, sub)| sub);
            value == self.resource || sub.is_some() && value.strip_prefix("*/") == sub
        })
    }

    /// The item of `verbs` that matches.
    pub(crate) fn verb_place(&self) -> Place {
        place_of_item(&self.rule, "verbs", |value| value == self.verb)
    }
}

/// The first item of a list of the rule that is wanted, else its `*`, else the list.
fn place_of_item(rule: &PolicyRule<'_>, list: &str, wanted: impl Fn(&str) -> bool) -> Place {
    let at = |wanted: &dyn Fn(&str) -> bool| {
        rule.node().list(list).position(|item| item.as_str().is_some_and(wanted))
    };
    match at(&wanted).or_else(|| at(&|value| value == "*")) {
        Some(index) => rule.place(&[list]).index(index),
        None => rule.place(&[list]),
    }
}

/// Where rules give rights: one hit for a rule, right and resource, unnamed before named.
pub(crate) fn hits_of<'r>(
    rules: impl Iterator<Item = PolicyRule<'r>>,
    grants: &'static [Grant],
) -> Vec<Hit<'r>> {
    let mut hits = Vec::new();
    for rule in rules {
        for grant in grants.iter().filter(|grant| rule.covers_group(grant.group)) {
            for resource in grant.resources.iter().filter(|resource| rule.covers_resource(resource)) {
                if grant.object.is_some_and(|name| !rule.covers_name(name)) {
                    continue;
                }
                let allowed =
                    grant.verbs.iter().filter_map(|verb| Some((named_for(&rule, verb, resource)?, verb)));
                if let Some((named, verb)) = allowed.min_by_key(|(named, _)| *named) {
                    hits.push(Hit { rule, grant, resource, verb, named });
                }
            }
        }
    }
    hits
}

/// Whether the rule allows the verb for some names only; `None` when not at all.
///
/// Creating or deleting a collection of a top-level resource, listing and watching carry no name: names restrict a
/// rule to nothing there, unless the empty name is among them. A list with a field selector of one name is as good as
/// a get of it.
fn named_for(rule: &PolicyRule<'_>, verb: &str, resource: &str) -> Option<bool> {
    if !rule.allows_verb(verb) {
        return None;
    }
    let nameless = match verb {
        "create" | "deletecollection" => !resource.contains('/'),
        "list" | "watch" => true,
        _ => false,
    };
    match (rule.is_named(), nameless) {
        (false, _) => Some(false),
        (true, true) if rule.covers_name("") => Some(false),
        (true, true) if matches!(verb, "create" | "deletecollection") => None,
        (true, _) => Some(true),
    }
}

const ALL_VERBS: [&str; 7] = ["get", "list", "watch", "create", "update", "patch", "delete"];

/// The first rule of those that together allow everything on everything: all groups, all resources, and all verbs,
/// by `*` or one by one.
pub(crate) fn everything<'r>(rules: impl Iterator<Item = PolicyRule<'r>>) -> Option<PolicyRule<'r>> {
    let has = |rule: &PolicyRule<'_>, list: &str| rule.strings(list).any(|value| value == "*");
    let all: Vec<PolicyRule<'r>> =
        rules.filter(|rule| has(rule, "apiGroups") && has(rule, "resources") && !rule.is_named()).collect();
    let whole = ALL_VERBS.iter().all(|verb| all.iter().any(|rule| rule.allows_verb(verb)));
    all.first().copied().filter(|_| whole)
}

static EXEC: [Grant; 1] = [Grant::namespaced("", &["pods/exec", "pods/attach"], &["create", "get"])];
static EXEC_BY_CREATE: [Grant; 1] = [Grant::namespaced("", &["pods/exec", "pods/attach"], &["create"])];

/// Running commands in pods. A WebSocket opens with a GET, for which `get` sufficed until Kubernetes 1.35 asked for
/// `create` in either case.
pub(crate) fn exec_grants(inventory: &Inventory) -> &'static [Grant] {
    if inventory.server_is_at_least((1, 35)) { &EXEC_BY_CREATE } else { &EXEC }
}

/// All rules that a role comes to.
pub(crate) struct EffectiveRules<'i> {
    /// Its own and, when it is aggregated, those of its parts.
    pub(crate) rules: Vec<PolicyRule<'i>>,
    /// Whether there are more: what is not among them may be allowed still.
    pub(crate) cut: bool,
}

/// All rules that a role comes to: its own and, when it is aggregated, those of its parts.
pub(crate) fn effective_rules<'i>(inventory: &'i Inventory, role: RoleView<'i>) -> EffectiveRules<'i> {
    let mut rules: Vec<PolicyRule<'i>> = role.rules().collect();
    let mut cut = false;
    if role.is_aggregated() {
        let parts = inventory.parts_of(&role);
        cut = parts.cut;
        rules.extend(parts.roles.into_iter().flat_map(|part| part.rules()));
    }
    EffectiveRules { rules, cut }
}

/// Why there is no verdict on a role of too many parts.
pub(crate) fn too_many_parts() -> String {
    format!("the role aggregates more than {} roles", RelatedRoles::MAX)
}

/// Whether the rules of a role stand in other roles that are here: those are judged, with the bindings of this one. A
/// controller writes the rules of an aggregated role, so that nothing can be changed in it.
pub(crate) fn is_judged_by_parts(inventory: &Inventory, role: &RoleView<'_>) -> bool {
    role.is_aggregated() && inventory.has_plain_part(role)
}
