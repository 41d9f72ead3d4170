//! Risks: a line of rules, who holds them, and which primitives they open.

use seawall_inventory::Inventory;
use seawall_rbac::primitives::FactTable;
use seawall_rbac::{Rbac, Risk, Surroundings, risks};

use crate::{inventory, resources};

fn found(inventory: &Inventory, version: Option<(u32, u32)>) -> Vec<Risk> {
    let (rbac, _) = Rbac::build(inventory);
    let around = Surroundings { version, ..Surroundings::of(inventory) };
    risks(&rbac, &FactTable::of(&rbac, around.version), &around)
}

/// The primitives that one subject gets from rules, everywhere or in namespace `team`.
fn primitives(rules: &[&str], namespace: Option<&str>, more: &str) -> Vec<&'static str> {
    let (kind, place) = match namespace {
        Some(namespace) => ("RoleBinding", format!(", namespace: {namespace}")),
        None => ("ClusterRoleBinding", String::new()),
    };
    let text = format!(
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {{name: r}}\nrules: [{}]\n---\n\
         apiVersion: rbac.authorization.k8s.io/v1\nkind: {kind}\nmetadata: {{name: b{place}}}\n\
         roleRef: {{kind: ClusterRole, name: r}}\nsubjects: [{{kind: User, name: eve}}]\n{more}",
        rules.join(", ")
    );
    let found = found(&inventory(resources(&text)), Some((1, 36)));
    let mut ids: Vec<&str> = found.iter().map(|risk| risk.id).collect();
    ids.sort_unstable();
    ids
}

fn rule(group: &str, resources: &str, verbs: &str) -> String {
    format!("{{apiGroups: ['{group}'], resources: [{resources}], verbs: [{verbs}]}}")
}

fn named(group: &str, resources: &str, verbs: &str, names: &str) -> String {
    format!(
        "{{apiGroups: ['{group}'], resources: [{resources}], verbs: [{verbs}], resourceNames: [{names}]}}"
    )
}

const RBAC: &str = "rbac.authorization.k8s.io";
const CSR: &str = "certificates.k8s.io";

#[test]
fn one_right_opens_one_primitive() {
    for (group, what, verbs, everywhere, in_namespace) in [
        ("*", "'*'", "'*'", &["A01"][..], &["A02"][..]),
        ("", "pods", "create", &["A04"], &["A04"]),
        ("apps", "deployments", "patch", &["A06"], &["A06"]),
        ("", "deployments", "create", &[], &[]),
        ("batch", "jobs", "update", &[], &[]),
        ("", "pods/exec", "create", &["A08"], &["A08"]),
        ("", "pods/exec", "get", &[], &[]),
        ("", "'*/exec'", "create", &["A08"], &["A08"]),
        ("", "'pods/*'", "create", &[], &[]),
        ("", "secrets", "get", &["A16"], &["A16"]),
        ("", "secrets", "list", &["A17"], &["A17"]),
        ("", "secrets", "create", &[], &[]),
        ("", "serviceaccounts/token", "create", &["A20"], &["A20"]),
        ("", "users", "impersonate", &["A22"], &[]),
        ("", "groups", "impersonate", &[], &[]),
        ("", "serviceaccounts", "impersonate", &["A22"], &["A22"]),
        (RBAC, "clusterroles", "escalate", &[], &[]),
        (RBAC, "clusterroles", "'escalate', update", &["A24"], &[]),
        (RBAC, "roles", "'escalate', update", &["A24"], &["A24"]),
        (RBAC, "roles", "create, update", &[], &[]),
        (RBAC, "clusterroles", "bind", &[], &[]),
        (RBAC, "clusterrolebindings", "create", &["A26"], &[]),
        ("", "nodes/proxy", "get", &["A37"], &[]),
        ("", "persistentvolumes", "create", &[], &[]),
        (CSR, "certificatesigningrequests", "create", &[], &[]),
        ("admissionregistration.k8s.io", "mutatingwebhookconfigurations", "create", &["A31"], &[]),
        ("argoproj.io", "applications", "create", &[], &[]),
        ("", "namespaces", "patch", &["A35"], &["A35"]),
        ("", "configmaps", "update", &[], &[]),
        ("", "configmaps", "get, list", &[], &[]),
    ] {
        let rule = rule(group, what, verbs);
        assert_eq!(primitives(&[&rule], None, ""), everywhere, "everywhere: {rule}");
        assert_eq!(primitives(&[&rule], Some("team"), ""), in_namespace, "in a namespace: {rule}");
    }
}

