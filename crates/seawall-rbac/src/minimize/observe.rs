//! What a subject asked for, gathered from audit events.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use seawall_events::{Action, Decision, Event, Stage, User};

use crate::{AUTHENTICATED, Request, SERVICE_ACCOUNTS, Subject, UNAUTHENTICATED};

/// Distinct requests of a subject that are kept; more are counted, and the result says so.
const MAX_REQUESTS: usize = 100_000;
/// Long-running requests whose end is waited for; beyond, one may count twice.
const MAX_STARTED: usize = 1_000_000;
/// Names of other subjects that are remembered, to say which there are.
const MAX_SUBJECTS: usize = 1_000;

/// A request that was seen, and how often.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observed {
    /// The request, as the authorizer saw it.
    pub request: Request,
    /// How often it was authorized.
    pub allowed: u64,
    /// How often it was refused.
    pub denied: u64,
    /// When it was first seen, in microseconds since 1970.
    pub first: Option<i64>,
    /// When it was last seen.
    pub last: Option<i64>,
    /// The audit id of the last one.
    pub audit_id: String,
}

/// Everything that was seen of a subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observations {
    /// Whom it is about.
    pub subject: Subject,
    /// The groups that it was seen in.
    pub groups: BTreeSet<String>,
    /// The distinct requests, in a fixed order.
    pub requests: Vec<Observed>,
    /// Distinct requests that were too many to be kept.
    pub left_out: u64,
    /// How many requests were authorized without RBAC: by the Node authorizer, a webhook, or for `system:masters`.
    pub not_by_rbac: u64,
    /// The first and the last point in time of the whole log, whoever asked.
    pub window: Option<(i64, i64)>,
    /// Events of the whole log.
    pub events: u64,
    /// User names that occur in the log, with their number of events; not all when there are very many.
    pub users: BTreeMap<String, u64>,
}

/// Gathers the requests of one subject from events in any order.
#[derive(Debug)]
pub struct Recorder {
    subject: Subject,
    user_name: Option<String>,
    groups: BTreeSet<String>,
    requests: HashMap<Request, Tally>,
    /// Long-running requests that were counted when they started; they are seen once more at their end.
    started: HashSet<String>,
    left_out: u64,
    not_by_rbac: u64,
    window: Option<(i64, i64)>,
    events: u64,
    users: BTreeMap<String, u64>,
}

#[derive(Clone, Debug, Default)]
struct Tally {
    allowed: u64,
    denied: u64,
    first: Option<i64>,
    last: Option<i64>,
    audit_id: String,
}

impl Recorder {
    /// A recorder for a subject; a group stands for all its members.
    pub fn new(subject: Subject) -> Self {
        Recorder {
            user_name: subject.user_name(),
            subject,
            groups: BTreeSet::new(),
            requests: HashMap::new(),
            started: HashSet::new(),
            left_out: 0,
            not_by_rbac: 0,
            window: None,
            events: 0,
            users: BTreeMap::new(),
        }
    }

    /// Takes one event.
    pub fn add(&mut self, event: &Event<'_>) {
        self.events += 1;
        if let Some(at) = event.micros() {
            let (first, last) = self.window.unwrap_or((at, at));
            self.window = Some((first.min(at), last.max(at)));
        }
        let effective = event.effective_user();
        self.count_user(&effective.username);
        // The request is not decided yet.
        if event.stage == Stage::RequestReceived {
            return;
        }
        if self.is(effective) && self.is_new(event) {
            self.groups.extend(effective.groups.iter().map(|group| group.to_string()));
            if let (Some(request), Some(decision)) = (event.request(), event.decision()) {
                let by_rbac = event.decision_reason().is_none_or(|reason| reason.starts_with("RBAC:"));
                let masters = effective.groups.iter().any(|group| group == crate::MASTERS);
                self.not_by_rbac += u64::from(decision == Decision::Allow && (masters || !by_rbac));
                self.record(owned(&request), decision, event);
            }
        } else if event.impersonated.is_some() && self.is(&event.user) && self.is_new(event) {
            self.groups.extend(event.user.groups.iter().map(|group| group.to_string()));
            for request in impersonation(effective) {
                self.record(request, Decision::Allow, event);
            }
        }
    }

