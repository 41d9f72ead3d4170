//! Every result of theirs and every finding of ours is told, each difference with its reason.

use std::collections::{BTreeMap, BTreeSet};

use seawall_checks::{Profile, Settings, evaluate, pick};
use seawall_core::Waiver;
use seawall_inventory::Inventory;
use seawall_peers::{
    Comparison, Input, OursReason, Outcome, PeerReport, Rules, TheirsReason, compare, read_report,
};

use crate::{CHECKOV, OPERATOR, PAYMENTS, SARIF, TRIVY, inventory, shop};

struct Run {
    report: PeerReport,
    comparison: Comparison,
    /// Rules by reason.
    theirs: BTreeMap<&'static str, Vec<String>>,
    /// Checks by reason.
    ours: BTreeMap<&'static str, Vec<String>>,
    open: usize,
}

fn run(inventory: &Inventory, report: &str, profile: Profile, waived: &[&str]) -> Run {
    let report = read_report(report.to_owned()).unwrap();
    let mut evaluation = evaluate(inventory, &pick(Profile::All, &[], &[]), &Settings::default());
    for finding in &mut evaluation.findings {
        if waived.contains(&finding.check.id.as_str()) {
            let until = "2999-01-31".parse().unwrap();
            let waiver = Waiver { owner: None, reason: "it must".into(), until, file: None, position: None };
            finding.waiver = Some(waiver.into());
        }
    }
    let chosen: BTreeSet<&str> = pick(profile, &[], &[]).iter().map(|check| check.id).collect();
    let input = Input {
        report: &report,
        inventory,
        evaluation: &evaluation,
        chosen: &chosen,
        rules: Rules::built_in(),
    };
    let comparison = compare(input);
    let (mut theirs, mut ours) = (BTreeMap::<_, Vec<_>>::new(), BTreeMap::<_, Vec<_>>::new());
    for only in &comparison.only_theirs {
        theirs.entry(only.reason.as_str()).or_default().push(report.results[only.theirs].rule.clone());
    }
    for only in &comparison.only_ours {
        ours.entry(only.reason.as_str())
            .or_default()
            .push(evaluation.findings[only.ours].check.id.to_string());
    }
    let counts = |finding: &&seawall_core::Finding| {
        finding.waiver.is_none() && chosen.contains(finding.check.id.as_str())
    };
    let open = evaluation.findings.iter().filter(counts).count();
    Run { report, comparison, theirs, ours, open }
}

impl Run {
    fn matched(&self) -> Vec<&str> {
        self.comparison.matched.iter().map(|one| self.report.results[one.theirs].rule.as_str()).collect()
    }

    /// Nothing is lost: each failed result once, each open finding in one class.
    fn is_whole(&self) {
        let failed = self.report.results.iter().filter(|result| result.outcome == Outcome::Failed).count();
        assert_eq!(self.comparison.matched.len() + self.comparison.only_theirs.len(), failed);
        let matched: BTreeSet<usize> =
            self.comparison.matched.iter().flat_map(|matched| matched.ours.iter().copied()).collect();
        assert_eq!(matched.len() + self.comparison.only_ours.len(), self.open);
    }
}

#[test]
fn trivy_finds_files_and_lines_where_we_find_objects() {
    let run = run(&shop(), TRIVY, Profile::All, &[]);
    run.is_whole();
    for rule in ["KSV-0001", "KSV-0008", "KSV-0011", "KSV-0047", "KSV-0050", "KSV-0114", "KSV-0046"] {
        assert!(run.matched().contains(&rule), "{rule}: {:?} {:?}", run.matched(), run.theirs);
    }
    assert!(
        run.ours["no-rule"]
            .iter()
            .all(|check| { Rules::built_in().of_check(run.report.tool, check).next().is_none() })
    );
}

