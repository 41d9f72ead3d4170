//! What several network checks share.

/// Names of Services and ports in Ingresses and routes.
pub(crate) mod backends;

/// Ways from outside the cluster to workloads.
pub(crate) mod doors;

/// Who can reach whom.
mod model;

/// ingress-nginx: controllers and annotations.
pub(crate) mod nginx;

/// Policies that allow too much or are about nobody.
mod policies;

/// Tiller, the server part of Helm 2.
pub(crate) mod tiller;

pub(crate) use model::{NAMESPACE, NetworkModel, POLICY_KINDS, Reading, WaysIn, is_left_alone};
pub(crate) use policies::{judge_dead, judge_unlimited};
