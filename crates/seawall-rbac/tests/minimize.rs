//! Least privilege from events.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::expect_used)]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

use proptest::prelude::*;
use seawall_core::{Origin, OriginKind};
use seawall_events::read_events;
use seawall_inventory::{Inventory, InventoryBuilder, Resource};
use seawall_rbac::minimize::{
    Caution, Minimized, Observations, Options, Recorder, common_right, manifest, minimize, role_name,
};
use seawall_rbac::{Rbac, Request, Subject, UserInfo};
use seawall_yaml::{Limits, NodeId, Text, read};

/// One event: `verb group/resource[/sub] [namespace] [name]`, or `verb /path`; `!` before it means denied.
fn event(user: &str, number: usize, line: &str) -> String {
    let (decision, line) = line.strip_prefix('!').map_or(("allow", line), |line| ("forbid", line));
    let mut words = line.split(' ');
    let (verb, what) = (words.next().unwrap(), words.next().unwrap());
    let mut object = String::new();
    if !what.starts_with('/') {
        let (group, resource) = what.split_once('/').unwrap();
        let (resource, sub) = resource.split_once('/').unwrap_or((resource, ""));
        let (namespace, name) = (words.next().unwrap_or("-"), words.next().unwrap_or(""));
        let namespace = if namespace == "-" { "" } else { namespace };
        let group = if group == "core" { "" } else { group };
        let _ = write!(
            object,
            r#","objectRef":{{"resource":"{resource}","subresource":"{sub}","apiGroup":"{group}","namespace":"{namespace}","name":"{name}"}}"#
        );
    }
    format!(
        r#"{{"auditID":"id-{number}","stage":"ResponseComplete","verb":"{verb}","requestURI":"{what}","user":{{"username":"{user}","groups":["system:authenticated"]}}{object},"responseStatus":{{"code":200}},"stageTimestamp":"2026-11-{:02}T00:00:00Z","annotations":{{"authorization.k8s.io/decision":"{decision}","authorization.k8s.io/reason":"RBAC: x"}}}}"#,
        number % 28 + 1
    ) + "\n"
}

fn log(user: &str, lines: &[&str]) -> String {
    lines.iter().enumerate().map(|(number, line)| event(user, number, line)).collect()
}

fn observe(subject: &str, log: &str) -> Observations {
    let (events, problems) = read_events(log, 1);
    assert!(problems.is_empty(), "{problems:?}");
    let mut recorder = Recorder::new(subject.parse().unwrap());
    events.iter().for_each(|event| recorder.add(event));
    recorder.finish()
}

/// The rules of alice, one a line: `scope: verbs group resources [names]`.
fn rules(lines: &[&str], options: &Options) -> Vec<String> {
    let observations = observe("alice", &log("alice", lines));
    let common = |request: &Request| common_right(&observations, None, request);
    shown(&minimize(&observations, options, None, &common))
}

fn shown(minimized: &Minimized) -> Vec<String> {
    let mut shown = Vec::new();
    for (scope, rules) in &minimized.scopes {
        for rule in rules {
            let scope = match scope {
                seawall_rbac::minimize::RuleScope::Cluster => "*",
                seawall_rbac::minimize::RuleScope::Namespace(namespace) => namespace,
            };
            let what = [rule.resources.join(","), rule.paths.join(",")].concat();
            let mut line = format!("{scope}: {} {}", rule.verbs.join(","), what);
            if !rule.names.is_empty() {
                let _ = write!(line, " [{}]", rule.names.join(","));
            }
            shown.push(line);
        }
    }
    // The order of rules is no promise.
    shown.sort();
    shown
}

#[test]
fn namespaces_and_names_are_kept() {
    let lines = [
        "get core/configmaps shop settings",
        "get core/configmaps shop flags",
        "watch core/configmaps shop flags",
        "get core/secrets pay key",
        "list core/pods shop",
        "list core/services shop",
        "create core/pods/exec shop web",
        "get /metrics",
        "get /logs/x",
        "post /logs/x",
    ];
    let expected = [
        "*: get /metrics",
        "*: get,post /logs/x",
        "pay: get secrets [key]",
        "shop: create pods/exec [web]",
        "shop: get configmaps [flags,settings]",
        "shop: list pods,services",
        "shop: watch configmaps [flags]",
    ];
    assert_eq!(rules(&lines, &Options::default()), expected);
}

#[test]
fn names_that_no_rule_can_hold_are_dropped() {
    let lines = ["create core/pods shop web-1", "deletecollection core/pods shop x", "list core/pods shop"];
    assert_eq!(rules(&lines, &Options::default()), ["shop: create,deletecollection,list pods"]);
}

