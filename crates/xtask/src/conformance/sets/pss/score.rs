//! Compares verdicts with the fixtures' labels.

use super::engine::Said;
use crate::conformance::verdict::{Outcome, Score, Verdict};

/// What a fixture asserts.
pub(super) struct Labels {
    pub(super) restricted: bool,
    /// Upstream's control in lower case.
    pub(super) check: String,
    pub(super) allowed: bool,
}

/// Controls of baseline and the stricter ones that replace them at restricted, in lower case.
const REPLACED: [(&str, &str); 4] = [
    ("capabilities_baseline", "capabilities_restricted"),
    ("hostpathvolumes", "restrictedvolumes"),
    ("procmount", "procmount_restricted"),
    ("seccompprofile_baseline", "seccompprofile_restricted"),
];

impl Labels {
    fn names(&self, control: &str) -> bool {
        let control = control.to_ascii_lowercase();
        control == self.check
            || self.restricted && REPLACED.contains(&(self.check.as_str(), control.as_str()))
    }
}

/// A case passes when every version has the right verdict, by the right control.
pub(super) fn score(labels: &Labels, said: &[Said]) -> Verdict {
    let mut wrong = Vec::new();
    let mut unjudged = Vec::new();
    let (mut right, mut rejected, mut named, mut controls) = (0, 0, 0, 0);
    for Said { version, controls: answer } in said {
        let answer = match answer {
            Ok(answer) => answer,
            Err(reason) => {
                unjudged.push(format!("at {version}: {reason}"));
                continue;
            }
        };
        if answer.is_empty() != labels.allowed {
            wrong.push(match labels.allowed {
                true => format!("at {version}: rejected by {}", answer.join(", ")),
                false => format!("at {version}: admitted"),
            });
            continue;
        }
        right += 1;
        if !labels.allowed {
            rejected += 1;
            controls += answer.len() as u64;
            if answer.iter().any(|control| labels.names(control)) {
                named += 1;
            } else {
                wrong.push(format!("at {version}: rejected by {} only", answer.join(", ")));
            }
        }
    }
    let outcome = match (wrong.as_slice(), unjudged.as_slice()) {
        ([], []) => Outcome::Passed,
        ([], [first, ..]) => Outcome::NotEvaluated(first.clone()),
        _ => Outcome::Failed(wrong.join("; ")),
    };
    let scores = vec![
        Score { name: "verdicts over versions", hit: right, of: said.len() as u64 },
        Score { name: "rejected pairs that name the control", hit: named, of: rejected },
        Score { name: "controls named a rejected pair", hit: controls, of: rejected },
    ];
    Verdict { outcome, scores }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Answer = Result<&'static [&'static str], &'static str>;

    fn said(answers: &[Answer]) -> Vec<Said> {
        let answer = |answer: &Answer| {
            let controls = match answer {
                Ok(controls) => Ok(controls.iter().map(|control| (*control).to_owned()).collect()),
                Err(reason) => Err((*reason).to_owned()),
            };
            Said { version: "v1.30".to_owned(), controls }
        };
        answers.iter().map(answer).collect()
    }

    #[test]
    fn a_case_passes_when_all_versions_do() {
        let allowed = Labels { restricted: false, check: "privileged".into(), allowed: true };
        let refused = Labels { restricted: false, check: "privileged".into(), allowed: false };
        let strict = Labels { restricted: true, check: "procmount".into(), allowed: false };
        let cases: [(&Labels, &[Answer], Outcome); 8] = [
            (&allowed, &[Ok(&[]), Ok(&[])], Outcome::Passed),
            (
                &allowed,
                &[Ok(&[]), Ok(&["privileged"])],
                Outcome::Failed("at v1.30: rejected by privileged".into()),
            ),
            (&refused, &[Ok(&["privileged", "hostPorts"])], Outcome::Passed),
            (&refused, &[Ok(&[])], Outcome::Failed("at v1.30: admitted".into())),
            (&refused, &[Ok(&["hostPorts"])], Outcome::Failed("at v1.30: rejected by hostPorts only".into())),
            (&strict, &[Ok(&["procMount"]), Ok(&["procMount_restricted"])], Outcome::Passed),
            (&allowed, &[Ok(&[]), Err("why")], Outcome::NotEvaluated("at v1.30: why".into())),
            (&refused, &[Err("why"), Ok(&[])], Outcome::Failed("at v1.30: admitted".into())),
        ];
        for (labels, answers, expected) in cases {
            assert_eq!(score(labels, &said(answers)).outcome, expected);
        }
        let verdict =
            score(&refused, &said(&[Ok(&["privileged", "hostPorts"]), Ok(&["hostPorts"]), Ok(&[])]));
        let counts: Vec<(u64, u64)> = verdict.scores.iter().map(|score| (score.hit, score.of)).collect();
        assert_eq!(counts, [(2, 3), (1, 2), (3, 2)]);
    }
}
