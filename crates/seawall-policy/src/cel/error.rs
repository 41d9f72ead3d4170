//! What can be wrong with an expression, and what can go wrong when it is evaluated.

use std::borrow::Cow;

/// Why an expression cannot be compiled, or what a type checker would refuse.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message} (at byte {at})")]
pub struct CompileError {
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// The byte of the text where it is.
    pub at: u32,
}

impl CompileError {
    pub(super) fn new(message: impl Into<String>, at: u32) -> Self {
        CompileError { message: message.into(), at }
    }
}

/// What kind of error an evaluation ended with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// A variable without a value or a name that nothing declares.
    NoSuchAttribute,
    /// A map has no such key.
    NoSuchKey,
    /// An operator or function does not take values of these types.
    NoSuchOverload,
    /// A number divided by zero.
    Division,
    /// A result that its type cannot hold.
    Overflow,
    /// A place outside of a list or a text.
    OutOfBounds,
    /// A value that a function cannot use.
    Argument,
    /// What the value depends on is not known here.
    Unknown,
    /// A lazy variable has no value.
    Variable,
    /// The steps are used up: no operator absorbs this one.
    Limit,
}

/// Why an evaluation has no value. Texts are those of cel-go, where it has one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct EvalError {
    /// What kind.
    pub kind: ErrorKind,
    /// What went wrong.
    pub message: Cow<'static, str>,
    /// The byte of the expression where it went wrong.
    pub at: u32,
}

impl EvalError {
    /// An error without a place.
    pub(super) fn new(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        EvalError { kind, message: message.into(), at: u32::MAX }
    }

    pub(super) fn overload() -> Self {
        Self::new(ErrorKind::NoSuchOverload, "no such overload")
    }

    pub(super) fn key(key: impl std::fmt::Display) -> Self {
        Self::new(ErrorKind::NoSuchKey, format!("no such key: {key}"))
    }

    pub(super) fn argument(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Argument, message)
    }

    pub(super) fn overflow(what: &'static str) -> Self {
        Self::new(ErrorKind::Overflow, what)
    }

    pub(super) fn limit() -> Self {
        Self::new(ErrorKind::Limit, "operation cancelled: actual cost limit exceeded")
    }

    /// The same, at this place unless it has one.
    pub(super) fn at(mut self, at: u32) -> Self {
        if self.at == u32::MAX {
            self.at = at;
        }
        self
    }
}
