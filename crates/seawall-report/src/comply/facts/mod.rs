//! What the provider of a managed cluster answers about it, and the facts that its answer decides.
//!
//! In: the saved answer of `aws eks describe-cluster`, `gcloud container clusters describe` (JSON or YAML) or `az aks show`.
//! No value of an answer is printed but words, flags, ranges and versions that a fact is about: answers of old clusters
//! carry keys.

mod aks;
mod eks;
mod gke;
mod read;
mod rule;

use std::sync::Arc;

use seawall_core::{Position, Route};
use seawall_yaml::{NodeId, Text, Tree};

use rule::Rule;

/// Who runs a managed control plane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Provider {
    /// Amazon Elastic Kubernetes Service.
    Eks,
    /// Google Kubernetes Engine.
    Gke,
    /// Azure Kubernetes Service.
    Aks,
}

impl Provider {
    /// The short name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Provider::Eks => "EKS",
            Provider::Gke => "GKE",
            Provider::Aks => "AKS",
        }
    }

    /// Where the provider says for what it answers.
    pub const fn responsibility(self) -> &'static str {
        match self {
            Provider::Eks => "https://docs.aws.amazon.com/eks/latest/best-practices/security.html",
            Provider::Gke => {
                "https://docs.cloud.google.com/kubernetes-engine/docs/concepts/shared-responsibility"
            }
            Provider::Aks => "https://learn.microsoft.com/azure/aks/support-policies",
        }
    }
}

/// A requirement that a provider's answer decides.
#[derive(Debug)]
pub struct Fact {
    /// Its name in the files of frameworks.
    pub id: &'static str,
    /// Whose answer decides it.
    pub provider: Provider,
    /// What must hold.
    pub title: &'static str,
    /// How to make it hold.
    pub help: &'static str,
    rule: Rule,
}

/// What an answer says of a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// It holds.
    Pass,
    /// It does not.
    Fail,
    /// The answer does not say.
    Unknown,
}

impl Outcome {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Outcome::Pass => "pass",
            Outcome::Fail => "fail",
            Outcome::Unknown => "not-evaluated",
        }
    }
}

/// What an answer says, with the place that says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Judged {
    pub(crate) outcome: Outcome,
    /// From the root of the cluster's description.
    pub(crate) route: Route,
    pub(crate) message: String,
}

/// A cluster as its provider describes it.
#[derive(Clone, Debug)]
pub struct CloudCluster {
    /// Who runs its control plane.
    pub provider: Provider,
    /// Its name, empty when the answer has none.
    pub name: String,
    /// The version of Kubernetes, empty when the answer has none.
    pub version: String,
    /// Whether the provider runs the nodes, too.
    pub runs_nodes: bool,
    /// The file as it was named.
    pub file: Arc<str>,
    tree: Arc<Tree>,
    text: Text,
    root: NodeId,
}

impl CloudCluster {
    pub(crate) fn judge(&self, fact: &Fact) -> Judged {
        fact.rule.judge(self.tree.node(self.root))
    }

    /// The place of a route, or of the nearest parent that exists.
    pub(crate) fn position(&self, route: &Route) -> Option<Position> {
        let (node, _) = self.tree.node(self.root).nearest(route);
        let start = node.key_span().or_else(|| node.span())?.start;
        Some(self.text.position(start))
    }
}

/// All facts, by provider.
pub fn facts() -> impl Iterator<Item = &'static Fact> {
    [eks::FACTS, gke::FACTS, aks::FACTS].into_iter().flatten()
}
