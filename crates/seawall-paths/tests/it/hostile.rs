//! Input that nobody means well.

use crate::{model, steps};
use seawall_paths::Filter;

#[test]
fn broken_objects_neither_panic_nor_hide_others() {
    let yaml = "kind: Pod\napiVersion: v1\nmetadata: {name: p}\nspec: {containers: 7, volumes: {a: b}, serviceAccountName: 3}\n\
        ---\nkind: Pod\napiVersion: v1\nmetadata: {name: q, ownerReferences: [{controller: true, kind: Pod, name: q}]}\nspec: {containers: [{name: c, image: i, ports: [{containerPort: 99999}], volumeMounts: [{name: none}]}]}\n\
        ---\nkind: ReplicaSet\napiVersion: apps/v1\nmetadata: {name: a, ownerReferences: [{controller: true, kind: ReplicaSet, name: b}]}\nspec: {template: {spec: {containers: [{name: c, image: i}]}}}\n\
        ---\nkind: ReplicaSet\napiVersion: apps/v1\nmetadata: {name: b, ownerReferences: [{controller: true, kind: ReplicaSet, name: a}]}\nspec: {template: {spec: {containers: [{name: c, image: i}]}}}\n\
        ---\nkind: Secret\napiVersion: v1\nmetadata: {name: s}\ntype: 5\n\
        ---\nkind: Node\napiVersion: v1\nmetadata: {name: n}\nspec: {taints: no, providerID: [x]}\nstatus: {nodeInfo: {kubeletVersion: v1.99999999999999}}\n\
        ---\nkind: PersistentVolume\napiVersion: v1\nmetadata: {name: pv}\nspec: {hostPath: {path: [x]}}\n\
        ---\nkind: ConfigMap\napiVersion: v1\nmetadata: {name: aws-auth, namespace: kube-system}\ndata: {mapRoles: '{{{'}\n\
        ---\nkind: RoleBinding\napiVersion: rbac.authorization.k8s.io/v1\nmetadata: {name: x}\nroleRef: {kind: Role, name: nowhere}\nsubjects: [{kind: ServiceAccount, name: none}, {kind: Thing, name: x}]\n\
        ---\nkind: Pod\napiVersion: v1\nmetadata: {name: bad}\nspec: {nodeName: n, containers: [{name: \"c\\e[31m\", image: i, securityContext: {privileged: true}}]}\n";
    let model = model(yaml);
    assert!(steps(&model).iter().any(|step| step.starts_with("B01 ")));
    assert!(!model.paths(&Filter::default()).unwrap().is_empty());
    assert!(model.cut(&Filter::default(), None).is_ok());
    assert!(model.all_shortest(&Filter::default()).is_ok());
}

/// An invalid level is enforced as the strictest, as the API server does.
#[test]
fn an_unknown_level_is_the_strictest() {
    let yaml = crate::namespaced("{apiGroups: [''], resources: [pods], verbs: [create]}").replace(
        "metadata: {name: ci}",
        "metadata: {name: ci, labels: {pod-security.kubernetes.io/enforce: typo}}",
    );
    assert!(steps(&model(&yaml)).contains(&"~A05 ServiceAccount/ci/bot → nodes".to_owned()));
}

#[test]
fn nothing_gives_nothing() {
    let model = seawall_paths::Model::default();
    assert!(model.pairs(&Filter::default()).unwrap().is_empty());
    assert!(model.cut(&Filter::default(), None).unwrap().changes.is_empty());
}
