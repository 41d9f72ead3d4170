//! Building trees: the one way in, for readers and for code that makes objects.

mod alias;

pub(crate) use alias::{Earlier, TooManyNodes};

use std::collections::HashMap;
use std::sync::OnceLock;

use crate::drop::Place;
use crate::symbols::{self, Slots};
use crate::text::{Span, Text};
use crate::tree::{
    BuiltNode, DroppedFields, FAR_KEY, IN_TEXT, Kind, NO_KEY, NodeData, NodeId, SHADOWED, Style, Tree,
};
use crate::vocabulary;

/// Maps larger than this look for duplicates by hash instead of by scan.
const SCAN_LIMIT: usize = 16;

/// Builds a [`Tree`] from the top down. Values go where the last opened map or list is; in a map, [`TreeBuilder::key`]
/// comes before each value.
///
/// A builder can be used for one tree after the other: [`TreeBuilder::reset`], build, [`TreeBuilder::take`]. It keeps
/// its memory, so that a stream of small objects costs one exact allocation for each of the tree's parts.
#[derive(Debug, Default)]
pub struct TreeBuilder {
    nodes: Vec<BuiltNode>,
    arena: String,
    keys: Vec<(u32, u32)>,
    /// Keys outside the vocabulary, by their place in `keys`.
    key_index: Slots,
    far_keys: Vec<(u32, u32)>,
    text: Option<Text>,
    open: Vec<Frame>,
    /// The entries of the open maps, each behind those of the map around it: symbol, node.
    entries: Vec<(u32, u32)>,
    /// Entries of large maps: map, symbol → node. Both are numbered as they come, so no input can make them collide.
    large: HashMap<(u32, u32), u32>,
    pending: Option<(u32, Option<u32>)>,
    dropped: DroppedFields,
}

#[derive(Debug)]
struct Frame {
    node: u32,
    children: u32,
    /// Where the entries of this map begin in `entries`.
    entries: u32,
    place: Place,
    /// Whether `large` holds the entries.
    large: bool,
}

impl TreeBuilder {
    /// A builder; spans given to it are offsets into `text`.
    pub fn new(text: Option<Text>) -> Self {
        TreeBuilder { text, ..TreeBuilder::default() }
    }

