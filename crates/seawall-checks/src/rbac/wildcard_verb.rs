//! `rbac-wildcard-verb`

use seawall_core::{Confidence, Pillar, Severity};
use seawall_inventory::{PolicyRule, Resource, RoleView};

use crate::rbac::model::{CLUSTER_ROLE, MAX_LISTED, ROLE, is_builtin, is_judged_by_parts};
use crate::{Check, Judge, Profile, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "rbac-wildcard-verb",
    title: "rule grants all verbs",
    why: "`*` among the verbs holds those that nobody reads out of it: `deletecollection`, and on roles `bind` and \
          `escalate`, on users `impersonate`, on signers `approve`",
    help: "list the verbs that are used; `get`, `list` and `watch` are what most readers need",
    pillar: Pillar::ControlPlane,
    severity: Severity::Critical,
    confidence: Confidence::High,
    profile: Profile::All,
    frameworks: &["CIS-1.23:5.1.3"],
    judge: Judge::Resource(&[ROLE, CLUSTER_ROLE], judge),
    ..Check::PLAIN
};

fn judge(resource: &Resource, out: &mut Verdicts<'_>) {
    let Some(role) = RoleView::of(resource) else { return };
    if is_judged_by_parts(out.inventory(), &role) {
        return out.not_applicable();
    }
    let found: Vec<(Severity, usize, PolicyRule<'_>)> = role
        .rules()
        .filter_map(|rule| Some((weigh(&rule), star(&rule)?, rule)))
        .filter(|(.., rule)| !is_builtin(&role, &|known| is_known(known, rule)))
        .collect();
    // The first of the worst.
    let worst = found.iter().rev().max_by_key(|(severity, ..)| *severity);
    let Some((severity, index, rule)) = worst else { return };
    let what = rule.strings("resources").chain(rule.strings("nonResourceURLs")).next().unwrap_or("");
    let more = rule.strings("resources").count().saturating_sub(1);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let place = rule.place(&["verbs"]).index(*index);
    let draft = out.fail(place, format!("rule grants all verbs on `{what}`{more}"));
    draft.severity(*severity);
    let others = found.iter().filter(|(.., other)| other.node().id() != rule.node().id());
    for (_, index, other) in others.take(MAX_LISTED) {
        draft.related(other.place(&["verbs"]).index(*index), "grants all verbs too");
    }
}

fn star(rule: &PolicyRule<'_>) -> Option<usize> {
    rule.node().list("verbs").position(|item| item.as_str() == Some("*"))
}

/// Whether a built-in role comes with all verbs on the first resource of the rule.
fn is_known(known: &seawall_rbac::DefaultRule, rule: &PolicyRule<'_>) -> bool {
    let group = rule.strings("apiGroups").next().unwrap_or("");
    known.has_wildcard("verbs")
        && rule.strings("resources").all(|resource| known.allows("*", group, resource))
}

/// All verbs of all core resources are the worst; those of URLs are HTTP methods.
fn weigh(rule: &PolicyRule<'_>) -> Severity {
    let all = rule.strings("resources").any(|resource| resource == "*");
    if rule.strings("resources").next().is_none() {
        Severity::Low
    } else if all && rule.covers_group("") {
        Severity::Critical
    } else if all || ["secrets", "pods", "serviceaccounts"].iter().any(|own| rule.allows("*", "", own)) {
        Severity::High
    } else {
        Severity::Medium
    }
}
