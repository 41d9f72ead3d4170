//! The arena behind a document, in document order: 16 bytes a node, and 8 more for its span where there is a text.

use std::sync::OnceLock;

use crate::siblings::Siblings;
use crate::text::{Span, Text};
use crate::vocabulary;
use crate::{Node, TreeBuilder};

/// The number of a node in its tree; the root is 0. Ids grow in document order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub(crate) u32);

impl NodeId {
    /// The root of a tree.
    pub const ROOT: NodeId = NodeId(0);
}

/// What a node is, as Kubernetes sees it (that is, as JSON).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `null`
    Null,
    /// `true` or `false`
    Bool,
    /// A whole number that fits in 64 bits, signed.
    Int,
    /// A whole number above the signed range.
    UInt,
    /// Any other number.
    Float,
    /// A text.
    Str,
    /// A map.
    Map,
    /// A list.
    Seq,
}

/// How a node is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Style {
    /// Without quotes, or block style of a map or list.
    Plain,
    /// `'…'`
    SingleQuoted,
    /// `"…"`
    DoubleQuoted,
    /// `|`
    Literal,
    /// `>`
    Folded,
    /// `{…}` or `[…]`
    Flow,
}

/// Key symbol of a node that is no map value.
pub(crate) const NO_KEY: u32 = u32::MAX;
/// `key_back` of a node whose key lies too far before it; see [`Tree::far_keys`].
pub(crate) const FAR_KEY: u16 = u16::MAX;

/// A later key of the same name hides this entry.
pub(crate) const SHADOWED: u8 = 1;
/// Copied from an anchor; the span is where the anchor was written.
pub(crate) const ALIASED: u8 = 2;
/// Brought in by a merge key `<<`.
pub(crate) const MERGED: u8 = 4;
/// The decoded text is the text of the span itself (without quotes, if any, see `payload`).
pub(crate) const IN_TEXT: u8 = 8;

/// The key has no form in JSON (`null`, or a number above the signed range): such an entry must not stay visible.
pub(crate) const BAD_KEY: u8 = 16;

/// The place of a node of which it is not known where in the text it is written, see [`Tree::moved`].
pub(crate) const NO_SPAN: Span = Span { start: u32::MAX, end: u32::MAX };

#[derive(Clone, Copy, Debug)]
pub(crate) struct NodeData {
    /// [`Kind`] in the low half, [`Style`] in the high half.
    pub(crate) kind_style: u8,
    pub(crate) flags: u8,
    /// Bytes from the start of the key to the start of the value; 0 without a key span.
    pub(crate) key_back: u16,
    pub(crate) key: u32,
    /// Scalars: start of the string (in the text or the arena) or low half of a number. Map, Seq: one past the last descendant.
    pub(crate) a: u32,
    /// Scalars: length of the string or high half of a number. Map, Seq: number of children that are not shadowed.
    pub(crate) b: u32,
}

const _: () = assert!(size_of::<NodeData>() <= 16, "a node must fit in 16 bytes");

/// A node while its tree is built, with the place where it is written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BuiltNode {
    pub(crate) data: NodeData,
    pub(crate) span: Span,
}

impl std::ops::Deref for BuiltNode {
    type Target = NodeData;

    fn deref(&self) -> &NodeData {
        &self.data
    }
}

impl std::ops::DerefMut for BuiltNode {
    fn deref_mut(&mut self) -> &mut NodeData {
        &mut self.data
    }
}

impl NodeData {
    #[inline]
    pub(crate) fn kind(&self) -> Kind {
        match self.kind_style & 0xf {
            0 => Kind::Null,
            1 => Kind::Bool,
            2 => Kind::Int,
            3 => Kind::UInt,
            4 => Kind::Float,
            5 => Kind::Str,
            6 => Kind::Map,
            _ => Kind::Seq,
        }
    }

    /// Whether it is a map or a list.
    #[inline]
    pub(crate) fn has_children(&self) -> bool {
        self.kind_style & 0xf >= Kind::Map as u8
    }

    pub(crate) fn style(&self) -> Style {
        match self.kind_style >> 4 {
            0 => Style::Plain,
            1 => Style::SingleQuoted,
            2 => Style::DoubleQuoted,
            3 => Style::Literal,
            4 => Style::Folded,
            _ => Style::Flow,
        }
    }

