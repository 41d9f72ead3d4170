//! `docs/score.md` computes its example; this test computes it again.

use std::path::Path;

use seawall_checks::Tally;
use seawall_core::{Pillar, Severity};
use seawall_report::score;

#[test]
fn the_example_is_true() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/score.md");
    let page = std::fs::read_to_string(path).unwrap();
    let rows: Vec<Vec<&str>> = page
        .lines()
        .filter(|line| line.starts_with('|'))
        .map(|line| line.trim_matches('|').split('|').map(|cell| cell.trim().trim_matches('`')).collect())
        .collect();
    let mut tally = Tally::default();
    let mut judged = 0;
    for row in &rows {
        let [check, severity, evaluated, failed, weight_evaluated, weight_failed] = row[..] else {
            continue;
        };
        let Ok(severity) = severity.parse::<Severity>() else { continue };
        let info = seawall_checks::find(check).expect("a check of the example exists").check.info();
        assert_eq!((info.severity, info.pillar), (severity, Pillar::Nodes), "{check}");
        let (evaluated, failed): (u64, u64) = (evaluated.parse().unwrap(), failed.parse().unwrap());
        assert_eq!(weight_evaluated, (evaluated * severity.weight()).to_string(), "{row:?}");
        assert_eq!(weight_failed, (failed * severity.weight()).to_string(), "{row:?}");
        tally.evaluated += evaluated * severity.weight();
        tally.failed += failed * severity.weight();
        judged += 1;
    }
    assert!(judged >= 4, "the example has rows");
    let result = page.lines().find_map(|line| line.strip_prefix("Score: ")).unwrap();
    assert_eq!(result, score(&tally).unwrap().to_string());
    let sum = format!("{} of {}", tally.failed, tally.evaluated);
    assert!(page.contains(&sum), "the page should say `{sum}`");
    for severity in Severity::ALL {
        let row = format!("| {severity} | {} |", severity.weight());
        assert!(page.contains(&row), "the page should have `{row}`");
    }
}
