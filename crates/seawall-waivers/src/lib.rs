//! Waivers and baselines: who accepts which finding where, why and until when; and what was known before.
//!
//! In: an [`Evaluation`](seawall_checks::Evaluation), its inventory, the text of `seawall-waivers.yaml`, a report of
//! an earlier run, and today's date. Out: the same evaluation with waivers on its findings, and findings about waivers that
//! have expired or cover nothing.
//!
//! ```text
//! seawall-waivers.yaml ─ read_file ─┐
//! comments and annotations ─ inline ┴─▶ Rules ─ apply ─▶ findings with a waiver + findings about waivers
//! Entries ─ write_file ─▶ seawall-waivers.yaml
//! ```
//!
//! Invariants, above all what is absent:
//! - no IO and no clock: texts and the day are given;
//! - a waiver that is not understood waives nothing and is an error with its place, never left out silently;
//! - a waived finding stays in the evaluation, and scores do not rise by waivers;
//! - an expired waiver waives nothing.

mod apply;
mod baseline;
mod file;
mod glob;
mod inline;
mod phrase;
mod route;
mod rule;
mod scope;
mod told;
mod write;

pub use apply::{Applied, apply};
pub use baseline::{Baseline, BaselineError, Compared};
pub use file::{Read, read_file};
pub use glob::Glob;
pub use inline::in_sources;
pub use route::RoutePattern;
pub use rule::{Checks, Rule, Rules};
pub use scope::Scope;
pub use told::{EXPIRED, UNUSED};
pub use write::{Entry, write_file};
