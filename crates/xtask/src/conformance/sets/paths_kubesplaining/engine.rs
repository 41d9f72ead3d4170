//! Asks the attack graph, the model of rights and the model of reach.

use std::collections::BTreeSet;

use seawall_inventory::{GroupKind, Inventory};
use seawall_network::{Direction, Network, Profile};
use seawall_paths::{Evidence, Filter, Model};
use seawall_rbac::{Rbac, Subject};

use super::super::paths_input::inventory;

/// One step: who gains what by which primitive.
pub(super) struct Step {
    pub(super) primitive: &'static str,
    pub(super) from: String,
    pub(super) to: String,
    /// The namespace of the right; `cluster` for all.
    pub(super) scope: String,
    pub(super) evidence: Vec<String>,
}

/// A way to a sink.
pub(super) struct Reached {
    pub(super) from: String,
    pub(super) sink: String,
    pub(super) primitives: Vec<&'static str>,
    /// Whether the sink is still reached, and in how many steps, without the first binding of the way.
    pub(super) alternate: Option<usize>,
}

/// What is said of a cluster.
#[derive(Default)]
pub(super) struct Said {
    pub(super) steps: Vec<Step>,
    pub(super) reached: Vec<Reached>,
    /// Bindings without a role: binding, subjects.
    pub(super) roleless: Vec<(String, Vec<String>)>,
    /// Bindings to accounts that are not there: binding, account.
    pub(super) nobody: Vec<(String, String)>,
    /// Workloads whose pods reach the metadata service.
    pub(super) metadata: BTreeSet<String>,
    /// Namespaces without any policy.
    pub(super) ungoverned: BTreeSet<String>,
    /// Policies that let pods of another namespace in: policy, namespace.
    pub(super) across: BTreeSet<(String, String)>,
}

pub(super) fn say(texts: &[String]) -> Result<Said, String> {
    let inventory = inventory(texts)?;
    let (model, _) = Model::build(&inventory);
    let mut said = Said::default();
    for attack in model.attacks().into_iter().filter(|attack| !attack.attenuated) {
        said.steps.push(Step {
            primitive: attack.primitive.id(),
            from: attack.from,
            to: attack.to,
            scope: attack.namespace.unwrap_or_else(|| "cluster".to_owned()),
            evidence: attack
                .evidence
                .iter()
                .map(|place| format!("{} {}", place.object, place.route))
                .collect(),
        });
    }
    let groups = model.paths(&Filter::default()).map_err(|unknown| unknown.to_string())?;
    for group in groups.iter().filter(|group| !group.path.expected && !group.path.attenuated) {
        let path = &group.path;
        let first = path.steps.iter().flat_map(|step| &step.evidence).find(|place| is_binding(place));
        for from in &group.starts {
            let alternate = first.and_then(|place| without(&inventory, place, from, &path.sink));
            said.reached.push(Reached {
                from: from.clone(),
                sink: path.sink.clone(),
                primitives: path.steps.iter().map(|step| step.primitive).collect(),
                alternate,
            });
        }
    }
    rights(&inventory, &mut said);
    reach(&inventory, &mut said);
    Ok(said)
}

fn is_binding(place: &Evidence) -> bool {
    place.object.starts_with("RoleBinding/") || place.object.starts_with("ClusterRoleBinding/")
}

/// The length of the way that is left when a binding is deleted.
fn without(inventory: &Inventory, binding: &Evidence, from: &str, sink: &str) -> Option<usize> {
    let (mut model, _) = Model::build(inventory);
    let parts: Vec<&str> = binding.object.split('/').collect();
    let (kind, namespace, name) = match parts.as_slice() {
        [kind, namespace, name] => (*kind, Some(*namespace), *name),
        [kind, name] => (*kind, None, *name),
        _ => return None,
    };
    model.delete(GroupKind::new("rbac.authorization.k8s.io", kind), namespace, name);
    let filter = Filter { from: vec![from.to_owned()], to: vec![sink.to_owned()] };
    let left = model.paths(&filter).ok()?;
    left.iter().filter(|group| !group.path.attenuated).map(|group| group.path.steps.len()).min()
}

fn rights(inventory: &Inventory, said: &mut Said) {
    const DEFAULT_ROLES: [&str; 4] = ["cluster-admin", "admin", "edit", "view"];
    let (rbac, _) = Rbac::build(inventory);
    for binding in rbac.bindings() {
        let name = rbac.binding_name(binding).to_string();
        let subjects: Vec<&Subject> = binding.subjects().iter().filter_map(|id| rbac.subject(*id)).collect();
        let default = binding.role().is_some_and(|role| {
            let word = rbac.role_name(role).to_string();
            word.strip_prefix("ClusterRole/").is_some_and(|role| DEFAULT_ROLES.contains(&role))
        });
        if rbac.role_of(binding).is_none() && !default {
            said.roleless.push((name.clone(), subjects.iter().map(ToString::to_string).collect()));
        }
        for subject in subjects {
            let Subject::ServiceAccount { namespace, name: account } = subject else { continue };
            if inventory.find(GroupKind::new("", "ServiceAccount"), Some(namespace), account).is_none() {
                said.nobody.push((name.clone(), subject.to_string()));
            }
        }
    }
}

fn reach(inventory: &Inventory, said: &mut Said) {
    for step in said.steps.iter().filter(|step| step.primitive == "D04") {
        // A step from a container says the same as that from its pod.
        if !step.from.starts_with("Container/") {
            said.metadata.insert(step.from.clone());
        }
    }
    let (network, _) = Network::build(inventory, Profile::default());
    let governed: BTreeSet<&str> = network.policies().filter_map(|policy| policy.namespace()).collect();
    for namespace in inventory.of_kind(GroupKind::new("", "Namespace")).map(|namespace| namespace.name()) {
        if !governed.contains(namespace) {
            said.ungoverned.insert(format!("Namespace/{namespace}"));
        }
    }
    for policy in network.policies() {
        let Some(own) = policy.namespace() else { continue };
        for rule in policy.rules(Direction::Ingress).filter_map(|id| network.rule_view(id)) {
            let selector = policy.resource().root().at(rule.route());
            let named = selector.into_iter().flat_map(|rule| rule.list("from")).filter_map(|peer| {
                peer.path(&["namespaceSelector", "matchLabels"])?.str("kubernetes.io/metadata.name")
            });
            for namespace in named.filter(|namespace| *namespace != own) {
                said.across.insert((format!("NetworkPolicy/{own}/{}", policy.name()), namespace.to_owned()));
            }
        }
    }
}