#[test]
fn sarif_of_the_same_run_matches_the_same() {
    let json = run(&shop(), TRIVY, Profile::All, &[]);
    let sarif = run(&shop(), SARIF, Profile::All, &[]);
    sarif.is_whole();
    for rule in sarif.matched() {
        assert!(json.matched().contains(&rule), "{rule}");
    }
    assert!(sarif.matched().len() >= 4, "{:?}", sarif.theirs);
}

#[test]
fn checkov_names_objects_and_pods_that_it_derived() {
    let run = run(&shop(), CHECKOV, Profile::All, &[]);
    run.is_whole();
    for rule in ["CKV_K8S_18", "CKV_K8S_20", "CKV_K8S_155", "CKV_K8S_158", "CKV_K8S_13"] {
        assert!(run.matched().contains(&rule), "{rule}: {:?}", run.theirs);
    }
    assert!(!run.theirs.contains_key("not-in-targets"), "{:?}", run.theirs);
}

#[test]
fn each_silence_of_ours_has_its_reason() {
    let all = run(&shop(), TRIVY, Profile::Default, &[]);
    all.is_whole();
    assert!(all.theirs["off"].contains(&"KSV-0011".to_owned()), "{:?}", all.theirs);
    let off = all.comparison.only_theirs.iter().find(|only| only.reason == TheirsReason::Off).unwrap();
    assert!(off.because.contains("is not part of this run and would fail here"), "{}", off.because);

    let waived = run(&shop(), TRIVY, Profile::Default, &["pod-host-ipc"]);
    waived.is_whole();
    assert_eq!(waived.theirs["waived"], ["KSV-0008"]);
    let waived =
        waived.comparison.only_theirs.iter().find(|only| only.reason == TheirsReason::Waived).unwrap();
    assert_eq!(waived.because, "waived until 2999-01-31: it must");

    let one = inventory(&[("shop/rbac-operator.yaml", OPERATOR)]);
    let absent = run(&one, TRIVY, Profile::Default, &[]);
    absent.is_whole();
    assert!(absent.theirs["not-in-targets"].contains(&"KSV-0001".to_owned()));

    let fixed = PAYMENTS.replace("hostIPC: true", "hostIPC: false");
    let fixed = inventory(&[("payments.yaml", &fixed), ("rbac-operator.yaml", OPERATOR)]);
    let passed = run(&fixed, TRIVY, Profile::Default, &[]);
    passed.is_whole();
    let ipc = passed.comparison.only_theirs.iter().find(|only| only.checks == ["pod-host-ipc"]).unwrap();
    assert_eq!(ipc.reason, TheirsReason::Passed);
    let [seen] = &ipc.seen[..] else { panic!("{ipc:?}") };
    assert_eq!(seen.route.to_string(), "spec.template.spec.hostIPC");
    assert_eq!(seen.value.as_deref(), Some("false"));
}

/// A report with one failed rule on the payments Deployment.
fn linter(check: &str, kind: &str, container: &str) -> String {
    format!(
        r#"{{"Checks":[],"Reports":[{{"Check":"{check}","Diagnostic":{{"Message":"container \"{container}\" x"}},
        "Object":{{"K8sObject":{{"Namespace":"shop","Name":"payments","GroupVersionKind":{{"Kind":"{kind}"}}}}}}}}]}}"#
    )
}

