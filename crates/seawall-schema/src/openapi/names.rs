//! What the references of an OpenAPI document lead to.
//!
//! Invariants: types that hold themselves are cut where they begin again, so what is read has no circles; and what a type
//! comes to when it is written out in full is bounded, in depth and in size, however often it refers to the same.

use std::collections::HashMap;

use seawall_yaml::Node;

use crate::Value;
use crate::structural::{Reader, open};
use crate::table::{Def, DefId, Scalar, Shape};

/// Types within types. The deepest of Kubernetes are about 20.
const MAX_DEPTH: usize = 128;

/// Fields, items and values below a type, written out in full. A Pod comes to about 3,000.
const MAX_SIZE: usize = 200_000;

/// What a type comes to, written out in full.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    all: usize,
    depth: usize,
}

const ONE: Size = Size { all: 1, depth: 1 };

pub(crate) struct Names<'d> {
    schemas: Node<'d>,
    /// Whether the document is about types of the API server's own.
    servers: bool,
    /// `None` while a type is read.
    known: HashMap<&'d str, Option<DefId>>,
    sizes: HashMap<u32, Size>,
    depth: usize,
}

/// Types that are written in a form of their own, by the end of their names.
const SPECIAL: [(&str, Scalar); 10] = [
    (".resource.Quantity", Scalar::Quantity),
    (".intstr.IntOrString", Scalar::IntOrString),
    (".runtime.RawExtension", Scalar::Object),
    (".meta.v1.FieldsV1", Scalar::Object),
    (".meta.v1.Time", Scalar::Time),
    (".meta.v1.MicroTime", Scalar::MicroTime),
    (".apiextensions.v1.JSON", Scalar::Any),
    (".apiextensions.v1.JSONSchemaPropsOrArray", Scalar::JsonSchema),
    (".apiextensions.v1.JSONSchemaPropsOrBool", Scalar::JsonSchema),
    (".apiextensions.v1.JSONSchemaPropsOrStringArray", Scalar::JsonSchema),
];

/// What stands before the names of types of the API server's own.
const PREFIXES: [&str; 4] = [
    "io.k8s.apimachinery.pkg.apis.",
    "io.k8s.apiextensions-apiserver.pkg.apis.",
    "io.k8s.kube-aggregator.pkg.apis.",
    "io.k8s.api.",
];

/// The name that a type of the API server's own has here: `core.v1.Pod`.
pub(super) fn short(name: &str) -> Option<&str> {
    PREFIXES.iter().find_map(|prefix| name.strip_prefix(prefix))
}

/// The type that a schema is, by reference.
pub(super) fn reference(schema: Node<'_>) -> Option<&str> {
    let found = schema.str("$ref").or_else(|| {
        let all = schema.get("allOf").filter(|all| all.len() == 1)?;
        all.item(0)?.str("$ref")
    });
    found?.strip_prefix("#/components/schemas/")
}

impl<'d> Names<'d> {
    pub(super) fn new(schemas: Node<'d>, servers: bool) -> Self {
        Names { schemas, servers, known: HashMap::new(), sizes: HashMap::new(), depth: 0 }
    }

    pub(crate) fn are_servers(&self) -> bool {
        self.servers
    }

    /// Whether a default is one. What the API server's own types become is known otherwise; and generators write `{}` for
    /// whatever is a struct in Go, points in time among them.
    pub(crate) fn takes_default(&self, def: &Def, default: &Value<'_>) -> bool {
        let fits = match (&def.shape, default) {
            (_, Value::Null) => def.nullable,
            (Shape::Struct(_) | Shape::Map(_), value) => matches!(value, Value::Map(_)),
            (Shape::List(_), value) => matches!(value, Value::List(_)),
            (Shape::Scalar(scalar), value) => match scalar {
                Scalar::Bool => matches!(value, Value::Bool(_)),
                Scalar::Int32 | Scalar::Int64 => matches!(value, Value::Int(_)),
                Scalar::Number => matches!(value, Value::Int(_) | Value::Float(_)),
                Scalar::IntOrString => matches!(value, Value::Int(_) | Value::Str(_)),
                Scalar::Any => true,
                Scalar::Object | Scalar::JsonSchema => matches!(value, Value::Map(_)),
                Scalar::Str | Scalar::Bytes | Scalar::Quantity | Scalar::Time | Scalar::MicroTime => {
                    matches!(value, Value::Str(_))
                }
            },
        };
        fits && !self.servers
    }

