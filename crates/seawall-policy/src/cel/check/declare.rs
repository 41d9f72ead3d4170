//! Declarations of functions, read from tables: one file a library in `libraries`, one line an overload.
//!
//! ```text
//! add_list: _+_(list(A), list(A)) -> list(A)
//! string_char_at_int: string .charAt(int) -> string
//! ```
//!
//! A line begins with the id that cel-go gives the overload. A type before a dot is the receiver of a method. One capital
//! letter is a parameter.
//!
//! Invariant: the order of lines is the order in which overloads are tried.

use std::sync::{Arc, LazyLock};

use super::types::Type;

/// One way to call a function.
#[derive(Debug)]
pub(crate) struct Overload {
    pub(super) id: &'static str,
    pub(super) function: &'static str,
    pub(super) method: bool,
    /// What it takes, the receiver first.
    pub(super) params: Vec<Type>,
    pub(super) result: Type,
    /// The parameters of the declaration.
    pub(super) generic: Vec<Arc<str>>,
}

/// Functions that come and go together.
pub(super) struct Library {
    /// The first minor version of Kubernetes that has it.
    pub(super) since: u32,
    /// The first one that does not have it any more.
    pub(super) until: u32,
    /// Types without fields that it lets expressions name.
    pub(super) types: &'static [&'static str],
    pub(super) overloads: Vec<Overload>,
}

const ALWAYS: u32 = 0;
const EVER: u32 = u32::MAX;

macro_rules! library {
    ($since:expr, $until:expr, $types:expr, $name:literal) => {
        Library {
            since: $since,
            until: $until,
            types: $types,
            overloads: overloads(include_str!(concat!("libraries/", $name, ".txt"))),
        }
    };
}

/// The libraries of the API server, in the order of `apiserver/pkg/cel/environment/base.go`.
pub(super) static BASE: LazyLock<Vec<Library>> = LazyLock::new(|| {
    vec![
        library!(ALWAYS, EVER, &[], "standard"),
        library!(ALWAYS, EVER, &[], "urls"),
        library!(ALWAYS, EVER, &[], "regex"),
        library!(ALWAYS, EVER, &[], "lists"),
        library!(27, EVER, &[], "authorizer"),
        library!(28, EVER, &["optional_type"], "optionals"),
        library!(28, EVER, &[], "quantity"),
        library!(ALWAYS, EVER, &[], "strings"),
        library!(29, EVER, &[], "strings_format"),
        library!(29, EVER, &[], "sets"),
        library!(30, EVER, &["net.IP"], "ip"),
        library!(30, EVER, &["net.CIDR"], "cidr"),
        library!(31, EVER, &[], "format"),
        library!(31, EVER, &[], "authorizer_selectors"),
        library!(32, EVER, &[], "comprehensions"),
        library!(33, EVER, &[], "semver"),
        library!(34, EVER, &[], "lists_cel"),
        library!(37, EVER, &[], "lists_includes"),
    ]
});

/// What mutating policies have beside these.
pub(super) static MUTATION: LazyLock<Library> = LazyLock::new(|| library!(ALWAYS, EVER, &[], "jsonpatch"));

/// The lines of a table. What is no declaration is left out; tests hold every line of every table.
fn overloads(table: &'static str) -> Vec<Overload> {
    lines(table).filter_map(overload).collect()
}

