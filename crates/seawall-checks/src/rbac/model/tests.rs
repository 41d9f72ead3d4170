//! What pages cannot show: all the defaults at once, tampering with them, sizes.

use std::fmt::Write as _;
use std::sync::Arc;

use seawall_core::{Origin, OriginKind, Severity};
use seawall_inventory::{Inventory, InventoryBuilder, RelatedRoles, Resource};
use seawall_rbac::{Subject, default_bindings};
use seawall_yaml::{Limits, NodeId, Text, read};

use super::MAX_LISTED;
use crate::{Check, Evaluation, Settings, all, evaluate};

fn inventory(text: &str, complete: bool) -> Inventory {
    let (documents, problems) = read(&Text::new(text), &Limits::default());
    assert!(problems.is_empty(), "{problems:?}");
    let mut builder = InventoryBuilder::new();
    for document in documents {
        let origin =
            Origin { file: "t.yaml".into(), document: document.index, line: 1, kind: OriginKind::File };
        // The end of the text is an empty document.
        if let Ok(resource) = Resource::new(Arc::new(document.tree), NodeId::ROOT, origin, None) {
            builder.push(resource);
        }
    }
    if complete {
        builder.complete();
    }
    builder.build()
}

fn judged(text: &str, complete: bool) -> Evaluation {
    let checks: Vec<&'static Check> =
        all().iter().map(|entry| entry.check).filter(|check| check.id.starts_with("rbac-")).collect();
    evaluate(&inventory(text, complete), &checks, &Settings::default())
}

fn ids(evaluation: &Evaluation) -> Vec<&str> {
    evaluation.findings.iter().map(|finding| finding.check.id.as_str()).collect()
}

fn subject(who: &Subject) -> String {
    match who {
        Subject::ServiceAccount { namespace, name } => {
            format!("- {{kind: ServiceAccount, namespace: {namespace}, name: {name}}}\n")
        }
        Subject::Group(name) => format!("- {{kind: Group, name: '{name}'}}\n"),
        Subject::User(name) => format!("- {{kind: User, name: '{name}'}}\n"),
    }
}

fn binding(namespace: Option<&str>, name: &str, kind: &str, role: &str, subjects: &str) -> String {
    let (own, home) = match namespace {
        Some(namespace) => ("RoleBinding", format!(", namespace: {namespace}")),
        None => ("ClusterRoleBinding", String::new()),
    };
    format!(
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: {own}\nmetadata: {{name: '{name}'{home}}}\n\
         roleRef: {{kind: {kind}, name: '{role}'}}\nsubjects:\n{subjects}---\n"
    )
}

fn role(name: &str, rule: &str) -> String {
    format!(
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {{name: '{name}'}}\nrules: [{{{rule}}}]\n---\n"
    )
}

#[test]
fn default_bindings_are_silent_and_more_subjects_are_not() {
    let bindings = default_bindings();
    assert!(bindings.len() > 60);
    for (namespace, name, default) in bindings {
        let subjects: String = default.subjects().iter().map(subject).collect();
        let (kind, role) = default.role();
        let evaluation = judged(&binding(namespace, name, kind, role, &subjects), false);
        assert!(ids(&evaluation).is_empty(), "{name}: {:?}", ids(&evaluation));
        assert_eq!(evaluation.not_evaluated, [], "{name}");
    }
    let more = "- {kind: Group, name: 'system:nodes'}\n";
    let evaluation = judged(&binding(None, "system:node", "ClusterRole", "system:node", more), false);
    assert_eq!(
        ids(&evaluation),
        [
            "rbac-create-pods",
            "rbac-create-service-account-token",
            "rbac-delete-workloads",
            "rbac-read-secrets"
        ]
    );
}

