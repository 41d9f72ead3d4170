//! What went wrong while reading: never an exit, always a line in the report.

use std::sync::Arc;

use crate::Position;
use crate::names::named_enum;

named_enum! {
    /// How bad a problem is; ordered, `Error` is the greatest.
    "problem severity" ProblemSeverity {
        /// Worth knowing; nothing was lost.
        Note = "note",
        /// Read, but Kubernetes would read it otherwise than it looks, or might refuse it.
        Warning = "warning",
        /// Something was not read, or Kubernetes refuses it.
        Error = "error",
    }
}

/// Something that a reader or loader could not take as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// How bad it is.
    pub severity: ProblemSeverity,
    /// The file, when there is one.
    pub file: Option<Arc<str>>,
    /// The place in the file, when known.
    pub position: Option<Position>,
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// The underlying error, when there is one.
    pub cause: Option<String>,
}

impl Problem {
    /// A problem without a place.
    pub fn new(severity: ProblemSeverity, message: impl Into<String>) -> Self {
        Problem { severity, file: None, position: None, message: message.into(), cause: None }
    }

    /// The same with a position.
    #[must_use]
    pub fn at(mut self, position: Position) -> Self {
        self.position = Some(position);
        self
    }

    /// The same with a file name.
    #[must_use]
    pub fn in_file(mut self, file: &Arc<str>) -> Self {
        self.file = Some(Arc::clone(file));
        self
    }

    /// The same with the error that caused it.
    #[must_use]
    pub fn caused_by(mut self, cause: impl std::fmt::Display) -> Self {
        self.cause = Some(cause.to_string());
        self
    }
}
