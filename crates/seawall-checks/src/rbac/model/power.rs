//! Checks of the form "a subject may …".
//!
//! The finding sits on the role, whose rule is the thing to change, with its bindings and subjects linked. Only where a
//! built-in role is given to somebody new is it the binding that is wrong.

use seawall_core::{Confidence, Severity};
use seawall_inventory::{BindingView, Completeness, Inventory, Place, RelatedRoles, RoleRef, RoleView};

use crate::rbac::model::builtin::{comes_with, gives, is_user_facing};
use crate::rbac::model::reach::Reaches;
use crate::rbac::model::{
    Allowed, CLUSTER_ROLE, CLUSTER_ROLE_BINDING, Excused, Grant, Hit, MAX_LISTED, Part, RBAC, ROLE,
    ROLE_BINDING, Reach, Scope, effective_rules, everything, hits_of, is_builtin_hit, is_judged_by_parts,
    too_many_parts,
};
use crate::{Verdicts, VerdictsBySubject};

/// What a finding points at first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Focus {
    /// The item of `resources`.
    Resource,
    /// The item of `verbs`, unless the resource is covered by `*` only.
    Verb,
}

/// A right to look for, and what to say about it.
pub(crate) struct Power {
    /// What the subject may do, after "may".
    pub(crate) may: &'static str,
    /// The rights, supporting ones included.
    pub(crate) grants: &'static [Grant],
    /// The only namespace in which it counts; `None` for any.
    pub(crate) home: Option<&'static str>,
    /// What a finding points at first.
    pub(crate) focus: Focus,
    /// How bad it is; `None` when it is nothing to report.
    pub(crate) weigh: fn(&Case<'_, '_>) -> Option<Weight>,
    /// How bad it is when a built-in role that is not here gives it; `None` when that cannot be said.
    pub(crate) unseen: Option<Severity>,
}

/// What was found in one role, without what is dead.
pub(crate) struct Case<'c, 'r> {
    /// All that is known.
    pub(crate) inventory: &'c Inventory,
    /// Main and supporting hits.
    pub(crate) hits: &'c [Hit<'r>],
    /// Whether the role is given in the whole cluster, or may be for all that is known.
    pub(crate) everywhere: bool,
    /// Whether the role allows everything anyway, wherever it is given.
    pub(crate) everything: bool,
}

impl<'r> Case<'_, 'r> {
    /// The hits on a resource.
    pub(crate) fn on(&self, resources: &[&str]) -> impl Iterator<Item = &Hit<'r>> {
        self.hits.iter().filter(|hit| resources.contains(&hit.resource))
    }

    /// Whether a resource is hit for all names.
    pub(crate) fn any_name(&self, resources: &[&str]) -> bool {
        self.on(resources).any(|hit| !hit.named)
    }

    /// Whether a resource is hit at all.
    pub(crate) fn has(&self, resources: &[&str]) -> bool {
        self.on(resources).next().is_some()
    }
}

/// How bad a case is.
pub(crate) struct Weight {
    /// The severity.
    pub(crate) severity: Severity,
    /// What the message ends with.
    pub(crate) note: &'static str,
}

impl Weight {
    /// A severity with nothing to add.
    pub(crate) const fn plain(severity: Severity) -> Self {
        Weight { severity, note: "" }
    }

    /// A severity, but `low` where the role allows everything anyway, which other checks report.
    pub(crate) fn unless_everything(self, case: &Case<'_, '_>) -> Self {
        if case.everything {
            Weight { severity: Severity::Low, note: ", as it may do everything" }
        } else {
            self
        }
    }
}

/// Judges all roles, and bindings of built-in roles, for a power.
pub(crate) fn judge_power(power: &Power, out: &mut VerdictsBySubject<'_>) {
    let inventory = out.inventory();
    let allowed = Allowed::of(out.settings());
    let mut reaches = Reaches::new(inventory, &allowed, power.home);
    for role in [ROLE, CLUSTER_ROLE].iter().flat_map(|kind| inventory.of_kind(*kind)).filter_map(RoleView::of)
    {
        judge_role(power, inventory, role, &mut reaches, out);
    }
    let bindings = [ROLE_BINDING, CLUSTER_ROLE_BINDING];
    for binding in bindings.iter().flat_map(|kind| inventory.of_kind(*kind)).filter_map(BindingView::of) {
        judge_binding(power, inventory, binding, &allowed, out);
    }
}

