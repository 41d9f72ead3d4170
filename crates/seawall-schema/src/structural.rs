//! Reads structural schemas, as `apiextensions-apiserver/pkg/apiserver/schema` describes them: those of definitions of custom
//! resources and, with references and looser in what they say, those of OpenAPI documents.

use std::borrow::Cow;

use seawall_core::{Problem, ProblemSeverity};
use seawall_yaml::Node;

use crate::Value;
use crate::openapi::Names;
use crate::table::{Def, DefId, Field, Scalar, Shape, Str, Table, Topology};

pub(crate) struct Reader<'a, 'd> {
    pub(crate) table: &'a mut Table,
    pub(crate) problems: Vec<Problem>,
    /// What the references of an OpenAPI document lead to; a definition of a custom resource has none.
    pub(crate) names: Option<Names<'d>>,
}

/// A document with more problems than this is not worth more of them.
const MAX_PROBLEMS: usize = 100;

pub(crate) fn owned(text: &str) -> Str {
    Cow::Owned(text.to_owned())
}

impl<'a, 'd> Reader<'a, 'd> {
    pub(crate) fn new(table: &'a mut Table) -> Self {
        Reader { table, problems: Vec::new(), names: None }
    }

    pub(crate) fn problem(&mut self, node: Node<'_>, message: String) {
        if self.problems.len() >= MAX_PROBLEMS {
            return;
        }
        let mut problem = Problem::new(ProblemSeverity::Error, message);
        if let (Some(text), Some(span)) = (node.tree().text(), node.span()) {
            problem = problem.at(text.position(span.start));
        }
        self.problems.push(problem);
    }

    /// The type of a whole object. It has `apiVersion`, `kind` and `metadata`, whatever its schema says of them.
    pub(crate) fn root(&mut self, schema: Option<Node<'d>>, preserve: bool) -> DefId {
        let mut def = match schema {
            Some(schema) => self.def(schema),
            None => open(),
        };
        def.preserve |= preserve;
        def.embedded = true;
        self.with_metadata(&mut def);
        self.put(def)
    }

    fn with_metadata(&mut self, def: &mut Def) {
        let text = self.table.add(Def::new(Shape::Scalar(Scalar::Str)));
        let meta = self.table.named("meta.v1.ObjectMeta");
        let Shape::Struct(fields) = &mut def.shape else { return };
        let mut fields: Vec<Field> = std::mem::take(fields).into_vec();
        fields.retain(|field| !matches!(field.name.as_ref(), "apiVersion" | "kind" | "metadata"));
        fields.push(Field::new(Cow::Borrowed("apiVersion"), text));
        fields.push(Field::new(Cow::Borrowed("kind"), text));
        fields.extend(meta.map(|meta| Field::new(Cow::Borrowed("metadata"), meta)));
        fields.sort_by(|a, b| a.name.cmp(&b.name));
        def.shape = Shape::Struct(fields.into());
    }

    pub(crate) fn add(&mut self, schema: Node<'d>) -> DefId {
        if let Some(found) = self.referred(schema) {
            return found;
        }
        if !self.descend(schema) {
            return self.put(open());
        }
        let def = self.def(schema);
        self.ascend();
        self.put(def)
    }

    /// Keeps a type.
    pub(crate) fn put(&mut self, def: Def) -> DefId {
        let size = self.names.as_ref().map(|names| names.size_of(&def));
        let id = self.table.add(def);
        if let (Some(names), Some(size)) = (&mut self.names, size) {
            names.note(id, size);
        }
        id
    }

    /// Recursion is bounded by the depth of the document, which its reader bounds; with references by [`Reader::descend`].
    pub(crate) fn def(&mut self, schema: Node<'d>) -> Def {
        let flag = |name: &str| schema.bool(name) == Some(true);
        let preserve = flag("x-kubernetes-preserve-unknown-fields");
        let either = flag("x-kubernetes-int-or-string")
            || (self.names.is_some() && schema.str("format") == Some("int-or-string"));
        let shape = if either { Shape::Scalar(Scalar::IntOrString) } else { self.shape(schema, preserve) };
        let mut def = Def::new(shape);
        def.preserve = preserve;
        def.embedded = flag("x-kubernetes-embedded-resource");
        def.format = owned(schema.str("format").unwrap_or(""));
        def.allowed = schema.list("enum").filter_map(Value::of).map(Value::into_owned).collect();
        self.around(schema, &mut def);
        if self.names.is_some() && matches!(&def.shape, Shape::Struct(fields) if fields.is_empty()) {
            // An object of which an OpenAPI document says nothing may hold anything.
            def.preserve = true;
        }
        if def.embedded {
            self.with_metadata(&mut def);
        }
        def
    }