    /// Everything seen so far.
    pub fn finish(self) -> Observations {
        let mut requests: Vec<Observed> = self
            .requests
            .into_iter()
            .map(|(request, Tally { allowed, denied, first, last, audit_id })| Observed {
                request,
                allowed,
                denied,
                first,
                last,
                audit_id,
            })
            .collect();
        requests.sort_by(|a, b| order(&a.request).cmp(&order(&b.request)));
        Observations {
            subject: self.subject,
            groups: self.groups,
            requests,
            left_out: self.left_out,
            not_by_rbac: self.not_by_rbac,
            window: self.window,
            events: self.events,
            users: self.users,
        }
    }

    fn is(&self, user: &User<'_>) -> bool {
        match (&self.user_name, &self.subject) {
            (Some(name), _) => user.username == *name,
            (None, Subject::Group(group)) => user.groups.iter().any(|own| **own == **group),
            (None, _) => false,
        }
    }

    /// Whether the request was not counted at its start already.
    fn is_new(&mut self, event: &Event<'_>) -> bool {
        match event.stage {
            Stage::ResponseStarted if self.started.len() >= MAX_STARTED => true,
            Stage::ResponseStarted => self.started.insert(event.audit_id.to_string()),
            _ => !self.started.remove(&*event.audit_id),
        }
    }

    fn count_user(&mut self, name: &str) {
        if let Some(count) = self.users.get_mut(name) {
            *count += 1;
        } else if self.users.len() < MAX_SUBJECTS && !name.is_empty() {
            self.users.insert(name.to_owned(), 1);
        }
    }

    fn record(&mut self, request: Request, decision: Decision, event: &Event<'_>) {
        if self.requests.len() >= MAX_REQUESTS && !self.requests.contains_key(&request) {
            self.left_out += 1;
            return;
        }
        let tally = self.requests.entry(request).or_default();
        match decision {
            Decision::Allow => tally.allowed += 1,
            Decision::Forbid => tally.denied += 1,
        }
        let at = event.micros();
        if tally.audit_id.is_empty() || at >= tally.last {
            tally.audit_id = event.audit_id.to_string();
        }
        tally.first = [tally.first, at].into_iter().flatten().min();
        tally.last = tally.last.max(at);
    }
}

/// The request as this room writes it.
pub(crate) fn owned(request: &seawall_events::Request<'_>) -> Request {
    match &request.action {
        Action::Resource { group, resource, subresource, namespace, name } => {
            Request::Resource(crate::ResourceRequest {
                verb: request.verb.to_owned(),
                group: (*group).to_owned(),
                resource: (*resource).to_owned(),
                subresource: (*subresource).to_owned(),
                namespace: (*namespace).to_owned(),
                name: (*name).to_owned(),
            })
        }
        Action::Path(path) => Request::path(request.verb, path),
    }
}

/// What the authorizer was asked before the client could act as somebody else. The groups that the server adds by itself
/// were not asked for (`WithImpersonation`, apiserver `pkg/endpoints/filters`).
pub(crate) fn impersonation(user: &User<'_>) -> Vec<Request> {
    const AUTHENTICATION: &str = "authentication.k8s.io";
    let name = &*user.username;
    let mut requests = vec![match Subject::user(name) {
        Subject::ServiceAccount { namespace, name } => {
            Request::resource("impersonate", "", "serviceaccounts").in_namespace(&namespace).named(&name)
        }
        _ => Request::resource("impersonate", "", "users").named(name),
    }];
    let implicit = |group: &str| {
        matches!(group, AUTHENTICATED | UNAUTHENTICATED | SERVICE_ACCOUNTS)
            || group.strip_prefix(SERVICE_ACCOUNTS).is_some_and(|rest| rest.starts_with(':'))
    };
    for group in user.groups.iter().filter(|group| !implicit(group)) {
        requests.push(Request::resource("impersonate", "", "groups").named(group));
    }
    if !user.uid.is_empty() {
        requests.push(Request::resource("impersonate", AUTHENTICATION, "uids").named(&user.uid));
    }
    for (key, values) in &user.extra {
        for value in values {
            let resource = format!("userextras/{key}");
            requests.push(Request::resource("impersonate", AUTHENTICATION, &resource).named(value));
        }
    }
    requests
}

/// Resources before paths, by group, resource, verb and place.
fn order(request: &Request) -> (bool, [&str; 6]) {
    match request {
        Request::Resource(r) => {
            (false, [&r.group, &r.resource, &r.subresource, &r.verb, &r.namespace, &r.name])
        }
        Request::NonResource { verb, path } => (true, [verb, path, "", "", "", ""]),
    }
}
