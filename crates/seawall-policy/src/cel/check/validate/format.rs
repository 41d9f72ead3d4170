//! `'%d of %s'.format([1, x])` with a constant text: the arguments have to fit.
//!
//! Source: cel-go `ext/formatting.go`.

use crate::cel::CompileError;
use crate::cel::check::Checked;
use crate::cel::check::tree::{Kind, Literal, NodeId};
use crate::cel::check::types::Type;

/// What is wrong with a call of `format`.
pub(super) fn problem(checked: &Checked, id: NodeId) -> Option<CompileError> {
    let Kind::Call { function, target: Some(target), args } = checked.tree.kind(id) else { return None };
    if &**function != "format" || !checked.overloads_at(id).contains(&"string_format") {
        return None;
    }
    let (Kind::Literal(Literal::Str(text)), [list]) = (checked.tree.kind(*target), &**args) else {
        return None;
    };
    let Kind::List(items) = checked.tree.kind(*list) else { return None };
    let items: Vec<NodeId> = items.iter().map(|(item, _)| *item).collect();
    let (message, at) = match clauses(checked, text, &items) {
        Err((message, at)) => (message, at.unwrap_or(id)),
        Ok(asked) if items.len() > asked => {
            let given = items.len();
            let text =
                format!("too many arguments supplied to string.format (expected {asked}, got {given})");
            (text, id)
        }
        Ok(_) => return None,
    };
    Some(CompileError::new(message, checked.tree.at(at)))
}

type Wrong = (String, Option<NodeId>);

/// How many arguments a text asks for.
fn clauses(checked: &Checked, text: &str, items: &[NodeId]) -> Result<usize, Wrong> {
    let mut asked = 0;
    let mut rest = text;
    while let Some((_, clause)) = rest.split_once('%') {
        if let Some(after) = clause.strip_prefix('%') {
            rest = after;
            continue;
        }
        if clause.is_empty() {
            return Err(("unexpected end of string".to_owned(), None));
        }
        let Some(item) = items.get(asked) else { return Err((format!("index {asked} out of range"), None)) };
        let unreadable = |why| (format!("could not parse formatting clause: {why}"), None);
        let after = precision(clause).map_err(unreadable)?;
        let mut chars = after.chars();
        let sign = chars.next().unwrap_or(' ');
        rest = chars.as_str();
        fits(checked, sign, *item).map_err(|(why, at)| match at {
            Some(_) => (format!("error during formatting: {why}"), at),
            None => unreadable(why),
        })?;
        asked += 1;
    }
    Ok(asked)
}

/// What follows `.3`.
fn precision(clause: &str) -> Result<&str, String> {
    let Some(digits) = clause.strip_prefix('.') else { return Ok(clause) };
    let after = digits.trim_start_matches(|digit: char| digit.is_ascii_digit());
    if after.is_empty() {
        return Err("error while parsing precision: could not find end of precision specifier".to_owned());
    }
    let digits = digits.strip_suffix(after).unwrap_or("");
    let why = match digits.parse::<i64>() {
        Ok(_) => return Ok(after),
        Err(_) if digits.is_empty() => "invalid syntax",
        Err(_) => "value out of range",
    };
    Err(format!(
        "error while parsing precision: error while converting precision to integer: strconv.Atoi: parsing \"{digits}\": {why}"
    ))
}

fn fits(checked: &Checked, sign: char, item: NodeId) -> Result<(), Wrong> {
    let own = checked.type_at(item);
    let (fits, why) = match sign {
        's' => {
            return match unprintable(checked, item) {
                None => Ok(()),
                Some(bad) => {
                    let what =
                        "strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps";
                    let name = checked.type_at(bad).name();
                    Err((format!("string clause can only be used on {what}, was given {name}"), Some(bad)))
                }
            };
        }
        'd' => (matches!(own, Type::Int | Type::Uint), "decimal clause can only be used on integers"),
        'f' => (matches!(own, Type::Double | Type::String), "fixed-point clause can only be used on doubles"),
        'e' => (matches!(own, Type::Double | Type::String), "scientific clause can only be used on doubles"),
        'b' => (
            matches!(own, Type::Int | Type::Uint | Type::Bool),
            "only integers and bools can be formatted as binary",
        ),
        'x' | 'X' => (
            matches!(own, Type::Int | Type::Uint | Type::String | Type::Bytes),
            "only integers, byte buffers, and strings can be formatted as hex",
        ),
        'o' => (matches!(own, Type::Int | Type::Uint), "octal clause can only be used on integers"),
        _ => return Err((format!("unrecognized formatting clause \"{sign}\""), None)),
    };
    if fits || own.is_dyn() {
        return Ok(());
    }
    Err((format!("{why}, was given {}", own.name()), Some(item)))
}

/// The part of an argument that has no text.
fn unprintable(checked: &Checked, item: NodeId) -> Option<NodeId> {
    if matches!(checked.type_at(item), Type::Opaque(..) | Type::Object(_) | Type::Param(_) | Type::Error) {
        return Some(item);
    }
    match checked.tree.kind(item) {
        Kind::List(items) => items.iter().find_map(|(item, _)| unprintable(checked, *item)),
        Kind::Map(entries) => entries
            .iter()
            .find_map(|entry| unprintable(checked, entry.key).or_else(|| unprintable(checked, entry.value))),
        _ => None,
    }
}
