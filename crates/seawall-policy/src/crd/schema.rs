//! A structural schema, as far as expressions need it.
//!
//! Invariant: a schema that cannot be understood is one without a type, which types nothing.

use std::collections::BTreeMap;

use seawall_yaml::Node;

/// What values may be.
#[derive(Clone, Debug, Default)]
pub struct Schema {
    /// `object`, `array`, `string`, `number`, `integer`, `boolean`; empty where the schema does not say it.
    pub kind: String,
    /// `date`, `date-time`, `duration`, `byte` and others that change nothing.
    pub format: String,
    /// Whether null is a value.
    pub nullable: bool,
    /// `x-kubernetes-int-or-string`
    pub int_or_string: bool,
    /// `x-kubernetes-embedded-resource`
    pub embedded: bool,
    /// `x-kubernetes-preserve-unknown-fields`
    pub preserves_unknown: bool,
    /// `x-kubernetes-list-type`
    pub list_type: ListType,
    /// `x-kubernetes-list-map-keys`
    pub list_keys: Vec<String>,
    /// The properties of an object; `None` where the schema names none.
    pub properties: Option<BTreeMap<String, Schema>>,
    /// What every other property is.
    pub additional: Option<Box<Schema>>,
    /// What the items of an array are.
    pub items: Option<Box<Schema>>,
    /// The properties that are always there.
    pub required: Vec<String>,
    /// Whether a value is put in where there is none.
    pub has_default: bool,
    /// Of a text with a list of values, the bytes of the longest.
    pub longest_value: Option<u64>,
    /// `maxLength`
    pub max_length: Option<i64>,
    /// `maxItems`
    pub max_items: Option<i64>,
    /// `maxProperties`
    pub max_properties: Option<i64>,
    /// `x-kubernetes-validations`
    pub rules: Vec<Rule>,
}

/// How the items of a list are told apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ListType {
    /// By their places.
    #[default]
    Atomic,
    /// By themselves.
    Set,
    /// By some of their properties.
    Map,
}

/// An expression that values must fulfil.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rule {
    /// The expression.
    pub rule: String,
    /// What is said when it is false.
    pub message: String,
    /// An expression that says it.
    pub message_expression: String,
    /// Whether `oldSelf` is an optional value, and the rule evaluated where there is none.
    pub optional_old_self: bool,
    /// The kind of the error.
    pub reason: String,
    /// The property that is wrong.
    pub field_path: String,
}

impl Schema {
    /// Reads `openAPIV3Schema`.
    pub fn read(node: Node<'_>) -> Self {
        let texts = |key: &str| node.list(key).filter_map(|item| item.as_str().map(str::to_owned)).collect();
        let below =
            |key: &str| node.get(key).filter(|node| node.is_map()).map(|node| Box::new(Self::read(node)));
        let flag = |key: &str| node.bool(key) == Some(true);
        let properties = node.get("properties").filter(|node| node.is_map()).map(|properties| {
            properties.entries().map(|(name, own)| (name.to_owned(), Self::read(own))).collect()
        });
        let values = node.get("enum").filter(|values| !values.is_empty());
        Schema {
            kind: node.str("type").unwrap_or_default().to_owned(),
            format: node.str("format").unwrap_or_default().to_owned(),
            nullable: flag("nullable"),
            int_or_string: flag("x-kubernetes-int-or-string"),
            embedded: flag("x-kubernetes-embedded-resource"),
            preserves_unknown: flag("x-kubernetes-preserve-unknown-fields"),
            list_type: match node.str("x-kubernetes-list-type") {
                Some("set") => ListType::Set,
                Some("map") => ListType::Map,
                _ => ListType::Atomic,
            },
            list_keys: texts("x-kubernetes-list-map-keys"),
            properties,
            additional: below("additionalProperties"),
            items: below("items"),
            required: texts("required"),
            has_default: node.get("default").is_some_and(|default| !default.is_null()),
            longest_value: values.map(|values| longest(values)),
            max_length: node.int("maxLength"),
            max_items: node.int("maxItems"),
            max_properties: node.int("maxProperties"),
            rules: node.list("x-kubernetes-validations").map(Rule::read).collect(),
        }
    }

    /// The same with what the root of every resource has: its kind and its name.
    #[must_use]
    pub fn with_metadata(&self) -> Self {
        let mut schema = self.clone();
        let text = || Schema { kind: "string".to_owned(), ..Schema::default() };
        let names = [("name".to_owned(), text()), ("generateName".to_owned(), text())];
        let properties = schema.properties.get_or_insert_default();
        let has = |properties: &BTreeMap<String, Schema>, name: &str, kind: &str| {
            properties.get(name).is_some_and(|own| own.kind == kind)
        };
        let complete = has(properties, "kind", "string")
            && has(properties, "apiVersion", "string")
            && has(properties, "metadata", "object")
            && properties
                .get("metadata")
                .and_then(|own| own.properties.as_ref())
                .is_some_and(|own| has(own, "name", "string") && has(own, "generateName", "string"));
        if !complete {
            properties.insert("kind".to_owned(), text());
            properties.insert("apiVersion".to_owned(), text());
            let metadata =
                Schema { kind: "object".to_owned(), properties: Some(names.into()), ..Schema::default() };
            properties.insert("metadata".to_owned(), metadata);
        }
        schema
    }
}

fn longest(values: Node<'_>) -> u64 {
    values.items().filter_map(Node::as_str).map(|text| text.len() as u64).max().unwrap_or(0)
}

impl Rule {
    fn read(node: Node<'_>) -> Self {
        let text = |key: &str| node.str(key).unwrap_or_default().to_owned();
        Rule {
            rule: text("rule"),
            message: text("message"),
            message_expression: text("messageExpression"),
            optional_old_self: node.bool("optionalOldSelf") == Some(true),
            reason: text("reason"),
            field_path: text("fieldPath"),
        }
    }
}