#[test]
fn rights_are_joined_where_all_are_needed() {
    let escalate = |name: &str| named(RBAC, "clusterroles", "escalate", name);
    let change = named(RBAC, "clusterroles", "update", "a");
    let csr = rule(CSR, "certificatesigningrequests", "create");
    let approval = rule(CSR, "certificatesigningrequests/approval", "update");
    let signer = |name: &str| named(CSR, "signers", "approve", name);
    for (rules, expected) in [
        (vec![escalate("a"), change.clone()], &["A24"][..]),
        (vec![escalate("b"), change], &[]),
        (vec![rule("", "secrets", "create"), named("", "secrets", "get", "mine")], &["A16", "A18"]),
        (vec![rule("", "users, groups", "impersonate")], &["A22"]),
        (vec![rule(RBAC, "clusterrolebindings", "create"), rule(RBAC, "clusterroles", "bind")], &["A25"]),
        (
            vec![rule(RBAC, "clusterrolebindings", "create"), rule(RBAC, "clusterrolebindings", "bind")],
            &["A26"],
        ),
        (vec![csr.clone(), approval.clone(), signer("kubernetes.io/kube-apiserver-client")], &["A28"]),
        (
            vec![csr.clone(), approval.clone(), signer("kubernetes.io/kube-apiserver-client-kubelet")],
            &["A29"],
        ),
        (vec![csr.clone(), approval.clone(), signer("'kubernetes.io/*'")], &["A28", "A29"]),
        (vec![csr.clone(), approval.clone(), signer("example.com/mine")], &[]),
        (vec![approval, signer("kubernetes.io/kube-apiserver-client")], &[]),
        (vec![rule("", "persistentvolumes, persistentvolumeclaims, pods", "create")], &["A04", "A39"]),
        (vec![rule("", "pods", "delete"), rule("", "nodes", "patch")], &["A15", "A36"]),
        (vec![named("", "pods", "create", "web")], &[]),
        (vec![named("", "secrets", "list", "web")], &["A16"]),
    ] {
        let rules: Vec<&str> = rules.iter().map(String::as_str).collect();
        assert_eq!(primitives(&rules, None, ""), expected, "{rules:?}");
    }
}

#[test]
fn objects_and_operators_must_be_there() {
    let change = rule("", "configmaps", "update");
    let aws = "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: aws-auth, namespace: kube-system}\n";
    assert_eq!(primitives(&[&change], None, aws), ["A41"]);
    assert_eq!(primitives(&[&change], Some("team"), aws), [""; 0]);
    assert_eq!(
        primitives(&[&named("", "configmaps", "update", "aws-auth")], Some("kube-system"), aws),
        ["A41"]
    );
    assert_eq!(primitives(&[&named("", "configmaps", "update", "other")], Some("kube-system"), aws), [""; 0]);
    let crd = "---\napiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: x}\nspec: {group: argoproj.io, scope: Namespaced, names: {plural: applications}}\n";
    assert_eq!(primitives(&[&rule("argoproj.io", "applications", "create")], None, crd), ["A52"]);
}

#[test]
fn old_servers_open_more() {
    let text = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: r}\nrules: [{apiGroups: [''], resources: [pods/exec], verbs: [get]}]\n---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: b}\nroleRef: {kind: ClusterRole, name: r}\nsubjects: [{kind: User, name: eve}]\n";
    let inventory = inventory(resources(text));
    assert_eq!(found(&inventory, Some((1, 34))).len(), 1);
    assert_eq!(found(&inventory, Some((1, 35))).len(), 0);
    assert_eq!(found(&inventory, None).len(), 0);
}

