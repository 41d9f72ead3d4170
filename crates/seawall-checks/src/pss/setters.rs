//! Who set a value, and the wording that controls share.

use std::collections::BTreeSet;

use seawall_inventory::Place;

use super::exact::{Container, Pod};

/// `"a", "b"`; nothing is escaped, as upstream does not.
pub(super) fn quoted<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let quoted: Vec<String> = names.into_iter().map(|name| format!("\"{name}\"")).collect();
    quoted.join(", ")
}

/// The first form for one, the second for any other number.
pub(super) const fn plural(one: &'static str, more: &'static str, count: usize) -> &'static str {
    if count == 1 { one } else { more }
}

/// A text in Go's double quotes, as its verb `%q` writes it.
pub(super) fn go_quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\u{7}' => quoted.push_str("\\a"),
            '\u{8}' => quoted.push_str("\\b"),
            '\u{c}' => quoted.push_str("\\f"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '\u{b}' => quoted.push_str("\\v"),
            c if is_printable(c) => quoted.push(c),
            c if c.is_ascii() => quoted.push_str(&format!("\\x{:02x}", u32::from(c))),
            c if u32::from(c) < 0x1_0000 => quoted.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => quoted.push_str(&format!("\\U{:08x}", u32::from(c))),
        }
    }
    quoted.push('"');
    quoted
}

fn is_printable(c: char) -> bool {
    if c.is_ascii() {
        return c == ' ' || c.is_ascii_graphic();
    }
    // A leading combining mark would be escaped although it is printable: only what follows a letter counts.
    let after_letter: String = ['a', c].iter().collect();
    after_letter.escape_debug().eq(after_letter.chars())
}

/// The pod and the containers that did something, and where.
#[derive(Default)]
pub(super) struct Setters<'p> {
    pod: bool,
    containers: Vec<&'p str>,
    places: Vec<Place>,
}

impl<'p> Setters<'p> {
    /// The containers for which `fault` gives places.
    pub(super) fn containers<P>(pod: &Pod<'p>, mut fault: impl FnMut(&Container<'p>) -> P) -> Self
    where
        P: IntoIterator<Item = Place>,
    {
        let mut setters = Setters::default();
        for container in &pod.containers {
            let before = setters.places.len();
            setters.places.extend(fault(container));
            if setters.places.len() > before {
                setters.containers.push(container.name);
            }
        }
        setters
    }

    /// The same with the pod in front when it has places.
    pub(super) fn and_pod(mut self, places: impl IntoIterator<Item = Place>) -> Self {
        let mut all: Vec<Place> = places.into_iter().collect();
        self.pod = !all.is_empty();
        all.append(&mut self.places);
        self.places = all;
        self
    }

    /// Whether nobody did.
    pub(super) fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// How many containers did.
    pub(super) fn count(&self) -> usize {
        self.containers.len()
    }

    /// `pod`, `container "a"`, `containers "a", "b"`, apart.
    pub(super) fn parts(&self) -> Vec<String> {
        let mut parts = Vec::new();
        if self.pod {
            parts.push("pod".to_owned());
        }
        if !self.containers.is_empty() {
            let word = plural("container", "containers", self.containers.len());
            parts.push(format!("{word} {}", quoted(self.containers.iter().copied())));
        }
        parts
    }

    /// The same, joined by ` and `.
    pub(super) fn phrase(&self) -> String {
        self.parts().join(" and ")
    }

    /// Where.
    pub(super) fn into_places(self) -> Vec<Place> {
        self.places
    }
}

/// A set of values in the order in which upstream lists them: by bytes.
pub(super) type Values<'p> = BTreeSet<&'p str>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_as_go_does() {
        for (text, quoted) in [
            ("", r#""""#),
            ("a\"b\\c", r#""a\"b\\c""#),
            ("\n\t\r\u{7}\u{8}\u{b}\u{c}", r#""\n\t\r\a\b\v\f""#),
            ("\u{1b}[31m\u{7f}", r#""\x1b[31m\x7f""#),
            ("ü e\u{301} 世'", "\"ü e\u{301} 世'\""),
            ("\u{a0}\u{200b}\u{e0001}", r#""\u00a0\u200b\U000e0001""#),
        ] {
            assert_eq!(go_quoted(text), quoted, "{text:?}");
        }
    }

    #[test]
    fn lists_are_not_escaped() {
        assert_eq!(quoted(["a", "b\"c"]), "\"a\", \"b\"c\"");
        assert_eq!(quoted([]), "");
    }
}
