//! Pod Security admission by labels, case by case as `k8s.io/pod-security-admission` decides them.

use std::sync::Arc;

use seawall_core::{Date, Origin, OriginKind};
use seawall_inventory::{GroupKind, InventoryBuilder, Resource};
use seawall_policy::admission::Decision;
use seawall_server::{
    Around, Budget, Judge, Known, PodSecurity, PodSecurityExemptions, Review, ReviewLimits,
};
use seawall_yaml::{Limits, json::read_json_bytes};
use serde_json::{Value, json};

fn inventory(objects: &[Value], pods_are_complete: bool) -> Known {
    let mut builder = InventoryBuilder::new();
    for object in objects {
        let (tree, _) = read_json_bytes(object.to_string().as_bytes(), &Limits::default());
        let tree = Arc::new(tree.unwrap());
        let origin = Origin { file: "cluster".into(), document: 0, line: 1, kind: OriginKind::Cluster };
        let root = tree.root().id();
        builder.push(Resource::new(tree, root, origin, None).unwrap());
    }
    if pods_are_complete {
        builder.complete_kind(GroupKind::new("", "Pod"));
    }
    builder.build().into()
}

fn namespace(labels: &Value) -> Value {
    json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop", "labels": labels}})
}

fn pod(spec: &Value) -> Value {
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web", "namespace": "shop"}, "spec": spec})
}

/// A pod that baseline refuses.
fn host_pid() -> Value {
    pod(&json!({"hostPID": true, "containers": [{"name": "web", "image": "a"}]}))
}

fn request(resource: &str, kind: &str, operation: &str, object: &Value, old: Option<&Value>) -> Value {
    let (group, resource) = resource.split_once(':').unwrap_or(("", resource));
    let (resource, part) = resource.split_once('/').unwrap_or((resource, ""));
    let name = object["metadata"]["name"].as_str().unwrap_or("");
    json!({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": {
        "uid": "u", "kind": {"group": group, "version": "v1", "kind": kind},
        "resource": {"group": group, "version": "v1", "resource": resource}, "subResource": part,
        "requestSubResource": part, "name": name, "namespace": "shop", "operation": operation,
        "userInfo": {"username": "alice"}, "object": object, "oldObject": old,
    }})
}

fn judge(security: &PodSecurity, known: &Known, review: &Value) -> Decision {
    let review = Review::read(review.to_string().as_bytes(), &ReviewLimits::default()).unwrap();
    let budget = Budget::default();
    let today = Date::from_unix(0);
    let around = Around { tree: review.tree(), known, budget: &budget, today, looked: review.looked() };
    security.judge(&review.request(), &around)
}

fn of_pod(labels: &Value, pod: &Value) -> Decision {
    judge(
        &PodSecurity::default(),
        &inventory(&[namespace(labels)], false),
        &request("pods", "Pod", "CREATE", pod, None),
    )
}

/// Everything that an decision says, in short.
fn said(decision: &Decision) -> Value {
    let annotations: serde_json::Map<String, Value> = decision
        .audit_annotations
        .iter()
        .map(|(key, value)| {
            (key.trim_start_matches("pod-security.kubernetes.io/").to_owned(), value.clone().into())
        })
        .collect();
    let denials: Vec<String> =
        decision.denials.iter().map(|denial| format!("{} {}", denial.code, denial.message)).collect();
    let gaps: Vec<&str> = decision.not_judged.iter().map(|gap| gap.reason.as_str()).collect();
    json!({"denials": denials, "warnings": decision.warnings, "annotations": annotations, "gaps": gaps})
}

#[test]
fn labels_decide_what_is_asked_of_a_pod() {
    let host = "host namespaces (hostPID=true)";
    for (labels, denials, warnings, annotations) in [
        (json!({}), json!([]), json!([]), json!({"enforce-policy": "privileged:latest"})),
        (
            json!({"pod-security.kubernetes.io/enforce": "baseline"}),
            json!([format!(
                "403 pods \"web\" is forbidden: violates PodSecurity \"baseline:latest\": {host}"
            )]),
            json!([]),
            json!({"enforce-policy": "baseline:latest"}),
        ),
        (
            json!({"pod-security.kubernetes.io/audit": "baseline", "pod-security.kubernetes.io/audit-version": "v1.20"}),
            json!([]),
            json!([]),
            json!({"enforce-policy": "privileged:latest", "audit-violations": format!("would violate PodSecurity \"baseline:v1.20\": {host}")}),
        ),
        (
            json!({"pod-security.kubernetes.io/warn": "baseline"}),
            json!([]),
            json!([format!("would violate PodSecurity \"baseline:latest\": {host}")]),
            json!({"enforce-policy": "privileged:latest"}),
        ),
        // What cannot be read is restricted for enforce, nothing for warn.
        (
            json!({"pod-security.kubernetes.io/enforce": "privileged", "pod-security.kubernetes.io/warn": "strict"}),
            json!([]),
            json!([]),
            json!({"enforce-policy": "privileged:latest", "error": "Failed to parse policy: metadata.labels[pod-security.kubernetes.io/warn]: Invalid value: \"strict\": must be one of privileged, baseline, restricted"}),
        ),
        (
            json!({"pod-security.kubernetes.io/enforce-version": "1.20", "pod-security.kubernetes.io/audit-version": "v01"}),
            json!([]),
            json!([]),
            json!({"enforce-policy": "privileged:latest", "error": "Failed to parse policy: [metadata.labels[pod-security.kubernetes.io/enforce-version]: Invalid value: \"1.20\": must be \"latest\" or \"v1.x\", metadata.labels[pod-security.kubernetes.io/audit-version]: Invalid value: \"v01\": must be \"latest\" or \"v1.x\"]"}),
        ),
    ] {
        let decision = of_pod(&labels, &host_pid());
        assert_eq!(
            said(&decision),
            json!({"denials": denials, "warnings": warnings, "annotations": annotations, "gaps": []}),
            "{labels}"
        );
    }
    let decision = of_pod(&json!({"pod-security.kubernetes.io/enforce": "strict"}), &host_pid());
    assert!(decision.denials[0].message.contains("violates PodSecurity \"restricted:latest\""));
}

