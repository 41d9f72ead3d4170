//! The defaults by name, and the sets of them.

use seawall_schema::Value;

use super::{capabilities, escalation, non_root, read_only_root, seccomp, token};

/// A secure default.
#[derive(Debug)]
pub struct SecureDefault {
    /// The name.
    pub name: &'static str,
    /// What it sets.
    pub sets: &'static str,
    /// Whose pods no longer work.
    pub breaks: &'static str,
    /// The named sets that hold it.
    pub sets_of: &'static [&'static str],
    pub(super) apply: fn(&mut Value<'_>) -> bool,
}

/// Few programs notice these.
pub const RECOMMENDED: &str = "recommended";

/// What the Pod Security Standard `restricted` asks for.
pub const RESTRICTED: &str = "restricted";

/// The named sets, with what they are for.
pub const SETS: [(&str, &str); 2] = [
    (RECOMMENDED, "what few programs notice"),
    (RESTRICTED, "what the Pod Security Standard `restricted` asks of a pod that says nothing"),
];

/// All defaults, in the order in which they are filled in: later ones look at what earlier ones did.
pub static DEFAULTS: [SecureDefault; 7] = [
    SecureDefault {
        name: "seccomp",
        sets: "securityContext.seccompProfile.type: RuntimeDefault",
        breaks: "programs that trace others, load kernel modules or make namespaces",
        sets_of: &[RECOMMENDED, RESTRICTED],
        apply: seccomp::apply,
    },
    SecureDefault {
        name: "no-privilege-escalation",
        sets: "allowPrivilegeEscalation: false",
        breaks: "programs that gain rights by `sudo`, `su` or file capabilities, such as some of `ping`",
        sets_of: &[RECOMMENDED, RESTRICTED],
        apply: escalation::apply,
    },
    SecureDefault {
        name: "run-as-non-root",
        sets: "runAsNonRoot: true",
        breaks: "images that start as root or name their user by a word: they do not start at all",
        sets_of: &[RESTRICTED],
        apply: non_root::apply,
    },
    SecureDefault {
        name: "drop-capabilities",
        sets: "capabilities.drop: [ALL]",
        breaks: "images that start as root to change owners, users or ports below 1024, as many databases and web servers do",
        sets_of: &[RESTRICTED],
        apply: capabilities::drop_all,
    },
    SecureDefault {
        name: "drop-unused-capabilities",
        sets: "capabilities.drop: [ALL], where `runAsNonRoot` or `runAsUser` says that the container is not root",
        breaks: "programs with file capabilities",
        sets_of: &[RECOMMENDED],
        apply: capabilities::drop_unused,
    },
    SecureDefault {
        name: "read-only-root",
        sets: "readOnlyRootFilesystem: true",
        breaks: "programs that write outside of their volumes: logs, caches, process ids",
        sets_of: &[],
        apply: read_only_root::apply,
    },
    SecureDefault {
        name: token::NAME,
        sets: "automountServiceAccountToken: false, for pods of the account `default`",
        breaks: "programs that ask the API server as `default`",
        sets_of: &[RECOMMENDED],
        apply: token::apply,
    },
];

/// A word that names no default and no set.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no default is called `{}`, known are: {}", .0.escape_debug(), known().join(", "))]
pub struct UnknownDefault(pub String);

/// All words that are understood: sets, then defaults.
pub fn known() -> Vec<&'static str> {
    SETS.iter().map(|(name, _)| *name).chain(DEFAULTS.iter().map(|one| one.name)).collect()
}

/// Which defaults are wanted.
#[derive(Clone, Debug, Default)]
pub struct Chosen(Vec<&'static SecureDefault>);

impl Chosen {
    /// Those that words name, sets or defaults.
    ///
    /// # Errors
    /// The first word that names nothing.
    pub fn of<'w>(words: impl IntoIterator<Item = &'w str>) -> Result<Self, UnknownDefault> {
        let words: Vec<&str> = words.into_iter().collect();
        let known = known();
        if let Some(word) = words.iter().find(|word| !known.contains(*word)) {
            return Err(UnknownDefault((*word).to_owned()));
        }
        let named =
            |one: &&SecureDefault| words.iter().any(|word| *word == one.name || one.sets_of.contains(word));
        Ok(Chosen(DEFAULTS.iter().filter(named).collect()))
    }

    /// Those that a label names: words with dots between them, since a label's value can have no commas.
    ///
    /// # Errors
    /// The first word that names nothing.
    pub fn of_label(value: &str) -> Result<Self, UnknownDefault> {
        Chosen::of(value.split('.'))
    }

    /// Those of them that also hold this.
    #[must_use]
    pub fn only(&self, wanted: impl Fn(&SecureDefault) -> bool) -> Self {
        Chosen(self.0.iter().copied().filter(|one| wanted(one)).collect())
    }

    /// The defaults, in order.
    pub fn iter(&self) -> impl Iterator<Item = &'static SecureDefault> {
        self.0.iter().copied()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
