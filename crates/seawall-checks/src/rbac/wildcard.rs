//! `rbac-wildcard`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::{PolicyRule, Resource, RoleView};

use crate::rbac::model::{CLUSTER_ROLE, MAX_LISTED, ROLE, is_builtin, is_judged_by_parts};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "rbac-wildcard",
    title: "rule grants by wildcard",
    why: "a `*` covers what nobody thought of: subresources like `pods/exec`, special verbs like `escalate` and \
          `impersonate`, and whatever is installed later",
    help: "list the verbs, resources and API groups that are needed",
    pillar: Pillar::ControlPlane,
    severity: Severity::Critical,
    confidence: Confidence::High,
    frameworks: &[
        "CIS-1.12:5.1.3",
        "CIS-1.23:5.1.3",
        "CIS-EKS-1.8:4.1.3",
        "CIS-AKS-1.8:4.1.3",
        "CIS-GKE-1.9:4.1.3",
    ],
    judge: Judge::Resource(&[ROLE, CLUSTER_ROLE], judge),
    ..Check::PLAIN
};

/// The lists of a rule, the ones to look at first first.
const LISTS: [(&str, &str); 3] =
    [("resources", "all resources"), ("verbs", "all verbs"), ("apiGroups", "all API groups")];

fn judge(resource: &Resource, out: &mut Verdicts<'_>) {
    let Some(role) = RoleView::of(resource) else { return };
    if is_judged_by_parts(out.inventory(), &role) {
        out.not_applicable();
        return;
    }
    let weighed: Vec<(Severity, PolicyRule<'_>)> = role
        .rules()
        .filter(|rule| !is_expected(&role, rule))
        .filter_map(|rule| Some((within(resource, weigh(&rule)?), rule)))
        .collect();
    // The first of the worst.
    let Some((severity, worst)) = weighed.iter().rev().max_by_key(|(severity, _)| *severity) else { return };
    let lists = || LISTS.iter().filter(|(list, _)| star(worst, list).is_some());
    let covered: Vec<&str> = lists().map(|(_, words)| *words).collect();
    let Some((first, _)) = lists().next() else { return };
    let Some(index) = star(worst, first) else { return };
    let draft = out.fail(worst.place(&[first]).index(index), format!("rule grants {}", listed(&covered)));
    draft.severity(*severity);
    for (list, words) in lists().skip(1) {
        if let Some(index) = star(worst, list) {
            draft.related(worst.place(&[list]).index(index), *words);
        }
    }
    for (_, rule) in weighed.iter().filter(|(_, rule)| rule.node().id() != worst.node().id()).take(MAX_LISTED)
    {
        draft.related(rule.place(&[]), "grants by wildcard too");
    }
}

fn listed(words: &[&str]) -> String {
    match words.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, before)) => format!("{} and {last}", before.join(", ")),
        None => String::new(),
    }
}

fn star(rule: &PolicyRule<'_>, list: &str) -> Option<usize> {
    rule.node().list(list).position(|item| item.as_str() == Some("*"))
}

/// Whether the role comes with a rule that has the same wildcards.
fn is_expected(role: &RoleView<'_>, rule: &PolicyRule<'_>) -> bool {
    is_builtin(role, &|known| {
        LISTS.iter().all(|(list, _)| star(rule, list).is_none() || known.has_wildcard(list))
    })
}

/// What a role of a namespace grants ends at its border, except where the control plane itself lives.
fn within(role: &Resource, severity: Severity) -> Severity {
    let is_local = role.kind() == "Role" && role.namespace() != Some("kube-system");
    if is_local { severity.min(Severity::High) } else { severity }
}

/// How bad a rule with a wildcard is where it holds in all namespaces; `None` without one.
fn weigh(rule: &PolicyRule<'_>) -> Option<Severity> {
    let [resources, verbs, groups] = LISTS.map(|(list, _)| star(rule, list).is_some());
    let read_only = rule.strings("verbs").all(|verb| matches!(verb, "get" | "list" | "watch"));
    match (resources, verbs, groups) {
        (false, false, false) => None,
        (true, true, true) => Some(Severity::Critical),
        // Verbs of URLs are HTTP methods.
        _ if rule.strings("nonResourceURLs").next().is_some() => Some(Severity::Low),
        (true, ..) if rule.covers_group("") && !read_only => Some(Severity::Critical),
        (true, true, _) | (true, _, true) => Some(Severity::High),
        _ => Some(Severity::Medium),
    }
}
