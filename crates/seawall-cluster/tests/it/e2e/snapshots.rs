//! Snapshots of a real cluster: nothing is missing, nothing is there twice, whatever happens meanwhile.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use seawall_checks::{Profile, Settings, evaluate, pick};
use seawall_cluster::{Options, Summary, read_into, write_snapshot};
use seawall_inventory::Inventory;
use seawall_sources::{Progress, SourceLimits, Target, load_with};
use serde_json::{Value, json};

use super::Cluster;
use crate::support::load_file;

fn snapshot(cluster: &Cluster, path: &Path, page: u32) -> Summary {
    let options = Options { page, ..Options::default() };
    write_snapshot(&cluster.access(), &options, path, &mut |_| ()).unwrap()
}

fn per_kind(inventory: &Inventory) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for resource in inventory.resources() {
        *counts.entry(resource.group_kind().to_string()).or_default() += 1;
    }
    counts
}

/// What the server itself counts, by another client than the one under test: `kubectl get` asks the same.
fn counted(cluster: &Cluster) -> BTreeMap<String, usize> {
    let mut versions = vec!["/api/v1".to_owned()];
    let groups = cluster.request("GET", "/apis", None).1;
    for group in groups["groups"].as_array().unwrap() {
        versions.push(format!("/apis/{}", group["preferredVersion"]["groupVersion"].as_str().unwrap()));
    }
    let mut counts = BTreeMap::new();
    for version in versions {
        let group = version.strip_prefix("/apis/").map_or("", |version| version.split('/').next().unwrap());
        let resources = cluster.request("GET", &version, None).1;
        for resource in resources["resources"].as_array().unwrap() {
            let name = resource["name"].as_str().unwrap();
            let kind = resource["kind"].as_str().unwrap();
            let lists = resource["verbs"].as_array().unwrap().iter().any(|verb| verb == "list");
            if !lists || name.contains('/') || ["Event", "ComponentStatus"].contains(&kind) {
                continue;
            }
            let (status, list) = cluster.request("GET", &format!("{version}/{name}"), None);
            assert_eq!(status, 200, "{version}/{name}");
            let count = list["items"].as_array().map_or(0, Vec::len);
            let kind = if group.is_empty() { kind.to_owned() } else { format!("{kind}.{group}") };
            if count > 0 {
                counts.insert(kind, count);
            }
        }
    }
    counts
}

fn crowd(cluster: &Cluster, namespace: &str) {
    let core = format!("/api/v1/namespaces/{namespace}");
    for at in 0..30 {
        cluster.create(
            &format!("{core}/configmaps"),
            json!({"metadata": {"name": format!("settings-{at}")}, "data": {"a": "b"}}),
        );
    }
    for at in 0..3 {
        cluster.create(&format!("{core}/secrets"), json!({"metadata": {"name": format!("key-{at}")}, "stringData": {"password": "seawall-e2e-value"}}));
    }
    cluster.create(&format!("{core}/serviceaccounts"), json!({"metadata": {"name": "worker"}}));
    let template = json!({"metadata": {"labels": {"app": "web"}}, "spec": {"hostNetwork": true, "containers": [
        {"name": "web", "image": "registry.example/web:1", "securityContext": {"privileged": true}}]}});
    cluster.create(
        &format!("/apis/apps/v1/namespaces/{namespace}/deployments"),
        json!({"metadata": {"name": "web"}, "spec": {"replicas": 2, "selector": {"matchLabels": {"app": "web"}}, "template": template}}),
    );
    cluster.create(
        &format!("/apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}/roles"),
        json!({"metadata": {"name": "all"}, "rules": [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}]}),
    );
    cluster.create(
        &format!("/apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}/rolebindings"),
        json!({"metadata": {"name": "all"}, "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "all"},
            "subjects": [{"kind": "ServiceAccount", "name": "worker", "namespace": namespace}]}),
    );
}

