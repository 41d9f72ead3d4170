//! Rules R1 to R8, a question a line.

use seawall_rbac::{Grant, MastersRule, Rbac, Request, Subject, UserInfo};

use crate::{inventory, resources};

const V1: &str = "apiVersion: rbac.authorization.k8s.io/v1\n";

/// A document of the API group.
fn doc(body: &str) -> String {
    format!("---\n{V1}{body}\n")
}

/// A ClusterRole of one rule that `alice` holds everywhere and `bob` in namespace `a`.
fn model(rule: &str) -> Rbac {
    let text = [
        doc(&format!("kind: ClusterRole\nmetadata: {{name: r}}\nrules: [{rule}]")),
        doc(
            "kind: ClusterRoleBinding\nmetadata: {name: all}\nroleRef: {kind: ClusterRole, name: r}\nsubjects: [{kind: User, name: alice}]",
        ),
        doc(
            "kind: RoleBinding\nmetadata: {name: some, namespace: a}\nroleRef: {kind: ClusterRole, name: r}\nsubjects: [{kind: User, name: bob}]",
        ),
    ];
    let (rbac, problems) = Rbac::build(&inventory(resources(&text.concat())));
    assert!(problems.is_empty(), "{problems:?}");
    rbac
}

/// `get pods`, `create apps/deployments/scale @a #name`: verb, then group/resource, scope and name.
fn request(text: &str) -> Request {
    let mut words = text.split(' ');
    let verb = words.next().unwrap();
    let what = words.next().unwrap();
    if what.starts_with('/') {
        return Request::path(verb, what);
    }
    let (group, resource) = what.split_once(':').unwrap_or(("", what));
    words.fold(Request::resource(verb, group, resource), |request, word| match word.split_at(1) {
        ("@", namespace) => request.in_namespace(namespace),
        ("#", name) => request.named(name),
        _ => panic!("{word}"),
    })
}

#[test]
fn rules_match_as_upstream() {
    let pods = "{apiGroups: [\"\"], resources: [pods], verbs: [get]}";
    let any_exec = "{apiGroups: [\"*\"], resources: [\"*/exec\"], verbs: [\"*\"]}";
    let odd = "{apiGroups: [\"\"], resources: [\"pods/*\", \"dep*\", \"*/\"], verbs: [get]}";
    let named = "{apiGroups: [\"\"], resources: [pods, pods/exec, namespaces], verbs: [get, list, create], resourceNames: [web]}";
    let paths = "{nonResourceURLs: [/healthz, \"/logs/*\", \"/m**\"], verbs: [get]}";
    for (rule, asked, allowed) in [
        (pods, "get pods @a", true),
        (pods, "get pods", true),
        (pods, "list pods @a", false),
        (pods, "get pods/exec @a", false),
        (pods, "get apps:pods @a", false),
        (any_exec, "create pods/exec @a", true),
        (any_exec, "create x.io:things/exec @a", true),
        (any_exec, "create pods/attach @a", false),
        (any_exec, "create exec @a", false),
        (odd, "get pods/exec @a", false),
        (odd, "get deployments @a", false),
        (odd, "get pods @a", false),
        (named, "get pods @a #web", true),
        (named, "get pods @a #db", false),
        (named, "list pods @a", false),
        (named, "list pods @a #web", true),
        (named, "create pods @a", false),
        (named, "create pods/exec @a #web", true),
        (paths, "get /healthz", true),
        (paths, "get /healthz/x", false),
        (paths, "get /logs/", true),
        (paths, "get /logs", false),
        (paths, "get /metrics", true),
        (paths, "post /healthz", false),
    ] {
        let rbac = model(rule);
        let decision = rbac.allows(&UserInfo::user("alice"), &request(asked));
        assert_eq!(decision.is_allowed(), allowed, "{rule}: {asked}");
        assert!(!rbac.allows(&UserInfo::user("eve"), &request(asked)).is_allowed());
    }
}

#[test]
fn a_role_binding_grants_in_its_namespace_only() {
    let everything = "{apiGroups: [\"*\"], resources: [\"*\"], verbs: [\"*\"]}";
    let rbac = model(everything);
    for (asked, allowed) in [
        ("get pods @a", true),
        ("get pods @b", false),
        ("get pods", false),
        ("get nodes #n", false),
        ("update namespaces #a", true),
        ("update namespaces #b", false),
        ("list namespaces", false),
    ] {
        let decision = rbac.allows(&UserInfo::user("bob"), &request(asked));
        assert_eq!(decision.is_allowed(), allowed, "{asked}");
    }
    let rbac = model("{nonResourceURLs: [\"*\"], verbs: [get]}");
    assert!(rbac.allows(&UserInfo::user("alice"), &request("get /x")).is_allowed());
    assert!(!rbac.allows(&UserInfo::user("bob"), &request("get /x")).is_allowed());
}

