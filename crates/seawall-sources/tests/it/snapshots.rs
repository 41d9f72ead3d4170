//! Dumps of clusters.

use std::fs;
use std::io::Write;

use flate2::Compression;
use seawall_inventory::{Completeness, GroupKind};
use seawall_sources::{Loaded, SourceLimits, Target, load};

const LINES: &str = concat!(
    r#"{"kind":"SnapshotHeader","serverVersion":{"major":"1","minor":"36+"},"kinds":[{"group":"networking.k8s.io","kind":"NetworkPolicy"}],"refused":[{"kind":"Secret","reason":"403 forbidden"}]}"#,
    "\n",
    r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"web","namespace":"shop","managedFields":[{"manager":"x"}]}}"#,
    "\n\n",
    r#"{"apiVersion":"v1","kind":"ServiceList","items":[{"metadata":{"name":"web","namespace":"shop"}}]}"#,
    "\n"
);

fn read(name: &str, bytes: &[u8]) -> Loaded {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    load(&[Target::parse(path.to_str().unwrap()).unwrap()], &SourceLimits::default())
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn zstd(text: &str) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(text.as_bytes(), ruzstd::encoding::CompressionLevel::Fastest)
}

#[test]
fn reads_every_packing_alike() {
    for (name, bytes) in
        [("a.jsonl", LINES.as_bytes().to_vec()), ("a.jsonl.gz", gzip(LINES)), ("a.jsonl.zst", zstd(LINES))]
    {
        let loaded = read(name, &bytes);
        assert!(loaded.problems.is_empty(), "{name}: {:?}", loaded.problems);
        let inventory = &loaded.inventory;
        let names: Vec<String> =
            inventory.resources().iter().map(|resource| resource.subject().to_string()).collect();
        assert_eq!(names, ["Pod/shop/web", "Service/shop/web"], "{name}");
        assert_eq!(inventory.server_version(), Some((1, 36)));
        assert_eq!(inventory.completeness(GroupKind::new("", "Pod")), Completeness::Complete);
        assert_eq!(
            inventory.completeness(GroupKind::new("", "Secret")),
            Completeness::Refused("403 forbidden".into())
        );
        let pod = &inventory.resources()[0];
        assert!(pod.tree().text().is_none(), "the text of a snapshot is not kept");
        assert!(pod.tree().dropped().managed_fields);
        assert!(pod.metadata().unwrap().get("managedFields").is_none());
        assert_eq!(pod.origin().line, 2);
    }
}

#[test]
fn a_damaged_snapshot_proves_no_absence() {
    let text = format!("{LINES}{{\"apiVersion\": \n");
    let loaded = read("a.jsonl", text.as_bytes());
    assert_eq!(loaded.inventory.resources().len(), 2);
    assert_eq!(loaded.counts.broken, 1);
    assert_eq!(loaded.problems[0].position.unwrap().line, 5);
    assert_eq!(loaded.inventory.completeness(GroupKind::new("", "Pod")), Completeness::Partial);

    let mut cut = gzip(LINES);
    cut.truncate(cut.len() - 12);
    let loaded = read("a.jsonl.gz", &cut);
    assert_eq!(loaded.problems.last().unwrap().message, "the rest of the snapshot could not be read");
    assert_eq!(loaded.inventory.completeness(GroupKind::new("", "Pod")), Completeness::Partial);
}

#[test]
fn every_frame_of_a_zstd_stream_is_read() {
    let pod = |name: &str| {
        format!("{{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{{\"name\":\"{name}\"}}}}\n")
    };
    let skippable = [0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, b'x', b'y', b'z'];
    let stream = [&skippable[..], &zstd(&pod("a")), &skippable, &zstd(&pod("b"))].concat();
    let loaded = read("a.jsonl.zst", &stream);
    assert_eq!(loaded.inventory.resources().len(), 2, "{:?}", loaded.problems);
    let garbage = [zstd(&pod("a")), b"garbage".to_vec()].concat();
    let loaded = read("a.jsonl.zst", &garbage);
    assert_eq!(loaded.problems.len(), 1);
    assert_eq!(loaded.inventory.completeness(GroupKind::new("", "Pod")), Completeness::Partial);
}

#[test]
fn problems_are_bounded_and_counted() {
    let loaded = read("a.jsonl", "x\n".repeat(5_000).as_bytes());
    assert_eq!(loaded.counts.broken, 5_000);
    assert_eq!(loaded.problems.len(), 1_001);
    assert_eq!(loaded.problems.last().unwrap().message, "4000 more problems of this file are not listed");
}

#[test]
fn only_the_first_line_is_a_header() {
    let text = format!("{{\"apiVersion\":\"v1\",\"kind\":\"Pod\"}}\n{LINES}");
    let loaded = read("a.jsonl", text.as_bytes());
    assert!(loaded.inventory.server_version().is_none());
    assert_eq!(loaded.inventory.completeness(GroupKind::new("", "Secret")), Completeness::Partial);
}

/// The promise of the design: at most 2 KB beside the text.
#[test]
fn a_typical_resource_is_small() {
    let text = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n  namespace: shop\n  labels: {app: web}\nspec:\n  replicas: 2\n  selector:\n    matchLabels: {app: web}\n  template:\n    metadata:\n      labels: {app: web}\n    spec:\n      containers:\n        - name: web\n          image: registry.example/shop/web:1.4.2\n          ports:\n            - containerPort: 8080\n          env:\n            - name: LOG_LEVEL\n              value: info\n          resources:\n            limits: {cpu: 200m, memory: 128Mi}\n            requests: {cpu: 100m, memory: 64Mi}\n          securityContext:\n            allowPrivilegeEscalation: false\n            readOnlyRootFilesystem: true\n";
    let loaded = read("web.yaml", text.as_bytes());
    let size = loaded.inventory.resources()[0].heap_bytes();
    assert!(size <= 2048, "{size} bytes");
}
