//! What a run says.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use anyhow::Result;
use serde::Serialize;

use super::DataOrigin;
use super::adjudications::Adjudications;
use super::verdict::{Outcome, Verdict};

/// The report over all sets.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Report {
    /// The sets, by name.
    pub(crate) sets: Vec<SetReport>,
    /// What makes the run fail beside failing cases.
    #[serde(skip)]
    pub(crate) faults: Vec<String>,
}

/// Whether there is something to run a set with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    /// There is.
    Built,
    /// There is not, or the data are missing.
    NotBuilt,
}

/// A case that does not hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Failed {
    case: String,
    why: String,
}

/// The report over one set.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct SetReport {
    pub(crate) set: String,
    pub(crate) status: Status,
    pub(crate) total: usize,
    pub(crate) passed: usize,
    pub(crate) adjudicated: usize,
    pub(crate) not_evaluated: usize,
    failed: Vec<Failed>,
    /// Of the cases not evaluated, those of which something is not built yet.
    #[serde(skip)]
    unbuilt: usize,
    /// Cases not evaluated, by reason.
    #[serde(skip)]
    reasons: BTreeMap<String, usize>,
    #[serde(skip)]
    scores: BTreeMap<&'static str, (u64, u64)>,
}

impl SetReport {
    /// A set that cannot be run.
    pub(crate) fn not_built(set: &str, total: usize) -> Self {
        SetReport {
            set: set.to_owned(),
            status: Status::NotBuilt,
            total,
            passed: 0,
            adjudicated: 0,
            not_evaluated: 0,
            failed: Vec::new(),
            unbuilt: 0,
            reasons: BTreeMap::new(),
            scores: BTreeMap::new(),
        }
    }

    /// Counts verdicts; what is wrong with the adjudications goes to `faults`.
    pub(crate) fn new(
        set: &str,
        verdicts: Vec<(String, Verdict)>,
        adjudications: &Adjudications,
        origin: DataOrigin,
        faults: &mut Vec<String>,
    ) -> Self {
        let mut report = SetReport { status: Status::Built, ..SetReport::not_built(set, verdicts.len()) };
        let names: BTreeSet<&str> = verdicts.iter().map(|(name, _)| name.as_str()).collect();
        if origin == DataOrigin::Default {
            let unknown = adjudications.unknown(&names);
            faults.extend(unknown.map(|case| format!("{set}: adjudicated `{case}` is no case of the set")));
        }
        for (case, Verdict { outcome, scores }) in verdicts {
            for score in scores {
                let sum = report.scores.entry(score.name).or_default();
                *sum = (sum.0 + score.hit, sum.1 + score.of);
            }
            let covered = adjudications.covers(&case);
            match outcome {
                Outcome::Failed(_) if covered => report.adjudicated += 1,
                Outcome::Failed(why) => report.failed.push(Failed { case, why }),
                outcome => {
                    if covered {
                        faults.push(format!(
                            "{set}: `{case}` is adjudicated but does not fail: remove the entry"
                        ));
                    }
                    report.count(outcome);
                }
            }
        }
        let allowed = Adjudications::allowed(report.total - report.unbuilt);
        if origin == DataOrigin::Default && adjudications.len() > allowed {
            faults.push(format!("{set}: {} adjudications, {allowed} are allowed", adjudications.len()));
        }
        report
    }

    fn count(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Passed => self.passed += 1,
            Outcome::NotBuilt(reason) => {
                self.unbuilt += 1;
                self.not_evaluated += 1;
                *self.reasons.entry(reason).or_default() += 1;
            }
            Outcome::NotEvaluated(reason) => {
                self.not_evaluated += 1;
                *self.reasons.entry(reason).or_default() += 1;
            }
            Outcome::Failed(_) => {}
        }
    }

    fn write_text(&self, text: &mut String) {
        if self.status == Status::NotBuilt {
            let _ = writeln!(text, "{:20} not built ({} cases)", self.set, self.total);
            return;
        }
        let judged = self.total - self.adjudicated - self.unbuilt;
        let share = if judged == 0 { 0.0 } else { 100.0 * self.passed as f64 / judged as f64 };
        let _ = writeln!(
            text,
            "{:20} {}/{}  {} adjudicated  {} not evaluated, {} of them not built  {share:.1} %",
            self.set, self.passed, self.total, self.adjudicated, self.not_evaluated, self.unbuilt
        );
        for (name, (hit, of)) in &self.scores {
            let ratio = if *of == 0 { 0.0 } else { *hit as f64 / *of as f64 };
            let _ = writeln!(text, "    {name}: {hit}/{of} = {ratio:.3}");
        }
        for (reason, count) in &self.reasons {
            let _ = writeln!(text, "    not evaluated, {count}: {}", printable(reason));
        }
        for Failed { case, why } in &self.failed {
            let _ = writeln!(text, "    FAILED {}: {}", printable(case), printable(why));
        }
    }
}

/// Control characters of hostile cases do not reach the terminal.
fn printable(text: &str) -> String {
    text.chars()
        .flat_map(|c| {
            let escaped = c.is_control().then(|| c.escape_default());
            let plain = escaped.is_none().then_some(c);
            escaped.into_iter().flatten().chain(plain)
        })
        .collect()
}

impl Report {
    /// One line a set, then what does not hold.
    pub(crate) fn to_text(&self) -> String {
        let mut text = String::new();
        self.sets.iter().for_each(|set| set.write_text(&mut text));
        text
    }

