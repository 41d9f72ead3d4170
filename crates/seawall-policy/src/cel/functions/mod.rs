//! The functions that expressions may call.
//!
//! Invariants: a function is found by name, form and number of arguments, never by types; one that gets a type which it does
//! not take says `no such overload`. Text that is made or searched is paid for.

mod convert;
mod core;
mod format;
mod number;
mod optional;
mod strings;
mod times;

use super::EvalError;
use super::limits::Budget;
use super::value::Value;

pub(super) use super::re2::compile as pattern;

/// A function; the receiver of a method is the first argument.
pub(super) type Native = for<'a, 'v> fn(&'a [Value<'v>], &'a mut Budget) -> Result<Value<'v>, EvalError>;

/// A name, whether it is a method, the fewest and the most arguments (with the receiver), and what it does.
type Entry = (&'static str, bool, usize, usize, Native);

const TABLES: [&[Entry]; 5] =
    [core::FUNCTIONS, convert::FUNCTIONS, strings::FUNCTIONS, times::FUNCTIONS, optional::FUNCTIONS];

/// The function of this name; `count` includes the receiver of a method.
pub(super) fn find(name: &str, method: bool, count: usize) -> Option<Native> {
    let mut entries = TABLES.into_iter().flatten();
    entries
        .find(|(own, own_method, least, most, _)| {
            *own == name && *own_method == method && (*least..=*most).contains(&count)
        })
        .map(|(.., native)| *native)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An evaluation holds four arguments at most.
    #[test]
    fn no_function_takes_more_than_four() {
        assert!(TABLES.into_iter().flatten().all(|(_, _, least, most, _)| least <= most && *most <= 4));
    }
}