/// A kind that nothing built in knows, whose objects hold pod templates.
fn custom(cluster: &Cluster, namespace: &str) -> String {
    let group = format!("e2e-{}.seawall.example", std::process::id());
    cluster.create(
        "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
        json!({"metadata": {"name": format!("jobsets.{group}")}, "spec": {
            "group": group, "scope": "Namespaced", "names": {"plural": "jobsets", "singular": "jobset", "kind": "JobSet", "listKind": "JobSetList"},
            "versions": [{"name": "v1", "served": true, "storage": true,
                "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}}}]}}),
    );
    let collection = format!("/apis/{group}/v1/namespaces/{namespace}/jobsets");
    let served = (0..200).any(|_| {
        let discovered = cluster.request("GET", "/apis", None).1.to_string().contains(&group);
        discovered && cluster.request("GET", &collection, None).0 == 200
    });
    assert!(served, "the custom kind is not served");
    cluster.create(
        &collection,
        json!({"apiVersion": format!("{group}/v1"), "kind": "JobSet", "metadata": {"name": "batch"},
        "spec": {"template": {"spec": {"containers": [{"name": "a", "image": "registry.example/a:1"}]}}}}),
    );
    group
}

#[test]
fn a_snapshot_holds_what_the_server_counts() {
    let Some(cluster) = Cluster::from_env() else { return };
    let namespace = cluster.namespace("counts");
    crowd(&cluster, &namespace);
    let group = custom(&cluster, &namespace);
    let path = cluster.folder().join("a.jsonl");
    // Controllers go on meanwhile: what is counted before and after frames what was seen between.
    let before = counted(&cluster);
    let summary = snapshot(&cluster, &path, 7);
    let after = counted(&cluster);
    let loaded = load_file(&path);
    assert!(loaded.problems.is_empty(), "{:?}", loaded.problems);
    assert!(summary.refused.is_empty(), "{:?}", summary.refused);
    let seen = per_kind(&loaded.inventory);
    let mut exact = 0;
    for kind in before.keys().chain(after.keys()).chain(seen.keys()) {
        let of = |counts: &BTreeMap<String, usize>| counts.get(kind).copied().unwrap_or(0);
        let (low, high) = (of(&before).min(of(&after)), of(&before).max(of(&after)));
        assert!((low..=high).contains(&of(&seen)), "{kind}: {} is not {low} to {high}", of(&seen));
        exact += usize::from(low == high);
    }
    assert_eq!(seen.get(&format!("JobSet.{group}")), Some(&1));
    println!("{} objects of {} kinds with any, {exact} comparisons exact", summary.objects, seen.len());

    let text = std::fs::read_to_string(&path).unwrap();
    // The header names what it leaves out.
    let text = text.split_once('\n').unwrap().1;
    for hidden in ["seawall-e2e-value", "c2Vhd2FsbC1lMmUtdmFsdWU", "managedFields"] {
        assert!(!text.contains(hidden), "{hidden}");
    }
    assert!(text.contains(r#""data":{"password":null}"#));
}

#[test]
fn verdicts_are_the_same_live_and_from_a_file() {
    let Some(cluster) = Cluster::from_env() else { return };
    let namespace = cluster.namespace("verdicts");
    crowd(&cluster, &namespace);
    let group = custom(&cluster, &namespace);
    let path = cluster.folder().join("a.jsonl.zst");
    let judge = |inventory: &Inventory| -> Vec<String> {
        let evaluation = evaluate(inventory, &pick(Profile::All, &[], &[]), &Settings::default());
        // Controllers of a cluster that was just given objects go on changing them; what was made here does not change.
        let findings = evaluation.findings.iter().filter(|finding| {
            finding.subject.namespace.as_deref() == Some(&namespace)
                && ["Deployment", "JobSet", "Role", "RoleBinding", "Secret", "ConfigMap"]
                    .contains(&&*finding.subject.kind)
        });
        let findings = findings.map(|finding| {
            format!("{} {} {} {}", finding.check.id, finding.subject, finding.message, finding.fingerprint)
        });
        let mut verdicts: Vec<String> = findings.collect();
        verdicts.extend(evaluation.not_evaluated.iter().map(|missing| format!("{missing:?}")));
        verdicts
    };
    snapshot(&cluster, &path, 500);
    let loaded =
        load_with(&[Target::Cluster(None)], &SourceLimits::default(), &Progress::default(), |_, intake| {
            read_into(&cluster.access(), &Options::default(), intake, &mut |_| ()).map(|_| ())
        });
    let (live, file) = (judge(&loaded.unwrap().inventory), judge(&load_file(&path).inventory));
    assert_eq!(live, file);
    assert!(live.iter().any(|verdict| verdict.contains("pod-privileged Deployment")), "{live:?}");
    assert!(live.iter().any(|verdict| verdict.contains("JobSet")), "{group}: {live:?}");
    println!("{} verdicts, equal live and from a file", live.len());
}

#[test]
fn what_stays_is_seen_once_while_all_else_changes() {
    const STAYING: usize = 300;
    let Some(cluster) = Cluster::from_env() else { return };
    let namespace = cluster.namespace("churn");
    let collection = format!("/api/v1/namespaces/{namespace}/configmaps");
    for at in 0..STAYING {
        cluster.create(&collection, json!({"metadata": {"name": format!("stays-{at}")}}));
    }
    let (over, changes) = (AtomicBool::new(false), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for at in 0.. {
                if over.load(Ordering::SeqCst) {
                    return;
                }
                // Before, between and behind those that stay, in the order of names.
                let name = format!("{}-{at}", ["a", "stays-1", "z"][at % 3]);
                let made: Value = json!({"metadata": {"name": format!("{name}-comes")}});
                assert_eq!(cluster.request("POST", &collection, Some(&made)).0, 201);
                assert_eq!(cluster.request("DELETE", &format!("{collection}/{name}-comes"), None).0, 200);
                changes.fetch_add(2, Ordering::SeqCst);
            }
        });
        for round in 0..5 {
            let path = cluster.folder().join("a.jsonl");
            let changed = changes.load(Ordering::SeqCst);
            let summary = snapshot(&cluster, &path, 5);
            let changed = changes.load(Ordering::SeqCst) - changed;
            over.store(round == 4, Ordering::SeqCst);
            assert!(summary.refused.is_empty(), "{:?}", summary.refused);
            let mut seen: BTreeMap<String, usize> = BTreeMap::new();
            for resource in load_file(&path).inventory.resources() {
                *seen.entry(format!("{} {}", resource.group_kind(), resource.subject())).or_default() += 1;
            }
            let staying =
                seen.keys().filter(|name| name.contains("/stays-") && !name.contains("comes")).count();
            let twice: Vec<&String> =
                seen.iter().filter(|(_, count)| **count > 1).map(|(name, _)| name).collect();
            // The thread must end whatever comes.
            over.fetch_or(staying != STAYING || !twice.is_empty(), Ordering::SeqCst);
            assert_eq!(staying, STAYING);
            assert!(twice.is_empty(), "{twice:?}");
            println!("round {round}: {} objects, {changed} changes meanwhile", summary.objects);
        }
    });
}
