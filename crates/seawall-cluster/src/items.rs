//! The objects of a list, cut from its JSON as it arrives: only one of them is in memory at a time.
//!
//! This finds where objects begin and end and nothing more; whether they are JSON is for the reader of each to say.

/// Bytes of the list's own `metadata`.
const MOST_METADATA: usize = 64 << 10;

/// Why an answer is no list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotAList {
    #[error("the answer is not JSON")]
    NotJson,
    #[error("the answer ends early")]
    Ends,
    #[error("the answer has no items")]
    NoItems,
    #[error("an item is no object")]
    NotAnObject,
    #[error("an item is larger than {0} bytes")]
    Large(usize),
}

/// What is being copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Copying {
    Nothing,
    Metadata,
    Item,
}

/// Cuts the items out of a list.
#[derive(Debug)]
pub(crate) struct Items {
    most: usize,
    depth: u32,
    in_string: bool,
    escaped: bool,
    /// Whether a string at the top is a key, and the key of the value that comes or is open there.
    key_comes: bool,
    key: Vec<u8>,
    in_items: bool,
    had_items: bool,
    copying: Copying,
    copy: Vec<u8>,
    metadata: Vec<u8>,
    done: bool,
}

impl Items {
    /// `most` is how many bytes an item may have.
    pub(crate) fn new(most: usize) -> Self {
        Items {
            most,
            depth: 0,
            in_string: false,
            escaped: false,
            key_comes: false,
            key: Vec::new(),
            in_items: false,
            had_items: false,
            copying: Copying::Nothing,
            copy: Vec::new(),
            metadata: Vec::new(),
            done: false,
        }
    }

    /// Takes the next bytes of the answer and hands over every item that ends in them.
    pub(crate) fn feed(&mut self, bytes: &[u8], mut item: impl FnMut(&[u8])) -> Result<(), NotAList> {
        // Where the part of `bytes` begins that belongs to the copy.
        let mut from = 0;
        let mut at = 0;
        while let Some(byte) = bytes.get(at).copied() {
            if self.in_string {
                at = self.string(bytes, at);
                continue;
            }
            match byte {
                b'"' => {
                    self.value_begins(byte)?;
                    self.in_string = true;
                    if self.depth == 1 && self.key_comes {
                        self.key.clear();
                    }
                }
                b'{' | b'[' => {
                    let copying = self.copying;
                    self.value_begins(byte)?;
                    if copying == Copying::Nothing && self.copying != Copying::Nothing {
                        from = at;
                    }
                    self.depth += 1;
                    if self.depth == 1 {
                        self.key_comes = true;
                    }
                }
                b'}' | b']' => {
                    self.depth = self.depth.checked_sub(1).ok_or(NotAList::NotJson)?;
                    match (self.copying, self.depth) {
                        (Copying::Item, 2) => {
                            self.keep(bytes, from, at + 1)?;
                            item(&self.copy);
                            self.copy.clear();
                            self.copying = Copying::Nothing;
                        }
                        (Copying::Metadata, 1) => {
                            self.keep(bytes, from, at + 1)?;
                            self.metadata = std::mem::take(&mut self.copy);
                            self.copying = Copying::Nothing;
                        }
                        (_, 1) => self.in_items = false,
                        (_, 0) => self.done = true,
                        _ => {}
                    }
                }
                b',' if self.depth == 1 => self.key_comes = true,
                b':' if self.depth == 1 => self.key_comes = false,
                b' ' | b'\n' | b'\r' | b'\t' | b',' | b':' => {}
                _ => self.value_begins(byte)?,
            }
            at += 1;
        }
        if self.copying != Copying::Nothing {
            self.keep(bytes, from, bytes.len())?;
        }
        Ok(())
    }

    /// The list's own `metadata` when the answer is whole.
    pub(crate) fn finish(self) -> Result<Vec<u8>, NotAList> {
        match (self.done, self.had_items) {
            (false, _) => Err(NotAList::Ends),
            (true, false) => Err(NotAList::NoItems),
            (true, true) => Ok(self.metadata),
        }
    }

