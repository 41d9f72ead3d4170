//! A field of an object, read as the API server decodes it.
//!
//! Invariant: `null` is unset; a value of another type makes the whole object undecodable, as it does for Go's decoder.

use seawall_core::Route;
use seawall_yaml::{Kind, Node};

use super::fault::Faults;

/// A field that may be there.
#[derive(Clone, Debug)]
pub(crate) struct Field<'t> {
    node: Option<Node<'t>>,
    pub(crate) route: Route,
}

impl<'t> Field<'t> {
    /// The object itself.
    pub(crate) fn root(node: Node<'t>) -> Self {
        Field { node: Some(node), route: Route::default() }
    }

    /// A field below.
    pub(crate) fn key(&self, key: &str) -> Self {
        Field { node: self.node.and_then(|node| node.get(key)), route: self.route.clone().key(key) }
    }

    /// The same when it is there; it must be a map.
    pub(crate) fn object(self, faults: &mut Faults) -> Option<Self> {
        self.expect(Kind::Map, "an object", faults).is_some().then_some(self)
    }

    /// The text of it; `None` when it is unset.
    pub(crate) fn text(&self, faults: &mut Faults) -> Option<&'t str> {
        self.expect(Kind::Str, "a text", faults)?.as_str()
    }

    /// The text of it; empty when it is unset, which is the same for a field that is no pointer.
    pub(crate) fn text_or_empty(&self, faults: &mut Faults) -> &'t str {
        self.text(faults).unwrap_or("")
    }

    /// The items of a list of objects.
    pub(crate) fn objects(&self, faults: &mut Faults) -> Vec<Self> {
        let items = self.items(faults);
        for item in &items {
            item.expect(Kind::Map, "an object", faults);
        }
        items
    }

    /// The items of a list of texts.
    pub(crate) fn texts(&self, faults: &mut Faults) -> Vec<&'t str> {
        self.items(faults).iter().map(|item| item.text_or_empty(faults)).collect()
    }

    /// The entries of a map of texts, in the order written.
    pub(crate) fn map(&self, faults: &mut Faults) -> Vec<(&'t str, &'t str)> {
        let Some(node) = self.expect(Kind::Map, "an object", faults) else { return Vec::new() };
        let value = |(key, node): (&'t str, Node<'t>)| {
            let field =
                Field { node: Some(node).filter(|node| !node.is_null()), route: self.route.clone().key(key) };
            (key, field.text_or_empty(faults))
        };
        node.entries().map(value).collect()
    }

    fn items(&self, faults: &mut Faults) -> Vec<Self> {
        let Some(node) = self.expect(Kind::Seq, "a list", faults) else { return Vec::new() };
        let field = |(place, node): (usize, Node<'t>)| Field {
            node: Some(node).filter(|node| !node.is_null()),
            route: self.route.clone().index(place),
        };
        node.items().enumerate().map(field).collect()
    }

    fn expect(&self, kind: Kind, named: &str, faults: &mut Faults) -> Option<Node<'t>> {
        let node = self.node?;
        if node.kind() == kind {
            return Some(node);
        }
        let found = match node.kind() {
            Kind::Null => "nothing",
            Kind::Bool => "a bool",
            Kind::Int | Kind::UInt | Kind::Float => "a number",
            Kind::Str => "a text",
            Kind::Map => "an object",
            Kind::Seq => "a list",
        };
        faults.undecodable(&self.route, format!("expected {named}, found {found}"));
        None
    }
}
