//! Plans: what comes first, and that each step does what it says.

use seawall_paths::plan::{ChangeKind, ObjectChange, PlanStep, RiskLevel, State, Then, plan, replaced};
use seawall_paths::{Filter, Model, Objects};
use seawall_rbac::Subject;

use crate::inventory;

/// A service account with everything that nothing runs as, a pod that owns its node, an account that a pod runs as and
/// that may read all secrets.
const CLUSTER: &str = "\
kind: ClusterRoleBinding
apiVersion: rbac.authorization.k8s.io/v1
metadata: {name: forgotten, uid: u1, annotations: {a: b}}
roleRef: {kind: ClusterRole, name: cluster-admin, apiGroup: rbac.authorization.k8s.io}
subjects: [{kind: ServiceAccount, name: old, namespace: ops}]
---
kind: ClusterRole
apiVersion: rbac.authorization.k8s.io/v1
metadata: {name: metrics}
rules:
  - {apiGroups: [''], resources: [nodes], verbs: [list]}
  - {apiGroups: [''], resources: [pods, secrets, services], verbs: [list, watch]}
---
kind: ClusterRoleBinding
apiVersion: rbac.authorization.k8s.io/v1
metadata: {name: metrics}
roleRef: {kind: ClusterRole, name: metrics, apiGroup: rbac.authorization.k8s.io}
subjects: [{kind: ServiceAccount, name: metrics, namespace: ops}]
---
kind: Deployment
apiVersion: apps/v1
metadata: {name: metrics, namespace: ops}
spec: {template: {spec: {serviceAccountName: metrics, containers: [{name: m, image: i}]}}}
---
kind: Deployment
apiVersion: apps/v1
metadata: {name: debug, namespace: ops, uid: d}
spec:
  template:
    spec:
      automountServiceAccountToken: false
      hostPID: true
      containers:
        - name: c
          image: i
          securityContext: {privileged: true, capabilities: {add: [NET_BIND_SERVICE, SYS_ADMIN]}}
          volumeMounts: [{name: data, mountPath: /data}, {name: root, mountPath: /host}]
      volumes: [{name: data, emptyDir: {}}, {name: root, hostPath: {path: /}}]
---
kind: Pod
apiVersion: v1
metadata:
  name: debug-1
  namespace: ops
  ownerReferences: [{controller: true, apiVersion: apps/v1, kind: Deployment, name: debug, uid: d}]
spec:
  nodeName: n1
  automountServiceAccountToken: false
  hostPID: true
  containers:
    - {name: sidecar, image: s}
    - name: c
      image: i
      securityContext: {privileged: true, capabilities: {add: [NET_BIND_SERVICE, SYS_ADMIN]}}
      volumeMounts: [{name: data, mountPath: /data}, {name: root, mountPath: /host}]
  volumes: [{name: data, emptyDir: {}}, {name: root, hostPath: {path: /}}]
";

fn steps(yaml: &str, top: usize) -> Vec<PlanStep> {
    plan(&inventory(yaml, Some((1, 36))), None, top).0.steps
}

fn find(steps: &[PlanStep], kind: ChangeKind) -> &PlanStep {
    steps.iter().find(|step| step.kind == kind).unwrap_or_else(|| panic!("no {kind:?} in {steps:#?}"))
}

#[test]
fn everything_is_severed_and_nothing_is_done_twice() {
    let (plan, _) = plan(&inventory(CLUSTER, Some((1, 36))), None, 10);
    assert_eq!(plan.then, Then::NoPath, "{plan:#?}");
    let mut left: usize = plan.paths.values().sum();
    for step in &plan.steps {
        assert!(!step.severs.is_empty() && !step.patch.is_empty() && !step.rollback.is_empty(), "{step:#?}");
        left -= step.severs.len();
        assert_eq!(step.left.values().sum::<usize>(), left, "{step:#?}");
    }
    assert_eq!(left, 0);
}

#[test]
fn a_binding_that_nothing_uses_goes_without_risk() {
    let steps = steps(CLUSTER, 10);
    let step = find(&steps, ChangeKind::RemoveBinding);
    assert_eq!(step.patch[0].command, "kubectl delete clusterrolebinding/forgotten");
    assert_eq!(step.risk.level, RiskLevel::Low);
    let back = step.rollback[0].manifest.as_ref().unwrap();
    assert!(back.contains("name: forgotten") && back.contains("name: old"), "{back}");
    assert!(!back.contains("uid") && !back.contains("annotations"), "{back}");
}

