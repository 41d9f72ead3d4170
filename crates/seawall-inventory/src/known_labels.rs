//! Labels as far as they are known.

use seawall_yaml::Node;

/// What is known of a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Label<'t> {
    /// It has this value.
    Is(&'t str),
    /// The object does not have it.
    Absent,
    /// The object was not seen.
    Unknown,
}

/// The label that the API server puts on every namespace.
///
/// Source: `NamespaceDefaultLabelName`, KEP-2161.
const NAME_LABEL: &str = "kubernetes.io/metadata.name";

/// Labels of an object, of which some may not be known.
#[derive(Clone, Copy, Debug)]
pub struct KnownLabels<'t> {
    labels: Option<Node<'t>>,
    /// The name of a namespace, where that is what the labels are of.
    namespace: Option<&'t str>,
    seen: bool,
}

impl<'t> KnownLabels<'t> {
    /// Those of an object.
    pub fn of_object(object: Node<'t>) -> Self {
        KnownLabels { labels: object.path(&["metadata", "labels"]), namespace: None, seen: true }
    }

    /// Those of a stored namespace. A file need not say the label that the API server adds.
    pub fn of_namespace(name: &'t str, object: Node<'t>) -> Self {
        KnownLabels { namespace: Some(name), ..Self::of_object(object) }
    }

    /// Those of a namespace of which only the name is known.
    pub fn of_unseen_namespace(name: &'t str) -> Self {
        KnownLabels { labels: None, namespace: Some(name), seen: false }
    }

    pub(crate) fn get(self, key: &str) -> Label<'t> {
        if key == NAME_LABEL
            && let Some(name) = self.namespace
        {
            return Label::Is(name);
        }
        match self.labels.and_then(|labels| labels.str(key)) {
            Some(value) => Label::Is(value),
            None if self.seen => Label::Absent,
            None => Label::Unknown,
        }
    }
}
