//! Kubeconfigs: what a file that opens a cluster gives away.
//!
//! In: a YAML document. Out: a [`Kubeconfig`] and what is wrong with it.
//!
//! Invariants, above all what is absent: no secret is kept or shown, only that it is there; nothing is run, opened or
//! verified; the time and the mode of the file are passed in.

mod certificate;
mod judge;
mod model;

pub use certificate::Certificate;
pub use judge::{KubeconfigFinding, judge};
pub use model::{Cluster, Context, Credentials, Exec, Kubeconfig, Token};
