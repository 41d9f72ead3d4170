//! Colours: decoration only, every meaning is also a word.

use seawall_core::Severity;

/// What a piece of text is, for its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Paint {
    /// The name of a severity, and the caret under what is wrong.
    Severity(Severity),
    /// The message of a finding, headings.
    Strong,
    /// Line numbers, arrows and rails.
    Frame,
    /// A related place.
    Related,
}

/// Writes ANSI sequences, or nothing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style {
    color: bool,
}

impl Style {
    pub(crate) fn new(color: bool) -> Self {
        Style { color }
    }

    /// Appends painted text. The text must be escaped already.
    pub(super) fn push(self, to: &mut String, paint: Paint, text: &str) {
        if !self.color {
            to.push_str(text);
            return;
        }
        to.push_str(match paint {
            Paint::Severity(Severity::Critical | Severity::High) => "\x1b[1;91m",
            Paint::Severity(Severity::Medium) => "\x1b[1;33m",
            Paint::Severity(Severity::Low) => "\x1b[1;96m",
            Paint::Severity(Severity::Info) => "\x1b[1;92m",
            Paint::Strong => "\x1b[1m",
            Paint::Frame | Paint::Related => "\x1b[1;94m",
        });
        to.push_str(text);
        to.push_str("\x1b[0m");
    }
}
