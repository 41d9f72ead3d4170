//! Posture: the check engine, the checks, and the Pod Security Standards.
//!
//! In: an [`Inventory`](seawall_inventory::Inventory), the checks to run, [`Settings`]. Out: an [`Evaluation`]:
//! findings, what could not be evaluated, and the tallies that scores are made of.
//!
//! ```text
//! resources ──rayon──▶ checks by container, pod, component, resource ─┐
//! inventory ──rayon──▶ checks over the whole inventory ───────────────┴─▶ grouping by owner ─▶ sorted Evaluation
//! ```
//!
//! Invariants, above all what is absent:
//! - no IO, no clock, no environment: a check is a pure function of the inventory and its settings;
//! - no check knows files, lines or where the input came from; locations are routes;
//! - a check that panics is `NotEvaluated` with its id, never a pass and never the end of the run;
//! - equal input gives an equal [`Evaluation`], whatever the number of threads;
//! - one check a file, `src/<area>/<name>.rs`, with the page `docs/checks/<area>/<name>.md` that is also its test.

mod catalogue;
mod check;
/// The components of a cluster, and what several checks of them share.
mod controlplane;
mod engine;
mod group;
mod models;
/// What several checks of nodes share.
mod node;
mod normal;
pub mod pss;
mod select;
mod settings;
mod verdicts;

/// What several admission checks share.
mod admission;

/// What several pod checks share.
mod pod;

/// What several image checks share.
mod image;

/// What several network checks share.
mod network;
/// What several checks of roles and bindings share.
mod rbac;

/// What several secret checks share.
mod secret;

/// What several workload checks share.
mod workload;

pub use catalogue::{Entry, all, find};
pub use check::{Check, Judge, Prepared};
pub use controlplane::{Component, Part};
pub use engine::{Coverage, Evaluation, Ready, Tally, Verdict, evaluate, evaluate_telling};
pub use image::ImageReference;
pub use normal::{Normal, Normaliser};
pub use pod::clean_host_path;
pub use select::{ParseSelectError, Profile, Select, pick};
pub use settings::{BadSetting, CheckSettings, Setting, SettingDefault, SettingValue, Settings};
pub use verdicts::{Draft, Verdicts, VerdictsBySubject};
