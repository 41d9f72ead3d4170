//! `pkg/apis/core/v1/{defaults,conversion}.go`

use std::borrow::Cow;

use seawall_yaml::encode_base64;

use super::{fill_entries, is_blank, is_unset, pod_resources, set_blank, set_unset};
use crate::image::asks_for_latest;
use crate::value::Value;

fn pull_policy(image: &str) -> &'static str {
    if asks_for_latest(image) { "Always" } else { "IfNotPresent" }
}

pub(super) fn container(container: &mut Value<'_>) {
    let policy = pull_policy(container.get("image").and_then(Value::as_str).unwrap_or(""));
    set_blank(container, "imagePullPolicy", policy);
}

/// A volume without a source is an `emptyDir`.
pub(super) fn volume(volume: &mut Value<'_>) {
    let entries = volume.as_map().map(Vec::as_slice).unwrap_or_default();
    if !entries.iter().any(|(key, value)| key != "name" && *value != Value::Null) {
        volume.set("emptyDir", Value::map());
    }
    if let Some(image) = volume.get_mut("image") {
        let policy = pull_policy(image.get("reference").and_then(Value::as_str).unwrap_or(""));
        set_blank(image, "pullPolicy", policy);
    }
}

pub(super) fn pod(pod: &mut Value<'_>) {
    drop_init_container_annotations(pod);
    let Some(spec) = pod.get_mut("spec") else { return };
    let host_network = spec.get("hostNetwork") == Some(&Value::Bool(true));
    for list in ["containers", "initContainers"] {
        for container in spec.get_mut(list).map(Value::items_mut).unwrap_or_default() {
            requests_from_limits(container);
            if host_network {
                host_ports(container);
            }
        }
    }
    pod_resources::fill(spec);
    set_unset(spec, "enableServiceLinks", true);
    if spec.get("terminationGracePeriodSeconds").and_then(Value::as_int).is_some_and(|seconds| seconds < 0) {
        spec.set("terminationGracePeriodSeconds", Value::Int(1));
    }
}

/// Only in pods, not in templates: what is limited and not requested is requested up to its limit.
fn requests_from_limits(container: &mut Value<'_>) {
    if let Some(resources) = container.get_mut("resources")
        && let Some(limits) = resources.get("limits").cloned()
    {
        fill_entries(resources, "requests", &limits);
    }
}

fn host_ports(container: &mut Value<'_>) {
    for port in container.get_mut("ports").map(Value::items_mut).unwrap_or_default() {
        if let Some(number) = port.get("containerPort").cloned() {
            set_blank(port, "hostPort", number);
        }
    }
}

/// `serviceAccount` is the old name of `serviceAccountName`, which wins; both are written.
pub(super) fn pod_spec(spec: &mut Value<'_>) {
    let name = ["serviceAccountName", "serviceAccount"]
        .iter()
        .find_map(|key| spec.get(key).filter(|name| !name.is_empty()).cloned());
    if let Some(name) = name {
        spec.set("serviceAccount", name.clone());
        spec.set("serviceAccountName", name);
    }
}

/// Init containers were annotations once; these are taken off pods and templates.
pub(super) fn drop_init_container_annotations(object: &mut Value<'_>) {
    const OLD: [&str; 4] = [
        "pod.beta.kubernetes.io/init-containers",
        "pod.alpha.kubernetes.io/init-containers",
        "pod.beta.kubernetes.io/init-container-statuses",
        "pod.alpha.kubernetes.io/init-container-statuses",
    ];
    if let Some(annotations) = object.path_mut(&["metadata", "annotations"]).and_then(Value::as_map_mut) {
        annotations.retain(|(key, _)| !OLD.contains(&key.as_ref()));
    }
}

pub(super) fn replication_controller(controller: &mut Value<'_>) {
    let labels = controller.path(&["spec", "template", "metadata", "labels"]).cloned();
    let Some(labels) = labels.filter(|labels| *labels != Value::Null) else { return };
    if let Some(spec) = controller.get_mut("spec") {
        set_blank(spec, "selector", labels.clone());
    }
    if let Some(metadata) = controller.get_mut("metadata") {
        set_blank(metadata, "labels", labels);
    }
}

