//! A cluster that is followed: what is known of it changes while reviews are judged.
//!
//! ```text
//! Watch (one a kind) ─ deltas ─▶ Store ─ Pace ─▶ Known ─▶ Desk: pointers are swapped
//!                                  ├─ policies ─▶ judges ─ what they need ─▶ more kinds
//! OpenAPI documents of the cluster ┘
//! ```
//!
//! Invariants, above all what is absent:
//! - reviews never wait for it: they see a whole state of what is known, the one before a change or the one after;
//! - new policies come with three pointers, swapped one after the other: what is known, who judges, who changes objects. Each
//!   is whole, but a review that comes in between may judge with the policies before by the state after, or the other way
//!   round; what is not known then is a gap. The two hooks of one request are two reviews, and may see different states
//!   anyhow;
//! - however much changes, making a new state takes a small share of one processor;
//! - policies are in force only when all that they need was listed, or is known not to be had;
//! - only kinds that somebody reads are held, within a bound on their memory; values of Secrets never are;
//! - a kind that is not heard of any more keeps the objects that it had, and the absence of others proves nothing: what
//!   depends on it is not judged. That is told, counted, and never silent;
//! - what the cluster says of its types (OpenAPI) is not waited for: until it came, and where it is refused, which is told,
//!   types are those of Kubernetes and of the definitions;
//! - nothing is written to a cluster.

mod follow;
mod pace;
mod store;
mod types;

pub use follow::{Follow, Judging, Remake};
