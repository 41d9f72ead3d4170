//! The authorizer.

use super::cluster::{ASK, Ask, Cluster, bound, denials, denied, policy};

const ROLES: &str = "
{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: r, namespace: default}, rules: [{apiGroups: [apps], resources: [deployments], verbs: [release]}]}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: rb, namespace: default}, roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: r}, subjects: [{kind: User, name: alice, apiGroup: rbac.authorization.k8s.io}, {kind: ServiceAccount, name: robot, namespace: ci}]}
---
";

const CHECK: &str = "authorizer.group('apps').resource('deployments').namespace('default').check('release')";

#[test]
fn the_user_of_the_request_is_asked_about() {
    let rest = format!("validations: [{{expression: \"{CHECK}.allowed()\", message: may not}}]");
    let cluster = Cluster::new(&format!("{ROLES}{}", policy(&rest)));
    assert_eq!(cluster.refusals(), Vec::<String>::new());
    assert!(cluster.ask(&ASK).is_allowed());
    // ClusterRoles of the test's cluster are not complete: a right that is not found is not known.
    let decision = cluster.ask(&Ask { user: "bob", ..ASK });
    assert!(denials(&decision).is_empty());
    assert_eq!(decision.not_judged.len(), 1);
}

#[test]
fn a_service_account_and_the_reason() {
    let check = CHECK.replace("authorizer", "authorizer.serviceAccount('ci', 'robot')");
    let rest = format!(
        "variables: [{{name: d, expression: \"{check}\"}}]
validations: [{{expression: \"variables.d.allowed() && variables.d.reason() == 'x'\", message: reason}}]"
    );
    let cluster = Cluster::new(&format!("{ROLES}{}", policy(&rest)));
    assert_eq!(denials(&cluster.ask(&Ask { user: "bob", ..ASK })), ["reason"]);
}

#[test]
fn messages_do_not_know_the_authorizer_and_neither_do_annotations_when_they_run() {
    let annotated = "auditAnnotations: [{key: k, valueExpression: \"string(authorizer.path('/x').check('get').allowed())\"}]";
    let failed = denied(annotated);
    assert_eq!(failed.len(), 1);
    assert!(failed[0].ends_with("resulted in error: no such attribute(s): authorizer"), "{failed:?}");
    let cluster = Cluster::new(&bound(
        "validations: [{expression: 'false', messageExpression: \"string(authorizer.path('/x').check('get').allowed())\"}]",
        "validationActions: [Deny]",
    ));
    assert!(cluster.refusals()[0].contains("undeclared reference to 'authorizer'"));
}

#[test]
fn without_rights_nobody_knows() {
    let rest = format!("validations: [{{expression: \"{CHECK}.allowed() || true\"}}]");
    let cluster = Cluster::new(&policy(&rest));
    let decision = cluster.with_request(&ASK, |request, _| {
        let world = seawall_policy::vap::World::new(&cluster.inventory, None);
        cluster.policies.judge(request, &world)
    });
    assert!(decision.denials.is_empty());
    assert_eq!(
        decision.not_judged[0].reason,
        "it asks for rights, and the roles of the cluster are not known"
    );
}

#[test]
fn the_resource_of_the_request_is_asked_about() {
    let rest = "validations: [{expression: \"authorizer.requestResource.check('approve').allowed()\", message: may not}]";
    let role = ROLES
        .replace("[apps]", "['']")
        .replace("[deployments]", "[configmaps]")
        .replace("release", "approve");
    assert!(Cluster::new(&format!("{role}{}", policy(rest))).ask(&ASK).is_allowed());
    let other = Cluster::new(&format!("{ROLES}{}", policy(rest))).ask(&ASK);
    assert_eq!(other.not_judged.len(), 1);
}
