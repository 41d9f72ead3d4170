//! Building trees: the one way in, for readers and for code that makes objects.

use std::collections::HashMap;

use crate::text::{Span, Text};
use crate::tree::{
    ALIASED, DroppedFields, FAR_KEY, IN_TEXT, Kind, MERGED, NO_KEY, NodeData, NodeId, SHADOWED, Style, Tree,
};
use crate::vocabulary;

/// Maps larger than this look for duplicates by hash instead of by scan.
const SCAN_LIMIT: usize = 16;

/// Builds a [`Tree`] from the top down. Values go where the last opened map or list is; in a map, [`TreeBuilder::key`]
/// comes before each value.
#[derive(Debug, Default)]
pub struct TreeBuilder {
    nodes: Vec<NodeData>,
    arena: String,
    keys: Vec<(u32, u32)>,
    key_index: HashMap<Box<str>, u32>,
    far_keys: Vec<(u32, u32)>,
    text: Option<Text>,
    open: Vec<Frame>,
    pending: Option<(u32, Option<u32>)>,
    dropped: DroppedFields,
}

#[derive(Debug)]
struct Frame {
    node: u32,
    children: u32,
    /// Symbol → node, once the map is large.
    seen: Option<HashMap<u32, u32>>,
    /// Nodes of the direct children, while the map is small.
    small: Vec<u32>,
}

impl TreeBuilder {
    /// A builder; spans given to it are offsets into `text`.
    pub fn new(text: Option<Text>) -> Self {
        TreeBuilder { text, ..TreeBuilder::default() }
    }

    /// Nodes so far.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether nothing was built yet.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// How deep the open maps and lists are nested.
    pub fn depth(&self) -> usize {
        self.open.len()
    }

    /// Names the next value of the open map; `start` is where the key is written. Gives the earlier value of the same
    /// key in this map, which is hidden from now on: the last one wins.
    pub fn key(&mut self, key: &str, start: Option<u32>) -> Option<NodeId> {
        let symbol = self.symbol(key);
        self.pending = Some((symbol, start));
        let frame = self.open.last_mut()?;
        let earlier = match &mut frame.seen {
            Some(seen) => seen.get(&symbol).copied(),
            None => {
                let nodes = &self.nodes;
                let same = |id: &&u32| {
                    nodes.get(**id as usize).is_some_and(|n| n.key == symbol && n.flags & SHADOWED == 0)
                };
                frame.small.iter().rev().find(same).copied()
            }
        }?;
        if let Some(node) = self.nodes.get_mut(earlier as usize) {
            node.flags |= SHADOWED;
            frame.children = frame.children.saturating_sub(1);
        }
        Some(NodeId(earlier))
    }

    /// Whether the open map has a visible entry with this key.
    pub fn has_key(&mut self, key: &str) -> bool {
        let symbol = self.symbol(key);
        let Some(frame) = self.open.last() else { return false };
        match &frame.seen {
            Some(seen) => seen.contains_key(&symbol),
            None => frame.small.iter().any(|id| {
                self.nodes.get(*id as usize).is_some_and(|n| n.key == symbol && n.flags & SHADOWED == 0)
            }),
        }
    }

    fn symbol(&mut self, key: &str) -> u32 {
        if let Some(symbol) = vocabulary::symbol(key) {
            return symbol;
        }
        if let Some(symbol) = self.key_index.get(key) {
            return *symbol;
        }
        let symbol = vocabulary::len() + u32::try_from(self.keys.len()).unwrap_or(0);
        let range = self.store(key);
        self.keys.push(range);
        self.key_index.insert(key.into(), symbol);
        symbol
    }

    fn store(&mut self, text: &str) -> (u32, u32) {
        let start = u32::try_from(self.arena.len()).unwrap_or(u32::MAX);
        self.arena.push_str(text);
        (start, u32::try_from(text.len()).unwrap_or(0))
    }

