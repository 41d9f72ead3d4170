//! The cursor over a tree.

use seawall_core::{Route, Step};

use crate::siblings::Siblings;
use crate::text::Span;
use crate::tree::{ALIASED, FAR_KEY, IN_TEXT, Kind, MERGED, NO_KEY, NodeData, NodeId, SHADOWED, Style, Tree};

/// A place in a [`Tree`]; copy it freely.
#[derive(Clone, Copy)]
pub struct Node<'t> {
    tree: &'t Tree,
    id: NodeId,
    data: &'t NodeData,
}

/// Stands in for a node that a wrong id names, so that no lookup can panic.
static NOTHING: NodeData = NodeData { kind_style: 0, flags: 0, key_back: 0, key: NO_KEY, a: 0, b: 0 };

impl<'t> Node<'t> {
    #[inline]
    pub(crate) fn new(tree: &'t Tree, id: NodeId) -> Self {
        Node { tree, id, data: tree.nodes.get(id.0 as usize).unwrap_or(&NOTHING) }
    }

    /// The tree.
    pub fn tree(self) -> &'t Tree {
        self.tree
    }

    /// The number of this node.
    pub fn id(self) -> NodeId {
        self.id
    }

    /// What it is.
    #[inline]
    pub fn kind(self) -> Kind {
        self.data.kind()
    }

    /// How it is written.
    pub fn style(self) -> Style {
        self.data.style()
    }

    /// Whether it is `null`.
    pub fn is_null(self) -> bool {
        self.kind() == Kind::Null
    }

    /// Whether it is a map.
    #[inline]
    pub fn is_map(self) -> bool {
        self.kind() == Kind::Map
    }

    /// Whether it is a list.
    #[inline]
    pub fn is_seq(self) -> bool {
        self.kind() == Kind::Seq
    }

    /// The text of a string node.
    #[inline]
    pub fn as_str(self) -> Option<&'t str> {
        if self.kind() != Kind::Str {
            return None;
        }
        let range = self.data.a as usize..self.data.a as usize + self.data.b as usize;
        if self.data.flags & IN_TEXT != 0 {
            self.tree.text.as_ref()?.as_str().get(range)
        } else {
            self.tree.arena.get(range)
        }
    }

    /// The value of a boolean node.
    #[inline]
    pub fn as_bool(self) -> Option<bool> {
        (self.kind() == Kind::Bool).then_some(self.data.a != 0)
    }

    /// The value of a whole number that fits; a float without fraction counts, as it does for Kubernetes' decoder.
    pub fn as_i64(self) -> Option<i64> {
        match self.kind() {
            Kind::Int => Some(self.data.bits().cast_signed()),
            Kind::UInt => i64::try_from(self.data.bits()).ok(),
            Kind::Float => {
                let float = f64::from_bits(self.data.bits());
                // 2^53: above it a float no longer names one whole number.
                (float.fract() == 0.0 && float.abs() <= 9_007_199_254_740_992.0).then_some(float as i64)
            }
            _ => None,
        }
    }

    /// The value of an unsigned node (above the signed range, or not negative).
    pub fn as_u64(self) -> Option<u64> {
        match self.kind() {
            Kind::UInt => Some(self.data.bits()),
            _ => self.as_i64().and_then(|int| u64::try_from(int).ok()),
        }
    }

    /// The value of any number.
    pub fn as_f64(self) -> Option<f64> {
        match self.kind() {
            Kind::Int => Some(self.data.bits().cast_signed() as f64),
            Kind::UInt => Some(self.data.bits() as f64),
            Kind::Float => Some(f64::from_bits(self.data.bits())),
            _ => None,
        }
    }

    /// A scalar as text: strings as they are, numbers and booleans as JSON writes them; `None` for `null`, maps and lists.
    pub fn scalar_text(self) -> Option<std::borrow::Cow<'t, str>> {
        match self.kind() {
            Kind::Str => self.as_str().map(Into::into),
            Kind::Bool => Some(if self.data.a != 0 { "true".into() } else { "false".into() }),
            Kind::Int => self.as_i64().map(|n| n.to_string().into()),
            Kind::UInt => self.as_u64().map(|n| n.to_string().into()),
            Kind::Float => self.as_f64().map(|n| n.to_string().into()),
            Kind::Null | Kind::Map | Kind::Seq => None,
        }
    }

    /// Number of items of a list or entries of a map; 0 for the rest.
    #[inline]
    pub fn len(self) -> usize {
        match self.kind() {
            Kind::Map | Kind::Seq => self.data.b as usize,
            _ => 0,
        }
    }

    /// Whether a map or list has nothing in it; true for scalars.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The value under a key, where `null` counts as absent, as it does for Kubernetes.
    pub fn get(self, key: &str) -> Option<Node<'t>> {
        self.entry(key).filter(|node| !node.is_null())
    }

    /// The value under a key, `null` included.
    pub fn entry(self, key: &str) -> Option<Node<'t>> {
        self.entries().find(|(name, _)| *name == key).map(|(_, node)| node)
    }

    /// The value below several keys: `node.path(&["spec", "template"])`.
    pub fn path(self, keys: &[&str]) -> Option<Node<'t>> {
        keys.iter().try_fold(self, |node, key| node.get(key))
    }

    /// The string under a key.
    pub fn str(self, key: &str) -> Option<&'t str> {
        self.get(key)?.as_str()
    }

    /// The boolean under a key.
    pub fn bool(self, key: &str) -> Option<bool> {
        self.get(key)?.as_bool()
    }

    /// The whole number under a key.
    pub fn int(self, key: &str) -> Option<i64> {
        self.get(key)?.as_i64()
    }

    /// The items of a list; nothing for anything else.
    #[inline]
    pub fn items(self) -> Items<'t> {
        let mut children = Children { tree: self.tree, next: 0, end: 0 };
        if self.is_seq() {
            children = self.children();
        }
        Items(children)
    }

    /// The item of a list at this place, from 0; nothing for anything else. Costs no walk along a long list.
    pub fn item(self, index: usize) -> Option<Node<'t>> {
        match Siblings::get(self.tree, self) {
            Some(children) if self.is_seq() => children.get(index).map(|id| self.tree.node(NodeId(*id))),
            _ => self.items().nth(index),
        }
    }

    /// The items of the list under a key; nothing when it is missing or no list.
    pub fn list(self, key: &str) -> Items<'t> {
        match self.get(key) {
            Some(node) => node.items(),
            None => Items(Children { tree: self.tree, next: 0, end: 0 }),
        }
    }

    /// The entries of a map in the order written, without those that a later duplicate hides.
    pub fn entries(self) -> Entries<'t> {
        let mut children = Children { tree: self.tree, next: 0, end: 0 };
        if self.is_map() {
            children = self.children();
        }
        Entries(children)
    }

    #[inline]
    pub(crate) fn children(self) -> Children<'t> {
        Children { tree: self.tree, next: self.id.0 + 1, end: self.data.a }
    }

    /// The child under the key of this symbol. The hottest loop of expressions: it looks at the arena itself.
    #[inline]
    pub(crate) fn child_of(self, symbol: u32) -> Option<Node<'t>> {
        let nodes = self.tree.nodes.get(..self.data.a as usize)?;
        let mut next = self.id.0 + 1;
        while let Some(data) = nodes.get(next as usize) {
            if data.key == symbol && data.flags & SHADOWED == 0 {
                return Some(Node { tree: self.tree, id: NodeId(next), data });
            }
            next = if data.has_children() { data.a.max(next + 1) } else { next + 1 };
        }
        None
    }

    /// The key under which this node stands in its map.
    pub fn key(self) -> Option<&'t str> {
        (self.data.key != NO_KEY).then(|| self.tree.key_text(self.data.key))
    }

    /// Where the value is written; `None` when that is not known.
    pub fn span(self) -> Option<Span> {
        self.tree.span_of(self.id)
    }

    /// Where the key is written; `None` without a key, or when that is not known.
    pub fn key_span(self) -> Option<Span> {
        let text = self.tree.text.as_ref()?;
        let start = match self.data.key_back {
            0 => return None,
            FAR_KEY => {
                let at = self.tree.far_keys.binary_search_by_key(&self.id.0, |(node, _)| *node).ok()?;
                self.tree.far_keys.get(at)?.1
            }
            back => self.span()?.start.checked_sub(u32::from(back))?,
        };
        let tail = text.as_str().get(start as usize..)?;
        let len = crate::text::key_len(tail, self.key().unwrap_or(""));
        Some(Span { start, end: start + u32::try_from(len).unwrap_or(0) })
    }

    /// The text as written, with quotes; `None` when that is not known.
    pub fn source(self) -> Option<&'t str> {
        let text = self.tree.text.as_ref()?;
        Some(text.slice(self.span()?))
    }

    /// Whether this node came through an alias or a merge key: its span is where the anchor was written.
    pub fn is_shared(self) -> bool {
        self.data.flags & (ALIASED | MERGED) != 0
    }

    /// Whether a later entry of the same key hides this one; cursors only meet such a node by its number.
    pub(crate) fn is_shadowed(self) -> bool {
        self.data.flags & SHADOWED != 0
    }

    /// Whether this entry came through a merge key.
    pub fn is_merged(self) -> bool {
        self.data.flags & MERGED != 0
    }

    /// The node a route leads to.
    pub fn at(self, route: &Route) -> Option<Node<'t>> {
        let (node, steps) = self.nearest(route);
        (steps == route.steps().len()).then_some(node)
    }

    /// The deepest existing node along a route, and how many steps lead to it.
    pub fn nearest(self, route: &Route) -> (Node<'t>, usize) {
        let mut node = self;
        for (taken, step) in route.steps().iter().enumerate() {
            let next = match step {
                Step::Key(key) => node.entry(key),
                Step::Index(index) => node.item(*index as usize),
            };
            match next {
                Some(next) => node = next,
                None => return (node, taken),
            }
        }
        (node, route.steps().len())
    }

    /// The route from this node down to `below`, which must lie inside it.
    pub fn route_to(self, below: Node<'t>) -> Option<Route> {
        let mut route = Route::root();
        let mut node = self;
        while node.id != below.id {
            let (index, next) = node.child_around(below)?;
            route = match (node.kind(), next.key()) {
                (Kind::Map, Some(key)) => route.key(key),
                (Kind::Seq, _) => route.index(index),
                _ => return None,
            };
            node = next;
        }
        Some(route)
    }

    /// The child that is `below` or has it somewhere inside, and its place among the children.
    fn child_around(self, below: Node<'t>) -> Option<(usize, Node<'t>)> {
        let around = |id: u32| id <= below.id.0 && below.id.0 < self.tree.subtree_end(id);
        let Some(children) = Siblings::get(self.tree, self) else {
            return self.children().enumerate().find(|(_, child)| around(child.id.0));
        };
        let index = children.partition_point(|id| *id <= below.id.0).checked_sub(1)?;
        let id = children.get(index).copied().filter(|id| around(*id))?;
        Some((index, self.tree.node(NodeId(id))))
    }
}

