//! JSON Patch (RFC 6902) from one object to another: what is different and nothing else, so that values which nobody
//! touched, secret ones among them, are not repeated.

use std::fmt::Write as _;

use seawall_core::{Route, Step};
use seawall_yaml::Node;

/// One operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// What it does.
    pub kind: OperationKind,
    /// Where.
    pub route: Route,
    /// The value as JSON; none for what is taken away.
    pub value: Option<String>,
}

/// What an operation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OperationKind {
    /// Put a new key or item there; what stands there in a list moves back.
    Add,
    /// Take away what is there.
    Remove,
    /// Put another value in its place.
    Replace,
    /// Fail unless this is there: places in lists mean what they meant only while nobody else changed them.
    Test,
}

impl OperationKind {
    /// The word of the RFC.
    pub const fn as_str(self) -> &'static str {
        match self {
            OperationKind::Add => "add",
            OperationKind::Remove => "remove",
            OperationKind::Replace => "replace",
            OperationKind::Test => "test",
        }
    }
}

impl Operation {
    /// The place as a JSON Pointer (RFC 6901).
    pub fn path(&self) -> String {
        let mut path = String::new();
        for step in self.route.steps() {
            path.push('/');
            match step {
                Step::Key(key) => path.push_str(&key.replace('~', "~0").replace('/', "~1")),
                Step::Index(index) => {
                    // Writing to a text does not fail.
                    let _ = write!(path, "{index}");
                }
            }
        }
        path
    }
}

/// The operations that make `new` of `old`.
pub fn json_patch(old: Node<'_>, new: Node<'_>) -> Vec<Operation> {
    let mut operations = Vec::new();
    compare(old, new, &Route::root(), &mut operations);
    operations
}

fn compare(old: Node<'_>, new: Node<'_>, at: &Route, out: &mut Vec<Operation>) {
    if old.is_map() && new.is_map() {
        return maps(old, new, at, out);
    }
    if old.is_seq() && new.is_seq() {
        return lists(old, new, at, out);
    }
    let value = json(new);
    if json(old) != value {
        out.push(Operation { kind: OperationKind::Replace, route: at.clone(), value: Some(value) });
    }
}

fn maps(old: Node<'_>, new: Node<'_>, at: &Route, out: &mut Vec<Operation>) {
    for (key, value) in old.entries() {
        let route = at.clone().key(key);
        match new.entry(key) {
            Some(now) => compare(value, now, &route, out),
            None => out.push(Operation { kind: OperationKind::Remove, route, value: None }),
        }
    }
    for (key, value) in new.entries().filter(|(key, _)| old.entry(key).is_none()) {
        out.push(Operation {
            kind: OperationKind::Add,
            route: at.clone().key(key),
            value: Some(json(value)),
        });
    }
}

/// Lists whose items go by the same names are compared item by item. Of others, items that are in both stay; the old ones
/// go, from the end, and then the new ones come.
fn lists(old: Node<'_>, new: Node<'_>, at: &Route, out: &mut Vec<Operation>) {
    let (old, new): (Vec<Node<'_>>, Vec<Node<'_>>) = (old.items().collect(), new.items().collect());
    // Items with other names than before were moved: what is in them is not said again.
    let named_alike = old.iter().zip(&new).all(|(old, new)| old.str("name") == new.str("name"));
    if old.len() == new.len() && named_alike {
        for (index, (old, new)) in old.iter().zip(&new).enumerate() {
            compare(*old, *new, &at.clone().index(index), out);
        }
        return;
    }
    let kept = common(&old, &new);
    let mut from = 0;
    let mut gone: Vec<usize> = Vec::new();
    let mut come: Vec<usize> = Vec::new();
    let mut inner = Vec::new();
    let mut to = 0;
    for (was, is) in kept.iter().copied().chain([(old.len(), new.len())]) {
        gone.extend(from..was);
        come.extend(to..is);
        if let (Some(old), Some(new)) = (old.get(was), new.get(is)) {
            compare(*old, *new, &at.clone().index(is), &mut inner);
        }
        (from, to) = (was + 1, is + 1);
    }
    for index in gone.into_iter().rev() {
        let route = at.clone().index(index);
        out.extend(old.get(index).and_then(|item| guard(*item, &route)));
        out.push(Operation { kind: OperationKind::Remove, route, value: None });
    }
    for index in come {
        let value = new.get(index).map(|item| json(*item));
        out.push(Operation { kind: OperationKind::Add, route: at.clone().index(index), value });
    }
    out.append(&mut inner);
}

