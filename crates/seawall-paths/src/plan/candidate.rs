//! One change that could be made, and what it would cost.

use serde::Serialize;

use crate::path::Evidence;
use crate::plan::change::ObjectChange;

/// How likely a change is to break something, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Risk {
    /// The level.
    pub level: RiskLevel,
    /// Why.
    pub reason: String,
}

/// How likely a change is to break something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum RiskLevel {
    /// Nothing is known to need what goes.
    Low,
    /// Something may need it.
    Medium,
    /// Something runs that probably needs it, or was seen to use it.
    High,
}

impl RiskLevel {
    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            RiskLevel::Low => "low",
            RiskLevel::Medium => "medium",
            RiskLevel::High => "high",
        }
    }

    /// How many times the effort a change is worth less for its risk.
    pub(crate) const fn factor(self) -> u64 {
        match self {
            RiskLevel::Low => 1,
            RiskLevel::Medium => 2,
            RiskLevel::High => 4,
        }
    }
}

/// What sort of change it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeKind {
    /// A binding is taken away.
    RemoveBinding,
    /// A binding is taken away, and what was used of it granted again.
    ReplaceBinding,
    /// A rule keeps the resources that open nothing.
    NarrowRule,
    /// A rule keeps its reading verbs.
    ReadOnlyRule,
    /// A rule is taken out of a role.
    RemoveRule,
    /// The ways of a pod to its node are closed.
    HardenPod,
    /// A namespace enforces a Pod Security level.
    EnforceLevel,
    /// A pod gets no token.
    NoToken,
    /// A port is no longer open to the outside.
    CloseExposure,
    /// A secret that holds a token is taken away.
    DeleteToken,
    /// Several changes that only help together.
    Together,
}

/// A change that could be made.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    pub(crate) kind: ChangeKind,
    pub(crate) title: String,
    /// What is applied.
    pub(crate) changes: Vec<ObjectChange>,
    /// What controllers then make of it.
    pub(crate) follows: Vec<ObjectChange>,
    /// In points: one for each object, one when pods restart, one when roles are written.
    pub(crate) effort: u64,
    /// How many pods start again.
    pub(crate) restarts: usize,
    /// Who uses today what goes, in words.
    pub(crate) used_by: Vec<String>,
    pub(crate) risk: Risk,
    pub(crate) mitigation: String,
    pub(crate) evidence: Vec<Evidence>,
}

impl Candidate {
    /// What its worth is divided by.
    pub(crate) fn price(&self) -> u64 {
        self.effort.max(1) * self.risk.level.factor()
    }
}
