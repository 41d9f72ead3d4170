//! Who asks, and whom bindings name.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// The group that may do everything, whatever the bindings say.
///
/// Source: `BuildAuthorizer` of the API server puts an authorizer for this group before all others.
pub const MASTERS: &str = "system:masters";
/// The group of everybody whose identity was established.
pub const AUTHENTICATED: &str = "system:authenticated";
/// The group of requests without credentials.
pub const UNAUTHENTICATED: &str = "system:unauthenticated";
/// The user of requests without credentials.
pub const ANONYMOUS: &str = "system:anonymous";
/// The group of all service accounts.
pub const SERVICE_ACCOUNTS: &str = "system:serviceaccounts";
const SERVICE_ACCOUNT: &str = "system:serviceaccount:";

/// Whom a binding names.
///
/// The user `system:serviceaccount:NS:NAME` *is* the service account: [`Subject::user`] makes one of the other, so that
/// equal identities are equal values.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// A user.
    User(Arc<str>),
    /// A group.
    Group(Arc<str>),
    /// A service account.
    ServiceAccount {
        /// Its namespace.
        namespace: Arc<str>,
        /// Its name.
        name: Arc<str>,
    },
}

impl Subject {
    /// The identity with this user name.
    pub fn user(name: &str) -> Self {
        // A namespace holds no colon: the first one ends it.
        match name.strip_prefix(SERVICE_ACCOUNT).and_then(|rest| rest.split_once(':')) {
            Some((namespace, name)) => Subject::service_account(namespace, name),
            None => Subject::User(name.into()),
        }
    }

    /// A group.
    pub fn group(name: &str) -> Self {
        Subject::Group(name.into())
    }

    /// A service account.
    pub fn service_account(namespace: &str, name: &str) -> Self {
        Subject::ServiceAccount { namespace: namespace.into(), name: name.into() }
    }

    /// The user name of it; `None` for a group.
    pub fn user_name(&self) -> Option<String> {
        match self {
            Subject::User(name) => Some(name.to_string()),
            Subject::Group(_) => None,
            Subject::ServiceAccount { namespace, name } => {
                Some(format!("{SERVICE_ACCOUNT}{namespace}:{name}"))
            }
        }
    }
}

impl fmt::Display for Subject {
    /// `User/alice`, `Group/devs`, `ServiceAccount/ns/name`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Subject::User(name) => write!(f, "User/{name}"),
            Subject::Group(name) => write!(f, "Group/{name}"),
            Subject::ServiceAccount { namespace, name } => write!(f, "ServiceAccount/{namespace}/{name}"),
        }
    }
}

/// A text that names nobody.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{text}` names no subject; write a user name, `User/NAME`, `Group/NAME` or `ServiceAccount/NAMESPACE/NAME`"
)]
pub struct NoSubject {
    text: String,
}

impl FromStr for Subject {
    type Err = NoSubject;

    /// Reads `User/…`, `Group/…`, `ServiceAccount/ns/name` (or `sa/ns/name`); everything else is a user name.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || NoSubject { text: text.to_owned() };
        let subject = match text.split_once('/') {
            Some(("User", name)) if !name.is_empty() => Subject::user(name),
            Some(("Group", name)) if !name.is_empty() => Subject::group(name),
            Some(("ServiceAccount" | "sa", rest)) => match rest.split_once('/') {
                Some((namespace, name)) if !namespace.is_empty() && !name.is_empty() => {
                    Subject::service_account(namespace, name)
                }
                _ => return Err(wrong()),
            },
            Some(("User" | "Group", _)) => return Err(wrong()),
            _ if text.is_empty() => return Err(wrong()),
            _ => Subject::user(text),
        };
        Ok(subject)
    }
}

/// An authenticated (or anonymous) client as an authorizer sees it: a name and all its groups.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserInfo {
    /// The user name; empty for an unnamed member of groups.
    pub name: String,
    /// All groups, implicit ones included.
    pub groups: Vec<String>,
}

impl UserInfo {
    /// A user with the group that every authenticated one is in.
    pub fn user(name: &str) -> Self {
        match Subject::user(name) {
            Subject::ServiceAccount { namespace, name } => UserInfo::service_account(&namespace, &name),
            _ if name == ANONYMOUS => UserInfo::anonymous(),
            _ => UserInfo { name: name.to_owned(), groups: vec![AUTHENTICATED.to_owned()] },
        }
    }

    /// A service account with its three groups.
    pub fn service_account(namespace: &str, name: &str) -> Self {
        UserInfo {
            name: format!("{SERVICE_ACCOUNT}{namespace}:{name}"),
            groups: vec![
                SERVICE_ACCOUNTS.to_owned(),
                format!("{SERVICE_ACCOUNTS}:{namespace}"),
                AUTHENTICATED.to_owned(),
            ],
        }
    }

    /// A request without credentials.
    pub fn anonymous() -> Self {
        UserInfo { name: ANONYMOUS.to_owned(), groups: vec![UNAUTHENTICATED.to_owned()] }
    }

    /// The client that a subject stands for. A group stands for a member that is nothing else: without a name, and in
    /// the groups only that every member of it is in.
    pub fn of(subject: &Subject) -> Self {
        match subject {
            Subject::User(name) => UserInfo::user(name),
            Subject::ServiceAccount { namespace, name } => UserInfo::service_account(namespace, name),
            Subject::Group(name) => UserInfo { name: String::new(), groups: Vec::new() }.in_group(name),
        }
    }

    /// The same client as a member of one more group, and of those that come with it.
    #[must_use]
    pub fn in_group(mut self, group: &str) -> Self {
        let mut groups = vec![group];
        if group.strip_prefix(SERVICE_ACCOUNTS).is_some_and(|rest| rest.starts_with(':')) {
            groups.push(SERVICE_ACCOUNTS);
        }
        if group != UNAUTHENTICATED && !self.groups.iter().any(|own| own == UNAUTHENTICATED) {
            groups.push(AUTHENTICATED);
        }
        for group in groups {
            if !self.groups.iter().any(|own| own == group) {
                self.groups.push(group.to_owned());
            }
        }
        self
    }

    /// The identities whose bindings apply to the client: itself, then its groups.
    pub fn subjects(&self) -> impl Iterator<Item = Subject> {
        let own = (!self.name.is_empty()).then(|| Subject::user(&self.name));
        own.into_iter().chain(self.groups.iter().map(|group| Subject::group(group)))
    }

    /// Whether it may do everything.
    pub fn is_master(&self) -> bool {
        self.groups.iter().any(|group| group == MASTERS)
    }
}
