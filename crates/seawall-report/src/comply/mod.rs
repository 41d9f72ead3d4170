//! Compliance: frameworks as data, and what an inventory and a cloud's own answer prove of their controls.
//!
//! In: the text of a framework (built in, or a user's), the verdicts of checks on an inventory, saved answers of
//! `aws eks describe-cluster`, `gcloud container clusters describe` and `az aks show`. Out: an [`Assessment`], each control
//! with its class, its state and its evidence, and the documents for programs.
//!
//! ```text
//! frameworks/*.toml ─ Framework ─┐
//! verdicts, findings, gaps ──────┼─ assess ─▶ Assessment ─▶ table, markdown, csv, json, OSCAL
//! cloud's answer ─ CloudCluster ─┘
//! ```
//!
//! Which checks decide a control is said once: by the check (`FRAMEWORK:control` in its metadata) or by the file of the
//! framework, never by both; that is an error of the file.
//!
//! Invariants, above all what is absent:
//! - no IO, no clock, no environment: texts, verdicts and the time are given;
//! - nothing is judged here but facts of a cloud: states follow from verdicts, and a gap is never a pass;
//! - what is manual, inherited, not evaluated or not here is counted apart and in no percentage;
//! - a file that is not understood in full is refused with the line of each fault;
//! - equal input gives equal bytes: identifiers of OSCAL follow from what they name;
//! - nothing here is safe to print as it is: who writes a document escapes what came from outside;
//! - no text of a standard: titles are our own words, but for those of works in the public domain and of ATT&CK.

mod assess;
mod class;
mod facts;
mod framework;
mod json;
mod oscal;
mod place;
mod totals;

pub use assess::{Assessment, CheckResult, ControlResult, Evidence, FactResult, assess};
pub use class::{Class, Layer, State};
pub use facts::{CloudCluster, Fact, Outcome, Provider, facts};
pub use framework::{Control, Framework, Section, builtin, find, select};
pub use json::{About, document, list};
pub use oscal::oscal;
pub use place::Spot;
pub use totals::Totals;
