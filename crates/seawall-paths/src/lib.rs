//! How an attacker goes from one thing to another: one factorised graph over rights, reach, pods and nodes.
//!
//! In: an `Inventory`, or objects one at a time. Out: [`Path`]s from starts to sinks with evidence, gates and fixes; the
//! cheapest cut; what a change adds and removes.
//!
//! ```text
//! objects ─▶ facts ┐
//! objects ─▶ rbac  ┴─▶ rules ─▶ graph (sets, edges, conjunctions) ─▶ search ─▶ paths, cut, what-if, plan
//! ```
//!
//! Invariants, above all what is absent:
//! - no IO, no clock; nothing panics on any object;
//! - simple paths are never listed: one shortest path a pair, all shortest ones as a graph with a count;
//! - sinks are capabilities, judged by the rights held; names of roles mean nothing, except of roles that every API
//!   server makes and that are referred to but not here;
//! - no edge joins every member of one set with every member of another;
//! - rights gained from different identities combine;
//! - a step that something known holds back stays, attenuated, and only counts where there is no plain way;
//! - answers after any order of changes equal those of a fresh build.

mod ask;
mod facts;
mod graph;
pub mod html;
mod live;
mod model;
mod names;
mod numbers;
mod objects;
mod path;
pub mod plan;
mod primitive;
mod reports;
mod rights;
mod rules;
mod search;
pub mod tenants;
mod vertex;
mod ways;
mod words;

pub use ask::{Attack, Change, CutReport, Filter, Link, Pair, PathDag, Pricing, Unknown, Window};
pub use model::{Model, Size};
pub use objects::{At, Objects};
pub use path::{Evidence, Group, Path, PathStep};
pub use primitive::Primitive;
pub use reports::Vulnerabilities;
