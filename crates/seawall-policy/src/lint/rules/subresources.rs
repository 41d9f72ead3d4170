//! `subresource-missed`: what an expression looks at can be changed through a subresource that no rule names.

use seawall_core::{Route, Severity};

use super::{Context, Lint, LintRule};
use crate::admission::Operation;
use crate::lint::subject::{Role, Subject};
use crate::vap::Word;

pub(super) static RULE: LintRule = LintRule {
    id: "subresource-missed",
    severity: Severity::High,
    title: "a subresource goes around the policy",
    why: "a rule for a resource does not take its subresources: the field is changed there, and nobody looks",
    help: "add the subresource to the rule, with UPDATE among the operations",
};

/// Resources, the field, the subresource that sets it, and the operations on the resource itself that may set it.
const PARTS: [(&str, &[&str], &str, &str); 2] = [
    ("", &["pods"], ".ephemeralContainers", "ephemeralcontainers"),
    ("apps", &["deployments", "replicasets", "statefulsets"], ".spec.replicas", "scale"),
];

pub(super) fn check(context: &Context<'_>, lints: &mut Vec<Lint>) {
    for subject in &context.subjects.policies {
        let Ok(policy) = &subject.read else { continue };
        let rules = &policy.constraints.rules;
        let takes = |group: &str, resource: &str, part: &str| {
            rules.iter().position(|rule| {
                (rule.takes_operation(Operation::Update) || part.is_empty())
                    && rule.groups.iter().any(|own| own.takes(group))
                    && rule.resources.iter().any(|(own, sub)| own.takes(resource) && sub.takes(part))
            })
        };
        for (group, resources, field, part) in PARTS {
            if !is_judged(subject, field, part) || elsewhere(context, subject, group, resources, part, field)
            {
                continue;
            }
            let missed = resources.iter().find_map(|resource| {
                let rule = takes(group, resource, "")?;
                let named = rules.get(rule)?.resources.iter().any(|(own, _)| matches!(own, Word::Is(_)));
                (named && takes(group, resource, part).is_none()).then_some((rule, *resource))
            });
            if let Some((rule, resource)) = missed {
                let field = field.trim_start_matches('.');
                let message = format!(
                    "`{field}` is judged on `{resource}`, and can be set through `{resource}/{part}`, which no rule takes"
                );
                let route = Route::root()
                    .keys(&["spec", "matchConstraints", "resourceRules"])
                    .index(rule)
                    .key("resources");
                lints.push(Lint::new(&RULE, subject.at(route), message));
            }
        }
    }
}

/// Whether a validation looks at a field of the object, by itself or through variables.
fn is_judged(subject: &Subject<'_>, field: &str, part: &str) -> bool {
    let wanted = |path: &str| match part {
        "scale" => path == format!("object{field}"),
        _ => path.ends_with(field),
    };
    // A scale has nothing else of its workload: what needs more cannot be judged there.
    let more = |path: &str| part == "scale" && path.starts_with("object.spec.") && !wanted(path);
    subject.of(Role::Validation).any(|own| subject.reads(own, wanted) && !subject.reads(own, more))
}

/// Whether another policy takes the subresource and looks at the same field, or at the number that scaling sets.
fn elsewhere(
    context: &Context<'_>,
    subject: &Subject<'_>,
    group: &str,
    resources: &[&str],
    part: &str,
    field: &str,
) -> bool {
    context.subjects.policies.iter().filter(|own| !std::ptr::eq(*own, subject)).any(|own| {
        let Ok(policy) = &own.read else { return false };
        let takes = policy.constraints.rules.iter().any(|rule| {
            rule.groups.iter().any(|own| own.takes(group))
                && rule.resources.iter().any(|(resource, sub)| {
                    resources.iter().any(|name| resource.takes(name)) && sub.takes(part)
                })
        });
        takes && is_judged(own, field, part)
    })
}
