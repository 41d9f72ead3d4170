//! What service accounts may do, by the exact model of `seawall-rbac`, and which pods hold their tokens.
//!
//! Invariants, above all what is absent: rights that come with a control plane are no risk; rights of groups that a
//! service account is in of itself count only together with rights of its own (the checks of those groups say the rest).

mod token;

use std::collections::HashMap;

use seawall_inventory::{Completeness, GroupKind, Inventory, Place, PodView, Resource};
use seawall_rbac::primitives::FactTable;
use seawall_rbac::{Binding, ObjectRef, Rbac, Request, Risk, Scope, Subject, Surroundings, risks};

use crate::rbac::model::{CLUSTER_ROLE_BINDING, MAX_LISTED, RBAC, ROLE_BINDING};
use crate::{Draft, Verdicts};

pub(crate) use token::has_token;

/// Rights of all subjects, and the risks that service accounts and nodes are.
pub(crate) struct RightsModel {
    rbac: Rbac,
    /// Risks beyond what comes with a control plane, worst first.
    risks: Vec<Risk>,
    by_subject: HashMap<Subject, Vec<usize>>,
}

/// What a service account holds.
pub(crate) struct Held<'m> {
    /// The model.
    pub(crate) model: &'m RightsModel,
    /// The account.
    pub(crate) account: Subject,
}

impl RightsModel {
    /// Reads all roles and bindings.
    pub(crate) fn of(inventory: &Inventory) -> Self {
        // What is wrong with roles and bindings themselves is said where they are judged.
        let (rbac, _) = Rbac::build(inventory);
        let around = Surroundings::of(inventory);
        let mut risks = risks(&rbac, &FactTable::of(&rbac, around.version), &around);
        risks.retain(|risk| !risk.expected);
        let mut by_subject: HashMap<Subject, Vec<usize>> = HashMap::new();
        for (at, risk) in risks.iter().enumerate() {
            by_subject.entry(risk.subject.clone()).or_default().push(at);
        }
        RightsModel { rbac, risks, by_subject }
    }

    /// The risks of all subjects, worst first.
    pub(crate) fn risks(&self) -> &[Risk] {
        &self.risks
    }

    /// The object of a binding that a risk rests on.
    pub(crate) fn object<'i>(&self, inventory: &'i Inventory, object: ObjectRef<'_>) -> Option<&'i Resource> {
        inventory.find(GroupKind::new(RBAC, object.kind), object.namespace, object.name)
    }

    /// The bindings that a risk rests on beyond those of a control plane.
    pub(crate) fn bindings_of<'m>(&'m self, risk: &'m Risk) -> impl Iterator<Item = &'m Binding> {
        let beyond = risk.evidence.iter().filter(|evidence| !evidence.expected);
        beyond.filter_map(|evidence| self.rbac.binding(evidence.binding))
    }

    /// What a binding is called.
    pub(crate) fn name<'m>(&'m self, binding: &'m Binding) -> ObjectRef<'m> {
        self.rbac.binding_name(binding)
    }

    /// Where a risk counts, in words.
    pub(crate) fn place(&self, scope: Scope) -> String {
        match scope {
            Scope::Cluster => "in the whole cluster".to_owned(),
            Scope::Namespace(namespace) => format!("in namespace `{}`", self.rbac.text(namespace)),
        }
    }

    /// Adds the bindings and rules that a risk rests on to a finding.
    pub(crate) fn explain(&self, inventory: &Inventory, risk: &Risk, draft: &mut Draft) {
        let beyond = risk.evidence.iter().filter(|evidence| !evidence.expected);
        for evidence in beyond.take(MAX_LISTED) {
            let Some(binding) = self.rbac.binding(evidence.binding) else { continue };
            self.link(inventory, binding, draft);
            let Some(role) = self.rbac.role_of(binding) else { continue };
            let rule = evidence.rule.and_then(|rule| self.rbac.rule_evidence(role, rule as usize));
            let Some(rule) = rule else { continue };
            if let Some(home) = self.object(inventory, rule.role) {
                let route = seawall_core::Route::root().key("rules").index(rule.rule as usize);
                draft.related(Place { resource: home.id(), route }, "the rule that gives it");
            }
        }
    }

