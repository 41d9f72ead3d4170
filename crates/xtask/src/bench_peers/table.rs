//! The Markdown table.

use std::fmt::Write as _;

use super::measure::Run;
use super::{Measured, SEAWALL};

/// One row a tool: medians, findings, and how many times as much as Seawall it took.
pub(super) fn table(measured: &[Measured]) -> String {
    let ours = measured.iter().find(|row| row.tool.name == SEAWALL).map(|row| Figures::of(&row.runs));
    let mut out = String::from(
        "| tool | CPU s | wall s | peak RSS MB | findings | CPU ratio | wall ratio | RSS ratio |\n\
         |---|---:|---:|---:|---:|---:|---:|---:|\n",
    );
    for row in measured {
        let figures = Figures::of(&row.runs);
        let findings = match &row.findings {
            Ok(count) => count.to_string(),
            Err(_) => format!("failed ({})", figures.status),
        };
        let _ = write!(
            out,
            "| {} | {:.3} | {:.3} | {:.1} | {findings} |",
            row.tool.name, figures.cpu, figures.wall, figures.memory
        );
        let ratios = ours
            .as_ref()
            .filter(|_| row.findings.is_ok())
            .map(|ours| [figures.cpu / ours.cpu, figures.wall / ours.wall, figures.memory / ours.memory]);
        for i in 0..3 {
            match ratios.and_then(|ratios| ratios.get(i).copied()) {
                Some(ratio) if ratio.is_finite() => {
                    let _ = write!(out, " {ratio:.1} |");
                }
                _ => out.push_str(" - |"),
            }
        }
        out.push('\n');
    }
    out
}

struct Figures {
    cpu: f64,
    wall: f64,
    /// Megabytes of 1,000,000 bytes.
    memory: f64,
    status: String,
}

impl Figures {
    fn of(runs: &[Run]) -> Figures {
        Figures {
            cpu: median(runs.iter().map(|run| run.cpu.as_secs_f64()).collect()),
            wall: median(runs.iter().map(|run| run.wall.as_secs_f64()).collect()),
            memory: median(runs.iter().map(|run| run.memory as f64 / 1e6).collect()),
            status: runs.last().map_or_else(String::new, |run| run.status.to_string()),
        }
    }
}

/// The middle value; of an even number the mean of the two in the middle.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let upper = values.get(values.len() / 2).copied().unwrap_or(f64::NAN);
    let lower = values.get(values.len().saturating_sub(1) / 2).copied().unwrap_or(f64::NAN);
    f64::midpoint(lower, upper)
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt as _;
    use std::process::ExitStatus;
    use std::time::Duration;

    use super::super::tools::TOOLS;
    use super::*;

    fn row(name: &str, milliseconds: &[u64], findings: anyhow::Result<usize>) -> Measured {
        let run = |ms: &u64| Run {
            cpu: Duration::from_millis(*ms),
            wall: Duration::from_millis(ms / 2),
            memory: ms * 1_000_000,
            status: ExitStatus::from_raw(0),
        };
        let tool = TOOLS.iter().find(|tool| tool.name == name).unwrap();
        Measured { tool, runs: milliseconds.iter().map(run).collect(), findings }
    }

    #[test]
    fn medians_and_ratios() {
        let rows = [
            row("seawall", &[100, 20, 40], Ok(9)),
            row("checkov", &[4000, 6000], Ok(3)),
            row("trivy", &[10], Err(anyhow::anyhow!("printed no JSON"))),
        ];
        assert_eq!(
            table(&rows).lines().skip(2).collect::<Vec<_>>(),
            [
                "| seawall | 0.040 | 0.020 | 40.0 | 9 | 1.0 | 1.0 | 1.0 |",
                "| checkov | 5.000 | 2.500 | 5000.0 | 3 | 125.0 | 125.0 | 125.0 |",
                "| trivy | 0.010 | 0.005 | 10.0 | failed (exit status: 0) | - | - | - |",
            ]
        );
    }
}
