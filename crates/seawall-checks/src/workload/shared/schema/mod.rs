//! Shapes of built-in objects: which fields there are, what they hold, and which must be there.
//!
//! Only the stable versions of Kubernetes 1.36 are known. A field that a newer release adds is unknown here, and `status`,
//! which nobody writes into manifests, may hold anything.

use std::collections::HashMap;
use std::sync::LazyLock;

use seawall_yaml::{Kind, Node};

use super::quantity::Quantity;

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Shape(&'static str);

/// A field of a type.
#[derive(Debug)]
struct Field {
    name: &'static str,
    shape: Shape,
    required: bool,
}

#[derive(Default)]
struct Shapes {
    /// Version and kind to type.
    objects: HashMap<(&'static str, &'static str), &'static str>,
    types: HashMap<&'static str, Vec<Field>>,
}

static SHAPES: LazyLock<Shapes> = LazyLock::new(|| {
    let mut shapes = Shapes::default();
    for line in include_str!("shapes.txt").lines().filter(|line| !line.starts_with('#')) {
        let mut words = line.split(' ');
        match words.next() {
            Some("=") => {
                if let (Some(version), Some(kind), Some(name)) = (words.next(), words.next(), words.next()) {
                    shapes.objects.insert((version, kind), name);
                }
            }
            Some(name) => {
                shapes.types.insert(name, words.filter_map(field).collect());
            }
            None => {}
        }
    }
    shapes
});

fn field(word: &'static str) -> Option<Field> {
    let (name, shape) = word.split_once(':')?;
    let required = name.ends_with('!');
    Some(Field { name: name.trim_end_matches('!'), shape: Shape(shape), required })
}

/// Something that does not fit.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Misfit<'t> {
    /// A field that its type does not have.
    Unknown(Node<'t>, &'t str),
    /// A field that must be there and is not.
    Missing(Node<'t>, &'static str),
    /// A value of another kind than wanted, and whether it is the value of an environment variable, which may be secret.
    Wrong(Node<'t>, Wanted, bool),
}

/// What a value should have been.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// A text.
    Text,
    /// `true` or `false`.
    Bool,
    /// A whole number.
    Int,
    /// A number.
    Number,
    /// A whole number or a text.
    IntOrText,
    /// A quantity.
    Quantity,
    /// A list.
    List,
    /// A map.
    Map,
}

impl std::fmt::Display for Wanted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Wanted::Text => "a text",
            Wanted::Bool => "`true` or `false`",
            Wanted::Int => "a whole number",
            Wanted::Number => "a number",
            Wanted::IntOrText => "a whole number or a text",
            Wanted::Quantity => "a quantity",
            Wanted::List => "a list",
            Wanted::Map => "a map",
        })
    }
}

/// What does not fit in an object, in the order written; `None` for objects whose shape is not known.
pub(crate) fn misfits<'t>(object: Node<'t>, api_version: &str, kind: &str) -> Option<Vec<Misfit<'t>>> {
    let name =
        SHAPES.objects.iter().find(|(known, _)| **known == (api_version, kind)).map(|(_, name)| *name)?;
    let mut found = Vec::new();
    let mut stack = vec![(object, Shape(name))];
    while let Some((node, shape)) = stack.pop() {
        // Null is as good as unset everywhere but in a list of texts, and the API server takes it there too.
        if node.is_null() {
            continue;
        }
        let first = stack.len();
        if let Some(wanted) = wrong(node, shape) {
            found.push(Misfit::Wrong(node, wanted, false));
        } else if let Some(item) = shape.0.strip_prefix('[') {
            stack.extend(node.items().map(|node| (node, Shape(item))));
        } else if let Some(value) = shape.0.strip_prefix('{') {
            stack.extend(node.entries().map(|(_, node)| (node, Shape(value))));
        } else if let Some(fields) = SHAPES.types.get(shape.0) {
            fit_fields(node, fields, shape.0, &mut found, &mut stack);
        }
        if let Some(pushed) = stack.get_mut(first..) {
            pushed.reverse();
        }
    }
    Some(found)
}

fn fit_fields<'t>(
    node: Node<'t>,
    fields: &'static [Field],
    name: &str,
    found: &mut Vec<Misfit<'t>>,
    stack: &mut Vec<(Node<'t>, Shape)>,
) {
    for field in fields.iter().filter(|field| field.required) {
        if node.get(field.name).is_none_or(Node::is_null) {
            found.push(Misfit::Missing(node, field.name));
        }
    }
    for (key, value) in node.entries() {
        match fields.iter().find(|field| field.name == key) {
            Some(field) if name == "core/v1.EnvVar" && key == "value" => {
                let wanted = wrong(value, field.shape).filter(|_| !value.is_null());
                found.extend(wanted.map(|wanted| Misfit::Wrong(value, wanted, true)));
            }
            Some(field) => stack.push((value, field.shape)),
            // Directives of strategic merge patches (`$patch`) are no fields.
            None if key.starts_with('$') => {}
            None => found.push(Misfit::Unknown(value, key)),
        }
    }
}

/// What a value should have been, when it is something else.
fn wrong(node: Node<'_>, shape: Shape) -> Option<Wanted> {
    let kind = node.kind();
    let is_int = node.as_i64().is_some() || kind == Kind::UInt;
    let (fits, wanted) = match shape.0 {
        "*" => return None,
        "s" => (kind == Kind::Str, Wanted::Text),
        "b" => (kind == Kind::Bool, Wanted::Bool),
        "i" => (is_int, Wanted::Int),
        "f" => (is_int || kind == Kind::Float, Wanted::Number),
        "x" => (is_int || kind == Kind::Str, Wanted::IntOrText),
        "q" => (Quantity::of(node).is_some(), Wanted::Quantity),
        list if list.starts_with('[') => (node.is_seq(), Wanted::List),
        _ => (node.is_map(), Wanted::Map),
    };
    (!fits).then_some(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_that_is_named_is_known() {
        assert!(SHAPES.objects.len() > 50 && SHAPES.types.len() > 300, "the table was read");
        let named = SHAPES.types.values().flatten().map(|field| field.shape.0.trim_start_matches(['[', '{']));
        for name in named.chain(SHAPES.objects.values().copied()) {
            let is_plain = matches!(name, "s" | "b" | "i" | "f" | "q" | "x" | "*");
            assert!(is_plain || SHAPES.types.contains_key(name), "{name}");
        }
    }
}
