//! Writes `seawall-waivers.yaml`.

use seawall_core::Date;
use seawall_yaml::{Kind, Span, Style, TreeBuilder};

/// A waiver to be written. Names may hold stars, as they may in the file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// Words that select checks; at least one.
    pub checks: Vec<String>,
    /// The kind of the object.
    pub kind: Option<String>,
    /// Its namespace.
    pub namespace: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// Labels that it has.
    pub labels: Vec<(String, String)>,
    /// The container that the finding is about.
    pub container: Option<String>,
    /// The file of the object.
    pub file: Option<String>,
    /// Who answers for it; without one the reader refuses the file until somebody fills it in.
    pub owner: Option<String>,
    /// Why the finding is accepted.
    pub reason: String,
    /// The last day on which it is.
    pub until: Date,
}

/// The text of a file with these waivers, which [`read_file`](crate::read_file) reads as the same ones. Every line of
/// `head` becomes a comment before them.
pub fn write_file(head: &[String], entries: &[Entry]) -> String {
    let mut out = String::new();
    for line in head.iter().flat_map(|text| text.lines()) {
        out.push('#');
        if !line.is_empty() {
            out.push(' ');
        }
        // A comment must not end early, nor hide what is in it.
        line.chars().for_each(|c| if is_shown(c) { out.push(c) } else { out.extend(c.escape_unicode()) });
        out.push('\n');
    }
    let mut tree = TreeBuilder::new(None);
    open(&mut tree, Kind::Map);
    tree.key("waivers", None);
    open(&mut tree, Kind::Seq);
    entries.iter().for_each(|entry| write(&mut tree, entry));
    tree.close(0);
    tree.close(0);
    let mut body = String::new();
    tree.finish().root().write_yaml(&mut body);
    // Whatever is not shown as it is stands in double quotes, where it can be written out.
    for c in body.chars() {
        match u32::from(c) {
            _ if c == '\n' || is_shown(c) => out.push(c),
            code @ ..=0xffff => out.push_str(&format!("\\u{code:04x}")),
            code => out.push_str(&format!("\\U{code:08x}")),
        }
    }
    out
}

fn write(tree: &mut TreeBuilder, entry: &Entry) {
    open(tree, Kind::Map);
    tree.key("check", None);
    match entry.checks.as_slice() {
        [one] => text(tree, one),
        several => {
            open(tree, Kind::Seq);
            several.iter().for_each(|check| text(tree, check));
            tree.close(0);
        }
    }
    let mut field = |key: &str, value: &Option<String>| {
        if let Some(value) = value {
            tree.key(key, None);
            text(tree, value);
        }
    };
    field("kind", &entry.kind);
    field("namespace", &entry.namespace);
    field("name", &entry.name);
    field("container", &entry.container);
    field("file", &entry.file);
    if !entry.labels.is_empty() {
        tree.key("labels", None);
        open(tree, Kind::Map);
        for (key, value) in &entry.labels {
            tree.key(key, None);
            text(tree, value);
        }
        tree.close(0);
    }
    for (key, value) in [
        ("owner", entry.owner.clone().unwrap_or_default()),
        ("reason", entry.reason.clone()),
        ("until", entry.until.to_string()),
    ] {
        tree.key(key, None);
        text(tree, &value);
    }
    tree.close(0);
}

fn open(tree: &mut TreeBuilder, kind: Kind) {
    tree.open(kind, Style::Plain, 0);
}

fn text(tree: &mut TreeBuilder, value: &str) {
    tree.str(value, Style::Plain, Span::default());
}

/// Letters, digits, blanks and marks that every terminal shows as they are.
fn is_shown(c: char) -> bool {
    matches!(c, ' ' | '…') || c.is_ascii_graphic() || !c.is_ascii() && c.is_alphanumeric()
}
