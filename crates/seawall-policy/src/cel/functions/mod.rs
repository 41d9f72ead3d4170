//! The functions that expressions may call.
//!
//! Invariants: a function is found by name, form and number of arguments, never by types; one that gets a type which it does
//! not take says `no such overload`. Work that its cost does not count is paid for in steps.

mod authz;
mod convert;
mod core;
mod format;
mod format_go;
mod format_parts;
mod lists;
mod mutation;
mod named;
mod net;
mod number;
mod optional;
mod patterns;
mod quantity;
mod semver;
mod sets;
mod strings;
mod times;
mod url;

use super::cost::Cost;
use super::limits::Budget;
use super::value::Value;
use super::{ErrorKind, EvalError, Names, Version};

pub(super) use self::authz::check;
pub(super) use self::format::shown;
pub(super) use self::lists::sorted;
use self::number::double;
pub(super) use self::patterns::found;
pub(super) use super::re2::compile as pattern;

/// What a function does; the receiver of a method is the first argument.
pub(super) type Native = for<'a, 'v> fn(&'a [Value<'v>], &'a mut Budget) -> Result<Value<'v>, EvalError>;

/// How a function is carried out.
#[derive(Clone, Copy, Debug)]
pub(super) enum Run {
    /// From its arguments alone.
    Native(Native),
    /// By asking who is allowed what.
    Check,
}

/// What is known of a result without a type checker: as much as decides what operators cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Unknown,
    Str,
    Bytes,
    List,
    /// A list whose items have an order.
    Sortable,
    Map,
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Only {
    Language,
    Kubernetes,
}

/// What a function says of arguments that it does not take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unfit {
    /// Its name and the types of the arguments.
    Types,
    /// Its name.
    Name,
    /// Nothing.
    Plain,
}

/// A function.
#[derive(Clone, Copy, Debug)]
pub(super) struct Function {
    pub(super) name: &'static str,
    method: bool,
    least: u8,
    most: u8,
    /// The minor release that has it first.
    since: u16,
    /// Whether only mutations have it.
    mutation: bool,
    /// Whether only the language definition, or only the API server has it so.
    only: Option<Only>,
    pub(super) cost: Cost,
    pub(super) gives: Kind,
    pub(super) run: Run,
    unfit: Unfit,
}

/// A function that is called by its name; `least` and `most` count arguments.
const fn global(name: &'static str, least: u8, most: u8, run: Native) -> Function {
    let (cost, gives, run) = (Cost::Fixed(1), Kind::Other, Run::Native(run));
    let (only, unfit) = (None, Unfit::Types);
    Function { name, method: false, least, most, since: 0, mutation: false, only, cost, gives, run, unfit }
}

/// A function that is called on a value; `least` and `most` count it too.
const fn method(name: &'static str, least: u8, most: u8, run: Native) -> Function {
    Function { method: true, ..global(name, least, most, run) }
}

impl Function {
    const fn since(self, minor: u16) -> Self {
        Function { since: minor, ..self }
    }

    const fn cost(self, cost: Cost) -> Self {
        Function { cost, ..self }
    }

    const fn gives(self, gives: Kind) -> Self {
        Function { gives, ..self }
    }

    const fn unfit(self, unfit: Unfit) -> Self {
        Function { unfit, ..self }
    }

    const fn only(self, only: Only) -> Self {
        Function { only: Some(only), ..self }
    }

    /// What it says of arguments that it does not take; any other error as it is.
    pub(super) fn explained(&self, error: EvalError, args: &[Value<'_>]) -> EvalError {
        if error.kind != ErrorKind::NoSuchOverload {
            return error;
        }
        let types: Vec<&str> = args.iter().map(|arg| arg.type_of().name()).collect();
        let message = match self.unfit {
            Unfit::Plain => return error,
            Unfit::Name => format!("no such overload: {}", self.name),
            Unfit::Types => format!("no such overload: {}({})", self.name, types.join(", ")),
        };
        EvalError::new(ErrorKind::NoSuchOverload, message)
    }

    const fn in_mutations(self) -> Self {
        Function { mutation: true, ..self }
    }
}

const TABLES: [&[Function]; 16] = [
    core::FUNCTIONS,
    convert::FUNCTIONS,
    strings::FUNCTIONS,
    times::FUNCTIONS,
    optional::FUNCTIONS,
    lists::FUNCTIONS,
    sets::FUNCTIONS,
    patterns::FUNCTIONS,
    url::FUNCTIONS,
    net::FUNCTIONS,
    quantity::FUNCTIONS,
    semver::FUNCTIONS,
    named::FUNCTIONS,
    mutation::FUNCTIONS,
    authz::FUNCTIONS,
    authz::CHECKS,
];

/// The function of this name; `count` includes the receiver of a method.
pub(super) fn find(name: &str, method: bool, count: usize, names: &Names) -> Option<&'static Function> {
    let mut functions = TABLES.into_iter().flatten();
    functions.find(|own| {
        own.name == name
            && own.method == method
            && (usize::from(own.least)..=usize::from(own.most)).contains(&count)
            && names.version() >= Version::minor(own.since)
            && (!own.mutation || names.is_for_mutation())
            && own.only.is_none_or(|only| (only == Only::Language) == names.is_language())
    })
}

/// The length of a list or text as a value.
fn int<'v>(number: usize) -> Value<'v> {
    Value::Int(i64::try_from(number).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An evaluation holds four arguments at most.
    #[test]
    fn no_function_takes_more_than_four() {
        assert!(TABLES.into_iter().flatten().all(|own| own.least <= own.most && own.most <= 4));
    }

    #[test]
    fn what_came_later_is_unknown() {
        for (name, method, count, minor) in [
            ("quantity", false, 1, 28),
            ("ip", false, 1, 30),
            ("semver", false, 1, 33),
            ("sort", true, 1, 34),
            ("sets.contains", false, 2, 29),
            ("labelSelector", true, 2, 31),
            ("includes", true, 2, 37),
            ("format", true, 2, 29),
        ] {
            let at =
                |minor: u16| find(name, method, count, &Names::new().at(Version::minor(minor))).is_some();
            assert!(at(minor) && !at(minor - 1), "{name}");
        }
        assert!(find("jsonpatch.escapeKey", false, 1, &Names::new()).is_none());
        assert!(find("jsonpatch.escapeKey", false, 1, &Names::new().for_mutation()).is_some());
    }
}
