//! Asks the authorizer.

use std::sync::Arc;

use seawall_inventory::InventoryBuilder;
use seawall_rbac::{Rbac, Request, ResourceRequest, UserInfo};
use serde_json::Value;

use super::super::engine_input::resource;

/// A cluster, read once for all its questions.
pub(super) struct Cluster(Result<Rbac, String>);

/// A question as a SubjectAccessReview asks it.
pub(super) struct Input {
    pub(super) cluster: Arc<Cluster>,
    pub(super) user: String,
    pub(super) groups: Vec<String>,
    pub(super) asked: Asked,
}

/// What is asked for.
pub(super) enum Asked {
    Resource {
        group: String,
        resource: String,
        subresource: String,
        verb: String,
        namespace: String,
        name: String,
    },
    Path {
        path: String,
        verb: String,
    },
}

impl Cluster {
    /// Reads the objects of a cluster: all that it has of their kinds.
    pub(super) fn new(objects: &[Value]) -> Self {
        let mut builder = InventoryBuilder::default();
        builder.complete();
        for (number, object) in objects.iter().enumerate() {
            match resource(object, u32::try_from(number).unwrap_or(u32::MAX)) {
                Ok(resource) => builder.push(resource),
                Err(error) => return Cluster(Err(error)),
            }
        }
        let (rbac, problems) = Rbac::build(&builder.build());
        match problems.first() {
            Some(problem) => Cluster(Err(format!("the model has a problem: {}", problem.message))),
            None => Cluster(Ok(rbac)),
        }
    }
}

/// Whether the request is allowed.
pub(super) fn judge(input: &Input) -> Result<bool, String> {
    let rbac = input.cluster.0.as_ref().map_err(String::clone)?;
    let user = UserInfo { name: input.user.clone(), groups: input.groups.clone() };
    let request = match &input.asked {
        Asked::Path { path, verb } => Request::path(verb, path),
        Asked::Resource { group, resource, subresource, verb, namespace, name } => {
            Request::Resource(ResourceRequest {
                verb: verb.clone(),
                group: group.clone(),
                resource: resource.clone(),
                subresource: subresource.clone(),
                namespace: namespace.clone(),
                name: name.clone(),
            })
        }
    };
    Ok(rbac.allows(&user, &request).is_allowed())
}