#[test]
fn a_rule_loses_what_opens_something_and_keeps_the_rest() {
    let steps = steps(CLUSTER, 10);
    let step = find(&steps, ChangeKind::NarrowRule);
    assert_eq!(
        step.patch[0].command,
        r#"kubectl patch clusterrole/metrics --type=json -p '[{"op":"test","path":"/rules/1/resources/1","value":"secrets"},{"op":"remove","path":"/rules/1/resources/1"}]'"#
    );
    assert_eq!(
        step.rollback[0].command,
        r#"kubectl patch clusterrole/metrics --type=json -p '[{"op":"add","path":"/rules/1/resources/1","value":"secrets"}]'"#
    );
    assert_eq!(step.risk.level, RiskLevel::Medium, "a pod runs as it: {step:#?}");
}

/// The workload is changed, and its pods are judged as the controller makes them again, wherever their containers stand.
#[test]
fn a_workload_is_hardened_where_it_is_written() {
    let steps = steps(CLUSTER, 10);
    let step = find(&steps, ChangeKind::HardenPod);
    assert_eq!(step.cost.objects, ["Deployment/ops/debug"]);
    assert_eq!(step.cost.restarts, 1);
    let command = &step.patch[0].command;
    assert!(command.starts_with("kubectl patch deployment.apps/debug -n ops --type=json -p '["), "{command}");
    for operation in [
        r#"{"op":"replace","path":"/spec/template/spec/hostPID","value":false}"#,
        r#"{"op":"replace","path":"/spec/template/spec/containers/0/securityContext/privileged","value":false}"#,
        r#"{"op":"remove","path":"/spec/template/spec/containers/0/securityContext/capabilities/add/1"}"#,
        r#"{"op":"remove","path":"/spec/template/spec/volumes/1"}"#,
        r#"{"op":"remove","path":"/spec/template/spec/containers/0/volumeMounts/1"}"#,
    ] {
        assert!(command.contains(operation), "{operation} is missing in {command}");
    }
    assert!(!command.contains("NET_BIND_SERVICE") && !command.contains("/volumes/0"), "{command}");
}

#[test]
fn a_namespace_without_a_level_gets_one_unless_its_pods_object() {
    // Two accounts that run create pods there, each by a binding of its own.
    let yaml = crate::namespaced("{apiGroups: [''], resources: [pods], verbs: [create]}")
        .replace(
            "nodeName: n1, containers: [{name: web",
            "nodeName: n1, serviceAccountName: bot, containers: [{name: web",
        )
        .replace(
            "spec: {containers: [{name: app",
            "spec: {serviceAccountName: other, containers: [{name: app",
        )
        + "---\nkind: Role\napiVersion: rbac.authorization.k8s.io/v1\nmetadata: {name: r2, namespace: ci}\n\
           rules: [{apiGroups: [''], resources: [pods], verbs: [create]}]\n\
           ---\nkind: RoleBinding\napiVersion: rbac.authorization.k8s.io/v1\nmetadata: {name: b2, namespace: ci}\n\
           roleRef: {kind: Role, name: r2, apiGroup: rbac.authorization.k8s.io}\n\
           subjects: [{kind: ServiceAccount, name: other, namespace: ci}]\n";
    let label = |yaml: &str| find(&steps(yaml, 10), ChangeKind::EnforceLevel).clone();
    let step = label(&yaml);
    assert_eq!(
        step.patch[0].command,
        r#"kubectl patch namespace/ci --type=json -p '[{"op":"add","path":"/metadata/labels","value":{"pod-security.kubernetes.io/enforce":"baseline"}}]'"#
    );
    assert_eq!(step.risk.level, RiskLevel::Low);
    let busy = yaml.replace(
        "{name: web, image: web}",
        "{name: web, image: web, ports: [{containerPort: 80, hostPort: 80}]}",
    );
    let step = label(&busy);
    assert_eq!(step.risk.level, RiskLevel::High);
    assert!(step.risk.reason.contains("Pod/ci/web"), "{}", step.risk.reason);
}

