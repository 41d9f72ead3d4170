//! Block-style YAML, to show an object or to apply it again.

use crate::edit::quote::{double_quoted, is_plain, is_plain_key};
use crate::{Kind, Node};

/// Deeper values are left out; no object is nested as deep.
const DEEPEST: usize = 100;

impl Node<'_> {
    /// Appends this node as YAML in block style, keys in the order written. Texts that could be read as something else are
    /// in double quotes.
    pub fn write_yaml(&self, out: &mut String) {
        write(*self, 0, DEEPEST, out);
    }
}

fn write(node: Node<'_>, column: usize, depth: usize, out: &mut String) {
    match node.kind() {
        Kind::Map if !node.is_empty() && depth > 0 => {
            for (number, (key, value)) in node.entries().enumerate() {
                if number > 0 {
                    pad(column, out);
                }
                out.push_str(&if is_plain_key(key, false) { key.to_owned() } else { double_quoted(key) });
                out.push(':');
                if opens(value) {
                    out.push('\n');
                    let deeper = if value.is_map() { column + 2 } else { column };
                    pad(deeper, out);
                    write(value, deeper, depth - 1, out);
                } else {
                    out.push(' ');
                    write(value, column, depth - 1, out);
                }
            }
        }
        Kind::Seq if !node.is_empty() && depth > 0 => {
            for (number, item) in node.items().enumerate() {
                if number > 0 {
                    pad(column, out);
                }
                out.push_str("- ");
                write(item, column + 2, depth - 1, out);
            }
        }
        Kind::Map => out.push_str("{}\n"),
        Kind::Seq => out.push_str("[]\n"),
        Kind::Str => {
            let text = node.as_str().unwrap_or("");
            out.push_str(&if is_plain(text, false) { text.to_owned() } else { double_quoted(text) });
            out.push('\n');
        }
        _ => {
            node.write_json(out);
            out.push('\n');
        }
    }
}

/// Whether a value takes lines of its own.
fn opens(node: Node<'_>) -> bool {
    (node.is_map() || node.is_seq()) && !node.is_empty()
}

fn pad(column: usize, out: &mut String) {
    out.extend(std::iter::repeat_n(' ', column));
}

#[cfg(test)]
mod tests {
    use crate::{Limits, Text, read};

    #[test]
    fn what_is_written_reads_as_the_same() {
        let text = "a: 1\nb: [x, {c: 'yes', \"d e\": null}, [], [[q]]]\n'e: f': {}\ng: \"a\\nb\"\nh: {i: {j: 1.5}}\nk: '007'\n";
        let json = |text: &str| {
            let (documents, problems) = read(&Text::new(text), &Limits::default());
            assert!(problems.is_empty(), "{problems:?}\n{text}");
            let mut json = String::new();
            documents[0].tree.root().write_json(&mut json);
            json
        };
        let (documents, _) = read(&Text::new(text), &Limits::default());
        let mut written = String::new();
        documents[0].tree.root().write_yaml(&mut written);
        assert_eq!(json(&written), json(text), "{written}");
        assert!(
            written.starts_with("a: 1\nb:\n- x\n- c: \"yes\"\n  d e: null\n- []\n- - - q\n"),
            "{written}"
        );
    }
}