    pub(crate) fn pack(kind: Kind, style: Style) -> u8 {
        (kind as u8) | ((style as u8) << 4)
    }

    pub(crate) fn bits(&self) -> u64 {
        u64::from(self.a) | (u64::from(self.b) << 32)
    }
}

/// One document: an arena in document order, with spans when there is a text behind it.
///
/// Built by the readers or by a [`TreeBuilder`]; immutable afterwards. Keys that Kubernetes itself uses are symbols
/// shared by the whole process; other keys are stored once a tree.
#[derive(Clone, Debug)]
pub struct Tree {
    pub(crate) nodes: Box<[NodeData]>,
    /// Where each node is written, or [`NO_SPAN`]; empty without a text.
    pub(crate) spans: Box<[Span]>,
    /// Decoded strings that do not stand in the text as they are, and keys outside the vocabulary.
    pub(crate) arena: Box<str>,
    /// Keys outside the vocabulary: start and length in the arena.
    pub(crate) keys: Box<[(u32, u32)]>,
    /// Keys further than 65,534 bytes before their value (comments between them, or expanded aliases): node, key start.
    pub(crate) far_keys: Box<[(u32, u32)]>,
    pub(crate) text: Option<Text>,
    pub(crate) dropped: DroppedFields,
    pub(crate) siblings: OnceLock<Box<Siblings>>,
}

/// What the reader left out of a tree on purpose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DroppedFields {
    /// `metadata.managedFields` was there.
    pub managed_fields: bool,
    /// The annotation `kubectl.kubernetes.io/last-applied-configuration` was there.
    pub last_applied: bool,
}

impl Tree {
    /// The tree of an empty document: `null`.
    pub fn null() -> Self {
        let mut builder = TreeBuilder::new(None);
        builder.null(Style::Plain, Span::default());
        builder.finish()
    }

    /// The cursor at the root.
    pub fn root(&self) -> Node<'_> {
        Node::new(self, NodeId::ROOT)
    }

    /// The cursor at a node.
    pub fn node(&self, id: NodeId) -> Node<'_> {
        Node::new(self, id)
    }

    /// All nodes in document order, without those that a later duplicate hides.
    pub fn nodes(&self) -> impl Iterator<Item = Node<'_>> {
        let mut next = 0;
        std::iter::from_fn(move || {
            while let Some(data) = self.nodes.get(next as usize) {
                let id = next;
                if data.flags & SHADOWED == 0 {
                    next += 1;
                    return Some(self.node(NodeId(id)));
                }
                next = self.subtree_end(id).max(id + 1);
            }
            None
        })
    }

    /// The text that spans refer to.
    pub fn text(&self) -> Option<&Text> {
        self.text.as_ref()
    }

    /// What the reader left out.
    pub fn dropped(&self) -> DroppedFields {
        self.dropped
    }

    /// Number of nodes.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there is no node at all; readers never build such a tree.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Bytes on the heap beside the text.
    pub fn heap_bytes(&self) -> usize {
        size_of_val(&*self.nodes)
            + size_of_val(&*self.spans)
            + self.arena.len()
            + size_of_val(&*self.keys)
            + size_of_val(&*self.far_keys)
    }

    /// Where a node is written, when that is known.
    pub(crate) fn span_of(&self, id: NodeId) -> Option<Span> {
        self.spans.get(id.0 as usize).copied().filter(|span| *span != NO_SPAN)
    }

    pub(crate) fn key_text(&self, symbol: u32) -> &str {
        if let Some(word) = vocabulary::word(symbol) {
            return word;
        }
        let Some((start, len)) =
            symbol.checked_sub(vocabulary::len()).and_then(|i| self.keys.get(i as usize))
        else {
            return "";
        };
        self.arena.get(*start as usize..(*start + *len) as usize).unwrap_or("")
    }

    /// One past the last node below `id`.
    #[inline]
    pub(crate) fn subtree_end(&self, id: u32) -> u32 {
        match self.nodes.get(id as usize) {
            Some(node) if node.has_children() => node.a,
            _ => id + 1,
        }
    }
}
