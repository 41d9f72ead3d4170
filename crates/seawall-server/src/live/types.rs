//! The types that the cluster itself describes, asked for again and again: nothing tells when they change.

use std::sync::Arc;
use std::time::Duration;

use seawall_cluster::{Documents, Sleep, Watch};
use seawall_yaml::Tree;
use tokio::sync::mpsc::Sender;

/// How long they are taken for what they were. Asking again costs one request where nothing changed.
const REFRESH: Duration = Duration::from_secs(300);

/// What was heard of them.
#[derive(Debug)]
pub(super) struct Described {
    /// All documents, when there are others than before.
    pub(super) documents: Option<Vec<Arc<Tree>>>,
    /// What is to be told.
    pub(super) told: Vec<String>,
}

/// Asks until nobody listens.
pub(super) async fn describe(
    watch: Watch,
    version: Option<(u32, u32)>,
    sleep: Sleep,
    out: Sender<Described>,
) {
    let mut documents = Documents::default();
    let mut before: Vec<String> = Vec::new();
    while !out.is_closed() {
        let changed = watch.describe(&mut documents, version).await;
        let refused = documents.refused().iter();
        let refused: Vec<String> = refused
            .map(|refused| format!("cluster: `{}` could not be read: {}", refused.what, refused.reason))
            .collect();
        let told: Vec<String> = refused.iter().filter(|line| !before.contains(line)).cloned().collect();
        before = refused;
        let documents = changed.then(|| documents.trees().collect());
        if (documents.is_some() || !told.is_empty()) && out.send(Described { documents, told }).await.is_err()
        {
            return;
        }
        sleep(REFRESH).await;
        tokio::task::yield_now().await;
    }
}

#[cfg(test)]
mod tests {
    use seawall_inventory::Inventory;
    use seawall_yaml::{Limits, json::read_json_bytes};
    use tokio::time::Instant;

    use super::super::store::Store;
    use super::*;

    #[test]
    fn a_state_has_the_types_that_were_described_last() {
        let document = br##"{"openapi": "3.0.0", "components": {"schemas": {"a.Gauge": {
            "x-kubernetes-group-version-kind": [{"group": "gauges.example", "version": "v1", "kind": "Gauge"}], "type": "object",
            "properties": {"metadata": {"$ref": "#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"}}}}}}"##;
        let document = Arc::new(read_json_bytes(document, &Limits::default()).0.unwrap());
        let mut store = Store::new(Inventory::default(), 1 << 20);
        store.want(&[], Instant::now());
        let knows = |store: &mut Store| {
            let known = store.known();
            known.types.schemas().of("gauges.example", "v1", "Gauge").is_some()
        };
        assert!(!knows(&mut store) && !store.has_changed());
        store.describe(vec![document]);
        assert!(store.has_changed());
        // What was made once is kept.
        assert!(knows(&mut store) && knows(&mut store));
        store.describe(Vec::new());
        assert!(!knows(&mut store));
    }
}
