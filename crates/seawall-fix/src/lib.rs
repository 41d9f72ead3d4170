//! Fixes of findings: which edits cure what, proven in memory before anybody sees them.
//!
//! In: an inventory, somebody who judges it (checks and waivers are that one's business), and how much risk is wanted. Out:
//! an [`Outcome`]: new texts of files, patches of objects without a text, what was cured by which edits, what is left and
//! why, and what the changes may break.
//!
//! ```text
//! findings ─ candidates ─ merge (one document: identical, covered, in conflict) ─┐
//!    ▲                                                                           ▼
//!    └───────── judged again ◀── inventory with the edits made ◀── settle (who cures, who does harm)
//! ```
//!
//! A round takes the fixes that findings carry, in a fixed order. Those that meet at one place wait. The others are
//! carried out together and everything is judged again: a fix whose finding stays, or with which anything new appears, is
//! refused with that reason. Rounds end when nothing more is cured, so that a second run finds nothing to do.
//!
//! Invariants, above all what is absent:
//! - no IO, no clock: texts come with the inventory and go back as texts;
//! - nothing is proposed that was not judged as a whole inventory: its finding is gone, and no finding and no gap is new;
//! - what somebody accepted is not changed: neither its own fix, nor another one by which it would disappear;
//! - the result does not depend on the order of findings or of edits;
//! - no formats and no words for terminals, but for reasons and warnings.

mod candidate;
mod change;
mod compare;
mod danger;
mod json_patch;
mod left;
mod merge;
mod outcome;
mod rounds;
mod settle;
mod sites;
mod unified;

pub use change::{Change, change};
pub use danger::Danger;
pub use json_patch::{Operation, OperationKind, json_patch};
pub use left::{Left, Reason};
pub use outcome::{FileChange, Fixed, ObjectChange, Outcome};
pub use rounds::{Judge, fix};
pub use unified::{DiffLine, Hunk, unified};
