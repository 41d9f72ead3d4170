//! Parameters of a constraint, by the schema of its template: defaults and validation.
//!
//! Source: `CreateSchema`, `ValidateCR` (`pkg/client/crds`) and `ApplyDefaultParams` (`pkg/client/template_client.go`).

use regex::Regex;
use regorus::Value as Rego;
use seawall_schema::Value;
use seawall_yaml::{Kind, Node};

use super::field::texts;
use crate::fault::Fault;
use crate::rego::value;

/// The schema of parameters.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Schema<'t> {
    /// `None`: the template takes no parameters.
    pub(crate) root: Option<Node<'t>>,
    /// Fields that it does not name are taken as they are (`legacySchema`).
    pub(crate) open: bool,
}

impl Schema<'_> {
    /// The parameters as Rego sees them.
    pub(crate) fn parameters(&self, given: Option<Node<'_>>, faults: &mut Vec<Fault>) -> Rego {
        let nothing = || value::object([]);
        let Some(schema) = self.root else {
            if let Some(given) = given.filter(|_| !self.open) {
                faults.push(Fault::at(given, "the template takes no `parameters`"));
            }
            return given.map_or_else(nothing, value::of);
        };
        if let Some(given) = given {
            validate(schema, given, self.open, faults);
        }
        let given = match given {
            Some(given) => Value::of(given),
            None => schema.get("default").and_then(Value::of),
        };
        let Some(mut given) = given else { return nothing() };
        default(schema, &mut given);
        value::of(given.to_tree().root())
    }
}

/// Fills in what is not given.
fn default<'t>(schema: Node<'t>, given: &mut Value<'t>) {
    match given {
        Value::Map(_) => {
            let properties = schema.get("properties");
            for (name, property) in properties.into_iter().flat_map(Node::entries) {
                let absent = matches!(given.get(name), None | Some(Value::Null));
                if let Some(value) = property.get("default").filter(|_| absent).and_then(Value::of) {
                    given.set(name, value);
                }
                if let Some(value) = given.get_mut(name) {
                    default(property, value);
                }
            }
            let Some(others) = schema.get("additionalProperties").filter(|node| node.is_map()) else {
                return;
            };
            let named = |key: &str| properties.is_some_and(|properties| properties.entry(key).is_some());
            for (_, value) in given.as_map_mut().into_iter().flatten().filter(|(key, _)| !named(key)) {
                default(others, value);
            }
        }
        Value::List(items) => {
            if let Some(schema) = schema.get("items") {
                items.iter_mut().for_each(|item| default(schema, item));
            }
        }
        _ => {}
    }
}

/// Whether a value has the type that a schema names.
fn has_type(schema: Node<'_>, given: Node<'_>) -> bool {
    let number = matches!(given.kind(), Kind::Int | Kind::UInt | Kind::Float);
    let whole = number && given.as_f64().is_some_and(|number| number.fract() == 0.0);
    if schema.bool("x-kubernetes-int-or-string") == Some(true) {
        return whole || given.kind() == Kind::Str;
    }
    match schema.str("type") {
        Some("object") => given.is_map(),
        Some("array") => given.is_seq(),
        Some("string") => given.kind() == Kind::Str,
        Some("boolean") => given.kind() == Kind::Bool,
        Some("integer") => whole,
        Some("number") => number,
        _ => true,
    }
}