    fn push(&mut self, kind: Kind, style: Style, flags: u8, (a, b): (u32, u32), span: Span) -> NodeId {
        let id = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
        let (key, key_start) = self.pending.take().unwrap_or((NO_KEY, None));
        let key_back = match key_start.map(|start| span.start.checked_sub(start)) {
            None => 0,
            Some(Some(back)) if back > 0 && back < u32::from(FAR_KEY) => {
                u16::try_from(back).unwrap_or(FAR_KEY)
            }
            Some(_) => FAR_KEY,
        };
        if key_back == FAR_KEY {
            self.far_keys.push((id, key_start.unwrap_or(0)));
        }
        if let Some(frame) = self.open.last_mut() {
            frame.children += 1;
            if key != NO_KEY {
                match &mut frame.seen {
                    Some(seen) => {
                        seen.insert(key, id);
                    }
                    None => frame.small.push(id),
                }
                if frame.seen.is_none() && frame.small.len() > SCAN_LIMIT {
                    let nodes = &self.nodes;
                    let known = frame
                        .small
                        .iter()
                        .filter_map(|id| nodes.get(*id as usize).map(|node| (node.key, *id)));
                    frame.seen = Some(known.chain([(key, id)]).collect());
                }
            }
        }
        self.nodes.push(NodeData {
            kind_style: NodeData::pack(kind, style),
            flags,
            key_back,
            key,
            a,
            b,
            span,
        });
        NodeId(id)
    }

    /// `null`
    pub fn null(&mut self, style: Style, span: Span) -> NodeId {
        self.push(Kind::Null, style, 0, (0, 0), span)
    }

    /// A boolean.
    pub fn bool(&mut self, value: bool, span: Span) -> NodeId {
        self.push(Kind::Bool, Style::Plain, 0, (u32::from(value), 0), span)
    }

    /// A signed whole number.
    pub fn int(&mut self, value: i64, span: Span) -> NodeId {
        self.number(Kind::Int, value.cast_unsigned(), span)
    }

    /// An unsigned whole number; one that fits in the signed range becomes a signed one.
    pub fn uint(&mut self, value: u64, span: Span) -> NodeId {
        let kind = if i64::try_from(value).is_ok() { Kind::Int } else { Kind::UInt };
        self.number(kind, value, span)
    }

    /// Any other number.
    pub fn float(&mut self, value: f64, span: Span) -> NodeId {
        self.number(Kind::Float, value.to_bits(), span)
    }

    fn number(&mut self, kind: Kind, bits: u64, span: Span) -> NodeId {
        let low = (bits & u64::from(u32::MAX)) as u32;
        self.push(kind, Style::Plain, 0, (low, (bits >> 32) as u32), span)
    }

    /// A string whose value is a copy.
    pub fn str(&mut self, value: &str, style: Style, span: Span) -> NodeId {
        let range = self.store(value);
        self.push(Kind::Str, style, 0, range, span)
    }

    /// A string whose value stands in the text as it is, at `content`; `span` includes its quotes.
    pub fn str_in_text(&mut self, content: Span, style: Style, span: Span) -> NodeId {
        self.push(Kind::Str, style, IN_TEXT, (content.start, content.end.saturating_sub(content.start)), span)
    }

    /// Opens a map or a list; values go into it until [`TreeBuilder::close`].
    pub fn open(&mut self, kind: Kind, style: Style, start: u32) -> NodeId {
        debug_assert!(matches!(kind, Kind::Map | Kind::Seq));
        let id = self.push(kind, style, 0, (0, 0), Span { start, end: start });
        self.open.push(Frame { node: id.0, children: 0, seen: None, small: Vec::new() });
        id
    }

    /// Closes the innermost map or list; `end` is one past its last byte.
    pub fn close(&mut self, end: u32) {
        self.pending = None;
        let past = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
        if let Some(frame) = self.open.pop()
            && let Some(node) = self.nodes.get_mut(frame.node as usize)
        {
            node.a = past;
            node.b = frame.children;
            node.span.end = end.max(node.span.start);
        }
    }

