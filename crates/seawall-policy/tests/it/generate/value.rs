//! Objects in the making, and chance.

use std::fmt::Write as _;

/// A value of an object.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Null,
    Bool(bool),
    Int(i64),
    Text(String),
    List(Vec<Value>),
    Map(Vec<(String, Value)>),
}

use Value::{Bool, Int, List, Map, Null, Text};

pub(super) fn text(text: impl Into<String>) -> Value {
    Text(text.into())
}

pub(super) fn map(entries: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    Map(entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}

impl Value {
    pub(super) fn get(&self, key: &str) -> Option<&Value> {
        match self {
            Map(entries) => entries.iter().find(|(own, _)| own == key).map(|(_, value)| value),
            _ => None,
        }
    }

    pub(super) fn get_mut(&mut self, key: &str) -> Option<&mut Value> {
        match self {
            Map(entries) => entries.iter_mut().find(|(own, _)| own == key).map(|(_, value)| value),
            _ => None,
        }
    }

    pub(super) fn set(&mut self, key: &str, value: Value) {
        match self.get_mut(key) {
            Some(place) => *place = value,
            None => {
                if let Map(entries) = self {
                    entries.push((key.to_owned(), value));
                }
            }
        }
    }

    /// Sets what is not there.
    pub(super) fn or_set(&mut self, key: &str, value: Value) {
        if self.get(key).is_none() {
            self.set(key, value);
        }
    }

    pub(super) fn json(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut String) {
        match self {
            Null => out.push_str("null"),
            Bool(flag) => write!(out, "{flag}").unwrap(),
            Int(number) => write!(out, "{number}").unwrap(),
            Text(text) => quote(text, out),
            List(items) => {
                out.push('[');
                for (number, item) in items.iter().enumerate() {
                    if number > 0 {
                        out.push(',');
                    }
                    item.write(out);
                }
                out.push(']');
            }
            Map(entries) => {
                out.push('{');
                for (number, (key, value)) in entries.iter().enumerate() {
                    if number > 0 {
                        out.push(',');
                    }
                    quote(key, out);
                    out.push(':');
                    value.write(out);
                }
                out.push('}');
            }
        }
    }
}

fn quote(text: &str, out: &mut String) {
    out.push('"');
    for char in text.chars() {
        match char {
            '"' | '\\' => out.extend(['\\', char]),
            char if char.is_control() => write!(out, "\\u{:04x}", u32::from(char)).unwrap(),
            char => out.push(char),
        }
    }
    out.push('"');
}

/// Numbers that are the same for the same seed (SplitMix64).
pub(super) struct Chance(u64);

impl Chance {
    pub(super) fn new(seed: u64) -> Self {
        Chance(seed.wrapping_mul(0x2545_f491_4f6c_dd1d) ^ 0x9e37_79b9_7f4a_7c15)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// A number below `end`.
    pub(super) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(end.max(1)).unwrap()).unwrap()
    }

    /// True `percent` times of a hundred.
    pub(super) fn often(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub(super) fn pick<'a, T: ?Sized>(&mut self, items: &[&'a T]) -> &'a T {
        items[self.below(items.len())]
    }

    pub(super) fn int(&mut self, items: &[i64]) -> Value {
        Int(items[self.below(items.len())])
    }

    pub(super) fn word(&mut self, items: &[&str]) -> Value {
        text(self.pick(items))
    }

    pub(super) fn flag(&mut self) -> Value {
        Bool(self.often(50))
    }

    /// Up to `most` items.
    pub(super) fn list(&mut self, most: usize, mut item: impl FnMut(&mut Chance) -> Value) -> Value {
        let count = self.below(most + 1);
        List((0..count).map(|_| item(self)).collect())
    }

    /// Up to `most` of these words, repeats included.
    pub(super) fn words(&mut self, most: usize, items: &[&str]) -> Value {
        self.list(most, |chance| chance.word(items))
    }
}

/// A map whose entries are there by chance.
pub(super) struct Fields<'c> {
    chance: &'c mut Chance,
    entries: Vec<(String, Value)>,
}

impl<'c> Fields<'c> {
    pub(super) fn new(chance: &'c mut Chance) -> Self {
        Fields { chance, entries: Vec::new() }
    }

    /// A field that is always there.
    pub(super) fn with(mut self, key: &str, make: impl FnOnce(&mut Chance) -> Value) -> Self {
        let value = make(self.chance);
        self.entries.push((key.to_owned(), value));
        self
    }

    /// A field that is there `percent` times of a hundred; of the other times it is `null` now and then.
    pub(super) fn maybe(
        mut self,
        percent: usize,
        key: &str,
        make: impl FnOnce(&mut Chance) -> Value,
    ) -> Self {
        if self.chance.often(percent) {
            return self.with(key, make);
        }
        if self.chance.often(3) {
            self.entries.push((key.to_owned(), Null));
        }
        self
    }

    pub(super) fn done(self) -> Value {
        Map(self.entries)
    }
}
