//! From values in the order of the text to a tree: keys, merge keys, anchors, and what Kubernetes refuses although YAML
//! allows it.

mod anchors;
mod keys;

use std::borrow::Cow;
use std::collections::HashMap;

use super::resolve::{Tag, Value, resolve};
use super::token::{Fail, Read, fail};
use crate::text::{Span, Text};
use crate::tree::{Kind, NodeId, Style, Tree};
use crate::{Limits, TreeBuilder};
use anchors::{Aliasing, Target};

/// What stands before a value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Properties<'t> {
    pub(super) anchor: Option<&'t str>,
    pub(super) tag: Tag,
    /// Where they end.
    pub(super) end: u32,
}

/// A scalar as the parser meets it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scalar<'s, 't> {
    pub(super) text: &'s str,
    /// Where `text` stands in the document, if it does.
    pub(super) in_text: Option<u32>,
    pub(super) style: Style,
    /// Plain and without a tag, or with the tag `!`.
    pub(super) implicit: bool,
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) properties: Properties<'t>,
}

/// Why an open map or list is not simply a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Merge {
    No,
    /// A map written as the value of `<<`.
    Map,
    /// A list written as the value of `<<`.
    List,
}

#[derive(Debug)]
struct Frame {
    kind: Kind,
    node: NodeId,
    merge: Merge,
    /// Maps: whether a value comes next.
    value_next: bool,
    /// The key of the value to come is `<<`.
    merge_next: bool,
    /// The key of the value to come has no form in JSON.
    bad_key: bool,
    /// The value to come is left out.
    drop_next: bool,
    /// This map or list is left out.
    dropped: bool,
    target: Option<usize>,
    decoded_before: u64,
    /// Maps and lists on the deepest way down, with this one.
    height: u32,
}

/// Where a value goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Slot {
    /// The root, an item, or under a key.
    Plain,
    Key,
    /// Under `<<`.
    MergeValue,
    /// In a list under `<<`.
    MergeItem,
}

pub(super) struct Composer<'t> {
    limits: Limits,
    builder: TreeBuilder,
    frames: Vec<Frame>,
    anchors: HashMap<&'t str, usize>,
    targets: Vec<Target>,
    aliasing: Aliasing,
    /// One past the last byte that belongs to a value.
    last_end: u32,
    /// Something was added that JSON cannot say; it may be hidden yet.
    suspect: bool,
    keep_everything: bool,
    pub(super) notes: Notes,
}

/// Warnings about one document: the first ones, and how many more there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Notes {
    pub(crate) listed: Vec<Note>,
    pub(crate) more: u64,
}

impl Notes {
    /// Warnings that are listed one by one.
    const LISTED: usize = 20;

    fn add(&mut self, note: impl FnOnce() -> Note) {
        if self.listed.len() < Self::LISTED {
            self.listed.push(note());
        } else {
            self.more += 1;
        }
    }
}

/// Something to tell about a document that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Note {
    pub(crate) at: u32,
    pub(crate) what: String,
    /// Where its counterpart is.
    pub(crate) earlier: u32,
}

impl<'t> Composer<'t> {
    pub(super) fn new(text: &Text, limits: &Limits, start: u32, keep_everything: bool) -> Self {
        Composer {
            limits: *limits,
            builder: TreeBuilder::new(Some(text.clone())),
            frames: Vec::new(),
            anchors: HashMap::new(),
            targets: Vec::new(),
            aliasing: Aliasing::default(),
            last_end: start,
            suspect: false,
            keep_everything,
            notes: Notes::default(),
        }
    }

    fn slot(&self) -> Slot {
        match self.frames.last() {
            Some(Frame { kind: Kind::Map, value_next: false, .. }) => Slot::Key,
            Some(Frame { merge_next: true, .. }) => Slot::MergeValue,
            Some(Frame { merge: Merge::List, .. }) => Slot::MergeItem,
            _ => Slot::Plain,
        }
    }