fn judge_role<'i>(
    power: &Power,
    inventory: &'i Inventory,
    role: RoleView<'i>,
    reaches: &mut Reaches<'i, '_>,
    out: &mut VerdictsBySubject<'i>,
) {
    let elsewhere = |home| !role.is_cluster_role() && role.resource().namespace() != Some(home);
    if is_judged_by_parts(inventory, &role) || power.home.is_some_and(elsewhere) {
        return;
    }
    let verdicts = out.judge(role.resource());
    let mut hits = hits_of(role.rules(), power.grants);
    hits.retain(|hit| hit.grant.part == Part::Support || !is_builtin_hit(&role, hit));
    if !hits.iter().any(|hit| hit.grant.part == Part::Main) {
        return;
    }
    let reach = reaches.of(&role);
    if reach.cut && !reach.cluster {
        verdicts.not_evaluated(format!("the role is part of more than {} roles", RelatedRoles::MAX));
    }
    let Some(verdict) = weigh_role(power, inventory, &role, &reach, &hits) else { return };
    let Some((primary, others)) = places(power, &verdict.hits) else { return };
    let draft = verdicts.fail(primary, verdict.message);
    draft.severity(verdict.severity).confidence(verdict.confidence);
    for (place, note) in others {
        draft.related(place, note);
    }
    if verdict.held {
        reach.link(draft);
    }
}

struct Verdict<'r> {
    hits: Vec<Hit<'r>>,
    severity: Severity,
    confidence: Confidence,
    message: String,
    held: bool,
}

fn weigh_role<'r>(
    power: &Power,
    inventory: &Inventory,
    role: &RoleView<'r>,
    reach: &Reach,
    hits: &[Hit<'r>],
) -> Option<Verdict<'r>> {
    let alive: Vec<Hit<'r>> = hits.iter().filter(|hit| reach.covers(hit.grant.scope)).copied().collect();
    if let Some(hit) = alive.iter().find(|hit| hit.grant.part == Part::Main) {
        let scope = hit.grant.scope;
        let weight = (power.weigh)(&Case {
            inventory,
            hits: &alive,
            everywhere: reach.cluster,
            everything: everything(role.rules()).is_some(),
        })?;
        let message = sentence(power, reach, scope, weight.note);
        return Some(Verdict {
            hits: alive,
            severity: weight.severity,
            confidence: Confidence::High,
            message,
            held: true,
        });
    }
    if !reach.is_held() && !reach.is_unbound() {
        return None;
    }
    // Nobody has it. A wildcard is reported as such elsewhere; what is spelled out was meant for somebody.
    // A right on one object is meant where the rule names it.
    let dormant = |hit: &&Hit<'_>| {
        hit.is_explicit()
            && (role.is_cluster_role() || hit.grant.scope == Scope::Namespace)
            && (hit.grant.object.is_none() || hit.named)
    };
    let dormant: Vec<Hit<'r>> = hits.iter().filter(dormant).copied().collect();
    dormant.iter().find(|hit| hit.grant.part == Part::Main)?;
    let everywhere = role.is_cluster_role();
    let weight = (power.weigh)(&Case { inventory, hits: &dormant, everywhere, everything: false })?;
    let complete = inventory.completeness(ROLE_BINDING) == Completeness::Complete
        && inventory.completeness(CLUSTER_ROLE_BINDING) == Completeness::Complete;
    let (severity, who, end) = if reach.is_held() {
        (Severity::Low, "whoever a ClusterRoleBinding binds to it", ", which its RoleBindings do not give")
    } else if complete {
        (Severity::Low, "whoever is bound to it", ", and nobody is")
    } else {
        (weight.severity, "whoever is bound to it", weight.note)
    };
    let message = format!("{who} may {}{end}", power.may);
    Some(Verdict { hits: dormant, severity, confidence: Confidence::Medium, message, held: false })
}

fn sentence(power: &Power, reach: &Reach, scope: Scope, note: &str) -> String {
    match scope {
        Scope::Cluster => format!("{} may {}{note}", reach.who(), power.may),
        Scope::Namespace if power.home.is_some() => format!("{} may {}{note}", reach.who(), power.may),
        Scope::Namespace => format!("{} may {} {}{note}", reach.who(), power.may, reach.place()),
    }
}

