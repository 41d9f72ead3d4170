//! `pods-missed`: the pods of workloads are judged, and pods that somebody makes without a workload are not.

use seawall_core::{Route, Severity};

use super::{Context, Lint, LintRule};
use crate::admission::Operation;
use crate::lint::subject::{Role, Subject};

pub(super) static RULE: LintRule = LintRule {
    id: "pods-missed",
    severity: Severity::Medium,
    title: "a policy judges the templates of pods, and not pods",
    why: "whoever may create a pod makes it without a workload, and nothing judges it",
    help: "judge `pods` too, in this policy or in another one",
};

pub(super) fn check(context: &Context<'_>, lints: &mut Vec<Lint>) {
    let pods_are_judged = context.subjects.policies.iter().any(takes_pods);
    if pods_are_judged {
        return;
    }
    for subject in &context.subjects.policies {
        let Ok(policy) = &subject.read else { continue };
        let of_templates = |path: &str| path.starts_with("object.spec.template.spec.containers");
        let judges = subject.of(Role::Validation).any(|own| subject.reads(own, of_templates));
        if judges && !policy.constraints.rules.is_empty() {
            let route = Route::root().keys(&["spec", "matchConstraints", "resourceRules"]);
            let message =
                "the containers of templates are judged, and no policy here takes `pods`".to_owned();
            lints.push(Lint::new(&RULE, subject.at(route), message));
        }
    }
}

fn takes_pods(subject: &Subject<'_>) -> bool {
    let Ok(policy) = &subject.read else { return false };
    policy.constraints.rules.iter().any(|rule| {
        rule.takes_operation(Operation::Create)
            && rule.groups.iter().any(|own| own.takes(""))
            && rule.resources.iter().any(|(own, part)| own.takes("pods") && part.takes(""))
    })
}
