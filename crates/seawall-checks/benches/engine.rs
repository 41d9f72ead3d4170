//! How fast an inventory is judged by all checks.

use std::sync::Arc;

use divan::Bencher;
use divan::counter::ItemsCount;
use seawall_checks::{Profile, Settings, evaluate, pick};
use seawall_core::{Origin, OriginKind};
use seawall_inventory::{Inventory, InventoryBuilder, Resource};
use seawall_yaml::{Limits, NodeId, Text, read};

const RESOURCES: usize = 2_000;

fn inventory() -> Inventory {
    let mut builder = InventoryBuilder::new();
    for number in 0..RESOURCES {
        // Every third one is careless.
        let security = match number % 3 {
            0 => "{privileged: true}",
            _ => {
                "{runAsNonRoot: true, allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}, seccompProfile: {type: RuntimeDefault}}"
            }
        };
        let text = format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web-{number}, namespace: team-{}}}\nspec:\n  template:\n    metadata: {{labels: {{app: web-{number}}}}}\n    spec:\n      containers:\n      - name: web\n        image: registry.example/web:{number}\n        securityContext: {security}\n        env: [{{name: LOG_LEVEL, value: info}}]\n",
            number % 7
        );
        for document in read(&Text::new(text), &Limits::default()).0 {
            let origin = Origin { file: "bench.yaml".into(), document: 0, line: 1, kind: OriginKind::File };
            if let Ok(resource) = Resource::new(Arc::new(document.tree), NodeId::ROOT, origin, None) {
                builder.push(resource);
            }
        }
    }
    builder.build()
}

fn main() {
    divan::main();
}

#[divan::bench]
fn all_checks(bencher: Bencher<'_, '_>) {
    let inventory = inventory();
    let checks = pick(Profile::All, &[], &[]);
    bencher.counter(ItemsCount::new(RESOURCES)).bench(|| evaluate(&inventory, &checks, &Settings::default()));
}
