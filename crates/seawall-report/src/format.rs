//! The formats by name, and the way into each.

use std::io::{self, Write};

use seawall_core::UnknownName;

use crate::{Report, github, json, jsonl, sarif, table};

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
}

impl Format {
    /// Every format, in the order help lists them.
    pub const ALL: &'static [Format] =
        &[Format::Table, Format::Json, Format::Jsonl, Format::Sarif, Format::Github];
    const NAMES: &'static [&'static str] = &["table", "json", "jsonl", "sarif", "github"];

    /// The name used in options.
    pub const fn as_str(self) -> &'static str {
        match self {
            Format::Table => "table",
            Format::Json => "json",
            Format::Jsonl => "jsonl",
            Format::Sarif => "sarif",
            Format::Github => "github",
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

/// How a report for people looks; formats for programs do not depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RenderOptions {
    /// Whether to write ANSI colours.
    pub color: bool,
    /// Columns of a line; excerpts are trimmed around the caret to fit. Less than 40 counts as 40.
    pub width: usize,
    /// One line a finding and one an error; no excerpts, no summary.
    pub quiet: bool,
}

impl Default for RenderOptions {
    /// No colour, 100 columns, in full.
    fn default() -> Self {
        RenderOptions { color: false, width: 100, quiet: false }
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
            "unknown format `xml`, expected one of: table, json, jsonl, sarif, github"
        );
    }
}
