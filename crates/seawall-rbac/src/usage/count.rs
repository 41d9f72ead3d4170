//! How often each binding, rule and client was used.

use std::collections::{BTreeMap, HashMap};

use super::record::{Requests, Tally};
use crate::model::{BindingId, Rbac, RoleId};
use crate::{Subject, UserInfo};

/// How often something was used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Use {
    /// Authorized requests that it allows.
    pub count: u64,
    /// Those that nothing else allows to who made them.
    pub needed: u64,
    /// When the last was made, in microseconds since 1970.
    pub last: Option<i64>,
    /// Who made it.
    pub by: String,
    /// Everybody who did, with how often.
    pub users: BTreeMap<String, u64>,
}

/// The use of all rights in the time of a log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    bindings: HashMap<BindingId, Use>,
    rules: HashMap<(RoleId, u32), Use>,
    clients: HashMap<String, Use>,
    /// The first and the last point in time of the log, in microseconds since 1970.
    pub window: Option<(i64, i64)>,
    /// Events of the log.
    pub events: u64,
}

impl Use {
    fn add(&mut self, user: &UserInfo, tally: &Tally, needed: bool) {
        self.count += tally.allowed;
        if needed {
            self.needed += tally.allowed;
        }
        if self.by.is_empty() || tally.last > self.last {
            self.last = tally.last;
            self.by.clone_from(&user.name);
        }
        *self.users.entry(user.name.clone()).or_default() += tally.allowed;
    }
}

impl Usage {
    /// Gives each request to what allows it.
    pub fn of(rbac: &Rbac, requests: &Requests) -> Usage {
        let mut usage = Usage { window: requests.window, events: requests.events, ..Usage::default() };
        for (client, request, tally) in &requests.list {
            let Some(user) = requests.clients.get(*client) else { continue };
            usage.clients.entry(user.name.clone()).or_default().add(user, tally, true);
            let granting = granting(rbac, user, request);
            let alone = granting.len() == 1;
            for (binding, role, rules) in granting {
                usage.bindings.entry(binding).or_default().add(user, tally, alone);
                let only = alone && rules.len() == 1;
                for rule in rules {
                    usage.rules.entry((role, rule)).or_default().add(user, tally, only);
                }
            }
        }
        usage
    }

    /// The use of a binding; none when it was never used.
    pub fn of_binding(&self, binding: BindingId) -> Option<&Use> {
        self.bindings.get(&binding)
    }

    /// The use of a rule by its place in the rules in effect, through any binding.
    pub fn of_rule(&self, role: RoleId, rule: u32) -> Option<&Use> {
        self.rules.get(&(role, rule))
    }

    /// What a service account or user did.
    pub fn of_subject(&self, subject: &Subject) -> Option<&Use> {
        self.clients.get(&subject.user_name()?)
    }
}

/// The bindings that allow a request to a client, each with its role and the rules that do.
fn granting(rbac: &Rbac, user: &UserInfo, request: &crate::Request) -> Vec<(BindingId, RoleId, Vec<u32>)> {
    let mut granting: Vec<(BindingId, RoleId, Vec<u32>)> = Vec::new();
    let subjects = user.subjects().filter_map(|subject| rbac.subject_id(&subject));
    for binding in subjects.flat_map(|subject| rbac.bindings_at(subject, request)) {
        let rules = rbac.granting_rules(binding, request);
        let Some(role) = binding.role().filter(|_| !rules.is_empty()) else { continue };
        if !granting.iter().any(|(own, _, _)| *own == binding.id()) {
            granting.push((binding.id(), role, rules));
        }
    }
    granting
}
