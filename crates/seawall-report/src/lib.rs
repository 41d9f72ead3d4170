//! What a run says: renderers for people and machines, and the scores.
//!
//! In: an [`Evaluation`](seawall_checks::Evaluation) with the inventory that it judged, the problems met on the way and
//! the counts of what was read, bound together as a [`Report`]. Out: bytes in one [`Format`].
//!
//! ```text
//! Report ─┬─ table   excerpts with carets, why, help, scores      (people)
//!         ├─ json    seawall.dev/report/v1                        (programs)
//!         ├─ jsonl   the same, one record a line                  (streams)
//!         ├─ sarif   SARIF 2.1.0                                  (code scanning)
//!         ├─ github  workflow commands                            (annotations)
//!         ├─ markdown  what matters first, details folded         (comments)
//!         ├─ html    one page to filter                           (people)
//!         ├─ junit   a test case for each check and object        (CI)
//!         ├─ ocsf    Compliance Findings                          (event pipelines)
//!         └─ policyreport  PolicyReports                          (dashboards in a cluster)
//! ```
//!
//! Invariants, above all what is absent:
//! - no environment, no terminal, no clock: whether there is colour and how wide a line is, the caller says;
//! - nothing is judged here: no finding is added, dropped or changed, and what was not evaluated is always shown;
//! - equal input gives equal bytes, unless timings are asked for or a time is given;
//! - no secret value is shown: excerpts mask withheld places, the data of Secrets and what is written like a secret; values
//!   of the first two are left out, and what has the shape of a known token is `***` everywhere;
//! - no text from outside reaches the output raw: control characters and bidirectional overrides are escaped;
//! - routes become files, lines and columns here and nowhere else.

mod cause;
pub mod comply;
mod escape;
mod format;
mod github;
mod html;
mod json;
mod jsonl;
mod junit;
mod markdown;
mod ocsf;
mod place;
mod policyreport;
mod report;
mod sarif;
mod score;
mod table;
mod token;
mod xml;

pub use escape::{escape, is_hidden};
pub use format::{Format, RenderOptions, render};
pub use json::pretty_json;
pub use report::{Inputs, Known, Report, Timings};
pub use score::{Scores, score};
pub use table::{Secrets, thousands};
pub use token::redact;
