//! `secret-etcd-encryption`

use seawall_core::{Confidence, Fix, FixRisk, Pillar, Route, Severity};
use seawall_inventory::{GroupKind, Place, Resource};
use seawall_yaml::Node;

use crate::controlplane::Part;
use crate::controlplane::component::components;
use crate::controlplane::shared::rules;
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "secret-etcd-encryption",
    title: "etcd keeps Secrets as plain text",
    why: "a backup or a disk of etcd is enough to read every Secret of the cluster; base64 is no encryption",
    help: "give the API server an encryption configuration whose first provider for `secrets` encrypts, best with a \
          KMS, and rewrite all Secrets",
    pillar: Pillar::Secrets,
    severity: Severity::Medium,
    confidence: Confidence::High,
    frameworks: &["CIS-EKS-1.8:5.3.1", "CIS-GKE-1.9:5.3.1", "NSA:general", "MITRE:Credential access"],
    judge: Judge::Resource(KINDS, judge),
    ..Check::PLAIN
};

const KINDS: &[GroupKind<'static>] = &[
    GroupKind::new("", "Pod"),
    GroupKind::new("apiserver.config.k8s.io", "EncryptionConfiguration"),
    GroupKind::new("config.openshift.io", "APIServer"),
];

fn judge(resource: &Resource, out: &mut Verdicts<'_>) {
    match resource.kind() {
        "Pod" => pod(resource, out),
        "APIServer" => openshift(resource, out),
        _ => configuration(resource, out),
    }
}

fn pod(resource: &Resource, out: &mut Verdicts<'_>) {
    match components(resource).iter().find(|component| component.part() == Part::ApiServer) {
        Some(server) => {
            rules::require(server, &["encryption-provider-config"], out);
        }
        None => out.not_applicable(),
    }
}

fn openshift(resource: &Resource, out: &mut Verdicts<'_>) {
    let route = Route::root().keys(&["spec", "encryption", "type"]);
    let kind = resource.root().at(&route).and_then(|node| node.as_str()).unwrap_or("");
    if matches!(kind, "" | "identity") {
        let fix = Fix::set(FixRisk::Medium, route.clone(), "aesgcm");
        out.fail(Place { resource: resource.id(), route }, "the cluster stores Secrets as plain text")
            .fix(fix);
    }
}

/// The first entry that covers Secrets decides, and in it the first provider: it is the one that writes.
fn configuration(resource: &Resource, out: &mut Verdicts<'_>) {
    let covers = |entry: &Node<'_>| {
        entry.list("resources").any(|name| matches!(name.as_str(), Some("secrets" | "*." | "*.*")))
    };
    let place = |node: Node<'_>| Place { resource: resource.id(), route: resource.route_of(node) };
    let Some(entry) = resource.root().list("resources").find(covers) else {
        let route = Route::root().keys(&["resources"]);
        out.fail(
            Place { resource: resource.id(), route },
            "no entry covers `secrets`: they are not encrypted",
        );
        return;
    };
    match entry.list("providers").next() {
        Some(first) if first.entry("identity").is_some() => {
            out.fail(place(first), "the first provider for `secrets` is `identity`, which does not encrypt");
        }
        Some(_) => {}
        None => {
            out.fail(place(entry).keys(&["providers"]), "no provider encrypts `secrets`");
        }
    }
}
