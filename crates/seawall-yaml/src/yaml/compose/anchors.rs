//! Anchors, aliases and merge keys.

use super::{Composer, Note, Slot, merge_needs_maps};
use crate::build::TooManyNodes;
use crate::shown;
use crate::tree::{Kind, NodeId};
use crate::yaml::token::{Read, fail};

/// What an anchor names.
#[derive(Clone, Copy, Debug)]
pub(super) struct Target {
    pub(super) node: NodeId,
    kind: Kind,
    /// Values decoded in it, itself included; `None` while it is open.
    decoded: Option<u64>,
    height: u32,
}

impl Target {
    pub(super) fn scalar(node: NodeId) -> Self {
        Target { node, kind: Kind::Str, decoded: Some(1), height: 0 }
    }

    pub(super) fn open(node: NodeId, kind: Kind) -> Self {
        Target { node, kind, decoded: None, height: 0 }
    }

    pub(super) fn finish(&mut self, decoded: u64, height: u32) {
        self.decoded = Some(decoded);
        self.height = height;
    }
}

/// go-yaml's guard against documents that are mostly aliases: it counts the values it decodes, and how many of them
/// came through an alias.
#[derive(Clone, Copy, Debug)]
pub(super) struct Aliasing {
    decoded: u64,
    through_aliases: u64,
}

impl Default for Aliasing {
    fn default() -> Self {
        // The document itself is the first.
        Aliasing { decoded: 1, through_aliases: 0 }
    }
}

/// Below this many decoded values nearly all of them may come through aliases.
const LOW: u64 = 400_000;
/// Above this many only a tenth may.
const HIGH: u64 = 4_000_000;

impl Aliasing {
    pub(super) fn decoded(&self) -> u64 {
        self.decoded
    }

    /// Counts one value.
    #[inline]
    pub(super) fn count(&mut self, at: u32) -> Read<()> {
        self.decoded += 1;
        if self.through_aliases > 100 { self.check(at) } else { Ok(()) }
    }

    /// Counts an alias and what it stands for. Within an alias the share only grows, so one check behind it is enough.
    fn count_alias(&mut self, decoded: u64, at: u32) -> Read<()> {
        self.count(at)?;
        self.decoded = self.decoded.saturating_add(decoded);
        self.through_aliases = self.through_aliases.saturating_add(decoded);
        self.check(at)
    }

    fn check(&self, at: u32) -> Read<()> {
        let allowed = match self.decoded {
            ..=LOW => 0.99,
            HIGH.. => 0.10,
            between => 0.99 - 0.89 * ((between - LOW) as f64 / (HIGH - LOW) as f64),
        };
        let share = self.through_aliases as f64 / self.decoded as f64;
        if self.through_aliases > 100 && self.decoded > 1000 && share > allowed {
            return fail(
                at as usize,
                "the document is mostly aliases: Kubernetes refuses it as an expansion attack",
            );
        }
        Ok(())
    }
}

impl<'t> Composer<'t> {
    /// Notes what an anchor names; a later anchor of the same name takes its place.
    pub(super) fn name(&mut self, anchor: Option<&'t str>, target: Target) -> Option<usize> {
        let anchor = anchor?;
        let number = self.targets.len();
        self.targets.push(target);
        self.anchors.insert(anchor, number);
        Some(number)
    }

    /// An alias, written from `start` to `end`.
    pub(in crate::yaml) fn alias(&mut self, name: &str, start: u32, end: u32) -> Read<()> {
        let found = self.anchors.get(name).and_then(|target| self.targets.get(*target)).copied();
        let Some(target) = found else {
            let what = format!("there is no anchor {} before this alias", shown::name(name));
            return fail(start as usize, what);
        };
        let Some(decoded) = target.decoded else {
            return fail(start as usize, format!("the anchor {} contains itself", shown::name(name)));
        };
        let slot = self.slot();
        if matches!(slot, Slot::MergeValue | Slot::MergeItem) && target.kind != Kind::Map {
            return merge_needs_maps(start);
        }
        self.aliasing.count_alias(decoded, start)?;
        self.last_end = end;
        if slot == Slot::Key {
            return self.key_from(target, start);
        }
        if self.dropping() {
            self.value_done(None);
            return Ok(());
        }
        if self.frames.len() + target.height as usize > self.limits.depth as usize {
            return fail(
                start as usize,
                format!("maps and lists are nested deeper than {}", self.limits.depth),
            );
        }
        if let Some(frame) = self.frames.last_mut() {
            frame.height = frame.height.max(target.height + 1);
        }
        if slot == Slot::MergeValue {
            self.merge(target.node)?;
            self.value_done(None);
            return Ok(());
        }
        match self.builder.copy(target.node, self.limits.nodes as usize) {
            Some(node) => self.value_done(Some(node)),
            None => return self.too_many_nodes(start),
        }
        Ok(())
    }

    /// Brings the entries of a map into the open one.
    pub(super) fn merge(&mut self, from: NodeId) -> Read<()> {
        let at = self.last_end;
        match self.builder.merge(from, self.limits.nodes as usize) {
            Err(TooManyNodes) => self.too_many_nodes(at),
            Ok(None) => Ok(()),
            Ok(Some(hidden)) => {
                let earlier = self.builder.start(hidden);
                let what = "what `<<` brings in hides a key written before it: put `<<` first".to_owned();
                self.notes.add(|| Note { at, what, earlier });
                Ok(())
            }
        }
    }
}
