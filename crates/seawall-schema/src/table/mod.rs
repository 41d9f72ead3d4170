//! Where types are kept: definitions that point at one another by number.

pub(crate) mod text;

use std::borrow::Cow;

use crate::Value;
use crate::defaults::Rule;

/// A text of the data file, or one that came with a cluster.
pub(crate) type Str = Cow<'static, str>;

/// The number of a definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DefId(pub(crate) u32);

/// A scalar of the API: one JSON value whose form is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scalar {
    /// A text.
    Str,
    /// `true` or `false`
    Bool,
    /// A whole number of 32 bits.
    Int32,
    /// A whole number of 64 bits.
    Int64,
    /// A number.
    Number,
    /// Bytes, written in base64.
    Bytes,
    /// A quantity of a resource: `500m`, `1Gi`.
    Quantity,
    /// A point in time, to the second.
    Time,
    /// A point in time, to the microsecond.
    MicroTime,
    /// A whole number or a text.
    IntOrString,
    /// An object of any type.
    Object,
    /// In the definition of a custom resource: a schema, or what may stand in its place (a boolean, a list of
    /// schemas, a list of names).
    JsonSchema,
    /// Anything.
    Any,
}

/// What a definition describes.
#[derive(Clone, Debug)]
pub(crate) enum Shape {
    Scalar(Scalar),
    List(DefId),
    /// A map of names to values of one type.
    Map(DefId),
    /// A map of known fields, sorted by name.
    Struct(Box<[Field]>),
}

/// How appliers share a list or map.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Topology {
    /// Nothing is said: a list is replaced as a whole, a map is shared by field.
    #[default]
    Unset,
    /// Replaced as a whole.
    Atomic,
    /// A list of distinct scalars.
    Set,
    /// A list of maps that are told apart by some of their fields.
    Keyed,
    /// A map whose fields are shared.
    Granular,
}

/// A type.
#[derive(Clone, Debug)]
pub(crate) struct Def {
    /// `core.v1.Pod`; empty for types without a name.
    pub(crate) name: Str,
    /// What fills in fields that depend on others.
    pub(crate) rule: Option<Rule>,
    pub(crate) shape: Shape,
    pub(crate) topology: Topology,
    /// The fields that tell items apart.
    pub(crate) keys: Vec<Str>,
    pub(crate) default: Option<Value<'static>>,
    pub(crate) format: Str,
    pub(crate) allowed: Vec<Value<'static>>,
    pub(crate) nullable: bool,
    /// Fields that are not described are kept.
    pub(crate) preserve: bool,
    /// The value is a whole object of some kind.
    pub(crate) embedded: bool,
}

impl Def {
    pub(crate) fn new(shape: Shape) -> Self {
        Def {
            name: Str::Borrowed(""),
            rule: None,
            shape,
            topology: Topology::Unset,
            keys: Vec::new(),
            default: None,
            format: Str::Borrowed(""),
            allowed: Vec::new(),
            nullable: false,
            preserve: false,
            embedded: false,
        }
    }
}

/// A field of a struct.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub(crate) name: Str,
    pub(crate) def: DefId,
    pub(crate) required: bool,
    /// Left out when written empty.
    pub(crate) omit_empty: bool,
    /// Left out when written as the zero of its type.
    pub(crate) omit_zero: bool,
    /// Unset and zero differ.
    pub(crate) pointer: bool,
    /// A struct that is there even when it is not written.
    pub(crate) by_value: bool,
    /// What it becomes when it is unset, or (if no pointer) empty.
    pub(crate) default: Option<Value<'static>>,
    /// The strategy of strategic merge patches, and the key after a colon.
    pub(crate) patch: Str,
}

/// A kind and its type.
#[derive(Clone, Debug)]
pub(crate) struct KindEntry {
    pub(crate) group: Str,
    pub(crate) version: Str,
    pub(crate) kind: Str,
    pub(crate) def: DefId,
    /// Described by a definition of a custom resource, or by an OpenAPI document alone.
    pub(crate) custom: bool,
}

