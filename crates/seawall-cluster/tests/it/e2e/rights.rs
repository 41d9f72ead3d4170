//! Reading with few rights: what is refused is what the rights do not give.

use seawall_cluster::{Options, read_into};
use seawall_inventory::Completeness;
use seawall_sources::{Loaded, Progress, SourceLimits, Target, load_with};
use seawall_yaml::{Limits, Text};
use serde_json::{Value, json};

use super::Cluster;
use crate::support::completeness;

/// Reads as a service account of its own that has these rules everywhere.
fn read_with_rules(cluster: &Cluster, name: &str, rules: Value) -> (Loaded, Vec<String>) {
    let namespace = cluster.namespace(name);
    let role = format!("{namespace}-role");
    cluster.create(
        &format!("/api/v1/namespaces/{namespace}/serviceaccounts"),
        json!({"metadata": {"name": "reader"}}),
    );
    let rbac = "/apis/rbac.authorization.k8s.io/v1";
    cluster.create(&format!("{rbac}/clusterroles"), json!({"metadata": {"name": role}, "rules": rules}));
    cluster.create(
        &format!("{rbac}/clusterrolebindings"),
        json!({"metadata": {"name": role}, "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role},
            "subjects": [{"kind": "ServiceAccount", "name": "reader", "namespace": namespace}]}),
    );
    let user = format!("system:serviceaccount:{namespace}:reader");
    // The authorizer hears of a new binding a moment later.
    let review = json!({"apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview",
        "spec": {"user": user, "resourceAttributes": {"verb": "list", "resource": "pods"}}});
    let known = (0..500).any(|_| {
        let reviewed =
            cluster.request("POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", Some(&review)).1;
        reviewed["status"]["allowed"] == true
    });
    assert!(known, "the binding is not in force");
    let access = cluster.access_as(&user);
    let mut refused = Vec::new();
    let loaded =
        load_with(&[Target::Cluster(None)], &SourceLimits::default(), &Progress::default(), |_, intake| {
            let summary = read_into(&access, &Options::default(), intake, &mut |_| ())?;
            refused = summary.refused.into_iter().map(|refused| refused.what).collect();
            Ok::<(), seawall_cluster::ClusterError>(())
        });
    (loaded.unwrap(), refused)
}

#[test]
fn a_forbidden_kind_is_refused_with_the_words_of_the_server() {
    let Some(cluster) = Cluster::from_env() else { return };
    let rules = json!([{"apiGroups": [""], "resources": ["pods", "configmaps"], "verbs": ["list"]}]);
    let (loaded, refused) = read_with_rules(&cluster, "pods-only", rules);
    assert_eq!(completeness(&loaded.inventory, "", "Pod"), Completeness::Complete);
    assert_eq!(completeness(&loaded.inventory, "", "ConfigMap"), Completeness::Complete);
    let Completeness::Refused(reason) = completeness(&loaded.inventory, "", "Secret") else {
        panic!("secrets are not refused");
    };
    assert!(reason.contains("status 403") && reason.contains("cannot list resource \"secrets\""), "{reason}");
    assert!(refused.len() > 20 && !refused.contains(&"pods".to_owned()), "{refused:?}");
}

/// The roles that the documentation recommends are enough, and the one without Secrets gives no Secrets.
#[test]
fn the_documented_role_is_enough() {
    let Some(cluster) = Cluster::from_env() else { return };
    let page = include_str!("../../../../../docs/cluster.md");
    let yaml = page.split("```yaml\n").nth(1).unwrap().split("```").next().unwrap();
    let (documents, _) = seawall_yaml::read(&Text::new(yaml), &Limits::default());
    let rules = documents.iter().map(|document| {
        let mut json = String::new();
        document.tree.root().get("rules").unwrap().write_json(&mut json);
        serde_json::from_str::<Value>(&json).unwrap()
    });
    let rules: Vec<Value> = rules.collect();
    // Groups of custom resources are for whoever installs them to add.
    let built_in = |refused: Vec<String>| -> Vec<String> {
        let custom = |what: &String| {
            what.split_once('.').is_some_and(|(_, group)| group.contains('.') && !group.ends_with(".k8s.io"))
        };
        refused.into_iter().filter(|what| !custom(what)).collect()
    };
    let (_, refused) = read_with_rules(&cluster, "documented", rules[0].clone());
    assert_eq!(built_in(refused), ["secrets"]);
    let both: Vec<Value> = rules.iter().flat_map(|rules| rules.as_array().unwrap().clone()).collect();
    let (_, refused) = read_with_rules(&cluster, "documented-secrets", both.into());
    assert_eq!(built_in(refused), [""; 0]);
}
