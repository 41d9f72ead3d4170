//! What is known of a value without the object.

use seawall_schema::{Form, Scalar, Schema, Value as Data};

/// What a value always is.
#[derive(Clone, Debug)]
pub(crate) enum Fact<'s> {
    /// Nothing is known.
    Any,
    Null,
    NotNull,
    Bool(bool),
    Int(i64),
    /// A whole number, this one or more.
    Least(i64),
    Str(Box<str>),
    /// A list that the expression writes out.
    List(Vec<Fact<'s>>),
    /// Part of an object.
    Typed(Kept<'s>),
    /// `object` or `oldObject`.
    Object,
    /// `request`
    Request,
    /// `request.kind`, `request.resource`
    RequestKind,
    RequestResource,
    /// `variables`
    Variables,
}

/// Part of an object, by its type.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kept<'s> {
    pub(crate) schema: Schema<'s>,
    /// Whether a list of Go that is nil may stand here as null.
    pub(crate) nullable: bool,
    /// Whether the definition of a custom resource has been held against it.
    pub(crate) settled: bool,
}

/// Whether evaluating something fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fails {
    Never,
    Maybe,
    Always,
}

/// What is known of an expression: its value where it has one, and whether it has one.
#[derive(Clone, Debug)]
pub(crate) struct Found<'s> {
    pub(crate) is: Fact<'s>,
    pub(crate) fails: Fails,
}

impl Fails {
    /// Of something that needs both.
    pub(crate) fn and(self, other: Fails) -> Fails {
        self.max(other)
    }

    /// The same, when the step itself may fail, too.
    pub(crate) fn or_maybe(self) -> Fails {
        self.max(Fails::Maybe)
    }

    /// The same, when the step is perhaps not taken or its failure absorbed.
    pub(crate) fn weaker(self) -> Fails {
        self.min(Fails::Maybe)
    }
}

impl<'s> Found<'s> {
    /// It is this and does not fail.
    pub(crate) fn is(is: Fact<'s>) -> Self {
        Found { is, fails: Fails::Never }
    }

    /// It may be anything.
    pub(crate) fn any() -> Self {
        Found::is(Fact::Any)
    }

    /// It may be anything, or fail.
    pub(crate) fn open() -> Self {
        Found { is: Fact::Any, fails: Fails::Maybe }
    }
}

impl<'s> Kept<'s> {
    /// What stands in a list, or the keys of a map.
    pub(crate) fn items(self) -> Found<'s> {
        match self.schema.form() {
            Form::List(items) => Found::is(Fact::Typed(self.below(items))),
            Form::Map(_) => Found::is(Fact::NotNull),
            Form::Scalar(_) | Form::Struct => Found::any(),
        }
    }

    /// An item or a value of it.
    pub(crate) fn below(self, schema: Schema<'s>) -> Self {
        Kept { schema, nullable: schema.is_nullable(), settled: self.settled }
    }

    /// Whether nothing is known of what it holds.
    pub(crate) fn is_open(self) -> bool {
        matches!(self.schema.form(), Form::Scalar(Scalar::Any | Scalar::Object | Scalar::JsonSchema))
    }

    /// The texts that may stand here, where there are few.
    pub(crate) fn texts(self) -> Option<Vec<&'s str>> {
        let allowed: &'s [Data<'static>] = self.schema.allowed();
        let texts: Option<Vec<&'s str>> = allowed.iter().map(Data::as_str).collect();
        texts.filter(|texts| !texts.is_empty() && !self.nullable && self.settled)
    }
}

impl<'s> Fact<'s> {
    /// What is so in either case.
    pub(crate) fn join(self, other: Fact<'s>) -> Fact<'s> {
        match (self, other) {
            (Fact::Bool(one), Fact::Bool(other)) if one == other => Fact::Bool(one),
            (Fact::Int(one), Fact::Int(other)) if one == other => Fact::Int(one),
            (Fact::Str(one), Fact::Str(other)) if one == other => Fact::Str(one),
            (Fact::Null, Fact::Null) => Fact::Null,
            (one, other) if one.is_not_null() && other.is_not_null() => Fact::NotNull,
            _ => Fact::Any,
        }
    }

    /// Whether it is a value and not null.
    pub(crate) fn is_not_null(&self) -> bool {
        match self {
            Fact::Any | Fact::Null => false,
            Fact::Typed(kept) => !kept.nullable && !kept.is_open(),
            _ => true,
        }
    }

    /// Whether a macro can go over it.
    pub(crate) fn is_list(&self) -> bool {
        match self {
            Fact::List(_) => true,
            Fact::Typed(kept) => !kept.nullable && matches!(kept.schema.form(), Form::List(_) | Form::Map(_)),
            _ => false,
        }
    }

    /// What a filter leaves of it.
    pub(crate) fn filtered(&self) -> Fact<'s> {
        match self {
            Fact::Typed(kept) if matches!(kept.schema.form(), Form::List(_)) => Fact::Typed(*kept),
            _ => Fact::NotNull,
        }
    }
}
