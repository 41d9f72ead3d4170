//! The reader of audit logs, in events and bytes a second.

use std::io::Read as _;

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
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

fn main() {
    divan::main();
}

fn read(bencher: Bencher<'_, '_>, text: &str) {
    bencher
        .counter(ItemsCount::new(text.lines().count()))
        .counter(BytesCount::new(text.len()))
        .bench(|| read_events(text, 1));
}

#[divan::bench]
fn at_metadata(bencher: Bencher<'_, '_>) {
    read(bencher, &(0..10_000).map(metadata).collect::<String>());
}

/// Nothing is read when the log is not there.
#[divan::bench]
fn with_bodies(bencher: Bencher<'_, '_>) {
    read(bencher, &bodies().unwrap_or_default());
}
