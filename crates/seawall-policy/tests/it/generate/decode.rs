//! What the API server makes of an object before a policy sees it: `null` is nothing, quantities are texts, and defaults
//! are filled in. Source: the typed decoder and `SetDefaults_*` of `k8s.io/kubernetes/pkg/apis`.

use super::value::{Value, map, text};

const CLUSTER: [&str; 5] = [
    "ClusterRole",
    "ClusterRoleBinding",
    "MutatingWebhookConfiguration",
    "Namespace",
    "ValidatingWebhookConfiguration",
];

/// As it was written, but for what has no place in the API: `null`, quantities that are numbers, no namespace.
pub(super) fn admitted(object: &Value) -> Value {
    let mut object = decoded(object);
    let kind = object.get("kind").cloned();
    if !CLUSTER.iter().any(|cluster| kind == Some(text(*cluster)))
        && let Some(metadata) = object.get_mut("metadata")
    {
        metadata.or_set("namespace", text("default"));
    }
    object
}

fn decoded(value: &Value) -> Value {
    match value {
        Value::Map(entries) => Value::Map(
            entries
                .iter()
                .filter(|(_, value)| *value != Value::Null)
                .map(|(key, value)| match (key.as_str(), value) {
                    (
                        "annotations" | "data" | "labels" | "matchLabels" | "nodeSelector",
                        Value::Map(texts),
                    ) => (key.clone(), with_texts(texts)),
                    ("limits" | "requests", Value::Map(amounts)) => (key.clone(), as_texts(amounts)),
                    _ => (key.clone(), decoded(value)),
                })
                .collect(),
        ),
        Value::List(items) => Value::List(items.iter().map(decoded).collect()),
        other => other.clone(),
    }
}

/// In a map of texts `null` is the empty one.
fn with_texts(texts: &[(String, Value)]) -> Value {
    let text = |value: &Value| if *value == Value::Null { text("") } else { value.clone() };
    Value::Map(texts.iter().map(|(key, value)| (key.clone(), text(value))).collect())
}

fn as_texts(amounts: &[(String, Value)]) -> Value {
    let amounts = amounts.iter().filter(|(_, value)| *value != Value::Null);
    Value::Map(
        amounts
            .map(|(key, value)| match value {
                Value::Int(number) => (key.clone(), text(number.to_string())),
                other => (key.clone(), decoded(other)),
            })
            .collect(),
    )
}

/// With the defaults that checks read, and without what the API server leaves out when it is empty or false.
pub(super) fn defaulted(value: &Value) -> Value {
    let mut object = admitted(value);
    let kind = match object.get("kind") {
        Some(Value::Text(kind)) => kind.clone(),
        _ => String::new(),
    };
    let pod: &[&str] = match kind.as_str() {
        "Pod" => &[],
        "PodTemplate" => &["template"],
        "CronJob" => &["spec", "jobTemplate", "spec", "template"],
        _ => &["spec", "template"],
    };
    let template = pod.iter().try_fold(&mut object, |value, key| value.get_mut(key));
    if let Some(spec) = template.and_then(|template| template.get_mut("spec")) {
        if let Some(Value::List(_)) = spec.get("containers") {
            pod_defaults(spec);
        }
    }
    match kind.as_str() {
        "Deployment" => workload_defaults(&mut object, "strategy"),
        "StatefulSet" | "DaemonSet" => workload_defaults(&mut object, "updateStrategy"),
        "ReplicaSet" | "ReplicationController" => spec_default(&mut object, "replicas", Value::Int(1)),
        "CronJob" => spec_default(&mut object, "concurrencyPolicy", text("Allow")),
        "Service" => spec_default(&mut object, "type", text("ClusterIP")),
        _ => {}
    }
    omit(&mut object, "");
    object
}

fn workload_defaults(object: &mut Value, strategy: &str) {
    if object.get("kind") != Some(&text("DaemonSet")) {
        spec_default(object, "replicas", Value::Int(1));
    }
    spec_default(object, strategy, map([("type", text("RollingUpdate"))]));
}

fn spec_default(object: &mut Value, key: &str, value: Value) {
    if let Some(spec) = object.get_mut("spec") {
        spec.or_set(key, value);
    }
}

