//! Calico's selectors: boolean expressions over the labels of pods, of their namespaces and of their accounts.
//!
//! In: the text of a selector and whose labels its keys are. Out: an [`Expr`] in normal form, which a [`Known`] labelling
//! makes true, false, or undecided where labels are not known.
//!
//! Source: the selector reference of Calico's `NetworkPolicy` resource and the parser in `libcalico-go/lib/selector` of
//! projectcalico/calico: what is accepted here is accepted there and means the same.
//!
//! Invariants: no text makes it panic; length and depth are limited.

mod parse;

use crate::model::SERVICE_ACCOUNT;
use crate::words::{Word, Words};

pub(crate) use parse::parse;

/// Whose label a test asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Key {
    /// A label of the thing itself.
    Own(Word),
    /// A label of its namespace.
    Namespace(Word),
    /// A label of its ServiceAccount.
    Account(Word),
    /// The name of its namespace.
    NamespaceName,
    /// What made it: `k8s` for pods.
    Orchestrator,
}

impl Key {
    /// The name of the ServiceAccount, which stands among the labels of a pod.
    pub(crate) fn account_name(words: &mut Words) -> Self {
        Key::Own(words.intern(SERVICE_ACCOUNT))
    }
}

/// Whose labels the keys of a text are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Those of pods and sets of addresses.
    Own,
    /// Those of namespaces.
    Namespace,
    /// Those of ServiceAccounts.
    Account,
}

/// What is known of a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Known {
    /// There is none.
    Absent,
    /// It has this value.
    Is(Word),
    /// There is one, of whatever value.
    Present,
    /// Nothing.
    Unknown,
}

/// What a test asks of a value. Without the label every test is false.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Ask {
    Has,
    /// One of these; sorted, each once.
    In(Box<[Word]>),
    Contains(Word),
    StartsWith(Word),
    EndsWith(Word),
}

/// An expression. Parts of `And` and `Or` are sorted, and none of them is of the same sort again.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Expr {
    Always,
    Test(Key, Ask),
    Not(Box<Expr>),
    And(Box<[Expr]>),
    Or(Box<[Expr]>),
}

/// Where all lies that an expression can select.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bound<'e> {
    /// Among the pods of these namespaces.
    Namespaces(&'e [Word]),
    /// Among what has this label with one of these values.
    Label(Word, &'e [Word]),
    /// Anywhere.
    None,
}

impl Expr {
    /// That a label has one of these values.
    pub(crate) fn is_in(key: Key, values: impl IntoIterator<Item = Word>) -> Expr {
        let mut values: Vec<Word> = values.into_iter().collect();
        values.sort_unstable();
        values.dedup();
        Expr::Test(key, Ask::In(values.into_boxed_slice()))
    }

    /// The opposite.
    pub(crate) fn negated(self) -> Expr {
        match self {
            Expr::Not(inner) => *inner,
            other => Expr::Not(Box::new(other)),
        }
    }

    /// That all parts hold.
    pub(crate) fn all(parts: impl IntoIterator<Item = Expr>) -> Expr {
        let mut flat = Vec::new();
        for part in parts {
            match part {
                Expr::Always => {}
                Expr::And(parts) => flat.extend(parts),
                other => flat.push(other),
            }
        }
        flat.sort_unstable();
        flat.dedup();
        match flat.len() {
            0 => Expr::Always,
            1 => flat.swap_remove(0),
            _ => Expr::And(flat.into_boxed_slice()),
        }
    }

    /// That one of the parts holds.
    pub(crate) fn any(parts: impl IntoIterator<Item = Expr>) -> Expr {
        let mut flat = Vec::new();
        for part in parts {
            match part {
                Expr::Always => return Expr::Always,
                Expr::Or(parts) => flat.extend(parts),
                other => flat.push(other),
            }
        }
        flat.sort_unstable();
        flat.dedup();
        if flat.len() == 1 { flat.swap_remove(0) } else { Expr::Or(flat.into_boxed_slice()) }
    }

    /// Whether it holds for what is known of the labels; `None` when that does not decide it.
    pub(crate) fn holds(&self, words: &Words, of: &impl Fn(Key) -> Known) -> Option<bool> {
        match self {
            Expr::Always => Some(true),
            Expr::Test(key, ask) => match of(*key) {
                Known::Absent => Some(false),
                Known::Present => (*ask == Ask::Has).then_some(true),
                Known::Unknown => None,
                Known::Is(value) => Some(ask.accepts(value, words)),
            },
            Expr::Not(inner) => inner.holds(words, of).map(|holds| !holds),
            Expr::And(parts) => decided(parts, false, words, of),
            Expr::Or(parts) => decided(parts, true, words, of),
        }
    }

    /// Whether it asks for nothing but where something stands.
    pub(crate) fn is_about_namespaces_only(&self) -> bool {
        let of_place = |key: &Key| matches!(key, Key::NamespaceName | Key::Namespace(_) | Key::Orchestrator);
        self.keys().iter().all(of_place)
    }

    /// Every key that is asked for.
    pub(crate) fn keys(&self) -> Vec<Key> {
        let mut keys = Vec::new();
        self.collect(&mut keys);
        keys
    }

    fn collect(&self, keys: &mut Vec<Key>) {
        match self {
            Expr::Always => {}
            Expr::Test(key, _) => keys.push(*key),
            Expr::Not(inner) => inner.collect(keys),
            Expr::And(parts) | Expr::Or(parts) => parts.iter().for_each(|part| part.collect(keys)),
        }
    }

    /// Where to look for what it selects.
    pub(crate) fn bound(&self) -> Bound<'_> {
        let parts = match self {
            Expr::And(parts) => parts,
            other => std::slice::from_ref(other),
        };
        let mut label = Bound::None;
        for part in parts {
            match part {
                Expr::Test(Key::NamespaceName, Ask::In(names)) => return Bound::Namespaces(names),
                Expr::Test(Key::Own(key), Ask::In(values)) => label = Bound::Label(*key, values),
                _ => {}
            }
        }
        label
    }
}

/// The answer that one part gives alone, or what all parts together leave.
fn decided(parts: &[Expr], by: bool, words: &Words, of: &impl Fn(Key) -> Known) -> Option<bool> {
    let mut answer = Some(!by);
    for part in parts {
        match part.holds(words, of) {
            Some(holds) if holds == by => return Some(by),
            Some(_) => {}
            None => answer = None,
        }
    }
    answer
}

impl Ask {
    fn accepts(&self, value: Word, words: &Words) -> bool {
        let text = |word: &Word| words.text(*word);
        match self {
            Ask::Has => true,
            Ask::In(values) => values.binary_search(&value).is_ok(),
            Ask::Contains(part) => words.text(value).contains(text(part)),
            Ask::StartsWith(part) => words.text(value).starts_with(text(part)),
            Ask::EndsWith(part) => words.text(value).ends_with(text(part)),
        }
    }
}

#[cfg(test)]
mod tests;