    /// Whether the value to come is left out.
    fn dropping(&self) -> bool {
        self.frames.last().is_some_and(|frame| frame.dropped || frame.drop_next)
    }

    /// After a value (not a key): the map around it expects a key again.
    fn value_done(&mut self, node: Option<NodeId>) {
        let Some(frame) = self.frames.last_mut() else { return };
        frame.value_next = false;
        frame.drop_next = false;
        frame.merge_next = false;
        if std::mem::take(&mut frame.bad_key)
            && let Some(node) = node
        {
            self.builder.mark_bad_key(node);
            self.suspect = true;
        }
    }

    fn check_nodes(&self, at: u32) -> Read<()> {
        if self.builder.len() >= self.limits.nodes as usize {
            return self.too_many_nodes(at);
        }
        Ok(())
    }

    #[cold]
    fn too_many_nodes<T>(&self, at: u32) -> Read<T> {
        fail(at as usize, format!("the document expands to more than {} nodes", self.limits.nodes))
    }

    /// An empty value at a place.
    pub(super) fn empty(&mut self, at: u32) -> Read<()> {
        self.empty_value(at, Properties::default())
    }

    /// An empty value where nothing shows it.
    pub(super) fn empty_here(&mut self) -> Read<()> {
        self.empty_value(self.last_end, Properties::default())
    }

    /// An anchor or tag with nothing behind it.
    pub(super) fn empty_with(&mut self, properties: Properties<'t>) -> Read<()> {
        self.empty_value(properties.end, properties)
    }

    fn empty_value(&mut self, at: u32, properties: Properties<'t>) -> Read<()> {
        let implicit = properties.tag == Tag::None;
        let scalar =
            Scalar { text: "", in_text: None, style: Style::Plain, implicit, start: at, end: at, properties };
        self.scalar(scalar)
    }

    pub(super) fn scalar(&mut self, scalar: Scalar<'_, 't>) -> Read<()> {
        match self.slot() {
            Slot::Key => return self.key(scalar),
            Slot::Plain => {}
            Slot::MergeValue | Slot::MergeItem => return merge_needs_maps(scalar.start),
        }
        self.aliasing.count(scalar.start)?;
        self.check_nodes(scalar.start)?;
        self.last_end = scalar.end;
        let value = resolve_at(&scalar)?;
        if self.dropping() {
            if scalar.properties.anchor.is_some() || not_finite(&value) {
                return keep_everything(scalar.start);
            }
            self.value_done(None);
            return Ok(());
        }
        let node = self.add(&scalar, value);
        self.name(scalar.properties.anchor, Target::scalar(node));
        self.value_done(Some(node));
        Ok(())
    }

    /// Adds a scalar to the tree.
    fn add(&mut self, scalar: &Scalar<'_, 't>, value: Value<'_>) -> NodeId {
        let span = Span { start: scalar.start, end: scalar.end };
        self.suspect |= not_finite(&value);
        match value {
            Value::Null => self.builder.null(scalar.style, span),
            Value::Bool(value) => self.builder.bool(value, span),
            Value::Int(value) => self.builder.int(value, span),
            Value::UInt(value) => self.builder.uint(value, span),
            Value::Float(value) => self.builder.float(value, span),
            Value::Str(Cow::Borrowed(text)) => match scalar.in_text {
                Some(start) => {
                    let content = Span { start, end: start + text.len() as u32 };
                    self.builder.str_in_text(content, scalar.style, span)
                }
                None => self.builder.str(text, scalar.style, span),
            },
            Value::Str(Cow::Owned(text)) => self.builder.str(&text, scalar.style, span),
        }
    }

