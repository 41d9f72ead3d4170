//! What `admit serve` follows of a cluster.

use std::sync::Arc;

use clap::Args;
use seawall_cluster::{Access, Options};
use seawall_core::Problem;
use seawall_inventory::Inventory;
use seawall_server::{Follow, Judging, Metrics};

use super::judges::Parts;

/// What is followed beside namespaces, service accounts and what policies look up.
#[derive(Clone, Copy, Debug, Args)]
pub(super) struct FollowArgs {
    /// Judge by the ValidatingAdmissionPolicies of the cluster, too, and change objects by its MutatingAdmissionPolicies, as
    /// they change. An API server since 1.30 runs the former by itself, since 1.36 the latter: this is for those that do
    /// not, and for seeing what they would do
    #[arg(long, requires = "inventory")]
    cluster_policies: bool,
    /// Follow pods, too: only a warning about those that run under a Pod Security level that was made stricter needs them
    #[arg(long, requires = "inventory")]
    cluster_pods: bool,
}

impl FollowArgs {
    /// Whether a cluster is asked for.
    pub(super) fn any(self) -> bool {
        self.cluster_policies || self.cluster_pods
    }

    /// How a cluster is followed; `base` is what is known beside it.
    pub(super) fn follow(
        self,
        context: Option<String>,
        base: Inventory,
        parts: Parts,
        metrics: Arc<Metrics>,
        say: fn(&str),
    ) -> Follow {
        let mut told: Vec<Problem> = Vec::new();
        let judges = move |cluster: &Inventory| {
            let (set, texts, problems) = parts.with(cluster);
            // Those of files were told at the start, and what is still wrong needs no telling again.
            let of_cluster = |problem: &&Problem| problem.file.as_deref() == Some("cluster");
            for problem in problems.iter().filter(of_cluster).filter(|problem| !told.contains(problem)) {
                say(&format!("cluster: {}", problem.message));
            }
            told = problems;
            Judging { needs: set.needs(), install: parts.installer(set, texts, &metrics) }
        };
        Follow {
            access: Access::Context(context),
            options: Options::default(),
            base,
            pods: self.cluster_pods,
            policies: self.cluster_policies,
            judges: Box::new(judges),
        }
    }
}