#[test]
fn new_servers_open_more() {
    let text = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: r}\nrules:\n- {apiGroups: [admissionregistration.k8s.io], resources: [mutatingadmissionpolicies, mutatingadmissionpolicybindings], verbs: [create]}\n- {apiGroups: [authentication.k8s.io], resources: [users], verbs: ['impersonate:user-info']}\n- {apiGroups: [''], resources: [pods], verbs: ['impersonate-on:user-info:get']}\n---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: b}\nroleRef: {kind: ClusterRole, name: r}\nsubjects: [{kind: User, name: eve}]\n";
    let inventory = inventory(resources(text));
    let ids = |version| found(&inventory, version).iter().map(|risk| risk.id).collect::<Vec<_>>();
    assert_eq!(ids(Some((1, 33))), [""; 0]);
    assert_eq!(ids(Some((1, 34))), ["A32"]);
    assert_eq!(ids(Some((1, 35))), ["A23", "A32"]);
    assert_eq!(ids(None), ["A23", "A32"]);
}

#[test]
fn rights_of_groups_that_one_is_in_of_itself_count() {
    let text = "apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: create}
rules: [{apiGroups: [rbac.authorization.k8s.io], resources: [clusterrolebindings], verbs: [create]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: bind}
rules: [{apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles], verbs: [bind]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: group}
roleRef: {kind: ClusterRole, name: bind}
subjects: [{kind: Group, name: 'system:serviceaccounts:team'}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: robot}
roleRef: {kind: ClusterRole, name: create}
subjects: [{kind: ServiceAccount, name: robot, namespace: team}]
";
    let found = found(&inventory(resources(text)), None);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((found[0].id, found[0].subject.to_string().as_str()), ("A25", "ServiceAccount/team/robot"));
    assert_eq!(found[0].evidence.len(), 2);
}

#[test]
fn strangers_are_named() {
    let text = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: b}\nroleRef: {kind: ClusterRole, name: view}\nsubjects: [{kind: Group, name: 'system:unauthenticated'}]\n";
    let found = found(&inventory(resources(text)), None);
    assert!(found.iter().any(|risk| risk.id == "A51" && !risk.expected), "{found:?}");
}

#[test]
fn a_folder_may_refer_to_roles_that_every_cluster_has() {
    let binding = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: b}\nroleRef: {kind: ClusterRole, name: NAME}\nsubjects: [{kind: User, name: eve}]\n";
    let ids = |name: &str, more: &str| {
        let text = binding.replace("NAME", name) + more;
        let found = found(&inventory(resources(&text)), None);
        found.into_iter().map(|risk| risk.id).collect::<Vec<_>>()
    };
    assert_eq!(ids("cluster-admin", ""), ["A01"]);
    assert!(ids("admin", "").contains(&"A02"));
    assert!(ids("view", "").iter().all(|id| *id == "A13"), "{:?}", ids("view", ""));
    let extended = "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: more, labels: {rbac.authorization.k8s.io/aggregate-to-view: 'true'}}\nrules: [{apiGroups: [''], resources: [secrets], verbs: [list]}]\n";
    assert!(ids("view", extended).contains(&"A17"));
    let replaced = "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: cluster-admin}\nrules: []\n";
    assert_eq!(ids("cluster-admin", replaced), [""; 0]);
    assert_eq!(ids("no-such-role", ""), [""; 0], "a folder cannot show that a role is missing");
}

/// The page is what users have of the table.
#[test]
fn every_primitive_is_on_its_page() {
    let page = include_str!("../../../../docs/rbac.md");
    for primitive in seawall_rbac::primitives::PRIMITIVES {
        assert!(page.contains(&format!("\n| {} | ", primitive.id)), "{}", primitive.id);
    }
}
