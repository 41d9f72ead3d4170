//! Who can reach whom: network policies, services and exposure in one model.
//!
//! In: an inventory, or objects one by one. Out: [`Network`], which answers single connections with the rules that decide
//! them ([`Network::can`], [`Network::explain`]), the world outside ([`Network::external`]) and the whole reachability in
//! factorised form ([`Network::reach`]).
//!
//! ```text
//! objects ─ front ends ─ policies: tier × subject × rules (peers × ports → action) ─┐
//! pods ─ classes (what no policy can tell apart) ───────────────────────────────────┴─ signatures ─ answers
//! ```
//!
//! Words: an *endpoint* is a pod, or a template that stands for pods nobody has seen; a *class* is a set of endpoints that
//! no policy can tell apart; a *signature* is the set of policies that govern a class in one direction.
//!
//! Invariants, above all what is absent:
//! - no IO, no clock, no threads; nothing panics on any object;
//! - a policy that the API server would refuse is not in force, and the problems say so;
//! - the order of objects does not matter: after any changes the answers are those of a fresh build;
//! - what the API leaves undefined is settled by the [`Profile`] alone, and policies that only one network plugin enforces
//!   are in force with its profile only;
//! - an endpoint whose address is not known is met by no block of addresses;
//! - nothing of the size classes × classes is ever held.

pub mod exposure;
pub mod generate;
pub mod lint;
pub mod list;
pub mod map;
pub mod mesh;

mod addresses;
mod class_set;
mod expression;
mod intervals;
mod model;
mod policy;
mod ports;
mod profile;
mod query;
mod selector;
mod words;

pub use addresses::{AddressSet, METADATA};
pub use class_set::ClassSet;
pub use model::{ClassId, EndpointId, Network, PolicyId, RuleId};
pub use policy::{Action, Direction, Order, PolicyKind, Tier, TierName};
pub use ports::{PortSet, Protocol, UnknownProtocol};
pub use profile::{Plugin, Profile, UnknownProfile};
pub use query::{
    Because, Decision, EndpointView, ExternalRow, NoSuchTarget, Piece, PolicyView, Reach, Row, RuleView,
    Target, Verdict, Workload,
};
