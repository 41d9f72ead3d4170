//! Tests of what a mesh says: rule by rule, against a naive evaluator, and as a report.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice
)]

mod ambient;
mod findings;
mod generate;
mod naive;
mod rules;
mod sound;
#[path = "../it/world.rs"]
#[allow(dead_code)]
mod world;

use seawall_inventory::{Inventory, InventoryBuilder};
use seawall_network::mesh::{Mesh, MeshVerdict};
use seawall_network::{Network, Profile, Protocol};

/// The objects of a text, with what was built of them.
struct World {
    network: Network,
    mesh: Mesh,
    inventory: Inventory,
    problems: Vec<String>,
}

/// The objects of a text as those of a whole cluster.
fn cluster(text: &str) -> World {
    let mut builder = InventoryBuilder::new();
    world::resources(text).into_iter().for_each(|resource| builder.push(resource));
    builder.complete();
    let inventory = builder.build();
    let network = Network::build(&inventory, Profile::StrictSpec).0;
    let (mesh, problems) = Mesh::build(&network, &inventory);
    let problems = problems.into_iter().map(|problem| problem.message).collect();
    World { network, mesh, inventory, problems }
}

impl World {
    /// What the mesh says of one connection; `None` where it has no say.
    fn verdict(&self, src: &str, dst: &str, port: u16) -> Option<MeshVerdict> {
        let target = |name: &str| world::target(&self.network, name);
        let pieces = self.mesh.judge_targets(&self.network, target(src), target(dst))?;
        pieces.into_iter().find(|piece| piece.ports.contains(Protocol::Tcp, port)).map(|piece| piece.verdict)
    }

    /// `allowed`, `denied`, `depends on request.method`, or `no say`; and mutual TLS.
    fn says(&self, src: &str, dst: &str, port: u16) -> String {
        let Some(verdict) = self.verdict(src, dst, port) else { return "no say".to_owned() };
        let attributes: Vec<&str> = verdict.attributes.iter().map(|one| &**one).collect();
        let on = if attributes.is_empty() { String::new() } else { format!(" on {}", attributes.join(", ")) };
        format!("{}{on}, {}", verdict.answer.as_str(), verdict.mtls.as_str())
    }
}

/// A namespace with labels in flow style.
fn namespace(name: &str, labels: &str) -> String {
    format!("apiVersion: v1\nkind: Namespace\nmetadata: {{name: {name}, labels: {{{labels}}}}}\n---\n")
}

/// A Deployment with label `app` and a service account of its own name.
fn deployment(namespace: &str, name: &str) -> String {
    annotated(namespace, name, "")
}

/// The same with annotations of its pods in flow style.
fn annotated(namespace: &str, name: &str, annotations: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}, namespace: {namespace}}}\nspec: {{template: \
         {{metadata: {{labels: {{app: {name}}}, annotations: {{{annotations}}}}}, spec: {{serviceAccountName: {name}, \
         containers: [{{name: c, image: i, ports: [{{containerPort: 80}}]}}]}}}}}}\n---\n"
    )
}

/// A Service for such a Deployment, with one port.
fn service(namespace: &str, name: &str, port: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Service\nmetadata: {{name: {name}, namespace: {namespace}}}\nspec: {{selector: {{app: {name}}}, \
         ports: [{port}]}}\n---\n"
    )
}

/// An AuthorizationPolicy; `spec` in flow style.
fn policy(namespace: &str, name: &str, spec: &str) -> String {
    format!(
        "apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: {{name: {name}, namespace: {namespace}}}\nspec: \
         {spec}\n---\n"
    )
}

/// A PeerAuthentication named `default` with a mode.
fn mode(namespace: &str, mode: &str) -> String {
    format!(
        "apiVersion: security.istio.io/v1\nkind: PeerAuthentication\nmetadata: {{name: default, namespace: {namespace}}}\nspec: \
         {{mtls: {{mode: {mode}}}}}\n---\n"
    )
}

/// Two namespaces, `mesh` with sidecars and `bare` without, each with `web` and `db`; ports 80 of `mesh` speak HTTP.
fn shop() -> String {
    [
        namespace("mesh", "istio-injection: enabled"),
        namespace("bare", ""),
        deployment("mesh", "web"),
        deployment("mesh", "db"),
        deployment("bare", "web"),
        service("mesh", "db", "{name: http, port: 80}, {name: tcp-x, port: 81}"),
    ]
    .concat()
}
