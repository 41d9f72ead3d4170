//! What aliases, merge keys and anchors need of a builder: copies of finished nodes, and nodes that nobody sees.

use super::TreeBuilder;
use crate::tree::{
    ALIASED, BAD_KEY, BuiltNode, FAR_KEY, IN_TEXT, Kind, MERGED, NO_KEY, NodeId, SHADOWED, Style,
};

/// How an entry got into the open map before another one took its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Earlier {
    /// Written there.
    Written,
    /// Brought in by a merge key.
    Merged,
}

/// A copy would have passed the budget of nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooManyNodes;

impl TreeBuilder {
    /// Appends a copy of a finished node of this builder, with all below it, as the next value (an alias).
    /// Gives `None` when the copy would pass `max_nodes`.
    pub fn copy(&mut self, from: NodeId, max_nodes: usize) -> Option<NodeId> {
        self.copy_flagged(from, max_nodes, ALIASED)
    }

    /// Appends copies of the entries of a finished map to the open map (a merge key). As in `sigs.k8s.io/yaml`, what
    /// is merged hides what stands before it, and what stands behind it hides what is merged.
    /// Gives the last entry written in the open map that was hidden, if any; an error when the copies would pass `max_nodes`.
    pub(crate) fn merge(&mut self, from: NodeId, max_nodes: usize) -> Result<Option<NodeId>, TooManyNodes> {
        let end = self.subtree_end(from.0);
        let mut hidden = None;
        let mut child = from.0 + 1;
        while child < end {
            let data = *self.nodes.get(child as usize).ok_or(TooManyNodes)?;
            if data.flags & SHADOWED == 0 && data.key != NO_KEY && !self.drops_symbol(data.key) {
                if let Some(earlier) = self.entry(data.key) {
                    self.hide_entry(earlier);
                    if self.origin(NodeId(earlier)) == Earlier::Written {
                        hidden = Some(NodeId(earlier));
                    }
                }
                self.pending = Some((data.key, self.key_start(child, &data)));
                self.copy_flagged(NodeId(child), max_nodes, MERGED | data.flags & BAD_KEY)
                    .ok_or(TooManyNodes)?;
            }
            child = self.subtree_end(child).max(child + 1);
        }
        Ok(hidden)
    }

    fn drops_symbol(&mut self, symbol: u32) -> bool {
        match self.open.last() {
            Some(frame) if frame.place.watches_keys() => {
                let key = self.key_of(symbol).to_owned();
                self.drops(&key)
            }
            _ => false,
        }
    }

    /// How an entry got into its map.
    pub(crate) fn origin(&self, node: NodeId) -> Earlier {
        match self.nodes.get(node.0 as usize) {
            Some(node) if node.flags & MERGED != 0 => Earlier::Merged,
            _ => Earlier::Written,
        }
    }

    /// Where a node and its key begin.
    pub(crate) fn start(&self, node: NodeId) -> u32 {
        let data = self.nodes.get(node.0 as usize);
        data.map_or(0, |data| self.key_start(node.0, data).unwrap_or(data.span.start))
    }

    fn key_start(&self, id: u32, data: &BuiltNode) -> Option<u32> {
        match data.key_back {
            0 => None,
            FAR_KEY => {
                let at = self.far_keys.binary_search_by_key(&id, |(node, _)| *node).ok()?;
                self.far_keys.get(at).map(|(_, start)| *start)
            }
            back => data.span.start.checked_sub(u32::from(back)),
        }
    }

    /// Takes the last value out of sight of the open map or list that holds it; it can still be copied and merged.
    /// The value, if a map or list itself, may be open, and must have been added without a key.
    pub(crate) fn hide(&mut self, node: NodeId) {
        if let Some(data) = self.nodes.get_mut(node.0 as usize) {
            data.flags |= SHADOWED;
        }
        let holder = match self.open.iter().next_back() {
            Some(frame) if frame.node == node.0 => self.open.iter_mut().rev().nth(1),
            _ => self.open.last_mut(),
        };
        if let Some(frame) = holder {
            frame.children = frame.children.saturating_sub(1);
        }
    }

    /// Notes that the key of this entry has no form in JSON.
    pub(crate) fn mark_bad_key(&mut self, node: NodeId) {
        if let Some(data) = self.nodes.get_mut(node.0 as usize) {
            data.flags |= BAD_KEY;
        }
    }

    /// What a finished scalar says, for an alias that stands where a key stands.
    pub(crate) fn node(&self, node: NodeId) -> Option<&BuiltNode> {
        self.nodes.get(node.0 as usize)
    }

    /// The text of a finished string.
    pub(crate) fn string(&self, node: NodeId) -> Option<&str> {
        let data = self.nodes.get(node.0 as usize)?;
        let range = data.a as usize..data.a as usize + data.b as usize;
        if data.flags & IN_TEXT != 0 {
            self.text.as_ref()?.as_str().get(range)
        } else {
            self.arena.get(range)
        }
    }

    /// The first visible node that has no form in JSON: a number that is not finite, or an entry with a bad key.
    pub(crate) fn not_in_json(&self) -> Option<(NodeId, &BuiltNode)> {
        let mut id = 0;
        while let Some(data) = self.nodes.get(id as usize) {
            if data.flags & SHADOWED != 0 {
                id = self.subtree_end(id).max(id + 1);
                continue;
            }
            let float = data.kind() == Kind::Float && !f64::from_bits(data.bits()).is_finite();
            if float || data.flags & BAD_KEY != 0 {
                return Some((NodeId(id), data));
            }
            id += 1;
        }
        None
    }

    /// What a node is.
    pub(crate) fn kind(&self, node: NodeId) -> Option<Kind> {
        self.nodes.get(node.0 as usize).map(|node| node.kind())
    }

    /// Whether a finished node is a map.
    pub fn is_map(&self, node: NodeId) -> bool {
        self.nodes.get(node.0 as usize).is_some_and(|node| node.kind() == Kind::Map)
    }

    /// The direct children of a finished list.
    pub fn children(&self, node: NodeId) -> Vec<NodeId> {
        let end = self.subtree_end(node.0);
        let mut next = node.0 + 1;
        let mut children = Vec::new();
        while next < end {
            children.push(NodeId(next));
            next = self.subtree_end(next).max(next + 1);
        }
        children
    }

    fn copy_flagged(&mut self, from: NodeId, max_nodes: usize, flags: u8) -> Option<NodeId> {
        let end = self.subtree_end(from.0);
        if self.nodes.len() + end.checked_sub(from.0)? as usize > max_nodes {
            return None;
        }
        let root = *self.nodes.get(from.0 as usize)?;
        let (kind, style): (Kind, Style) = (root.kind(), root.style());
        let id = self.push(kind, style, root.flags & IN_TEXT | flags, (root.a, root.b), root.span);
        let shift = id.0 - from.0;
        for below in from.0 + 1..end {
            let mut data = *self.nodes.get(below as usize)?;
            data.flags |= flags & (ALIASED | MERGED);
            if matches!(data.kind(), Kind::Map | Kind::Seq) {
                data.a += shift;
            }
            if data.key_back == FAR_KEY
                && let Some(start) = self.key_start(below, &data)
            {
                self.far_keys.push((below + shift, start));
            }
            self.nodes.push(data);
        }
        if matches!(kind, Kind::Map | Kind::Seq)
            && let Some(copy) = self.nodes.get_mut(id.0 as usize)
        {
            copy.a = root.a + shift;
        }
        Some(id)
    }
}
