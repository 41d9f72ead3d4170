//! `matchConstraints` and `matchResources`.
//!
//! Source: `validateMatchResources` and below (`pkg/apis/admissionregistration/validation/validation.go`).

use std::collections::HashSet;

use seawall_core::Route;

use super::fault::Faults;
use super::field::Field;
use super::names;
use super::selector::selector;
use crate::admission::Operation;
use crate::vap::matching::{Constraints, Rule, Scope, Word};

/// Reads the field, which is there.
pub(crate) fn constraints(field: &Field<'_>, faults: &mut Faults) -> Constraints {
    let policy = field.key("matchPolicy");
    let equivalent = match policy.text(faults) {
        None | Some("Equivalent") => true,
        Some("Exact") => false,
        Some(other) => {
            faults.not_supported(&policy.route, other, &["Equivalent", "Exact"]);
            true
        }
    };
    let mut one = |key: &str| {
        let field = field.key(key);
        field.clone().object(faults).map(|field| selector(&field, faults)).unwrap_or_default()
    };
    let (namespaces, objects) = (one("namespaceSelector"), one("objectSelector"));
    let mut rules = |key: &str| -> Vec<Rule> {
        field.key(key).objects(faults).iter().map(|field| rule(field, faults)).collect()
    };
    let (rules, excluded) = (rules("resourceRules"), rules("excludeResourceRules"));
    Constraints { namespaces, objects, rules, excluded, equivalent }
}

/// The operations that are written in the rules of a policy that mutates must be some that it can change.
pub(crate) fn mutable_operations(field: &Field<'_>, faults: &mut Faults) {
    const MUTABLE: [&str; 4] = ["*", "CONNECT", "CREATE", "UPDATE"];
    let route = field.route.clone().keys(&["resourceRules", "operations"]);
    for rule in field.key("resourceRules").objects(faults) {
        for operation in rule.key("operations").texts(faults) {
            if !MUTABLE.contains(&operation) {
                faults.not_supported(&route, operation, &MUTABLE);
            }
        }
    }
}

fn rule(field: &Field<'_>, faults: &mut Faults) -> Rule {
    let names = resource_names(&field.key("resourceNames"), faults);
    let operations = operations(&field.key("operations"), faults);
    let list = |field: Field<'_>, what: &str, faults: &mut Faults| -> Vec<Word> {
        let texts = field.texts(faults);
        if texts.is_empty() {
            faults.required(&field.route, "");
        }
        if texts.len() > 1 && texts.contains(&"*") {
            let detail = format!("if '*' is present, must not specify other {what}");
            faults.invalid_list(&field.route, &texts, &detail);
        }
        texts.into_iter().map(Word::new).collect()
    };
    let groups = list(field.key("apiGroups"), "API groups", faults);
    let versions = list(field.key("apiVersions"), "API versions", faults);
    for (place, version) in versions.iter().enumerate() {
        if *version == Word::Is("".into()) {
            faults.required(&field.key("apiVersions").route.index(place), "");
        }
    }
    let resources = resources(&field.key("resources"), faults);
    let scope_field = field.key("scope");
    let scope = match scope_field.text(faults) {
        None | Some("*") => Scope::Any,
        Some("Cluster") => Scope::Cluster,
        Some("Namespaced") => Scope::Namespaced,
        Some(other) => {
            faults.not_supported(&scope_field.route, other, &["*", "Cluster", "Namespaced"]);
            Scope::Any
        }
    };
    Rule { operations, groups, versions, resources, scope, names }
}

fn resource_names(field: &Field<'_>, faults: &mut Faults) -> Vec<Box<str>> {
    let texts = field.texts(faults);
    let mut seen = HashSet::new();
    for (place, name) in texts.iter().enumerate() {
        let route = field.route.clone().index(place);
        for error in names::path_segment(name) {
            faults.invalid(&route, name, &error);
        }
        if !seen.insert(*name) {
            faults.duplicate(&route, name);
        }
    }
    texts.into_iter().map(Into::into).collect()
}

fn operations(field: &Field<'_>, faults: &mut Faults) -> Option<Vec<Operation>> {
    const SUPPORTED: [&str; 5] = ["*", "CONNECT", "CREATE", "DELETE", "UPDATE"];
    let texts = field.texts(faults);
    if texts.is_empty() {
        faults.required(&field.route, "");
    }
    let all = texts.contains(&"*");
    if texts.len() > 1 && all {
        faults.invalid_list(&field.route, &texts, "if '*' is present, must not specify other operations");
    }
    for (place, text) in texts.iter().enumerate() {
        if !SUPPORTED.contains(text) {
            faults.not_supported(&field.route.clone().index(place), text, &SUPPORTED);
        }
    }
    (!all).then(|| texts.into_iter().filter_map(Operation::of).collect())
}

fn resources(field: &Field<'_>, faults: &mut Faults) -> Vec<(Word, Word)> {
    let texts = field.texts(faults);
    let route = &field.route;
    if texts.is_empty() {
        faults.required(route, "");
    }
    check_stars(&texts, route, faults);
    let split = |text: &str| {
        let (resource, part) = text.split_once('/').unwrap_or((text, ""));
        (Word::new(resource), Word::new(part))
    };
    texts.into_iter().map(split).collect()
}

fn check_stars(texts: &[&str], route: &Route, faults: &mut Faults) {
    let (mut whole, mut parts) = (HashSet::new(), HashSet::new());
    let mut without_part = false;
    for (place, text) in texts.iter().enumerate() {
        let at = || route.clone().index(place);
        if text.is_empty() {
            faults.required(&at(), "");
            continue;
        }
        // Upstream lets the last one without a part decide.
        let Some((resource, part)) = text.split_once('/') else {
            without_part = *text != "*";
            continue;
        };
        if whole.contains(resource) {
            let detail = format!("if '{resource}/*' is present, must not specify {text}");
            faults.invalid(&at(), text, &detail);
        }
        if parts.contains(part) {
            faults.invalid(&at(), text, &format!("if '*/{part}' is present, must not specify {text}"));
        }
        if part == "*" {
            whole.insert(resource);
        }
        if resource == "*" {
            parts.insert(part);
        }
    }
    if texts.len() > 1 && texts.contains(&"*/*") {
        faults.invalid_list(route, texts, "if '*/*' is present, must not specify other resources");
    }
    if texts.contains(&"*") && without_part {
        let detail = "if '*' is present, must not specify other resources without subresources";
        faults.invalid_list(route, texts, detail);
    }
}
