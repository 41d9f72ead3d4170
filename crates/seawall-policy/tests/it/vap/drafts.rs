//! From objects in files to requests.

use seawall_inventory::GroupKind;
use seawall_policy::admission::{Client, Draft, Operation};
use seawall_policy::vap::World;

use super::cluster::{Cluster, denials, policy};

const PODS: &str = "
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: p}
spec:
  matchConstraints: {resourceRules: [{apiGroups: [''], apiVersions: [v1], resources: [pods], operations: [CREATE, UPDATE]}]}
  validations:
  - expression: object.spec.containers.all(c, c.imagePullPolicy == 'Always')
    messageExpression: \"object.metadata.namespace + ' ' + request.namespace + ' ' + object.spec.containers[0].imagePullPolicy\"
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: b}
spec: {policyName: p, validationActions: [Deny]}
---
apiVersion: v1
kind: Pod
metadata: {name: web}
spec: {containers: [{name: c, image: 'nginx:1.27'}]}
";

#[test]
fn objects_are_defaulted_and_placed_before_policies_see_them() {
    let cluster = Cluster::folder(PODS);
    let world = World::new(&cluster.inventory, None);
    let client = Client { namespace: "shop".to_owned(), ..Client::default() };
    let pod = cluster.inventory.of_kind(GroupKind::new("", "Pod")).next().unwrap();
    let draft = Draft::new(pod, &client, &world).unwrap();
    let request = draft.request();
    assert_eq!((request.resource, request.namespace, request.name), (("", "v1", "pods"), "shop", "web"));
    let decision = cluster.policies.judge(&request, &world);
    assert_eq!(denials(&decision), ["shop shop IfNotPresent"]);
}

#[test]
fn a_namespace_carries_its_own_name_and_a_custom_kind_the_name_of_its_definition() {
    let text = "
{apiVersion: v1, kind: Namespace, metadata: {name: shop}}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: oxen.example.com}
spec: {group: example.com, scope: Cluster, names: {kind: Ox, plural: oxen}, versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}]}
---
{apiVersion: example.com/v1, kind: Ox, metadata: {name: o}}
---
{apiVersion: elsewhere.example/v1, kind: Gadget, metadata: {generateName: g-}}
";
    let cluster = Cluster::folder(text);
    let world = World::new(&cluster.inventory, None);
    let client = Client { operation: Operation::Update, ..Client::default() };
    let mut seen = Vec::new();
    for resource in cluster.inventory.resources() {
        let draft = Draft::new(resource, &client, &world).unwrap();
        let request = draft.request();
        assert!(request.old_object.is_some() && request.object.is_some());
        seen.push(format!("{} {} {}", request.resource.2, request.namespace, request.name));
    }
    assert_eq!(
        seen,
        [
            "namespaces shop shop",
            "customresourcedefinitions  oxen.example.com",
            "oxen  o",
            "gadgets default g-00000"
        ]
    );
}

#[test]
fn what_the_api_server_does_not_decode_makes_no_request() {
    let cluster =
        Cluster::folder("{apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {containers: 5}}");
    let world = World::new(&cluster.inventory, None);
    let client = Client::default();
    let problems = Draft::new(&cluster.inventory.resources()[0], &client, &world).unwrap_err();
    assert!(problems[0].message.starts_with("Pod `web`: "), "{}", problems[0].message);
    assert_eq!(problems[0].file.as_deref(), Some("cluster.yaml"));
}

#[test]
fn a_policy_of_a_folder_speaks_about_the_objects_of_the_folder() {
    let text = policy("validations: [{expression: object.data.count == '6', message: must be 6}]");
    let map = "{apiVersion: v1, kind: ConfigMap, metadata: {name: m}, data: {count: '5'}}";
    let cluster = Cluster::folder(&format!("{text}\n---\n{map}"));
    let world = World::new(&cluster.inventory, None);
    let client = Client::default();
    let map = cluster.inventory.of_kind(GroupKind::new("", "ConfigMap")).next().unwrap();
    let draft = Draft::new(map, &client, &world).unwrap();
    assert_eq!(denials(&cluster.policies.judge(&draft.request(), &world)), ["must be 6"]);
}