/// Two ways to the same sink: neither change severs anything by itself.
#[test]
fn changes_that_only_help_together_are_one_step() {
    let yaml = "\
kind: Pod
apiVersion: v1
metadata: {name: p, namespace: a}
spec: {nodeName: n1, serviceAccountName: x, containers: [{name: c, image: i, securityContext: {privileged: true}}]}
---
kind: Pod
apiVersion: v1
metadata: {name: q, namespace: a}
spec: {nodeName: n1, serviceAccountName: x, automountServiceAccountToken: false, containers: [{name: c, image: i}]}
---
kind: ServiceAccount
apiVersion: v1
metadata: {name: x, namespace: a}
---
kind: ClusterRoleBinding
apiVersion: rbac.authorization.k8s.io/v1
metadata: {name: b1}
roleRef: {kind: ClusterRole, name: cluster-admin, apiGroup: rbac.authorization.k8s.io}
subjects: [{kind: ServiceAccount, name: x, namespace: a}]
---
kind: ClusterRoleBinding
apiVersion: rbac.authorization.k8s.io/v1
metadata: {name: b2}
roleRef: {kind: ClusterRole, name: cluster-admin, apiGroup: rbac.authorization.k8s.io}
subjects: [{kind: ServiceAccount, name: x, namespace: a}]
";
    let (plan, _) = plan(&inventory(yaml, None), None, 10);
    assert_eq!(plan.then, Then::NoPath, "{plan:#?}");
    let step = find(&plan.steps, ChangeKind::Together);
    assert_eq!(step.cost.objects, ["ClusterRoleBinding/b1", "ClusterRoleBinding/b2"]);
}

#[test]
fn a_state_after_changes_is_a_fresh_build_of_its_objects() {
    let read = inventory(CLUSTER, Some((1, 36)));
    let (mut state, _) = State::of(&read);
    let before = state.model().pairs(&Filter::default()).unwrap();
    let edits =
        vec![seawall_core::Edit::Set { route: "metadata.labels.x".parse().unwrap(), value: "y".into() }];
    let undo = state
        .change(&[
            ObjectChange::Delete("ClusterRoleBinding/forgotten".to_owned()),
            ObjectChange::Edit("Deployment/ops/metrics".to_owned(), edits),
            ObjectChange::Apply(
                "kind: ClusterRoleBinding\napiVersion: rbac.authorization.k8s.io/v1\nmetadata: {name: new}\n\
                 roleRef: {kind: ClusterRole, name: cluster-admin, apiGroup: rbac.authorization.k8s.io}\n\
                 subjects: [{kind: User, name: eve}]\n"
                    .to_owned(),
            ),
        ])
        .unwrap();
    let mut builder = seawall_inventory::InventoryBuilder::new();
    builder.server_version(1, 36);
    state.objects().for_each(|(_, resource)| builder.push(resource.clone()));
    let fresh = Model::build(&builder.build()).0.pairs(&Filter::default()).unwrap();
    assert_eq!(state.model().pairs(&Filter::default()).unwrap(), fresh);
    assert!(fresh.iter().any(|pair| pair.from == "User/eve") && fresh != before);
    state.undo(undo);
    assert_eq!(state.model().pairs(&Filter::default()).unwrap(), before);
    assert!(state.change(&[ObjectChange::Delete("Pod/none".to_owned())]).is_none());
}

#[test]
fn new_roles_take_the_place_of_what_a_subject_holds() {
    let read = inventory(CLUSTER, Some((1, 36)));
    let subject = Subject::service_account("ops", "metrics");
    let narrow = "kind: ClusterRole\napiVersion: rbac.authorization.k8s.io/v1\nmetadata: {name: m}\n\
                  rules: [{apiGroups: [''], resources: [pods], verbs: [list]}]\n---\n\
                  kind: ClusterRoleBinding\napiVersion: rbac.authorization.k8s.io/v1\nmetadata: {name: m}\n\
                  roleRef: {kind: ClusterRole, name: m, apiGroup: rbac.authorization.k8s.io}\n\
                  subjects: [{kind: ServiceAccount, name: metrics, namespace: ops}]\n";
    let after = replaced(&read, &subject, narrow).unwrap();
    assert!(
        after.removed.iter().any(|pair| pair.from == "Deployment/ops/metrics" && pair.sink == "all-secrets")
    );
    assert!(after.remaining.is_empty(), "{after:?}");
    let same = replaced(&read, &subject, &narrow.replace("[pods]", "[secrets]")).unwrap();
    assert!(same.removed.is_empty() && !same.remaining.is_empty(), "{same:?}");
}

#[test]
fn evidence_is_found_in_the_text() {
    let read = inventory(CLUSTER, None);
    let objects = Objects::of(&read);
    let at = objects.at("ClusterRole/metrics", "rules[1]").unwrap();
    assert_eq!(at.to_string(), "test:12:5");
    assert!(objects.at("ClusterRole/none", "rules[1]").is_none());
    // A field that is not there is shown where it would be.
    assert!(objects.at("Deployment/ops/metrics", "metadata.labels").is_some());
}