#[test]
fn rules_without_a_check_objects_of_another_kind_and_other_containers() {
    let reason = |check: &str, kind: &str, container: &str| {
        let run = run(&shop(), &linter(check, kind, container), Profile::All, &[]);
        run.is_whole();
        run.comparison.only_theirs.first().map(|only| (only.reason, only.because.clone()))
    };
    assert_eq!(reason("host-ipc", "Deployment", ""), None, "it matches");
    let (kind, because) = reason("my-own-check", "Deployment", "").unwrap();
    assert_eq!(kind, TheirsReason::UnknownRule);
    assert_eq!(because, "`my-own-check` is not in the table of rules of kube-linter");
    let (kind, because) = reason("host-ipc", "Service", "").unwrap();
    assert_eq!(kind, TheirsReason::OtherKind);
    assert_eq!(because, "`pod-host-ipc` does not judge a Service");
    assert_eq!(reason("privilege-escalation-container", "Deployment", "payments"), None);

    let two = PAYMENTS.replace(
        "      containers:\n",
        "      containers:\n        - name: side\n          image: x:1\n          securityContext: {allowPrivilegeEscalation: false}\n",
    );
    let two = inventory(&[("payments.yaml", &two)]);
    let run = run(&two, &linter("privilege-escalation-container", "Deployment", "side"), Profile::All, &[]);
    let only = &run.comparison.only_theirs[0];
    assert_eq!(only.reason, TheirsReason::OtherContainer);
    assert_eq!(only.because, "`pod-allow-privilege-escalation` fails at container `payments`, not at `side`");
}

#[test]
fn vulnerabilities_and_rules_for_later_say_why() {
    let report = r#"{"SchemaVersion":2,"ArtifactName":"x","Results":[{"Target":"shop/payments.yaml","Misconfigurations":[
        {"ID":"KCV-0048","Status":"FAIL"},{"ID":"DS002","Status":"FAIL"},{"ID":"KSV-9999","Status":"FAIL"}]}]}"#;
    let run = run(&shop(), report, Profile::Default, &[]);
    assert_eq!(run.theirs["no-check"], ["KCV-0048", "DS002"]);
    assert_eq!(run.theirs["unknown-rule"], ["KSV-9999"]);
}

#[test]
fn each_silence_of_theirs_has_its_reason() {
    let trivy = run(&shop(), TRIVY, Profile::Default, &[]);
    assert!(trivy.ours["no-rule"].contains(&"secret-env-plaintext".to_owned()), "{:?}", trivy.ours);
    // They pass what we fail where our finding points into another object than theirs.
    let passed = r#"{"check_type":"kubernetes","results":{"failed_checks":[],
        "passed_checks":[{"check_id":"CKV_K8S_18","resource":"Deployment.shop.payments","check_result":{}}],
        "skipped_checks":[{"check_id":"CKV_K8S_20","resource":"Deployment.shop.payments","check_result":{"suppress_comment":"ticket 7"}}]}}"#;
    let checkov = run(&shop(), passed, Profile::Default, &[]);
    checkov.is_whole();
    assert_eq!(checkov.ours["theirs-passed"], ["pod-host-ipc"]);
    assert_eq!(checkov.ours["suppressed"], ["pod-allow-privilege-escalation"]);
    let suppressed =
        checkov.comparison.only_ours.iter().find(|only| only.reason == OursReason::Suppressed).unwrap();
    assert_eq!(suppressed.because, "`CKV_K8S_20` is suppressed there: ticket 7");
    assert!(checkov.ours["not-in-report"].contains(&"rbac-escalate".to_owned()), "{:?}", checkov.ours);
}

#[test]
fn a_live_pod_is_matched_through_its_owner() {
    let pod = r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"web-1","namespace":"shop","ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"web","controller":true}]},"spec":{"hostPID":true,"containers":[]}}"#;
    let owner = r#"{"apiVersion":"apps/v1","kind":"ReplicaSet","metadata":{"name":"web","namespace":"shop"},"spec":{"template":{"spec":{"hostPID":true,"containers":[]}}}}"#;
    let live = inventory(&[("a.json", pod), ("b.json", owner)]);
    let report = r#"{"ClusterName":"c","Resources":[{"Namespace":"shop","Kind":"Pod","Name":"web-1","Results":[{"Misconfigurations":[{"ID":"KSV-0010","Status":"FAIL"}]}]}]}"#;
    let run = run(&live, report, Profile::Default, &[]);
    assert_eq!(run.matched(), ["KSV-0010"], "{:?}", run.theirs);
}

