//! What Seawall says.

use std::sync::Arc;

use crate::{CheckId, CheckInfo, Confidence, Fingerprint, Fix, Pillar, Route, Severity, Waiver};

/// The number of a resource in its inventory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourceId(pub u32);

/// The object that a finding is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Subject {
    /// Group and version as written, for example `apps/v1`.
    pub api_version: Arc<str>,
    /// The kind, for example `Deployment`.
    pub kind: Arc<str>,
    /// The namespace, `None` when unset or cluster-scoped.
    pub namespace: Option<Arc<str>>,
    /// The name; empty when the object has none (`generateName`).
    pub name: Arc<str>,
}

impl std::fmt::Display for Subject {
    /// `Deployment/shop/web`, or `ClusterRole/admin` without a namespace.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.namespace {
            Some(namespace) => write!(f, "{}/{}/{}", self.kind, namespace, self.name),
            None => write!(f, "{}/{}", self.kind, self.name),
        }
    }
}

/// What a location shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LocationRole {
    /// The place that is wrong.
    Primary,
    /// A place that helps to understand why.
    Related,
}

/// A symbolic place in a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// The resource.
    pub resource: ResourceId,
    /// The field meant, whether or not it exists; renderers point at its nearest existing parent.
    pub route: Route,
    /// How many steps of `route` exist in the resource.
    pub existing: usize,
    /// What the place shows.
    pub role: LocationRole,
    /// The value seen, never a secret one; `None` when missing, not a scalar, or withheld.
    pub value: Option<String>,
    /// The value there is secret: renderers mask it wherever they show the text.
    pub withheld: bool,
    /// A short note to print at the place.
    pub note: Option<String>,
}

impl Location {
    /// The part of the route that exists.
    pub fn anchor(&self) -> Route {
        self.route.prefix(self.existing)
    }
}

/// A failed check on one subject, with its evidence.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The check, shared by all its findings.
    pub check: Arc<CheckInfo>,
    /// The severity of this finding.
    pub severity: Severity,
    /// How sure we are.
    pub confidence: Confidence,
    /// The object to repair: the top owner when it is there.
    pub subject: Subject,
    /// The resource of the subject.
    pub resource: ResourceId,
    /// Where; the first is the primary one. Never empty.
    pub locations: Vec<Location>,
    /// What is wrong: lower case, no full stop, backticks around names.
    pub message: String,
    /// Other objects that take part (a binding's role, a Service's workload).
    pub linked: Vec<Subject>,
    /// A change that cures it, when there is a mechanical one.
    pub fix: Option<Fix>,
    /// Stable identity across runs and moves of lines.
    pub fingerprint: Fingerprint,
    /// Who accepted it; such a finding is shown and does not fail a run.
    pub waiver: Option<Arc<Waiver>>,
}

/// A check that could not be evaluated on a subject: never a pass.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NotEvaluated {
    /// The check.
    pub check: CheckId,
    /// The pillar of the check.
    pub pillar: Pillar,
    /// The object, or `None` when the whole inventory was to be judged.
    pub subject: Option<Subject>,
    /// Why, in words.
    pub reason: String,
}
