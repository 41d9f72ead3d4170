//! Writes the data file; its grammar is explained in `seawall-schema`, where it is read.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use anyhow::{Result, bail};
use serde_json::Value;

use super::go::Structs;
use super::openapi::{Api, entries, short};

/// The text of the data file.
pub(super) fn text(release: &str, api: &Api, go: &Structs) -> Result<String> {
    let mut out = format!(
        "# Types of Kubernetes {release}, condensed by `cargo xtask schema` from its OpenAPI documents and Go types.\n\
         # Apache-2.0, see NOTICE beside this file. The grammar is in src/table/text.rs.\nrelease {release}\n"
    );
    for ((group, version, resource), found) in &api.resources {
        let (kind_group, kind_version, kind) = &found.kind;
        let scope = if found.namespaced { "namespaced" } else { "cluster" };
        let _ =
            writeln!(out, "resource {group}/{version} {resource} {scope} {kind_group}/{kind_version} {kind}");
    }
    let taken: BTreeSet<_> = api.resources.values().map(|resource| &resource.kind).collect();
    let mut wanted: Vec<&str> = Vec::new();
    for (gvk, name) in api.kinds.iter().filter(|(gvk, _)| taken.contains(gvk)) {
        let _ = writeln!(out, "kind {}/{} {} {name}", gvk.0, gvk.1, gvk.2);
        wanted.push(name);
    }
    let mut reached: BTreeSet<&str> = BTreeSet::new();
    while let Some(name) = wanted.pop() {
        if scalar(name).is_none() && reached.insert(name) {
            references(&api.types[name], &mut wanted);
        }
    }
    for name in reached {
        describe(name, &api.types[name], go, &mut out)?;
    }
    Ok(out)
}

fn references<'a>(schema: &'a Value, out: &mut Vec<&'a str>) {
    match schema {
        Value::Object(map) => {
            out.extend(map.get("$ref").and_then(Value::as_str).map(reference));
            map.values().for_each(|value| references(value, out));
        }
        Value::Array(items) => items.iter().for_each(|value| references(value, out)),
        _ => {}
    }
}

fn reference(pointer: &str) -> &str {
    short(pointer.rsplit('/').next().unwrap_or(pointer))
}

/// Types that are no structs in JSON, by what they are called in the data file.
fn scalar(name: &str) -> Option<&'static str> {
    Some(match name {
        "io.k8s.apimachinery.pkg.api.resource.Quantity" => "quantity",
        "io.k8s.apimachinery.pkg.util.intstr.IntOrString" => "int-or-string",
        "io.k8s.apimachinery.pkg.runtime.RawExtension" | "meta.v1.FieldsV1" => "raw",
        "meta.v1.Time" => "time",
        "meta.v1.MicroTime" => "micro-time",
        "apiextensions.v1.JSON" => "any",
        // A schema, or else a boolean, a list of schemas, or a list of strings: not described by OpenAPI.
        "apiextensions.v1.JSONSchemaPropsOrArray"
        | "apiextensions.v1.JSONSchemaPropsOrBool"
        | "apiextensions.v1.JSONSchemaPropsOrStringArray" => "json-schema",
        _ => return None,
    })
}

fn describe(name: &str, schema: &Value, go: &Structs, out: &mut String) -> Result<()> {
    let _ = write!(out, "type {name}");
    if schema["x-kubernetes-map-type"] == "atomic" {
        out.push_str(" atomic");
    }
    out.push('\n');
    let required: BTreeSet<&str> =
        schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    for (field, property) in entries(&schema["properties"]) {
        let _ = write!(out, " {field} {}", kind(property)?);
        if required.contains(field.as_str()) {
            out.push_str(" required");
        }
        match property["x-kubernetes-list-type"].as_str() {
            Some("map") => {
                let keys = property["x-kubernetes-list-map-keys"].as_array().into_iter().flatten();
                let keys: Vec<&str> = keys.filter_map(Value::as_str).collect();
                let _ = write!(out, " map={}", keys.join(","));
            }
            Some(other) => {
                let _ = write!(out, " {other}");
            }
            None if property["x-kubernetes-map-type"] == "atomic" => out.push_str(" atomic"),
            None => {}
        }
        if let Some(strategy) = property["x-kubernetes-patch-strategy"].as_str() {
            let _ = write!(out, " patch={strategy}");
            if let Some(key) = property["x-kubernetes-patch-merge-key"].as_str() {
                let _ = write!(out, ":{key}");
            }
        }
        let Some(encoding) = go.field(name, field) else {
            bail!("the field `{field}` of `{name}` is in the documents and not in the Go types");
        };
        for (flag, set) in [
            ("omitempty", encoding.omit_empty),
            ("omitzero", encoding.omit_zero),
            ("pointer", encoding.pointer),
        ] {
            if set {
                let _ = write!(out, " {flag}");
            }
        }
        let default = &property["default"];
        let zero = match default {
            Value::Null => true,
            Value::Bool(value) => !value,
            Value::Number(value) => value.as_f64() == Some(0.0),
            Value::String(value) => value.is_empty(),
            Value::Array(value) => value.is_empty(),
            Value::Object(value) => value.is_empty(),
        };
        // The zero of a field that is no pointer is what an unset field is anyway.
        if !default.is_null() && (!zero || encoding.pointer) {
            let _ = write!(out, " default={default}");
        }
        out.push('\n');
    }
    Ok(())
}

/// The kind of a value: a scalar, `[items]`, `{values}`, or the name of a type.
fn kind(schema: &Value) -> Result<String> {
    let pointer = schema["$ref"].as_str().or_else(|| schema["allOf"][0]["$ref"].as_str());
    if let Some(name) = pointer.map(reference) {
        return Ok(scalar(name).unwrap_or(name).to_owned());
    }
    Ok(match (schema["type"].as_str(), schema["format"].as_str()) {
        (Some("array"), _) => format!("[{}]", kind(&schema["items"])?),
        (Some("object"), _) => format!("{{{}}}", kind(&schema["additionalProperties"])?),
        (Some("string"), Some("byte")) => "bytes".to_owned(),
        (Some("string"), Some("date-time")) => "time".to_owned(),
        (Some("string"), None) => "string".to_owned(),
        (Some("integer"), Some(format @ ("int32" | "int64"))) => format.to_owned(),
        (Some("boolean"), None) => "bool".to_owned(),
        (Some("number"), _) => "float".to_owned(),
        (None, None) => "any".to_owned(),
        other => bail!("a value of type and format {other:?} is not known"),
    })
}
