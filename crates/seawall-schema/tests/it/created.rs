//! What becomes of an object that is created.

use seawall_schema::{Admission, Admitted};

use crate::{admit, at};

fn create(yaml: &str) -> Admitted {
    let seen = admit(yaml, Admission { creation: true, plugins: true });
    assert_eq!(seen.problems, []);
    seen
}

fn pod(metadata: &str, spec: &str) -> Admitted {
    create(&format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: a, {metadata}}}\nspec: {{{spec}}}\nstatus: {{phase: Running, podIP: 1.2.3.4}}\n"
    ))
}

#[test]
fn pods_get_an_account_tolerations_and_a_priority() {
    let seen = pod(
        "",
        "containers: [{name: c, image: 'i:1', volumeMounts: [{name: v, mountPath: /v}]}], volumes: [{name: v}]",
    );
    for (route, expected) in [
        ("spec.serviceAccountName", "\"default\""),
        ("spec.serviceAccount", "\"default\""),
        ("spec.priority", "0"),
        ("spec.preemptionPolicy", "\"PreemptLowerPriority\""),
        ("spec.tolerations[1].key", "\"node.kubernetes.io/unreachable\""),
        ("spec.containers[0].volumeMounts[1].mountPath", "\"/var/run/secrets/kubernetes.io/serviceaccount\""),
        ("spec.volumes[1].name", "\"kube-api-access-00000\""),
        ("spec.volumes[1].projected.sources[2].downwardAPI.items[0].path", "\"namespace\""),
        ("status", "{\"phase\":\"Pending\",\"qosClass\":\"BestEffort\"}"),
    ] {
        assert_eq!(at(&seen, route), expected, "{route}");
    }
    let seen = pod(
        "",
        "automountServiceAccountToken: false, priorityClassName: system-node-critical, tolerations: [{operator: Exists}], containers: [{name: c}]",
    );
    assert_eq!(at(&seen, "spec.volumes"), "-");
    assert_eq!(at(&seen, "spec.priority"), "2000001000");
    assert_eq!(at(&seen, "spec.tolerations"), "[{\"operator\":\"Exists\"}]");
}

#[test]
fn a_mounted_token_is_not_mounted_twice_and_static_pods_have_no_account() {
    let seen = pod(
        "",
        "containers: [{name: c, volumeMounts: [{name: v, mountPath: /var/run/secrets/kubernetes.io/serviceaccount}]}]",
    );
    assert_eq!(at(&seen, "spec.volumes"), "-");
    let seen = pod("annotations: {kubernetes.io/config.mirror: x}", "containers: [{name: c}]");
    assert_eq!(at(&seen, "spec.serviceAccountName"), "-");
}

#[test]
fn the_class_of_service_follows_resources() {
    let class = |resources: &str| {
        let seen = pod("", &format!("containers: [{{name: c, resources: {{{resources}}}}}]"));
        at(&seen, "status.qosClass")
    };
    assert_eq!(class(""), "\"BestEffort\"");
    assert_eq!(class("requests: {cpu: 1}"), "\"Burstable\"");
    assert_eq!(class("limits: {cpu: 1}"), "\"Burstable\"");
    assert_eq!(class("limits: {cpu: 1, memory: 1Gi}"), "\"Guaranteed\"");
    assert_eq!(
        class("limits: {cpu: 1, memory: 1Gi}, requests: {cpu: 1000m, memory: 1024Mi}"),
        "\"Guaranteed\""
    );
    assert_eq!(class("limits: {cpu: 1, memory: 1Gi}, requests: {cpu: 500m}"), "\"Burstable\"");
    assert_eq!(class("limits: {x/y: 1}, requests: {cpu: 0}"), "\"BestEffort\"");
}