    /// Runs through a string; gives where to go on.
    fn string(&mut self, bytes: &[u8], at: usize) -> usize {
        let rest = bytes.get(at..).unwrap_or(&[]);
        let (len, ends) = if self.escaped {
            self.escaped = false;
            (1, false)
        } else {
            match memchr::memchr2(b'"', b'\\', rest) {
                None => (rest.len(), false),
                Some(len) if rest.get(len) == Some(&b'"') => (len + 1, true),
                Some(len) => {
                    self.escaped = true;
                    (len + 1, false)
                }
            }
        };
        if self.depth == 1 && self.key_comes && self.key.len() < 16 {
            let text = rest.get(..len - usize::from(ends)).unwrap_or(&[]);
            self.key.extend_from_slice(text.get(..text.len().min(16)).unwrap_or(&[]));
        }
        self.in_string = !ends;
        at + len
    }

    fn value_begins(&mut self, byte: u8) -> Result<(), NotAList> {
        match self.depth {
            0 if self.done || byte != b'{' => return Err(NotAList::NotJson),
            1 if !self.key_comes => match (self.key.as_slice(), byte) {
                (b"items", b'[') => {
                    self.in_items = true;
                    self.had_items = true;
                }
                // `null`: Go's nil slice.
                (b"items", b'n') => self.had_items = true,
                (b"metadata", b'{') => self.copying = Copying::Metadata,
                _ => {}
            },
            2 if self.in_items => match byte {
                b'{' => self.copying = Copying::Item,
                _ => return Err(NotAList::NotAnObject),
            },
            _ => {}
        }
        Ok(())
    }

    fn keep(&mut self, bytes: &[u8], from: usize, to: usize) -> Result<(), NotAList> {
        let most = if self.copying == Copying::Metadata { MOST_METADATA } else { self.most };
        if self.copy.len() + (to - from) > most {
            return Err(NotAList::Large(most));
        }
        self.copy.extend_from_slice(bytes.get(from..to).unwrap_or(&[]));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str, step: usize) -> Result<(Vec<String>, String), NotAList> {
        let mut items = Items::new(1_000);
        let mut found = Vec::new();
        for part in text.as_bytes().chunks(step) {
            items.feed(part, |item| found.push(String::from_utf8(item.to_vec()).unwrap()))?;
        }
        Ok((found, String::from_utf8(items.finish()?).unwrap()))
    }

    #[test]
    fn items_are_cut_wherever_the_parts_end() {
        let text = r#" {"kind":"PodList","metadata":{"continue":"a\"}b","x":{}},"items":[{"a":"}]\\"},
            {"items":[{"b":1}],"metadata":{}} , {}]  ,"more":[{"c":1}]} "#;
        let want =
            [r#"{"a":"}]\\"}"#, r#"{"items":[{"b":1}],"metadata":{}}"#, "{}"].map(str::to_owned).to_vec();
        for step in 1..text.len() + 1 {
            let (items, metadata) = cut(text, step).unwrap();
            assert_eq!(items, want, "{step}");
            assert_eq!(metadata, r#"{"continue":"a\"}b","x":{}}"#, "{step}");
        }
    }

    #[test]
    fn the_order_of_keys_does_not_matter() {
        let (items, metadata) = cut(r#"{"items":[{"a":1}],"metadata":{"continue":"t"}}"#, 3).unwrap();
        assert_eq!((items.len(), metadata.as_str()), (1, r#"{"continue":"t"}"#));
        for empty in [r#"{"items":[]}"#, r#"{"items":null,"kind":"items"}"#] {
            assert_eq!(cut(empty, 2), Ok((vec![], String::new())));
        }
    }

    #[test]
    fn what_is_no_list_is_said_to_be_none() {
        let large = format!(r#"{{"items":[{{"a":"{}"}}]}}"#, "x".repeat(2_000));
        for (text, want) in [
            ("<html></html>", NotAList::NotJson),
            ("[]", NotAList::NotJson),
            ("", NotAList::Ends),
            ("{}", NotAList::NoItems),
            (r#"{"items":[{"#, NotAList::Ends),
            (r#"{"items":[1]}"#, NotAList::NotAnObject),
            (r#"{"items":[]}}"#, NotAList::NotJson),
            (r#"{"items":[]}{"#, NotAList::NotJson),
            (&large, NotAList::Large(1_000)),
        ] {
            assert_eq!(cut(text, 7), Err(want), "{text:.40}");
        }
    }
}
