//! Clusters: a stand-in API server in this process, and a real one where there is one.

mod e2e;
mod errors;
mod listing;
mod snapshots;
mod stand;
mod support;
mod verdicts;
