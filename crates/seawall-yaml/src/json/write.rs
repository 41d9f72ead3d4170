//! Compact JSON, with the escapes and the number forms of Go's `encoding/json` (without its HTML escapes).

use std::fmt::Write as _;

use crate::json::scan::plain_len;
use crate::{Kind, Node};

impl Node<'_> {
    /// Appends this node as compact JSON, keys in the order written. A float that JSON cannot say is `null`.
    pub fn write_json(&self, out: &mut String) {
        let tree = self.tree();
        let first = self.id().0;
        // Nodes stand in document order: one pass with the ends of what is open, no recursion.
        let mut open: Vec<(u32, char)> = Vec::new();
        let mut id = first;
        let end = tree.subtree_end(first);
        let mut fresh = true;
        while id < end {
            while let Some((past, bracket)) = open.last().copied()
                && past <= id
            {
                out.push(bracket);
                open.pop();
                fresh = false;
            }
            let node = tree.node(crate::NodeId(id));
            let past = tree.subtree_end(id).max(id + 1);
            if id != first && node.is_shadowed() {
                id = past;
                continue;
            }
            if !fresh {
                out.push(',');
            }
            fresh = false;
            if let (false, Some(key)) = (id == first, node.key()) {
                write_string(key, out);
                out.push(':');
            }
            id += 1;
            match node.kind() {
                Kind::Map | Kind::Seq => {
                    let (begin, bracket) = if node.is_map() { ('{', '}') } else { ('[', ']') };
                    out.push(begin);
                    open.push((past, bracket));
                    fresh = true;
                }
                _ => write_scalar(node, out),
            }
        }
        out.extend(open.iter().rev().map(|(_, bracket)| *bracket));
    }
}

fn write_scalar(node: Node<'_>, out: &mut String) {
    match node.kind() {
        Kind::Str => write_string(node.as_str().unwrap_or(""), out),
        Kind::Float => write_float(node.as_f64().unwrap_or(f64::NAN), out),
        _ => out.push_str(&node.scalar_text().unwrap_or("null".into())),
    }
}

/// Appends a text in double quotes.
pub(crate) fn write_string(text: &str, out: &mut String) {
    out.push('"');
    let mut rest = text;
    while let Some(len) = escaped_at(rest.as_bytes()) {
        let (plain, tail) = rest.split_at_checked(len).unwrap_or((rest, ""));
        out.push_str(plain);
        let mut chars = tail.chars();
        match chars.next() {
            Some('"') => out.push_str("\\\""),
            Some('\\') => out.push_str("\\\\"),
            Some('\n') => out.push_str("\\n"),
            Some('\r') => out.push_str("\\r"),
            Some('\t') => out.push_str("\\t"),
            Some('\u{8}') => out.push_str("\\b"),
            Some('\u{c}') => out.push_str("\\f"),
            Some(c) => _ = write!(out, "\\u{:04x}", u32::from(c)),
            None => {}
        }
        rest = chars.as_str();
    }
    out.push_str(rest);
    out.push('"');
}

/// The offset of the first character that is written as an escape.
fn escaped_at(bytes: &[u8]) -> Option<usize> {
    let special = plain_len(bytes);
    let plain = bytes.get(..special.unwrap_or(bytes.len())).unwrap_or(bytes);
    // U+2028 and U+2029 end a line in JavaScript.
    let mut ends = memchr::memchr_iter(0xe2, plain);
    let separator = ends.find(|at| matches!(bytes.get(at + 1..at + 3), Some([0x80, 0xa8 | 0xa9])));
    separator.or(special)
}

/// Appends the shortest form that reads back as the same float: Go's choice between digits and exponent.
fn write_float(float: f64, out: &mut String) {
    if !float.is_finite() {
        out.push_str("null");
        return;
    }
    if float != 0.0 && !(1e-6..1e21).contains(&float.abs()) {
        let digits = format!("{float:e}");
        out.push_str(&if digits.contains("e-") { digits } else { digits.replace('e', "e+") });
    } else {
        _ = write!(out, "{float}");
    }
}

#[cfg(test)]
mod tests {
    use super::{write_float, write_string};

    #[test]
    fn floats_as_go_writes_them() {
        let cases = [
            (1.0, "1"),
            (0.1, "0.1"),
            (-0.0, "-0"),
            (1e20, "100000000000000000000"),
            (1e21, "1e+21"),
            (1e300, "1e+300"),
            (1e-6, "0.000001"),
            (1.5e-7, "1.5e-7"),
            (f64::NAN, "null"),
        ];
        for (float, want) in cases {
            let mut out = String::new();
            write_float(float, &mut out);
            assert_eq!(out, want);
        }
    }

    #[test]
    fn strings_escape_what_json_must() {
        let mut out = String::new();
        write_string("a\"\\\n\u{1}\u{2028}<ü", &mut out);
        assert_eq!(out, r#""a\"\\\n\u0001\u2028<ü""#);
    }
}
