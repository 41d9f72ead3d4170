//! Which policies run once more.
//!
//! Source: `reinvocationcontext.go`.

use std::collections::HashSet;
use std::sync::Arc;

/// A policy through a binding with a parameter.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) policy: Arc<str>,
    pub(super) binding: Arc<str>,
    /// Namespace and name; empty without a parameter.
    pub(super) param: (Box<str>, Box<str>),
}

/// What has run and what is to run again.
#[derive(Debug, Default)]
pub(super) struct Reinvocation {
    /// Those that want to see later changes, and have run since the last one.
    ran: HashSet<Key>,
    again: HashSet<Key>,
    needed: bool,
}

impl Reinvocation {
    /// The object changed: those that want to see that run again.
    pub(super) fn changed(&mut self) {
        self.again.extend(self.ran.drain());
        self.needed = true;
    }

    /// A policy that wants to see later changes has run.
    pub(super) fn ran(&mut self, key: Key) {
        self.ran.insert(key);
    }

    /// Whether anything changed.
    pub(super) fn is_needed(&self) -> bool {
        self.needed
    }

    /// Whether this one runs again.
    pub(super) fn runs_again(&self, key: &Key) -> bool {
        self.again.contains(key)
    }
}
