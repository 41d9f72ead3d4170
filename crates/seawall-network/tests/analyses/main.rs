//! Tests of what is said about a network: ways in, mistakes in policies, the map.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod calico;
mod exposure;
mod generate;
mod lint;
mod lint_cilium;
mod map;
mod sound;
#[path = "../it/world.rs"]
#[allow(dead_code)]
mod world;

use seawall_inventory::{Inventory, InventoryBuilder};
use seawall_network::{Network, Plugin};

/// The objects of a text as those of a whole cluster.
fn cluster(text: &str) -> (Network, Inventory) {
    let mut builder = InventoryBuilder::new();
    world::resources(text).into_iter().for_each(|resource| builder.push(resource));
    builder.complete();
    let inventory = builder.build();
    (Network::build(&inventory, Plugin::Assumed).0, inventory)
}

/// The objects of a text as those of a folder.
fn folder(text: &str) -> (Network, Inventory) {
    let inventory = world::inventory(&world::resources(text));
    (Network::build(&inventory, Plugin::Assumed).0, inventory)
}

/// A Deployment with one port, named `http`.
fn deployment(namespace: &str, name: &str, port: u16) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}, namespace: {namespace}}}\nspec:\n  template:\n    \
         metadata: {{labels: {{app: {name}}}}}\n    spec: {{containers: [{{name: c, image: i, ports: [{{name: http, \
         containerPort: {port}}}]}}]}}\n---\n"
    )
}

/// A Service for such a Deployment; `more` is the rest of its `spec`.
fn service(namespace: &str, name: &str, more: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Service\nmetadata: {{name: {name}, namespace: {namespace}}}\nspec: {{selector: {{app: {name}}}, \
         ports: [{{name: web, port: 80, targetPort: http}}]{more}}}\n---\n"
    )
}

/// A NetworkPolicy; `spec` in flow style.
fn policy(namespace: &str, name: &str, spec: &str) -> String {
    format!(
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: {name}, namespace: {namespace}}}\nspec: \
         {spec}\n---\n"
    )
}
