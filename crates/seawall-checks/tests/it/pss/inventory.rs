//! A whole inventory: one finding a control, on the top owner.

use seawall_checks::pss::evaluate;

use super::inventory;

const DEPLOYMENT: &str = "
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop, uid: d}
spec:
  template:
    spec:
      hostPID: true
      containers:
      - {name: a, securityContext: {privileged: true}}
      - {name: b, securityContext: {privileged: true}}
---
apiVersion: v1
kind: Pod
metadata: {name: web-1, namespace: shop, ownerReferences: [{apiVersion: apps/v1, kind: Deployment, name: web, uid: d, controller: true}]}
spec:
  hostPID: true
  containers:
  - {name: a, securityContext: {privileged: true}}
  - {name: b, securityContext: {privileged: true}}
  - {name: c, securityContext: {privileged: true}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: x}
";

#[test]
fn an_inventory_gives_one_finding_a_control_with_all_places() {
    let inventory = inventory(DEPLOYMENT);
    let evaluation = evaluate(&inventory, "baseline:v1.30".parse().unwrap());
    let lines: Vec<String> = evaluation
        .findings
        .iter()
        .map(|finding| {
            let routes: Vec<String> =
                finding.locations.iter().map(|location| location.route.to_string()).collect();
            format!("{} {}: {} @ {}", finding.subject, finding.check.id, finding.message, routes.join(" "))
        })
        .collect();
    assert_eq!(
        lines,
        [
            "Deployment/shop/web pss-host-namespaces: host namespaces (hostPID=true) @ spec.template.spec.hostPID",
            "Deployment/shop/web pss-privileged: privileged (containers \"a\", \"b\" must not set securityContext.privileged=true) @ \
             spec.template.spec.containers[0].securityContext.privileged spec.template.spec.containers[1].securityContext.privileged",
            // The pod drifted: what only it has is its own finding, what it shares with its owner is not said again.
            "Pod/shop/web-1 pss-privileged: privileged (containers \"a\", \"b\", \"c\" must not set securityContext.privileged=true) @ \
             spec.containers[0].securityContext.privileged spec.containers[1].securityContext.privileged \
             spec.containers[2].securityContext.privileged",
        ]
    );
    // 11 controls at 1.30: the hosts of probes came later. The pod counts where it differs from its owner.
    assert_eq!(evaluation.coverage.checks, 11);
    assert_eq!(evaluation.coverage.evaluated, 12);
    assert_eq!(evaluation.coverage.not_evaluated, 0);
    let privileged = evaluate(&inventory, "privileged".parse().unwrap());
    assert_eq!((privileged.findings.len(), privileged.coverage.evaluated), (0, 0));
}

#[test]
fn an_object_whose_pod_cannot_be_found_has_no_verdict() {
    let evaluation = evaluate(
        &inventory(
            "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: nothing\n---\napiVersion: batch/v1\nkind: CronJob\nmetadata: {name: c}\nspec: {jobTemplate: []}\n",
        ),
        "baseline".parse().unwrap(),
    );
    let said: Vec<String> =
        evaluation.not_evaluated.iter().map(|gap| format!("{}: {}", gap.check, gap.reason)).collect();
    assert_eq!(
        said,
        [
            "pss-baseline: the CronJob has no pod spec, or it is no map",
            "pss-baseline: the Pod has no pod spec, or it is no map",
        ]
    );
}
