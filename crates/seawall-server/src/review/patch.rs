//! What changed between two objects, as a JSON patch (RFC 6902).

use seawall_yaml::{Kind, Node};

use crate::review::write::text;

/// The operations that make `new` of `old`; `None` when they say the same. Maps are compared by key, lists of one length
/// by place; any other list is replaced as a whole.
pub fn patch(old: Node<'_>, new: Node<'_>) -> Option<String> {
    let mut operations = Operations { out: String::new(), path: String::new() };
    operations.compare(old, new, 0);
    (!operations.out.is_empty()).then(|| format!("[{}]", operations.out))
}

/// Deeper values are replaced as a whole: the reader's limit is what bounds them.
const DEEPEST: usize = 128;

struct Operations {
    out: String,
    path: String,
}

impl Operations {
    fn compare(&mut self, old: Node<'_>, new: Node<'_>, depth: usize) {
        match (old.kind(), new.kind()) {
            (Kind::Map, Kind::Map) if depth < DEEPEST => {
                for (key, value) in old.entries() {
                    self.under(key, |all| match new.entry(key) {
                        Some(other) => all.compare(value, other, depth + 1),
                        None => all.push("remove", None),
                    });
                }
                for (key, value) in new.entries().filter(|(key, _)| old.entry(key).is_none()) {
                    self.under(key, |all| all.push("add", Some(value)));
                }
            }
            (Kind::Seq, Kind::Seq) if depth < DEEPEST && old.len() == new.len() => {
                for (index, (value, other)) in old.items().zip(new.items()).enumerate() {
                    self.under(&index.to_string(), |all| all.compare(value, other, depth + 1));
                }
            }
            _ if json(old) == json(new) => {}
            _ => self.push("replace", Some(new)),
        }
    }

    fn under(&mut self, key: &str, work: impl FnOnce(&mut Self)) {
        let before = self.path.len();
        self.path.push('/');
        self.path.push_str(&key.replace('~', "~0").replace('/', "~1"));
        work(self);
        self.path.truncate(before);
    }

    fn push(&mut self, operation: &str, value: Option<Node<'_>>) {
        if !self.out.is_empty() {
            self.out.push(',');
        }
        self.out.push_str("{\"op\":\"");
        self.out.push_str(operation);
        self.out.push_str("\",\"path\":");
        text(&self.path, &mut self.out);
        if let Some(value) = value {
            self.out.push_str(",\"value\":");
            value.write_json(&mut self.out);
        }
        self.out.push('}');
    }
}

fn json(node: Node<'_>) -> String {
    let mut out = String::new();
    node.write_json(&mut out);
    out
}

#[cfg(test)]
mod tests {
    use seawall_yaml::{Limits, json::read_json_bytes};

    use super::*;

    fn said(old: &str, new: &str) -> Option<String> {
        let tree = |text: &str| read_json_bytes(text.as_bytes(), &Limits::default()).0.unwrap();
        patch(tree(old).root(), tree(new).root())
    }

    #[test]
    fn only_what_changed_is_said() {
        for (old, new, operations) in [
            (r#"{"a":1,"b":[1,{"c":2}]}"#, r#"{"b":[1,{"c":2}],"a":1}"#, None),
            (
                r#"{"a":1}"#,
                r#"{"a":2,"x/y~":{"z":1}}"#,
                Some(
                    r#"[{"op":"replace","path":"/a","value":2},{"op":"add","path":"/x~1y~0","value":{"z":1}}]"#,
                ),
            ),
            (r#"{"a":1,"b":2}"#, r#"{"b":2}"#, Some(r#"[{"op":"remove","path":"/a"}]"#)),
            (
                r#"{"b":[1,{"c":2}]}"#,
                r#"{"b":[1,{"c":3}]}"#,
                Some(r#"[{"op":"replace","path":"/b/1/c","value":3}]"#),
            ),
            (r#"{"b":[1]}"#, r#"{"b":[1,2]}"#, Some(r#"[{"op":"replace","path":"/b","value":[1,2]}]"#)),
        ] {
            assert_eq!(said(old, new).as_deref(), operations);
        }
    }
}
