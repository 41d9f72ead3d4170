//! `rbac-authenticated`

use std::collections::HashMap;

use seawall_core::{Confidence, Pillar, ResourceId, Severity};
use seawall_inventory::{BindingView, Inventory, PolicyRule, RoleView, SubjectKind};

use crate::rbac::model::{
    ALL_FOUR, CLUSTER_ROLE_BINDING, ROLE_BINDING, beyond_default, effective_rules, is_known_role,
    is_public_role, missing, too_many_parts,
};
use crate::{Check, Judge, VerdictsBySubject};

pub(crate) static CHECK: Check = Check {
    id: "rbac-authenticated",
    title: "rights for everybody with a login",
    why: "the group `system:authenticated` holds every user, every service account of every pod, and on some clouds everybody \
          with an account there",
    help: "bind the group of people or the service accounts that need it",
    pillar: Pillar::ControlPlane,
    severity: Severity::Critical,
    confidence: Confidence::High,
    frameworks: &["CIS-GKE-1.9:4.1.10"],
    needs: ALL_FOUR,
    judge: Judge::Inventory(judge),
    ..Check::PLAIN
};

/// What a role gives beyond the defaults: the first such rule, and whether all of them only read.
type Beyond<'i> = Option<(PolicyRule<'i>, bool)>;

/// The same, and whether there are rules that were not read.
type Grade<'i> = (Beyond<'i>, bool);

fn judge(_: &Inventory, out: &mut VerdictsBySubject<'_>) {
    let inventory = out.inventory();
    let mut grades: HashMap<ResourceId, Grade<'_>> = HashMap::new();
    let kinds = [ROLE_BINDING, CLUSTER_ROLE_BINDING];
    for binding in kinds.iter().flat_map(|kind| inventory.of_kind(*kind)).filter_map(BindingView::of) {
        let verdicts = out.judge(binding.resource());
        let everybody = |kind, name| kind == SubjectKind::Group && name == "system:authenticated";
        let mut subjects = binding.subjects();
        let Some(subject) = subjects.find(|subject| everybody(subject.kind, subject.name)) else { continue };
        let Some(role_ref) = binding.role_ref() else { continue };
        let role = inventory.role_of(&binding);
        let (beyond, cut) = match role {
            Some(role) => *grades.entry(role.resource().id()).or_insert_with(|| beyond(inventory, role)),
            None => (None, false),
        };
        if beyond.is_none() && cut {
            verdicts.not_evaluated(too_many_parts());
        }
        if role.is_none() && !is_known_role(role_ref, binding.resource().namespace()) {
            if let Some(reason) = missing(inventory, role_ref) {
                verdicts.not_evaluated(reason);
            }
            continue;
        }
        if beyond.is_none() && (role.is_some() || is_public_role(role_ref)) {
            continue;
        }
        let place = binding.place_of(subject.node).keys(&["name"]);
        let message = format!("everybody with a login has {} `{}`", role_ref.kind, role_ref.name);
        let draft = verdicts.fail(place, message);
        draft.linked(&subject.identity(&binding));
        if let Some(role) = role {
            draft.linked(role.resource().subject());
        }
        if let Some((rule, reads)) = beyond {
            draft.related(rule.place(&[]), "beyond what everybody has anyway");
            if reads {
                draft.severity(Severity::High);
            }
        }
    }
}

fn beyond<'i>(inventory: &'i Inventory, role: RoleView<'i>) -> Grade<'i> {
    let effective = effective_rules(inventory, role);
    let rules: Vec<PolicyRule<'i>> = effective.rules.into_iter().filter(beyond_default).collect();
    let Some(first) = rules.first().copied() else { return (None, effective.cut) };
    let reads = rules.iter().all(|rule| {
        rule.strings("verbs").all(|verb| matches!(verb, "get" | "list" | "watch"))
            && !(rule.covers_group("")
                && ["secrets", "nodes/proxy"].iter().any(|name| rule.covers_resource(name)))
    });
    (Some((first, reads && !effective.cut)), effective.cut)
}
