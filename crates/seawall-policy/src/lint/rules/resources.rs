//! `resource-unknown`, `rule-excluded`, `rule-shadowed`: rules that take nothing, or nothing that another one does not take.

use seawall_core::{Route, Severity};

use super::{Context, Lint, LintRule};
use crate::lint::subject::Subject;
use crate::vap::{Rule, Word, World};
use seawall_core::suggest;

pub(super) static UNKNOWN: LintRule = LintRule {
    id: "resource-unknown",
    severity: Severity::High,
    title: "a rule names a resource that does not exist",
    why: "the API server takes any name: the policy is never asked about what was meant",
    help: "write the plural in lower case: `pods`, `deployments`; a subresource after a slash",
};

pub(super) static EXCLUDED: LintRule = LintRule {
    id: "rule-excluded",
    severity: Severity::Medium,
    title: "everything that a rule takes is excluded again",
    why: "the rule does nothing",
    help: "remove it from `resourceRules`, or from `excludeResourceRules`",
};

pub(super) static SHADOWED: LintRule = LintRule {
    id: "rule-shadowed",
    severity: Severity::Low,
    title: "another rule takes everything that a rule takes",
    why: "whoever narrows or removes the rule believes that it has an effect",
    help: "remove one of the two",
};

const FIELDS: [&str; 3] = ["spec", "matchConstraints", "resourceRules"];

pub(super) fn check(context: &Context<'_>, lints: &mut Vec<Lint>) {
    for subject in &context.subjects.policies {
        let Ok(policy) = &subject.read else { continue };
        let constraints = &policy.constraints;
        for (place, rule) in constraints.rules.iter().enumerate() {
            unknown(context.world, subject, place, rule, lints);
            let at = || subject.at(Route::root().keys(&FIELDS).index(place));
            if constraints.excluded.iter().any(|other| covers(other, rule)) {
                let message = "`excludeResourceRules` exclude everything that this rule takes".to_owned();
                lints.push(Lint::new(&EXCLUDED, at(), message));
            }
            let shadowed = constraints.rules.iter().enumerate().find(|(other, own)| {
                *other != place && covers(own, rule) && (!covers(rule, own) || *other < place)
            });
            if let Some((other, _)) = shadowed {
                let message = format!("resourceRules[{other}] takes everything that this rule takes");
                lints.push(Lint::new(&SHADOWED, at(), message));
            }
        }
    }
}

/// Resources of the API server's own groups are all known; groups that a cluster adds are not judged.
fn unknown(world: &World<'_>, subject: &Subject<'_>, place: usize, rule: &Rule, lints: &mut Vec<Lint>) {
    let builtin = seawall_schema::Schemas::builtin();
    let groups: Option<Vec<&str>> = rule
        .groups
        .iter()
        .map(|group| match group {
            Word::Is(group) if builtin.resources().any(|own| own.group() == &**group) => Some(&**group),
            _ => None,
        })
        .collect();
    let Some(groups) = groups else { return };
    // Groups to which others add resources: metrics and the like are served by other servers, in groups of their own.
    let names: Vec<&str> = world
        .schemas()
        .resources()
        .filter(|own| groups.contains(&own.group()))
        .map(|own| own.name())
        .collect();
    for (number, (resource, part)) in rule.resources.iter().enumerate() {
        let Word::Is(resource) = resource else { continue };
        let name = match part {
            Word::Any => resource.to_string(),
            Word::Is(part) if part.is_empty() => resource.to_string(),
            Word::Is(part) => format!("{resource}/{part}"),
        };
        if names.contains(&name.as_str()) || is_untyped(&name) {
            continue;
        }
        let near = suggest::hint(&name, names.iter().copied());
        let near = if near.is_empty() { other_group(&builtin, &name) } else { near };
        let listed = groups.iter().map(|group| if group.is_empty() { "the core group" } else { group });
        let message =
            format!("there is no resource `{name}` in {}{near}", listed.collect::<Vec<_>>().join(", "));
        let route = Route::root().keys(&FIELDS).index(place).key("resources").index(number);
        lints.push(Lint::new(&UNKNOWN, subject.at(route), message));
    }
}

/// Whether a subresource is one whose objects have no type here.
fn is_untyped(name: &str) -> bool {
    const PARTS: [&str; 8] =
        ["exec", "attach", "portforward", "proxy", "log", "eviction", "binding", "token"];
    name.split_once('/').is_some_and(|(_, part)| PARTS.contains(&part))
}

fn other_group(schemas: &seawall_schema::Schemas, name: &str) -> String {
    let found = schemas.resources().find(|own| own.name() == name);
    found.map_or_else(String::new, |own| match own.group() {
        "" => "; it is in the core group".to_owned(),
        group => format!("; it is in `{group}`"),
    })
}

/// Whether a rule takes everything that another one takes.
fn covers(one: &Rule, other: &Rule) -> bool {
    let words = |one: &[Word], other: &[Word]| {
        other.iter().all(|word| one.iter().any(|own| own == word || *own == Word::Any))
    };
    let fits = |one: &Word, other: &Word| one == other || *one == Word::Any;
    let operations = match (&one.operations, &other.operations) {
        (None, _) => true,
        (Some(one), Some(other)) => other.iter().all(|operation| one.contains(operation)),
        (Some(_), None) => false,
    };
    operations
        && words(&one.groups, &other.groups)
        && words(&one.versions, &other.versions)
        && other
            .resources
            .iter()
            .all(|own| one.resources.iter().any(|wide| fits(&wide.0, &own.0) && fits(&wide.1, &own.1)))
        && (one.scope == crate::vap::Scope::Any || one.scope == other.scope)
        && (one.names.is_empty()
            || (!other.names.is_empty() && other.names.iter().all(|name| one.names.contains(name))))
}
