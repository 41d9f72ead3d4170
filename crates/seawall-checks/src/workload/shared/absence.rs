//! Whether an object that is not here is nowhere.

use seawall_inventory::{Completeness, GroupKind, Inventory};

/// Why the absence of objects of these kinds proves nothing; `None` where all of them are here.
pub(crate) fn unproven(inventory: &Inventory, kinds: &[GroupKind<'_>]) -> Option<String> {
    kinds.iter().find_map(|kind| match inventory.completeness(*kind) {
        Completeness::Complete => None,
        Completeness::Partial => Some(format!("objects of kind `{kind}` may stand elsewhere")),
        Completeness::Refused(reason) => Some(format!("`{kind}` could not be read: {reason}")),
    })
}
