//! What `authorizer…check(verb)` asks, and who answers.
//!
//! Invariant: nothing is decided here. Source: `k8s.io/apiserver/pkg/cel/library/authz.go`.

use std::sync::Arc;

/// Who asks, when it is not the user of the request: `authorizer.serviceAccount(namespace, name)`. Its groups are those of
/// service accounts and of its namespace's service accounts, and no other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceAccount {
    /// Its namespace.
    pub namespace: Arc<str>,
    /// Its name.
    pub name: Arc<str>,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Something that is no resource.
    Path(Arc<str>),
    /// A resource.
    Resource(ResourceTarget),
}

/// A resource in a check; what is not said is empty. The version is any.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "fields say what they are")]
pub struct ResourceTarget {
    pub group: Arc<str>,
    pub resource: Arc<str>,
    pub subresource: Arc<str>,
    pub namespace: Arc<str>,
    pub name: Arc<str>,
    /// As it is written; one that is no selector counts as none.
    pub field_selector: Arc<str>,
    /// As it is written; one that is no selector counts as none.
    pub label_selector: Arc<str>,
}

/// One question.
#[derive(Clone, Copy, Debug)]
pub struct Attributes<'q> {
    /// Whose right is asked for; `None`: that of the request's user.
    pub user: Option<&'q ServiceAccount>,
    /// What is to be done.
    pub verb: &'q str,
    /// To what.
    pub target: &'q Target,
}

/// One answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// Whether it may be done.
    pub allowed: bool,
    /// Why.
    pub reason: String,
    /// What went wrong on the way; an answer can have an error and still allow.
    pub error: Option<String>,
}

/// Who answers.
pub trait Authorizer {
    /// May this be done?
    fn check(&self, attributes: Attributes<'_>) -> Answer;

    /// Hears why what an expression says is in doubt: it depends on something else that is not known here.
    fn doubt(&self, _reason: &str) {}
}