const SUBJECTS: &str = "---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: r, namespace: a}
rules: [{apiGroups: [''], resources: [pods], verbs: [get]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: b, namespace: a}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: r}
subjects:
  - {kind: ServiceAccount, name: here}
  - {kind: ServiceAccount, name: there, namespace: b}
  - {kind: User, name: 'system:serviceaccount:c:spelt-out'}
  - {kind: Group, name: 'system:serviceaccounts:d'}
  - {kind: Group, name: devs, apiGroup: rbac.authorization.k8s.io}
";

#[test]
fn subjects_are_met_in_every_spelling() {
    let (rbac, problems) = Rbac::build(&inventory(resources(SUBJECTS)));
    assert!(problems.is_empty(), "{problems:?}");
    let asked = request("get pods @a");
    for (user, allowed) in [
        (UserInfo::service_account("a", "here"), true),
        (UserInfo::service_account("b", "here"), false),
        (UserInfo::service_account("b", "there"), true),
        (UserInfo::user("system:serviceaccount:b:there"), true),
        (UserInfo::service_account("c", "spelt-out"), true),
        (UserInfo::service_account("d", "anyone"), true),
        (UserInfo::user("eve"), false),
        (UserInfo::user("eve").in_group("devs"), true),
        (UserInfo::of(&Subject::group("devs")), true),
        (UserInfo::anonymous(), false),
    ] {
        assert_eq!(rbac.allows(&user, &asked).is_allowed(), allowed, "{user:?}");
    }
    let holders = rbac.who_can(&asked);
    let names: Vec<String> = holders.iter().map(|holder| holder.subject.to_string()).collect();
    assert_eq!(
        names,
        [
            "Group/devs",
            "Group/system:masters",
            "Group/system:serviceaccounts:d",
            "ServiceAccount/a/here",
            "ServiceAccount/b/there",
            "ServiceAccount/c/spelt-out",
        ]
    );
}

#[test]
fn what_the_api_server_refuses_grants_nothing_and_is_a_problem() {
    for (kind, reference, subject) in [
        ("RoleBinding", "{kind: Role, name: r, apiGroup: example.com}", "{kind: User, name: eve}"),
        ("RoleBinding", "{kind: Deployment, name: r}", "{kind: User, name: eve}"),
        ("RoleBinding", "{kind: Role}", "{kind: User, name: eve}"),
        ("ClusterRoleBinding", "{kind: Role, name: r}", "{kind: User, name: eve}"),
        ("RoleBinding", "{kind: Role, name: r}", "{kind: User, name: eve, apiGroup: v1}"),
        ("RoleBinding", "{kind: Role, name: r}", "{kind: user, name: eve}"),
        ("RoleBinding", "{kind: Role, name: r}", "{kind: User}"),
        (
            "RoleBinding",
            "{kind: Role, name: r}",
            "{kind: ServiceAccount, name: eve, apiGroup: rbac.authorization.k8s.io}",
        ),
        ("ClusterRoleBinding", "{kind: ClusterRole, name: r}", "{kind: ServiceAccount, name: eve}"),
    ] {
        let rules = "rules: [{apiGroups: ['*'], resources: ['*'], verbs: ['*']}]";
        let text = [
            doc(&format!("kind: Role\nmetadata: {{name: r, namespace: a}}\n{rules}")),
            doc(&format!("kind: ClusterRole\nmetadata: {{name: r}}\n{rules}")),
            doc(&format!(
                "kind: {kind}\nmetadata: {{name: b, namespace: a}}\nroleRef: {reference}\nsubjects: [{subject}]"
            )),
        ];
        let (rbac, problems) = Rbac::build(&inventory(resources(&text.concat())));
        assert_eq!(problems.len(), 1, "{kind} {reference} {subject}: {problems:?}");
        assert!(problems[0].position.is_some() || !reference.contains("kind"), "{problems:?}");
        for user in [UserInfo::user("eve"), UserInfo::service_account("a", "eve")] {
            assert!(
                !rbac.allows(&user, &request("get pods @a")).is_allowed(),
                "{kind} {reference} {subject}"
            );
        }
    }
}

#[test]
fn masters_may_everything_unless_told_otherwise() {
    let mut rbac = model("{}");
    let root = UserInfo::user("root").in_group("system:masters");
    assert_eq!(rbac.allows(&root, &request("get /x")).grant(), Some(Grant::Masters));
    rbac.set_masters(MastersRule::BindingsOnly);
    assert!(!rbac.allows(&root, &request("get /x")).is_allowed());
}

