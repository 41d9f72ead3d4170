//! How narrow the rules shall be.

use std::collections::BTreeMap;

/// What may be widened, and when. The default keeps everything as narrow as it was used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Rules keep `resourceNames` up to this many distinct names of a resource in a scope; with more they hold for all
    /// names.
    pub max_names: usize,
    /// Rules keep to namespaces while the same was done in at most this many; with more they hold for the cluster.
    pub max_namespaces: usize,
    /// Whether names that look generated or keep changing are given up even when they are few.
    pub only_stable_names: bool,
    /// Verbs that come with a verb.
    pub verb_expansions: BTreeMap<String, Vec<String>>,
    /// Whether requests that were refused are granted, too.
    pub include_denied: bool,
    /// The shortest time of observation, in microseconds, that may suggest to take rights away.
    pub min_window: i64,
}

/// Seven days: the shortest time that holds a weekly job.
const WEEK: i64 = 7 * 86_400 * 1_000_000;

impl Default for Options {
    fn default() -> Self {
        Options {
            max_names: 5,
            max_namespaces: usize::MAX,
            only_stable_names: true,
            verb_expansions: BTreeMap::new(),
            include_denied: false,
            min_window: WEEK,
        }
    }
}

impl Options {
    /// What the tool `audit2rbac` does by default: a second name or namespace widens, reading verbs come together, and so
    /// do writing ones; what was refused is granted.
    pub fn like_audit2rbac() -> Self {
        let expansions = [
            ("watch", ["get", "list"]),
            ("list", ["get", "watch"]),
            ("update", ["get", "patch"]),
            ("patch", ["get", "update"]),
        ];
        let owned = |(verb, more): (&str, [&str; 2])| (verb.to_owned(), more.map(str::to_owned).to_vec());
        Options {
            max_names: 1,
            max_namespaces: 1,
            only_stable_names: false,
            verb_expansions: expansions.into_iter().map(owned).collect(),
            include_denied: true,
            ..Options::default()
        }
    }
}
