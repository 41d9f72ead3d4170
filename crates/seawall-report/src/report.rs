//! All that a renderer needs to know of a run.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;

use seawall_checks::Evaluation;
use seawall_core::Problem;
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
    /// How long it took; `None` keeps the output a function of the input.
    pub timings: Option<&'a Timings>,
}

impl Report<'_> {
    /// The scores of the six pillars.
    pub fn scores(&self) -> Scores {
        Scores::of(self.evaluation)
    }
}
