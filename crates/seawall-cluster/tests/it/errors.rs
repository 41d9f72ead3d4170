//! When nothing can be read at all.

use seawall_cluster::{Access, ClusterError, Options, write_snapshot};

use crate::stand::{Reply, Stand, status};
use crate::support::{live_with, options, small, snapshot};

#[test]
fn nobody_there_is_told_at_once() {
    // A port that was free a moment ago.
    let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.jsonl");
    let access = Access::Url(format!("http://{address}"));
    let error = write_snapshot(&access, &Options::default(), &path, &mut |_| ()).unwrap_err();
    assert!(matches!(error, ClusterError::Unreachable(_)), "{error}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn credentials_that_are_not_accepted_are_an_error() {
    let stand = Stand::faulty(small(), |_, _| Some(status(401, "Unauthorized", "Unauthorized")));
    let error = live_with(&stand, &options().0).unwrap_err();
    assert_eq!(error.to_string(), "the API server does not accept the credentials: status 401: Unauthorized");
}

#[test]
fn no_discovery_is_an_error() {
    let stand =
        Stand::faulty(small(), |target, _| (target == "/apis").then(|| status(403, "Forbidden", "no")));
    let error = live_with(&stand, &options().0).unwrap_err();
    assert_eq!(error.to_string(), "the API server does not say what it has: status 403: no");
    let stand = Stand::faulty(small(), |_, _| Some(Reply::Text(200, "text/html", "<html></html>".into())));
    let error = live_with(&stand, &options().0).unwrap_err();
    assert!(error.to_string().contains("the answer is not JSON"), "{error}");
}

#[test]
fn what_was_there_stays_when_reading_fails() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.jsonl.gz");
    std::fs::write(&path, "before").unwrap();
    let stand =
        Stand::faulty(small(), |target, _| (target == "/api").then(|| status(403, "Forbidden", "no")));
    snapshot(&stand, &path, &options().0).unwrap_err();
    assert_eq!(std::fs::read(&path).unwrap(), b"before");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);

    let error = snapshot(&stand, &folder.path().join("a.json"), &options().0).unwrap_err();
    assert!(error.to_string().ends_with("must end in `.jsonl`, `.jsonl.zst` or `.jsonl.gz`"), "{error}");
    let error = snapshot(&stand, &folder.path().join("no/a.jsonl"), &options().0).unwrap_err();
    assert!(matches!(error, ClusterError::Write { .. }), "{error}");
}

#[test]
fn a_kubeconfig_that_is_none_is_not_repeated() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config");
    std::fs::write(&path, "users:\n- name: a\n  user: {token: hunter2\n").unwrap();
    let access = Access::Kubeconfig(path);
    let error = write_snapshot(&access, &Options::default(), &folder.path().join("a.jsonl"), &mut |_| ())
        .unwrap_err();
    assert_eq!(error.to_string(), "the kubeconfig cannot be used: it is not YAML of the right shape");
}

#[cfg(unix)]
#[test]
fn what_a_credential_plugin_says_is_not_repeated() {
    let stand = Stand::new(small());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config");
    for (script, reason) in [
        ("echo hunter2; echo hunter2 >&2; exit 3", "the credential plugin failed: exit status: 3"),
        ("echo hunter2", "the credential plugin gave no credential that can be read"),
    ] {
        let plugin = serde_json::json!({"apiVersion": "client.authentication.k8s.io/v1", "command": "sh",
            "args": ["-c", script], "interactiveMode": "Never"});
        let config = serde_json::json!({"apiVersion": "v1", "kind": "Config", "current-context": "c",
            "clusters": [{"name": "c", "cluster": {"server": stand.url()}}],
            "users": [{"name": "u", "user": {"exec": plugin}}],
            "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}]});
        std::fs::write(&path, config.to_string()).unwrap();
        let access = Access::Kubeconfig(path.clone());
        let file = folder.path().join("a.jsonl");
        let error = write_snapshot(&access, &Options::default(), &file, &mut |_| ()).unwrap_err().to_string();
        assert!(error.ends_with(reason) && !error.contains("hunter2"), "{error}");
    }
}
