//! Whose rights are a tenant's.
//!
//! A tenant's own identities are the service accounts of its namespaces, and the users and groups that bindings of its
//! namespaces name and no binding of the other's does. Who is named in both is shared. Who is everybody (all service
//! accounts, all that are authenticated, all that are not) is each tenant's.

use std::collections::{BTreeMap, BTreeSet};

use seawall_rbac::{
    ANONYMOUS, AUTHENTICATED, Binding, Rbac, SERVICE_ACCOUNTS, Scope, Subject, SubjectId, UNAUTHENTICATED,
};

use super::Tenant;

/// The identities of two tenants.
pub(super) struct Identities {
    pub(super) a: BTreeMap<Subject, SubjectId>,
    pub(super) b: BTreeMap<Subject, SubjectId>,
    /// Users and groups that both name, with the bindings.
    pub(super) shared: Vec<String>,
}

impl Identities {
    pub(super) fn of(rbac: &Rbac, a: &Tenant, b: &Tenant) -> Self {
        let mut all = Identities { a: BTreeMap::new(), b: BTreeMap::new(), shared: Vec::new() };
        for (subject, bindings) in rbac.named_subjects() {
            let Some(id) = rbac.subject_id(subject) else { continue };
            if let Some(namespace) = home(subject) {
                if a.has(namespace) {
                    all.a.insert(subject.clone(), id);
                } else if b.has(namespace) {
                    all.b.insert(subject.clone(), id);
                }
                continue;
            }
            if is_everybody(subject) {
                all.a.insert(subject.clone(), id);
                all.b.insert(subject.clone(), id);
                continue;
            }
            if is_foreign(subject) {
                continue;
            }
            let (mut in_a, mut in_b) = (BTreeSet::new(), BTreeSet::new());
            for binding in bindings {
                let Scope::Namespace(namespace) = binding.scope() else { continue };
                let namespace = rbac.text(namespace);
                let name = || rbac.binding_name(binding).to_string();
                if a.has(namespace) {
                    in_a.insert(name());
                } else if b.has(namespace) {
                    in_b.insert(name());
                }
            }
            match (in_a.first(), in_b.first()) {
                (Some(one), Some(other)) => {
                    all.shared.push(format!("{subject}, bound by {one} and {other}"));
                }
                (Some(_), None) => drop(all.a.insert(subject.clone(), id)),
                (None, Some(_)) => drop(all.b.insert(subject.clone(), id)),
                (None, None) => {}
            }
        }
        all.shared.sort();
        all
    }

    /// Each direction: whose identities, of which tenant, towards which.
    pub(super) fn ways<'t>(
        &'t self,
        a: &'t Tenant,
        b: &'t Tenant,
    ) -> [(&'t BTreeMap<Subject, SubjectId>, &'t Tenant, &'t Tenant); 2] {
        [(&self.a, a, b), (&self.b, b, a)]
    }
}

/// The namespace that an identity is of: a service account, or all service accounts of one.
fn home(subject: &Subject) -> Option<&str> {
    match subject {
        Subject::ServiceAccount { namespace, .. } => Some(namespace),
        Subject::Group(name) => name.strip_prefix(SERVICE_ACCOUNTS)?.strip_prefix(':'),
        Subject::User(_) => None,
    }
}

/// Whether an identity is that of anybody.
pub(super) fn is_everybody(subject: &Subject) -> bool {
    match subject {
        Subject::Group(name) => [AUTHENTICATED, UNAUTHENTICATED, SERVICE_ACCOUNTS].contains(&&**name),
        Subject::User(name) => **name == *ANONYMOUS,
        Subject::ServiceAccount { .. } => false,
    }
}

/// Whether an identity is one of the control plane's, never of a tenant.
fn is_foreign(subject: &Subject) -> bool {
    let (Subject::User(name) | Subject::Group(name)) = subject else { return false };
    name.starts_with("system:")
}

/// How an identity is called in a witness.
pub(super) fn called(subject: &Subject, tenant: &Tenant) -> String {
    if is_everybody(subject) {
        format!("everybody of `{}`, as {subject}", tenant.text())
    } else {
        subject.to_string()
    }
}

/// Whether a binding grants what every control plane grants.
pub(super) fn is_default(rbac: &Rbac, binding: &Binding) -> bool {
    binding.is_expected() && rbac.role_of(binding).is_none_or(seawall_rbac::Role::is_expected)
}
