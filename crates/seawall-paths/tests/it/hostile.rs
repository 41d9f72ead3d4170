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
    let more = "---\nkind: Pod\napiVersion: v1\nmetadata: {name: etcd, namespace: kube-system}\nspec: {nodeName: n, hostNetwork: true, containers: [{name: e, image: '@', command: [etcd, '--listen-client-urls=://,https://[::x]:99999,x', 3]}]}\nstatus: {hostIP: none}\n\
        ---\nkind: Pod\napiVersion: v1\nmetadata: {name: api, namespace: kube-system}\nspec: {nodeName: n, hostNetwork: true, containers: [{name: a, image: i, command: ['sh -c kube-apiserver --insecure-port=99999999 --authorization-mode']}]}\n\
        ---\nkind: ConfigMap\napiVersion: v1\nmetadata: {name: kubelet-config, namespace: kube-system}\ndata: {kubelet: '[[[', allow-snippet-annotations: [1]}\n\
        ---\nkind: Endpoints\napiVersion: v1\nmetadata: {name: kubernetes, namespace: default}\nsubsets: [{addresses: [{ip: x}], ports: 7}]\n\
        ---\nkind: ValidatingAdmissionPolicy\napiVersion: admissionregistration.k8s.io/v1\nmetadata: {name: v}\nspec: {matchConstraints: {resourceRules: [7]}, validations: [{expression: '))))('}, {expression: 7}], variables: x}\n\
        ---\nkind: ValidatingAdmissionPolicyBinding\napiVersion: admissionregistration.k8s.io/v1\nmetadata: {name: v}\nspec: {policyName: [v], validationActions: Deny, matchResources: 7}\n\
        ---\nkind: ClusterPolicy\napiVersion: kyverno.io/v1\nmetadata: {name: k}\nspec: {rules: [{match: 7, validate: {pattern: {spec: 7}}}, 7], validationFailureAction: 7}\n\
        ---\nkind: CustomResourceDefinition\napiVersion: apiextensions.k8s.io/v1\nmetadata: {name: c}\nspec: {group: 7, names: x, versions: [{schema: {openAPIV3Schema: {properties: {spec: [x]}}}}]}\n\
        ---\nkind: Node\napiVersion: v1\nmetadata: {name: m}\nstatus: {addresses: [{address: 7}], nodeInfo: {containerRuntimeVersion: '://', kernelVersion: 99999999999.1.1}}\n";
    let model = model(&format!("{yaml}{more}"));
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
