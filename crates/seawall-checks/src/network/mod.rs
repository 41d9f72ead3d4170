//! What several network checks share.

/// Ways from outside the cluster to a Service, and the workloads behind them.
pub(crate) mod doors;

/// ingress-nginx: controllers and annotations.
pub(crate) mod nginx;