#[test]
fn warnings_follow_a_stricter_enforce_level() {
    let labels = json!({"pod-security.kubernetes.io/enforce": "baseline", "pod-security.kubernetes.io/enforce-version": "v1.22"});
    // Controllers are not refused, so the warning shows.
    let deployment = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": {"template": {"spec": host_pid()["spec"]}}});
    let ask = |labels: &Value| {
        let review = request("apps:deployments", "Deployment", "CREATE", &deployment, None);
        judge(&PodSecurity::default(), &inventory(&[namespace(labels)], false), &review)
    };
    let decision = ask(&labels);
    assert!(decision.denials.is_empty() && decision.audit_annotations.is_empty());
    assert_eq!(
        decision.warnings,
        ["would violate PodSecurity \"baseline:v1.22\": host namespaces (hostPID=true)"]
    );
    let mut own = labels.clone();
    own["pod-security.kubernetes.io/warn"] = "privileged".into();
    assert!(ask(&own).warnings.is_empty());
    let mut version = labels;
    version["pod-security.kubernetes.io/warn-version"] = "v1.30".into();
    assert!(ask(&version).warnings[0].contains("\"baseline:v1.30\""));
}

#[test]
fn exemptions_come_in_their_order() {
    let inventory =
        inventory(&[namespace(&json!({"pod-security.kubernetes.io/enforce": "baseline"}))], false);
    let review = request(
        "pods",
        "Pod",
        "CREATE",
        &pod(&json!({"hostPID": true, "runtimeClassName": "vm", "containers": []})),
        None,
    );
    let one = |text: &str| vec![text.to_owned()];
    let exemptions =
        PodSecurityExemptions { namespaces: one("shop"), users: one("alice"), runtime_classes: one("vm") };
    let mut security = PodSecurity { exemptions, ..PodSecurity::default() };
    for wanted in ["namespace", "user", "runtimeClass"] {
        let decision = judge(&security, &inventory, &review);
        assert_eq!(said(&decision)["annotations"], json!({"exempt": wanted}));
        assert!(decision.is_allowed());
        match wanted {
            "namespace" => security.exemptions.namespaces.clear(),
            "user" => security.exemptions.users.clear(),
            _ => security.exemptions.runtime_classes.clear(),
        }
    }
    assert!(!judge(&security, &inventory, &review).is_allowed());
}

#[test]
fn only_what_matters_of_an_update_is_judged() {
    let labels = json!({"pod-security.kubernetes.io/enforce": "baseline"});
    let inventory = inventory(&[namespace(&labels)], false);
    let container = |image: &str| json!([{"name": "web", "image": image}]);
    let base = json!({"hostPID": true, "containers": container("a")});
    let with = |key: &str, value: Value| {
        let mut spec = base.clone();
        spec[key] = value;
        pod(&spec)
    };
    for (new, old, judged) in [
        (with("activeDeadlineSeconds", json!(3)), pod(&base), false),
        (with("containers", container("b")), pod(&base), true),
        (with("initContainers", container("a")), pod(&base), true),
        (with("ephemeralContainers", container("a")), pod(&base), true),
        (with("ephemeralContainers", container("a")), with("ephemeralContainers", container("a")), false),
        (with("ephemeralContainers", container("b")), with("ephemeralContainers", container("a")), true),
        (pod(&base), with("ephemeralContainers", container("a")), false),
    ] {
        let decision =
            judge(&PodSecurity::default(), &inventory, &request("pods", "Pod", "UPDATE", &new, Some(&old)));
        assert_eq!(!decision.is_allowed(), judged, "{new} {old}");
    }
    for (part, judged) in [
        ("exec", false),
        ("status", false),
        ("ephemeralcontainers", true),
        ("resize", true),
        ("unheard-of", true),
    ] {
        let decision = judge(
            &PodSecurity::default(),
            &inventory,
            &request(&format!("pods/{part}"), "Pod", "CREATE", &host_pid(), None),
        );
        assert_eq!(!decision.is_allowed(), judged, "{part}");
    }
    let decision = judge(
        &PodSecurity::default(),
        &inventory,
        &request("pods", "Pod", "DELETE", &Value::Null, Some(&host_pid())),
    );
    assert!(decision.is_allowed() && decision.not_judged.is_empty());
}

