//! Services, ingresses, network policies, and what else is judged by itself.

use super::pod::claim;
use super::{annotations, labels, metadata};
use crate::generate::value::{Chance, Fields, Value, map, text};

/// An object that makes no pods and gives no rights.
pub(super) fn object(chance: &mut Chance) -> Value {
    let (version, kind): (&str, &str) = [
        ("v1", "Service"),
        ("networking.k8s.io/v1", "Ingress"),
        ("networking.k8s.io/v1", "Ingress"),
        ("networking.k8s.io/v1", "NetworkPolicy"),
        ("v1", "ConfigMap"),
        ("v1", "ServiceAccount"),
        ("v1", "Namespace"),
        ("v1", "PersistentVolumeClaim"),
        ("policy/v1", "PodDisruptionBudget"),
        ("autoscaling/v2", "HorizontalPodAutoscaler"),
        ("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration"),
        ("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration"),
    ][chance.below(12)];
    let mut made = map([("apiVersion", text(version)), ("kind", text(kind)), ("metadata", metadata(chance))]);
    let home = match kind {
        "Namespace" | "ValidatingWebhookConfiguration" | "MutatingWebhookConfiguration" => None,
        _ => Some(()),
    };
    if home.is_none() {
        made.set("metadata", cluster_metadata(chance, kind));
    }
    match kind {
        "Service" => made.set("spec", service(chance)),
        "Ingress" => made.set("spec", ingress(chance)),
        "NetworkPolicy" => made.set("spec", network_policy(chance)),
        "ConfigMap" => made.set("data", data(chance)),
        "ServiceAccount" if chance.often(50) => made.set("automountServiceAccountToken", chance.flag()),
        "PersistentVolumeClaim" => made.set("spec", claim(chance)),
        "PodDisruptionBudget" => made.set("spec", budget(chance)),
        "HorizontalPodAutoscaler" => made.set("spec", autoscaler(chance)),
        _ if kind.ends_with("WebhookConfiguration") => made.set("webhooks", chance.list(3, webhook)),
        _ => {}
    }
    made
}

/// Metadata of an object at cluster scope.
pub(super) fn cluster_metadata(chance: &mut Chance, kind: &str) -> Value {
    let namespaces = ["default", "kube-system", "kube-public", "shop", "team-a"];
    Fields::new(chance)
        .with("name", |chance| match kind {
            "Namespace" => chance.word(&namespaces),
            _ => chance.word(&super::NAMES),
        })
        .maybe(70, "labels", labels)
        .maybe(40, "annotations", annotations)
        .done()
}

fn service(chance: &mut Chance) -> Value {
    Fields::new(chance)
        .maybe(70, "type", |chance| {
            chance.word(&["ClusterIP", "NodePort", "LoadBalancer", "ExternalName", ""])
        })
        .maybe(70, "selector", |chance| {
            Fields::new(chance)
                .maybe(50, "app", |chance| chance.word(&["web", "tiller", "helm"]))
                .maybe(50, "name", |chance| chance.word(&["web", "tiller", ""]))
                .done()
        })
        .maybe(30, "externalIPs", |chance| chance.words(3, &["203.0.113.7", "198.51.100.1"]))
        .maybe(70, "ports", |chance| {
            chance.list(2, |chance| {
                Fields::new(chance)
                    .with("port", |chance| chance.int(&[80, 443]))
                    .maybe(50, "targetPort", |chance| chance.word(&["http", "x_y", ""]))
                    .done()
            })
        })
        .done()
}

fn ingress(chance: &mut Chance) -> Value {
    Fields::new(chance)
        .maybe(85, "rules", |chance| {
            chance.list(3, |chance| {
                Fields::new(chance)
                    .maybe(75, "host", |chance| chance.word(&["", "*", "*.example.org", "shop.example.org"]))
                    .maybe(50, "http", |_| map([("paths", Value::List(Vec::new()))]))
                    .done()
            })
        })
        .maybe(30, "ingressClassName", |_| text("nginx"))
        .done()
}

fn network_policy(chance: &mut Chance) -> Value {
    let peer = |chance: &mut Chance| Fields::new(chance).with("podSelector", |_| map([])).done();
    let rule = |chance: &mut Chance, peers: &str| {
        Fields::new(chance)
            .maybe(50, peers, |chance| chance.list(2, peer))
            .maybe(50, "ports", |chance| {
                chance.list(2, |chance| {
                    Fields::new(chance)
                        .maybe(90, "port", |chance| match chance.below(4) {
                            0 => text("dns"),
                            _ => chance.int(&[53, 5353, 80]),
                        })
                        .done()
                })
            })
            .done()
    };
    Fields::new(chance)
        .with("podSelector", |chance| {
            Fields::new(chance)
                .maybe(35, "matchLabels", labels)
                .maybe(20, "matchExpressions", |chance| {
                    chance.list(1, |_| map([("key", text("app")), ("operator", text("Exists"))]))
                })
                .done()
        })
        .maybe(70, "ingress", |chance| chance.list(2, |chance| rule(chance, "from")))
        .maybe(50, "egress", |chance| chance.list(2, |chance| rule(chance, "to")))
        .done()
}

fn data(chance: &mut Chance) -> Value {
    Fields::new(chance)
        .maybe(60, "allow-snippet-annotations", |chance| chance.word(&["true", " TRUE ", "false", ""]))
        .maybe(20, "annotations-risk-level", |chance| chance.word(&["Critical", "High"]))
        .maybe(30, "other", |_| text("x"))
        .done()
}

fn budget(chance: &mut Chance) -> Value {
    let amount = |chance: &mut Chance| match chance.below(2) {
        0 => chance.int(&[0, 1, 2]),
        _ => chance.word(&["0%", "000%", "50%", "100%", "0"]),
    };
    Fields::new(chance)
        .maybe(45, "maxUnavailable", amount)
        .maybe(45, "minAvailable", amount)
        .maybe(40, "unhealthyPodEvictionPolicy", |chance| chance.word(&["AlwaysAllow", "IfHealthyBudget"]))
        .done()
}

fn autoscaler(chance: &mut Chance) -> Value {
    Fields::new(chance)
        .maybe(60, "minReplicas", |chance| chance.int(&[0, 1, 2, 5]))
        .maybe(85, "maxReplicas", |chance| chance.int(&[1, 2, 5, 10]))
        .done()
}

fn webhook(chance: &mut Chance) -> Value {
    Fields::new(chance)
        .with("name", |_| text("a.example.org"))
        .with("clientConfig", |chance| {
            Fields::new(chance).maybe(40, "url", |_| text("https://example.org")).done()
        })
        .maybe(60, "failurePolicy", |chance| chance.word(&["Ignore", "Fail"]))
        .maybe(80, "rules", |chance| {
            chance.list(2, |chance| {
                Fields::new(chance)
                    .maybe(90, "resources", |chance| chance.words(2, &["*", "*/*", "pods", "deployments"]))
                    .done()
            })
        })
        .done()
}
