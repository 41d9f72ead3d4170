//! What the readers leave out: bodies that only say again what the object says, in other words.
//!
//! `metadata.managedFields` and the annotation in which `kubectl apply` keeps its last input are left out of an object
//! and of the items of a list (of lists). Both readers ask [`TreeBuilder::drops`](crate::TreeBuilder::drops) before
//! they name a key; what is left out is noted in the tree and never reaches it.
//!
//! A reader that was told so also withholds the values of a Secret: keys under `data` and `stringData` stay, each with
//! `null` (unknown) instead of its value.

use crate::DroppedFields;

const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// What an open map or list is for the object it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// An object: the root, or an item of a list's `items`.
    Object,
    /// `items` of an object.
    Items,
    /// `metadata` of an object.
    Metadata,
    /// `metadata.annotations` of an object.
    Annotations,
    /// `data` or `stringData` of an object.
    Data,
    /// Anywhere else.
    Elsewhere,
}

impl Place {
    /// The place of the value under `key`, or of an item.
    pub(crate) fn below(self, key: Option<&str>) -> Place {
        match (self, key) {
            (Place::Object, Some("metadata")) => Place::Metadata,
            (Place::Object, Some("items")) => Place::Items,
            (Place::Items, None) => Place::Object,
            (Place::Metadata, Some("annotations")) => Place::Annotations,
            (Place::Object, Some("data" | "stringData")) => Place::Data,
            _ => Place::Elsewhere,
        }
    }

    /// Whether any key could be left out here.
    pub(crate) fn watches_keys(self) -> bool {
        matches!(self, Place::Metadata | Place::Annotations)
    }

    /// Whether the value under `key` is left out here; if so, `dropped` learns it.
    pub(crate) fn drops(self, key: &str, dropped: &mut DroppedFields) -> bool {
        match self {
            Place::Metadata if key == "managedFields" => dropped.managed_fields = true,
            Place::Annotations if key == LAST_APPLIED => dropped.last_applied = true,
            _ => return false,
        }
        true
    }
}