#[test]
fn what_cannot_be_judged_is_a_gap_for_pods_and_a_note_for_controllers() {
    let nothing = inventory(&[], false);
    let review = request("pods", "Pod", "CREATE", &host_pid(), None);
    assert_eq!(
        said(&judge(&PodSecurity::default(), &nothing, &review))["gaps"],
        json!(["failed to lookup namespace \"shop\""])
    );
    let review =
        request("batch:jobs", "Job", "CREATE", &json!({"apiVersion": "batch/v1", "kind": "Job"}), None);
    assert_eq!(
        said(&judge(&PodSecurity::default(), &nothing, &review)),
        json!({"denials": [], "warnings": [], "gaps": [], "annotations": {"error": "failed to lookup namespace \"shop\""}})
    );
    let labels = json!({"pod-security.kubernetes.io/enforce": "baseline"});
    let decision = of_pod(&labels, &pod(&json!({"hostPID": "yes", "containers": []})));
    assert!(
        decision.not_judged[0].reason.contains("failed to decode object: `spec.hostPID` must be a boolean"),
        "{:?}",
        decision.not_judged
    );
}

#[test]
fn labels_of_namespaces_are_held_to_their_words() {
    let bad = namespace(&json!({"pod-security.kubernetes.io/enforce": "strict"}));
    let good = namespace(&json!({}));
    let ask = |operation: &str, new: &Value, old: Option<&Value>| {
        judge(
            &PodSecurity::default(),
            &inventory(&[], true),
            &request("namespaces", "Namespace", operation, new, old),
        )
    };
    let refusal = "422 Namespace \"shop\" is invalid: metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: \"strict\": must be one of privileged, baseline, restricted";
    assert_eq!(said(&ask("CREATE", &bad, None))["denials"], json!([refusal]));
    assert_eq!(said(&ask("UPDATE", &bad, Some(&good)))["denials"], json!([refusal]));
    assert!(ask("UPDATE", &bad, Some(&bad)).is_allowed());
    assert!(ask("CREATE", &good, None).is_allowed());
    let mut security = PodSecurity::default();
    security.exemptions.namespaces.push("shop".into());
    let labelled = namespace(
        &json!({"pod-security.kubernetes.io/enforce": "baseline", "pod-security.kubernetes.io/audit": "restricted"}),
    );
    let decision = judge(
        &security,
        &inventory(&[], true),
        &request("namespaces", "Namespace", "CREATE", &labelled, None),
    );
    assert_eq!(
        decision.warnings,
        [
            "namespace \"shop\" is exempt from Pod Security, and the policy (enforce=baseline:latest, audit=restricted:latest) will be ignored"
        ]
    );
}

#[test]
fn a_stricter_level_tells_which_pods_are_there() {
    let named = |name: &str, spec: Value, owner: Option<&str>| {
        let mut pod = pod(&spec);
        pod["metadata"]["name"] = name.into();
        if let Some(uid) = owner {
            pod["metadata"]["ownerReferences"] = json!([{"uid": uid, "controller": true}]);
        }
        pod
    };
    let bad = || json!({"hostPID": true, "containers": [{"name": "c", "image": "a"}]});
    let port =
        || json!({"hostIPC": true, "containers": [{"name": "c", "image": "a", "ports": [{"hostPort": 80}]}]});
    let pods = [
        named("b", bad(), None),
        named("a", bad(), Some("1")),
        named("c", bad(), Some("1")),
        named("d", port(), None),
        named("e", port(), None),
        named("ok", json!({"containers": []}), None),
    ];
    let (old, new) =
        (namespace(&json!({})), namespace(&json!({"pod-security.kubernetes.io/enforce": "baseline"})));
    let review = request("namespaces", "Namespace", "UPDATE", &new, Some(&old));
    let warnings = |complete| judge(&PodSecurity::default(), &inventory(&pods, complete), &review).warnings;
    let told = [
        "existing pods in namespace \"shop\" violate the new PodSecurity enforce level \"baseline:latest\"",
        "a (and 2 other pods): host namespaces",
        "d (and 1 other pod): host namespaces, hostPort",
    ];
    assert_eq!(warnings(true), told);
    let partial = warnings(false);
    assert_eq!(
        partial[0],
        "new PodSecurity enforce level only checked against the 6 existing pods that are known"
    );
    assert_eq!(partial[1..], told);
    let relaxed = request("namespaces", "Namespace", "UPDATE", &old, Some(&new));
    assert!(judge(&PodSecurity::default(), &inventory(&pods, true), &relaxed).warnings.is_empty());
}
