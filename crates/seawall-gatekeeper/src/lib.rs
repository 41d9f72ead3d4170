//! Gatekeeper: ConstraintTemplates and Constraints, judged as Gatekeeper judges them.
//!
//! ```text
//! Inventory ─ read ─┬─ templates: Rego ─ checked, made as OPA compiles it, compiled once ─┐
//!                   ├─ constraints: match, parameters (defaults, schema), actions ────────┼─ Gatekeeper
//!                   └─ Config: exempt namespaces ─────────────────────────────────────────┘      │
//! Request, Inventory ─────────────────────────── match ─ review (once) ─ Rego ─ Decision ◀───────┘
//! ```
//!
//! Invariants, above all what is absent:
//! - Rego is for import: what the engine below cannot do as OPA does it is an error when templates are read, with file and
//!   line; what fails while it judges is [`NotJudged`](seawall_policy::admission::NotJudged), never a verdict;
//! - templates are compiled once; a request is converted once, and only when a constraint matches it;
//! - nothing runs long and nothing recurses deep: sizes, depth and time are bounded, and a panic of the engine is caught;
//! - no external data, no HTTP, no clock, no random numbers, no mutation, no expansion of generated objects.
//!
//! Sources are files of <https://github.com/open-policy-agent/gatekeeper> and of
//! <https://github.com/open-policy-agent/frameworks> (below `constraint/`).

mod data;
mod fault;
mod judge;
mod matching;
mod read;
mod rego;
mod review;
pub mod run;
mod set;

pub use judge::Point;
pub use set::Gatekeeper;
