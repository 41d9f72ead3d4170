//! Snapshot files: the header, the packings, what is not in them.

use crate::stand::{Stand, status};
use crate::support::{contents, live, load_file, options, small, snapshot};

#[test]
fn a_snapshot_says_first_what_it_holds() {
    let stand = Stand::faulty(small(), |target, _| {
        target.starts_with("/apis/apps/v1/deployments").then(|| status(403, "Forbidden", "not you"))
    });
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.jsonl");
    let summary = snapshot(&stand, &path, &options().0).unwrap();
    assert_eq!((summary.objects, summary.kinds), (10, 5));
    let text = std::fs::read_to_string(&path).unwrap();
    let (header, objects) = text.split_once('\n').unwrap();
    assert_eq!(
        header,
        concat!(
            r#"{"kind":"SnapshotHeader","schema":"seawall.dev/snapshot/v1","writer":"seawall 0.1.0","#,
            r#""serverVersion":{"major":"1","minor":"36+","gitVersion":"v1.36.2"},"serverDate":"Sun, 01 Nov 2026 10:00:00 GMT","complete":true,"#,
            r#""kinds":[{"kind":"Namespace"},{"kind":"Pod"},{"kind":"Secret"},{"group":"coordination.k8s.io","kind":"Lease"},{"group":"shop.example","kind":"Widget"}],"#,
            r#""refused":[{"kind":"Event","reason":"not part of a snapshot: events are history, not state"},{"group":"apps","kind":"Deployment","reason":"status 403: not you"}],"#,
            r#""metadataOnly":[{"group":"coordination.k8s.io","kind":"Lease"}],"#,
            r#""redaction":{"secretValues":"null","managedFields":"dropped","lastApplied":"dropped"}}"#
        )
    );
    assert_eq!(objects.lines().count(), 10);
    for hidden in ["aHVudGVyMg", "hunter2", "managedFields", "last-applied-configuration"] {
        assert!(!objects.contains(hidden), "{hidden}");
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn every_packing_holds_the_same_and_nothing_else_is_left() {
    let stand = Stand::new(small());
    let folder = tempfile::tempdir().unwrap();
    let read = |name: &str| {
        let path = folder.path().join(name);
        snapshot(&stand, &path, &options().0).unwrap();
        let loaded = load_file(&path);
        assert!(loaded.problems.is_empty(), "{name}: {:?}", loaded.problems);
        contents(&loaded.inventory)
    };
    let live = contents(&live(&stand).0.inventory);
    for name in ["a.jsonl", "a.jsonl.gz", "a.jsonl.zst"] {
        assert_eq!(read(name), live, "{name}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 3);
    let again = folder.path().join("b.jsonl.zst");
    snapshot(&stand, &again, &options().0).unwrap();
    assert_eq!(std::fs::read(folder.path().join("a.jsonl.zst")).unwrap(), std::fs::read(again).unwrap());
}

/// More than one piece, and more than stays in memory.
#[test]
fn large_snapshots_are_packed_in_pieces() {
    let mut kinds = small();
    // Text that hardly packs, without randomness.
    let mut state = 7_u64;
    for at in 0..11 {
        let mut text = String::new();
        while text.len() < 400_000 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            text.push_str(&format!("{state:x}"));
        }
        kinds[0].items.push(serde_json::json!({"metadata": {"name": format!("large-{at}")}, "spec": text}));
    }
    let stand = Stand::new(kinds);
    let live = contents(&live(&stand).0.inventory);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.jsonl.zst");
    snapshot(&stand, &path, &options().0).unwrap();
    assert!(std::fs::metadata(&path).unwrap().len() > 1 << 20);
    assert!(contents(&load_file(&path).inventory) == live);
}
