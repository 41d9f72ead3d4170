//! What it costs to see an object as policies do.
#![allow(clippy::unwrap_used)]

use divan::Bencher;
use seawall_schema::patch::diff;
use seawall_schema::{Admission, Schemas, Value, admitted};
use seawall_yaml::{Limits, Text, Tree, read};

fn main() {
    divan::main();
}

/// A pod as people write one: about 1 kB of JSON.
const POD: &str = r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"web","namespace":"shop","labels":{"app":"web","tier":"front"},
"annotations":{"prometheus.io/scrape":"true","prometheus.io/port":"9090"}},"spec":{"serviceAccountName":"web",
"securityContext":{"runAsNonRoot":true,"seccompProfile":{"type":"RuntimeDefault"}},"containers":[{"name":"web",
"image":"registry.example.com/shop/web:1.4.2","ports":[{"name":"http","containerPort":8080},{"name":"metrics","containerPort":9090}],
"env":[{"name":"LEVEL","value":"info"},{"name":"NODE","valueFrom":{"fieldRef":{"fieldPath":"spec.nodeName"}}}],
"resources":{"limits":{"cpu":"0.5","memory":"256Mi"},"requests":{"cpu":"100m"}},
"readinessProbe":{"httpGet":{"path":"/ready","port":"http"}},"securityContext":{"allowPrivilegeEscalation":false,
"capabilities":{"drop":["ALL"]},"readOnlyRootFilesystem":true},"volumeMounts":[{"name":"tmp","mountPath":"/tmp"},
{"name":"config","mountPath":"/etc/web","readOnly":true}]}],"volumes":[{"name":"tmp","emptyDir":{}},{"name":"config",
"configMap":{"name":"web"}}],"nodeSelector":{"kubernetes.io/os":"linux"}}}"#;

fn tree(text: &str) -> Tree {
    read(&Text::new(text), &Limits::default()).0.remove(0).tree
}

#[divan::bench]
fn decode_default_encode(bencher: Bencher) {
    let schemas = Schemas::builtin();
    let pod = tree(POD);
    let schema = schemas.of("", "v1", "Pod").unwrap();
    bencher.bench(|| admitted(&pod, schema, Admission::default()));
}

#[divan::bench]
fn with_plugins_and_creation(bencher: Bencher) {
    let schemas = Schemas::builtin();
    let pod = tree(POD);
    let schema = schemas.of("", "v1", "Pod").unwrap();
    bencher.bench(|| admitted(&pod, schema, Admission { creation: true, plugins: true }));
}

#[divan::bench]
fn unknown_fields(bencher: Bencher) {
    let schemas = Schemas::builtin();
    let pod = tree(POD);
    let schema = schemas.of("", "v1", "Pod").unwrap();
    bencher.bench(|| schema.unknown_fields(pod.root()).len());
}

#[divan::bench]
fn patch_of_two_pods(bencher: Bencher) {
    let schemas = Schemas::builtin();
    let pod = tree(POD);
    let schema = schemas.of("", "v1", "Pod").unwrap();
    let after = admitted(&pod, schema, Admission::default()).tree;
    let (before, after) = (Value::of(pod.root()).unwrap(), Value::of(after.root()).unwrap());
    bencher.bench(|| diff(&before, &after).len());
}
