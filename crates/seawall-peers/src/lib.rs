//! Peers: what other tools report and what was accepted in them, in our words.
//!
//! In: texts (reports, ignore files, exceptions), an [`Inventory`](seawall_inventory::Inventory) and an
//! [`Evaluation`](seawall_checks::Evaluation) of it. Out: waivers with a list of what could not be carried over, and a
//! comparison in which every disagreement has its reason.
//!
//! ```text
//! data/*.toml ─ Rules ──────────────┬────────────────────────┐
//! report ─ read_report ─ PeerReport ┴─ compare ─▶ Comparison │
//! ignore files, annotations, exceptions ─────────── import ──┴─▶ Imported
//! ```
//!
//! Invariants, above all what is absent:
//! - no IO and no clock: texts and the day are given; nothing of a tool is run or asked;
//! - which rule means which check is data, read strictly; what is not in it is said to be unknown, never guessed;
//! - no exception becomes wider in silence: what cannot be said in a waiver is not carried over, and told with its place;
//! - no waiver is made without an end;
//! - nothing here judges objects: verdicts are those of the evaluation.

mod compare;
mod import;
mod names;
mod report;
mod rules;
mod tool;

pub use compare::{
    Comparison, Input, Matched, OnlyOurs, OnlyTheirs, OursReason, Seen, TheirsReason, compare, container_of,
};
pub use import::{ImportOptions, Imported, in_objects, is_source_name, read_source};
pub use report::{Format, ObjectName, Outcome, PeerReport, PeerResult, ReportError, read_report};
pub use rules::{Meaning, Relation, Rules};
pub use tool::Tool;
