//! Bodies: of a file, or made up.

use std::path::Path;

use serde_json::{Value, json};

/// The bodies, at least one.
pub(crate) fn bodies(file: Option<&Path>) -> Vec<Vec<u8>> {
    let Some(file) = file else {
        return (0..100).map(|number| made_up(number).to_string().into_bytes()).collect();
    };
    let text = std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let body = |line: &str| serde_json::from_str::<Value>(line).unwrap()["review"].to_string().into_bytes();
    text.lines().filter(|line| !line.trim().is_empty()).map(body).collect()
}

/// A pod of two containers, or a deployment of it.
fn made_up(number: usize) -> Value {
    let container = |name: &str| {
        json!({
            "name": name, "image": format!("registry.example/{name}:{number}"),
            "ports": [{"containerPort": 8080}], "env": [{"name": "LEVEL", "value": "info"}],
            "resources": {"requests": {"cpu": "100m", "memory": "64Mi"}, "limits": {"memory": "128Mi"}},
            "securityContext": {"privileged": number.is_multiple_of(5), "runAsNonRoot": true, "capabilities": {"drop": ["ALL"]}},
        })
    };
    let spec = json!({"serviceAccountName": "web", "containers": [container("web"), container("proxy")], "volumes": [{"name": "tmp", "emptyDir": {}}]});
    let metadata =
        json!({"name": format!("web-{number}"), "namespace": "shop", "labels": {"app": "web", "team": "a"}});
    let (group, kind, resource, object) = if number.is_multiple_of(3) {
        let template = json!({"metadata": {"labels": {"app": "web"}}, "spec": spec});
        let object = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": {"replicas": 2, "selector": {"matchLabels": {"app": "web"}}, "template": template}});
        ("apps", "Deployment", "deployments", object)
    } else {
        ("", "Pod", "pods", json!({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}))
    };
    json!({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": {
        "uid": format!("00000000-0000-0000-0000-{number:012}"),
        "kind": {"group": group, "version": "v1", "kind": kind}, "resource": {"group": group, "version": "v1", "resource": resource},
        "name": format!("web-{number}"), "namespace": "shop", "operation": "CREATE",
        "userInfo": {"username": "system:serviceaccount:ci:deployer", "groups": ["system:authenticated"]},
        "object": object, "oldObject": null, "dryRun": false, "options": {"kind": "CreateOptions", "apiVersion": "meta.k8s.io/v1"},
    }})
}