pub(super) fn service(service: &mut Value<'_>) {
    if service.path(&["spec", "type"]).and_then(Value::as_str) != Some("LoadBalancer") {
        return;
    }
    let ingress = service.path_mut(&["status", "loadBalancer", "ingress"]);
    for ingress in ingress.map(Value::items_mut).unwrap_or_default() {
        if !is_blank(ingress, "ip") {
            set_unset(ingress, "ipMode", "VIP");
        }
    }
}

pub(super) fn service_spec(spec: &mut Value<'_>) {
    match spec.get("sessionAffinity").and_then(Value::as_str) {
        Some("None") => drop(spec.remove("sessionAffinityConfig")),
        Some("ClientIP") => {
            let seconds = spec.path(&["sessionAffinityConfig", "clientIP", "timeoutSeconds"]);
            if seconds.is_none_or(|seconds| *seconds == Value::Null) {
                let mut client = Value::map();
                client.set("timeoutSeconds", Value::Int(10_800));
                let mut config = Value::map();
                config.set("clientIP", client);
                spec.set("sessionAffinityConfig", config);
            }
        }
        _ => {}
    }
    for port in spec.get_mut("ports").map(Value::items_mut).unwrap_or_default() {
        let number = port.get("port").cloned().unwrap_or(Value::Int(0));
        set_blank(port, "targetPort", number);
    }
    let kind = match spec.get("type").and_then(Value::as_str) {
        Some("LoadBalancer") => "LoadBalancer",
        Some("NodePort") => "NodePort",
        Some("ClusterIP") => "ClusterIP",
        _ => return,
    };
    if kind != "ClusterIP" || !is_blank(spec, "externalIPs") {
        set_blank(spec, "externalTrafficPolicy", "Cluster");
    }
    set_unset(spec, "internalTrafficPolicy", "Cluster");
    if kind == "LoadBalancer" {
        set_unset(spec, "allocateLoadBalancerNodePorts", true);
    }
}

/// Every namespace is labelled with its name.
pub(super) fn namespace(namespace: &mut Value<'_>) {
    let Some(metadata) = namespace.get_mut("metadata") else { return };
    let Some(name) = metadata.get("name").filter(|name| !name.is_empty()).cloned() else { return };
    set_unset(metadata, "labels", Value::map());
    if let Some(labels) = metadata.get_mut("labels") {
        labels.set("kubernetes.io/metadata.name", name);
    }
}

pub(super) fn node_status(status: &mut Value<'_>) {
    if is_unset(status, "allocatable")
        && let Some(capacity) = status.get("capacity").cloned()
    {
        status.set("allocatable", capacity);
    }
}

pub(super) fn limit_range_item(item: &mut Value<'_>) {
    if item.get("type").and_then(Value::as_str) != Some("Container") {
        return;
    }
    for (to, from) in [("default", "max"), ("defaultRequest", "default"), ("defaultRequest", "min")] {
        let entries = item.get(from).cloned().unwrap_or_default();
        fill_entries(item, to, &entries);
    }
}

/// `stringData` overwrites `data`, and is written nowhere.
pub(super) fn secret(secret: &mut Value<'_>) {
    let Some(Value::Map(plain)) = secret.remove("stringData") else { return };
    if plain.is_empty() {
        return;
    }
    set_unset(secret, "data", Value::map());
    let Some(data) = secret.get_mut("data") else { return };
    for (key, value) in plain {
        let encoded = encode_base64(value.as_str().unwrap_or("").as_bytes());
        data.set(key, Value::Str(Cow::Owned(encoded)));
    }
}

pub(super) fn persistent_volume(volume: &mut Value<'_>) {
    let Some(spec) = volume.get_mut("spec") else { return };
    set_blank(spec, "persistentVolumeReclaimPolicy", "Retain");
    set_unset(spec, "volumeMode", "Filesystem");
}
