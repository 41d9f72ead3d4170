//! Pods are found in every workload, and by shape in custom resources.

use crate::inventory;

const SPEC: &str =
    "{containers: [{name: web, image: registry.example/web:1}], initContainers: [{name: init, image: i}]}";

/// Where the pods of an object are found: the route of each spec, and whether it has labels.
fn places(version: &str, kind: &str, body: &str) -> Vec<String> {
    let text = format!(
        "apiVersion: {version}\nkind: {kind}\nmetadata: {{name: x, labels: {{app: a}}}}\n{}\n",
        body.replace("SPEC", SPEC)
    );
    let inventory = inventory(&text);
    let resource = &inventory.resources()[0];
    resource
        .pods()
        .map(|pod| format!("{} {}", pod.place(&[]).route, pod.labels().get("app").unwrap_or("-")))
        .collect()
}

const TEMPLATE: &str = "{metadata: {labels: {app: a}}, spec: SPEC}";

#[test]
fn built_in_workloads() {
    assert_eq!(places("v1", "Pod", "spec: SPEC"), ["spec a"]);
    assert_eq!(places("v1", "PodTemplate", &format!("template: {TEMPLATE}")), ["template.spec a"]);
    for (version, kind) in [
        ("v1", "ReplicationController"),
        ("apps/v1", "Deployment"),
        ("apps/v1", "ReplicaSet"),
        ("apps/v1", "DaemonSet"),
        ("apps/v1", "StatefulSet"),
        ("extensions/v1beta1", "Deployment"),
        ("batch/v1", "Job"),
        ("argoproj.io/v1alpha1", "Rollout"),
        ("serving.knative.dev/v1", "Service"),
        ("apps.openshift.io/v1", "DeploymentConfig"),
    ] {
        assert_eq!(
            places(version, kind, &format!("spec: {{template: {TEMPLATE}}}")),
            ["spec.template.spec a"],
            "{kind}"
        );
    }
    assert_eq!(
        places("batch/v1", "CronJob", &format!("spec: {{jobTemplate: {{spec: {{template: {TEMPLATE}}}}}}}")),
        ["spec.jobTemplate.spec.template.spec a"]
    );
}

#[test]
fn custom_resources_by_shape() {
    assert_eq!(
        places("shop.example/v1", "Worker", "spec: {podTemplate: {spec: SPEC}}"),
        ["spec.podTemplate.spec -"]
    );
    assert_eq!(
        places(
            "jobset.x-k8s.io/v1alpha2",
            "JobSet",
            &format!(
                "spec: {{replicatedJobs: [{{template: {{spec: {{template: {TEMPLATE}}}}}}}, {{template: {{spec: {{template: {TEMPLATE}}}}}}}]}}"
            )
        ),
        [
            "spec.replicatedJobs[0].template.spec.template.spec a",
            "spec.replicatedJobs[1].template.spec.template.spec a"
        ]
    );
    assert_eq!(
        places("shop.example/v1", "Worker", "status: {pod: SPEC}"),
        [""; 0],
        "status describes, it makes nothing"
    );
    assert_eq!(places("shop.example/v1", "Worker", "spec: {containers: []}"), [""; 0]);
    assert_eq!(places("shop.example/v1", "Fleet", "spec: {containers: [{name: ship, weight: 3}]}"), [""; 0]);
    assert_eq!(
        places("apiextensions.k8s.io/v1", "CustomResourceDefinition", "spec: {example: SPEC}"),
        [""; 0]
    );
    assert_eq!(places("v1", "ConfigMap", "data: {containers: x}"), [""; 0]);
}

#[test]
fn decoys_hide_no_pod() {
    let decoy = "{containers: [{image: x}], template: {spec: SPEC}}";
    assert_eq!(
        places("shop.example/v1", "Worker", &format!("spec: {decoy}")),
        ["spec a", "spec.template.spec -"]
    );
    for odd in ["{}", "null", "x"] {
        let spec = format!("spec: {{pod: {{containers: [{odd}, {{image: x}}]}}}}");
        assert_eq!(places("shop.example/v1", "Worker", &spec), ["spec.pod -"], "{odd}");
    }
    let deep = "{a: ".repeat(40) + "SPEC" + &"}".repeat(40);
    assert_eq!(places("shop.example/v1", "Worker", &format!("spec: {deep}")).len(), 1);
    let many = "SPEC, ".repeat(300);
    let found = places("shop.example/v1", "Worker", &format!("spec: [{many}]"));
    assert_eq!(found.len(), 300);
    assert_eq!(found[0], "spec[0] -");
}

#[test]
fn views_give_effective_values() {
    let inventory = inventory(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec:\n  securityContext: {runAsUser: 5, seccompProfile: {type: RuntimeDefault}}\n  containers:\n  - {name: a, securityContext: {runAsUser: 7, privileged: null}}\n  - {name: b}\n  - not-a-map\n  ephemeralContainers: [{name: c}]\n  initContainers: [{name: i}]\n",
    );
    let pod = inventory.resources()[0].pods().next().unwrap();
    let seen: Vec<(&str, i64)> = pod
        .containers()
        .map(|container| (container.name(), container.effective(&["runAsUser"]).unwrap().as_i64().unwrap()))
        .collect();
    assert_eq!(seen, [("i", 5), ("a", 7), ("b", 5), ("c", 5)]);
    let a = pod.containers().nth(1).unwrap();
    assert!(a.security_context().unwrap().get("privileged").is_none(), "null is absent");
    assert_eq!(a.place(&["image"]).route.to_string(), "spec.containers[0].image");
    assert_eq!(pod.service_account(), "default");
}
