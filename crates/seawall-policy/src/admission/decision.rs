//! What is answered.

use std::sync::Arc;

use seawall_yaml::Tree;

/// Why a request is refused, as a status carries it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// 403
    Forbidden,
    /// 422
    Invalid,
    /// 413
    RequestEntityTooLarge,
    /// 404
    NotFound,
    /// 500: the policy could not be judged.
    InternalError,
}

impl Reason {
    /// As a status spells it (`metav1.StatusReason`).
    pub fn name(self) -> &'static str {
        match self {
            Reason::Forbidden => "Forbidden",
            Reason::Invalid => "Invalid",
            Reason::RequestEntityTooLarge => "RequestEntityTooLarge",
            Reason::NotFound => "NotFound",
            Reason::InternalError => "InternalError",
        }
    }

    /// The HTTP code that belongs to it.
    pub fn code(self) -> u16 {
        match self {
            Reason::Forbidden => 403,
            Reason::NotFound => 404,
            Reason::RequestEntityTooLarge => 413,
            Reason::Invalid => 422,
            Reason::InternalError => 500,
        }
    }
}

/// One refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denial {
    /// The policy that refuses, and the binding through which it acts where it has one.
    pub policy: Arc<str>,
    /// The binding; empty for policies that have none.
    pub binding: Arc<str>,
    /// HTTP code of the answer.
    pub code: u16,
    /// The machine's word for it.
    pub reason: Reason,
    /// What the user reads, without the resource that the API server says before it ([`Denial::status`]).
    pub message: String,
}

impl Denial {
    /// The whole message, as the API server's own status has it: refusals by policies that validate name the resource.
    pub fn status(&self, request: &super::Request<'_>) -> String {
        if self.message.starts_with("ValidatingAdmissionPolicy ") {
            return request.forbidden(&self.message);
        }
        self.message.clone()
    }
}

/// A policy that could not be judged: never a pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotJudged {
    /// The policy.
    pub policy: String,
    /// The binding; empty when it is the policy itself.
    pub binding: String,
    /// What is not known.
    pub reason: String,
}

/// What a policy says and what refuses nothing and warns nobody, in any mode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The policy.
    pub policy: Arc<str>,
    /// Why it is only noted, in a word.
    pub reason: &'static str,
    /// What is wrong.
    pub message: String,
    /// Whether an annotation of the audit event says it anyway.
    pub annotated: bool,
}

/// What a failed validation leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// The request is refused.
    Deny,
    /// The client is warned.
    Warn,
    /// The audit event says it.
    Audit,
}

impl Action {
    /// As a binding spells it.
    pub fn name(self) -> &'static str {
        match self {
            Action::Deny => "Deny",
            Action::Warn => "Warn",
            Action::Audit => "Audit",
        }
    }

    /// The one of this name.
    pub fn of(name: &str) -> Option<Self> {
        [Action::Deny, Action::Warn, Action::Audit].into_iter().find(|action| action.name() == name)
    }
}

/// A validation that is false or failed, whatever it leads to: what refusals, warnings and annotations are made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The policy.
    pub policy: Arc<str>,
    /// The binding through which it acts.
    pub binding: Arc<str>,
    /// Which of the policy's validations; the first one stands for a policy that failed as a whole.
    pub validation: usize,
    /// What it leads to.
    pub actions: Arc<[Action]>,
    /// What is wrong.
    pub message: Arc<str>,
}

/// What all policies together say about one request.
#[derive(Clone, Debug, Default)]
pub struct Decision {
    /// The refusals, the one that decides the answer first; empty: allowed.
    pub denials: Vec<Denial>,
    /// The validations that are not met, in order.
    pub failures: Vec<Failure>,
    /// Warnings for the client, in order.
    pub warnings: Vec<String>,
    /// What is only noted.
    pub noted: Vec<Note>,
    /// Annotations of the audit event, by full key, in order.
    pub audit_annotations: Vec<(String, String)>,
    /// The object after mutation; `None` when nothing changed it.
    pub object: Option<Tree>,
    /// The policies that changed it, each once, in the order in which they did.
    pub changed: Vec<String>,
    /// The policies that could not be judged for want of knowledge. Whoever admits by this decision must say what that
    /// means; a real API server never lacks it.
    pub not_judged: Vec<NotJudged>,
}

impl Decision {
    /// Whether nothing refuses the request; what was not judged does not.
    pub fn is_allowed(&self) -> bool {
        self.denials.is_empty()
    }
}
