//! Shortest paths, all of them, cuts and dominators on clusters where the answer is plain.

use crate::{clusterwide, model, pairs};
use seawall_paths::{Filter, Model};

fn filter(from: &[&str], to: &[&str]) -> Filter {
    let words = |list: &[&str]| list.iter().map(|word| (*word).to_owned()).collect();
    Filter { from: words(from), to: words(to) }
}

/// Bindings of `cluster-admin` to accounts, and pods that run as them.
fn bound(bindings: &[(&str, &str)], pods: &[(&str, &str)]) -> Model {
    let mut yaml = String::new();
    for (name, account) in bindings {
        yaml.push_str(&format!(
            "---\nkind: ClusterRoleBinding\napiVersion: rbac.authorization.k8s.io/v1\nmetadata: {{name: {name}}}\n\
             roleRef: {{kind: ClusterRole, name: cluster-admin, apiGroup: rbac.authorization.k8s.io}}\n\
             subjects: [{{kind: ServiceAccount, name: {account}, namespace: a}}]\n"
        ));
    }
    for (name, account) in pods {
        yaml.push_str(&format!(
            "---\nkind: Pod\napiVersion: v1\nmetadata: {{name: {name}, namespace: a}}\n\
             spec: {{nodeName: n1, serviceAccountName: {account}, containers: [{{name: c, image: i}}]}}\n"
        ));
    }
    model(&yaml)
}

#[test]
fn starts_that_share_a_way_stand_together() {
    let pods: Vec<(String, &str)> = (0..300).map(|number| (format!("p{number:03}"), "x")).collect();
    let pods: Vec<(&str, &str)> = pods.iter().map(|(name, account)| (name.as_str(), *account)).collect();
    let model = bound(&[("b", "x")], &pods);
    let groups = model.paths(&filter(&["Pod"], &["cluster-admin"])).unwrap();
    assert_eq!(groups.len(), 1);
    assert_eq!(groups[0].starts.len(), 300);
    assert_eq!(groups[0].path.steps.len(), 2);
    assert_eq!(groups[0].path.from, "Pod/a/p000");
}

#[test]
fn all_shortest_paths_are_counted_not_listed() {
    // Two bindings of one account: two ways for it, and for each of its pods.
    let model = bound(&[("b1", "x"), ("b2", "x")], &[("p", "x")]);
    let dags = model.all_shortest(&filter(&["Pod/a/p"], &["cluster-admin"])).unwrap();
    assert_eq!(dags.len(), 1);
    assert_eq!(dags[0].ways, "2");
    // A ladder of 60 rungs with two accounts each has 2^60 ways.
    let mut yaml = String::new();
    for rung in 0..60 {
        for side in ["l", "r"] {
            yaml.push_str(&format!(
                "---\nkind: ServiceAccount\napiVersion: v1\nmetadata: {{name: {side}{rung}, namespace: a}}\n\
                 ---\nkind: Role\napiVersion: rbac.authorization.k8s.io/v1\nmetadata: {{name: {side}{rung}, namespace: a}}\n\
                 rules: [{{apiGroups: [''], resources: [serviceaccounts/token], verbs: [create], resourceNames: [l{next}, r{next}]}}]\n\
                 ---\nkind: RoleBinding\napiVersion: rbac.authorization.k8s.io/v1\nmetadata: {{name: {side}{rung}, namespace: a}}\n\
                 roleRef: {{kind: Role, name: {side}{rung}, apiGroup: rbac.authorization.k8s.io}}\n\
                 subjects: [{{kind: ServiceAccount, name: {side}{rung}, namespace: a}}]\n",
                next = rung + 1,
            ));
        }
    }
    yaml.push_str("---\nkind: ServiceAccount\napiVersion: v1\nmetadata: {name: l60, namespace: a}\n");
    let model = crate::model(&yaml);
    let dags = model.all_shortest(&filter(&["ServiceAccount/a/l0"], &["ServiceAccount/a/l60"])).unwrap();
    assert_eq!(dags[0].ways, (1u64 << 59).to_string());
}

#[test]
fn the_cut_is_the_one_binding_that_all_share() {
    let model = bound(&[("b", "x")], &[("p", "x"), ("q", "x")]);
    let cut = model.cut(&filter(&[], &["cluster-admin"]), None).unwrap();
    assert_eq!(cut.starts, 3);
    let objects: Vec<&str> = cut.changes.iter().map(|change| change.object.as_str()).collect();
    assert_eq!(objects, ["ClusterRoleBinding/b"]);
    assert_eq!((cut.changes[0].severs, cut.changes[0].survive), (3, 0));
    assert!(cut.uncut.is_empty());
    let through = &cut.dominators["cluster-admin"];
    assert!(through.contains(&"ClusterRoleBinding/b".to_owned()), "{through:?}");
    assert!(through.contains(&"ServiceAccount/a/x".to_owned()), "{through:?}");
}

