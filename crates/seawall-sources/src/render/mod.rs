//! Charts and kustomizations: rendered by the programs that do so, their output read like any other text.
//!
//! ```text
//! files of a folder ─ chart / kustomization ─ unit ─ tool (helm, kubectl, kustomize) ─ text ─ documents ─ origin
//! ```
//!
//! Invariants, above all what is absent:
//! - no shell, no network, no plugin: programs are found on the `PATH` given, get an environment of their own whose homes
//!   are an empty temporary folder, and are ended at their limits; nothing is written into a target;
//! - what was rendered is judged once: the files that it consists of are not read as they stand;
//! - what was not rendered is one problem a unit, with the reason and what to do;
//! - a line is told only where it can be shown; otherwise the file alone is.

mod chart;
mod detect;
mod helm;
mod kustomization;
mod kustomize;
mod lines;
mod output;
mod paths;
mod scratch;
mod source;
mod tool;

use std::collections::HashSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rayon::prelude::*;
use seawall_core::{Problem, ProblemSeverity};
use seawall_yaml::Limits;

use crate::SourceLimits;
use crate::documents::FileContent;
use crate::load::display_name;
use crate::walk::Walked;
use detect::Unit;
use paths::Root;

/// What a program may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RenderLimits {
    /// How long it may run.
    pub time: Duration,
    /// Bytes that it may print.
    pub output_bytes: u64,
}

impl Default for RenderLimits {
    fn default() -> Self {
        RenderLimits { time: Duration::from_secs(30), output_bytes: 64 << 20 }
    }
}

/// How charts and kustomizations are rendered.
#[derive(Clone, Debug, Default)]
pub struct Rendering {
    /// Folders in which programs are looked for, written as in `PATH`; folders that are not absolute do not count.
    pub path: OsString,
    /// Where temporary folders are made.
    pub temp: PathBuf,
    /// Files of values for all charts, the last one wins.
    pub values: Vec<PathBuf>,
    /// Single values for all charts, `KEY=VALUE`.
    pub sets: Vec<String>,
    /// The version of Kubernetes that charts see.
    pub kube_version: Option<String>,
    /// Versions of APIs that charts see beside those that the program knows.
    pub api_versions: Vec<String>,
    /// What each program may cost.
    pub limits: RenderLimits,
}

/// What became of the charts and kustomizations of a folder.
#[derive(Debug, Default)]
pub(crate) struct Rendered {
    pub(crate) contents: Vec<FileContent>,
    /// Files that must not be read as they stand, by their canonical paths.
    pub(crate) consumed: HashSet<PathBuf>,
}

/// What a run of a unit needs to know.
struct Job<'a> {
    root: &'a Root,
    rendering: &'a Rendering,
    limits: &'a SourceLimits,
}

impl Job<'_> {
    fn document_limits(&self) -> &Limits {
        &self.limits.document
    }
}

/// Renders what a folder holds. `is_new` says whether a chart or kustomization was not met in an earlier target.
pub(crate) fn render(
    root: &Path,
    walked: &Walked,
    rendering: &Rendering,
    limits: &SourceLimits,
    mut is_new: impl FnMut(&Path) -> bool,
) -> Rendered {
    let Ok(root) = Root::new(root) else { return Rendered::default() };
    let mut units = detect::units(&root, walked);
    units.retain(|unit| is_new(unit.marker()));
    let job = Job { root: &root, rendering, limits };
    let done: Vec<(FileContent, Vec<PathBuf>)> = units.par_iter().map(|unit| job.run(unit)).collect();
    let mut rendered = Rendered::default();
    for (content, consumed) in done {
        rendered.contents.push(content);
        rendered.consumed.extend(consumed);
    }
    rendered
}

/// Why something was not rendered, and what to do about it.
struct Failure {
    why: String,
    hint: String,
}

impl Job<'_> {
    fn run(&self, unit: &Unit) -> (FileContent, Vec<PathBuf>) {
        let rendered = match unit {
            Unit::Chart(chart) => helm::render(self, chart),
            Unit::Kustomization(kustomization) => kustomize::render(self, kustomization),
        };
        match rendered {
            Ok(content) => (content, unit.consumed(true)),
            Err(Failure { why, hint }) => {
                let message = format!("{} was not rendered: {why}; {}", unit.title(), unit.left());
                let marker = display_name(&self.root.shown(unit.marker()));
                let problem = Problem::new(ProblemSeverity::Error, message).in_file(&marker).caused_by(hint);
                let mut content = FileContent { problems: vec![problem], ..FileContent::default() };
                content.counts.templates = unit.templates();
                (content, unit.consumed(false))
            }
        }
    }
}
