//! What random clusters have of controllers, admission policies and the control plane, each now and then.

use serde_json::{Value, json};

use crate::attacked::{account, space};
use crate::clusters::Dice;

const RBAC: &str = "rbac.authorization.k8s.io";

/// Accounts of controllers that carry out what others write.
const CONTROLLERS: &[&str] =
    &["kustomize-controller", "argocd-application-controller", "velero", "crossplane", "kyverno"];

/// All of it.
pub(crate) fn system(dice: &mut Dice) -> Vec<Value> {
    let mut objects = Vec::new();
    if dice.once_in(3) {
        objects.push(ingress(dice));
    }
    if dice.once_in(2) {
        let (name, space) = (dice.pick(CONTROLLERS), space(dice));
        objects.push(json!({ "apiVersion": "v1", "kind": "ServiceAccount", "metadata": { "name": name, "namespace": space } }));
        let subject = json!({ "kind": "ServiceAccount", "name": name, "namespace": space });
        objects.push(cluster_binding("controller", "cluster-admin", &subject));
    }
    if dice.once_in(4) {
        objects.push(definition(dice, "things", "x.io"));
        let more = dice.pick(&[("pods", "create"), ("secrets", "list")]);
        let rules = json!([rule("x.io", "things/status", "update"), rule("", more.0, more.1)]);
        objects.extend(granted(dice, "keeper", None, &rules));
        let (writer, home) = (json!([rule("x.io", "things", "create")]), space(dice));
        let home = (!dice.once_in(4)).then_some(home);
        objects.extend(granted(dice, "writer", home, &writer));
    }
    if dice.once_in(12) {
        let (plural, group) = dice
            .pick(&[("kustomizations", "kustomize.toolkit.fluxcd.io"), ("clusterpolicies", "kyverno.io")]);
        objects.push(definition(dice, plural, group));
    }
    if dice.once_in(5) {
        objects.push(policy(dice));
        // What the policy keeps out comes in for who takes it away.
        let weakens = json!([rule("kyverno.io", "clusterpolicies", "delete")]);
        objects.extend(granted(dice, "weakener", None, &weakens));
        let runs = dice.pick(&[("", "pods", "create"), ("apps", "deployments", "patch")]);
        let (runs, home) = (json!([rule(runs.0, runs.1, runs.2)]), space(dice));
        objects.extend(granted(dice, "runner", Some(home), &runs));
    }
    if dice.once_in(8) {
        let group = |name: &str| json!({ "kind": "Group", "apiGroup": RBAC, "name": name });
        let name = dice.pick(&["kubeadm:cluster-admins", "kubeadm:cluster-admins", "ops"]);
        objects.push(cluster_binding("kubeadm:cluster-admins", "cluster-admin", &group(name)));
    }
    if dice.once_in(25) {
        objects.push(api_server(dice));
    }
    if dice.once_in(30) {
        let address = dice.pick(&["10.0.0.9", "127.0.0.1"]);
        objects.push(component(dice, "etcd", &[format!("--listen-client-urls=http://{address}:2379")]));
    }
    if dice.once_in(25) {
        let settings = json!({ "authentication": { "anonymous": { "enabled": dice.once_in(2) } },
            "authorization": { "mode": dice.pick(&["AlwaysAllow", "AlwaysAllow", "Webhook"]) } });
        objects.push(json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "kubelet-config", "namespace": "kube-system" },
            "data": { "kubelet": settings.to_string() } }));
    }
    objects
}

fn cluster_binding(name: &str, role: &str, subject: &Value) -> Value {
    json!({ "apiVersion": format!("{RBAC}/v1"), "kind": "ClusterRoleBinding", "metadata": { "name": name },
        "roleRef": { "apiGroup": RBAC, "kind": "ClusterRole", "name": role }, "subjects": [subject] })
}

fn rule(group: &str, resource: &str, verb: &str) -> Value {
    json!({ "apiGroups": [group], "resources": [resource], "verbs": [verb] })
}

