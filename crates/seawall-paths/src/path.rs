//! What a search gives back: paths in words.

use serde::Serialize;

use seawall_core::Confidence;

/// Where a reason stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Evidence {
    /// `RoleBinding/shop/deployers`, `Pod/shop/web`.
    pub object: String,
    /// The field: `rules[2]`, `spec.containers[0].securityContext.privileged`.
    pub route: String,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PathStep {
    /// Where it starts.
    pub from: String,
    /// What it gains.
    pub to: String,
    /// The number of the primitive; `-` for membership.
    pub primitive: &'static str,
    /// What the attacker does, in words.
    pub does: &'static str,
    /// What allows it.
    pub evidence: Vec<Evidence>,
    /// What was looked at that could have stopped it, or that it needs besides.
    pub gates: Vec<String>,
    /// How sure it is.
    #[serde(serialize_with = "word")]
    pub confidence: Confidence,
    /// Something known stands in the way: the step is possible, not plain.
    pub attenuated: bool,
    /// Other things that the step needs, held on the way: `ServiceAccount/ci/bot: create secrets`.
    pub requires: Vec<String>,
    /// The change that breaks it.
    pub fix: String,
}

/// A way from a start to a sink.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Path {
    /// The start.
    pub from: String,
    /// What is reached: the sink, or the node or cloud role that makes it one.
    pub to: String,
    /// The word for the sink.
    pub sink: String,
    /// That of the weakest step.
    #[serde(serialize_with = "word")]
    pub confidence: Confidence,
    /// A default of a vanilla control plane.
    pub expected: bool,
    /// A step is held back by something that is known.
    pub attenuated: bool,
    /// The steps in order.
    pub steps: Vec<PathStep>,
}

/// Paths that differ in their start only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The path of the first start.
    pub path: Path,
    /// All starts, the first included, in order.
    pub starts: Vec<String>,
}

fn word<S: serde::Serializer>(confidence: &Confidence, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(confidence.as_str())
}