    /// Adds a binding and its role to a finding.
    pub(crate) fn link(&self, inventory: &Inventory, binding: &Binding, draft: &mut Draft) {
        if let Some(object) = self.object(inventory, self.rbac.binding_name(binding)) {
            let route = seawall_core::Route::root().keys(&["roleRef", "name"]);
            draft.related(Place { resource: object.id(), route }, "binds its service account");
            draft.linked(object.subject());
        }
        let role = binding.role().map(|role| self.rbac.role_name(role));
        if let Some(object) = role.and_then(|role| self.object(inventory, role)) {
            draft.linked(object.subject());
        }
    }
}

impl<'m> Held<'m> {
    /// Its risks, worst first.
    pub(crate) fn risks(&self) -> impl Iterator<Item = &'m Risk> {
        let model = self.model;
        let own = model.by_subject.get(&self.account).into_iter().flatten();
        own.filter_map(|at| model.risks.get(*at))
    }

    /// Its bindings beyond those of a control plane that grant something.
    pub(crate) fn bindings(&self) -> impl Iterator<Item = &'m Binding> {
        let rbac = &self.model.rbac;
        let own = rbac.subject_id(&self.account).into_iter().flat_map(|id| rbac.bindings_of(id));
        own.filter(|binding| {
            let role = rbac.role_of(binding);
            role.is_some_and(|role| {
                let expected = binding.is_expected() && role.is_expected();
                !expected && !rbac.rules(role.rule_set()).is_empty()
            })
        })
    }

    /// The first of its bindings whose role has a rule for every verb on every core object.
    pub(crate) fn all_core_objects(&self) -> Option<&'m Binding> {
        let rbac = &self.model.rbac;
        let all = Request::resource("*", "", "*");
        self.bindings().find(|binding| {
            rbac.role_of(binding).is_some_and(|role| {
                let mut rules = rbac.rules(role.rule_set()).iter();
                rules.any(|rule| rule.names().is_empty() && rbac.rule_allows(rule, &all))
            })
        })
    }
}

/// What the service account of a pod holds; `None` for a pod that does not get its token. Where bindings may be
/// elsewhere, the check has nothing to say of a pod that it does not fail.
pub(crate) fn holders<'m>(pod: &PodView<'_>, out: &mut Verdicts<'m>) -> Option<Held<'m>> {
    let inventory = out.inventory();
    let kinds = [ROLE_BINDING, CLUSTER_ROLE_BINDING];
    if kinds.iter().any(|kind| inventory.completeness(*kind) != Completeness::Complete) {
        out.not_applicable();
    }
    // The kinds of bindings themselves: without one nobody holds anything.
    let mut bindings = kinds.iter().flat_map(|kind| inventory.of_kind(*kind));
    if bindings.next().is_none() || !has_token(inventory, pod) {
        return None;
    }
    let namespace = pod.resource().namespace().unwrap_or("default");
    let account = Subject::service_account(namespace, pod.service_account());
    Some(Held { model: out.models().rights(), account })
}

impl Held<'_> {
    /// Fails the pod at the field that names its account.
    pub(crate) fn fail<'v>(
        &self,
        pod: &PodView<'_>,
        out: &'v mut Verdicts<'_>,
        message: String,
    ) -> &'v mut Draft {
        let draft = out.fail(pod.place(&["serviceAccountName"]), message);
        if let Subject::ServiceAccount { namespace, name } = &self.account {
            draft.linked(&seawall_core::Subject {
                api_version: "v1".into(),
                kind: "ServiceAccount".into(),
                namespace: Some(namespace.as_ref().into()),
                name: name.as_ref().into(),
            });
        }
        draft
    }

    /// The account in a message.
    pub(crate) fn named(&self) -> String {
        match &self.account {
            Subject::ServiceAccount { namespace, name } => format!("`{namespace}/{name}`"),
            other => format!("`{other}`"),
        }
    }
}
