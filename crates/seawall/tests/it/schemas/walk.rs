//! Which parts of a schema an output uses. It knows the few words of JSON Schema that the schemas here use, and follows
//! an output through them by its own reading.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// The parts that were used.
#[derive(Default)]
pub(super) struct Seen {
    used: BTreeSet<String>,
    /// Objects of outputs by pointer, with the keys that they must have.
    objects: BTreeMap<String, Vec<String>>,
}

impl Seen {
    pub(super) fn walk(&mut self, schema: &Value, output: &Value) {
        self.node(schema, schema, "#", output, "");
    }

    pub(super) fn has(&self, branch: &str) -> bool {
        self.used.contains(branch)
    }

    pub(super) fn objects(&self) -> impl Iterator<Item = (&str, &Vec<String>)> {
        self.objects.iter().map(|(pointer, keys)| (pointer.as_str(), keys))
    }

    fn node(&mut self, root: &Value, schema: &Value, at: &str, value: &Value, pointer: &str) {
        if let Some(target) = schema["$ref"].as_str() {
            self.node(root, resolved(root, target), target, value, pointer);
            return;
        }
        if let Some(choices) = schema["oneOf"].as_array() {
            let fit = choices.iter().position(|choice| fits(root, choice, value));
            let fit = fit.unwrap_or_else(|| panic!("{value} fits nothing at {at}"));
            self.used.insert(format!("{at}/oneOf/{fit}"));
            self.node(root, &choices[fit], &format!("{at}/oneOf/{fit}"), value, pointer);
            return;
        }
        if schema["type"].is_array() {
            let null = if value.is_null() { "null" } else { "value" };
            self.used.insert(format!("{at}: {null}"));
        }
        if let (Some(properties), Some(fields)) = (schema["properties"].as_object(), value.as_object()) {
            let required = schema["required"].as_array().into_iter().flatten();
            let required = required.map(|key| key.as_str().unwrap().to_owned()).collect();
            self.objects.insert(pointer.to_owned(), required);
            for (key, field) in fields {
                let at = format!("{at}/properties/{key}");
                self.used.insert(at.clone());
                self.node(root, &properties[key], &at, field, &format!("{pointer}/{}", escaped(key)));
            }
        }
        for (number, item) in value.as_array().into_iter().flatten().enumerate() {
            self.node(root, &schema["items"], &format!("{at}/items"), item, &format!("{pointer}/{number}"));
        }
    }
}

fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// A pointer without the numbers of items.
pub(super) fn shape(pointer: &str) -> String {
    let parts = pointer.split('/').map(|part| if part.parse::<usize>().is_ok() { "*" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

fn resolved<'s>(root: &'s Value, target: &str) -> &'s Value {
    root.pointer(target.strip_prefix('#').unwrap()).unwrap_or_else(|| panic!("{target} is not there"))
}

/// Whether a value is of a choice, as far as it takes to tell choices apart: its type, keys and constants.
fn fits(root: &Value, schema: &Value, value: &Value) -> bool {
    if let Some(target) = schema["$ref"].as_str() {
        return fits(root, resolved(root, target), value);
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        return choices.iter().any(|choice| fits(root, choice, value));
    }
    if let Some(constant) = schema.get("const") {
        return constant == value;
    }
    if let Some(words) = schema["enum"].as_array() {
        return words.contains(value);
    }
    match (schema["type"].as_str(), schema["properties"].as_object(), value.as_object()) {
        (Some("null"), ..) => value.is_null(),
        (_, Some(properties), Some(fields)) => {
            let required = schema["required"].as_array().into_iter().flatten();
            required.map(|key| key.as_str().unwrap()).all(|key| fields.contains_key(key))
                && fields
                    .iter()
                    .all(|(key, field)| properties.get(key).is_some_and(|of| fits(root, of, field)))
        }
        (_, Some(_), None) => false,
        _ => true,
    }
}

/// All that an output can use of a schema: keys, choices, and both of what may be null.
pub(super) fn branches(schema: &Value) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    let mut add = |schema: &Value, at: &str| add_branches(schema, at, &mut all);
    add(schema, "#");
    for (name, definition) in schema["$defs"].as_object().into_iter().flatten() {
        add(definition, &format!("#/$defs/{name}"));
    }
    all
}

fn add_branches(schema: &Value, at: &str, all: &mut BTreeSet<String>) {
    if schema["type"].is_array() {
        all.extend([format!("{at}: null"), format!("{at}: value")]);
    }
    for (number, choice) in schema["oneOf"].as_array().into_iter().flatten().enumerate() {
        let at = format!("{at}/oneOf/{number}");
        all.insert(at.clone());
        add_branches(choice, &at, all);
    }
    for (key, property) in schema["properties"].as_object().into_iter().flatten() {
        let at = format!("{at}/properties/{key}");
        all.insert(at.clone());
        add_branches(property, &at, all);
    }
    if let Some(items) = schema.get("items") {
        add_branches(items, &format!("{at}/items"), all);
    }
}

/// Every key that a schema describes.
pub(super) fn keys(schema: &Value) -> BTreeSet<String> {
    let own = branches(schema).into_iter();
    own.filter_map(|branch| Some(branch.rsplit_once("/properties/")?.1.to_owned()))
        .filter(|key| !key.contains(['/', ':']))
        .collect()
}

pub(super) fn without_descriptions(schema: &Value) -> Value {
    match schema {
        Value::Object(fields) => {
            let kept = fields.iter().filter(|(key, value)| *key != "description" || !value.is_string());
            Value::Object(kept.map(|(key, value)| (key.clone(), without_descriptions(value))).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(without_descriptions).collect()),
        other => other.clone(),
    }
}
