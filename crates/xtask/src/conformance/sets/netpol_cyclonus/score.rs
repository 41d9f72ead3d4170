//! Compares truth tables with the labels.

use std::collections::BTreeMap;

use super::engine::Filled;
use crate::conformance::verdict::{Outcome, Score, Verdict};

/// The table that must come out.
pub(super) struct Table {
    pub(super) pods: Vec<String>,
    /// By port; a text for each source: `.` allowed, `X` denied, `-` not asserted.
    pub(super) rows: BTreeMap<String, Vec<String>>,
}

/// A case passes when every asserted cell of every table is right.
pub(super) fn score(labels: &[Table], answers: &[Result<Filled, String>]) -> Verdict {
    let mut wrong = Vec::new();
    let (mut right, mut asserted, mut tables) = (0, 0, 0);
    if labels.len() != answers.len() {
        wrong.push(format!("{} tables instead of {}", answers.len(), labels.len()));
    }
    for (label, answer) in labels.iter().zip(answers) {
        let filled = match answer {
            Ok(filled) => filled,
            Err(error) => {
                wrong.push(error.clone());
                continue;
            }
        };
        let before = wrong.len();
        for ((port, rows), filled) in label.rows.iter().zip(filled) {
            for ((row, filled), from) in rows.iter().zip(filled).zip(&label.pods) {
                for ((cell, said), to) in row.chars().zip(filled).zip(&label.pods) {
                    let expected = match cell {
                        '.' => true,
                        'X' => false,
                        _ => continue,
                    };
                    asserted += 1;
                    match said {
                        Ok(allowed) if *allowed == expected => right += 1,
                        Ok(allowed) => wrong.push(format!("{from} -> {to} {port} is {allowed}")),
                        Err(error) => wrong.push(format!("{from} -> {to} {port}: {error}")),
                    }
                }
            }
        }
        tables += u64::from(wrong.len() == before);
    }
    wrong.truncate(8);
    let outcome = if wrong.is_empty() { Outcome::Passed } else { Outcome::Failed(wrong.join("; ")) };
    let scores = vec![
        Score { name: "tables", hit: tables, of: labels.len() as u64 },
        Score { name: "cells", hit: right, of: asserted },
    ];
    Verdict { outcome, scores }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_asserted_cell_counts() {
        let pods = vec!["a".to_owned(), "b".to_owned()];
        let rows = BTreeMap::from([("TCP/80".to_owned(), vec!["-.".to_owned(), "X-".to_owned()])]);
        let label = [Table { pods, rows }];
        let table = |ab, ba| vec![Ok(vec![vec![vec![Ok(false), Ok(ab)], vec![Ok(ba), Ok(false)]]])];
        assert_eq!(score(&label, &table(true, false)).outcome, Outcome::Passed);
        assert!(matches!(score(&label, &table(true, true)).outcome, Outcome::Failed(_)));
        assert!(matches!(score(&label, &[Err("why".to_owned())]).outcome, Outcome::Failed(_)));
        assert!(matches!(score(&label, &[]).outcome, Outcome::Failed(_)));
    }
}
