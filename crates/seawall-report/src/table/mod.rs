//! The report for people, in rustc's manner: what, where (excerpt and caret), why, help; then the sum of it.
//!
//! Findings stand in the order of a reader's eye: by file, then by place. Why a check matters is said at its first finding
//! only. Findings with one cause share the excerpt and the fix. The excerpt is drawn here and not by a library because the column in
//! `file:line:column` must be the one in the file even where the line before the caret is masked, escaped or trimmed.

mod excerpt;
mod finding;
mod fix;
mod group;
mod line;
mod mask;
mod order;
mod style;
mod summary;
mod wrap;
mod written;

use std::io::{self, Write};

use crate::cause::by_cause;
use crate::escape::defuse;
use crate::token::redact;
use crate::{RenderOptions, Report};

use finding::FindingWriter;

pub(crate) use group::{Excerpts, Group};
pub use mask::Secrets;
pub(crate) use order::in_reading_order;
pub(crate) use style::Style;
pub use summary::thousands;
pub(crate) use summary::{counts, coverage, gaps, number, problem_line, read};

/// Narrower than this, excerpts and notes are of no use.
const MIN_WIDTH: usize = 40;

/// Writes the findings and the summary.
pub(crate) fn write(report: &Report<'_>, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    let style = Style::new(options.color);
    let width = options.width.max(MIN_WIDTH);
    let order = in_reading_order(report, |finding| finding.waiver.is_none());
    let mut writer = FindingWriter::new(report, style, width, options.quiet);
    let mut text = String::new();
    for group in by_cause(order, |(finding, _)| finding).into_iter().filter_map(Group::of) {
        text.clear();
        writer.write(&group, &mut text);
        out.write_all(defuse(&redact(&text)).as_bytes())?;
    }
    text.clear();
    if options.quiet {
        summary::errors(report, &mut text);
    } else {
        summary::full(report, style, width, &mut text);
    }
    out.write_all(defuse(&redact(&text)).as_bytes())
}
