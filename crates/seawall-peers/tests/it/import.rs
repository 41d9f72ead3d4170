//! What was accepted elsewhere becomes waivers that our own reader takes, and the rest is told with its line.

use std::collections::BTreeSet;

use seawall_core::ProblemSeverity;
use seawall_peers::{ImportOptions, Imported, in_objects, read_source};
use seawall_waivers::{read_file, write_file};

use crate::inventory;

fn options() -> ImportOptions {
    ImportOptions {
        owner: Some("platform".into()),
        until: "2027-02-27".parse().unwrap(),
        today: "2026-11-29".parse().unwrap(),
    }
}

fn source(name: &str, text: &str) -> Imported {
    whole(read_source(text.to_owned(), name, &options()).unwrap_or_else(|| panic!("{name} is no source")))
}

fn objects(text: &str) -> Imported {
    whole(in_objects(&inventory(&[("deploy/web.yaml", text)]), &options()))
}

/// What is written is read as it is.
fn whole(imported: Imported) -> Imported {
    let text = write_file(&["head".to_owned()], &imported.waivers);
    if let Err(problems) = read_file(&text, "seawall-waivers.yaml") {
        panic!("{problems:#?}\n{text}");
    }
    imported
}

/// The waivers in few words: checks, then what else they say.
fn waivers(imported: &Imported) -> Vec<String> {
    let say = |entry: &seawall_waivers::Entry| {
        let mut words = vec![entry.checks.join("+")];
        for (key, value) in [
            ("kind", &entry.kind),
            ("namespace", &entry.namespace),
            ("name", &entry.name),
            ("container", &entry.container),
            ("file", &entry.file),
        ] {
            words.extend(value.as_ref().map(|value| format!("{key}={value}")));
        }
        words.extend(entry.labels.iter().map(|(key, value)| format!("{key}:{value}")));
        words.join(" ")
    };
    imported.waivers.iter().map(say).collect()
}

/// Line and message of what is told.
fn told(imported: &Imported) -> Vec<String> {
    let line = |problem: &seawall_core::Problem| {
        let line = problem.position.map_or(0, |at| at.line);
        format!("{line}: {}", problem.message)
    };
    imported.problems.iter().map(line).collect()
}

#[test]
fn trivyignore() {
    let text = "# accepted\nAVD-KSV-0017 exp:2027-01-31\n\nKSV013\nCVE-2023-1 \nKSV-0008 exp:2025-01-01\nDS002\nno-such\nKSV-0044\nKSV-0009 exp:soon\n";
    let imported = source("deploy/.trivyignore", text);
    assert_eq!(waivers(&imported), ["pod-privileged", "image-latest-tag+rbac-wildcard"]);
    assert_eq!(imported.waivers[0].until.to_string(), "2027-01-31");
    assert_eq!(imported.waivers[1].until.to_string(), "2027-02-27", "what has no end gets one");
    assert_eq!((imported.carried, imported.without_end), (3, 2));
    assert_eq!(imported.waivers[0].reason, "accepted in `deploy/.trivyignore`, which says no reason");
    assert_eq!(
        told(&imported),
        [
            "5: `CVE-2023-1` is not carried over: a vulnerability of a package: images are not scanned yet",
            "6: `KSV-0008` is not carried over: it ended on 2025-01-01",
            "7: `DS002` is not carried over: about Dockerfiles, not about Kubernetes objects",
            "8: `no-such` is not carried over: it is not known as a rule of Trivy",
            "9: accepts more than it did: `rbac-wildcard` also fails where `KSV-0044` does not",
            "10: `KSV-0009` is not carried over: `soon` is no day of the form 2027-01-31",
        ]
    );
    assert_eq!(imported.problems[4].severity, ProblemSeverity::Note);
}