#[test]
fn a_missing_role_grants_once_it_is_there() {
    let binding = doc(
        "kind: RoleBinding\nmetadata: {name: b, namespace: a}\nroleRef: {kind: Role, name: r}\nsubjects: [{kind: User, name: eve}]",
    );
    let role = doc(
        "kind: Role\nmetadata: {name: r, namespace: a}\nrules: [{apiGroups: [''], resources: [pods], verbs: [get]}]",
    );
    let (mut rbac, problems) = Rbac::build(&inventory(resources(&binding)));
    assert!(problems.is_empty(), "{problems:?}");
    let (eve, asked) = (UserInfo::user("eve"), request("get pods @a"));
    assert!(!rbac.allows(&eve, &asked).is_allowed());
    let dangling = rbac.bindings().next().unwrap();
    assert!(rbac.role_of(dangling).is_none());
    assert_eq!(rbac.role_name(dangling.role().unwrap()).to_string(), "Role/a/r");
    rbac.apply(&resources(&role)[0]);
    assert!(rbac.allows(&eve, &asked).is_allowed());
    assert!(rbac.delete("Role", Some("a"), "r"));
    assert!(!rbac.delete("Role", Some("a"), "r"));
    assert!(!rbac.allows(&eve, &asked).is_allowed());
}

const AGGREGATED: &str = "---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: whole, labels: {to: chain}}
aggregationRule: {clusterRoleSelectors: [{matchLabels: {to: whole}}, {matchExpressions: [{key: to, operator: In, values: [ring]}]}]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: ring, labels: {to: ring}}
aggregationRule: {clusterRoleSelectors: [{matchLabels: {to: chain}}]}
rules: []
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: part, labels: {to: whole}}
rules: [{apiGroups: [''], resources: [pods], verbs: [get]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: written, labels: {to: whole}}
aggregationRule: {clusterRoleSelectors: [{}]}
rules: [{apiGroups: [''], resources: [services], verbs: [get]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: b}
roleRef: {kind: ClusterRole, name: ring}
subjects: [{kind: User, name: alice}]
";

#[test]
fn aggregation_is_followed_through_chains_and_circles() {
    let (mut rbac, _) = Rbac::build(&inventory(resources(AGGREGATED)));
    let alice = UserInfo::user("alice");
    let grant = rbac.allows(&alice, &request("get services")).grant().unwrap();
    let Grant::Rule { binding, rule, .. } = grant else { panic!("{grant:?}") };
    let role = rbac.role_of(rbac.binding(binding).unwrap()).unwrap();
    let evidence = rbac.rule_evidence(role, rule as usize).unwrap();
    assert_eq!((evidence.role.to_string().as_str(), evidence.rule), ("ClusterRole/written", 0));
    assert!(rbac.allows(&alice, &request("get pods")).is_allowed());
    rbac.delete("ClusterRole", None, "part");
    assert!(!rbac.allows(&alice, &request("get pods")).is_allowed());
}

#[test]
fn of_two_objects_of_one_identity_the_first_counts() {
    let role = |verb| {
        doc(&format!(
            "kind: Role\nmetadata: {{name: r, namespace: a}}\nrules: [{{apiGroups: [''], resources: [pods], verbs: [{verb}]}}]"
        ))
    };
    let binding = doc(
        "kind: RoleBinding\nmetadata: {name: b, namespace: a}\nroleRef: {kind: Role, name: r}\nsubjects: [{kind: User, name: eve}]",
    );
    let text = [role("get"), role("list"), binding].concat();
    let (rbac, problems) = Rbac::build(&inventory(resources(&text)));
    assert_eq!(problems.len(), 1);
    assert!(rbac.allows(&UserInfo::user("eve"), &request("get pods @a")).is_allowed());
    assert!(!rbac.allows(&UserInfo::user("eve"), &request("list pods @a")).is_allowed());
}

/// A default value knows as little of the cluster as an inventory of nothing does.
#[test]
fn objects_given_to_a_default_value_are_answered_as_a_build() {
    let binding = doc(
        "kind: ClusterRoleBinding\nmetadata: {name: all}\nroleRef: {kind: ClusterRole, name: cluster-admin}\nsubjects: [{kind: User, name: alice}]",
    );
    let alice = UserInfo { name: "alice".to_owned(), groups: Vec::new() };
    let fresh = Rbac::build(&inventory(resources(&binding))).0;
    let mut grown = Rbac::default();
    resources(&binding).iter().for_each(|resource| drop(grown.apply(resource)));
    for rbac in [&fresh, &grown] {
        assert!(rbac.allows(&alice, &request("delete secrets @a #x")).is_allowed());
    }
}