/// Pairs of places whose items are taken for the same, both rising: by name where items have one, else by value.
fn common(old: &[Node<'_>], new: &[Node<'_>]) -> Vec<(usize, usize)> {
    let name = |item: &Node<'_>| item.str("name").map_or_else(|| json(*item), str::to_owned);
    let (old, new): (Vec<String>, Vec<String>) =
        (old.iter().map(name).collect(), new.iter().map(name).collect());
    let mut pairs = Vec::new();
    let mut next = 0;
    for (was, item) in old.iter().enumerate() {
        let found = new.iter().skip(next).position(|other| other == item);
        // One that stands further on may be the partner of a later one: the list only lost or gained items, so the
        // nearest is right.
        if let Some(is) = found.map(|found| found + next) {
            pairs.push((was, is));
            next = is + 1;
        }
    }
    pairs
}

/// A test that the item is still there: by its name, or by its value where that is a plain word.
fn guard(item: Node<'_>, at: &Route) -> Option<Operation> {
    let word = |text: &str| text.len() <= 64 && !text.contains('=') && !text.contains(char::is_whitespace);
    let (route, value) = match item.str("name") {
        Some(name) => (at.clone().key("name"), text(name)),
        None => (at.clone(), text(item.as_str().filter(|text| word(text))?)),
    };
    Some(Operation { kind: OperationKind::Test, route, value: Some(value) })
}

fn json(node: Node<'_>) -> String {
    let mut out = String::new();
    node.write_json(&mut out);
    out
}

fn text(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if u32::from(c) >= 0x20 => out.push(c),
            c => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use seawall_yaml::{Limits, Tree, json::read_json_bytes};

    fn tree(text: &str) -> Tree {
        read_json_bytes(text.as_bytes(), &Limits::default()).0.unwrap()
    }

    fn patch(old: &str, new: &str) -> Vec<String> {
        let (old, new) = (tree(old), tree(new));
        let operations = json_patch(old.root(), new.root());
        let words = operations.iter().map(|operation| {
            let value = operation.value.as_deref().unwrap_or("");
            format!("{} {} {value}", operation.kind.as_str(), operation.path()).trim_end().to_owned()
        });
        words.collect()
    }

    #[test]
    fn only_differences_are_said() {
        assert_eq!(patch("{}", "{}"), [""; 0]);
        assert_eq!(
            patch(r#"{"a/b":{"x":1,"y~":2,"s":"secret"}}"#, r#"{"a/b":{"x":2,"s":"secret","z":[1]}}"#),
            ["replace /a~1b/x 2", "remove /a~1b/y~0", "add /a~1b/z [1]"]
        );
        assert_eq!(
            patch(r#"[{"name":"a","v":1},{"name":"b","v":1}]"#, r#"[{"name":"b","v":2}]"#),
            [r#"test /0/name "a""#, "remove /0", "replace /0/v 2"]
        );
        assert_eq!(
            patch(r#"["A","B","C"]"#, r#"["B","D","E","F"]"#),
            [
                r#"test /2 "C""#,
                "remove /2",
                r#"test /0 "A""#,
                "remove /0",
                r#"add /1 "D""#,
                r#"add /2 "E""#,
                r#"add /3 "F""#
            ]
        );
        assert_eq!(patch(r#"["--token=abc"]"#, "[]"), ["remove /0"]);
        assert_eq!(
            patch(
                r#"[{"name":"a"},{"name":"b","v":"secret"}]"#,
                r#"[{"name":"b","v":"secret"},{"name":"c"}]"#
            ),
            [r#"test /0/name "a""#, "remove /0", r#"add /1 {"name":"c"}"#]
        );
    }
}
