//! Readings of workloads, their budgets and their autoscalers that more than one check needs.

pub(crate) mod absence;
pub(crate) mod amount;
pub(crate) mod api_versions;
pub(crate) mod argo;
pub(crate) mod autoscaler;
pub(crate) mod budget;
pub(crate) mod claims;
pub(crate) mod cron;
pub(crate) mod fields;
pub(crate) mod labels;
pub(crate) mod names;
pub(crate) mod probe;
pub(crate) mod quantity;
pub(crate) mod range;
pub(crate) mod resources;
pub(crate) mod schema;
pub(crate) mod spread;
pub(crate) mod workload;
