//! Policies as YAML.
//!
//! Texts from outside are in double quotes, expressions stand as they were written.

use std::fmt::Write as _;

/// A list of lines that grows.
#[derive(Default)]
pub(super) struct Yaml(String);

impl Yaml {
    /// A line at a depth.
    pub(super) fn line(&mut self, depth: usize, text: &str) -> &mut Self {
        // Writing to a text cannot fail.
        let _ = writeln!(self.0, "{:width$}{text}", "", width = depth * 2);
        self
    }

    /// A key with an expression, as a literal block where it has several lines or a character that means something.
    pub(super) fn expression(&mut self, depth: usize, key: &str, text: &str) -> &mut Self {
        self.line(depth, &format!("{key}: |-"));
        // The key may stand behind the dash of an item.
        let depth = depth + if key.starts_with("- ") { 2 } else { 1 };
        for line in text.lines() {
            self.line(depth, line.trim_end());
        }
        self
    }

    /// The text.
    pub(super) fn finish(self) -> String {
        self.0
    }
}

/// A text in double quotes, as JSON and YAML read it.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for char in text.chars() {
        match char {
            '"' | '\\' => out.extend(['\\', char]),
            char if char.is_control() || matches!(char, '\u{feff}' | '\u{2028}' | '\u{2029}') => {
                let _ = write!(out, "\\u{:04x}", u32::from(char));
            }
            char => out.push(char),
        }
    }
    out.push('"');
    out
}
