//! Reads definitions of custom resources: structural schemas, as
//! `apiextensions-apiserver/pkg/apiserver/schema` describes them.

use std::borrow::Cow;

use seawall_core::{Problem, ProblemSeverity};
use seawall_yaml::Node;

use crate::Value;
use crate::table::{Def, DefId, Field, KindEntry, ResourceEntry, Scalar, Shape, Str, Table, Topology};

/// Adds what a definition defines.
pub(crate) fn add(table: &mut Table, definition: Node<'_>) -> Vec<Problem> {
    let mut reader = Reader { table, problems: Vec::new() };
    if reader.definition(definition).is_none() {
        reader.problem(
            definition,
            "defines no custom resource: group, names and versions are needed".to_owned(),
        );
    }
    reader.problems
}

struct Reader<'a> {
    table: &'a mut Table,
    problems: Vec<Problem>,
}

/// A definition with more problems than this is not worth more of them.
const MAX_PROBLEMS: usize = 100;

fn owned(text: &str) -> Str {
    Cow::Owned(text.to_owned())
}

impl Reader<'_> {
    fn problem(&mut self, node: Node<'_>, message: String) {
        if self.problems.len() >= MAX_PROBLEMS {
            return;
        }
        let mut problem = Problem::new(ProblemSeverity::Error, message);
        if let (Some(text), Some(span)) = (node.tree().text(), node.span()) {
            problem = problem.at(text.position(span.start));
        }
        self.problems.push(problem);
    }

    fn definition(&mut self, definition: Node<'_>) -> Option<()> {
        let spec = definition.get("spec")?;
        let group = spec.str("group")?;
        let names = spec.get("names")?;
        let (kind, plural) = (names.str("kind")?, names.str("plural")?);
        let namespaced = spec.str("scope") == Some("Namespaced");
        for version in spec.get("versions")?.items() {
            let Some(name) = version.str("name") else {
                self.problem(version, "a version without a name".to_owned());
                continue;
            };
            if version.bool("served") != Some(true) {
                continue;
            }
            let root = version.path(&["schema", "openAPIV3Schema"]);
            let def = self.root(root, spec.bool("preserveUnknownFields") == Some(true));
            let (group, version_name) = (owned(group), owned(name));
            self.table.put_kind(KindEntry {
                group: group.clone(),
                version: version_name.clone(),
                kind: owned(kind),
                def,
                custom: true,
            });
            let own = (group.clone(), version_name.clone(), owned(kind));
            let mut put = |name: String, kind: (Str, Str, Str)| {
                let (group, version) = (group.clone(), version_name.clone());
                self.table.put_resource(ResourceEntry {
                    group,
                    version,
                    name: Cow::Owned(name),
                    namespaced,
                    kind,
                });
            };
            put(plural.to_owned(), own.clone());
            if version.path(&["subresources", "status"]).is_some() {
                put(format!("{plural}/status"), own);
            }
            if version.path(&["subresources", "scale"]).is_some() {
                let scale = (Cow::Borrowed("autoscaling"), Cow::Borrowed("v1"), Cow::Borrowed("Scale"));
                put(format!("{plural}/scale"), scale);
            }
        }
        Some(())
    }

    /// The type of a whole object. It has `apiVersion`, `kind` and `metadata`, whatever its schema says of them.
    fn root(&mut self, schema: Option<Node<'_>>, preserve: bool) -> DefId {
        let mut def = match schema {
            Some(schema) => self.def(schema),
            None => Def { preserve: true, ..Def::new(Shape::Struct(Box::default())) },
        };
        def.preserve |= preserve;
        def.embedded = true;
        self.with_metadata(&mut def);
        self.table.add(def)
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

    fn add(&mut self, schema: Node<'_>) -> DefId {
        let def = self.def(schema);
        self.table.add(def)
    }

    /// Recursion is bounded by the depth of the document, which its reader bounds.
    fn def(&mut self, schema: Node<'_>) -> Def {
        let flag = |name: &str| schema.bool(name) == Some(true);
        let preserve = flag("x-kubernetes-preserve-unknown-fields");
        let shape = if flag("x-kubernetes-int-or-string") {
            Shape::Scalar(Scalar::IntOrString)
        } else {
            self.shape(schema, preserve)
        };
        let mut def = Def::new(shape);
        def.preserve = preserve;
        def.nullable = flag("nullable");
        def.embedded = flag("x-kubernetes-embedded-resource");
        def.format = owned(schema.str("format").unwrap_or(""));
        def.allowed = schema.list("enum").filter_map(Value::of).map(Value::into_owned).collect();
        def.default = schema.get("default").and_then(Value::of).map(Value::into_owned);
        def.topology = match (schema.str("x-kubernetes-list-type"), schema.str("x-kubernetes-map-type")) {
            (Some("map"), _) => Topology::Keyed,
            (Some("set"), _) => Topology::Set,
            (Some("atomic"), _) | (_, Some("atomic")) => Topology::Atomic,
            (_, Some("granular")) => Topology::Granular,
            _ => Topology::Unset,
        };
        def.keys = schema.list("x-kubernetes-list-map-keys").filter_map(Node::as_str).map(owned).collect();
        if def.embedded {
            self.with_metadata(&mut def);
        }
        def
    }

    fn shape(&mut self, schema: Node<'_>, preserve: bool) -> Shape {
        match schema.str("type") {
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
            None if preserve && schema.get("properties").is_some() => self.properties(schema),
            None if preserve => Shape::Scalar(Scalar::Any),
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

    /// The type of values that nothing describes: scalars stay, fields do not.
    fn nothing(&mut self) -> DefId {
        self.table.add(Def::new(Shape::Struct(Box::default())))
    }

    fn properties(&mut self, schema: Node<'_>) -> Shape {
        let mut fields = Vec::new();
        for (name, property) in schema.get("properties").into_iter().flat_map(Node::entries) {
            let def = self.add(property);
            fields.push(Field::new(owned(name), def));
        }
        for name in schema.list("required").filter_map(Node::as_str) {
            if let Some(field) = fields.iter_mut().find(|field| field.name == name) {
                field.required = true;
            }
        }
        fields.sort_by(|a, b| a.name.cmp(&b.name));
        Shape::Struct(fields.into())
    }
}
