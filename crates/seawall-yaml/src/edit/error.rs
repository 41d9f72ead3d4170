//! Why an edit is refused.

use seawall_core::Route;

/// Why edits were not carried out; nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EditError {
    /// The tree has no text behind it.
    NoText,
    /// The place is shared: it came through an alias or a merge key, or it is the anchor of one.
    Shared(Route),
    /// There is nothing at the place, and it cannot be made (an index past the end, or something to remove).
    Missing(Route),
    /// A step leads into a scalar, or by a key into a list or by an index into a map.
    NotAContainer(Route),
    /// One edit removes what another one changes.
    Conflict(Route),
    /// The place is written in a way that is not edited (`? key`, an alias as the item of a list).
    Unsupported(Route),
    /// The edited text does not read as intended.
    Unproven,
}

impl std::fmt::Display for EditError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            EditError::NoText => f.write_str("there is no text to edit"),
            EditError::Shared(route) => write!(f, "`{route}` is shared through an anchor or a merge key"),
            EditError::Missing(route) => write!(f, "there is nothing at `{route}`"),
            EditError::NotAContainer(route) => write!(f, "`{route}` does not lead into a map or a list"),
            EditError::Conflict(route) => write!(f, "one edit removes `{route}` and another one changes it"),
            EditError::Unsupported(route) => write!(f, "`{route}` is written in a way that is not edited"),
            EditError::Unproven => f.write_str("the edited text does not read as intended"),
        }
    }
}

impl std::error::Error for EditError {}