/// The place of a finding, and the others that show why.
fn places(power: &Power, hits: &[Hit<'_>]) -> Option<(Place, Vec<(Place, String)>)> {
    let main = hits.iter().filter(|hit| hit.grant.part == Part::Main);
    // What is spelled out and holds for all names explains itself best.
    let main = main.min_by_key(|hit| (hit.named, !hit.is_explicit()))?;
    let by_verb = power.focus == Focus::Verb && main.is_explicit();
    let primary = if by_verb { main.verb_place() } else { main.resource_place() };
    let mut others: Vec<(Place, String)> = Vec::new();
    let main_first = std::iter::once(main).chain(hits);
    for hit in main_first {
        if others.len() >= MAX_LISTED {
            break;
        }
        let both = [(hit.resource_place(), hit.resource), (hit.verb_place(), hit.verb)];
        for (place, what) in both {
            let new = place != primary && others.iter().all(|(known, _)| *known != place);
            if new && others.len() < MAX_LISTED {
                others.push((place, format!("gives `{what}`")));
            }
        }
    }
    Some((primary, others))
}

fn judge_binding<'i>(
    power: &Power,
    inventory: &'i Inventory,
    binding: BindingView<'i>,
    allowed: &Allowed<'_>,
    out: &mut VerdictsBySubject<'i>,
) {
    let Some(role_ref) = binding.role_ref() else { return };
    let gives = |rule: &_| gives(rule, power.grants);
    let builtin = comes_with(role_ref, binding.resource().namespace(), &gives);
    let role = inventory.role_of(&binding);
    if builtin.is_none() && role.is_some() {
        return;
    }
    let reach = Reach::of_binding(&binding, Excused::Defaults, allowed, power.home);
    if !reach.is_held() {
        return;
    }
    match (builtin, role) {
        (Some(true), role) => judge_builtin(power, binding, role, &reach, out.judge(binding.resource())),
        (Some(false), _) | (None, Some(_)) => {}
        (None, None) => {
            if let Some(reason) = missing(inventory, role_ref) {
                out.judge(binding.resource()).not_evaluated(reason);
            }
        }
    }
}

/// Judges a binding that gives a built-in role to somebody new.
fn judge_builtin<'i>(
    power: &Power,
    binding: BindingView<'i>,
    role: Option<RoleView<'i>>,
    reach: &Reach,
    verdicts: &mut Verdicts<'i>,
) {
    let Some(role_ref) = binding.role_ref() else { return };
    if is_user_facing(role_ref) && (!binding.is_cluster_binding() || role_ref.name == "cluster-admin") {
        return;
    }
    let effective = role.map(|role| effective_rules(verdicts.inventory(), role));
    if effective.as_ref().is_some_and(|effective| effective.cut) {
        verdicts.not_evaluated(too_many_parts());
    }
    let rules = effective.map(|effective| effective.rules).unwrap_or_default();
    let hits = hits_of(rules.into_iter(), power.grants).into_iter();
    let alive: Vec<Hit<'_>> = hits.filter(|hit| reach.covers(hit.grant.scope)).collect();
    let main = |grant: &&Grant| grant.part == Part::Main && reach.covers(grant.scope);
    let (grant, weight) = if role.is_some() {
        let inventory = verdicts.inventory();
        let case = Case { inventory, hits: &alive, everywhere: reach.cluster, everything: false };
        (alive.iter().map(|hit| hit.grant).find(main), (power.weigh)(&case))
    } else {
        (power.grants.iter().find(main), power.unseen.map(Weight::plain))
    };
    let (Some(grant), Some(weight)) = (grant, weight) else { return };
    let RoleRef { kind, name } = role_ref;
    let note = format!(" by way of the built-in {kind} `{name}`{}", weight.note);
    let message = sentence(power, reach, grant.scope, &note);
    let draft = verdicts.fail(binding.place(&["roleRef", "name"]), message);
    draft.severity(weight.severity);
    if let Some(role) = role {
        draft.linked(role.resource().subject());
    }
    reach.link(draft);
}

/// Why nothing is known about a role that is not here; `None` when it does not exist and thus grants nothing.
pub(crate) fn missing(inventory: &Inventory, role: RoleRef<'_>) -> Option<String> {
    let kind = seawall_inventory::GroupKind::new(RBAC, role.kind);
    let RoleRef { kind: written, name } = role;
    (inventory.completeness(kind) != Completeness::Complete)
        .then(|| format!("the {written} `{name}` is not here, so that nobody knows what it grants"))
}
