//! Scalars and aliases where a key stands.

use std::borrow::Cow;

use super::anchors::Target;
use super::{Composer, Note, Scalar, keep_everything, resolve_at};
use crate::build::Earlier;
use crate::shown;
use crate::tree::{Kind, NodeId};
use crate::yaml::number::float_key;
use crate::yaml::resolve::{Tag, Value};
use crate::yaml::token::{Read, fail};

/// Stands in the tree for a key that JSON cannot have, until the document turns out to be refused for it. No key of a
/// readable document begins with this byte, unless somebody escapes it on purpose.
const BAD_KEY: &str = "\0";

/// A key as text; `None` when it has no form in JSON.
fn key_text<'v>(value: &'v Value<'_>) -> Option<Cow<'v, str>> {
    match value {
        Value::Str(text) => Some(text.as_ref().into()),
        Value::Bool(true) => Some("true".into()),
        Value::Bool(false) => Some("false".into()),
        Value::Int(int) => Some(int.to_string().into()),
        Value::Float(float) => Some(float_key(*float).into()),
        Value::Null | Value::UInt(_) => None,
    }
}

impl<'t> Composer<'t> {
    pub(super) fn key(&mut self, scalar: Scalar<'_, 't>) -> Read<()> {
        self.last_end = scalar.end;
        let is_merge = scalar.text == "<<" && (scalar.implicit || scalar.properties.tag == Tag::Merge);
        if !is_merge {
            self.aliasing.count(scalar.start)?;
        }
        let value = resolve_at(&scalar)?;
        if let Some(anchor) = scalar.properties.anchor {
            if self.dropping() {
                return keep_everything(scalar.start);
            }
            self.check_nodes(scalar.start)?;
            let node = self.add(&scalar, value.clone());
            self.builder.hide(node);
            self.name(Some(anchor), Target::scalar(node));
        }
        if is_merge {
            if let Some(frame) = self.frames.last_mut() {
                frame.merge_next = true;
                frame.value_next = true;
            }
            return Ok(());
        }
        self.named(key_text(&value).as_deref(), scalar.start)
    }

    /// An alias where a key stands.
    pub(super) fn key_from(&mut self, target: Target, start: u32) -> Read<()> {
        let Some(data) = self.builder.node(target.node).copied() else {
            return fail(start as usize, "an alias to nothing");
        };
        let value = match data.kind() {
            Kind::Map | Kind::Seq => return fail(start as usize, "a map or list cannot be a key"),
            Kind::Null => Value::Null,
            Kind::Bool => Value::Bool(data.a != 0),
            Kind::Int => Value::Int(data.bits().cast_signed()),
            Kind::UInt => Value::UInt(data.bits()),
            Kind::Float => Value::Float(f64::from_bits(data.bits())),
            Kind::Str => Value::Str(self.builder.string(target.node).unwrap_or("").to_owned().into()),
        };
        self.named(key_text(&value).as_deref(), start)
    }

    fn named(&mut self, key: Option<&str>, start: u32) -> Read<()> {
        let Some(frame) = self.frames.last_mut() else { return Ok(()) };
        frame.value_next = true;
        frame.bad_key = key.is_none();
        if frame.dropped {
            return if frame.bad_key { keep_everything(start) } else { Ok(()) };
        }
        let key = key.unwrap_or(BAD_KEY);
        if !self.keep_everything && self.builder.drops(key) {
            frame.drop_next = true;
            return Ok(());
        }
        if let Some(earlier) = self.builder.key(key, Some(start)) {
            self.note_duplicate(earlier, key, start);
        }
        Ok(())
    }

    #[cold]
    fn note_duplicate(&mut self, earlier: NodeId, key: &str, start: u32) {
        if self.builder.origin(earlier) == Earlier::Merged || key == BAD_KEY {
            return;
        }
        let earlier = self.builder.start(earlier);
        self.notes.add(|| {
            let what = format!("{}: the last one wins", shown::duplicate(key));
            Note { at: start, what, earlier }
        });
    }
}
