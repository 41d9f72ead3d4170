//! States follow from verdicts, and nothing but a verdict is a pass.

use std::sync::Arc;

use seawall_core::{Date, Waiver};
use seawall_report::comply::{Class, State, find};

use crate::comply::{AKS, EKS, GKE, judged, own, state};

const PODS: &str = "apiVersion: v1
kind: Pod
metadata: {name: bad, namespace: shop}
spec:
  hostPID: true
  containers: [{name: c, image: i, securityContext: {privileged: true}}]
---
apiVersion: v1
kind: Pod
metadata: {name: good, namespace: shop}
spec:
  containers: [{name: c, image: i, securityContext: {privileged: false}}]
";

const CONTROLS: &str = r#"
  { id = "fails", title = "t", class = "automated", checks = ["pod-privileged"] },
  { id = "passes", title = "t", class = "automated", checks = ["pod-host-ipc"] },
  { id = "part", title = "t", class = "partial", note = "the rest", checks = ["pod-host-ipc"] },
  { id = "none", title = "t", class = "automated", checks = ["rbac-cluster-admin"] },
  { id = "both", title = "t", class = "automated", checks = ["pod-host-ipc", "rbac-cluster-admin"] },
  { id = "flags", title = "t", class = "automated", checks = ["node-kubelet-tls"] },
  { id = "absent", title = "t", class = "automated", checks = ["network-namespace-policy-missing"] },
  { id = "manual", title = "t", class = "manual", note = "ask" },
  { id = "never", title = "t", class = "not-evaluated", note = "node" },
  { id = "not", title = "t", class = "not-applicable", note = "no" },
  { id = "other", title = "t", class = "inherited", note = "they" },
  { id = "cloud", title = "t", class = "automated", facts = ["eks-audit-log"] },
"#;

#[test]
fn every_state_follows_from_what_was_said() {
    let framework = own(CONTROLS);
    let judged = judged(PODS, &[&framework], &[], &[]);
    let assessment = judged.assess(&framework);
    for (id, expected) in [
        ("fails", State::Fail),
        ("passes", State::Pass),
        ("part", State::Pass),
        ("none", State::NothingHere),
        ("both", State::Pass),
        ("flags", State::NothingHere),
        ("absent", State::NothingHere),
        ("manual", State::Manual),
        ("never", State::NotEvaluated),
        ("not", State::NotApplicable),
        ("other", State::Inherited),
        ("cloud", State::NotEvaluated),
    ] {
        assert_eq!(state(&assessment, id), expected, "{id}");
    }
    let totals = &assessment.totals;
    // Three of the four with a verdict pass; nothing else is in the percentage.
    assert_eq!((totals.controls, totals.judged(), totals.percent(), totals.in_part), (12, 4, Some(75), 1));
    assert_eq!((totals.resources, totals.resources_passed, totals.resource_percent()), (2, 1, Some(50)));
    let cloud = assessment.controls.iter().find(|result| result.control.id == "cloud").unwrap();
    assert_eq!(cloud.reason.as_deref(), Some("needs `--cloud-facts` of EKS"));
    let reason = |id: &str| {
        assessment.controls.iter().find(|result| result.control.id == id).unwrap().reason.as_deref()
    };
    let nothing = "nothing that it is about among 2 objects";
    let lacks = format!("{nothing}; what files lack may be elsewhere in the cluster");
    assert_eq!(reason("absent"), Some(&*lacks));
    assert_eq!(reason("flags"), Some(nothing));
}

#[test]
fn a_gap_is_never_a_pass() {
    let framework = own(CONTROLS);
    let judged = judged(
        PODS,
        &[&framework],
        &[("apps", "DaemonSet"), ("rbac.authorization.k8s.io", "ClusterRoleBinding"), ("", "Pod")],
        &[],
    );
    let assessment = judged.assess(&framework);
    assert_eq!(state(&assessment, "fails"), State::Fail, "a fail stays one");
    assert_eq!(state(&assessment, "passes"), State::NotEvaluatedPartly);
    assert_eq!(state(&assessment, "part"), State::NotEvaluatedPartly);
    assert_eq!(state(&assessment, "both"), State::NotEvaluatedPartly);
    assert_eq!(state(&assessment, "none"), State::NotEvaluated);
    assert_eq!(assessment.totals.judged(), 1);
    assert_eq!(assessment.totals.percent(), Some(0));
}

#[test]
fn what_is_accepted_is_no_pass() {
    let framework = own(CONTROLS);
    let mut judged = judged(PODS, &[&framework], &[], &[]);
    let waiver = Waiver {
        owner: Some("team-a".into()),
        reason: "needed".into(),
        until: Date::new(2027, 1, 31).unwrap(),
        file: None,
        position: None,
    };
    for finding in &mut judged.evaluation.findings {
        finding.waiver = Some(Arc::new(waiver.clone()));
    }
    let assessment = judged.assess(&framework);
    assert_eq!(state(&assessment, "fails"), State::Waived);
    assert_eq!(assessment.totals.percent(), Some(75), "no percentage rises by a waiver");
    assert_eq!(assessment.totals.resource_percent(), Some(50));
}

#[test]
fn providers_answer_for_control_planes() {
    let framework = find("cis-1.12").unwrap();
    let judged = judged(PODS, &[&framework], &[], &[("eks.json", EKS)]);
    let assessment = judged.assess(&framework);
    let result = |id: &str| assessment.controls.iter().find(|result| result.control.id == id).unwrap();
    for id in ["1.1.1", "1.2.1", "1.3.2", "2.1"] {
        assert_eq!(result(id).state, State::Inherited, "{id}");
        assert_eq!(result(id).class, Class::Inherited, "{id}");
        assert!(result(id).reason.as_deref().unwrap().contains("https://docs.aws.amazon.com/"), "{id}");
    }
    // Facts decide where they can, with the place in the file.
    for id in ["1.2.16", "1.2.27", "3.2.1"] {
        assert_eq!(result(id).state, State::Pass, "{id}");
        assert!(result(id).facts[0].position.is_some(), "{id}");
    }
    // What another provider's answer would decide, this one's does not.
    assert_eq!(result("5.3.1").state, State::NotEvaluated);
    assert!(result("5.3.1").reason.as_deref().unwrap().starts_with("elsewhere a person looks"));
    // Nodes are not the provider's.
    assert_eq!(result("4.1.1").state, State::NotEvaluated);
    assert_eq!(result("4.2.1").state, State::NothingHere);
    assert_eq!(result("5.2.2").state, state(&judged.assess(&framework), "5.2.2"));
}

#[test]
fn a_cluster_of_ones_own_beside_a_managed_one_inherits_nothing_that_was_judged() {
    let apiserver = "apiVersion: v1
kind: Pod
metadata: {name: kube-apiserver-a, namespace: kube-system, labels: {component: kube-apiserver, tier: control-plane}}
spec:
  containers:
  - {name: kube-apiserver, image: registry.k8s.io/kube-apiserver:v1.33.0, command: [kube-apiserver, --anonymous-auth=true]}
";
    let framework = find("cis-1.12").unwrap();
    let judged = judged(apiserver, &[&framework], &[], &[("gke.json", GKE), ("aks.json", AKS)]);
    let assessment = judged.assess(&framework);
    assert_eq!(state(&assessment, "1.2.1"), State::Fail);
    assert_eq!(state(&assessment, "2.1"), State::Inherited);
    // GKE says that it is off, AKS that it is on: the worst counts.
    assert_eq!(state(&assessment, "5.3.1"), State::Pass);
    assert_eq!(state(&assessment, "1.2.27"), State::Fail);
}
