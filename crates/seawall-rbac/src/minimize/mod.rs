//! Least privilege from an audit log: the smallest roles that allow what a subject did.
//!
//! ```text
//! Event ─ Recorder ─ Observations ─ minimize ─ Minimized ─ manifest
//!                                      │
//!                                 Rbac (held today)
//! ```
//!
//! Invariants: every request that is to be granted is allowed by the new rules or by what everybody may do anyway; a rule
//! is wider than what was seen only where it says why. What was not observed is not called unused.
//! The method is that of audit2rbac (liggitt/audit2rbac, `pkg/process.go`), whose defaults are
//! [`Options::like_audit2rbac`], but that nothing is widened unless it must be, rights held today count, and each rule
//! carries its evidence.

mod baseline;
mod excess;
mod held;
mod manifest;
mod names;
mod observe;
mod options;
mod rules;

use std::collections::BTreeSet;

pub use baseline::is_default_right;
pub use excess::Excess;
pub use held::{HeldRule, RuleText};
pub use manifest::{evidence, manifest, role_name};
pub use names::Widened;
pub use observe::{Observations, Observed, Recorder};
pub(crate) use observe::{impersonation, owned};
pub use options::Options;
pub use rules::{MinimalRule, RuleScope};

use crate::{AUTHENTICATED, MASTERS, Rbac, Request, Subject, UNAUTHENTICATED, UserInfo};

/// What a subject needs, holds, and was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Minimized {
    /// Whom it is about.
    pub subject: Subject,
    /// The time of observation, in microseconds since 1970.
    pub window: Option<(i64, i64)>,
    /// The rules to grant, by scope.
    pub scopes: Vec<(RuleScope, Vec<MinimalRule>)>,
    /// Distinct requests that need nothing, because everybody may make them.
    pub common: usize,
    /// Distinct requests that the new rules are for.
    pub needed: usize,
    /// What was refused at least once and never authorized; not granted unless the options say so.
    pub denied: Vec<Observed>,
    /// What bindings grant to the subject today; empty without a cluster.
    pub held: Vec<HeldRule>,
    /// How much is allowed and was never requested; `None` without a cluster.
    pub excess: Option<Excess>,
    /// What a reader must know before using this.
    pub cautions: Vec<Caution>,
}

/// Why a result is not the whole truth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Caution {
    /// The time of observation is shorter than the options ask for before rights are taken away; both in microseconds.
    ShortWindow {
        /// How long was observed.
        observed: i64,
        /// How long should be.
        wanted: i64,
    },
    /// The subject was in `system:masters`: no rule gives or takes its rights.
    Masters,
    /// So many authorized requests were not allowed by RBAC but by another authorizer.
    OtherAuthorizer(u64),
    /// So many distinct requests were too many to be kept.
    LeftOut(u64),
    /// The subject does not occur in the log.
    Unseen,
    /// So many pairs of a held right go to groups: taking them away concerns all members.
    ThroughGroups(usize),
}

/// Makes the rules. `common` says what the subject may do without any right of its own, see [`common_right`].
pub fn minimize(
    observations: &Observations,
    options: &Options,
    cluster: Option<(&Rbac, &BTreeSet<String>)>,
    common: &dyn Fn(&Request) -> bool,
) -> Minimized {
    let wanted = |observed: &&Observed| observed.allowed > 0 || options.include_denied;
    let asked: Vec<&Observed> = observations.requests.iter().filter(wanted).collect();
    let needed: Vec<&Observed> =
        asked.iter().copied().filter(|observed| !common(&observed.request)).collect();
    let scopes = rules::rules(&needed, options);
    let refused = |observed: &&Observed| observed.denied > 0 && observed.allowed == 0;
    let held = cluster.map_or_else(Vec::new, |(rbac, _)| held::held(rbac, observations));
    let excess = cluster.map(|(rbac, namespaces)| {
        excess::excess(rbac, namespaces, &observations.requests, &needed, &held, &scopes)
    });
    Minimized {
        subject: observations.subject.clone(),
        window: observations.window,
        common: asked.len() - needed.len(),
        needed: needed.len(),
        denied: observations.requests.iter().filter(refused).cloned().collect(),
        cautions: cautions(observations, options, &held),
        scopes,
        held,
        excess,
    }
}

/// Whether a request needs no right of the subject's own: a vanilla control plane grants it to a group that everybody is
/// in, and so does this cluster. Without a cluster Kubernetes' defaults are assumed, as they are where its own default
/// roles do not show.
pub fn common_right(observations: &Observations, rbac: Option<&Rbac>, request: &Request) -> bool {
    let groups = &observations.groups;
    match rbac.filter(|rbac| rbac.find_role(None, "system:discovery").is_some()) {
        None => is_default_right(groups, request),
        Some(rbac) => {
            let everybody =
                [AUTHENTICATED, UNAUTHENTICATED].into_iter().filter(|group| groups.contains(*group));
            let client = UserInfo { name: String::new(), groups: everybody.map(str::to_owned).collect() };
            baseline::is_expected_right(rbac, groups, request)
                || is_default_right(groups, request) && rbac.allows(&client, request).is_allowed()
        }
    }
}

fn cautions(observations: &Observations, options: &Options, held: &[HeldRule]) -> Vec<Caution> {
    let mut cautions = Vec::new();
    if observations.requests.is_empty() {
        cautions.push(Caution::Unseen);
    }
    let observed = observations.window.map_or(0, |(first, last)| last - first);
    if observed < options.min_window {
        cautions.push(Caution::ShortWindow { observed, wanted: options.min_window });
    }
    let masters = observations.groups.contains(MASTERS) || observations.subject == Subject::group(MASTERS);
    if masters {
        cautions.push(Caution::Masters);
    } else if observations.not_by_rbac > 0 {
        cautions.push(Caution::OtherAuthorizer(observations.not_by_rbac));
    }
    if observations.left_out > 0 {
        cautions.push(Caution::LeftOut(observations.left_out));
    }
    let through_groups = held.iter().filter(|rule| rule.through != observations.subject).count();
    if through_groups > 0 {
        cautions.push(Caution::ThroughGroups(through_groups));
    }
    cautions
}