/// The objects of the table of defaults, written as a cluster shows them.
fn control_plane() -> String {
    let list = |words: &str| {
        format!("[{}]", words.split(',').map(|w| format!("'{w}'")).collect::<Vec<_>>().join(", "))
    };
    let group = |words: &str| list(&words.replace("core", ""));
    let mut text = String::new();
    for line in include_str!("../../../../seawall-rbac/data/defaults.txt").lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            [kind @ ("Role" | "ClusterRole" | "RoleBinding" | "ClusterRoleBinding"), name] => {
                let (home, name) = name
                    .split_once('/')
                    .map_or((String::new(), *name), |(home, name)| (format!(", namespace: {home}"), name));
                let rules = if kind.ends_with("Binding") { "subjects" } else { "rules" };
                write!(
                    text,
                    "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: {kind}\nmetadata: {{name: '{name}'{home}}}\n{rules}:\n"
                )
                .unwrap();
            }
            ["rule", groups, resources, verbs, names @ ..] => {
                let names =
                    names.first().map_or(String::new(), |names| format!(", resourceNames: {}", list(names)));
                let (groups, resources, verbs) = (group(groups), list(resources), list(verbs));
                writeln!(text, "- {{apiGroups: {groups}, resources: {resources}, verbs: {verbs}{names}}}")
                    .unwrap();
            }
            ["path", urls, verbs] => {
                writeln!(text, "- {{nonResourceURLs: {}, verbs: {}}}", list(urls), list(verbs)).unwrap();
            }
            ["for", who] => text.push_str(&subject(&who.parse().unwrap())),
            // A key after the list that the line of the object began.
            ["to", kind, role] => {
                let at = text.rfind("subjects:").unwrap();
                text.insert_str(at, &format!("roleRef: {{kind: {kind}, name: '{role}'}}\n"));
            }
            _ => {}
        }
    }
    text
}

#[test]
fn a_control_plane_is_silent_in_every_profile() {
    for complete in [true, false] {
        let evaluation = judged(&control_plane(), complete);
        let found: Vec<String> = evaluation
            .findings
            .iter()
            .map(|finding| format!("{} {}: {}", finding.check.id, finding.subject.name, finding.message))
            .collect();
        assert!(found.is_empty(), "{found:#?}");
        assert!(evaluation.coverage.evaluated > 1_000);
    }
}

#[test]
fn a_default_name_with_another_role_is_not_the_default_binding() {
    let everybody = "- {kind: Group, name: 'system:authenticated'}\n";
    let text = binding(None, "system:basic-user", "ClusterRole", "cluster-admin", everybody);
    assert_eq!(
        ids(&judged(&text, false)),
        ["rbac-authenticated", "rbac-cluster-admin", "rbac-pod-exec-binding"]
    );
    let controller = "- {kind: ServiceAccount, namespace: shop, name: job-controller}\n";
    let name = "system:controller:job-controller";
    assert_eq!(
        ids(&judged(&binding(None, name, "ClusterRole", name, controller), false)),
        ["rbac-create-pods", "rbac-delete-workloads"]
    );
}

#[test]
fn what_was_added_to_a_built_in_role_is_reported_and_names_like_theirs_excuse_nothing() {
    let secrets = "apiGroups: [''], resources: [secrets], verbs: [get]";
    let dns = binding(
        None,
        "system:kube-dns",
        "ClusterRole",
        "system:kube-dns",
        &subject(&Subject::service_account("kube-system", "kube-dns")),
    );
    assert_eq!(ids(&judged(&(role("system:kube-dns", secrets) + &dns), true)), ["rbac-read-secrets"]);
    let evil = "system:controller:evil";
    let bound =
        binding(None, evil, "ClusterRole", evil, &subject(&Subject::service_account("kube-system", "evil")));
    assert_eq!(ids(&judged(&(role(evil, secrets) + &bound), true)), ["rbac-read-secrets"]);
}

#[test]
fn a_missing_role_is_a_gap_in_files_and_nothing_in_a_cluster() {
    let text = binding(Some("shop"), "dev", "Role", "gone", "- {kind: User, name: jane}\n");
    let files = judged(&text, false);
    assert!(files.findings.is_empty());
    assert!(files.not_evaluated.iter().any(|gap| gap.check.as_str() == "rbac-pod-exec-binding"));
    let cluster = judged(&text, true);
    assert!(cluster.findings.is_empty() && cluster.not_evaluated.is_empty());
}