    pub(crate) fn size_of(&self, def: &Def) -> Size {
        let of = |id: &DefId| self.sizes.get(&id.0).copied().unwrap_or(ONE);
        let mut size = ONE;
        let mut hold = |own: Size| {
            size.all = size.all.saturating_add(own.all);
            size.depth = size.depth.max(own.depth.saturating_add(1));
        };
        match &def.shape {
            Shape::Scalar(_) => {}
            Shape::List(below) | Shape::Map(below) => hold(of(below)),
            Shape::Struct(fields) => fields.iter().for_each(|field| hold(of(&field.def))),
        }
        size
    }

    pub(crate) fn note(&mut self, id: DefId, size: Size) {
        self.sizes.insert(id.0, size);
    }

    /// Whether a type may be held by others.
    pub(super) fn fits(&self, id: DefId) -> bool {
        self.sizes.get(&id.0).is_none_or(|size| size.all <= MAX_SIZE && size.depth <= MAX_DEPTH)
    }
}

impl<'d> Reader<'_, 'd> {
    /// One step further down; `false` where it is deep enough.
    pub(crate) fn descend(&mut self, schema: Node<'_>) -> bool {
        let Some(names) = &mut self.names else { return true };
        if names.depth >= MAX_DEPTH {
            self.problem(schema, "types within types, too deep: nothing is known of the last".to_owned());
            return false;
        }
        names.depth += 1;
        true
    }

    pub(crate) fn ascend(&mut self) {
        if let Some(names) = &mut self.names {
            names.depth = names.depth.saturating_sub(1);
        }
    }

    /// What a reference leads to; `None` where a schema is none.
    pub(crate) fn referred(&mut self, schema: Node<'d>) -> Option<DefId> {
        self.names.as_ref()?;
        let name = reference(schema)?;
        let target = self.target(name, schema);
        // A type with a name is what it is, whatever is said beside it.
        if !self.table.def(target).name.is_empty() {
            return Some(target);
        }
        let says = ["nullable", "default", "x-kubernetes-list-type", "x-kubernetes-map-type"];
        if !says.iter().any(|key| schema.get(key).is_some()) {
            return Some(target);
        }
        let mut def = self.table.def(target).clone();
        self.around(schema, &mut def);
        Some(self.put(def))
    }

    fn target(&mut self, name: &'d str, from: Node<'d>) -> DefId {
        let Some(names) = &mut self.names else { return self.put(open()) };
        match names.known.get(name) {
            Some(Some(id)) => return *id,
            // It is read at this moment: it holds itself.
            Some(None) => return self.put(open()),
            None => {}
        }
        let special = SPECIAL.iter().find(|(end, _)| name.ends_with(end));
        // Whatever server an object is of, its metadata are the same.
        let meta = name.ends_with(".meta.v1.ObjectMeta").then_some("meta.v1.ObjectMeta");
        let builtin = meta.or_else(|| short(name).filter(|_| names.servers));
        let schema = names.schemas.get(name);
        names.known.insert(name, None);
        let id = if let Some((_, scalar)) = special {
            self.put(Def::new(Shape::Scalar(*scalar)))
        } else if let Some(id) = builtin.and_then(|name| self.table.named(name)) {
            id
        } else if let Some(schema) = schema {
            let id = self.add(schema);
            if self.names.as_ref().is_some_and(|names| names.fits(id)) {
                id
            } else {
                self.problem(
                    schema,
                    format!("`{name}` is too large, written out in full: nothing is known of it"),
                );
                self.put(open())
            }
        } else {
            self.problem(from, format!("there is no type `{name}` in this document"));
            self.put(open())
        };
        if let Some(names) = &mut self.names {
            names.known.insert(name, Some(id));
        }
        id
    }
}