    /// Moves the start of a node, for block collections whose start is known only after their first key.
    pub fn set_start(&mut self, node: NodeId, start: u32) {
        if let Some(node) = self.nodes.get_mut(node.0 as usize) {
            node.span.start = start;
        }
    }

    /// Appends a copy of a finished node of this builder, with all below it, as the next value (an alias).
    /// Gives `None` when the copy would pass `max_nodes`.
    pub fn copy(&mut self, from: NodeId, max_nodes: usize) -> Option<NodeId> {
        self.copy_flagged(from, max_nodes, ALIASED)
    }

    /// Appends copies of the entries of a finished map that the open map does not have yet (a merge key).
    /// Gives `None` when the copies would pass `max_nodes`.
    pub fn merge(&mut self, from: NodeId, max_nodes: usize) -> Option<()> {
        let end = self.subtree_end(from.0);
        let mut child = from.0 + 1;
        while child < end {
            let data = *self.nodes.get(child as usize)?;
            let key = self.key_of(data.key).to_owned();
            if data.flags & SHADOWED == 0 && !self.has_key(&key) {
                let key_start = match data.key_back {
                    0 => None,
                    FAR_KEY => self.far_keys.iter().find(|(node, _)| *node == child).map(|(_, start)| *start),
                    back => data.span.start.checked_sub(u32::from(back)),
                };
                self.pending = Some((data.key, key_start));
                self.copy_flagged(NodeId(child), max_nodes, MERGED)?;
            }
            child = self.subtree_end(child).max(child + 1);
        }
        Some(())
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

    fn key_of(&self, symbol: u32) -> &str {
        vocabulary::word(symbol).unwrap_or_else(|| {
            let range = symbol.checked_sub(vocabulary::len()).and_then(|i| self.keys.get(i as usize));
            range
                .and_then(|(start, len)| self.arena.get(*start as usize..(*start + *len) as usize))
                .unwrap_or("")
        })
    }

    fn subtree_end(&self, id: u32) -> u32 {
        match self.nodes.get(id as usize) {
            Some(node) if matches!(node.kind(), Kind::Map | Kind::Seq) => node.a,
            _ => id + 1,
        }
    }

    fn copy_flagged(&mut self, from: NodeId, max_nodes: usize, flag: u8) -> Option<NodeId> {
        let end = self.subtree_end(from.0);
        if self.nodes.len() + end.checked_sub(from.0)? as usize > max_nodes {
            return None;
        }
        let root = *self.nodes.get(from.0 as usize)?;
        let id =
            self.push(root.kind(), root.style(), root.flags & IN_TEXT | flag, (root.a, root.b), root.span);
        let shift = id.0 - from.0;
        for below in from.0 + 1..end {
            let mut data = *self.nodes.get(below as usize)?;
            data.flags |= flag;
            if matches!(data.kind(), Kind::Map | Kind::Seq) {
                data.a += shift;
            }
            if data.key_back == FAR_KEY
                && let Some((_, start)) = self.far_keys.iter().find(|(node, _)| *node == below).copied()
            {
                self.far_keys.push((below + shift, start));
            }
            self.nodes.push(data);
        }
        if matches!(root.kind(), Kind::Map | Kind::Seq)
            && let Some(copy) = self.nodes.get_mut(id.0 as usize)
        {
            copy.a = root.a + shift;
        }
        Some(id)
    }

    /// Notes what was left out on purpose.
    pub fn note_dropped(&mut self, dropped: DroppedFields) {
        self.dropped = dropped;
    }

    /// The finished tree; maps and lists still open are closed where they are.
    pub fn finish(mut self) -> Tree {
        while let Some(frame) = self.open.last() {
            let end = self.nodes.last().map_or(0, |node| node.span.end);
            debug_assert!(frame.node < u32::MAX);
            self.close(end);
        }
        self.far_keys.sort_unstable();
        Tree {
            nodes: self.nodes.into_boxed_slice(),
            arena: self.arena.into_boxed_str(),
            keys: self.keys.into_boxed_slice(),
            far_keys: self.far_keys.into_boxed_slice(),
            text: self.text,
            dropped: self.dropped,
        }
    }
}
