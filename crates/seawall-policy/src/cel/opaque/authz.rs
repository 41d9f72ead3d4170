//! Questions of rights while they are put together, and their answers.

use std::sync::Arc;

use super::super::{Answer, ResourceTarget, ServiceAccount, Target};

/// A step on the way from `authorizer` to `allowed()`. `user` is `None` for the user of the request.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "fields say what they are")]
pub enum Authz {
    /// `authorizer`, `authorizer.serviceAccount(…)`
    Authorizer { user: Option<ServiceAccount> },
    /// `….group(…)`
    Group { user: Option<ServiceAccount>, group: Arc<str> },
    /// `….path(…)` and `….resource(…)`
    Check { user: Option<ServiceAccount>, target: Target },
    /// `….check(…)`
    Decision(Answer),
}

impl Authz {
    pub(super) fn type_name(&self) -> &'static str {
        match self {
            Authz::Authorizer { .. } => "kubernetes.authorization.Authorizer",
            Authz::Group { .. } => "kubernetes.authorization.GroupCheck",
            Authz::Check { target: Target::Path(_), .. } => "kubernetes.authorization.PathCheck",
            Authz::Check { target: Target::Resource(_), .. } => "kubernetes.authorization.ResourceCheck",
            Authz::Decision(_) => "kubernetes.authorization.Decision",
        }
    }
}

impl ResourceTarget {
    /// A resource of a group, of which nothing else is said.
    pub fn new(group: impl Into<Arc<str>>, resource: impl Into<Arc<str>>) -> Self {
        let empty: Arc<str> = "".into();
        ResourceTarget {
            group: group.into(),
            resource: resource.into(),
            subresource: Arc::clone(&empty),
            namespace: Arc::clone(&empty),
            name: Arc::clone(&empty),
            field_selector: Arc::clone(&empty),
            label_selector: empty,
        }
    }
}
