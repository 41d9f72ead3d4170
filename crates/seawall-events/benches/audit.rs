//! The reader of audit logs; criterion prints events and bytes a second.

#![allow(missing_docs, reason = "criterion's macros make public functions")]

use std::hint::black_box;
use std::io::Read as _;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use seawall_events::read_events;

const LOG: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpus/audit/apiserver-1.36.jsonl.gz");

/// An event at level Metadata as a 1.36 server writes it: 0.8 kB.
fn metadata(number: usize) -> String {
    format!(
        r#"{{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","auditID":"54328a2c-a2da-4965-95b6-{number:012}","stage":"ResponseComplete","requestURI":"/api/v1/namespaces/team-{}/configmaps/settings-{number}","verb":"get","user":{{"username":"system:serviceaccount:team-{}:web","uid":"a3e823b8-05be-4141-9c76-e0633f7db06f","groups":["system:serviceaccounts","system:serviceaccounts:team","system:authenticated"],"extra":{{"authentication.kubernetes.io/pod-name":["web-{number}"]}}}},"sourceIPs":["10.0.3.17"],"userAgent":"web/v1.4.2 (linux/amd64) kubernetes/$Format","objectRef":{{"resource":"configmaps","namespace":"team-{}","name":"settings-{number}","apiVersion":"v1"}},"responseStatus":{{"metadata":{{}},"code":200}},"requestReceivedTimestamp":"2026-11-22T00:23:36.362338Z","stageTimestamp":"2026-11-22T00:23:36.363157Z","annotations":{{"authorization.k8s.io/decision":"allow","authorization.k8s.io/reason":"RBAC: allowed by RoleBinding \"web/team\""}}}}"#,
        number % 7,
        number % 7,
        number % 7,
    ) + "\n"
}

fn bodies() -> Option<String> {
    let packed = std::fs::read(LOG).ok()?;
    let mut text = String::new();
    flate2::read::MultiGzDecoder::new(packed.as_slice()).read_to_string(&mut text).ok().map(|_| text)
}

fn audit(criterion: &mut Criterion) {
    let metadata: String = (0..10_000).map(metadata).collect();
    let mut logs = vec![("metadata", metadata)];
    logs.extend(bodies().map(|text| ("bodies", text)));
    for (name, text) in &logs {
        let events = text.lines().count() as u64;
        let mut group =
            criterion.benchmark_group(format!("audit/{name}, {} bytes an event", text.len() as u64 / events));
        group.sample_size(20);
        group.throughput(Throughput::Elements(events));
        group.bench_function("events", |bencher| bencher.iter(|| black_box(read_events(text, 1))));
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function("bytes", |bencher| bencher.iter(|| black_box(read_events(text, 1))));
        group.finish();
    }
}

criterion_group!(benches, audit);
criterion_main!(benches);