#[test]
fn an_alternate_path_asks_for_a_second_change() {
    let model = bound(&[("b1", "x"), ("b2", "x")], &[("p", "x")]);
    let cut = model.cut(&filter(&["ServiceAccount/a/x"], &["cluster-admin"]), None).unwrap();
    // Both bindings lead to the same rule; taking that away severs both, but costs all others who use the role.
    assert!(!cut.changes.is_empty());
    assert!(cut.uncut.is_empty());
    if cut.changes.len() == 2 {
        assert!(cut.changes.iter().all(|change| change.survive == 1));
    }
}

#[test]
fn an_escape_is_cut_at_its_field() {
    let yaml = "kind: Pod\napiVersion: v1\nmetadata: {name: p, namespace: a}\n\
                spec: {nodeName: n1, containers: [{name: c, image: i, securityContext: {privileged: true}}]}\n";
    let cut = model(yaml).cut(&filter(&[], &["node-root"]), None).unwrap();
    assert_eq!(cut.changes.len(), 1, "{cut:?}");
    assert_eq!(cut.changes[0].object, "Pod/a/p");
    assert_eq!(cut.changes[0].route, "spec.containers[0].securityContext.privileged");
}

/// Nothing is said of lesser sinks behind the whole cluster, unless asked.
#[test]
fn whoever_holds_the_cluster_holds_the_rest() {
    let model = bound(&[("b", "x")], &[]);
    let own = ["ServiceAccount/a/x"];
    assert_eq!(pairs(&model, &own, &[]), ["ServiceAccount/a/x → cluster-admin"]);
    assert_eq!(pairs(&model, &own, &["all-secrets"]), ["ServiceAccount/a/x → all-secrets"]);
}

#[test]
fn the_internet_needs_a_flaw_behind_the_open_door() {
    let yaml = "kind: Service\napiVersion: v1\nmetadata: {name: web, namespace: a}\nspec: {type: LoadBalancer, selector: {app: web}, ports: [{port: 80}]}\n\
                ---\nkind: Pod\napiVersion: v1\nmetadata: {name: p, namespace: a, labels: {app: web}}\n\
                spec: {nodeName: n1, containers: [{name: c, image: i, securityContext: {privileged: true}}]}\n";
    let open = model(yaml);
    assert_eq!(pairs(&open, &["internet"], &["node-root"]), ["internet → node-root"]);
    let groups = open.paths(&filter(&["internet"], &["node-root"])).unwrap();
    assert_eq!(groups[0].path.confidence.as_str(), "low");
    let primitives: Vec<&str> = groups[0].path.steps.iter().map(|step| step.primitive).collect();
    assert_eq!(primitives, ["E01", "E02", "B01"]);
    let denied = "---\nkind: NetworkPolicy\napiVersion: networking.k8s.io/v1\nmetadata: {name: n, namespace: a}\nspec: {podSelector: {}, policyTypes: [Ingress]}\n";
    assert_eq!(
        pairs(&model(&format!("{yaml}{denied}")), &["internet"], &["node-root"]),
        ["internet → node-root (held back)"]
    );
    let closed = model(&yaml.replace("type: LoadBalancer", "type: ClusterIP"));
    assert!(pairs(&closed, &["internet"], &["node-root"]).is_empty());
}

#[test]
fn names_that_are_nowhere_are_refused() {
    let model = model(&clusterwide("{apiGroups: [''], resources: [pods], verbs: [create]}"));
    assert!(model.paths(&filter(&["Pod/ci/none"], &[])).is_err());
    assert!(model.paths(&filter(&[], &["clusteradmin"])).is_err());
    // A sink that nothing leads to is no mistake.
    assert!(model.paths(&filter(&[], &["namespace-admin:none"])).unwrap().is_empty());
}