fn pod_defaults(spec: &mut Value) {
    for (key, value) in [("restartPolicy", "Always"), ("dnsPolicy", "ClusterFirst")] {
        if spec.get(key).is_none_or(Value::is_empty) {
            spec.set(key, text(value));
        }
    }
    spec.or_set("terminationGracePeriodSeconds", Value::Int(30));
    spec.or_set("securityContext", map([]));
    let name = spec.get("serviceAccountName").or(spec.get("serviceAccount")).cloned();
    if let Some(name) = name.filter(|name| !name.is_empty()) {
        spec.set("serviceAccountName", name.clone());
        spec.set("serviceAccount", name);
    }
    let host_network = spec.get("hostNetwork") == Some(&Value::Bool(true));
    for list in ["initContainers", "containers", "ephemeralContainers"] {
        for container in spec.get_mut(list).into_iter().flat_map(Value::items_mut) {
            container_defaults(container, host_network);
        }
    }
    for volume in spec.get_mut("volumes").into_iter().flat_map(Value::items_mut) {
        if let Value::Map(entries) = volume
            && !entries.iter().any(|(key, _)| key != "name")
        {
            volume.set("emptyDir", map([]));
        }
    }
}

fn container_defaults(container: &mut Value, host_network: bool) {
    let image = match container.get("image") {
        Some(Value::Text(image)) => image.clone(),
        _ => String::new(),
    };
    let last = image.rsplit('/').next().unwrap_or("");
    let floating = !image.contains('@') && (!last.contains(':') || last.ends_with(":latest"));
    let policy = if floating { "Always" } else { "IfNotPresent" };
    if container.get("imagePullPolicy").is_none_or(Value::is_empty) {
        container.set("imagePullPolicy", text(policy));
    }
    container.or_set("terminationMessagePath", text("/dev/termination-log"));
    container.or_set("resources", map([]));
    for port in container.get_mut("ports").into_iter().flat_map(Value::items_mut) {
        if port.get("protocol").is_none_or(Value::is_empty) {
            port.set("protocol", text("TCP"));
        }
        if host_network && let Some(number) = port.get("containerPort").cloned() {
            port.or_set("hostPort", number);
        }
    }
    for probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
        if let Some(probe) = container.get_mut(probe) {
            for (key, value) in [
                ("timeoutSeconds", 1),
                ("periodSeconds", 10),
                ("successThreshold", 1),
                ("failureThreshold", 3),
            ] {
                probe.or_set(key, Value::Int(value));
            }
        }
    }
    let limits = container.get("resources").and_then(|resources| resources.get("limits")).cloned();
    if let (Some(Value::Map(limits)), Some(resources)) = (limits, container.get_mut("resources")) {
        resources.or_set("requests", map([]));
        for (key, amount) in limits {
            resources.get_mut("requests").unwrap().or_set(&key, amount);
        }
    }
}

/// Structs that are written even when they are empty.
const KEPT: [&str; 8] =
    ["securityContext", "resources", "emptyDir", "template", "spec", "metadata", "strategy", "podSelector"];

/// Fields that are pointers, hence written when they are false.
const POINTERS: [&str; 8] = [
    "allowPrivilegeEscalation",
    "automountServiceAccountToken",
    "hostProcess",
    "hostUsers",
    "optional",
    "privileged",
    "readOnlyRootFilesystem",
    "runAsNonRoot",
];

fn omit(value: &mut Value, key: &str) {
    match value {
        Value::Map(entries) => {
            for (key, value) in entries.iter_mut() {
                omit(value, key);
            }
            // Maps of texts keep empty texts.
            let free = matches!(key, "labels" | "annotations" | "data" | "matchLabels");
            entries.retain(|(key, value)| match value {
                Value::Bool(false) => POINTERS.contains(&key.as_str()),
                Value::Text(text) => {
                    free || !text.is_empty() || key == "name" || key == "type" || key == "procMount"
                }
                Value::List(items) => !items.is_empty(),
                Value::Map(entries) => {
                    !entries.is_empty() || KEPT.contains(&key.as_str()) || is_pointer_struct(key)
                }
                _ => true,
            });
        }
        Value::List(items) => items.iter_mut().for_each(|item| omit(item, "")),
        _ => {}
    }
}

/// A pointer to a struct is written as `{}` when the struct is empty, unlike a map.
fn is_pointer_struct(key: &str) -> bool {
    !matches!(
        key,
        "labels"
            | "annotations"
            | "data"
            | "matchLabels"
            | "limits"
            | "requests"
            | "nodeSelector"
            | "stringData"
    )
}
