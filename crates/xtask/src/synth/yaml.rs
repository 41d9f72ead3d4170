//! A small YAML tree and its writer in the styles that people and tools use.
//!
//! It writes what Kubernetes reads back as the same values; it is no general YAML library.

/// A value.
#[derive(Clone, Debug)]
pub(super) enum Node {
    Bool(bool),
    Int(i64),
    /// Quoted where YAML would read something else.
    Text(String),
    /// Written as it stands: octal modes, `yes`, quantities.
    Plain(&'static str),
    /// A literal block.
    Block(String),
    List(Vec<Node>),
    Map(Map),
    Anchor(&'static str, Box<Node>),
    Alias(&'static str),
}

/// A mapping in writing order.
#[derive(Clone, Debug, Default)]
pub(super) struct Map {
    entries: Vec<Entry>,
}

#[derive(Clone, Debug)]
struct Entry {
    key: String,
    value: Node,
    comment: Option<&'static str>,
}

impl Map {
    pub(super) fn new() -> Map {
        Map::default()
    }

    /// Adds a key.
    pub(super) fn with(mut self, key: impl Into<String>, value: impl Into<Node>) -> Map {
        self.entries.push(Entry { key: key.into(), value: value.into(), comment: None });
        self
    }

    /// Adds a key only if asked for.
    pub(super) fn when(self, wanted: bool, key: &str, value: impl FnOnce() -> Node) -> Map {
        if wanted { self.with(key, value()) } else { self }
    }

    /// Puts a comment on the line above the last key.
    pub(super) fn remark(mut self, comment: Option<&'static str>) -> Map {
        if let Some(entry) = self.entries.last_mut() {
            entry.comment = comment;
        }
        self
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

macro_rules! from {
    ($($type:ty => $make:expr),+ $(,)?) => {
        $(impl From<$type> for Node {
            fn from(value: $type) -> Node {
                let make: fn($type) -> Node = $make;
                make(value)
            }
        })+
    };
}

from! {
    bool => Node::Bool,
    i64 => Node::Int,
    i32 => |value| Node::Int(value.into()),
    &str => |value| Node::Text(value.to_owned()),
    &String => |value| Node::Text(value.clone()),
    String => Node::Text,
    Map => Node::Map,
    Vec<Node> => Node::List,
}

/// A list of texts.
pub(super) fn texts(values: &[&str]) -> Node {
    Node::List(values.iter().map(|value| Node::from(*value)).collect())
}

/// How a document is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Style {
    /// Columns per level of a mapping.
    pub(super) indent: usize,
    /// Whether list items stand deeper than their key.
    pub(super) deep_lists: bool,
    /// The quote character for texts that need one.
    pub(super) quote: char,
    /// Whether all texts are quoted, as some generators do.
    pub(super) quote_all: bool,
    /// Whether short lists of scalars are written `[a, b]`.
    pub(super) flow_lists: bool,
    /// Whether empty lines stand between the top-level keys.
    pub(super) airy: bool,
}

/// Appends a document.
pub(super) fn write(out: &mut String, document: &Map, style: Style) {
    Writer { out, style }.map(document, 0, Start::Line);
}

#[derive(Clone, Copy, PartialEq)]
enum Start {
    /// At the beginning of a line.
    Line,
    /// After `- `: the first key needs no indentation.
    Item,
}

struct Writer<'a> {
    out: &'a mut String,
    style: Style,
}

impl Writer<'_> {
    fn pad(&mut self, columns: usize) {
        self.out.extend(std::iter::repeat_n(' ', columns));
    }

    fn map(&mut self, map: &Map, column: usize, start: Start) {
        for (i, entry) in map.entries.iter().enumerate() {
            let inline = i == 0 && start == Start::Item;
            if column == 0 && i > 1 && self.style.airy {
                self.out.push('\n');
            }
            if let (Some(comment), false) = (entry.comment, inline) {
                self.pad(column);
                self.out.push_str("# ");
                self.out.push_str(comment);
                self.out.push('\n');
            }
            if !inline {
                self.pad(column);
            }
            self.text(&entry.key, false);
            self.out.push(':');
            self.value(&entry.value, column, self.style.deep_lists);
        }
    }

    /// A value after `key:` or `-`; `column` is that of the key.
    fn value(&mut self, node: &Node, column: usize, deep_lists: bool) {
        match node {
            Node::Map(map) if map.is_empty() => self.out.push_str(" {}\n"),
            Node::Map(map) => {
                self.out.push('\n');
                self.map(map, column + self.style.indent, Start::Line);
            }
            Node::List(items) if items.is_empty() => self.out.push_str(" []\n"),
            Node::List(items) if self.fits_flow(items) => self.flow(items),
            Node::List(items) => {
                self.out.push('\n');
                self.list(items, if deep_lists { column + self.style.indent } else { column });
            }
            Node::Block(text) => self.block(text, column + self.style.indent),
            Node::Anchor(name, inner) => {
                self.out.push_str(" &");
                self.out.push_str(name);
                self.value(inner, column, deep_lists);
            }
            scalar => {
                self.out.push(' ');
                self.scalar(scalar);
                self.out.push('\n');
            }
        }
    }

    fn list(&mut self, items: &[Node], column: usize) {
        for item in items {
            self.pad(column);
            self.out.push('-');
            match item {
                Node::Map(map) if !map.is_empty() => {
                    self.out.push(' ');
                    self.map(map, column + 2, Start::Item);
                }
                other => self.value(other, column, true),
            }
        }
    }

    fn fits_flow(&self, items: &[Node]) -> bool {
        let simple = |node: &Node| match node {
            Node::Text(text) => text.len() < 24,
            Node::Bool(_) | Node::Int(_) => true,
            _ => false,
        };
        self.style.flow_lists && items.len() < 5 && items.iter().all(simple)
    }

    fn flow(&mut self, items: &[Node]) {
        self.out.push_str(" [");
        for (i, item) in items.iter().enumerate() {
            if i > 0 {
                self.out.push_str(", ");
            }
            match item {
                Node::Text(text) => self.quoted(text),
                other => self.scalar(other),
            }
        }
        self.out.push_str("]\n");
    }

    fn block(&mut self, text: &str, column: usize) {
        self.out.push_str(if text.ends_with('\n') { " |\n" } else { " |-\n" });
        for line in text.lines() {
            if !line.is_empty() {
                self.pad(column);
            }
            self.out.push_str(line);
            self.out.push('\n');
        }
    }

    fn scalar(&mut self, node: &Node) {
        match node {
            Node::Bool(value) => self.out.push_str(if *value { "true" } else { "false" }),
            Node::Int(value) => self.out.push_str(&value.to_string()),
            Node::Plain(text) => self.out.push_str(text),
            Node::Text(text) => self.text(text, self.style.quote_all),
            Node::Alias(name) => {
                self.out.push('*');
                self.out.push_str(name);
            }
            Node::Block(_) | Node::List(_) | Node::Map(_) | Node::Anchor(..) => {}
        }
    }

    fn text(&mut self, text: &str, always: bool) {
        if always || needs_quotes(text) { self.quoted(text) } else { self.out.push_str(text) }
    }

    fn quoted(&mut self, text: &str) {
        let quote = self.style.quote;
        self.out.push(quote);
        for character in text.chars() {
            match (quote, character) {
                ('\'', '\'') => self.out.push_str("''"),
                ('"', '"') => self.out.push_str("\\\""),
                ('"', '\\') => self.out.push_str("\\\\"),
                _ => self.out.push(character),
            }
        }
        self.out.push(quote);
    }
}

/// Whether a plain scalar would be read as something else than this text.
fn needs_quotes(text: &str) -> bool {
    const WORDS: [&str; 9] = ["true", "false", "yes", "no", "on", "off", "y", "n", "null"];
    let Some(first) = text.chars().next() else { return true };
    let safe_start = first.is_ascii_alphabetic() || first == '/' || first == '_';
    let safe = |c: char| c.is_ascii_alphanumeric() || "/_.-:@$()=+,;~%<>| ?".contains(c);
    !safe_start
        || !text.chars().all(safe)
        || text.contains(": ")
        || text.ends_with([':', ' '])
        || WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Style =
        Style { indent: 2, deep_lists: false, quote: '"', quote_all: false, flow_lists: false, airy: false };

    fn document() -> Map {
        let item = Map::new().with("name", "web").with("ports", vec![Node::Int(80), Node::Int(443)]);
        Map::new()
            .with("kind", "Pod")
            .with(
                "spec",
                Map::new()
                    .with("containers", vec![item.into()])
                    .with("flag", "yes")
                    .with("mode", Node::Plain("0644")),
            )
            .remark(Some("what runs"))
            .with("data", Map::new().with("a.conf", Node::Block("x = 1\n\ny = 2\n".into())))
    }

    #[test]
    fn flush_lists() {
        let mut out = String::new();
        write(&mut out, &document(), PLAIN);
        assert_eq!(
            out,
            "kind: Pod\n# what runs\nspec:\n  containers:\n  - name: web\n    ports:\n    - 80\n    - 443\n  flag: \"yes\"\n  mode: 0644\n\
             data:\n  a.conf: |\n    x = 1\n\n    y = 2\n"
        );
    }

    #[test]
    fn deep_lists_flow_and_four_columns() {
        let style = Style { indent: 4, deep_lists: true, quote: '\'', flow_lists: true, ..PLAIN };
        let mut out = String::new();
        write(&mut out, &document(), style);
        assert_eq!(
            out,
            "kind: Pod\n# what runs\nspec:\n    containers:\n        - name: web\n          ports: [80, 443]\n    flag: 'yes'\n    \
             mode: 0644\ndata:\n    a.conf: |\n        x = 1\n\n        y = 2\n"
        );
    }
}
