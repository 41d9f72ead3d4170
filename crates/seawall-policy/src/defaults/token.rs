//! Pods of the account `default` get no token for the API server.
//!
//! The plugin `ServiceAccount` runs before webhooks and has put the token into the pod by then: its volume and its mounts
//! are taken away again. A token that a pod projects itself is its own and stays.
//!
//! Source: `plugin/pkg/admission/serviceaccount`.

use seawall_schema::Value;

use super::fields::{containers, each_container, fill, get};

/// What the names of the plugin's volumes begin with; the rest is random.
const VOLUME: &str = "kube-api-access-";

/// Where the plugin mounts it (`DefaultAPITokenMountPath`).
const PATH: &str = "/var/run/secrets/kubernetes.io/serviceaccount";

/// The name of the default.
pub(super) const NAME: &str = "no-token";

/// Where neither pod nor account says anything of tokens. An account that somebody made is there to be used.
pub(super) fn apply(spec: &mut Value<'_>) -> bool {
    let name = |key| get(spec, &[key]).and_then(Value::as_str).filter(|name| !name.is_empty());
    let account = name("serviceAccountName").or_else(|| name("serviceAccount")).unwrap_or("default");
    if account != "default" || !fill(spec, &["automountServiceAccountToken"], Value::Bool(false)) {
        return false;
    }
    for volume in injected(spec) {
        unmount(spec, &volume);
    }
    true
}

/// The names of the volumes that the plugin has put there.
fn injected(spec: &Value<'_>) -> Vec<String> {
    let volumes = spec.get("volumes").map(Value::items).unwrap_or_default();
    let name = |volume: &Value<'_>| {
        let sources = get(volume, &["projected", "sources"])?;
        let token = sources.items().iter().any(|source| get(source, &["serviceAccountToken"]).is_some());
        let name = volume.get("name")?.as_str()?;
        (token && name.starts_with(VOLUME)).then(|| name.to_owned())
    };
    volumes.iter().filter_map(name).collect()
}

fn unmount(spec: &mut Value<'_>, volume: &str) {
    let is_of = |mount: &Value<'_>| mount.get("name").and_then(Value::as_str) == Some(volume);
    let ours =
        |mount: &Value<'_>| is_of(mount) && mount.get("mountPath").and_then(Value::as_str) == Some(PATH);
    each_container(spec, |container| take_out(container, "volumeMounts", ours));
    let mounts = |container| get(container, &["volumeMounts"]).map(Value::items).unwrap_or_default();
    if !containers(spec).flat_map(mounts).any(is_of) {
        take_out(spec, "volumes", is_of);
    }
}

/// Takes items out of a list, and the list when nothing is left of it.
fn take_out(value: &mut Value<'_>, key: &str, gone: impl Fn(&Value<'_>) -> bool) -> bool {
    let Some(Value::List(items)) = value.get_mut(key) else { return false };
    let before = items.len();
    items.retain(|item| !gone(item));
    let after = items.len();
    if after == 0 && before > 0 {
        value.remove(key);
    }
    after < before
}
