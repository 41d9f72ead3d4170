//! What stays as it is, and why.

use seawall_core::{Finding, FixRisk};
use seawall_yaml::edit::EditError;

/// A finding that is still there.
#[derive(Clone, Debug)]
pub struct Left {
    /// The finding, as it is after the fixes.
    pub finding: Finding,
    /// Why it is still there.
    pub reason: Reason,
}

/// Why a finding is still there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// No change is right without knowing more than the objects say.
    NoFix,
    /// There is a fix, and it may break the workload more than was asked for.
    Risky(FixRisk),
    /// Something else makes the object from a template of its own: a change of the object would not last.
    Made(String),
    /// The text cannot be edited there.
    Refused(EditError),
    /// The fix was carried out and the finding stayed.
    Stays,
    /// With the fix something new is wrong.
    Worse {
        /// The check that fails then.
        check: String,
        /// Its message.
        message: String,
        /// The object.
        subject: String,
    },
    /// With the fix a check has no verdict any more.
    Unjudged {
        /// The check.
        check: String,
        /// Why it has none.
        reason: String,
    },
    /// The fix would also change what somebody accepted.
    Accepted {
        /// The check whose finding is accepted.
        check: String,
        /// Who accepted it and why.
        waiver: String,
    },
    /// So many fixes did harm that this one was not tried.
    Untried,
}

impl Reason {
    /// Whether there was a fix that was tried, or could not be made, and is not proposed.
    pub fn is_refusal(&self) -> bool {
        !matches!(self, Reason::NoFix | Reason::Risky(_))
    }

    /// A stable word for programs.
    pub fn word(&self) -> &'static str {
        match self {
            Reason::NoFix => "no-fix",
            Reason::Risky(_) => "risky",
            Reason::Made(_) => "made-by-owner",
            Reason::Refused(EditError::Shared(_)) => "shared",
            Reason::Refused(_) => "not-editable",
            Reason::Stays => "finding-stays",
            Reason::Worse { .. } => "new-finding",
            Reason::Unjudged { .. } => "no-verdict",
            Reason::Accepted { .. } => "accepted",
            Reason::Untried => "untried",
        }
    }
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Reason::NoFix => f.write_str("no mechanical fix"),
            Reason::Risky(risk) => write!(f, "its fix has {risk} risk"),
            Reason::Made(owner) => write!(f, "fix refused: {owner} makes this object; change that one"),
            Reason::Refused(EditError::Shared(route)) => write!(
                f,
                "fix refused: `{route}` is shared through an anchor or a merge key, and the change would reach other places too; edit it by hand"
            ),
            Reason::Refused(error) => write!(f, "fix refused: {error}"),
            Reason::Stays => f.write_str("fix refused: with it the finding stays"),
            Reason::Worse { check, message, subject } => {
                write!(f, "fix refused: with it `{check}` fails on {subject}: {message}")
            }
            Reason::Unjudged { check, reason } => {
                write!(f, "fix refused: with it `{check}` has no verdict: {reason}")
            }
            Reason::Accepted { check, waiver } => {
                write!(f, "fix refused: it would change what a waiver of `{check}` accepts ({waiver})")
            }
            Reason::Untried => f.write_str("fix refused: too many fixes did harm, so it was not tried"),
        }
    }
}
