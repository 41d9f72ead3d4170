//! Objects that are there, judged as if they were created now.

use std::sync::Arc;

use seawall_inventory::{Inventory, Resource};
use seawall_policy::admission::{Resources, User, as_created};
use seawall_schema::Schemas;
use seawall_yaml::Tree;

use super::{Example, Judgement, Preview, Who};

/// What Kubernetes and the definitions of a cluster say of kinds.
pub struct Types<'s> {
    pub(super) schemas: &'s Schemas,
    pub(super) resources: Resources<'s>,
}

impl<'s> Types<'s> {
    /// From the types of a cluster.
    pub fn new(schemas: &'s Schemas) -> Self {
        Types { schemas, resources: Resources::new(schemas) }
    }
}

/// What the API server calls pods that a node made of its own files.
const MIRROR: &str = "kubernetes.io/config.mirror";

impl Preview<'_> {
    /// Judges an object as if `user` created it now; pods of a node's own files are created by their node.
    pub fn create(&self, resource: &Resource, types: &Types<'_>, user: &User<'_>) -> Judgement {
        let tree = match as_created(resource.root(), types.schemas) {
            Ok(made) => made.map(Arc::new),
            Err(why) => return Judgement::blind(format!("the API server would not take it: {why}")),
        };
        let object = tree.as_deref().map_or(resource.root(), Tree::root);
        let node = resource.pods().next().and_then(|pod| pod.spec().str("nodeName"));
        let node = format!("system:node:{}", node.unwrap_or(""));
        let own =
            User { name: &node, groups: vec!["system:nodes", "system:authenticated"], ..User::default() };
        let user = if resource.annotation(MIRROR).is_some() { &own } else { user };
        match types.resources.create(object, user) {
            Some(request) => self.judge(&request, tree.as_ref().unwrap_or_else(|| resource.tree())),
            None => Judgement::blind(format!(
                "nothing tells the resource of `{}` in `{}`: add its CustomResourceDefinition",
                resource.kind(),
                resource.subject().api_version
            )),
        }
    }
}

impl Who {
    /// The last owner of an object, here or only named; the object itself when nobody owns it.
    pub fn owner(inventory: &Inventory, resource: &Resource) -> Self {
        let top = inventory.top_owner(resource).unwrap_or(resource);
        let subject = inventory.absent_controller(top).unwrap_or_else(|| top.subject().clone());
        Who {
            namespace: subject.namespace.as_deref().unwrap_or("").to_owned(),
            kind: subject.kind.to_string(),
            name: subject.name.to_string(),
            ..Who::default()
        }
    }
}

impl Example {
    /// An object with its place.
    pub fn of(resource: &Resource) -> Self {
        let position = resource.position(&seawall_core::Route::root());
        Example {
            kind: resource.kind().to_owned(),
            namespace: resource.namespace().unwrap_or("").to_owned(),
            name: resource.name().to_owned(),
            file: Some(resource.origin().file.to_string()),
            line: position.map(|position| position.line),
            ..Example::default()
        }
    }
}
