//! `exact-match-bypass`: `matchPolicy: Exact`, and the resource is served in another version, too.

use seawall_core::{Route, Severity};

use super::{Context, Lint, LintRule};
use crate::vap::Word;

pub(super) static RULE: LintRule = LintRule {
    id: "exact-match-bypass",
    severity: Severity::High,
    title: "another version of the API goes around the policy",
    why: "whoever sends the object in the other version is not judged, and what is stored is the same",
    help: "leave `matchPolicy` out (`Equivalent`), or name all versions",
};

pub(super) fn check(context: &Context<'_>, lints: &mut Vec<Lint>) {
    let kinds = context.world.kinds();
    for subject in &context.subjects.policies {
        let Ok(policy) = &subject.read else { continue };
        let constraints = &policy.constraints;
        if constraints.equivalent {
            continue;
        }
        for (place, rule) in constraints.rules.iter().enumerate() {
            for (group, resource) in
                rule.groups.iter().flat_map(|group| rule.resources.iter().map(move |own| (group, own)))
            {
                let (Word::Is(group), (Word::Is(resource), Word::Is(part))) = (group, resource) else {
                    continue;
                };
                let missed = rule.versions.iter().find_map(|version| {
                    let Word::Is(version) = version else { return None };
                    let others = kinds.equivalents(group, version, resource, part);
                    others.into_iter().find(|served| {
                        let (group, version, resource) = &served.resource;
                        !constraints.rules.iter().any(|rule| takes(rule, group, version, resource, part))
                    })
                });
                if let Some(served) = missed {
                    let (group, version, _) = served.resource;
                    let dot = if group.is_empty() { "" } else { "/" };
                    let message = format!(
                        "`{resource}` is served as `{group}{dot}{version}`, too, and `matchPolicy: Exact` does not take that"
                    );
                    let route = Route::root()
                        .keys(&["spec", "matchConstraints", "resourceRules"])
                        .index(place)
                        .key("apiVersions");
                    lints.push(Lint::new(&RULE, subject.at(route), message));
                }
            }
        }
    }
}

fn takes(rule: &crate::vap::Rule, group: &str, version: &str, resource: &str, part: &str) -> bool {
    let any = |words: &[Word], text: &str| words.iter().any(|word| word.takes(text));
    any(&rule.groups, group)
        && any(&rule.versions, version)
        && rule.resources.iter().any(|(own, sub)| own.takes(resource) && sub.takes(part))
}
