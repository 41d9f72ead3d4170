//! How fast a folder becomes an inventory.
#![allow(clippy::unwrap_used, reason = "a benchmark fails loudly")]

use divan::Bencher;
use divan::counter::BytesCount;
use seawall_sources::{SourceLimits, Target, load};

/// Documents in a file and files in the folder: about 2 MB in all.
const DOCUMENTS: usize = 20;
const FILES: usize = 100;

fn document(number: usize) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web-{number}\n  namespace: team-{}\n  labels:\n    app: web-{number}\n    # who to ask\n    owner: team-{}\nspec:\n  replicas: 2\n  selector:\n    matchLabels:\n      app: web-{number}\n  template:\n    metadata:\n      labels:\n        app: web-{number}\n    spec:\n      containers:\n        - name: web\n          image: registry.example/shop/web:1.4.{number}\n          ports:\n            - containerPort: 8080\n          env:\n            - name: LOG_LEVEL\n              value: info\n          resources:\n            limits: {{cpu: 200m, memory: 128Mi}}\n            requests: {{cpu: 100m, memory: 64Mi}}\n          securityContext:\n            runAsNonRoot: true\n            allowPrivilegeEscalation: false\n",
        number % 7,
        number % 7,
    )
}

fn main() {
    divan::main();
}

#[divan::bench]
fn folder(bencher: Bencher<'_, '_>) {
    let folder = tempfile::tempdir().unwrap();
    let mut bytes = 0;
    for file in 0..FILES {
        let text: Vec<String> = (0..DOCUMENTS).map(|n| document(file * DOCUMENTS + n)).collect();
        let text = text.join("---\n");
        bytes += text.len();
        std::fs::write(folder.path().join(format!("{file}.yaml")), text).unwrap();
    }
    let target = [Target::Folder(folder.path().to_owned())];
    bencher.counter(BytesCount::new(bytes)).bench(|| load(&target, &SourceLimits::default()));
}