#[test]
fn trivyignore_yaml() {
    let text = "\
misconfigurations:
  - id: AVD-KSV-0017
    paths: [web.yaml, \"base/**\", \"../../etc/passwd\", \"x/*.yaml\", \"/abs\"]
    statement: \"sets up\\u202e the node\"
    expired_at: 2027-01-31
  - id: KSV-0008
  - paths: [a]
vulnerabilities:
  - id: CVE-1
secrets:
  - id: aws-access-key-id
";
    let imported = source("deploy/.trivyignore.yaml", text);
    assert_eq!(
        waivers(&imported),
        ["pod-privileged file=deploy/web.yaml", "pod-privileged file=deploy/base/*", "pod-host-ipc"]
    );
    assert_eq!(imported.waivers[0].reason, "sets up\u{202e} the node");
    assert_eq!(imported.waivers[0].until.to_string(), "2027-01-31");
    let lines: Vec<String> =
        told(&imported).iter().map(|line| line.split(':').next().unwrap().to_owned()).collect();
    assert_eq!(lines, ["9", "11", "3", "3", "3", "7"], "{:?}", told(&imported));
    let text = write_file(&[], &imported.waivers);
    assert!(
        text.contains("\\u202e") && !text.contains('\u{202e}'),
        "hidden characters are written out: {text}"
    );
}

#[test]
fn checkov_baseline_and_configuration() {
    let text = r#"{"failed_checks": [{"file": "/web.yaml", "findings": [
        {"resource": "Deployment.shop.web", "check_ids": ["CKV_K8S_16", "CKV_K8S_18", "CKV_K8S_999"]},
        {"resource": "Deployment.default.api", "check_ids": ["CKV_K8S_16"]},
        {"resource": "ClusterRole.default.ops", "check_ids": ["CKV_K8S_49"]},
        {"resource": "Pod.shop.web.app-web.tier-x", "check_ids": ["CKV2_K8S_6"]},
        {"resource": "Role.shop.a*", "check_ids": ["CKV_K8S_49"]},
        {"resource": "aws_s3_bucket.this", "check_ids": ["CKV_AWS_1"]}]}]}"#;
    let imported = source(".checkov.baseline", text);
    assert_eq!(
        waivers(&imported),
        [
            "pod-privileged+pod-host-ipc kind=Deployment namespace=shop name=web",
            "pod-privileged kind=Deployment name=api",
            "rbac-wildcard kind=ClusterRole name=ops",
            "network-pod-not-isolated namespace=shop name=web",
        ]
    );
    assert_eq!(told(&imported).len(), 4, "{:?}", told(&imported));

    let text =
        "skip-check:\n  - CKV_K8S_16\n  - CKV_K8S_1*\n  - HIGH\n  - CKV_AWS_1, CKV_K8S_18\nskip-path: [x]\n";
    let imported = source("ci/.checkov.yaml", text);
    let checks: BTreeSet<&str> = imported.waivers[0].checks.iter().map(String::as_str).collect();
    assert!(checks.contains("pod-privileged") && checks.contains("pod-host-ipc"), "{checks:?}");
    let lines: Vec<String> =
        told(&imported).iter().map(|line| line.split(':').next().unwrap().to_owned()).collect();
    assert!(
        ["4", "5", "6"].iter().all(|line| lines.iter().any(|found| found == line)),
        "{:?}",
        told(&imported)
    );
}

