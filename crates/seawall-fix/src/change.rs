//! Edits that nobody judges: what they make of texts.

use std::collections::{BTreeMap, BTreeSet};

use seawall_core::{Edit, ResourceId};
use seawall_inventory::Inventory;

use crate::outcome::{FileChange, files};
use crate::sites::carry_out;

/// What came of edits.
#[derive(Debug)]
pub struct Change {
    /// The inventory with the edits; its objects have the numbers that they had.
    pub inventory: Inventory,
    /// Changed texts, by the place of their first object.
    pub files: Vec<FileChange>,
    /// Objects that were not changed, and why.
    pub failed: Vec<(ResourceId, String)>,
}

/// Makes edits on routes of objects. Objects whose edits cannot be made are left as they are.
pub fn change(inventory: &Inventory, mut edits: BTreeMap<ResourceId, Vec<Edit>>) -> Change {
    let mut failed = Vec::new();
    loop {
        match carry_out(inventory, &edits) {
            Ok(after) => {
                let changed: BTreeSet<ResourceId> = edits.keys().copied().collect();
                return Change { files: files(inventory, &after, &changed), inventory: after, failed };
            }
            Err(failures) => {
                let before = edits.len();
                for failure in failures {
                    for resource in failure.resources {
                        edits.remove(&resource);
                        failed.push((resource, failure.error.to_string()));
                    }
                }
                if edits.len() == before {
                    edits.clear();
                }
            }
        }
    }
}
