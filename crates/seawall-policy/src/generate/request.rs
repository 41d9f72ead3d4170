//! What policies are asked for, and why there are none.

use std::fmt;
use std::str::FromStr;

/// A level of the Pod Security Standards that forbids something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Known privilege escalations.
    Baseline,
    /// Everything but hardened pods.
    Restricted,
}

impl Level {
    /// The name in labels.
    pub const fn as_str(self) -> &'static str {
        match self {
            Level::Baseline => "baseline",
            Level::Restricted => "restricted",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Level {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        [Level::Baseline, Level::Restricted].into_iter().find(|level| level.as_str() == text).ok_or(())
    }
}

/// What policies are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// One policy for one check.
    Check(String),
    /// One policy for a level of the Pod Security Standards, in their newest version.
    PodSecurity(Level),
    /// One policy for each kind of object that several checks judge. Checks that have none are named in the result.
    Checks {
        /// What the policies are called: `default`, `all`.
        name: String,
        /// The ids of the checks.
        ids: Vec<String>,
    },
}

/// Why there is no policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GenerateError {
    /// Neither a policy nor a reason why there is none has this id.
    #[error("no check is called `{}`", .0.escape_debug())]
    UnknownCheck(String),
    /// The check cannot be said in CEL about one object.
    #[error("check `{check}` cannot be a ValidatingAdmissionPolicy: {reason}")]
    NotExpressible {
        /// The check.
        check: String,
        /// Why not.
        reason: &'static str,
    },
    /// None of the checks has a policy.
    #[error("none of these checks can be a ValidatingAdmissionPolicy")]
    Nothing,
    /// A text that no object of Kubernetes can be called.
    #[error("`{}` is no name for a policy: use lower-case letters, digits, `-` and `.`", .0.escape_debug())]
    BadName(String),
    /// A namespace or a label that cannot exist.
    #[error("`{}` cannot be used to select namespaces", .0.escape_debug())]
    BadSelector(String),
    /// The check has no such setting, or its policy does not read it.
    #[error("policy of check `{check}` has no setting `{}`", .name.escape_debug())]
    UnknownParameter {
        /// The check.
        check: String,
        /// The setting.
        name: String,
    },
    /// The setting holds something else.
    #[error("setting `{name}` of `{check}` has a value of another type")]
    WrongType {
        /// The check.
        check: String,
        /// The setting.
        name: String,
    },
}
