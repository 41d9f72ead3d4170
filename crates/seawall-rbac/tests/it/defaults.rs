//! A control plane with nothing installed, and what is changed in it.

use seawall_inventory::{InventoryBuilder, Resource};
use seawall_rbac::primitives::FactTable;
use seawall_rbac::{Rbac, Risk, Surroundings, risks};

use crate::resources;

/// The objects of an untouched cluster, as far as the table of defaults needs them to be told from others.
const VANILLA: &str = "---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: cluster-admin, labels: {kubernetes.io/bootstrapping: rbac-defaults}}
rules:
  - {apiGroups: ['*'], resources: ['*'], verbs: ['*']}
  - {nonResourceURLs: ['*'], verbs: ['*']}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: cluster-admin, labels: {kubernetes.io/bootstrapping: rbac-defaults}}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: 'system:masters'}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: 'system:controller:clusterrole-aggregation-controller'}
rules: [{apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles], verbs: [escalate, get, list, patch, update, watch]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: 'system:controller:clusterrole-aggregation-controller'}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: 'system:controller:clusterrole-aggregation-controller'}
subjects: [{kind: ServiceAccount, name: clusterrole-aggregation-controller, namespace: kube-system}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: 'system:basic-user'}
rules:
  - {apiGroups: [authorization.k8s.io], resources: [selfsubjectaccessreviews, selfsubjectrulesreviews], verbs: [create]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: 'system:basic-user'}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: 'system:basic-user'}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: 'system:authenticated'}]
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: clusterrole-aggregation-controller, namespace: kube-system}
";

fn judged(objects: Vec<Resource>) -> (Rbac, Vec<Risk>) {
    let mut builder = InventoryBuilder::default();
    builder.complete();
    objects.into_iter().for_each(|object| builder.push(object));
    let inventory = builder.build();
    let (rbac, problems) = Rbac::build(&inventory);
    assert!(problems.is_empty(), "{problems:?}");
    let around = Surroundings::of(&inventory);
    let found = risks(&rbac, &FactTable::of(&rbac, around.version), &around);
    (rbac, found)
}

fn open(text: &str) -> Vec<String> {
    let (_, found) = judged(resources(text));
    let open = found.into_iter().filter(|risk| !risk.expected);
    open.map(|risk| format!("{} {}", risk.id, risk.subject)).collect()
}

#[test]
fn an_untouched_control_plane_is_silent() {
    let (rbac, found) = judged(resources(VANILLA));
    assert!(rbac.bindings().all(seawall_rbac::Binding::is_expected));
    assert!(found.iter().all(|risk| risk.expected), "{found:?}");
    assert!(found.iter().any(|risk| risk.id == "A24"), "expected ones are found, and marked");
}

#[test]
fn a_changed_default_is_not_expected() {
    let more =
        VANILLA.replacen("name: 'system:masters'}", "name: 'system:masters'}, {kind: User, name: eve}", 1);
    assert!(open(&more).contains(&"A01 User/eve".to_owned()), "{:?}", open(&more));
    let rule =
        "rules:\n  - {apiGroups: [''], resources: [secrets], verbs: [list]}\n  - {apiGroups: [authorization";
    let wider = VANILLA.replacen("rules:\n  - {apiGroups: [authorization", rule, 1);
    let found = open(&wider);
    assert!(found.contains(&"A17 Group/system:authenticated".to_owned()), "{found:?}");
    assert!(found.contains(&"A51 Group/system:authenticated".to_owned()), "{found:?}");
    let harmless = rule.replace("secrets", "configmaps");
    let older = VANILLA.replacen("rules:\n  - {apiGroups: [authorization", &harmless, 1);
    assert_eq!(open(&older), [""; 0], "servers of other versions have other harmless rules");
    let elsewhere = VANILLA.replacen("namespace: kube-system}]", "namespace: default}]", 1);
    assert!(!open(&elsewhere).is_empty());
}

#[test]
fn dangling_bindings_are_named_where_absence_proves_something() {
    let binding = "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: b, namespace: a}\nroleRef: {kind: KIND, name: NAME}\nsubjects: [{kind: ServiceAccount, name: gone}]\n";
    let missing = binding.replace("KIND", "Role").replace("NAME", "gone");
    assert_eq!(open(&(VANILLA.to_owned() + &missing)), ["R6 ServiceAccount/a/gone"]);
    let present = binding.replace("KIND", "ClusterRole").replace("NAME", "'system:basic-user'");
    assert_eq!(open(&(VANILLA.to_owned() + &present)), ["R4 ServiceAccount/a/gone"]);
}

/// The dump of a real control plane, when it is beside the workspace.
#[test]
fn a_real_untouched_cluster_is_silent() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/corpus/cluster/vanilla.jsonl.zst");
    if !path.exists() {
        println!("skipped: `../shared/corpus/cluster/vanilla.jsonl.zst` is missing");
        return;
    }
    let target = seawall_sources::Target::parse(path.to_str().unwrap()).unwrap();
    let loaded = seawall_sources::load(&[target], &seawall_sources::SourceLimits::default());
    let (rbac, problems) = Rbac::build(&loaded.inventory);
    assert!(problems.is_empty(), "{problems:?}");
    assert_eq!(rbac.bindings().count(), 58);
    for binding in rbac.bindings() {
        assert!(binding.is_expected(), "{}", rbac.binding_name(binding));
        assert!(rbac.role_of(binding).unwrap().is_expected(), "{}", rbac.binding_name(binding));
    }
    let around = Surroundings::of(&loaded.inventory);
    let found = risks(&rbac, &FactTable::of(&rbac, around.version), &around);
    assert!(found.len() > 20);
    assert!(found.iter().all(|risk| risk.expected), "{:?}", found.iter().find(|risk| !risk.expected));
}
