//! `rbac-service-account-escalation-path`

use std::collections::{BTreeMap, BTreeSet};

use seawall_core::{Confidence, Pillar, ResourceId, Severity};
use seawall_inventory::{BindingView, Inventory, SubjectKind};
use seawall_rbac::{Risk, Subject};

use crate::rbac::model::{ALL_FOUR, CLUSTER_ROLE_BINDING, ROLE_BINDING, named};
use crate::{Check, Judge, Profile, VerdictsBySubject};

pub(crate) static CHECK: Check = Check {
    id: "rbac-service-account-escalation-path",
    title: "service account or node can give itself more rights",
    why: "a program that may lift its own rights has them all but for one request, and no review of its role shows it",
    help: "remove `bind` and `escalate` from the role, or name the roles that it may hand out in `resourceNames`",
    pillar: Pillar::ControlPlane,
    severity: Severity::High,
    confidence: Confidence::High,
    profile: Profile::All,
    needs: ALL_FOUR,
    judge: Judge::Inventory(judge),
    ..Check::PLAIN
};

/// Writing any right into a role that one has, and binding roles that hold more than one has. Writing bindings without
/// `bind` only hands on what one has (A26).
const PATHS: [&str; 2] = ["A24", "A25"];

/// The group of all kubelets.
const NODES: &str = "system:nodes";

fn judge(_: &Inventory, out: &mut VerdictsBySubject<'_>) {
    let inventory = out.inventory();
    let kinds = [ROLE_BINDING, CLUSTER_ROLE_BINDING];
    let bindings: Vec<BindingView<'_>> =
        kinds.iter().flat_map(|kind| inventory.of_kind(*kind)).filter_map(BindingView::of).collect();
    let bindings: Vec<_> = bindings.into_iter().filter(|binding| machine(binding).next().is_some()).collect();
    if bindings.is_empty() {
        return;
    }
    let rights = out.models().rights();
    let mut escalating: BTreeMap<ResourceId, BTreeSet<usize>> = BTreeMap::new();
    for (at, risk) in rights.risks().iter().enumerate() {
        if PATHS.contains(&risk.id) && is_machine(&risk.subject) {
            for binding in rights.bindings_of(risk) {
                if let Some(object) = rights.object(inventory, rights.name(binding)) {
                    escalating.entry(object.id()).or_default().insert(at);
                }
            }
        }
    }
    for binding in bindings {
        let verdicts = out.judge(binding.resource());
        let found = escalating.get(&binding.resource().id()).into_iter().flatten();
        let risks: Vec<&Risk> = found.filter_map(|at| rights.risks().get(*at)).collect();
        let holder = |risk: &&Risk| machine(&binding).find(|(_, subject)| *subject == risk.subject);
        let Some((risk, (node, _))) = risks.iter().find_map(|risk| Some((*risk, holder(risk)?))) else {
            continue;
        };
        let subject = binding.subjects().find(|subject| subject.node.id() == node.id());
        let who = subject.map(|subject| named(&subject.identity(&binding))).unwrap_or_default();
        let (gains, place) = (risk.gains, rights.place(risk.scope));
        let draft = verdicts.fail(binding.place_of(node), format!("{who} {gains} {place}"));
        rights.explain(inventory, risk, draft);
    }
}

fn is_machine(subject: &Subject) -> bool {
    match subject {
        Subject::ServiceAccount { .. } => true,
        Subject::Group(name) => **name == *NODES || name.starts_with(seawall_rbac::SERVICE_ACCOUNTS),
        Subject::User(name) => name.starts_with("system:node:"),
    }
}

/// The subjects of a binding that are no people: service accounts and nodes.
fn machine<'i>(
    binding: &BindingView<'i>,
) -> impl Iterator<Item = (seawall_yaml::Node<'i>, Subject)> + use<'i> {
    let home = binding.resource().namespace().unwrap_or("default");
    let all = binding.subjects().filter_map(move |subject| {
        let who = match subject.kind {
            SubjectKind::User => Subject::user(subject.name),
            SubjectKind::Group => Subject::group(subject.name),
            SubjectKind::ServiceAccount => {
                Subject::service_account(subject.namespace.unwrap_or(home), subject.name)
            }
            SubjectKind::Unknown => return None,
        };
        Some((subject.node, who))
    });
    all.filter(|(_, who)| is_machine(who))
}