/// A role of one namespace or of the cluster, with a binding to one of the accounts.
fn granted(dice: &mut Dice, name: &str, home: Option<&str>, rules: &Value) -> [Value; 2] {
    let (role, binding) = match home {
        Some(_) => ("Role", "RoleBinding"),
        None => ("ClusterRole", "ClusterRoleBinding"),
    };
    let metadata = json!({ "name": name, "namespace": home });
    let subject = json!({ "kind": "ServiceAccount", "name": account(dice), "namespace": space(dice) });
    [
        json!({ "apiVersion": format!("{RBAC}/v1"), "kind": role, "metadata": metadata, "rules": rules }),
        json!({ "apiVersion": format!("{RBAC}/v1"), "kind": binding, "metadata": metadata,
            "roleRef": { "apiGroup": RBAC, "kind": role, "name": name }, "subjects": [subject] }),
    ]
}

fn ingress(dice: &mut Dice) -> Value {
    let backend =
        json!({ "service": { "name": dice.pick(&["front", "front", "p0"]), "port": { "number": 80 } } });
    let spec = match dice.once_in(2) {
        true => json!({ "defaultBackend": backend }),
        false => {
            json!({ "rules": [{ "host": "a.example", "http": { "paths": [{ "path": "/", "pathType": "Prefix", "backend": backend }] } }] })
        }
    };
    json!({ "apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": { "name": "gate", "namespace": space(dice) }, "spec": spec })
}

fn definition(dice: &mut Dice, plural: &str, group: &str) -> Value {
    let fields = dice.pick(&[
        &["serviceAccountName"][..],
        &["secretRef"],
        &["serviceAccountName", "secretRef"],
        &["size"],
    ]);
    let fields: serde_json::Map<String, Value> =
        fields.iter().map(|field| ((*field).to_owned(), json!({}))).collect();
    let schema = json!({ "openAPIV3Schema": { "properties": { "spec": { "properties": fields } } } });
    json!({ "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": { "name": format!("{plural}.{group}") },
        "spec": { "group": group, "names": { "plural": plural }, "versions": [{ "name": "v1", "schema": schema }] } })
}

fn policy(dice: &mut Dice) -> Value {
    json!({ "apiVersion": "kyverno.io/v1", "kind": "ClusterPolicy", "metadata": { "name": "baseline" },
        "spec": { "validationFailureAction": dice.pick(&["Enforce", "Enforce", "Enforce", "Audit"]), "rules": [{ "name": "baseline",
            "match": { "any": [{ "resources": { "kinds": ["Pod"] } }] },
            "validate": { "podSecurity": { "level": dice.pick(&["baseline", "baseline", "privileged"]), "version": "latest" } } }] } })
}

fn api_server(dice: &mut Dice) -> Value {
    let mut words = vec![
        format!(
            "--enable-admission-plugins={}",
            dice.pick(&["NodeRestriction", "NodeRestriction", "ServiceAccount"])
        ),
        format!("--anonymous-auth={}", dice.once_in(2)),
    ];
    if !dice.once_in(6) {
        words.push(format!(
            "--authorization-mode={}",
            dice.pick(&["Node,RBAC", "Node,RBAC", "RBAC", "AlwaysAllow"])
        ));
    }
    component(dice, "kube-apiserver", &words)
}

fn component(dice: &mut Dice, program: &str, words: &[String]) -> Value {
    let command: Vec<&str> = std::iter::once(program).chain(words.iter().map(String::as_str)).collect();
    json!({ "apiVersion": "v1", "kind": "Pod", "metadata": { "name": format!("{program}-n1"), "namespace": "kube-system" },
        "spec": { "nodeName": crate::attacked::node_name(dice), "hostNetwork": true, "automountServiceAccountToken": false,
            "containers": [{ "name": "main", "image": "x", "command": command }] },
        "status": { "hostIP": "10.0.0.9" } })
}