    /// Forgets everything, to build a tree over another text.
    pub fn reset(&mut self, text: Option<Text>) {
        self.nodes.clear();
        self.arena.clear();
        self.keys.clear();
        self.key_index.clear();
        self.far_keys.clear();
        self.open.clear();
        self.entries.clear();
        self.large.clear();
        self.pending = None;
        self.dropped = DroppedFields::default();
        self.text = text;
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

    /// Whether readers leave out the value under this key of the open map. Ask before [`TreeBuilder::key`]: when it is
    /// so, the tree remembers it, and neither the key nor the value may be given to the builder.
    pub fn drops(&mut self, key: &str) -> bool {
        match self.open.last() {
            Some(frame) => frame.place.drops(key, &mut self.dropped),
            None => false,
        }
    }

    /// Whether a key of the open map names the value of a Secret. `opens` says that its value is a map.
    pub(crate) fn names_secret(&self, key: &str, opens: bool) -> bool {
        match self.open.last().map(|frame| frame.place) {
            Some(Place::Data) => true,
            Some(place @ Place::Object) => !opens && place.below(Some(key)) == Place::Data,
            _ => false,
        }
    }

    /// Names the next value of the open map; `start` is where the key is written. Gives the earlier value of the same
    /// key in this map, which is hidden from now on: the last one wins.
    pub fn key(&mut self, key: &str, start: Option<u32>) -> Option<NodeId> {
        let symbol = self.symbol(key);
        self.pending = Some((symbol, start));
        let earlier = self.entry(symbol)?;
        self.hide_entry(earlier);
        Some(NodeId(earlier))
    }

    fn hide_entry(&mut self, entry: u32) {
        if let Some(node) = self.nodes.get_mut(entry as usize) {
            node.flags |= SHADOWED;
        }
        if let Some(frame) = self.open.last_mut() {
            frame.children = frame.children.saturating_sub(1);
        }
    }

    /// Whether the open map has a visible entry with this key.
    pub fn has_key(&mut self, key: &str) -> bool {
        let symbol = self.symbol(key);
        self.entry(symbol).is_some()
    }

    /// The visible entry of the open map with this symbol.
    #[inline]
    fn entry(&self, symbol: u32) -> Option<u32> {
        let frame = self.open.last()?;
        let found = if frame.large {
            self.large.get(&(frame.node, symbol)).copied()?
        } else {
            let entries = self.entries.get(frame.entries as usize..)?;
            entries.iter().rev().find(|entry| entry.0 == symbol)?.1
        };
        // A key can be named twice before it gets a value: then its entry is hidden already.
        self.nodes.get(found as usize).is_some_and(|node| node.flags & SHADOWED == 0).then_some(found)
    }

    fn note_entry(&mut self, symbol: u32, id: u32) {
        let Some(frame) = self.open.last_mut() else { return };
        if frame.large {
            self.large.insert((frame.node, symbol), id);
            return;
        }
        self.entries.push((symbol, id));
        let first = frame.entries as usize;
        if self.entries.len() - first > SCAN_LIMIT {
            frame.large = true;
            self.large.extend(self.entries.drain(first..).map(|(symbol, id)| ((frame.node, symbol), id)));
        }
    }

    fn symbol(&mut self, key: &str) -> u32 {
        let hash = symbols::hash(key);
        if let Some(symbol) = vocabulary::symbol(hash, key) {
            return symbol;
        }
        let same = |place: u32| {
            let range =
                self.keys.get(place as usize).map(|(start, len)| *start as usize..(*start + *len) as usize);
            range.and_then(|range| self.arena.as_bytes().get(range)) == Some(key.as_bytes())
        };
        if let Some(place) = self.key_index.find(hash, same) {
            return vocabulary::len() + place;
        }
        let place = u32::try_from(self.keys.len()).unwrap_or(0);
        let range = self.store(key);
        self.keys.push(range);
        self.key_index.insert(hash, place);
        vocabulary::len() + place
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
        }
        if key != NO_KEY {
            self.note_entry(key, id);
        }
        let kind_style = NodeData::pack(kind, style);
        self.nodes.push(BuiltNode { data: NodeData { kind_style, flags, key_back, key, a, b }, span });
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
        let place = match self.open.last() {
            None => Place::Object,
            Some(Frame { place: Place::Elsewhere, .. }) => Place::Elsewhere,
            Some(around) => {
                let key = self.nodes.get(id.0 as usize).map_or(NO_KEY, |node| node.key);
                around.place.below((key != NO_KEY).then(|| self.key_of(key)))
            }
        };
        let entries = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
        self.open.push(Frame { node: id.0, children: 0, entries, place, large: false });
        id
    }

    /// Closes the innermost map or list; `end` is one past its last byte.
    pub fn close(&mut self, end: u32) {
        self.pending = None;
        let past = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
        let Some(frame) = self.open.pop() else { return };
        self.entries.truncate(frame.entries as usize);
        if let Some(node) = self.nodes.get_mut(frame.node as usize) {
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

    /// The finished tree; maps and lists still open are closed where they are.
    pub fn finish(mut self) -> Tree {
        self.take()
    }

    /// The finished tree, like [`TreeBuilder::finish`]; call [`TreeBuilder::reset`] before building another one.
    pub fn take(&mut self) -> Tree {
        while !self.open.is_empty() {
            let end = self.nodes.last().map_or(0, |node| node.span.end);
            self.close(end);
        }
        self.far_keys.sort_unstable();
        Tree {
            nodes: self.nodes.iter().map(|node| node.data).collect(),
            spans: match self.text {
                Some(_) => self.nodes.iter().map(|node| node.span).collect(),
                None => Box::default(),
            },
            arena: self.arena.as_str().into(),
            keys: self.keys.as_slice().into(),
            far_keys: self.far_keys.as_slice().into(),
            text: self.text.take(),
            dropped: self.dropped,
            siblings: OnceLock::new(),
        }
    }
}
