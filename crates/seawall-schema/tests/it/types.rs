//! The types that come with Kubernetes.

use seawall_schema::{Form, Scalar, Schemas, Topology};

use crate::tree;

#[test]
fn kinds_lead_to_types() {
    let schemas = Schemas::builtin();
    assert_eq!(schemas.release(), "1.36");
    let pod = schemas.of("", "v1", "Pod").expect("pods");
    assert_eq!(pod.name(), "core.v1.Pod");
    let spec = pod.field("spec").expect("a spec").schema;
    assert_eq!(spec.name(), "core.v1.PodSpec");
    let containers = spec.field("containers").expect("containers");
    assert!(containers.is_required());
    assert_eq!(containers.patch_strategy(), Some("merge"));
    assert_eq!(containers.patch_merge_key(), Some("name"));
    assert_eq!(containers.schema.topology(), Topology::Keyed);
    assert_eq!(containers.schema.keys().collect::<Vec<_>>(), ["name"]);
    let container = containers.schema.items().expect("items");
    let limits = container.field("resources").and_then(|r| r.schema.field("limits")).expect("limits").schema;
    let Form::Map(quantity) = limits.form() else { panic!("limits are a map") };
    assert!(matches!(quantity.form(), Form::Scalar(Scalar::Quantity)));
    assert_eq!(spec.field("nodeSelector").expect("a field").schema.topology(), Topology::Atomic);
    assert!(spec.field("nodeName").is_some_and(|field| !field.is_pointer()));
    assert!(spec.field("noSuchField").is_none());
    assert!(schemas.of("", "v1", "PodList").is_none());
    assert!(schemas.of("apps.openshift.io", "v1", "DeploymentConfig").is_none());
    assert!(schemas.named("core.v1.PodSpec").is_some());
}

#[test]
fn resources_lead_to_kinds() {
    let schemas = Schemas::builtin();
    for (group, version, name, namespaced, kind) in [
        ("", "v1", "pods", true, ("", "v1", "Pod")),
        ("", "v1", "pods/eviction", true, ("policy", "v1", "Eviction")),
        ("", "v1", "namespaces", false, ("", "v1", "Namespace")),
        ("apps", "v1", "deployments/scale", true, ("autoscaling", "v1", "Scale")),
        (
            "rbac.authorization.k8s.io",
            "v1",
            "clusterroles",
            false,
            ("rbac.authorization.k8s.io", "v1", "ClusterRole"),
        ),
    ] {
        let resource = schemas.resource(group, version, name).expect(name);
        assert_eq!((resource.is_namespaced(), resource.kind()), (namespaced, kind), "{name}");
        assert_eq!(resource.subresource(), name.split_once('/').map(|(_, sub)| sub));
    }
    assert!(schemas.resource("", "v1", "deployments").is_none());
    assert_eq!(schemas.kinds().filter(|(group, _, _)| group.contains("openshift")).count(), 0);
}

#[test]
fn every_type_is_described() {
    let schemas = Schemas::builtin();
    let mut seen = 0;
    for (group, version, kind) in schemas.kinds() {
        let schema = schemas.of(group, version, kind).expect(kind);
        assert!(
            matches!(schema.form(), Form::Struct) && schema.fields().count() > 0,
            "{group}/{version} {kind}"
        );
        assert!(schema.field("metadata").is_some() || kind == "ComponentStatus", "{kind}");
        seen += 1;
    }
    assert!(seen > 80);
}

#[test]
fn unknown_fields_are_found_where_they_stand() {
    let object = tree(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a, nom: b}\nspec:\n  containers:\n  - name: c\n    imagePullPolicie: x\n\
         \n  volumes: [{name: v, hostPath: {path: /, x: 1}}]\n",
    );
    let schemas = Schemas::builtin();
    let schema = schemas.of_object(object.root()).expect("pods");
    let unknown = schema.unknown_fields(object.root());
    let routes: Vec<String> =
        unknown.iter().map(|node| object.root().route_to(*node).expect("a route").to_string()).collect();
    assert_eq!(routes, ["metadata.nom", "spec.containers[0].imagePullPolicie", "spec.volumes[0].hostPath.x"]);
}
