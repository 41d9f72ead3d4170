//! `defaults.go` of the other groups.

use std::borrow::Cow;

use super::{is_blank, set_blank};
use crate::value::Value;

/// A policy that does not say which directions it is about is about those in, and about those out if it has rules for
/// them.
pub(super) fn network_policy(spec: &mut Value<'_>) {
    if is_blank(spec, "policyTypes") {
        let mut types = vec![Value::str("Ingress")];
        if !is_blank(spec, "egress") {
            types.push(Value::str("Egress"));
        }
        spec.set("policyTypes", Value::List(types));
    }
}

pub(super) fn subject(subject: &mut Value<'_>) {
    if matches!(subject.get("kind").and_then(Value::as_str), Some("User" | "Group")) {
        set_blank(subject, "apiGroup", "rbac.authorization.k8s.io");
    }
}

pub(super) fn device_count(request: &mut Value<'_>) {
    if request.get("allocationMode").and_then(Value::as_str) == Some("ExactCount") {
        set_blank(request, "count", 1);
    }
}

/// A request of alternatives has neither a mode nor a count.
pub(super) fn device_request_v1beta1(request: &mut Value<'_>) {
    if !is_blank(request, "deviceClassName") {
        set_blank(request, "allocationMode", "ExactCount");
        device_count(request);
    }
}

pub(super) fn definition(definition: &mut Value<'_>) {
    let Some(spec) = definition.get_mut("spec") else { return };
    if let Some(names) = spec.get_mut("names") {
        let kind = names.get("kind").and_then(Value::as_str).unwrap_or("").to_owned();
        if !kind.is_empty() {
            set_blank(names, "singular", Value::Str(Cow::Owned(kind.to_lowercase())));
            set_blank(names, "listKind", Value::Str(Cow::Owned(format!("{kind}List"))));
        }
    }
    let versions = spec.get("versions").map(Value::items).unwrap_or_default();
    let stored = versions.iter().find(|version| version.get("storage") == Some(&Value::Bool(true)));
    let stored = stored.and_then(|version| version.get("name")).cloned();
    if let (Some(stored), Some(status)) = (stored, definition.get_mut("status")) {
        set_blank(status, "storedVersions", Value::List(vec![stored]));
    }
}