/// Two ways in a row: the one whose right was used costs more, so the other is cut.
#[test]
fn a_right_that_is_used_costs_more_than_one_that_is_not() {
    let yaml = "\
kind: ServiceAccount
apiVersion: v1
metadata: {name: deployer, namespace: a}
---
kind: Role
apiVersion: rbac.authorization.k8s.io/v1
metadata: {name: tokens, namespace: a}
rules: [{apiGroups: [''], resources: [serviceaccounts/token], verbs: [create], resourceNames: [deployer]}]
---
kind: RoleBinding
apiVersion: rbac.authorization.k8s.io/v1
metadata: {name: first, namespace: a}
roleRef: {kind: Role, name: tokens, apiGroup: rbac.authorization.k8s.io}
subjects: [{kind: User, name: alice}]
---
kind: ClusterRoleBinding
apiVersion: rbac.authorization.k8s.io/v1
metadata: {name: second}
roleRef: {kind: ClusterRole, name: cluster-admin, apiGroup: rbac.authorization.k8s.io}
subjects: [{kind: ServiceAccount, name: deployer, namespace: a}]
";
    let model = model(yaml);
    let used = |user: &str, verb: &str, resource: &str| {
        let log = format!(
            r#"{{"auditID":"1","stage":"ResponseComplete","verb":"{verb}","user":{{"username":"{user}"}},"objectRef":{{"resource":"{resource}","namespace":"a","name":"deployer","subresource":"token"}},"responseStatus":{{"code":200}},"stageTimestamp":"2026-11-22T00:00:00Z"}}"#
        );
        let (events, problems) = seawall_events::read_events(&log, 1);
        assert!(problems.is_empty(), "{problems:?}");
        let mut recorder = seawall_rbac::usage::ClientRecorder::default();
        events.iter().for_each(|event| recorder.add(event));
        recorder.finish()
    };
    let cut = |requests| {
        let cut = model.cut(&filter(&["User/alice"], &["cluster-admin"]), Some(&requests)).unwrap();
        let objects: Vec<String> = cut.changes.iter().map(|change| change.object.clone()).collect();
        (objects, cut.changes[0].pricing.clone())
    };
    let (objects, pricing) = cut(used("alice", "create", "serviceaccounts"));
    assert_eq!(objects, ["ClusterRoleBinding/second"]);
    assert_eq!(pricing, seawall_paths::Pricing::Unused);
    let (objects, _) = cut(used("system:serviceaccount:a:deployer", "get", "pods"));
    assert_eq!(objects, ["RoleBinding/a/first"]);
}

/// A conjunction is cut at the premise that is cheaper to cut, not at the one that fewer hold.
#[test]
fn a_conjunction_is_cut_where_it_is_cheapest() {
    let role = |name: &str, rule: &str| {
        format!(
            "---\nkind: ClusterRole\napiVersion: rbac.authorization.k8s.io/v1\nmetadata: {{name: {name}}}\nrules: [{rule}]\n"
        )
    };
    let bind = |name: &str, role: &str, users: &[&str]| {
        let subjects: Vec<String> =
            users.iter().map(|user| format!("{{kind: User, name: {user}}}")).collect();
        format!(
            "---\nkind: ClusterRoleBinding\napiVersion: rbac.authorization.k8s.io/v1\nmetadata: {{name: {name}}}\n\
             roleRef: {{kind: ClusterRole, name: {role}, apiGroup: rbac.authorization.k8s.io}}\nsubjects: [{}]\n",
            subjects.join(", ")
        )
    };
    let group = "apiGroups: [rbac.authorization.k8s.io]";
    let yaml = role("bind", &format!("{{{group}, resources: [clusterroles], verbs: [bind]}}"))
        + &role("c1", &format!("{{{group}, resources: [clusterrolebindings], verbs: [create]}}"))
        + &role("c2", &format!("{{{group}, resources: [clusterrolebindings], verbs: [create]}}"))
        // Many may bind, by one binding; two may create bindings, by two.
        + &bind("binders", "bind", &["u1", "u2", "u3", "u4"])
        + &bind("b1", "c1", &["u1"])
        + &bind("b2", "c2", &["u2"]);
    let cut = model(&yaml).cut(&filter(&["User"], &["cluster-admin"]), None).unwrap();
    assert_eq!(cut.starts, 2);
    let objects: Vec<&str> = cut.changes.iter().map(|change| change.object.as_str()).collect();
    assert_eq!(objects, ["ClusterRoleBinding/binders"], "{cut:#?}");
    assert!(cut.uncut.is_empty());
}

/// A level that its own victims take off again severs nothing.
#[test]
fn a_level_is_offered_where_it_stays() {
    let yaml = crate::namespaced("{apiGroups: [''], resources: [pods], verbs: [create]}");
    let cut = |yaml: &str| {
        let cut = model(yaml).cut(&filter(&[], &["node-root"]), None).unwrap();
        let objects: Vec<String> = cut.changes.iter().map(|change| change.object.clone()).collect();
        objects
    };
    let two = format!(
        "{yaml}---\nkind: RoleBinding\napiVersion: rbac.authorization.k8s.io/v1\nmetadata: {{name: b2, namespace: ci}}\n\
         roleRef: {{kind: Role, name: r2, apiGroup: rbac.authorization.k8s.io}}\nsubjects: [{{kind: User, name: eve}}]\n\
         ---\nkind: Role\napiVersion: rbac.authorization.k8s.io/v1\nmetadata: {{name: r2, namespace: ci}}\n\
         rules: [{{apiGroups: [''], resources: [pods], verbs: [create]}}]\n"
    );
    assert_eq!(cut(&two), ["Namespace/ci"], "one label instead of two bindings");
    let own = two.replace(
        "rules: [{apiGroups: [''], resources: [pods], verbs: [create]}]\n",
        "rules: [{apiGroups: [''], resources: [pods, namespaces], verbs: [create, patch]}]\n",
    );
    assert_eq!(cut(&own), ["RoleBinding/ci/b", "RoleBinding/ci/b2"]);
}