/// What may be a secret is never told as what a check saw.
#[test]
fn values_of_secrets_are_not_told() {
    let clean =
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, namespace: shop}\ndata: {TOKEN: hush-hush-1}\n";
    let report = r#"{"SchemaVersion":2,"ArtifactName":"x","Results":[{"Target":"c.yaml","Misconfigurations":[{"ID":"KSV-0109","Status":"FAIL"},{"ID":"KSV-01010","Status":"FAIL"}]}]}"#;
    let run = run(&inventory(&[("c.yaml", clean)]), report, Profile::All, &[]);
    assert!(!format!("{:?}", run.comparison).contains("hush-hush-1"));
}

#[test]
fn what_has_no_verdict_is_no_pass() {
    let broken = r#"{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"payments","namespace":"shop"},"spec":{}}"#;
    let broken = inventory(&[("a.json", broken)]);
    let only = |check: &str, profile| {
        let run = run(&broken, &linter(check, "Deployment", ""), profile, &[]);
        run.is_whole();
        let only = &run.comparison.only_theirs[0];
        (only.reason, only.because.clone())
    };
    let (reason, because) = only("host-ipc", Profile::Default);
    assert_eq!(reason, TheirsReason::NotEvaluated);
    assert_eq!(because, "`pod-host-ipc`: the Deployment has no pod spec, or it is no map");
    let (reason, because) = only("unset-cpu-requirements", Profile::Default);
    assert_eq!(reason, TheirsReason::Off);
    assert!(because.ends_with("is not part of this run and would have no verdict here"), "{because}");
}

/// A chart that a tool rendered by itself is no object of ours until it is rendered.
#[test]
fn templates_are_told_apart_from_files_that_are_not_there() {
    let report = |file: &str| {
        format!(
            r#"{{"SchemaVersion":2,"ArtifactName":"x","Results":[{{"Target":"{file}","Misconfigurations":[{{"ID":"KSV-0017","Status":"FAIL"}}]}}]}}"#
        )
    };
    for (file, because) in [
        (
            "chart/templates/web.yaml",
            "no object of `chart/templates/web.yaml` was read: a template is read once it is rendered",
        ),
        ("other.yaml", "`other.yaml` is not among the files that were read"),
    ] {
        let run = run(&shop(), &report(file), Profile::Default, &[]);
        let only = &run.comparison.only_theirs[0];
        assert_eq!((only.reason, only.because.as_str()), (TheirsReason::NotInTargets, because));
    }
}

/// Each result without a line was compared with every object of its file: a report of a thousand took minutes.
#[test]
fn issue_compare_vague_results_repro() {
    let pod = |number: usize| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: web{number}, namespace: shop}}\nspec:\n  hostPID: true\n  containers: [{{name: web, image: web}}]\n"
        )
    };
    let pods: Vec<String> = (0..100).map(pod).collect();
    let inventory = inventory(&[("pods.yaml", &pods.join("---\n"))]);
    let result = |message: &str| {
        format!(
            r#"{{"ruleId":"KSV-0010","message":{{"text":"{message}"}},"locations":[{{"physicalLocation":{{"artifactLocation":{{"uri":"pods.yaml"}}}}}}]}}"#
        )
    };
    let (one, none) = (result("Pod 'web7' should not set it"), result("a pod should not set it"));
    let report =
        format!(r#"{{"runs":[{{"tool":{{"driver":{{"name":"Trivy"}}}},"results":[{one},{none}]}}]}}"#);
    let run = run(&inventory, &report, Profile::Default, &[]);
    run.is_whole();
    assert_eq!(run.comparison.matched.len(), 1);
    assert_eq!(run.comparison.matched[0].ours.len(), 1);
    assert_eq!(run.theirs["not-in-targets"], ["KSV-0010"]);
    assert!(
        run.comparison.only_theirs[0].because.contains("which of 100 objects"),
        "{:?}",
        run.comparison.only_theirs
    );
}
