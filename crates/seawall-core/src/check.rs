//! What a check says of itself.

use std::borrow::Cow;

use crate::names::named_enum;
use crate::{Severity, UnknownName};

named_enum! {
    /// One of the six pillars, or reliability which stands beside them and is not part of a security score.
    "pillar" Pillar {
        /// API server, etcd, RBAC.
        ControlPlane = "control-plane",
        /// Hosts, kubelets and what pods may do to them.
        Nodes = "nodes",
        /// What is inside images and as whom it runs.
        Images = "images",
        /// Policies, exposure, TLS.
        Network = "network",
        /// Credentials and their storage.
        Secrets = "secrets",
        /// Logs, alerts, compliance.
        Audit = "audit",
        /// Hygiene of workloads, beside the six pillars.
        Reliability = "reliability",
    }
}

impl Pillar {
    /// The six pillars that have a score, in the order reports list them.
    pub const SCORED: [Pillar; 6] = [
        Pillar::ControlPlane,
        Pillar::Nodes,
        Pillar::Images,
        Pillar::Network,
        Pillar::Secrets,
        Pillar::Audit,
    ];
}

named_enum! {
    /// The first word of a check id.
    "area" Area {
        /// Pod and container security.
        Pod = "pod",
        /// Reliability and hygiene of workloads.
        Workload = "workload",
        /// Roles, bindings, identities.
        Rbac = "rbac",
        /// Exposure, policies, TLS.
        Network = "network",
        /// Credentials.
        Secret = "secret",
        /// Images and their supply chain.
        Image = "image",
        /// API server, etcd, controller manager, scheduler.
        Controlplane = "controlplane",
        /// Kubelet and host.
        Node = "node",
        /// What guards the door.
        Admission = "admission",
        /// Managed clusters.
        Cloud = "cloud",
    }
}

/// A check's public id, `area-kebab-name`, for example `pod-privileged`; stable for ever once released.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CheckId(Cow<'static, str>);

impl CheckId {
    /// An id known when Seawall is built; its form is held by a test over all checks.
    pub const fn from_static(id: &'static str) -> Self {
        CheckId(Cow::Borrowed(id))
    }

    /// Stands for every policy where ids are selected.
    pub const EVERY_POLICY: &'static str = "admission-policy/*";

    /// What ids of policies begin with.
    pub const POLICY: &'static str = "admission-policy/";

    const CONSTRAINT: &'static str = "gatekeeper/";

    /// The id of what a policy of the user's own says: `admission-policy/NAME`. No catalogue check has a slash in its id.
    pub fn of_policy(name: &str) -> Self {
        CheckId(Cow::Owned(format!("{}{name}", Self::POLICY)))
    }

    /// Stands for every mistake in policies where ids are selected.
    pub const EVERY_LINT: &'static str = "admission-lint/*";

    const LINT: &'static str = "admission-lint/";

    /// The id of a mistake in an admission policy itself: `admission-lint/NAME`.
    pub fn of_lint(rule: &str) -> Self {
        CheckId(Cow::Owned(format!("{}{rule}", Self::LINT)))
    }

    /// Whether a text is the id of a mistake in a policy.
    pub fn is_lint_id(text: &str) -> bool {
        text.strip_prefix(Self::LINT).is_some_and(|name| !name.is_empty())
    }

    /// The id of what a constraint of Gatekeeper says: `gatekeeper/KIND/NAME`.
    pub fn of_constraint(kind: &str, name: &str) -> Self {
        CheckId(Cow::Owned(format!("{}{kind}/{name}", Self::CONSTRAINT)))
    }

    /// The id of a policy, of which the text is known already.
    pub fn of_named_policy(id: &str) -> Self {
        CheckId(Cow::Owned(id.to_owned()))
    }

    /// Whether it is that of a policy.
    pub fn is_policy(&self) -> bool {
        Self::is_policy_id(self.as_str())
    }

    /// Whether a text is the id of a policy.
    pub fn is_policy_id(text: &str) -> bool {
        let constraint = text.strip_prefix(Self::CONSTRAINT).and_then(|rest| rest.split_once('/'));
        text.strip_prefix(Self::POLICY).is_some_and(|name| !name.is_empty())
            || constraint.is_some_and(|(kind, name)| !kind.is_empty() && !name.is_empty())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The area that the id begins with.
    ///
    /// # Errors
    /// When the first word is no area.
    pub fn area(&self) -> Result<Area, UnknownName> {
        self.0.split_once('-').map_or(self.as_str(), |(area, _)| area).parse()
    }
}

impl std::fmt::Display for CheckId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&self.0)
    }
}

/// What is the same for every finding of one check; findings share it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckInfo {
    /// The public id.
    pub id: CheckId,
    /// What the check judges, as a short sentence without full stop.
    pub title: Cow<'static, str>,
    /// Why a fail matters, in one or two sentences.
    pub why: Cow<'static, str>,
    /// What to do, in one sentence, for any fail of this check.
    pub help: Cow<'static, str>,
    /// Where the check counts.
    pub pillar: Pillar,
    /// The severity of a fail, unless the finding says otherwise.
    pub severity: Severity,
    /// Framework controls, for example `PSS:baseline` or `CIS-1.12:5.1.1`.
    pub frameworks: Vec<Cow<'static, str>>,
}
