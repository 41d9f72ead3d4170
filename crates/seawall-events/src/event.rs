//! One audit event.

use std::borrow::Cow;
use std::fmt;

use crate::Time;

/// How much of a request the audit policy records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Unset, or a level that does not exist.
    #[default]
    None,
    /// Who, what, when; no bodies.
    Metadata,
    /// And the body of the request.
    Request,
    /// And the body of the response.
    RequestResponse,
}

/// When in the life of a request the event was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Unset, or a stage that does not exist.
    #[default]
    Unknown,
    /// Before the request was handled; nothing is known of its outcome.
    RequestReceived,
    /// The head of the response was sent: watches, exec and other long-running requests only.
    ResponseStarted,
    /// The response is complete.
    ResponseComplete,
    /// The handler panicked.
    Panic,
}

/// What the authorizer said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Decision {
    /// The request was authorized; admission may still have refused it.
    Allow,
    /// It was not.
    Forbid,
}

/// Who asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct User<'a> {
    /// The name; empty when the request was not authenticated.
    pub username: Cow<'a, str>,
    /// The id, which survives a change of the name.
    pub uid: Cow<'a, str>,
    /// The groups, implicit ones included.
    pub groups: Vec<Cow<'a, str>>,
    /// Further attributes by key, for example `authentication.kubernetes.io/pod-name`.
    pub extra: Vec<(Cow<'a, str>, Vec<Cow<'a, str>>)>,
}

/// The object that a request is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ObjectRef<'a> {
    /// The resource in plural, for example `pods`.
    pub resource: Cow<'a, str>,
    /// The part of it, for example `exec`; empty for the whole.
    pub subresource: Cow<'a, str>,
    /// The API group; empty for the core.
    pub group: Cow<'a, str>,
    /// The version within the group.
    pub version: Cow<'a, str>,
    /// The namespace; empty when the request has none.
    pub namespace: Cow<'a, str>,
    /// The name; empty when the request has none. In the event of an accepted `create` the server adds the name of what
    /// was created, which the authorizer had not seen: see [`Event::request`].
    pub name: Cow<'a, str>,
}

/// One audit event. Texts borrow from the log unless an escape had to be decoded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Event<'a> {
    /// The line of the log on which it begins, from 1.
    pub line: u32,
    /// The id of the request: the same at all its stages.
    pub audit_id: Cow<'a, str>,
    /// How much the policy recorded.
    pub level: Level,
    /// When in the life of the request it was written.
    pub stage: Stage,
    /// The verb; for requests about no resource the HTTP method in lower case.
    pub verb: Cow<'a, str>,
    /// Path and query as the client sent them.
    pub request_uri: Cow<'a, str>,
    /// Who asked.
    pub user: User<'a>,
    /// As whom, when the client impersonated somebody.
    pub impersonated: Option<Box<User<'a>>>,
    /// What it is about; `None` for requests about no resource.
    pub object: Option<Box<ObjectRef<'a>>>,
    /// The code of the response.
    pub code: Option<u16>,
    /// The reason in the response's status, for example `Forbidden`.
    pub reason: Cow<'a, str>,
    /// The chain of addresses: the last is the peer, the ones before it are what the client claims.
    pub source_ips: Vec<Cow<'a, str>>,
    /// What the client says it is.
    pub user_agent: Cow<'a, str>,
    /// When the request arrived.
    pub received: Time<'a>,
    /// When this stage was reached.
    pub stage_time: Time<'a>,
    /// What authorization, admission and policies noted.
    pub annotations: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    /// The body of the request; of a patch it is the patch and no object.
    pub request_body: Option<Body<'a>>,
    /// The body of the response: the object after the request, or a `Status`.
    pub response_body: Option<Body<'a>>,
}

/// A body as it stands in the log, unread: JSON, if it is well-formed. It may hold secrets, so it is not shown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Body<'a>(pub(crate) &'a str);

impl<'a> Body<'a> {
    /// The text.
    pub fn text(self) -> &'a str {
        self.0
    }
}

impl fmt::Debug for Body<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Body({} bytes)", self.0.len())
    }
}

impl<'a> Event<'a> {
    /// The user whose rights count: the impersonated one if there is one.
    pub fn effective_user(&self) -> &User<'a> {
        self.impersonated.as_deref().unwrap_or(&self.user)
    }

    /// The value of an annotation.
    pub fn annotation(&self, key: &str) -> Option<&str> {
        self.annotations.iter().find(|(name, _)| name == key).map(|(_, value)| &**value)
    }

    /// What the authorizer said, when the event tells: by its annotation, or where the policy leaves that out by a code
    /// 403. `None` for a request that no authorizer saw (401) or whose outcome is not known yet.
    pub fn decision(&self) -> Option<Decision> {
        match (self.annotation("authorization.k8s.io/decision"), self.code) {
            (Some("allow"), _) => Some(Decision::Allow),
            (Some("forbid"), _) => Some(Decision::Forbid),
            (_, Some(403)) => Some(Decision::Forbid),
            (_, Some(401) | None) => None,
            (_, Some(_)) => Some(Decision::Allow),
        }
    }

    /// Why the authorizer said so: for RBAC the binding, the role and the subject.
    pub fn decision_reason(&self) -> Option<&str> {
        self.annotation("authorization.k8s.io/reason").filter(|reason| !reason.is_empty())
    }

    /// Whether the client asked that nothing be changed.
    pub fn is_dry_run(&self) -> bool {
        let query = self.request_uri.split_once('?').map_or("", |(_, query)| query);
        query.split('&').any(|pair| pair == "dryRun=All")
    }

    /// When it happened, in microseconds since 1970: of the stage, or else of the request.
    pub fn micros(&self) -> Option<i64> {
        self.stage_time.micros.or(self.received.micros)
    }
}
