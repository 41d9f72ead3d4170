//! What several tests share.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use seawall_cluster::{Access, ClusterError, Options, Patience, Summary, read_into, write_snapshot};
use seawall_inventory::{Completeness, GroupKind, Inventory};
use seawall_sources::{Loaded, Progress, SourceLimits, Target, load, load_with};
use serde_json::{Value, json};

use crate::stand::{Kind, Stand};

/// Pauses that were asked for; nobody sleeps.
pub(crate) type Pauses = Arc<Mutex<Vec<Duration>>>;

pub(crate) fn options() -> (Options, Pauses) {
    let pauses = Pauses::default();
    let asked = Arc::clone(&pauses);
    let patience = Patience {
        sleep: Arc::new(move |pause| {
            asked.lock().unwrap().push(pause);
            Box::pin(std::future::ready(()))
        }),
        ..Patience::default()
    };
    (Options { page: 2, patience, ..Options::default() }, pauses)
}

pub(crate) fn live_with(stand: &Stand, options: &Options) -> Result<(Loaded, Summary), ClusterError> {
    let mut summary = Summary::default();
    let loaded =
        load_with(&[Target::Cluster(None)], &SourceLimits::default(), &Progress::default(), |_, intake| {
            summary = read_into(&Access::Url(stand.url()), options, intake, &mut |_| ())?;
            Ok::<(), ClusterError>(())
        })?;
    Ok((loaded, summary))
}

pub(crate) fn live(stand: &Stand) -> (Loaded, Summary) {
    live_with(stand, &options().0).unwrap()
}

pub(crate) fn snapshot(stand: &Stand, path: &Path, options: &Options) -> Result<Summary, ClusterError> {
    write_snapshot(&Access::Url(stand.url()), options, path, &mut |_| ())
}

pub(crate) fn load_file(path: &Path) -> Loaded {
    load(&[Target::parse(path.to_str().unwrap()).unwrap()], &SourceLimits::default())
}

pub(crate) fn names(inventory: &Inventory) -> Vec<String> {
    inventory.resources().iter().map(|resource| resource.subject().to_string()).collect()
}

/// Every object as JSON, in order.
pub(crate) fn contents(inventory: &Inventory) -> Vec<String> {
    let json = |resource: &seawall_inventory::Resource| {
        let mut out = String::new();
        resource.root().write_json(&mut out);
        out
    };
    inventory.resources().iter().map(json).collect()
}

pub(crate) fn completeness(inventory: &Inventory, group: &str, kind: &str) -> Completeness {
    inventory.completeness(GroupKind::new(group, kind))
}

pub(crate) fn object(namespace: &str, name: &str) -> Value {
    json!({"metadata": {"namespace": namespace, "name": name, "managedFields": [{"manager": "x"}]}})
}

pub(crate) fn pods(count: usize) -> Vec<Value> {
    (0..count).map(|at| object("shop", &format!("pod-{at}"))).collect()
}

/// A small cluster with something of everything.
pub(crate) fn small() -> Vec<Kind> {
    let secret = json!({
        "metadata": {"namespace": "shop", "name": "key", "annotations": {
            "kubectl.kubernetes.io/last-applied-configuration": "{\"data\":{\"password\":\"aHVudGVyMg==\"}}", "kept": "yes"}},
        "data": {"password": "aHVudGVyMg=="}, "type": "Opaque"});
    let lease =
        json!({"metadata": {"namespace": "shop", "name": "leader"}, "spec": {"holderIdentity": "pod-1"}});
    vec![
        Kind::new("", "Pod", "pods", pods(5)),
        Kind::new("", "Secret", "secrets", vec![secret]),
        Kind::new("", "Event", "events", vec![object("shop", "noise")]),
        Kind {
            namespaced: false,
            ..Kind::new("", "Namespace", "namespaces", vec![json!({"metadata": {"name": "shop"}})])
        },
        Kind::new("coordination.k8s.io", "Lease", "leases", vec![lease]),
        Kind {
            stated: true,
            ..Kind::new("shop.example", "Widget", "widgets", vec![object("shop", "w"), object("other", "w")])
        },
        Kind::new("apps", "Deployment", "deployments", vec![]),
    ]
}