#[test]
fn kubescape_exceptions() {
    let text = r#"[{"name": "agents", "policyType": "postureExceptionPolicy", "actions": ["alertOnly"],
  "reason": "they watch the node", "expirationDate": "2027-01-31T00:00:00Z",
  "resources": [
    {"designatorType": "Attributes", "attributes": {"kind": "DaemonSet|Deployment", "namespace": "kube-.*", "name": "agent", "app": "x"}},
    {"designatorType": "Attributes", "attributes": {"name": "web-[0-9]+"}},
    {"designatorType": "Attributes", "attributes": {"cluster": "prod", "kind": "Pod"}},
    {"designatorType": "Wlid", "wlid": "x"}],
  "posturePolicies": [
    {"controlID": "C-0057"},
    {"controlID": "C-0041", "frameworkName": "NSA"},
    {"frameworkName": "MITRE"},
    {"controlName": "Privileged container"},
    {"controlID": "C-.*"},
    {"controlID": "C-0104"}]},
 {"name": "other", "policyType": "somethingElse"}]"#;
    let imported = source("exceptions.json", text);
    assert_eq!(
        waivers(&imported),
        [
            "pod-privileged+pod-host-network kind=DaemonSet namespace=kube-* name=agent app:x",
            "pod-privileged+pod-host-network kind=Deployment namespace=kube-* name=agent app:x",
        ]
    );
    assert_eq!(imported.waivers[0].reason, "they watch the node");
    assert_eq!(imported.waivers[0].until.to_string(), "2027-01-31");
    let lines: Vec<String> =
        told(&imported).iter().map(|line| line.split(':').next().unwrap().to_owned()).collect();
    assert_eq!(lines, ["5", "6", "7", "11", "12", "13", "14", "15"], "{:#?}", told(&imported));
}

#[test]
fn kube_linter_and_polaris_configurations() {
    let text = "checks:\n  exclude:\n    - privileged-container\n    - mine\n  ignorePaths: [x]\n";
    let imported = source(".kube-linter.yaml", text);
    assert_eq!(waivers(&imported), ["pod-privileged"]);
    assert_eq!(told(&imported).len(), 2);

    let text = "\
checks:
  hostIPCSet: danger
  tagNotSpecified: ignore
exemptions:
  - namespace: kube-system
    controllerNames: [kube-proxy, dns]
    containerNames: [agent]
    rules: [hostNetworkSet, hostIPCSet]
  - controllerNames: [legacy]
  - controllerNames: ['a*']
";
    let imported = source("polaris.yaml", text);
    let said = waivers(&imported);
    assert_eq!(
        said[0],
        "pod-host-network+pod-host-ipc namespace=kube-system name=kube-proxy* container=agent*"
    );
    assert_eq!(said[1], "pod-host-network+pod-host-ipc namespace=kube-system name=dns* container=agent*");
    assert!(said[2].ends_with(" name=legacy*") && imported.waivers[2].checks.len() > 30, "{said:?}");
    assert_eq!(said.len(), 3);
    assert_eq!(told(&imported).len(), 2, "{:?}", told(&imported));
}

#[test]
fn annotations_of_all_tools() {
    let text = "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
  annotations:
    checkov.io/skip1: CKV_K8S_16=sets up the network
    bridgecrew.io/skip2: CKV_K8S_999=x
    ignore-check.kube-linter.io/host-ipc: shares memory
    polaris.fairwinds.com/hostNetworkSet-exempt: \"true\"
    polaris.fairwinds.com/hostPIDSet-exempt: \"false\"
    kube-score/ignore: pod-probes-identical, container-image-tag
    kubescape.io/skip-controls: C-0044
    kubescape.io/skip-reason: old client
    kubescape.io/skip-expiry: 2027-01-31
    other: x
spec:
  template: # checkov:skip=CKV_K8S_20:no
    spec: {containers: []}
";
    let imported = objects(text);
    let at = "kind=Deployment namespace=shop name=web";
    assert_eq!(
        waivers(&imported),
        [
            format!("pod-privileged {at}"),
            format!("pod-host-ipc {at}"),
            format!("pod-host-network+workload-probes-identical+image-latest-tag {at}"),
            format!("pod-host-port {at}"),
        ]
    );
    let reasons: Vec<&str> = imported.waivers.iter().map(|entry| entry.reason.as_str()).collect();
    assert_eq!(reasons[0], "sets up the network");
    assert_eq!(reasons[3], "old client");
    assert_eq!(
        told(&imported),
        [
            "8: `CKV_K8S_999` is not carried over: it is not known as a rule of Checkov",
            "18: comment `checkov:skip` is not carried over: Checkov does not read comments in manifests",
        ]
    );
    let all = objects(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: p, annotations: {kube-linter.io/ignore-all: legacy}}\nspec: {containers: []}\n",
    );
    assert!(all.waivers[0].checks.len() > 40);
    assert_eq!(all.waivers[0].file.as_deref(), Some("deploy/web.yaml"), "an unset namespace is no namespace");
    let star = objects(
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: 'a*', annotations: {checkov.io/skip: CKV_K8S_49}}\n",
    );
    assert!(star.waivers.is_empty() && star.problems.len() == 1);
}