    /// Opens a map or list; `start` is where its first key or dash, or its bracket, stands.
    pub(super) fn open(
        &mut self,
        kind: Kind,
        style: Style,
        start: u32,
        properties: Properties<'t>,
    ) -> Read<()> {
        let slot = self.slot();
        let merge = match (slot, kind) {
            (Slot::Plain, _) => Merge::No,
            (Slot::Key, _) => return fail(start as usize, "a map or list cannot be a key"),
            (Slot::MergeValue, Kind::Seq) => Merge::List,
            (Slot::MergeItem, Kind::Seq) => return merge_needs_maps(start),
            (Slot::MergeValue, _) => Merge::Map,
            (Slot::MergeItem, _) => Merge::No,
        };
        if self.frames.len() >= self.limits.depth as usize {
            return fail(
                start as usize,
                format!("maps and lists are nested deeper than {}", self.limits.depth),
            );
        }
        self.check_nodes(start)?;
        let decoded_before = self.aliasing.decoded();
        // The list of a merge key is not decoded itself, only its maps are.
        if merge != Merge::List {
            self.aliasing.count(start)?;
        }
        let dropped = self.dropping();
        let mut node = NodeId::ROOT;
        let mut target = None;
        if dropped {
            if properties.anchor.is_some() {
                return keep_everything(start);
            }
        } else {
            node = self.builder.open(kind, style, start);
            if merge != Merge::No {
                self.builder.hide(node);
            }
            target = self.name(properties.anchor, Target::open(node, kind));
        }
        self.last_end = start;
        self.frames.push(Frame {
            kind,
            node,
            merge,
            value_next: false,
            merge_next: false,
            bad_key: false,
            drop_next: false,
            dropped,
            target,
            decoded_before,
            height: 1,
        });
        Ok(())
    }

    /// Closes the innermost map or list, which ends with its last value unless said otherwise.
    pub(super) fn close(&mut self, end: Option<u32>) -> Read<()> {
        if let Some(end) = end {
            self.last_end = end;
        }
        let Some(frame) = self.frames.pop() else { return Ok(()) };
        if let Some(around) = self.frames.last_mut() {
            around.height = around.height.max(frame.height + 1);
        }
        if !frame.dropped {
            self.builder.close(self.last_end);
            if let Some(target) = frame.target.and_then(|target| self.targets.get_mut(target)) {
                target.finish(self.aliasing.decoded() - frame.decoded_before, frame.height);
            }
            match frame.merge {
                Merge::No => {}
                Merge::Map => self.merge(frame.node)?,
                // What stands first in the list wins, so it comes last.
                Merge::List => {
                    for item in self.builder.children(frame.node).into_iter().rev() {
                        self.merge(item)?;
                    }
                }
            }
        }
        self.value_done((!frame.dropped && frame.merge == Merge::No).then_some(frame.node));
        Ok(())
    }

    /// The tree, once the document has ended; `None` when it says nothing.
    pub(super) fn finish(self) -> Read<Option<Tree>> {
        if self.suspect
            && let Some((node, data)) = self.builder.not_in_json()
        {
            let at = self.builder.start(node) as usize;
            return match data.kind() {
                Kind::Float => fail(at, "a number that is not finite has no form in JSON"),
                _ => fail(
                    at,
                    "Kubernetes cannot read a map with a key that is `null` or above 9223372036854775807",
                ),
            };
        }
        let nothing = self.builder.is_empty() || self.builder.kind(NodeId::ROOT) == Some(Kind::Null);
        Ok((!nothing).then(|| self.builder.finish()))
    }
}

fn resolve_at<'s>(scalar: &Scalar<'s, '_>) -> Read<Value<'s>> {
    match resolve(scalar.properties.tag, scalar.implicit, scalar.text) {
        Ok(value) => Ok(value),
        Err(what) => fail(scalar.start as usize, what),
    }
}

fn not_finite(value: &Value<'_>) -> bool {
    matches!(value, Value::Float(float) if !float.is_finite())
}

fn merge_needs_maps<T>(at: u32) -> Read<T> {
    fail(at as usize, "`<<` needs a map or a list of maps")
}

/// What is left out turns out to matter.
fn keep_everything<T>(at: u32) -> Read<T> {
    Err(Box::new(Fail { at: at as usize, what: "".into(), keep_everything: true }))
}