fn lines(table: &'static str) -> impl Iterator<Item = &'static str> {
    table.lines().filter(|line| !line.is_empty() && !line.starts_with('#'))
}

fn overload(line: &'static str) -> Option<Overload> {
    let (id, rest) = line.split_once(": ")?;
    let (signature, result) = rest.rsplit_once(" -> ")?;
    let (receiver, called) = match signature.split_once(" .") {
        Some((receiver, called)) => (Some(receiver), called),
        None => (None, signature),
    };
    let (function, args) = called.strip_suffix(')')?.split_once('(')?;
    let mut params: Vec<Type> = receiver.map(read_types).unwrap_or(Some(Vec::new()))?;
    params.extend(read_types(args)?);
    let result = read_type(result)?;
    let mut generic = Vec::new();
    params.iter().for_each(|param| parameters(param, &mut generic));
    parameters(&result, &mut generic);
    Some(Overload { id, function, method: receiver.is_some(), params, result, generic })
}

fn parameters(of: &Type, found: &mut Vec<Arc<str>>) {
    match of {
        Type::Param(name) if !found.contains(name) => found.push(name.clone()),
        _ => of.params().into_iter().for_each(|part| parameters(part, found)),
    }
}

/// Types with commas between them.
fn read_types(text: &str) -> Option<Vec<Type>> {
    let mut types = Vec::new();
    let (mut open, mut start) = (0_usize, 0);
    for (at, sign) in text.char_indices() {
        match sign {
            '(' => open += 1,
            ')' => open = open.checked_sub(1)?,
            ',' if open == 0 => {
                types.push(read_type(text.get(start..at)?)?);
                start = at + 1;
            }
            _ => {}
        }
    }
    let last = text.get(start..)?.trim();
    if !last.is_empty() {
        types.push(read_type(last)?);
    }
    Some(types)
}

/// The type that a text of a table names.
fn read_type(text: &str) -> Option<Type> {
    let text = text.trim();
    if let Some((name, within)) = text.strip_suffix(')').and_then(|text| text.split_once('(')) {
        let mut within = read_types(within)?.into_iter();
        let (first, second) = (within.next()?, within.next());
        return match (name, second) {
            ("list", None) => Some(Type::list(first)),
            ("map", Some(value)) => Some(Type::map(first, value)),
            ("optional", None) => Some(Type::optional(first)),
            ("type", None) => Some(Type::of(first)),
            _ => None,
        };
    }
    Some(match text {
        "dyn" => Type::Dyn,
        "null" => Type::Null,
        "bool" => Type::Bool,
        "int" => Type::Int,
        "uint" => Type::Uint,
        "double" => Type::Double,
        "string" => Type::String,
        "bytes" => Type::Bytes,
        "duration" => Type::Duration,
        "timestamp" => Type::Timestamp,
        "type" => Type::Type(None),
        "net.IP" | "net.CIDR" => Type::opaque(text),
        _ if text.len() == 1 && text.starts_with(|first: char| first.is_ascii_uppercase()) => {
            Type::param(text)
        }
        _ if text.contains('.') => Type::object(text),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_every_table_is_a_declaration() {
        let tables = [
            include_str!("libraries/standard.txt"),
            include_str!("libraries/urls.txt"),
            include_str!("libraries/regex.txt"),
            include_str!("libraries/lists.txt"),
            include_str!("libraries/authorizer.txt"),
            include_str!("libraries/optionals.txt"),
            include_str!("libraries/quantity.txt"),
            include_str!("libraries/strings.txt"),
            include_str!("libraries/strings_format.txt"),
            include_str!("libraries/sets.txt"),
            include_str!("libraries/ip.txt"),
            include_str!("libraries/cidr.txt"),
            include_str!("libraries/format.txt"),
            include_str!("libraries/authorizer_selectors.txt"),
            include_str!("libraries/comprehensions.txt"),
            include_str!("libraries/semver.txt"),
            include_str!("libraries/lists_cel.txt"),
            include_str!("libraries/lists_includes.txt"),
            include_str!("libraries/jsonpatch.txt"),
        ];
        let mut ids: Vec<&str> = Vec::new();
        for line in tables.into_iter().flat_map(lines) {
            let overload = overload(line).unwrap_or_else(|| panic!("{line}"));
            assert!(!ids.contains(&overload.id), "{line}");
            ids.push(overload.id);
        }
        assert_eq!(BASE.len() + 1, tables.len());
    }

    #[test]
    fn a_line_says_what_a_method_takes() {
        let overload = overload("x: map(K, list(V)) .f(K, int) -> optional(V)").unwrap();
        assert!(overload.method);
        assert_eq!(overload.function, "f");
        let params: Vec<String> = overload.params.iter().map(ToString::to_string).collect();
        assert_eq!(params, ["map(K, list(V))", "K", "int"]);
        assert_eq!(overload.result.to_string(), "optional_type(V)");
        assert_eq!(overload.generic, [Arc::from("K"), Arc::from("V")]);
        for broken in ["x f() -> int", "x: f( -> int", "x: f() int", "x: f(nothing) -> int"] {
            assert!(super::overload(broken).is_none(), "{broken}");
        }
    }
}
