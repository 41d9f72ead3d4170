//! Makes a request of an object as it was submitted and asks the policy.

use std::sync::Arc;

use seawall_core::{Origin, OriginKind};
use seawall_inventory::{GroupKind, Inventory, InventoryBuilder, Resource};
use seawall_policy::admission::{Operation, Resources, User, as_created};
use seawall_policy::vap::{PolicySet, World};
use seawall_rbac::Rbac;
use seawall_yaml::{Limits, NodeId, Text, Tree, read};
use serde_json::Value;

use super::super::engine_input::resource;

/// A policy, its binding and parameters, and an object.
pub(super) struct Input {
    pub(super) policy: Arc<String>,
    pub(super) definition: Arc<String>,
    pub(super) binding: String,
    pub(super) params: Option<String>,
    pub(super) operation: String,
    pub(super) resource: (String, String, String),
    pub(super) namespace: String,
    pub(super) object: Value,
}

/// What the engine says, as plain data.
#[derive(Debug, Default)]
pub(super) struct Said {
    pub(super) denials: Vec<String>,
    pub(super) warnings: Vec<String>,
    pub(super) not_judged: Vec<String>,
}

/// What the product says of a case.
///
/// # Errors
/// When it cannot read the case.
pub(super) fn judge(input: &Input) -> Result<Said, String> {
    let inventory = inventory(input)?;
    let (policies, problems) = PolicySet::read(&inventory);
    if let Some(problem) = problems.first() {
        return Err(problem.message.clone());
    }
    let (rbac, _) = Rbac::build(&inventory);
    let world = World::new(&inventory, Some(&rbac));
    if input.operation != Operation::Create.name() {
        return Err(format!("`{}` is no creation", input.operation));
    }
    let user = User {
        name: "kubernetes-admin",
        groups: vec!["kubeadm:cluster-admins", "system:authenticated"],
        ..User::default()
    };
    let object = resource(&input.object, 0)?;
    let made = as_created(object.root(), world.schemas())?;
    let object = made.as_ref().map_or(object.root(), Tree::root);
    let request =
        Resources::new(world.schemas()).create(object, &user).ok_or("nothing tells its resource")?;
    let (group, version, name) = &input.resource;
    if (request.resource, request.namespace) != ((group, version, name), &input.namespace) {
        return Err(format!("takes the object for {:?} in `{}`", request.resource, request.namespace));
    }
    let decision = policies.admit(&request, &world);
    Ok(Said {
        denials: decision.denials.into_iter().map(|denial| denial.message).collect(),
        warnings: decision.warnings,
        not_judged: decision.not_judged.into_iter().map(|one| one.reason).collect(),
    })
}

fn inventory(input: &Input) -> Result<Inventory, String> {
    let mut resources = Vec::new();
    read_into(&input.policy, &mut resources)?;
    let name = resources.first().map(|policy| policy.name().to_owned()).ok_or("no policy")?;
    read_into(&input.definition, &mut resources)?;
    let mut params = "none".to_owned();
    if let Some(text) = &input.params {
        read_into(text, &mut resources)?;
        params = resources.last().map(|param| param.name().to_owned()).unwrap_or_default();
    }
    // A template says `placeholder` for its own name, the policy's and the parameter's, in this order.
    let mut binding = input.binding.clone();
    for word in [format!("{name}-binding"), name, params] {
        binding = binding.replacen("placeholder", &word, 1);
    }
    read_into(&binding, &mut resources)?;
    let mut builder = InventoryBuilder::default();
    builder.complete();
    // Namespaces and roles are not part of the set.
    builder.partial_kind(GroupKind::new("", "Namespace"));
    builder.partial_kind(GroupKind::new("rbac.authorization.k8s.io", "ClusterRole"));
    resources.into_iter().for_each(|resource| builder.push(resource));
    Ok(builder.build())
}

fn read_into(text: &str, resources: &mut Vec<Resource>) -> Result<(), String> {
    let (documents, problems) = read(&Text::new(text), &Limits::default());
    if let Some(problem) = problems.first() {
        return Err(problem.message.clone());
    }
    for document in documents {
        let number = u32::try_from(resources.len()).unwrap_or(u32::MAX);
        let origin = Origin { file: "input".into(), document: number, line: 1, kind: OriginKind::File };
        let resource = Resource::new(Arc::new(document.tree), NodeId::ROOT, origin, None)
            .map_err(|error| format!("a document is no Kubernetes object: {error:?}"))?;
        resources.push(resource);
    }
    Ok(())
}
