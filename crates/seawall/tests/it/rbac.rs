//! `seawall rbac`: answers with their binding and rule.

use crate::{Run, seawall_in};

const TEAM: &str = "apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: run, namespace: team}
rules:
  - {apiGroups: [''], resources: [pods], verbs: [get, list]}
  - {apiGroups: [''], resources: [pods/exec], verbs: [create], resourceNames: [web]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: run, namespace: team}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: run}
subjects:
  - {kind: ServiceAccount, name: robot}
  - {kind: Group, name: devs, apiGroup: rbac.authorization.k8s.io}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: boss}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
subjects: [{kind: User, name: alice, apiGroup: rbac.authorization.k8s.io}]
";

fn rbac(args: &[&str], text: &str) -> Run {
    seawall_in(&std::env::temp_dir(), &[&["rbac"], args].concat(), text.as_bytes())
}

#[test]
fn can_i_answers_like_kubectl_and_says_why() {
    for (words, code, said) in [
        (
            "list po -n team --as sa/team/robot",
            0,
            "RoleBinding/team/run (<stdin>:11) → Role/team/run rule 1 (<stdin>:5)",
        ),
        ("list pods -n team --as system:serviceaccount:team:robot", 0, "which grants get, list on pods"),
        ("list pods -n other --as sa/team/robot", 1, "nothing grants"),
        ("create pods/exec -n team --name web --as eve --as-group devs", 0, "as a member of Group/devs"),
        ("create pods/exec -n team --name db --as Group/devs", 1, "no\n"),
        ("delete nodes --as alice", 0, "ClusterRole/cluster-admin rule 1 (comes with every control plane)"),
        ("get /metrics --as alice", 0, "yes\n"),
        ("get /metrics --as eve --as-group system:masters", 0, "members of system:masters may do everything"),
    ] {
        let words: Vec<&str> = words.split(' ').collect();
        let run = rbac(&[&["can-i"], words.as_slice(), &["-f", "-"]].concat(), TEAM);
        assert_eq!(run.code, code, "{words:?}: {}{}", run.out, run.err);
        assert!(run.out.contains(said), "{words:?}: {}", run.out);
    }
    assert_eq!(rbac(&["can-i", "get", "pods", "--as", "sa/team", "-f", "-"], TEAM).code, 2);
}

#[test]
fn who_can_lists_subjects_with_their_grants() {
    let run = rbac(&["who-can", "list", "pods", "-n", "team", "-o", "json", "-f", "-"], TEAM).json();
    assert_eq!(run["schema"], "seawall.dev/rbac/v1");
    let subjects: Vec<&str> = run["subjects"]
        .as_array()
        .unwrap()
        .iter()
        .map(|subject| subject["subject"].as_str().unwrap())
        .collect();
    assert_eq!(subjects, ["User/alice", "Group/devs", "Group/system:masters", "ServiceAccount/team/robot"]);
    assert_eq!(run["subjects"][3]["grants"][0]["rule"]["location"]["line"], 5);
    let text = rbac(&["who-can", "list", "pods", "-n", "team", "-f", "-"], TEAM).out;
    assert!(text.ends_with("\n4 subjects can list pods in team\n"), "{text}");
}

#[test]
fn show_names_implicit_groups_and_where_rights_come_from() {
    let run = rbac(&["show", "sa/team/robot", "-f", "-"], TEAM);
    assert_eq!(
        run.out,
        "ServiceAccount/team/robot
  groups: system:serviceaccounts, system:serviceaccounts:team, system:authenticated

in team
  RoleBinding/team/run (<stdin>:11) → Role/team/run (<stdin>:1)
    get, list on pods
    create on pods/exec named web
"
    );
    assert!(rbac(&["show", "eve", "-f", "-"], TEAM).out.contains("no binding names it"));
}

#[test]
fn risks_decide_the_exit_code() {
    let run = rbac(&["risks", "-f", "-"], TEAM);
    assert_eq!(run.code, 1);
    assert!(run.out.starts_with("critical[A01]: User/alice everywhere\n"), "{}", run.out);
    assert_eq!(rbac(&["risks", "-f", "-", "--fail-on", "none"], TEAM).code, 0);
    let json = rbac(&["risks", "-f", "-", "-o", "json"], TEAM).json();
    assert_eq!(json["risks"][0]["primitive"], "A01");
    assert_eq!(json["assumed_roles"], true);
    // What the text says at its end.
    let reasons: Vec<&str> = json["not_evaluated"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["primitive"].as_str().unwrap())
        .collect();
    assert_eq!(reasons, ["R6", "R4"]);
}

#[test]
fn diff_is_by_meaning() {
    let folder = tempfile::tempdir().unwrap();
    let split = TEAM.replace(
        "  - {apiGroups: [''], resources: [pods], verbs: [get, list]}\n",
        "  - {apiGroups: [''], resources: [pods], verbs: [list]}\n  - {apiGroups: [''], resources: [pods], verbs: [get]}\n",
    );
    for (name, text) in
        [("a.yaml", TEAM), ("b.yaml", &split), ("c.yaml", &TEAM.replace("[get, list]", "[get, watch]"))]
    {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let diff = |old, new| seawall_in(folder.path(), &["rbac", "diff", old, new], b"").out;
    assert_eq!(diff("a.yaml", "b.yaml"), "no subject gained or lost a right\n");
    let changed = diff("a.yaml", "c.yaml");
    assert!(
        changed.contains(
            "Group/devs in team\n  + watch on pods\n      by RoleBinding/team/run\n  - list on pods\n"
        ),
        "{changed}"
    );
    assert!(changed.ends_with("2 subjects gained or lost rights\n"));
}

#[test]
fn hostile_names_do_not_reach_the_terminal() {
    let hostile = TEAM.replace("name: devs,", "name: \"de\\u001b[2Jvs\\nyes\",");
    for args in [&["who-can", "list", "pods", "-n", "team"][..], &["risks"], &["show", "sa/team/robot"]] {
        let run = rbac(&[args, &["-f", "-"]].concat(), &hostile);
        assert!(!run.out.contains('\u{1b}') && !run.out.contains("\nyes"), "{}", run.out);
    }
}