#[test]
fn profiles_of_annotations_become_fields() {
    let key = "container.apparmor.security.beta.kubernetes.io";
    let seen = pod(
        &format!(
            "annotations: {{{key}/a: localhost/x, {key}/b: runtime/default, {key}/c: 'localhost/', {key}/d: unconfined}}"
        ),
        "securityContext: {appArmorProfile: {type: Unconfined}}, containers: [{name: a}, {name: b, securityContext: {appArmorProfile: {type: Unconfined}}}, {name: c}, {name: d}]",
    );
    assert_eq!(
        at(&seen, "spec.containers[0].securityContext"),
        "{\"appArmorProfile\":{\"type\":\"Localhost\",\"localhostProfile\":\"x\"}}"
    );
    assert_eq!(at(&seen, "spec.containers[1].securityContext.appArmorProfile.type"), "\"Unconfined\"");
    assert_eq!(at(&seen, "spec.containers[2].securityContext"), "-");
    assert_eq!(at(&seen, "spec.containers[3].securityContext"), "-");
}

#[test]
fn keys_of_labels_become_selectors() {
    let term = "topologyKey: k, labelSelector: {}, matchLabelKeys: [a, none], mismatchLabelKeys: [b]";
    let seen = pod(
        "labels: {a: '1', b: '2'}",
        &format!(
            "affinity: {{podAffinity: {{requiredDuringSchedulingIgnoredDuringExecution: [{{{term}}}]}}, podAntiAffinity: \
             {{preferredDuringSchedulingIgnoredDuringExecution: [{{weight: 1, podAffinityTerm: {{{term}}}}}]}}}}, \
             topologySpreadConstraints: [{{labelSelector: {{}}, matchLabelKeys: [a]}}, {{matchLabelKeys: [a]}}]"
        ),
    );
    let wanted = "[{\"key\":\"a\",\"operator\":\"In\",\"values\":[\"1\"]},{\"key\":\"b\",\"operator\":\"NotIn\",\"values\":[\"2\"]}]";
    let affinity = "spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0]";
    assert_eq!(at(&seen, &format!("{affinity}.labelSelector.matchExpressions")), wanted);
    let anti =
        "spec.affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].podAffinityTerm";
    assert_eq!(at(&seen, &format!("{anti}.labelSelector.matchExpressions")), wanted);
    let spread = "spec.topologySpreadConstraints";
    assert_eq!(
        at(&seen, &format!("{spread}[0].labelSelector.matchExpressions")),
        "[{\"key\":\"a\",\"operator\":\"In\",\"values\":[\"1\"]}]"
    );
    assert_eq!(at(&seen, &format!("{spread}[1].labelSelector")), "-");
}

#[test]
fn a_status_cannot_be_created() {
    let seen = create("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nstatus: {replicas: 3}\n");
    assert_eq!(at(&seen, "status"), "{}");
    let seen = create("apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: a}\n");
    assert_eq!(at(&seen, "metadata.annotations[\"deprecated.daemonset.template.generation\"]"), "\"1\"");
    let seen = create("apiVersion: v1\nkind: Node\nmetadata: {name: a}\nstatus: {phase: Running}\n");
    assert_eq!(at(&seen, "status.phase"), "\"Running\"");
    let seen = create(
        "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\nspec: {finalizers: [x]}\nstatus: {phase: Terminating}\n",
    );
    assert_eq!(at(&seen, "status"), "{\"phase\":\"Active\"}");
    assert_eq!(at(&seen, "spec.finalizers"), "[\"x\",\"kubernetes\"]");
    let seen = create("apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: a}\nspec: {}\n");
    assert_eq!(at(&seen, "metadata.finalizers"), "[\"kubernetes.io/pvc-protection\"]");
}

#[test]
fn jobs_select_their_pods() {
    let seen = create(
        "apiVersion: batch/v1\nkind: Job\nmetadata: {name: a, uid: u}\nspec: {template: {metadata: {labels: {x: z}}}}\n",
    );
    assert_eq!(at(&seen, "spec.selector.matchLabels"), "{\"batch.kubernetes.io/controller-uid\":\"u\"}");
    assert_eq!(at(&seen, "spec.template.metadata.labels[\"job-name\"]"), "\"a\"");
    let manual =
        "apiVersion: batch/v1\nkind: Job\nmetadata: {name: a}\nspec: {manualSelector: true, template: {}}\n";
    assert_eq!(at(&create(manual), "spec.selector"), "-");
}
