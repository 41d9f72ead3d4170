//! PolicyReports (`wgpolicyk8s.io/v1alpha2`) in one `List`, for dashboards in the cluster.
//!
//! An object that an API server knows (it has a uid) has a report of its own, which goes when the object goes; the others
//! share one for each namespace, and what has no namespace is in a ClusterPolicyReport. Source: the public
//! CustomResourceDefinition of the Policy working group.
//!
//! ```text
//! finding  fail; warn when it weighs nothing; skip when somebody accepted it
//! gap      error: "the policy could not be evaluated"
//! problem  error, when something was not read
//! ```
//!
//! *Invariant:* every name is a DNS label and every namespace a possible one, whatever objects are called; no report is
//! larger than [`MAX_BYTES`]. *Absent:* `pass`, which an evaluation does not hold: summaries leave it out.

mod home;
mod wire;

use std::collections::BTreeMap;
use std::io::{self, Write};

use seawall_core::{Finding, NotEvaluated, Problem, ProblemSeverity};

use crate::cause::Causes;
use crate::json::{write_json, write_value};
use crate::place::Positions;
use crate::{RenderOptions, Report};

use home::Home;
use wire::{Head, Outcome, Summary, of_finding, of_gap, of_problem};

/// The results of one report: etcd takes 1.5 MiB, and the frame of a report is small.
const MAX_BYTES: usize = 1_000_000;

enum Said<'a> {
    Finding(usize, &'a Finding),
    Gap(&'a NotEvaluated),
    Problem(&'a Problem),
}

/// Writes the list.
pub(crate) fn write(report: &Report<'_>, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    let causes = Causes::of(report);
    let mut homes: BTreeMap<Home<'_>, Vec<Said<'_>>> = BTreeMap::new();
    for (number, finding) in report.evaluation.findings.iter().enumerate() {
        homes.entry(Home::of_finding(report, finding)).or_default().push(Said::Finding(number, finding));
    }
    for gap in &report.evaluation.not_evaluated {
        homes.entry(Home::of_gap(gap)).or_default().push(Said::Gap(gap));
    }
    for problem in report.problems.iter().filter(|problem| problem.severity == ProblemSeverity::Error) {
        homes.entry(Home::Cluster).or_default().push(Said::Problem(problem));
    }
    let mut writer = Reports { report, out, first: true };
    writer.out.write_all(b"{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[")?;
    let mut positions = Positions::default();
    for (home, said) in &homes {
        let mut part = Part::default();
        for said in said {
            let mut text = Vec::new();
            let outcome = match said {
                Said::Finding(number, finding) => {
                    let result =
                        of_finding(report, finding, causes.get(*number), options.time, &mut positions);
                    write_value(&result, &mut text)?;
                    result.outcome()
                }
                Said::Gap(gap) => {
                    write_value(&of_gap(gap, options.time), &mut text)?;
                    Outcome::Error
                }
                Said::Problem(problem) => {
                    write_value(&of_problem(problem, options.time), &mut text)?;
                    Outcome::Error
                }
            };
            if part.bytes + text.len() > MAX_BYTES && part.bytes > 0 {
                part = writer.write(home, part)?;
            }
            part.push(text, outcome);
        }
        writer.write(home, part)?;
    }
    writer.out.write_all(b"]}\n")
}

/// Results that fit into one report.
#[derive(Default)]
struct Part {
    /// How many reports of this home are written already.
    before: usize,
    bytes: usize,
    results: Vec<Vec<u8>>,
    summary: Summary,
}

impl Part {
    fn push(&mut self, result: Vec<u8>, outcome: Outcome) {
        self.bytes += result.len() + 1;
        self.results.push(result);
        self.summary.count(outcome);
    }
}

struct Reports<'a> {
    report: &'a Report<'a>,
    out: &'a mut dyn Write,
    first: bool,
}

impl Reports<'_> {
    /// Writes one report; gives the next part of the same home.
    fn write(&mut self, home: &Home<'_>, part: Part) -> io::Result<Part> {
        if !std::mem::replace(&mut self.first, false) {
            self.out.write_all(b",")?;
        }
        let mut text = Vec::new();
        write_value(&Head::of(self.report, home, part.before), &mut text)?;
        self.out.write_all(text.strip_suffix(b"}").unwrap_or(&text))?;
        self.out.write_all(b",\"summary\":")?;
        text.clear();
        write_json(&part.summary, &mut text)?;
        self.out.write_all(text.trim_ascii_end())?;
        self.out.write_all(b",\"results\":[")?;
        for (nth, result) in part.results.iter().enumerate() {
            if nth > 0 {
                self.out.write_all(b",")?;
            }
            self.out.write_all(result)?;
        }
        self.out.write_all(b"]}")?;
        Ok(Part { before: part.before + 1, ..Part::default() })
    }
}
