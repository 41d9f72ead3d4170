//! Files, folders, standard input and snapshots turned into an inventory. **IO**: reads files, and runs the programs that
//! render charts and kustomizations when it is told to.
//!
//! In: [`Target`]s. Out: [`Loaded`]: an inventory, the problems met, and counts of everything seen. Audit logs are given
//! to their reader event by event: [`read_audit`], [`judge_audit`]. A text that another room reads is one text: [`read_text`].
//!
//! ```text
//! Target ─ walk ─ bytes ─ Text ─ documents (rayon) ─ objects, List items ─┐
//! snapshot ─ lines (rayon, batches, text not kept) ─┬─ Intake ────────────┴─ Inventory
//! live cluster (read by the caller) ─ objects ──────┘
//! ```
//!
//! Invariants, above all what is absent:
//! - nothing is written but what a program needs in a temporary folder; no network, no environment, no clock but for the
//!   time that a program may take;
//! - nothing is lost silently: a file or document that is not read is a problem or is counted in [`Counts`];
//! - the order of resources follows the order of targets, of file names and of documents, whatever the number of threads;
//! - memory is bounded by the [`SourceLimits`]; the text of snapshots is not kept.

mod audit;
mod documents;
mod ignored;
mod intake;
mod limits;
mod list;
mod load;
mod problems;
mod progress;
mod render;
mod snapshot;
mod target;
mod templates;
mod text;
mod walk;
mod zstd;

pub use audit::{AuditRead, judge_audit, read_audit};
pub use intake::Intake;
pub use limits::SourceLimits;
pub use load::{Counts, Loaded, load, load_rendered, load_with};
pub use progress::Progress;
pub use render::{RenderLimits, Rendering};
pub use target::{Target, TargetError};
pub use text::read_text;