#[test]
fn too_many_or_unsteady_names_become_all() {
    let many: Vec<String> = (0..6).map(|n| format!("get core/secrets shop s{n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert_eq!(rules(&many, &Options::default()), ["shop: get secrets"]);
    assert_eq!(rules(&many[1..], &Options::default()), ["shop: get secrets [s1,s2,s3,s4,s5]"]);
    let generated = ["get core/pods shop web-6d4cf56db6-x7k2p"];
    assert_eq!(rules(&generated, &Options::default()), ["shop: get pods"]);
    let kept = Options { only_stable_names: false, ..Options::default() };
    assert_eq!(rules(&generated, &kept), ["shop: get pods [web-6d4cf56db6-x7k2p]"]);
}

#[test]
fn broad_requests_take_in_narrow_ones() {
    let lines = ["list core/pods", "list core/pods shop", "get core/pods shop a", "get core/pods pay b"];
    assert_eq!(
        rules(&lines, &Options::default()),
        ["*: list pods", "pay: get pods [b]", "shop: get pods [a]"]
    );
    assert_eq!(rules(&lines, &Options::like_audit2rbac()), ["*: get,list,watch pods"]);
    let two = Options { max_namespaces: 1, ..Options::default() };
    assert_eq!(rules(&lines, &two), ["*: get pods [a,b]", "*: list pods"]);
}

#[test]
fn what_everybody_may_do_needs_nothing() {
    let lines = [
        "get /api",
        "get /apis/apps/v1",
        "get /version",
        "create authorization.k8s.io/selfsubjectaccessreviews",
        "create authorization.k8s.io/subjectaccessreviews",
    ];
    assert_eq!(rules(&lines, &Options::default()), ["*: create subjectaccessreviews"]);
}

#[test]
fn what_everybody_may_do_is_asked_of_the_cluster_when_it_shows() {
    let observations = observe("alice", &log("alice", &["get /api", "get /version"]));
    let discovery = "
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: 'system:discovery'}
rules: [{nonResourceURLs: [/version], verbs: [get]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: 'system:discovery'}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: 'system:discovery'}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: 'system:authenticated'}]
";
    let (rbac, _) = Rbac::build(&inventory(discovery));
    let common = |request: &Request| common_right(&observations, Some(&rbac), request);
    assert_eq!(shown(&minimize(&observations, &Options::default(), None, &common)), ["*: get /api"]);
    let (rbac, _) = Rbac::build(&inventory(CLUSTER));
    let common = |request: &Request| common_right(&observations, Some(&rbac), request);
    assert!(minimize(&observations, &Options::default(), None, &common).scopes.is_empty());
}

#[test]
fn denied_requests_stand_apart() {
    let text = log("alice", &["!get core/secrets shop a", "get core/pods shop a", "!get core/pods shop a"]);
    let observations = observe("alice", &text);
    let none = |_: &Request| false;
    let result = minimize(&observations, &Options::default(), None, &none);
    assert_eq!(shown(&result), ["shop: get pods [a]"]);
    let denied: Vec<String> = result.denied.iter().map(|observed| observed.request.to_string()).collect();
    assert_eq!(denied, ["get secrets in shop named a"]);
    let all = Options { include_denied: true, ..Options::default() };
    assert_eq!(
        shown(&minimize(&observations, &all, None, &none)),
        ["shop: get pods [a]", "shop: get secrets [a]"]
    );
}

#[test]
fn impersonated_requests_are_of_the_impersonated_and_need_the_right_to_impersonate() {
    let text = log("alice", &["get core/pods shop a"]).replace(
        r#","objectRef""#,
        r#","impersonatedUser":{"username":"system:serviceaccount:ci:bot","groups":["system:serviceaccounts","system:serviceaccounts:ci","devs","system:authenticated"],"extra":{"scope":["x"]}},"objectRef""#,
    );
    let run = |subject: &str| {
        let observations = observe(subject, &text);
        shown(&minimize(&observations, &Options::default(), None, &|_| false))
    };
    assert_eq!(run("ServiceAccount/ci/bot"), ["shop: get pods [a]"]);
    assert_eq!(run("Group/devs"), ["shop: get pods [a]"]);
    assert_eq!(
        run("alice"),
        [
            "*: impersonate groups [devs]",
            "*: impersonate userextras/scope [x]",
            "ci: impersonate serviceaccounts [bot]"
        ]
    );
    assert!(run("bob").is_empty());
}