#[test]
fn kyverno_exceptions() {
    let exception = |spec: &str| {
        objects(&format!(
            "apiVersion: kyverno.io/v2\nkind: PolicyException\nmetadata: {{name: e, namespace: ops}}\nspec: {spec}\n"
        ))
    };
    let policy = "exceptions: [{policyName: disallow-host-namespaces, ruleNames: [host-namespaces]}]";
    let imported = exception(&format!(
        "{{{policy}, match: {{any: [{{resources: {{kinds: [Pod, apps/v1/Deployment], namespaces: [delta], names: [importer*]}}}}]}}}}"
    ));
    assert_eq!(
        waivers(&imported),
        [
            "pod-host-pid+pod-host-ipc+pod-host-network kind=Pod namespace=delta name=importer*",
            "pod-host-pid+pod-host-ipc+pod-host-network kind=Deployment namespace=delta name=importer*",
        ]
    );
    let labelled = exception(&format!(
        "{{{policy}, match: {{all: [{{resources: {{kinds: ['*'], selector: {{matchLabels: {{app: x}}}}}}}}]}}}}"
    ));
    assert_eq!(waivers(&labelled), ["pod-host-pid+pod-host-ipc+pod-host-network app:x"]);
    for (spec, why) in [
        (
            format!(
                "{{{policy}, match: {{any: [{{resources: {{kinds: [Pod]}}}}]}}, conditions: {{any: [{{key: a}}]}}}}"
            ),
            "conditions",
        ),
        (
            format!(
                "{{{policy}, match: {{any: [{{resources: {{kinds: [Pod]}}, subjects: [{{kind: User, name: x}}]}}]}}}}"
            ),
            "who asks",
        ),
        (format!("{{{policy}, match: {{any: [{{resources: {{names: ['a?']}}}}]}}}}"), "pattern"),
        (format!("{{{policy}, match: {{any: [{{resources: {{kinds: [Pod/exec]}}}}]}}}}"), "pattern"),
        (format!("{{{policy}, match: {{any: [{{resources: {{operations: [CREATE]}}}}]}}}}"), "does not know"),
        (
            format!("{{{policy}, match: {{all: [{{resources: {{}}}}, {{resources: {{}}}}]}}}}"),
            "several blocks",
        ),
        (format!("{{{policy}}}"), "matches nothing"),
        (
            "{exceptions: [{policyName: my-own}], match: {any: [{resources: {kinds: [Pod]}}]}}".into(),
            "not known as a rule of Kyverno",
        ),
        (
            format!(
                "{{{policy}, podSecurity: [{{controlName: Capabilities}}], match: {{any: [{{resources: {{}}}}]}}}}"
            ),
            "single fields",
        ),
    ] {
        let imported = exception(&spec);
        assert!(imported.waivers.is_empty(), "{spec}");
        let [problem] = &imported.problems[..] else { panic!("{spec}: {:?}", imported.problems) };
        assert!(problem.message.contains(why), "{spec}: {}", problem.message);
        assert!(problem.position.is_some() && problem.severity == ProblemSeverity::Warning);
    }
}