/// Finds what the API server would refuse, and what Gatekeeper does: fields that the schema does not name.
fn validate(schema: Node<'_>, given: Node<'_>, open: bool, faults: &mut Vec<Fault>) {
    let name = given.key().unwrap_or("an item");
    if given.is_null() {
        return;
    }
    if !has_type(schema, given) {
        let wanted = schema.str("type").unwrap_or("integer or string");
        faults.push(Fault::at(given, format!("`{name}` must be of type {wanted}")));
        return;
    }
    let mut refuse = |why: String| faults.push(Fault::at(given, format!("`{name}` {why}")));
    let mut allowed = schema.list("enum").peekable();
    if allowed.peek().is_some() {
        let own = Value::of(given);
        if !allowed.filter_map(Value::of).any(|value| own.as_ref().is_some_and(|own| own.means(&value))) {
            refuse("is none of the values that the template allows".to_owned());
        }
    }
    let limit = |key: &str| schema.get(key).and_then(Node::as_f64);
    if let Some(number) = given.as_f64() {
        let (least, most) = (limit("minimum"), limit("maximum"));
        let above =
            |least: f64| number > least || number == least && schema.bool("exclusiveMinimum") != Some(true);
        let below =
            |most: f64| number < most || number == most && schema.bool("exclusiveMaximum") != Some(true);
        if !least.is_none_or(above) || !most.is_none_or(below) {
            refuse("is out of the range that the template allows".to_owned());
        }
    }
    let mut between = |what: &str, least: &str, most: &str, size: usize| {
        let size = size as f64;
        if limit(least).is_some_and(|least| size < least) || limit(most).is_some_and(|most| size > most) {
            refuse(format!("has more or fewer {what} than the template allows"));
        }
    };
    if let Some(text) = given.as_str() {
        between("characters", "minLength", "maxLength", text.chars().count());
        if let Some(pattern) = schema.str("pattern") {
            match Regex::new(pattern).map(|pattern| pattern.is_match(text)) {
                Ok(true) => {}
                Ok(false) => faults.push(Fault::at(given, format!("`{name}` does not match `{pattern}`"))),
                Err(_) => faults
                    .push(Fault::at(given, format!("`{pattern}`, which `{name}` must match, is no pattern"))),
            }
        }
    } else if given.is_seq() {
        between("items", "minItems", "maxItems", given.len());
        if let Some(schema) = schema.get("items") {
            given.items().for_each(|item| validate(schema, item, open, faults));
        }
    } else if given.is_map() {
        between("fields", "minProperties", "maxProperties", given.len());
        fields(schema, given, open, faults);
    }
    combined(schema, given, faults);
}

fn fields(schema: Node<'_>, given: Node<'_>, open: bool, faults: &mut Vec<Fault>) {
    for wanted in texts(schema, "required", &mut Vec::new()) {
        if given.get(wanted).is_none() {
            faults.push(Fault::at(given, format!("`{wanted}` is missing, which the template requires")));
        }
    }
    let open = open || schema.bool("x-kubernetes-preserve-unknown-fields") == Some(true);
    for (key, value) in given.entries() {
        let property = schema.path(&["properties", key]);
        match (property, schema.get("additionalProperties")) {
            (Some(property), _) => validate(property, value, open, faults),
            (None, Some(others)) if others.is_map() => validate(others, value, open, faults),
            (None, Some(others)) if others.as_bool() == Some(true) => {}
            // A schema that says nothing about fields is about something else.
            _ if open || schema.str("type") != Some("object") && schema.get("properties").is_none() => {}
            _ => faults.push(Fault::at(value, format!("the template has no parameter `{key}`"))),
        }
    }
}

/// `allOf`, `anyOf`, `oneOf` and `not`.
fn combined(schema: Node<'_>, given: Node<'_>, faults: &mut Vec<Fault>) {
    for part in schema.list("allOf") {
        validate(part, given, true, faults);
    }
    let holds = |part: Node<'_>| {
        let mut faults = Vec::new();
        validate(part, given, true, &mut faults);
        faults.is_empty()
    };
    let name = given.key().unwrap_or("an item");
    let mut refuse = |why: &str| faults.push(Fault::at(given, format!("`{name}` {why}")));
    let holding = |key: &str| schema.list(key).filter(|part| holds(*part)).count();
    if schema.list("anyOf").next().is_some() && holding("anyOf") == 0 {
        refuse("is in none of the forms that the template allows");
    }
    if schema.list("oneOf").next().is_some() && holding("oneOf") != 1 {
        refuse("must be in exactly one of the forms that the template names");
    }
    if schema.get("not").is_some_and(holds) {
        refuse("is in a form that the template forbids");
    }
}
