//! What came of a run.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use seawall_checks::Evaluation;
use seawall_core::{Finding, Fix, OriginKind, ResourceId};
use seawall_inventory::Inventory;
use seawall_yaml::Text;

use crate::danger::Danger;
use crate::json_patch::{Operation, json_patch};
use crate::left::Left;
use crate::sites::identity;

/// A finding that was cured, and by what.
#[derive(Clone, Debug)]
pub struct Fixed {
    /// The finding, as it was when its fix was made; in a later round than the first some fixes were made already.
    pub finding: Finding,
    /// The edits, on the object as it was then.
    pub fix: Fix,
}

/// A text with changes.
#[derive(Clone, Debug)]
pub struct FileChange {
    /// The name of the file, as reports show it.
    pub file: Arc<str>,
    /// Where the text came from. Only a file can be written.
    pub kind: OriginKind,
    /// The text as it was read.
    pub before: Text,
    /// The text with all fixes.
    pub after: Text,
}

/// An object with changes.
#[derive(Clone, Debug)]
pub struct ObjectChange {
    /// The object, in both inventories.
    pub resource: ResourceId,
    /// JSON Patch (RFC 6902) from the old to the new object.
    pub patch: Vec<Operation>,
}

/// What came of a run.
#[derive(Debug)]
pub struct Outcome {
    /// How the inventory was judged at first.
    pub before: Evaluation,
    /// How it is judged with all fixes.
    pub after: Evaluation,
    /// The inventory with all fixes; its objects have the numbers that they had.
    pub inventory: Inventory,
    /// What was cured, in the order in which it was.
    pub fixed: Vec<Fixed>,
    /// What disappeared besides.
    pub gone: Vec<Finding>,
    /// What is still there of what was wanted.
    pub left: Vec<Left>,
    /// Changed texts, by the place of their first object.
    pub files: Vec<FileChange>,
    /// Changed objects, in the order read.
    pub objects: Vec<ObjectChange>,
    /// What the changes may break.
    pub dangers: Vec<Danger>,
}

impl Outcome {
    /// Whether there is anything to change.
    pub fn is_empty(&self) -> bool {
        self.fixed.is_empty()
    }
}

pub(crate) fn files(
    before: &Inventory,
    after: &Inventory,
    changed: &BTreeSet<ResourceId>,
) -> Vec<FileChange> {
    let mut files: Vec<FileChange> = Vec::new();
    let mut seen = HashSet::new();
    for id in changed {
        let (Some(old), Some(new)) = (before.get(*id), after.get(*id)) else { continue };
        let (Some(old_text), Some(new_text)) = (old.tree().text(), new.tree().text()) else { continue };
        if seen.insert(identity(old_text)) {
            files.push(FileChange {
                file: Arc::clone(&old.origin().file),
                kind: old.origin().kind,
                before: old_text.clone(),
                after: new_text.clone(),
            });
        }
    }
    files
}

pub(crate) fn objects(
    before: &Inventory,
    after: &Inventory,
    changed: &BTreeSet<ResourceId>,
) -> Vec<ObjectChange> {
    let change = |id: &ResourceId| {
        let patch = json_patch(before.get(*id)?.root(), after.get(*id)?.root());
        Some(ObjectChange { resource: *id, patch })
    };
    changed.iter().filter_map(change).filter(|change| !change.patch.is_empty()).collect()
}