#[test]
fn findings_stay_small_however_many_hold_the_role() {
    let mut text = role("reader", "apiGroups: [''], resources: [secrets], verbs: [get]");
    for i in 0..2_000 {
        let holder = format!("- {{kind: User, name: user-{i}}}\n");
        write!(text, "{}", binding(Some(&format!("ns-{i}")), "b", "ClusterRole", "reader", &holder)).unwrap();
    }
    let evaluation = judged(&text, true);
    assert_eq!(ids(&evaluation), ["rbac-read-secrets"]);
    let finding = &evaluation.findings[0];
    assert_eq!(finding.severity, Severity::High);
    assert!(finding.message.contains("and 1999 others"), "{}", finding.message);
    assert!(finding.linked.len() <= 2 * MAX_LISTED && finding.locations.len() <= 2 * MAX_LISTED + 2);
}

#[test]
fn cycles_of_aggregated_roles_end() {
    let aggregated = |name: &str, label: &str, selects: &str| {
        format!(
            "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {{name: {name}, labels: {{{label}: 'true'}}}}\n\
             aggregationRule: {{clusterRoleSelectors: [{{matchLabels: {{{selects}: 'true'}}}}]}}\n\
             rules: [{{apiGroups: [''], resources: [secrets], verbs: [get]}}]\n---\n"
        )
    };
    let jane = "- {kind: User, name: jane}\n";
    let text = aggregated("a", "in-b", "in-a")
        + &aggregated("b", "in-a", "in-b")
        + &binding(Some("shop"), "b", "ClusterRole", "b", jane);
    // Each is made of the other: what is written in them is all that there is.
    assert_eq!(ids(&judged(&text, true)), ["rbac-read-secrets", "rbac-read-secrets"]);
}

#[test]
fn the_empty_name_lets_nameless_requests_through() {
    let jane = binding(Some("shop"), "b", "ClusterRole", "r", "- {kind: User, name: jane}\n");
    let with = |names: &str| {
        role("r", &format!("apiGroups: [''], resources: [secrets], verbs: [list], resourceNames: [{names}]"))
            + &jane
    };
    assert!(ids(&judged(&with("a"), true)).is_empty());
    assert_eq!(ids(&judged(&with("a, ''"), true)), ["rbac-read-secrets"]);
}

/// ClusterRoles of which each is made of all the others.
fn circle(count: usize) -> String {
    let mut text = String::new();
    for i in 0..count {
        write!(
            text,
            "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {{name: c{i}, labels: {{in: circle}}}}\n\
             aggregationRule: {{clusterRoleSelectors: [{{matchLabels: {{in: circle}}}}]}}\nrules: []\n---\n"
        )
        .unwrap();
    }
    text
}

const WHOLE: &str = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: whole}\n\
                     aggregationRule: {clusterRoleSelectors: [{matchLabels: {evil: 'yes'}}]}\nrules: []\n---\n\
                     apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: part, labels: {evil: 'yes'}}\n\
                     rules: [{apiGroups: ['*'], resources: ['*'], verbs: ['*']}]\n---\n";

#[test]
fn many_roles_that_select_each_other_hide_no_other() {
    let all = "- {kind: Group, name: 'system:authenticated'}\n";
    let bound = WHOLE.to_owned() + &binding(None, "b", "ClusterRole", "whole", all);
    let alone = judged(&bound, true);
    assert!(ids(&alone).contains(&"rbac-cluster-admin"), "{:?}", ids(&alone));
    assert_eq!(ids(&judged(&(circle(600) + &bound), true)), ids(&alone));
}

#[test]
fn a_role_of_too_many_parts_never_passes() {
    let all = "- {kind: Group, name: 'system:authenticated'}\n";
    let text = circle(RelatedRoles::MAX + 2) + &binding(None, "b", "ClusterRole", "c7", all);
    let evaluation = judged(&text, true);
    for check in ["rbac-cluster-admin", "rbac-authenticated"] {
        let gap = evaluation.not_evaluated.iter().find(|gap| gap.check.as_str() == check);
        assert!(
            gap.is_some_and(|gap| gap.reason.contains("aggregates more than")),
            "{check}: {:?}",
            evaluation.not_evaluated
        );
    }
}
