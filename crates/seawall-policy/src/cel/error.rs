//! What can be wrong with an expression, and what can go wrong when it is evaluated.

use std::borrow::Cow;
use std::ops::Deref;

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
///
/// It is no larger than a pointer, for every operation gives a value or an error, and hardly ever the error.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.message)]
pub struct EvalError(Box<EvalFailure>);

/// What an [`EvalError`] says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvalFailure {
    /// What kind.
    pub kind: ErrorKind,
    /// What went wrong.
    pub message: Cow<'static, str>,
    /// The byte of the expression where it went wrong.
    pub at: u32,
}

impl Deref for EvalError {
    type Target = EvalFailure;

    fn deref(&self) -> &EvalFailure {
        &self.0
    }
}

impl EvalError {
    /// An error without a place.
    pub(super) fn new(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        EvalError(Box::new(EvalFailure { kind, message: message.into(), at: u32::MAX }))
    }

    #[cold]
    pub(super) fn overload() -> Self {
        Self::new(ErrorKind::NoSuchOverload, "no such overload")
    }

    #[cold]
    pub(super) fn key(key: impl std::fmt::Display) -> Self {
        Self::new(ErrorKind::NoSuchKey, format!("no such key: {key}"))
    }

    pub(super) fn argument(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Argument, message)
    }

    pub(super) fn overflow(what: &'static str) -> Self {
        Self::new(ErrorKind::Overflow, what)
    }

    #[cold]
    pub(super) fn limit() -> Self {
        Self::new(ErrorKind::Limit, "operation cancelled: actual cost limit exceeded")
    }

    /// The same, at this place unless it has one.
    pub(super) fn at(mut self, at: u32) -> Self {
        if self.0.at == u32::MAX {
            self.0.at = at;
        }
        self
    }
}
