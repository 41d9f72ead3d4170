//! What the API server fills in: defaults (`pkg/apis/*/*/defaults.go`), and what its way through the internal types
//! changes (`conversion.go`).
//!
//! Defaults that depend on nothing are data; the others are one function a type, found here. As upstream, a type is
//! filled before what is inside it, and a struct that is no pointer is there even when nobody wrote it.

mod core;
mod others;
mod pod_resources;
mod workloads;

use std::borrow::Cow;

pub(crate) use workloads::TEMPLATE_GENERATION;

use crate::table::{Def, Field, Shape, Table};
use crate::value::Value;

/// Fills in what depends on other fields of a value.
pub(crate) type Rule = for<'t> fn(&mut Value<'t>);

/// The rule of a type, by its name.
pub(crate) fn rule(name: &str) -> Option<Rule> {
    Some(match name {
        "core.v1.Container" | "core.v1.EphemeralContainer" => core::container,
        "core.v1.LimitRangeItem" => core::limit_range_item,
        "core.v1.Namespace" => core::namespace,
        "core.v1.NodeStatus" => core::node_status,
        "core.v1.PersistentVolume" => core::persistent_volume,
        "core.v1.Pod" => core::pod,
        "core.v1.PodSpec" => core::pod_spec,
        "core.v1.PodTemplateSpec" => core::drop_init_container_annotations,
        "core.v1.ReplicationController" => core::replication_controller,
        "core.v1.Secret" => core::secret,
        "core.v1.Service" => core::service,
        "core.v1.ServiceSpec" => core::service_spec,
        "core.v1.Volume" => core::volume,
        "apps.v1.DaemonSet" => workloads::daemon_set,
        "apps.v1.DaemonSetUpdateStrategy" => workloads::daemon_set_strategy,
        "apps.v1.DeploymentStrategy" => workloads::deployment_strategy,
        "apps.v1.StatefulSetSpec" => workloads::stateful_set,
        "batch.v1.Job" => workloads::job,
        "autoscaling.v1.HorizontalPodAutoscaler" => workloads::autoscaler_v1,
        "autoscaling.v2.HorizontalPodAutoscalerSpec" => workloads::autoscaler,
        "apiextensions.v1.CustomResourceDefinition" => others::definition,
        "networking.v1.NetworkPolicySpec" => others::network_policy,
        "rbac.v1.Subject" => others::subject,
        "resource.v1.DeviceSubRequest"
        | "resource.v1.ExactDeviceRequest"
        | "resource.v1beta1.DeviceSubRequest"
        | "resource.v1beta2.DeviceSubRequest"
        | "resource.v1beta2.ExactDeviceRequest" => others::device_count,
        "resource.v1beta1.DeviceRequest" => others::device_request_v1beta1,
        _ => return None,
    })
}

/// Fills in a value of a type and everything inside it.
pub(crate) fn fill(table: &Table, def: &Def, value: &mut Value<'_>) {
    match (&def.shape, &mut *value) {
        (Shape::Struct(fields), Value::Map(map)) => {
            for field in fields {
                if !field.by_value && field.default.is_none() {
                    continue;
                }
                let at = map.iter().position(|(key, _)| *key == field.name);
                let unset = match at.and_then(|at| map.get(at)) {
                    Some((_, value)) => *value == Value::Null || (!field.pointer && value.is_empty()),
                    None => true,
                };
                let Some(new) = field.default.clone().or(field.by_value.then(Value::map)).filter(|_| unset)
                else {
                    continue;
                };
                match at.and_then(|at| map.get_mut(at)) {
                    Some((_, value)) => *value = new,
                    None => map.push((field.name.clone(), new)),
                }
            }
        }
        (Shape::List(items), Value::List(list)) => {
            let items = table.def(*items);
            if !matches!(items.shape, Shape::Scalar(_)) {
                list.iter_mut().for_each(|item| fill(table, items, item));
            }
            return;
        }
        (Shape::Map(values), Value::Map(map)) => {
            let values = table.def(*values);
            if !matches!(values.shape, Shape::Scalar(_)) {
                map.iter_mut().for_each(|(_, value)| fill(table, values, value));
            }
            return;
        }
        _ => return,
    }
    if let Some(rule) = def.rule {
        rule(value);
    }
    let (Shape::Struct(fields), Value::Map(map)) = (&def.shape, value) else { return };
    for (key, value) in map {
        let Some(field) = Field::find(fields, key) else { continue };
        let def = table.def(field.def);
        if !matches!(def.shape, Shape::Scalar(_)) {
            fill(table, def, value);
        }
    }
}

/// Puts the defaults of the data file on the fields of the types; gives the lines that name none.
pub(crate) fn install<'a>(table: &mut Table, text: &'a str) -> Vec<&'a str> {
    let mut strange = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        if install_one(table, line).is_none() {
            strange.push(line);
        }
    }
    for def in &mut table.defs {
        def.rule = rule(&def.name).filter(|_| matches!(def.shape, Shape::Struct(_)));
    }
    strange
}

fn install_one(table: &mut Table, line: &str) -> Option<()> {
    let mut words = line.splitn(3, ' ');
    let id = table.named(words.next()?)?;
    let Shape::Struct(fields) = &mut table.defs.get_mut(id.0 as usize)?.shape else { return None };
    let name = words.next()?;
    let field = fields.iter_mut().find(|field| field.name == name && field.default.is_none())?;
    field.default = Some(crate::table::text::json(words.next()?)?);
    Some(())
}

/// Whether a field is unset, or empty.
fn is_blank(value: &Value<'_>, key: &str) -> bool {
    value.get(key).is_none_or(Value::is_empty)
}

/// Whether a field is unset.
fn is_unset(value: &Value<'_>, key: &str) -> bool {
    value.get(key).is_none_or(|value| *value == Value::Null)
}

/// Sets a field that is unset.
fn set_unset<'t>(value: &mut Value<'t>, key: &'static str, new: impl Into<Value<'t>>) {
    if is_unset(value, key) {
        value.set(key, new.into());
    }
}

/// Sets a field that is unset or empty.
fn set_blank<'t>(value: &mut Value<'t>, key: &'static str, new: impl Into<Value<'t>>) {
    if is_blank(value, key) {
        value.set(key, new.into());
    }
}

/// Copies entries of a map, but those that are there already. The map is made where there is none.
fn fill_entries<'t>(value: &mut Value<'t>, key: &'static str, entries: &Value<'t>) {
    let entries = entries.as_map().map(Vec::as_slice).unwrap_or_default();
    if is_unset(value, key) {
        value.set(key, Value::map());
    }
    let Some(map) = value.get_mut(key).and_then(Value::as_map_mut) else { return };
    for (name, entry) in entries {
        if !map.iter().any(|(known, _)| known == name) {
            map.push((Cow::clone(name), entry.clone()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_and_every_rule_belongs_to_a_type() {
        let (mut table, _) = crate::table::text::read(include_str!("../../data/kubernetes.txt"));
        let strange = install(&mut table, include_str!("../../data/defaults.txt"));
        assert_eq!(strange, Vec::<&str>::new());
        let source = include_str!("mod.rs");
        let rules = source.split('"').filter(|word| word.contains(".v") && rule(word).is_some()).count();
        assert_eq!(table.defs.iter().filter(|def| def.rule.is_some()).count(), rules);
        assert!(rules > 25);
    }
}
