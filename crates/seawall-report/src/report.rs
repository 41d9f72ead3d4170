//! All that a renderer needs to know of a run.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;

use seawall_checks::Evaluation;
use seawall_core::{Finding, Problem};
use seawall_inventory::Inventory;

use crate::Scores;

/// How much was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inputs {
    /// Files opened.
    pub files: usize,
    /// Documents found in them, whether or not they are Kubernetes objects.
    pub documents: usize,
    /// Kubernetes objects: what was judged.
    pub resources: usize,
    /// What was left out without being a problem: a reason in words (`no Kubernetes object`) and how often.
    pub skipped: BTreeMap<Cow<'static, str>, usize>,
}

/// How long the stages of a run took, in the order they ran.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Timings {
    /// Name and wall-clock time of each stage.
    pub stages: Vec<(Cow<'static, str>, Duration)>,
}

/// How a run compares with an earlier one whose findings were taken out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// Findings that the earlier run had too: they are not among those of this report.
    pub known: usize,
    /// Findings of the earlier run that are gone.
    pub gone: usize,
}

/// A run, ready to be rendered.
#[derive(Clone, Copy, Debug)]
pub struct Report<'a> {
    /// How much was read.
    pub inputs: &'a Inputs,
    /// What was judged; locations of findings are looked up here.
    pub inventory: &'a Inventory,
    /// The verdicts.
    pub evaluation: &'a Evaluation,
    /// What could not be taken as it was.
    pub problems: &'a [Problem],
    /// What an earlier run already had; `None` without one.
    pub baseline: Option<Known>,
    /// How long it took; `None` keeps the output a function of the input.
    pub timings: Option<&'a Timings>,
}

impl Report<'_> {
    /// The findings that nobody accepted.
    pub fn open(&self) -> impl Iterator<Item = &Finding> {
        self.evaluation.findings.iter().filter(|finding| finding.waiver.is_none())
    }

    /// The scores of the six pillars.
    pub fn scores(&self) -> Scores {
        Scores::of(self.evaluation)
    }
}