#[test]
fn a_long_request_counts_once() {
    let complete = log("alice", &["watch core/pods shop"]);
    let started = complete.replace("ResponseComplete", "ResponseStarted");
    let received = complete.replace("ResponseComplete", "RequestReceived");
    let observations = observe("alice", &[received, started, complete].concat());
    assert_eq!((observations.requests.len(), observations.requests[0].allowed), (1, 1));
    assert_eq!(observations.events, 3);
}

#[test]
fn cautions() {
    let short = observe("alice", &log("alice", &["get core/pods shop a"]));
    let found = minimize(&short, &Options::default(), None, &|_| false).cautions;
    assert!(matches!(found[..], [Caution::ShortWindow { observed: 0, .. }]), "{found:?}");
    let lines =
        ["get core/pods shop a", "get /x", "get /x", "get /x", "get /x", "get /x", "get /x", "get /x"];
    let text = log("alice", &lines);
    let enough = minimize(&observe("alice", &text), &Options::default(), None, &|_| false);
    assert!(enough.cautions.is_empty(), "{:?}", enough.cautions);
    let masters = text.replace("system:authenticated", "system:masters");
    let result = minimize(&observe("alice", &masters), &Options::default(), None, &|_| false);
    assert_eq!(result.cautions, [Caution::Masters]);
    let node = text.replace("RBAC: x", "");
    assert!(minimize(&observe("alice", &node), &Options::default(), None, &|_| false).cautions.is_empty());
    let webhook = text.replace("RBAC: x", "webhook says so");
    let result = minimize(&observe("alice", &webhook), &Options::default(), None, &|_| false);
    assert_eq!(result.cautions, [Caution::OtherAuthorizer(8)]);
    let unseen = minimize(&observe("bob", &text), &Options::default(), None, &|_| false);
    assert_eq!(unseen.cautions, [Caution::Unseen]);
}

fn inventory(yaml: &str) -> Inventory {
    let text = Text::new(yaml);
    let (documents, problems) = read(&text, &Limits::default());
    assert!(problems.is_empty(), "{problems:?}\n{yaml}");
    let mut builder = InventoryBuilder::new();
    for document in documents {
        let origin =
            Origin { file: "x.yaml".into(), document: document.index, line: 1, kind: OriginKind::File };
        let root = document.tree.root();
        if root.is_map() {
            builder.push(Resource::new(Arc::new(document.tree), NodeId::ROOT, origin, None).unwrap());
        }
    }
    builder.build()
}

const CLUSTER: &str = "
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: everything}
rules: [{apiGroups: ['*'], resources: ['*'], verbs: ['*']}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader, namespace: shop}
rules:
  - {apiGroups: [''], resources: [pods, secrets], verbs: [get, list]}
  - {nonResourceURLs: [/metrics], verbs: [get]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: alice, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: alice}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: devs, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: everything}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: devs}]
";

#[test]
fn what_is_held_and_never_requested() {
    let (rbac, _) = Rbac::build(&inventory(CLUSTER));
    let namespaces = BTreeSet::from(["shop".to_owned(), "pay".to_owned()]);
    let text = log("alice", &["get core/pods shop a", "list core/pods shop"]);
    let judge = |text: &str| {
        let observations = observe("alice", text);
        minimize(&observations, &Options::default(), Some((&rbac, &namespaces)), &|_| false)
    };
    let result = judge(&text);
    let held: Vec<(&str, u64, usize)> =
        result.held.iter().map(|rule| (rule.binding.as_str(), rule.used, rule.unused.len())).collect();
    assert_eq!(held, [("RoleBinding/shop/alice", 2, 2), ("RoleBinding/shop/alice", 0, 1)]);
    assert_eq!(result.held[0].unused, [("get".into(), "secrets".into()), ("list".into(), "secrets".into())]);
    // Today: `get pods` of other names, `get secrets`, `list secrets`. Afterwards nothing.
    let excess = result.excess.unwrap();
    assert_eq!((excess.before, excess.after), (3, 0));

    let in_group = judge(&text.replace("system:authenticated", "devs"));
    assert_eq!(in_group.held.last().unwrap().binding, "RoleBinding/shop/devs");
    assert!(in_group.held.last().unwrap().unused.is_empty());
    assert!(in_group.cautions.contains(&Caution::ThroughGroups(1)));
    // Eight verbs on two resources, without `list pods`.
    assert_eq!(in_group.excess.unwrap().before, 15);
}

