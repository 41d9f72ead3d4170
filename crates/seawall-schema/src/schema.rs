//! Cursors over types.

use seawall_yaml::Node;

use crate::Value;
use crate::table::{Def, Field, Scalar, Shape, Table, Topology};

/// A type; copy it freely.
#[derive(Clone, Copy)]
pub struct Schema<'s> {
    pub(crate) table: &'s Table,
    pub(crate) def: &'s Def,
}

/// What values of a type are.
#[derive(Clone, Copy, Debug)]
pub enum Form<'s> {
    /// One value.
    Scalar(Scalar),
    /// A list of values of one type.
    List(Schema<'s>),
    /// A map of any names to values of one type.
    Map(Schema<'s>),
    /// A map of known fields: see [`Schema::field`].
    Struct,
}

/// A field of a type.
#[derive(Clone, Copy, Debug)]
pub struct Property<'s> {
    /// Its name.
    pub name: &'s str,
    /// Its type.
    pub schema: Schema<'s>,
    field: &'s Field,
}

impl<'s> Schema<'s> {
    /// The name of the type (`core.v1.Pod`); empty for one without a name.
    pub fn name(self) -> &'s str {
        &self.def.name
    }

    /// What its values are.
    pub fn form(self) -> Form<'s> {
        match &self.def.shape {
            Shape::Scalar(scalar) => Form::Scalar(*scalar),
            Shape::List(items) => Form::List(self.at(self.table.def(*items))),
            Shape::Map(values) => Form::Map(self.at(self.table.def(*values))),
            Shape::Struct(_) => Form::Struct,
        }
    }

    fn at(self, def: &'s Def) -> Self {
        Schema { table: self.table, def }
    }

    /// The field of this name.
    pub fn field(self, name: &str) -> Option<Property<'s>> {
        let Shape::Struct(fields) = &self.def.shape else { return None };
        Field::find(fields, name).map(|field| self.property(field))
    }

    fn property(self, field: &'s Field) -> Property<'s> {
        Property { name: &field.name, schema: self.at(self.table.def(field.def)), field }
    }

    /// The fields, sorted by name; none of anything that is no struct.
    pub fn fields(self) -> impl Iterator<Item = Property<'s>> {
        let fields: &'s [Field] = match &self.def.shape {
            Shape::Struct(fields) => fields,
            _ => &[],
        };
        fields.iter().map(move |field| self.property(field))
    }

    /// The type of the values under a key: that of a field, or of all values of a map.
    pub fn child(self, key: &str) -> Option<Schema<'s>> {
        match self.form() {
            Form::Map(values) => Some(values),
            _ => self.field(key).map(|property| property.schema),
        }
    }

    /// The type of the items of a list.
    pub fn items(self) -> Option<Schema<'s>> {
        match self.form() {
            Form::List(items) => Some(items),
            _ => None,
        }
    }

    /// How appliers share a list or map (`x-kubernetes-list-type`, `x-kubernetes-map-type`).
    pub fn topology(self) -> Topology {
        self.def.topology
    }

    /// The fields that tell the items of a list apart (`x-kubernetes-list-map-keys`).
    pub fn keys(self) -> impl Iterator<Item = &'s str> {
        self.def.keys.iter().map(AsRef::as_ref)
    }

    /// What an unset value becomes, where the schema of a custom resource says so.
    pub fn default(self) -> Option<&'s Value<'static>> {
        self.def.default.as_ref()
    }

    /// The format of a value of a custom resource, such as `date-time`; empty when nothing is said.
    pub fn format(self) -> &'s str {
        &self.def.format
    }

    /// The values that a custom resource may hold here; empty when nothing is said.
    pub fn allowed(self) -> &'s [Value<'static>] {
        &self.def.allowed
    }

    /// Whether a custom resource may hold `null` here.
    pub fn is_nullable(self) -> bool {
        self.def.nullable
    }

    /// Whether fields that are not described are kept (`x-kubernetes-preserve-unknown-fields`).
    pub fn preserves_unknown_fields(self) -> bool {
        self.def.preserve
    }

    /// Whether a value is a whole object, with its own kind (`x-kubernetes-embedded-resource`).
    pub fn is_embedded(self) -> bool {
        self.def.embedded
    }

    /// The places below a node, itself included, that no type describes: each with the node of the unknown field.
    /// What stands in for an object of any type is not looked into.
    pub fn unknown_fields(self, node: Node<'_>) -> Vec<Node<'_>> {
        let mut found = Vec::new();
        let mut open = vec![(self, node)];
        while let Some((schema, node)) = open.pop() {
            match schema.form() {
                Form::Scalar(_) => {}
                Form::List(items) => open.extend(node.items().map(|item| (items, item))),
                Form::Map(values) => open.extend(node.entries().map(|(_, value)| (values, value))),
                Form::Struct => {
                    for (key, value) in node.entries() {
                        match schema.field(key) {
                            Some(property) => open.push((property.schema, value)),
                            None if schema.preserves_unknown_fields() => {}
                            None => found.push(value),
                        }
                    }
                }
            }
        }
        found.sort_by_key(|node| node.id());
        found
    }
}

impl std::fmt::Debug for Schema<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.form() {
            Form::Scalar(scalar) => write!(f, "{scalar:?}"),
            Form::List(items) => write!(f, "[{items:?}]"),
            Form::Map(values) => write!(f, "{{{values:?}}}"),
            Form::Struct => f.write_str(if self.name().is_empty() { "struct" } else { self.name() }),
        }
    }
}

impl<'s> Property<'s> {
    /// Whether the type demands it.
    pub fn is_required(self) -> bool {
        self.field.required
    }

    /// What an unset field becomes, whatever else the object says.
    pub fn default(self) -> Option<&'s Value<'static>> {
        self.field.default.as_ref().or(self.schema.default())
    }

    /// Whether unset and zero differ, in a built-in type.
    pub fn is_pointer(self) -> bool {
        self.field.pointer
    }

    /// The strategy of strategic merge patches: `merge`, `replace`, `retainKeys`, or several with commas.
    pub fn patch_strategy(self) -> Option<&'s str> {
        let strategy = self.field.patch.split(':').next().unwrap_or("");
        (!strategy.is_empty()).then_some(strategy)
    }

    /// The key by which a strategic merge patch tells items apart.
    pub fn patch_merge_key(self) -> Option<&'s str> {
        self.field.patch.split_once(':').map(|(_, key)| key)
    }
}