impl std::fmt::Debug for Node<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.kind() {
            Kind::Map => f.debug_map().entries(self.entries()).finish(),
            Kind::Seq => f.debug_list().entries(self.items()).finish(),
            Kind::Str => write!(f, "{:?}", self.as_str().unwrap_or("")),
            Kind::Null => f.write_str("null"),
            _ => f.write_str(&self.scalar_text().unwrap_or_default()),
        }
    }
}

#[derive(Clone, Copy)]
pub(crate) struct Children<'t> {
    tree: &'t Tree,
    next: u32,
    end: u32,
}

impl<'t> Iterator for Children<'t> {
    type Item = Node<'t>;

    #[inline]
    fn next(&mut self) -> Option<Node<'t>> {
        while self.next < self.end {
            let id = self.next;
            self.next = self.tree.subtree_end(id).max(id + 1);
            let node = Node::new(self.tree, NodeId(id));
            if node.data.flags & SHADOWED == 0 {
                return Some(node);
            }
        }
        None
    }
}

/// Iterates over the items of a list.
#[derive(Clone, Copy)]
pub struct Items<'t>(Children<'t>);

impl<'t> Iterator for Items<'t> {
    type Item = Node<'t>;

    #[inline]
    fn next(&mut self) -> Option<Node<'t>> {
        self.0.next()
    }
}

/// Iterates over the entries of a map.
#[derive(Clone, Copy)]
pub struct Entries<'t>(Children<'t>);

impl<'t> Iterator for Entries<'t> {
    type Item = (&'t str, Node<'t>);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|node| (node.key().unwrap_or(""), node))
    }
}