/// A resource or subresource, and the kind of the objects that it takes.
#[derive(Clone, Debug)]
pub(crate) struct ResourceEntry {
    pub(crate) group: Str,
    pub(crate) version: Str,
    /// `pods` or `pods/status`
    pub(crate) name: Str,
    pub(crate) namespaced: bool,
    pub(crate) kind: (Str, Str, Str),
}

/// All types, kinds and resources.
#[derive(Clone, Debug, Default)]
pub(crate) struct Table {
    pub(crate) release: Str,
    pub(crate) defs: Vec<Def>,
    /// Sorted by group, version and kind.
    pub(crate) kinds: Vec<KindEntry>,
    /// Sorted by group, version and name.
    pub(crate) resources: Vec<ResourceEntry>,
    /// Types with a name, sorted by it.
    pub(crate) named: Vec<(Str, DefId)>,
}

/// Stands in for a definition that a wrong number names, so that no lookup can panic.
static NOTHING: Def = Def {
    name: Str::Borrowed(""),
    rule: None,
    shape: Shape::Scalar(Scalar::Any),
    topology: Topology::Unset,
    keys: Vec::new(),
    default: None,
    format: Str::Borrowed(""),
    allowed: Vec::new(),
    nullable: false,
    preserve: false,
    embedded: false,
};

impl Table {
    pub(crate) fn add(&mut self, def: Def) -> DefId {
        let id = DefId(u32::try_from(self.defs.len()).unwrap_or(u32::MAX));
        self.defs.push(def);
        id
    }

    pub(crate) fn def(&self, id: DefId) -> &Def {
        self.defs.get(id.0 as usize).unwrap_or(&NOTHING)
    }

    pub(crate) fn named(&self, name: &str) -> Option<DefId> {
        let at = self.named.binary_search_by(|(known, _)| known.as_ref().cmp(name)).ok()?;
        self.named.get(at).map(|(_, id)| *id)
    }

    pub(crate) fn kind(&self, group: &str, version: &str, kind: &str) -> Option<&KindEntry> {
        let order = |entry: &KindEntry| {
            (entry.group.as_ref(), entry.version.as_ref(), entry.kind.as_ref()).cmp(&(group, version, kind))
        };
        self.kinds.binary_search_by(order).ok().and_then(|at| self.kinds.get(at))
    }

    pub(crate) fn resource(&self, group: &str, version: &str, name: &str) -> Option<&ResourceEntry> {
        let order = |entry: &ResourceEntry| {
            (entry.group.as_ref(), entry.version.as_ref(), entry.name.as_ref()).cmp(&(group, version, name))
        };
        self.resources.binary_search_by(order).ok().and_then(|at| self.resources.get(at))
    }

    /// Puts a kind in, in place of one of the same name.
    pub(crate) fn put_kind(&mut self, new: KindEntry) {
        let order = |entry: &KindEntry| {
            (&entry.group, &entry.version, &entry.kind).cmp(&(&new.group, &new.version, &new.kind))
        };
        match self.kinds.binary_search_by(order) {
            Ok(at) => {
                if let Some(entry) = self.kinds.get_mut(at) {
                    *entry = new;
                }
            }
            Err(at) => self.kinds.insert(at, new),
        }
    }

    /// Puts a resource in, in place of one of the same name.
    pub(crate) fn put_resource(&mut self, new: ResourceEntry) {
        let order = |entry: &ResourceEntry| {
            (&entry.group, &entry.version, &entry.name).cmp(&(&new.group, &new.version, &new.name))
        };
        match self.resources.binary_search_by(order) {
            Ok(at) => {
                if let Some(entry) = self.resources.get_mut(at) {
                    *entry = new;
                }
            }
            Err(at) => self.resources.insert(at, new),
        }
    }
}

impl Field {
    pub(crate) fn new(name: Str, def: DefId) -> Self {
        Field {
            name,
            def,
            required: false,
            omit_empty: false,
            omit_zero: false,
            pointer: false,
            by_value: false,
            default: None,
            patch: Str::Borrowed(""),
        }
    }

    pub(crate) fn find<'f>(fields: &'f [Field], name: &str) -> Option<&'f Field> {
        let at = fields.binary_search_by(|field| field.name.as_ref().cmp(name)).ok()?;
        fields.get(at)
    }
}
