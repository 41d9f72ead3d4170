//! The authorizer that expressions ask, over the cluster's own rules.
//!
//! Invariant: a right that is found is certain; one that is not found is a doubt unless every rule is here.
//! Source: `pkg/cel/library/authz.go`; the words of a reason are those of `pkg/registry/rbac/validation/rule.go`.

use std::cell::{OnceCell, RefCell};

use seawall_rbac::{Decision, Grant, Rbac, Request, ResourceRequest, SERVICE_ACCOUNTS, Subject, UserInfo};

use super::world::World;
use crate::admission::User;
use crate::cel::{Answer, Attributes, Authorizer, Target};

/// Why what was judged may be wrong: something was asked that is not known.
#[derive(Debug, Default)]
pub(crate) struct Doubt(RefCell<Option<String>>);

impl Doubt {
    /// Notes what is not known; the first one counts.
    pub(crate) fn cast(&self, reason: impl Into<String>) {
        self.0.borrow_mut().get_or_insert_with(|| reason.into());
    }

    /// What was noted since this was last asked.
    pub(crate) fn take(&self) -> Option<String> {
        self.0.take()
    }
}

/// Answers for one request.
#[derive(Debug)]
pub(crate) struct Rights<'a> {
    user: &'a User<'a>,
    world: &'a World<'a>,
    doubt: &'a Doubt,
    /// Made when something is first asked.
    asker: OnceCell<UserInfo>,
}

impl<'a> Rights<'a> {
    /// For the user of a request.
    pub(crate) fn new(user: &'a User<'a>, world: &'a World<'a>, doubt: &'a Doubt) -> Self {
        Rights { user, world, doubt, asker: OnceCell::new() }
    }

    fn asker(&self) -> &UserInfo {
        self.asker.get_or_init(|| UserInfo {
            name: self.user.name.to_owned(),
            groups: self.user.groups.iter().map(|group| (*group).to_owned()).collect(),
        })
    }
}

impl Authorizer for Rights<'_> {
    fn doubt(&self, reason: &str) {
        self.doubt.cast(reason);
    }

    fn check(&self, attributes: Attributes<'_>) -> Answer {
        let Some(rbac) = self.world.rbac() else {
            self.doubt.cast("it asks for rights, and the roles of the cluster are not known");
            return Answer::default();
        };
        let account = attributes.user.map(|account| {
            let namespace = &account.namespace;
            UserInfo {
                name: format!("system:serviceaccount:{namespace}:{}", account.name),
                groups: vec![SERVICE_ACCOUNTS.to_owned(), format!("{SERVICE_ACCOUNTS}:{namespace}")],
            }
        });
        let request = match attributes.target {
            Target::Path(path) => {
                Request::NonResource { verb: attributes.verb.to_owned(), path: path.to_string() }
            }
            Target::Resource(target) => Request::Resource(ResourceRequest {
                verb: attributes.verb.to_owned(),
                group: target.group.to_string(),
                resource: target.resource.to_string(),
                subresource: target.subresource.to_string(),
                namespace: target.namespace.to_string(),
                name: target.name.to_string(),
            }),
        };
        match rbac.allows(account.as_ref().unwrap_or_else(|| self.asker()), &request) {
            Decision::Allowed(grant) => Answer { allowed: true, reason: reason(rbac, grant), error: None },
            Decision::NotAllowed => {
                if !self.world.rights_are_complete() {
                    self.doubt
                        .cast("it asks for rights, and not all roles and bindings of the cluster are known");
                }
                Answer::default()
            }
        }
    }
}

fn reason(rbac: &Rbac, grant: Grant) -> String {
    let Grant::Rule { binding, subject, .. } = grant else { return String::new() };
    let (Some(binding), Some(subject)) = (rbac.binding(binding), rbac.subject(subject)) else {
        return String::new();
    };
    let within = |name: &str, namespace: Option<&str>| match namespace {
        Some(namespace) => format!("{name}/{namespace}"),
        None => name.to_owned(),
    };
    let named = rbac.binding_name(binding);
    let role = binding.role().map(|role| rbac.role_name(role));
    let (role_kind, role_name) = role.map_or(("", ""), |role| (role.kind, role.name));
    let subject = match subject {
        Subject::User(name) => format!("User {name:?}"),
        Subject::Group(name) => format!("Group {name:?}"),
        Subject::ServiceAccount { namespace, name } => format!("ServiceAccount \"{name}/{namespace}\""),
    };
    let name = within(named.name, named.namespace);
    format!("RBAC: allowed by {} {name:?} of {role_kind} {role_name:?} to {subject}", named.kind)
}
