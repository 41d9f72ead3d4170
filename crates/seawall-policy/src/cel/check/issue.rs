//! What a checker says is wrong, in cel-go's form.

use std::fmt;

use crate::cel::CompileError;

/// One thing that is wrong with an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issue {
    /// What is wrong.
    pub message: String,
    /// The line of the text, from 1.
    pub line: u32,
    /// The place within the line, in characters from 0.
    pub column: u32,
    /// The text of the line; nothing for a text without any.
    excerpt: Option<String>,
}

/// Texts of lines that are longer are not shown.
const LONGEST: usize = 16_384;

impl Issue {
    fn new(text: &str, error: &CompileError) -> Self {
        let at = text.floor_char_boundary(error.at as usize);
        let (before, after) = text.split_at_checked(at).unwrap_or((text, ""));
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        let start = before.rsplit_once('\n').map_or(before, |(_, start)| start);
        let end = after.split('\n').next().unwrap_or("");
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        Issue {
            message: error.message.clone(),
            line: count(line),
            column: count(start.chars().count()),
            excerpt: (!text.is_empty()).then(|| format!("{start}{end}").replace('\t', " ")),
        }
    }
}

impl fmt::Display for Issue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(excerpt) = &self.excerpt else {
            return write!(f, "ERROR: <input>:1:0: {}", self.message);
        };
        write!(f, "ERROR: <input>:{}:{}: {}", self.line, self.column + 1, self.message)?;
        if excerpt.len() > LONGEST {
            return Ok(());
        }
        write!(f, "\n | {excerpt}\n | ")?;
        let mut chars = excerpt.chars();
        for char in chars.by_ref().take(self.column as usize) {
            f.write_str(if char.len_utf8() > 1 { "\u{ff0e}" } else { "." })?;
        }
        f.write_str(if chars.next().is_some_and(|char| char.len_utf8() > 1) { "\u{ff3e}" } else { "^" })
    }
}

/// All that is wrong, in the order of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issues {
    issues: Vec<Issue>,
    /// How many more there were.
    more: usize,
}

/// More are counted only.
const MOST: usize = 100;

impl Issues {
    pub(super) fn new(text: &str, errors: &[CompileError]) -> Self {
        let mut issues: Vec<Issue> = errors.iter().take(MOST).map(|error| Issue::new(text, error)).collect();
        issues.sort_by_key(|issue| (issue.line, issue.column));
        Issues { issues, more: errors.len().saturating_sub(MOST) }
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &Issue> {
        self.issues.iter()
    }
}

/// As the API server has it after `compilation failed: `.
impl fmt::Display for Issues {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, issue) in self.issues.iter().enumerate() {
            if place > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{issue}")?;
        }
        if self.more > 0 {
            write!(f, "\n{} more errors were truncated", self.more)?;
        }
        Ok(())
    }
}

impl std::error::Error for Issues {}
