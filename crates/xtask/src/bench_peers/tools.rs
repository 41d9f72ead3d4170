//! The tools: how each is called on a folder without network, and how its findings are counted.

use std::ffi::OsString;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

/// The name of our own row.
pub(super) const SEAWALL: &str = "seawall";

/// A tool.
pub(super) struct Tool {
    pub(super) name: &'static str,
    /// Its arguments; `TREE` stands for the folder.
    arguments: &'static [&'static str],
    /// Findings in what it printed; nothing when the shape is another one.
    count: fn(&Value) -> Option<usize>,
}

/// Ours first: the ratios of the others refer to it.
pub(super) static TOOLS: &[Tool] = &[
    Tool {
        name: SEAWALL,
        arguments: &["scan", "TREE", "-o", "json", "--fail-on", "none"],
        count: |report| Some(report.get("findings")?.as_array()?.len()),
    },
    Tool {
        name: "checkov",
        arguments: &[
            "-d",
            "TREE",
            "--framework",
            "kubernetes",
            "-o",
            "json",
            "--compact",
            "--soft-fail",
            "--quiet",
        ],
        // One report or, with several frameworks, a list of them.
        count: |report| match report {
            Value::Array(reports) => reports.iter().map(checkov).sum(),
            one => checkov(one),
        },
    },
    Tool {
        name: "trivy",
        arguments: &["config", "--format", "json", "--quiet", "--skip-check-update", "TREE"],
        count: |report| {
            let results = report.get("Results").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
            Some(results.iter().map(|result| length(result.get("Misconfigurations"))).sum())
        },
    },
    Tool {
        name: "kubescape",
        arguments: &["scan", "TREE", "--format", "json", "--keep-local", "--use-default"],
        count: |report| {
            let results = report.get("results")?.as_array()?;
            let failed = |control: &&Value| {
                control.pointer("/status/status").and_then(Value::as_str) == Some("failed")
            };
            let controls =
                |result: &Value| Some(result.get("controls")?.as_array()?.iter().filter(failed).count());
            Some(results.iter().filter_map(controls).sum())
        },
    },
    Tool {
        name: "kube-linter",
        arguments: &["lint", "TREE", "--format", "json"],
        count: |report| Some(length(report.get("Reports"))),
    },
];

fn length(list: Option<&Value>) -> usize {
    list.and_then(Value::as_array).map_or(0, Vec::len)
}

fn checkov(report: &Value) -> Option<usize> {
    match report.pointer("/summary/failed").or_else(|| report.get("failed"))?.as_u64() {
        Some(failed) => usize::try_from(failed).ok(),
        None => None,
    }
}

impl Tool {
    /// The arguments for this folder.
    pub(super) fn arguments(&self, tree: &Path) -> Vec<OsString> {
        let real = |argument: &&str| match *argument {
            "TREE" => tree.as_os_str().to_owned(),
            other => other.into(),
        };
        self.arguments.iter().map(real).collect()
    }

    /// Counts the findings of the last run.
    pub(super) fn findings(&self, out: &Path) -> Result<usize> {
        let text = fs::read_to_string(out.with_extension("json"))?;
        // Some print words before the report.
        let start = text.find(['{', '[']).unwrap_or(0);
        let report = text.get(start..).unwrap_or_default();
        let report: Value = serde_json::from_str(report).context("printed no JSON")?;
        match (self.count)(&report) {
            Some(count) => Ok(count),
            None => bail!("printed a report of another shape"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_are_counted_in_each_shape() {
        for (name, report, wanted) in [
            ("seawall", r#"{"findings":[{},{}]}"#, Some(2)),
            ("seawall", r#"{"error":"x"}"#, None),
            ("checkov", r#"{"summary":{"failed":7}}"#, Some(7)),
            ("checkov", r#"[{"summary":{"failed":7}},{"summary":{"failed":1}}]"#, Some(8)),
            ("checkov", r#"{"passed":0,"failed":0}"#, Some(0)),
            ("trivy", r#"{"Results":[{"Misconfigurations":[{},{}]},{"Target":"x"}]}"#, Some(2)),
            (
                "kubescape",
                r#"{"results":[{"controls":[{"status":{"status":"failed"}},{"status":{"status":"passed"}}]}]}"#,
                Some(1),
            ),
            ("kube-linter", r#"{"Reports":[{},{},{}]}"#, Some(3)),
        ] {
            let tool = TOOLS.iter().find(|tool| tool.name == name).unwrap();
            assert_eq!((tool.count)(&serde_json::from_str(report).unwrap()), wanted, "{name}: {report}");
        }
    }
}
