//! Checks of the form "a binding gives …", with the finding on the binding.

use std::collections::HashMap;

use seawall_core::ResourceId;
use seawall_inventory::{BindingView, GroupKind, Inventory, Place, PolicyRule, RoleRef, RoleView};
use seawall_rbac::DefaultRule;

use crate::rbac::model::builtin::comes_with;
use crate::rbac::model::subject::covers;
use crate::rbac::model::{
    Allowed, BOOTSTRAP_LABEL, Excused, Reach, effective_rules, missing, too_many_parts,
};
use crate::settings::{Setting, SettingDefault};
use crate::{Draft, Verdicts, VerdictsBySubject};

/// The setting that leaves bindings of the platform alone.
pub(crate) const PLATFORM_BINDINGS: Setting = Setting {
    name: "platformBindings",
    doc: "names of bindings that the platform is taken to have made; a `*` at the end stands for any rest",
    default: SettingDefault::Strings(&["system:*", "gce:podsecuritypolicy:calico-sa"]),
};

/// Why a role counts.
#[derive(Clone, Debug)]
pub(crate) struct Evidence {
    /// The rule, when the role is here.
    pub(crate) rule: Option<Place>,
    /// Whether it holds for some names only.
    pub(crate) named: bool,
}

/// A binding that gives what is looked for to somebody who is neither expected nor allowed.
pub(crate) struct Bound<'b, 'i> {
    /// The binding.
    pub(crate) binding: BindingView<'i>,
    /// The role that it refers to.
    pub(crate) role_ref: RoleRef<'i>,
    /// Who gets it where.
    pub(crate) reach: &'b Reach,
    /// Why the role counts.
    pub(crate) evidence: &'b Evidence,
    role: Option<RoleView<'i>>,
}

impl Bound<'_, '_> {
    /// The fail, at the reference to the role, with all that takes part.
    pub(crate) fn fail<'v>(&self, verdicts: &'v mut Verdicts<'_>, message: String) -> &'v mut Draft {
        let draft = verdicts.fail(self.binding.place(&["roleRef", "name"]), message);
        if let Some(role) = self.role {
            draft.linked(role.resource().subject());
        }
        if let Some(rule) = &self.evidence.rule {
            draft.related(rule.clone(), "the rule that gives it");
        }
        self.reach.link(draft);
        draft
    }
}

/// What makes a role count.
pub(crate) struct Looking<'l, 'i> {
    /// Whether a rule of a built-in role gives it.
    pub(crate) builtin: &'l dyn Fn(&DefaultRule) -> bool,
    /// The kinds of bindings.
    pub(crate) bindings: &'static [GroupKind<'static>],
    /// The kind of role that the bindings refer to; `None` for both.
    pub(crate) role: Option<&'static str>,
    /// Reads the rules of a role.
    pub(crate) grade: &'l dyn Fn(&[PolicyRule<'i>]) -> Option<Evidence>,
}

/// Judges all bindings of some kinds, each role read once.
pub(crate) fn judge_bindings<'i>(
    looking: &Looking<'_, 'i>,
    out: &mut VerdictsBySubject<'i>,
    report: impl Fn(&Bound<'_, 'i>, &mut Verdicts<'i>),
) {
    let inventory = out.inventory();
    let settings = out.settings();
    let allowed = Allowed::of(settings);
    let platform = settings.strings(PLATFORM_BINDINGS.name);
    let mut grades: HashMap<ResourceId, (Option<Evidence>, bool)> = HashMap::new();
    let bindings =
        looking.bindings.iter().flat_map(|kind| inventory.of_kind(*kind)).filter_map(BindingView::of);
    for binding in bindings {
        let Some(role_ref) = binding.role_ref() else { continue };
        if looking.role.is_some_and(|kind| kind != role_ref.kind) {
            continue;
        }
        let verdicts = out.judge(binding.resource());
        let known = comes_with(role_ref, binding.resource().namespace(), looking.builtin);
        let excused = if known == Some(true) { Excused::Defaults } else { Excused::Nobody };
        let reach = Reach::of_binding(&binding, excused, &allowed, None);
        if !reach.is_held() || is_platform(&binding, role_ref, &platform) {
            continue;
        }
        let role = inventory.role_of(&binding);
        let evidence = match (known, role) {
            // The name decides: what such a role should grant it will, when the API server starts again.
            (Some(true), None) => Some(Evidence { rule: None, named: false }),
            (known, Some(role)) => {
                // All roles of a circle come to the same rules.
                let grade = grades.entry(like(inventory, role));
                let (seen, cut) = grade
                    .or_insert_with(|| {
                        let effective = effective_rules(inventory, role);
                        ((looking.grade)(&effective.rules), effective.cut)
                    })
                    .clone();
                if seen.is_none() && cut {
                    verdicts.not_evaluated(too_many_parts());
                }
                seen.or_else(|| known.filter(|known| *known).map(|_| Evidence { rule: None, named: false }))
            }
            (Some(false), None) => None,
            (None, None) => {
                if let Some(reason) = missing(inventory, role_ref) {
                    verdicts.not_evaluated(reason);
                }
                None
            }
        };
        if let Some(evidence) = evidence {
            report(&Bound { binding, role_ref, reach: &reach, evidence: &evidence, role }, verdicts);
        }
    }
}

/// The role that stands for all those of its circle.
fn like(inventory: &Inventory, role: RoleView<'_>) -> ResourceId {
    if role.is_aggregated() { inventory.parts_of(&role).like } else { role.resource().id() }
}

/// Whether the name says that the platform made the binding. What the API server's bootstrap labelled as its own is
/// judged by its subjects instead, and nothing excuses a binding to `cluster-admin`.
fn is_platform(binding: &BindingView<'_>, role: RoleRef<'_>, patterns: &[&str]) -> bool {
    let resource = binding.resource();
    let (label, value) = BOOTSTRAP_LABEL;
    resource.labels().get(label) != Some(value)
        && !(role.kind == "ClusterRole" && role.name == "cluster-admin")
        && patterns.iter().any(|pattern| covers(pattern, resource.name()))
}
