//! One page that needs nothing else: scores, a list to filter, and for each cause what is wrong, why, and the fix.
//!
//! ```text
//! Report ─┬─ page   head, scores, controls: HTML
//!         └─ data   causes, checks, gaps, problems: JSON in the page, one cause at a time
//! script: data ─▶ the rows that the filter leaves, a hundred at a time; a row fills itself when it is opened
//! ```
//!
//! Invariants, above all what is absent: the page refers to nothing outside itself, and its policy lets it load nothing
//! and run nothing but its own script, which it names by hash. No text from outside is markup: in HTML it is escaped, in
//! JSON neither `<` nor a line separator is written as it is, and the script makes elements and texts, never HTML. It can
//! be used with a keyboard, on a phone, in the dark, with twenty thousand findings; no colour says what words do not say.
//! Without its script the page still has numbers and scores. *Absent:* a clock, storage, cookies, fonts, images.

mod data;
mod hash;
mod page;
mod pages;

use std::io::{self, Write};

use crate::{RenderOptions, Report};

const SCRIPT: &str = include_str!("script.js");
const STYLE: &str = include_str!("page.css");

/// Writes the page.
pub(crate) fn write(report: &Report<'_>, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    let groups = data::groups(report);
    page::head(out)?;
    page::body(report, &groups, options.time, out)?;
    out.write_all(b"<script type=\"application/json\" id=\"data\">")?;
    data::write(report, &groups, out)?;
    out.write_all(b"</script>\n<script>")?;
    in_pieces(SCRIPT, out)?;
    out.write_all(b"</script>\n</body>\n</html>\n")
}

/// Writes a long text line by line, as the rest is written.
fn in_pieces(text: &str, out: &mut dyn Write) -> io::Result<()> {
    text.split_inclusive('\n').try_for_each(|line| out.write_all(line.as_bytes()))
}