    /// The JSON form.
    pub(crate) fn to_json(&self) -> Result<String> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }
}

#[cfg(test)]
mod tests {
    use super::super::verdict::Score;
    use super::*;

    fn verdicts(outcomes: &[(&str, Outcome)]) -> Vec<(String, Verdict)> {
        outcomes.iter().map(|(name, outcome)| ((*name).to_owned(), Verdict::from(outcome.clone()))).collect()
    }

    fn failed() -> Outcome {
        Outcome::Failed("it\u{1b} differs".to_owned())
    }

    fn adjudicate(cases: &[&str]) -> Adjudications {
        let entries: Vec<String> = cases
            .iter()
            .map(|case| format!("[[adjudication]]\ncase='{case}'\nreason='r'\nsource='https://x'\n"))
            .collect();
        Adjudications::parse(&entries.concat()).unwrap()
    }

    fn run(
        outcomes: &[(&str, Outcome)],
        adjudicated: &[&str],
        origin: DataOrigin,
    ) -> (SetReport, Vec<String>) {
        let mut faults = Vec::new();
        let adjudications = adjudicate(adjudicated);
        let report = SetReport::new("s", verdicts(outcomes), &adjudications, origin, &mut faults);
        (report, faults)
    }

    #[test]
    fn the_parts_add_up_to_the_total() {
        let mut outcomes = vec![
            ("b", failed()),
            ("c", failed()),
            ("d", Outcome::NotEvaluated("no".into())),
            ("e", Outcome::NotBuilt("not yet".into())),
        ];
        outcomes.extend(std::iter::repeat_n(("a", Outcome::Passed), 40));
        let (report, faults) = run(&outcomes, &["c"], DataOrigin::Default);
        assert_eq!(faults, Vec::<String>::new());
        assert_eq!((report.passed, report.adjudicated, report.not_evaluated), (40, 1, 2));
        assert_eq!(
            report.total,
            report.passed + report.failed.len() + report.adjudicated + report.not_evaluated
        );
        let report = Report { sets: vec![report, SetReport::not_built("t", 5)], faults };
        assert_eq!(
            report.to_text(),
            "s                    40/44  1 adjudicated  2 not evaluated, 1 of them not built  95.2 %\n    \
             not evaluated, 1: no\n    not evaluated, 1: not yet\n    FAILED b: it\\u{1b} differs\n\
             t                    not built (5 cases)\n"
        );
        let json: serde_json::Value = serde_json::from_str(&report.to_json().unwrap()).unwrap();
        assert_eq!(
            json,
            serde_json::json!({"sets": [
                {"set": "s", "status": "built", "total": 44, "passed": 40, "adjudicated": 1, "not_evaluated": 2,
                 "failed": [{"case": "b", "why": "it\u{1b} differs"}]},
                {"set": "t", "status": "not_built", "total": 5, "passed": 0, "adjudicated": 0, "not_evaluated": 0,
                 "failed": []},
            ]})
        );
    }

    #[test]
    fn adjudications_are_few_and_count_built_cases_only() {
        let mut outcomes = vec![("bad", failed())];
        outcomes.extend(std::iter::repeat_n(("later", Outcome::NotBuilt("not yet".into())), 9));
        outcomes.extend(std::iter::repeat_n(("good", Outcome::Passed), 32));
        // 33 built cases allow none, 34 allow one.
        assert_eq!(run(&outcomes, &["bad"], DataOrigin::Default).1, ["s: 1 adjudications, 0 are allowed"]);
        assert_eq!(run(&outcomes, &["bad"], DataOrigin::Given).1, Vec::<String>::new());
        outcomes.push(("good", Outcome::Passed));
        assert_eq!(run(&outcomes, &["bad"], DataOrigin::Default).1, Vec::<String>::new());
    }

    #[test]
    fn adjudications_must_be_needed() {
        let mut outcomes = vec![("bad", failed()), ("unsure", Outcome::NotEvaluated("no".into()))];
        outcomes.extend(std::iter::repeat_n(("good", Outcome::Passed), 98));
        let (report, faults) = run(&outcomes, &["good"], DataOrigin::Given);
        assert_eq!(report.adjudicated, 0);
        assert_eq!(faults[0], "s: `good` is adjudicated but does not fail: remove the entry");
        let (_, faults) = run(&outcomes, &["unsure"], DataOrigin::Default);
        assert_eq!(faults, ["s: `unsure` is adjudicated but does not fail: remove the entry"]);
        let (_, faults) = run(&outcomes, &["gone"], DataOrigin::Default);
        assert_eq!(faults, ["s: adjudicated `gone` is no case of the set"]);
        assert_eq!(run(&outcomes, &["gone"], DataOrigin::Given).1, Vec::<String>::new());
    }

    #[test]
    fn second_scores_add_up() {
        let score =
            |hit, of| Verdict { outcome: Outcome::Passed, scores: vec![Score { name: "paths", hit, of }] };
        let verdicts = vec![("a".to_owned(), score(1, 2)), ("b".to_owned(), score(2, 2))];
        let report = SetReport::new("s", verdicts, &adjudicate(&[]), DataOrigin::Given, &mut Vec::new());
        let text = Report { sets: vec![report], faults: Vec::new() }.to_text();
        assert!(text.contains("paths: 3/4 = 0.750"), "{text}");
    }
}