#[test]
fn the_manifest_shows_its_evidence_and_lets_nothing_out() {
    let text = log("alice", &["get core/configmaps shop settings"]);
    let result = minimize(&observe("alice", &text), &Options::default(), None, &|_| false);
    let written = manifest(&result, &role_name(&result.subject));
    let expected = "\
# least privilege of User/alice
# observed from 2026-11-01T00:00:00.000000Z to 2026-11-01T00:00:00.000000Z
# a right that was not used in this time may still be needed: unobserved is not unused
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: minimal-alice
  namespace: shop
rules:
  # get configmaps in shop named settings: 1 request, 2026-11-01T00:00:00.000000Z, audit id id-0
  - apiGroups: [\"\"]
    resources: [configmaps]
    resourceNames: [settings]
    verbs: [get]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: minimal-alice
  namespace: shop
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: minimal-alice
subjects:
  - apiGroup: rbac.authorization.k8s.io
    kind: User
    name: alice
";
    assert_eq!(written, expected);
    let hostile = text.replace("settings", "x\\n  - verbs: ['*']");
    let result = minimize(&observe("alice", &hostile), &Options::default(), None, &|_| false);
    let written = manifest(&result, "m");
    assert_eq!(written.lines().count(), expected.lines().count());
    assert!(written.contains(r#"resourceNames: ["x\u000a  - verbs: ['*']"]"#), "{written}");
}

/// Requests of a small world, as the lines that [`event`] takes.
fn request() -> impl Strategy<Value = String> {
    let verb =
        prop::sample::select(vec!["get", "list", "watch", "create", "update", "delete", "deletecollection"]);
    let what = prop::sample::select(vec![
        "core/pods",
        "core/pods/exec",
        "apps/deployments",
        "core/nodes",
        "core/secrets",
    ]);
    let namespace = prop::sample::select(vec!["-", "a", "b", "c"]);
    let name = prop::sample::select(vec!["", "x", "y", "z", "no", "*"]);
    let path = prop::sample::select(vec!["get /x", "post /x", "get /y/*", "get /api"]);
    let resource = (verb, what, namespace, name).prop_map(|(verb, what, namespace, name)| {
        let name = if matches!(verb, "list" | "watch") && name != "x" { "" } else { name };
        format!("{verb} {what} {namespace} {name}").trim_end().to_owned()
    });
    prop_oneof![9 => resource, 1 => path.prop_map(str::to_owned)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Whatever the options, the roles as written allow every request, by the authorizer and not by our own account; with
    /// nothing widened they allow nothing else.
    #[test]
    fn the_roles_allow_what_was_requested(
        lines in prop::collection::vec(request(), 1..24),
        max_names in 0_usize..5,
        max_namespaces in 0_usize..4,
        expand: bool,
    ) {
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let observations = observe("alice", &log("alice", &lines));
        let mut options = Options { max_names, max_namespaces, ..Options::default() };
        if expand {
            options.verb_expansions = Options::like_audit2rbac().verb_expansions;
        }
        let user = UserInfo::user("alice");
        let none = |_: &Request| false;
        let exact = Options { max_names: usize::MAX, only_stable_names: false, ..Options::default() };
        for options in [&options, &exact] {
            let result = minimize(&observations, options, None, &none);
            let written = manifest(&result, "minimal");
            let (rbac, problems) = Rbac::build(&inventory(&written));
            prop_assert!(problems.is_empty(), "{problems:?}");
            for observed in &observations.requests {
                prop_assert!(rbac.allows(&user, &observed.request).is_allowed(), "{}\n{written}", observed.request);
            }
        }
        let result = minimize(&observations, &exact, None, &none);
        let (rbac, _) = Rbac::build(&inventory(&manifest(&result, "minimal")));
        let after = minimize(&observations, &exact, Some((&rbac, &BTreeSet::new())), &none);
        let excess = after.excess.unwrap();
        prop_assert_eq!(excess.before, excess.after);
        // A request without a name needs all names, and one at cluster scope all namespaces.
        let broad = observations.requests.iter().any(|observed| {
            matches!(&observed.request, Request::Resource(r) if r.name.is_empty() || r.namespace.is_empty())
        });
        prop_assert!(broad || excess.after == 0, "{excess:?}");
        prop_assert_eq!(after.held.iter().map(|rule| rule.unused.len()).sum::<usize>(), 0);
    }

    #[test]
    fn names_of_roles_are_taken_by_the_api_server(name: String) {
        let name = role_name(&Subject::user(&name));
        prop_assert!(name.len() <= 253 && name.starts_with("minimal"));
        prop_assert!(name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.')));
        prop_assert!(!name.ends_with(['-', '.']));
    }
}
