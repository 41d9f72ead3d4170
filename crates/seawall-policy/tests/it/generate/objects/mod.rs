//! Random objects: every field that a policy looks at, there, not there, empty, or odd.
//!
//! Invariant: types are those of the API, since the API server refuses everything else before a policy sees it.

mod container;
mod other;
mod pod;
mod rbac;

use super::value::{Chance, Fields, Value, map, text};

const NAMESPACES: [&str; 5] = ["default", "kube-system", "shop", "team-a", "sandbox"];

pub(super) const NAMES: [&str; 8] =
    ["web", "default", "coredns-x", "tiller", "api", "kubernetes", "etcd", "report"];

/// An object of some kind.
pub(super) fn object(chance: &mut Chance) -> Value {
    match chance.below(100) {
        0..72 => pod::maker(chance),
        72..86 => other::object(chance),
        _ => rbac::object(chance),
    }
}

/// Metadata of a namespaced object.
fn metadata(chance: &mut Chance) -> Value {
    Fields::new(chance)
        .with("name", |chance| chance.word(&NAMES))
        .maybe(85, "namespace", |chance| chance.word(&NAMESPACES))
        .maybe(60, "labels", labels)
        .maybe(45, "annotations", annotations)
        .maybe(15, "ownerReferences", |chance| chance.list(2, owner))
        .done()
}

fn owner(chance: &mut Chance) -> Value {
    Fields::new(chance)
        .with("apiVersion", |_| text("apps/v1"))
        .with("kind", |chance| chance.word(&["ReplicaSet", "Node", "Job", "Deployment"]))
        .with("name", |chance| chance.word(&NAMES))
        .with("uid", |_| text("u"))
        .maybe(75, "controller", Chance::flag)
        .done()
}

fn labels(chance: &mut Chance) -> Value {
    const KEYS: [&str; 14] = [
        "app",
        "k8s-app",
        "name",
        "owner",
        "team",
        "tier",
        "app.kubernetes.io/name",
        "app.kubernetes.io/instance",
        "app.kubernetes.io/part-of",
        "app.kubernetes.io/managed-by",
        "kubernetes.io/cluster-service",
        "addonmanager.kubernetes.io/mode",
        "pod-security.kubernetes.io/enforce",
        "kubernetes.io/bootstrapping",
    ];
    const VALUES: [&str; 15] = [
        "web",
        "",
        "tiller",
        "helm",
        "kubernetes-dashboard",
        "control-plane",
        "true",
        "argocd",
        "baseline",
        "restricted",
        "privileged",
        "rbac-defaults",
        "api",
        "bad value",
        "-x",
    ];
    entries(chance, 4, &KEYS, &VALUES)
}

fn annotations(chance: &mut Chance) -> Value {
    const KEYS: [&str; 16] = [
        "container.apparmor.security.beta.kubernetes.io/web",
        "container.apparmor.security.beta.kubernetes.io/side",
        "container.apparmor.security.beta.kubernetes.io/",
        "kubernetes.io/config.mirror",
        "kubernetes.io/config.source",
        "helm.sh/hook",
        "argocd.argoproj.io/hook",
        "owner",
        "team",
        "email",
        "a8r.io/email",
        "a8r.io/chat",
        "nginx.ingress.kubernetes.io/configuration-snippet",
        "nginx.ingress.kubernetes.io/auth-snippet",
        "kubernetes.io/ingress.class",
        "admission.stackrox.io/break-glass",
    ];
    const VALUES: [&str; 13] = [
        "unconfined",
        "runtime/default",
        "localhost/strict",
        "",
        " ",
        "odd",
        "team@example.org",
        "nobody",
        "nginx",
        "content_by_lua_block { x }",
        "location / { alias /data/; }",
        "more_set_headers \"x\";",
        "serviceaccount",
    ];
    entries(chance, 4, &KEYS, &VALUES)
}

fn entries(chance: &mut Chance, most: usize, keys: &[&str], values: &[&str]) -> Value {
    let mut made = map([]);
    for _ in 0..chance.below(most + 1) {
        let (key, value) = (chance.pick(keys), chance.word(values));
        made.set(key, value);
    }
    made
}

/// A pod with this many containers.
pub(super) fn heavy(chance: &mut Chance, count: usize) -> Value {
    let mut spec = pod::spec(chance);
    let containers = (0..count).map(|_| container::container(chance, "containers")).collect();
    spec.set("containers", Value::List(containers));
    let home = map([("name", text("heavy")), ("namespace", text("shop"))]);
    map([("apiVersion", text("v1")), ("kind", text("Pod")), ("metadata", home), ("spec", spec)])
}
