//! The formats by name, and the way into each.

use std::io::{self, Write};

use seawall_core::UnknownName;

use crate::{Report, github, html, json, jsonl, junit, markdown, ocsf, policyreport, sarif, table};

/// A format of reports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Format {
    /// Text for people.
    #[default]
    Table,
    /// One JSON document, `seawall.dev/report/v1`.
    Json,
    /// One JSON record a line.
    Jsonl,
    /// SARIF 2.1.0.
    Sarif,
    /// Workflow commands of GitHub Actions.
    Github,
    /// A text for a comment or a summary.
    Markdown,
    /// A page that needs nothing else.
    Html,
    /// JUnit XML.
    Junit,
    /// OCSF events, one a line.
    Ocsf,
    /// PolicyReports of Kubernetes.
    Policyreport,
}

impl Format {
    /// Every format, in the order help lists them.
    pub const ALL: &'static [Format] = &[
        Format::Table,
        Format::Json,
        Format::Jsonl,
        Format::Sarif,
        Format::Github,
        Format::Markdown,
        Format::Html,
        Format::Junit,
        Format::Ocsf,
        Format::Policyreport,
    ];
    const NAMES: &'static [&'static str] =
        &["table", "json", "jsonl", "sarif", "github", "markdown", "html", "junit", "ocsf", "policyreport"];

    /// The name used in options.
    pub const fn as_str(self) -> &'static str {
        match self {
            Format::Table => "table",
            Format::Json => "json",
            Format::Jsonl => "jsonl",
            Format::Sarif => "sarif",
            Format::Github => "github",
            Format::Markdown => "markdown",
            Format::Html => "html",
            Format::Junit => "junit",
            Format::Ocsf => "ocsf",
            Format::Policyreport => "policyreport",
        }
    }
}

impl std::fmt::Display for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

impl std::str::FromStr for Format {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let unknown = || UnknownName { what: "format", given: text.to_owned(), accepted: Self::NAMES };
        Self::ALL.iter().copied().find(|format| format.as_str() == text).ok_or_else(unknown)
    }
}

/// How a report for people looks, and when the run was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RenderOptions {
    /// Whether to write ANSI colours.
    pub color: bool,
    /// Columns of a line; excerpts are trimmed around the caret to fit. Less than 40 counts as 40.
    pub width: usize,
    /// One line a finding and one an error; no excerpts, no summary.
    pub quiet: bool,
    /// Seconds since the beginning of 1970, for the formats that have a place for it (HTML, JUnit, OCSF, PolicyReports);
    /// `None` keeps the output a function of the input.
    pub time: Option<u64>,
}

impl Default for RenderOptions {
    /// No colour, 100 columns, in full, at no time.
    fn default() -> Self {
        RenderOptions { color: false, width: 100, quiet: false, time: None }
    }
}

/// Writes a report. The writer should be buffered.
///
/// # Errors
/// When the writer fails; rendering itself cannot fail.
pub fn render(
    report: &Report<'_>,
    format: Format,
    options: &RenderOptions,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        Format::Table => table::write(report, options, out),
        Format::Json => json::write(report, out),
        Format::Jsonl => jsonl::write(report, out),
        Format::Sarif => sarif::write(report, out),
        Format::Github => github::write(report, out),
        Format::Markdown => markdown::write(report, out),
        Format::Html => html::write(report, options, out),
        Format::Junit => junit::write(report, options, out),
        Format::Ocsf => ocsf::write(report, options, out),
        Format::Policyreport => policyreport::write(report, options, out),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip() {
        for (format, name) in Format::ALL.iter().zip(Format::NAMES) {
            assert_eq!((format.as_str(), name.parse()), (*name, Ok(*format)));
        }
        let error = "xml".parse::<Format>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "unknown format `xml`, expected one of: table, json, jsonl, sarif, github, markdown, html, junit, ocsf, policyreport"
        );
    }
}
