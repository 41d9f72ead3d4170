//! No part of a secret may leave: not in a message, a value, a note, a discriminator or a fingerprint.

use std::sync::Arc;

use seawall_checks::{Evaluation, Settings, all, evaluate};
use seawall_core::{Origin, OriginKind};
use seawall_inventory::{InventoryBuilder, Resource};
use seawall_yaml::{Limits, NodeId, Text, read};

fn evaluation(text: &str) -> Evaluation {
    let (documents, problems) = read(&Text::new(text), &Limits::default());
    assert!(problems.is_empty(), "{problems:?}");
    let mut builder = InventoryBuilder::new();
    for document in documents {
        let origin =
            Origin { file: "a.yaml".into(), document: document.index, line: 1, kind: OriginKind::File };
        builder.push(Resource::new(Arc::new(document.tree), NodeId::ROOT, origin, None).unwrap());
    }
    let checks: Vec<_> =
        all().iter().filter(|entry| entry.id.starts_with("secret-")).map(|entry| entry.check).collect();
    evaluate(&builder.build(), &checks, &Settings::default())
}

#[test]
fn findings_hold_no_secret() {
    let token = format!("ghp_{}", "q7W2e9R4t6Y1u8I3o5P0a2S4d6F8g1H3j5K7");
    let text = format!(
        r#"
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  annotations: {{note: "see {token}"}}
spec:
  template:
    spec:
      containers:
        - name: web
          image: registry.example/web:1
          args: ["{token}", "--header={token}"]
          env:
            - {{name: DB_PASSWORD, value: Sesam-oeffne-dich}}
            - {{name: DB_URL, value: "mysql://shop:Sesam-oeffne-dich@db"}}
            - {{name: GIT, value: "{token}"}}
---
apiVersion: v1
kind: ConfigMap
metadata: {{name: web}}
data:
  password: Sesam-oeffne-dich
  app.properties: "a.password=Sesam-oeffne-dich\nb={token}\n"
binaryData:
  b.ini: cGFzc3dvcmQ9U2VzYW0tb2VmZm5lLWRpY2gK
"#
    );
    let evaluation = evaluation(&text);
    let whole = format!("{evaluation:?}");
    for secret in ["Sesam", "oeffne", "q7W2e9", "g1H3j5K7", "cGFzc3dvcmQ9U2Vz"] {
        assert!(!whole.contains(secret), "`{secret}` is in the evaluation");
    }
    for check in ["secret-env-plaintext", "secret-configmap-credential", "secret-known-token-format"] {
        let count = evaluation.findings.iter().filter(|finding| finding.check.id.as_str() == check).count();
        assert!(count >= 3, "{check}: {count}");
    }
}

#[test]
fn a_pod_and_its_owner_leak_once() {
    let token = format!("ghp_{}", "q7W2e9R4t6Y1u8I3o5P0a2S4d6F8g1H3j5K7");
    let text = format!(
        r#"
apiVersion: apps/v1
kind: ReplicaSet
metadata: {{name: web, uid: r}}
spec:
  template:
    spec:
      containers: [{{name: web, image: a, args: ["{token}"]}}]
---
apiVersion: v1
kind: Pod
metadata:
  name: web-1
  ownerReferences: [{{apiVersion: apps/v1, kind: ReplicaSet, name: web, uid: r, controller: true}}]
spec:
  containers: [{{name: web, image: a, args: ["{token}"]}}]
---
apiVersion: v1
kind: Pod
metadata:
  name: web-2
  ownerReferences: [{{apiVersion: apps/v1, kind: ReplicaSet, name: web, uid: r, controller: true}}]
spec:
  containers: [{{name: web, image: a, args: ["{token}", "{token}"]}}]
"#
    );
    let found: Vec<_> =
        evaluation(&text).findings.iter().map(|finding| finding.subject.name.to_string()).collect();
    assert_eq!(found, ["web", "web-2"], "what a pod adds to its owner is its own");
}