/// What designates nothing accepts nothing there, and everything nowhere.
#[test]
fn an_empty_scope_is_not_everything() {
    let kubescape = |resources: &str| {
        format!(
            r#"[{{"name":"x","policyType":"postureExceptionPolicy"{resources},"posturePolicies":[{{"controlID":"C-0057"}}]}}]"#
        )
    };
    for (name, text) in [
        ("e.json", kubescape("")),
        ("e.json", kubescape(r#","resources":[]"#)),
        ("e.json", kubescape(r#","resources":[{"designatorType":"Attributes","attributes":{}}]"#)),
        ("e.json", kubescape(r#","resources":[{"attributes":{"kind":"","name":""}}]"#)),
        (
            "e.json",
            r#"[{"name":"x","policyType":"postureExceptionPolicy","resources":[{"attributes":{"kind":"Pod"}}]}]"#.to_owned(),
        ),
        ("polaris.yaml", "exemptions:\n- {rules: [hostIPCSet]}\n".to_owned()),
        ("values.yaml", "exemptions:\n- {team: blue}\n".to_owned()),
    ] {
        let imported = source(name, &text);
        assert!(imported.waivers.is_empty() && imported.problems.len() == 1, "{text}: {imported:?}");
    }
    let everything = objects(
        "apiVersion: kyverno.io/v2\nkind: PolicyException\nmetadata: {name: e}\nspec: {exceptions: [{policyName: disallow-host-path}], match: {any: [{resources: {kinds: ['*']}}]}}\n",
    );
    assert!(everything.waivers.is_empty() && everything.problems[0].message.contains("matches everything"));
    let all = source("e.json", &kubescape(r#","resources":[{"attributes":{"kind":".*"}}]"#));
    assert_eq!(waivers(&all), ["pod-privileged"], "whoever writes `.*` means everything");
}

/// Without an owner the file is refused until somebody fills it in.
#[test]
fn an_owner_is_demanded() {
    let without = ImportOptions { owner: None, ..options() };
    let imported = read_source("KSV-0017\n".to_owned(), ".trivyignore", &without).unwrap();
    let text = write_file(&[], &imported.waivers);
    let problems = read_file(&text, "w.yaml").unwrap_err();
    assert_eq!(problems[0].message, "`owner` is empty");
}

#[test]
fn what_is_no_source_is_left_alone() {
    for (name, text) in [
        ("web.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\n"),
        ("values.yaml", "replicas: 2\n"),
        ("list.json", "[1, 2]"),
        ("broken.yaml", "a: ["),
    ] {
        assert!(read_source(text.to_owned(), name, &options()).is_none(), "{name}");
    }
    let broken = read_source("a: [".to_owned(), ".trivyignore.yaml", &options()).unwrap();
    assert!(!broken.problems.is_empty(), "a file that is looked for by name and cannot be read is told");
}

#[test]
fn hostile_sources_end() {
    let many = "KSV-0017\n".repeat(200_000);
    assert_eq!(source(".trivyignore", &many).waivers.len(), 1);
    let names: Vec<String> = (0..2_000).map(|n| format!("n{n}")).collect();
    let text = format!("exemptions:\n- controllerNames: [{0}]\n  containerNames: [{0}]\n", names.join(","));
    let imported = source("polaris.yaml", &text);
    assert!(imported.waivers.is_empty() && imported.problems.len() == 1);
    let deep = format!("exemptions: {}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(read_source(deep, "polaris.yaml", &options()).is_none());
    let choices = vec!["a"; 60].join("|");
    let attributes = format!(r#"{{"kind":"{choices}","name":"{choices}","namespace":"{choices}"}}"#);
    let text = format!(
        r#"{{"name":"x","policyType":"postureExceptionPolicy","resources":[{{"attributes":{attributes}}}],"posturePolicies":[{{"controlID":"C-0057"}}]}}"#
    );
    let imported = source("e.json", &text);
    assert!(imported.waivers.is_empty() && imported.problems[0].message.contains("too many choices"));
    let long = format!("- id: KSV-0017\n  statement: {}\n", "x".repeat(100_000));
    let imported = source("t.yaml", &format!("misconfigurations:\n{long}"));
    assert!(imported.waivers[0].reason.chars().count() <= 501);
}

proptest::proptest! {
    /// Whatever stands in a source, what is written of it is read as it is.
    #[test]
    fn what_is_written_is_read(id in "\\PC{0,12}", path in "[a-z./*\\[?]{0,12}", statement in "\\PC{0,40}", name in "\\PC{0,12}") {
        let text = format!(
            "misconfigurations:\n- {{id: KSV-0017, paths: [{:?}]}}\n- {{id: '{}'}}\n- {{id: KSV-0008, statement: '{}'}}\n",
            path, id.replace('\'', ""), statement.replace('\'', "")
        );
        if let Some(imported) = read_source(text, "a/t.yaml", &options()) {
            whole(imported);
        }
        let exceptions = format!(
            "exemptions:\n- {{namespace: '{0}', controllerNames: ['{0}']}}\n", name.replace('\'', "")
        );
        if let Some(imported) = read_source(exceptions, "p.yaml", &options()) {
            whole(imported);
        }
    }
}

/// A condition of another type than expected was passed over, and more was accepted than before, without a word.
#[test]
fn issue_import_odd_types_repro() {
    for (name, text, why) in [
        (
            ".trivyignore.yaml",
            "misconfigurations: [{id: AVD-KSV-0010, paths: deploy/**}]",
            "`paths` is no list",
        ),
        (
            ".trivyignore.yaml",
            "misconfigurations: [{id: AVD-KSV-0010, expired_at: [2020-01-01]}]",
            "`expired_at` is no day",
        ),
        (
            "polaris.yaml",
            "exemptions: [{namespace: shop, controllerNames: web, rules: [hostPIDSet]}]",
            "`controllerNames` is no list",
        ),
        (
            "polaris.yaml",
            "exemptions: [{namespace: [shop], controllerNames: [web], rules: [hostPIDSet]}]",
            "`namespace` is no text",
        ),
        ("polaris.yaml", "exemptions: [{namespace: shop, rules: hostPIDSet}]", "`rules` is no list"),
        (
            "polaris.yaml",
            "exemptions: [{namespace: shop, labelSelector: a=b, rules: [hostPIDSet]}]",
            "selects by labels",
        ),
        (
            "e.json",
            r#"[{"policyType":"postureExceptionPolicy","resources":[{"attributes":{"name":"x"}}],"posturePolicies":[{"controlID":"C-0038","ruleName":["a"]}]}]"#,
            "`ruleName` is no text",
        ),
        (
            "e.json",
            r#"[{"policyType":"postureExceptionPolicy","expirationDate":[1],"resources":[{"attributes":{"name":"x"}}],"posturePolicies":[{"controlID":"C-0038"}]}]"#,
            "`expirationDate` is no day",
        ),
    ] {
        let imported = source(name, text);
        assert_eq!(imported.waivers, [], "{text}");
        assert!(imported.problems[0].message.contains(why), "{text}: {:?}", imported.problems);
    }
    for resources in [
        "kinds: [Pod], namespaces: shop",
        "kinds: [Pod], names: web",
        "kinds: [Pod], selector: a=b",
        "kinds: [Pod], selector: {matchLabels: x}",
    ] {
        let imported = objects(&format!(
            "apiVersion: kyverno.io/v2\nkind: PolicyException\nmetadata: {{name: x, namespace: a}}\nspec:\n  exceptions: [{{policyName: disallow-host-namespaces}}]\n  match: {{any: [{{resources: {{{resources}}}}}]}}\n"
        ));
        assert_eq!(imported.waivers, [], "{resources}");
        assert!(
            imported.problems[0].message.contains("another type"),
            "{resources}: {:?}",
            imported.problems
        );
    }
}
