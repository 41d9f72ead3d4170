//! The requests of all clients, gathered from audit events.

use std::collections::{BTreeSet, HashMap, HashSet};

use seawall_events::{Decision, Event, Stage, User};

use crate::minimize::{Observations, Observed, impersonation, owned};
use crate::model::{Binding, Rbac};
use crate::{Request, Scope, Subject, UserInfo};

/// Distinct requests that are kept; more are counted, and the result says so.
const MAX_REQUESTS: usize = 1_000_000;
/// Long-running requests whose end is waited for; beyond, one may count twice.
const MAX_STARTED: usize = 1_000_000;

/// How often one client made one request that was authorized.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) allowed: u64,
    first: Option<i64>,
    pub(super) last: Option<i64>,
    audit_id: String,
}

/// Gathers the requests that RBAC authorized, from events in any order.
#[derive(Debug, Default)]
pub struct ClientRecorder {
    /// A name with its groups, and its number.
    clients: HashMap<(String, Vec<String>), usize>,
    requests: HashMap<(usize, Request), Tally>,
    /// Requests that were counted when they started; they are seen once more at their end.
    started: HashSet<String>,
    left_out: u64,
    window: Option<(i64, i64)>,
    events: u64,
}

/// The distinct requests of a log that RBAC authorized.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Requests {
    pub(super) clients: Vec<UserInfo>,
    /// In a fixed order.
    pub(super) list: Vec<(usize, Request, Tally)>,
    /// The first and the last point in time of the log, in microseconds since 1970.
    pub window: Option<(i64, i64)>,
    /// Events of the log.
    pub events: u64,
    /// Requests that were too many to be kept.
    pub left_out: u64,
}

impl ClientRecorder {
    /// Takes one event.
    pub fn add(&mut self, event: &Event<'_>) {
        self.events += 1;
        if let Some(at) = event.micros() {
            let (first, last) = self.window.unwrap_or((at, at));
            self.window = Some((first.min(at), last.max(at)));
        }
        // The request is not decided yet, or was refused.
        if event.stage == Stage::RequestReceived || !self.is_new(event) {
            return;
        }
        let effective = event.effective_user();
        if event.impersonated.is_some() {
            // Acting as somebody else was allowed, whatever came of the request.
            for request in impersonation(effective) {
                self.record(&event.user, request, event);
            }
        }
        let by_rbac = event.decision_reason().is_none_or(|reason| reason.starts_with("RBAC:"));
        if event.decision() == Some(Decision::Allow)
            && by_rbac
            && let Some(request) = event.request()
        {
            self.record(effective, owned(&request), event);
        }
    }

    /// Everything seen so far.
    pub fn finish(self) -> Requests {
        let mut clients: Vec<((String, Vec<String>), usize)> = self.clients.into_iter().collect();
        clients.sort_by_key(|(_, number)| *number);
        let clients = clients.into_iter().map(|((name, groups), _)| UserInfo { name, groups }).collect();
        let mut list: Vec<(usize, Request, Tally)> =
            self.requests.into_iter().map(|((client, request), tally)| (client, request, tally)).collect();
        list.sort_by_cached_key(|(client, request, _)| (*client, request.to_string()));
        Requests { clients, list, window: self.window, events: self.events, left_out: self.left_out }
    }

    /// Whether the request was not counted at its start already.
    fn is_new(&mut self, event: &Event<'_>) -> bool {
        match event.stage {
            Stage::ResponseStarted if self.started.len() >= MAX_STARTED => true,
            Stage::ResponseStarted => self.started.insert(event.audit_id.to_string()),
            _ => !self.started.remove(&*event.audit_id),
        }
    }

    fn record(&mut self, user: &User<'_>, request: Request, event: &Event<'_>) {
        // No binding gives or takes what this group may do.
        if user.groups.iter().any(|group| group == crate::MASTERS) {
            return;
        }
        let mut groups: Vec<String> = user.groups.iter().map(|group| group.to_string()).collect();
        groups.sort();
        groups.dedup();
        let next = self.clients.len();
        let client = *self.clients.entry((user.username.to_string(), groups)).or_insert(next);
        let key = (client, request);
        if self.requests.len() >= MAX_REQUESTS && !self.requests.contains_key(&key) {
            self.left_out += 1;
            return;
        }
        let tally = self.requests.entry(key).or_default();
        tally.allowed += 1;
        let at = event.micros();
        if tally.audit_id.is_empty() || at >= tally.last {
            tally.audit_id = event.audit_id.to_string();
        }
        tally.first = [tally.first, at].into_iter().flatten().min();
        tally.last = tally.last.max(at);
    }
}

impl Requests {
    /// What one subject of a binding did that the binding allows, as observations of that subject.
    pub fn through(&self, rbac: &Rbac, binding: &Binding, subject: &Subject) -> Observations {
        let mut groups = BTreeSet::new();
        let mut found: HashMap<&Request, Observed> = HashMap::new();
        for (client, request, tally) in &self.list {
            let Some(user) = self.clients.get(*client).filter(|user| is(user, subject)) else { continue };
            if !allowed_by(rbac, binding, request) {
                continue;
            }
            groups.extend(user.groups.iter().cloned());
            let observed = found.entry(request).or_insert_with(|| Observed {
                request: request.clone(),
                allowed: 0,
                denied: 0,
                first: None,
                last: None,
                audit_id: tally.audit_id.clone(),
            });
            observed.allowed += tally.allowed;
            observed.first = [observed.first, tally.first].into_iter().flatten().min();
            observed.last = observed.last.max(tally.last);
        }
        let mut requests: Vec<Observed> = found.into_values().collect();
        requests.sort_by_cached_key(|observed| observed.request.to_string());
        Observations {
            subject: subject.clone(),
            groups,
            requests,
            left_out: self.left_out,
            not_by_rbac: 0,
            window: self.window,
            events: self.events,
            users: std::collections::BTreeMap::new(),
        }
    }
}

/// Whether a client is a subject, or a member of it.
fn is(user: &UserInfo, subject: &Subject) -> bool {
    match subject {
        Subject::Group(group) => user.groups.iter().any(|own| **own == **group),
        own => own.user_name().is_some_and(|name| name == user.name),
    }
}

fn allowed_by(rbac: &Rbac, binding: &Binding, request: &Request) -> bool {
    let here = match binding.scope() {
        Scope::Cluster => true,
        Scope::Namespace(namespace) => request.namespace() == Some(rbac.text(namespace)),
    };
    here && !rbac.granting_rules(binding, request).is_empty()
}