    /// What may also be said beside a reference.
    pub(crate) fn around(&mut self, schema: Node<'d>, def: &mut Def) {
        def.nullable |= schema.bool("nullable") == Some(true);
        let default = schema.get("default").and_then(Value::of).map(Value::into_owned);
        def.default = match &self.names {
            None => default,
            Some(names) => default.filter(|default| names.takes_default(def, default)).or(def.default.take()),
        };
        def.topology = match (schema.str("x-kubernetes-list-type"), schema.str("x-kubernetes-map-type")) {
            (Some("map"), _) => Topology::Keyed,
            (Some("set"), _) => Topology::Set,
            (Some("atomic"), _) | (_, Some("atomic")) => Topology::Atomic,
            (_, Some("granular")) => Topology::Granular,
            _ => def.topology,
        };
        def.keys.extend(schema.list("x-kubernetes-list-map-keys").filter_map(Node::as_str).map(owned));
    }

    fn shape(&mut self, schema: Node<'d>, preserve: bool) -> Shape {
        match schema.str("type") {
            Some("string") if self.names.is_some() && schema.str("format") == Some("byte") => {
                Shape::Scalar(Scalar::Bytes)
            }
            Some("string") => Shape::Scalar(Scalar::Str),
            Some("boolean") => Shape::Scalar(Scalar::Bool),
            Some("number") => Shape::Scalar(Scalar::Number),
            Some("integer") if schema.str("format") == Some("int32") => Shape::Scalar(Scalar::Int32),
            Some("integer") => Shape::Scalar(Scalar::Int64),
            Some("array") => {
                let items = match schema.get("items") {
                    Some(items) => self.add(items),
                    None => {
                        self.problem(schema, "a list without `items`".to_owned());
                        self.nothing()
                    }
                };
                Shape::List(items)
            }
            Some("object") => match schema.get("additionalProperties") {
                Some(values) if values.is_map() => Shape::Map(self.add(values)),
                Some(values) if values.as_bool() == Some(true) => Shape::Map(self.nothing()),
                _ => self.properties(schema),
            },
            None if (preserve || self.names.is_some()) && schema.get("properties").is_some() => {
                self.properties(schema)
            }
            // OpenAPI leaves the type out where several fit.
            None if preserve || self.names.is_some() => Shape::Scalar(Scalar::Any),
            other => {
                let message = match other {
                    Some(other) => format!("a schema of type `{other}`, which is none"),
                    None => "a schema without a type".to_owned(),
                };
                self.problem(schema, message);
                Shape::Scalar(Scalar::Any)
            }
        }
    }

    /// The type of values that nothing describes. In a custom resource scalars stay, fields do not.
    fn nothing(&mut self) -> DefId {
        let shape = match self.names {
            None => Shape::Struct(Box::default()),
            Some(_) => Shape::Scalar(Scalar::Any),
        };
        self.put(Def::new(shape))
    }

    fn properties(&mut self, schema: Node<'d>) -> Shape {
        let mut fields = Vec::new();
        for (name, property) in schema.get("properties").into_iter().flat_map(Node::entries) {
            fields.push(self.field(name, property));
        }
        fields.sort_by(|a, b| a.name.cmp(&b.name));
        for name in schema.list("required").filter_map(Node::as_str) {
            if let Ok(at) = fields.binary_search_by(|field| field.name.as_ref().cmp(name))
                && let Some(field) = fields.get_mut(at)
            {
                field.required = true;
            }
        }
        Shape::Struct(fields.into())
    }

    pub(crate) fn field(&mut self, name: &str, property: Node<'d>) -> Field {
        let mut field = Field::new(owned(name), self.add(property));
        if let Some(strategy) = property.str("x-kubernetes-patch-strategy") {
            field.patch = match property.str("x-kubernetes-patch-merge-key") {
                Some(key) => Cow::Owned(format!("{strategy}:{key}")),
                None => owned(strategy),
            };
        }
        // Of a type that stands within one of the API server's own only what is set is written.
        let own = self.names.as_ref().is_some_and(Names::are_servers);
        (field.pointer, field.omit_empty) = (own, own);
        field
    }
}

/// The type of objects of which nothing is known.
pub(crate) fn open() -> Def {
    Def { preserve: true, ..Def::new(Shape::Struct(Box::default())) }
}
