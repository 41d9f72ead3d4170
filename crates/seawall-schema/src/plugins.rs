//! Admission plugins that every cluster has and that need nothing but the object
//! (`plugin/pkg/admission`): what they do to an object that is created.

use crate::value::Value;

/// Applies the plugins to an object of a built-in type.
pub(crate) fn apply(name: &str, object: &mut Value<'_>) {
    match name {
        "core.v1.Pod" => {
            service_account(object);
            tolerations(object);
            priority(object);
        }
        "core.v1.PersistentVolumeClaim" => finalizer(object, "kubernetes.io/pvc-protection"),
        "core.v1.PersistentVolume" => finalizer(object, "kubernetes.io/pv-protection"),
        _ => {}
    }
}

/// `storage/storageobjectinuseprotection`
fn finalizer(object: &mut Value<'_>, name: &'static str) {
    let Some(metadata) = object.get_mut("metadata") else { return };
    let ours = Value::str(name);
    match metadata.get_mut("finalizers") {
        Some(Value::List(list)) if list.contains(&ours) => {}
        Some(Value::List(list)) => list.push(ours),
        _ => metadata.set("finalizers", Value::List(vec![ours])),
    }
}

/// Where the token is mounted.
const TOKEN_PATH: &str = "/var/run/secrets/kubernetes.io/serviceaccount";
/// The name of the token's volume, whose end is random.
const TOKEN_VOLUME: &str = "kube-api-access-00000";

/// `serviceaccount`: the account is assumed to say nothing of tokens and pull secrets.
fn service_account(pod: &mut Value<'_>) {
    // The kubelet speaks for static pods, which cannot have an account.
    if pod.path(&["metadata", "annotations", "kubernetes.io/config.mirror"]).is_some() {
        return;
    }
    let Some(spec) = pod.get_mut("spec") else { return };
    if spec.get("serviceAccountName").is_none_or(Value::is_empty) {
        spec.set("serviceAccountName", Value::str("default"));
        spec.set("serviceAccount", Value::str("default"));
    }
    if spec.get("automountServiceAccountToken") == Some(&Value::Bool(false)) {
        return;
    }
    let volumes = spec.get("volumes").map(Value::items).unwrap_or_default();
    let names = volumes.iter().filter_map(|volume| volume.get("name").and_then(Value::as_str));
    let present = names.into_iter().find(|name| name.starts_with("kube-api-access-")).map(str::to_owned);
    let volume = present.clone().unwrap_or_else(|| TOKEN_VOLUME.to_owned());
    let mut needed = false;
    for list in ["initContainers", "containers"] {
        for container in spec.get_mut(list).map(Value::items_mut).unwrap_or_default() {
            let mounts = container.get("volumeMounts").map(Value::items).unwrap_or_default();
            let mounted =
                |mount: &Value<'_>| mount.get("mountPath").and_then(Value::as_str) == Some(TOKEN_PATH);
            if mounts.iter().any(mounted) {
                continue;
            }
            needed = true;
            let mut mount = Value::map();
            mount.set("name", Value::Str(volume.clone().into()));
            mount.set("readOnly", Value::Bool(true));
            mount.set("mountPath", Value::str(TOKEN_PATH));
            push(container, "volumeMounts", mount);
        }
    }
    if needed && present.is_none() {
        push(spec, "volumes", token_volume(volume));
    }
}

fn push<'t>(value: &mut Value<'t>, key: &'static str, item: Value<'t>) {
    match value.get_mut(key) {
        Some(Value::List(list)) => list.push(item),
        _ => value.set(key, Value::List(vec![item])),
    }
}

fn map<'t, const N: usize>(entries: [(&'static str, Value<'t>); N]) -> Value<'t> {
    Value::Map(entries.into_iter().map(|(key, value)| (key.into(), value)).collect())
}

fn token_volume<'t>(name: String) -> Value<'t> {
    let token = map([("expirationSeconds", Value::Int(3607)), ("path", "token".into())]);
    let certificate = map([
        ("name", "kube-root-ca.crt".into()),
        ("items", Value::List(vec![map([("key", "ca.crt".into()), ("path", "ca.crt".into())])])),
    ]);
    let field = map([("apiVersion", "v1".into()), ("fieldPath", "metadata.namespace".into())]);
    let namespace =
        map([("items", Value::List(vec![map([("path", "namespace".into()), ("fieldRef", field)])]))]);
    let sources = vec![
        map([("serviceAccountToken", token)]),
        map([("configMap", certificate)]),
        map([("downwardAPI", namespace)]),
    ];
    let projected = map([("sources", Value::List(sources)), ("defaultMode", Value::Int(420))]);
    map([("name", Value::Str(name.into())), ("projected", projected)])
}

/// `defaulttolerationseconds`
fn tolerations(pod: &mut Value<'_>) {
    let Some(spec) = pod.get_mut("spec") else { return };
    for taint in ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"] {
        let tolerated =
            spec.get("tolerations").map(Value::items).unwrap_or_default().iter().any(|toleration| {
                let text = |key: &str| toleration.get(key).and_then(Value::as_str).unwrap_or("");
                (text("key") == taint || text("key").is_empty()) && matches!(text("effect"), "NoExecute" | "")
            });
        if !tolerated {
            let toleration = map([
                ("key", taint.into()),
                ("operator", "Exists".into()),
                ("effect", "NoExecute".into()),
                ("tolerationSeconds", Value::Int(300)),
            ]);
            push(spec, "tolerations", toleration);
        }
    }
}

/// `priority`: the classes of the system are known, others are the cluster's; that no class is the default is assumed.
fn priority(pod: &mut Value<'_>) {
    let Some(spec) = pod.get_mut("spec") else { return };
    let priority = match spec.get("priorityClassName").and_then(Value::as_str).unwrap_or("") {
        "" => 0,
        "system-cluster-critical" => 2_000_000_000,
        "system-node-critical" => 2_000_001_000,
        _ => return,
    };
    spec.set("priority", Value::Int(priority));
    if spec.get("preemptionPolicy").is_none_or(|policy| *policy == Value::Null) {
        spec.set("preemptionPolicy", Value::str("PreemptLowerPriority"));
    }
}
