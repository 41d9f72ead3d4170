//! The tree that is checked: an expression as cel-go's parser leaves it, with every macro written out.
//!
//! Invariants: the checker, the validators and the estimate of costs walk this one tree, so that types, places and numbers
//! are those of cel-go. Children are added before their parents. A node is copied where cel-go copies it, and no tree has more
//! nodes than [`Tree::NODES`].

use std::sync::Arc;

use crate::cel::ast::ExprId;

/// The number of a node in its tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NodeId(u32);

impl NodeId {
    pub(super) fn index(self) -> usize {
        self.0 as usize
    }

    pub(super) fn number(self) -> u32 {
        self.0
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Literal {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Double(f64),
    Str(Arc<str>),
    Bytes(Arc<[u8]>),
}

/// An entry of a map.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(super) key: NodeId,
    pub(super) value: NodeId,
    pub(super) optional: bool,
}

/// A field that is set in an object.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub(super) name: Arc<str>,
    pub(super) value: NodeId,
    pub(super) optional: bool,
    pub(super) at: u32,
}

/// What every macro over lists and maps becomes.
#[derive(Clone, Debug)]
pub(crate) struct Comprehension {
    pub(super) range: NodeId,
    pub(super) var: Arc<str>,
    pub(super) second: Option<Arc<str>>,
    pub(super) accumulator: Arc<str>,
    pub(super) init: NodeId,
    pub(super) condition: NodeId,
    pub(super) step: NodeId,
    pub(super) result: NodeId,
}

#[derive(Clone, Debug)]
pub(crate) enum Kind {
    Literal(Literal),
    Ident(Arc<str>),
    Select { of: NodeId, field: Arc<str>, test: bool },
    Call { function: Arc<str>, target: Option<NodeId>, args: Vec<NodeId> },
    List(Vec<(NodeId, bool)>),
    Map(Vec<Entry>),
    Object { name: Arc<str>, fields: Vec<Field> },
    Comprehension(Box<Comprehension>),
}

#[derive(Debug)]
struct Node {
    kind: Kind,
    at: u32,
}

/// The nodes of an expression.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    nodes: Vec<Node>,
    root: Option<NodeId>,
    /// The node of each expression of the text; the first one where there are copies.
    origins: Vec<Option<NodeId>>,
}

const NOTHING: Kind = Kind::Literal(Literal::Null);

impl Tree {
    /// How many nodes a tree may have: nested `optMap` doubles its target every time.
    pub(super) const NODES: usize = 200_000;

    pub(super) fn add(&mut self, kind: Kind, at: u32) -> NodeId {
        let id = NodeId(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        self.nodes.push(Node { kind, at });
        id
    }

    pub(super) fn is_full(&self) -> bool {
        self.nodes.len() >= Self::NODES
    }

    pub(super) fn set_root(&mut self, root: NodeId) {
        self.root = Some(root);
    }

    pub(super) fn set_origin(&mut self, expr: ExprId, node: NodeId) {
        if self.origins.len() <= expr.index() {
            self.origins.resize(expr.index() + 1, None);
        }
        if let Some(place @ None) = self.origins.get_mut(expr.index()) {
            *place = Some(node);
        }
    }

    pub(super) fn root(&self) -> Option<NodeId> {
        self.root
    }

    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    pub(super) fn node_of(&self, expr: ExprId) -> Option<NodeId> {
        self.origins.get(expr.index()).copied().flatten()
    }

    pub(super) fn kind(&self, id: NodeId) -> &Kind {
        self.nodes.get(id.index()).map_or(&NOTHING, |node| &node.kind)
    }

    pub(super) fn at(&self, id: NodeId) -> u32 {
        self.nodes.get(id.index()).map_or(0, |node| node.at)
    }

    pub(super) fn replace(&mut self, id: NodeId, kind: Kind) {
        if let Some(node) = self.nodes.get_mut(id.index()) {
            node.kind = kind;
        }
    }

    /// A copy of a node and what is below it, at the same places.
    pub(super) fn copy(&mut self, id: NodeId) -> NodeId {
        if self.is_full() {
            return id;
        }
        let mut kind = self.kind(id).clone();
        for child in children_mut(&mut kind) {
            *child = self.copy(*child);
        }
        self.add(kind, self.at(id))
    }

    /// The names of `a.b.c`; nothing for any other node, or where one of them is tested.
    pub(super) fn dotted(&self, id: NodeId) -> Option<Vec<Arc<str>>> {
        let (mut id, mut names) = (id, Vec::new());
        loop {
            match self.kind(id) {
                Kind::Select { of, field, test: false } => {
                    names.push(field.clone());
                    id = *of;
                }
                Kind::Ident(name) => {
                    names.push(name.clone());
                    names.reverse();
                    return Some(names);
                }
                _ => return None,
            }
        }
    }

    /// All nodes below and including one, parents first, each with its parent.
    pub(super) fn walk(&self, mut see: impl FnMut(NodeId, &[NodeId])) {
        let Some(root) = self.root else { return };
        let mut above = Vec::new();
        let mut open = vec![(root, 0)];
        while let Some((id, depth)) = open.pop() {
            above.truncate(depth);
            see(id, &above);
            above.push(id);
            let mut kind = self.kind(id).clone();
            open.extend(children_mut(&mut kind).into_iter().rev().map(|child| (*child, depth + 1)));
        }
    }
}

/// The children in the order in which cel-go visits them.
fn children_mut(kind: &mut Kind) -> Vec<&mut NodeId> {
    match kind {
        Kind::Literal(_) | Kind::Ident(_) => Vec::new(),
        Kind::Select { of, .. } => vec![of],
        Kind::Call { target, args, .. } => target.iter_mut().chain(args).collect(),
        Kind::List(items) => items.iter_mut().map(|(item, _)| item).collect(),
        Kind::Map(entries) => {
            entries.iter_mut().flat_map(|entry| [&mut entry.key, &mut entry.value]).collect()
        }
        Kind::Object { fields, .. } => fields.iter_mut().map(|field| &mut field.value).collect(),
        Kind::Comprehension(fold) => {
            let Comprehension { range, init, condition, step, result, .. } = &mut **fold;
            vec![range, init, condition, step, result]
        }
    }
}
