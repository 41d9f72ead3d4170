//! Identifiers that follow from what they name.

use sha2::{Digest, Sha256};

use super::model::Prop;
use crate::comply::Framework;

/// Keeps our identifiers apart from others that are made of the same words.
const NAMESPACE: &str = "seawall.dev/oscal/v1";

/// The namespace of our properties.
const PROPERTIES: &str = "https://seawall.dev/ns/oscal";

/// A UUID of the form of version 5, from SHA-256: the model takes versions 4 and 5 only.
pub(super) fn uuid(parts: &[&str]) -> String {
    let mut hash = Sha256::new_with_prefix(NAMESPACE);
    for part in parts {
        hash.update([0]);
        hash.update(part);
    }
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(hash.finalize()).for_each(|(to, byte)| *to = byte);
    let mut text = String::with_capacity(36);
    for (index, byte) in bytes.into_iter().enumerate() {
        let byte = match index {
            6 => byte & 0x0f | 0x50,
            8 => byte & 0x3f | 0x80,
            _ => byte,
        };
        if matches!(index, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        text.push_str(&format!("{byte:02x}"));
    }
    text
}

/// The id of a control as the model allows it: those of NIST SP 800-53 as NIST writes them, others behind their framework.
pub(super) fn token(framework: &Framework, control: &str) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '_' };
    let id: String = control.chars().map(safe).collect();
    if framework.id.starts_with("nist-800-53") {
        id.to_ascii_lowercase()
    } else {
        format!("{}_{id}", framework.id)
    }
}

/// A property, unless there is nothing to say; the model allows no white space at the ends of a value.
pub(super) fn prop(name: &'static str, value: Option<String>) -> Option<Prop> {
    let value = value?.split_whitespace().collect::<Vec<_>>().join(" ");
    (!value.is_empty()).then_some(Prop { name, ns: PROPERTIES, value })
}

/// A reference to a line of a file, relative as the file was named.
pub(super) fn href(file: &str, line: Option<u32>) -> String {
    let mut href = String::with_capacity(file.len() + 8);
    // A colon before the first slash would name a scheme.
    if file.split('/').next().is_some_and(|first| first.contains(':')) {
        href.push_str("./");
    }
    for byte in file.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' | b'~' | b':' => {
                href.push(char::from(byte));
            }
            _ => href.push_str(&format!("%{byte:02X}")),
        }
    }
    if let Some(line) = line {
        href.push_str(&format!("#L{line}"));
    }
    href
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_follow_from_names() {
        let one = uuid(&["a", "b"]);
        assert_eq!(one, uuid(&["a", "b"]));
        assert_ne!(one, uuid(&["ab"]));
        assert_ne!(one, uuid(&["a", "", "b"]));
        let bytes = one.as_bytes();
        assert_eq!((one.len(), bytes[14]), (36, b'5'));
        assert!(b"89ab".contains(&bytes[19]), "{one}");
    }

    #[test]
    fn references_are_references() {
        assert_eq!(href("a b/ü.yaml", Some(3)), "a%20b/%C3%BC.yaml#L3");
        assert_eq!(href("cluster:prod", None), "./cluster:prod");
        assert_eq!(href("<stdin>", None), "%3Cstdin%3E");
        assert!(prop("a", Some(" \n ".to_owned())).is_none());
        assert_eq!(prop("a", Some(" x\ny ".to_owned())).unwrap().value, "x y");
    }
}
