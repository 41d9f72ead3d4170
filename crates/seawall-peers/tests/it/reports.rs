//! Every format becomes the same form.

use seawall_peers::{Format, ObjectName, Outcome, PeerReport, ReportError, Tool, read_report};

use crate::{CHECKOV, SARIF, TRIVY};

fn failed(report: &PeerReport) -> usize {
    report.results.iter().filter(|result| result.outcome == Outcome::Failed).count()
}

fn web() -> ObjectName {
    ObjectName { kind: "Deployment".into(), namespace: Some("shop".into()), name: "web".into() }
}

#[test]
fn reports_of_real_runs_are_read() {
    let trivy = read_report(TRIVY.to_owned()).unwrap();
    assert_eq!(
        (trivy.tool, trivy.format, trivy.version.as_deref()),
        (Tool::Trivy, Format::Json, Some("0.76.0"))
    );
    assert_eq!(failed(&trivy), 14);
    let first = &trivy.results.iter().find(|result| result.rule == "KSV-0001").unwrap();
    assert_eq!((first.file.as_deref(), first.line), (Some("payments.yaml"), Some(28)));
    assert_eq!(first.container.as_deref(), Some("payments"));
    let sarif = read_report(SARIF.to_owned()).unwrap();
    assert_eq!((sarif.tool, sarif.format), (Tool::Trivy, Format::Sarif));
    assert_eq!(failed(&sarif), 8);
    assert!(sarif.results[0].message.as_deref().unwrap().starts_with("Container 'payments'"), "{sarif:?}");
    let checkov = read_report(CHECKOV.to_owned()).unwrap();
    assert_eq!((checkov.tool, failed(&checkov)), (Tool::Checkov, 18));
    let memory = checkov.results.iter().find(|result| result.rule == "CKV_K8S_12").unwrap();
    assert_eq!(memory.objects[0].to_string(), "Deployment/shop/payments");
    assert_eq!(memory.routes[0].to_string(), "spec.template.spec.containers[0].resources.requests.memory");
}

/// One failed and one passed rule on one object, in the form of each tool.
#[test]
fn every_format_says_the_same() {
    let object =
        r#"{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","namespace":"shop"}}"#;
    let cases = [
        (
            Tool::Kubescape,
            "C-0057",
            format!(
                r#"{{"summaryDetails":{{"controls":{{"C-0057":{{"scoreFactor":8}}}}}},
                "results":[{{"resourceID":"r","controls":[
                {{"controlID":"C-0057","name":"x","status":{{"status":"failed"}},"rules":[{{"paths":[{{"failedPath":"spec.template.spec.containers[0].securityContext.privileged"}}]}}]}},
                {{"controlID":"C-0041","status":{{"status":"passed"}}}},
                {{"controlID":"C-0044","status":{{"status":"passed","subStatus":"w/exceptions"}}}},
                {{"controlID":"C-0045","status":{{"status":"skipped"}}}}]}}],
                "resources":[{{"resourceID":"r","object":{object},"source":{{"relativePath":"deploy/web.yaml"}}}}]}}"#
            ),
        ),
        (
            Tool::KubeLinter,
            "privileged-container",
            r#"{"Checks":[],"Summary":{"KubeLinterVersion":"0.7"},"Reports":[{"Check":"privileged-container","Diagnostic":{"Message":"container \"web\" is privileged"},
            "Object":{"Metadata":{"FilePath":"web.yaml"},"K8sObject":{"Namespace":"shop","Name":"web","GroupVersionKind":{"Group":"apps","Version":"v1","Kind":"Deployment"}}}}]}"#.to_owned(),
        ),
        (
            Tool::Polaris,
            "runAsPrivileged",
            r#"{"PolarisOutputVersion":"1.0","Results":[{"Name":"web","Namespace":"shop","Kind":"Deployment","Results":{},
            "PodResult":{"Results":{"hostPIDSet":{"Success":true,"Severity":"danger"}},"ContainerResults":[{"Name":"web","Results":{"runAsPrivileged":{"Success":false,"Severity":"danger","Message":"m"}}}]}}]}"#.to_owned(),
        ),
        (
            Tool::KubeScore,
            "container-security-context-privileged",
            r#"[{"object_name":"Deployment/apps/v1//web","type_meta":{"kind":"Deployment"},"object_meta":{"name":"web","namespace":"shop"},"file_name":"web.yaml","file_row":1,
            "checks":[{"check":{"id":"container-security-context-privileged","name":"n"},"grade":1,"comments":[{"path":"web","summary":"s"}]},
            {"check":{"id":"pod-probes"},"grade":10,"comments":null},{"check":{"id":"x"},"skipped":true,"grade":0}]}]"#.to_owned(),
        ),
        (
            Tool::Kubesec,
            "Privileged",
            r#"[{"object":"Deployment/web.shop","valid":true,"scoring":{"critical":[{"id":"Privileged"}],"passed":[{"id":"HostPID"}]}}]"#.to_owned(),
        ),
        (
            Tool::Trivy,
            "KSV-0017",
            r#"{"ClusterName":"c","Resources":[{"Namespace":"shop","Kind":"Deployment","Name":"web","Results":[{"Target":"Deployment/web","Misconfigurations":[
            {"ID":"KSV-0017","Status":"FAIL","Message":"Container 'web' of Deployment 'web' x","CauseMetadata":{"StartLine":3}},{"ID":"KSV-0010","Status":"PASS"}]}]}]}"#.to_owned(),
        ),
    ];
    for (tool, rule, text) in cases {
        let report = read_report(text).unwrap();
        assert_eq!(report.tool, tool);
        let fails: Vec<_> = report.results.iter().filter(|one| one.outcome == Outcome::Failed).collect();
        let [fail] = &fails[..] else { panic!("{tool}: {fails:?}") };
        assert_eq!((fail.rule.as_str(), &fail.objects[..]), (rule, &[web()][..]), "{tool}");
        assert!(tool == Tool::KubeLinter || report.results.iter().any(|one| one.outcome == Outcome::Passed));
        let container = fail.container.is_some() || !fail.routes.is_empty();
        assert!(container || tool == Tool::Kubesec, "{tool} tells the container");
        if tool == Tool::Kubescape {
            assert_eq!(report.results.len(), 3, "what was skipped says nothing");
            assert_eq!(report.results[2].outcome, Outcome::Suppressed(String::new()));
            assert_eq!(fail.severity.as_deref(), Some("High"));
        }
    }
}

#[test]
fn ids_of_kubescape_name_objects_without_their_text() {
    for (id, name) in [
        ("apps/v1/shop/Deployment/web", "Deployment/shop/web"),
        ("path=123/api=apps/v1/shop/Deployment/web", "Deployment/shop/web"),
        ("rbac.authorization.k8s.io/v1//ClusterRole/admin", "ClusterRole/admin"),
    ] {
        let text = format!(
            r#"{{"summaryDetails":{{}},"results":[{{"resourceID":"{id}","controls":[{{"controlID":"C-0057","status":{{"status":"failed"}}}}]}}]}}"#
        );
        assert_eq!(read_report(text).unwrap().results[0].objects[0].to_string(), name);
    }
}

#[test]
fn sarif_of_known_tools_with_its_suppressions() {
    let sarif = |tool: &str| {
        format!(
            r#"{{"version":"2.1.0","runs":[{{"tool":{{"driver":{{"name":"{tool}","rules":[{{"id":"C-0057","shortDescription":{{"text":"t"}}}}]}}}},"results":[
            {{"ruleId":"C-0057","message":{{"text":"m"}},"locations":[{{"physicalLocation":{{"artifactLocation":{{"uri":"a%20b.yaml"}},"region":{{"startLine":2}}}}}}]}},
            {{"ruleId":"C-0041","suppressions":[{{"kind":"external","justification":"why"}}]}},
            {{"ruleId":"C-0044","suppressions":[{{"kind":"external","status":"underReview"}}]}},
            {{"ruleId":"C-0045","kind":"pass"}},{{"ruleId":"C-0046","kind":"notApplicable"}},{{"no":"rule"}}]}}]}}"#
        )
    };
    let report = read_report(sarif("kubescape")).unwrap();
    let outcomes: Vec<_> = report.results.iter().map(|result| result.outcome.clone()).collect();
    let suppressed = Outcome::Suppressed("why".into());
    assert_eq!(outcomes, [Outcome::Failed, suppressed, Outcome::Failed, Outcome::Passed]);
    assert_eq!(report.results[0].file.as_deref(), Some("a b.yaml"));
    assert_eq!(report.results[0].title.as_deref(), Some("t"));
    let error = read_report(sarif("Evil\\u001b")).unwrap_err();
    assert_eq!(error, ReportError::UnknownTool("Evil\\u{1b}".into()));
}

#[test]
fn what_is_no_report_is_refused() {
    for text in
        ["", "{", "[]", "{}", "apiVersion: v1\nkind: Pod\n", "{\"runs\":[]}", "\u{0}", "{{ x }}", "[1]"]
    {
        assert!(read_report(text.to_owned()).is_err(), "{text:?}");
    }
    let deep = format!("{{\"runs\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(read_report(deep).is_err());
}

proptest::proptest! {
    /// Nothing that looks like a report makes the reader panic.
    #[test]
    fn cut_reports_end(cut in 0usize..20_000) {
        for text in [TRIVY, CHECKOV, SARIF] {
            let at = text.floor_char_boundary(cut.min(text.len()));
            let _ = read_report(text.get(..at).unwrap_or("").to_owned());
        }
    }
}

fn problems(text: &str) -> Vec<String> {
    read_report(text.to_owned()).unwrap().problems.iter().map(|problem| problem.message.clone()).collect()
}

/// What has another shape than expected was left out without a word.
#[test]
fn issue_compare_silent_drop_repro() {
    let left_out = |count: usize, tool: &str| {
        vec![format!(
            "{count} parts of the report are left out: they do not have the shape that {tool} gives to results"
        )]
    };
    let text = r#"{"SchemaVersion":2,"ArtifactName":".","Results":"x"}"#;
    assert_eq!(problems(text), left_out(1, "Trivy"));
    let text = r#"{"SchemaVersion":2,"ArtifactName":".","Results":[{"Misconfigurations":[{"Status":"FAIL"},{"ID":"KSV-0010","Status":"FAIL"}]}]}"#;
    assert_eq!(problems(text), left_out(1, "Trivy"));
    let text = r#"{"check_type":"kubernetes","results":{"failed_checks":[{"check_id":1},"x"]}}"#;
    assert_eq!(problems(text), left_out(2, "Checkov"));
    let text = r#"{"SchemaVersion":2,"ArtifactName":".","Results":null}"#;
    assert_eq!(problems(text), [""; 0], "nothing found is no fault");
    let two =
        "{\"SchemaVersion\":2,\"ArtifactName\":\".\"}\n---\n{\"SchemaVersion\":2,\"ArtifactName\":\".\"}";
    assert!(problems(two)[0].starts_with("1 more reports stand behind"), "{:?}", problems(two));
    assert_eq!(problems(TRIVY), [""; 0]);
    assert_eq!(problems(SARIF), [""; 0]);
    assert_eq!(problems(CHECKOV), [""; 0]);
}

/// Results of another tool in the same SARIF were read as the first tool's, and rules that are named by index were lost.
#[test]
fn issue_compare_sarif_runs_repro() {
    let text = r#"{"runs":[
        {"tool":{"driver":{"name":"Trivy","rules":[{"id":"KSV-0010"}]}},"results":[{"ruleIndex":0},{"rule":{"id":"KSV-0009"}},{"ruleIndex":-1}]},
        {"tool":{"driver":{"name":"Checkov"}},"results":[{"ruleId":"CKV_K8S_17"}]}]}"#;
    let report = read_report(text.to_owned()).unwrap();
    let rules: Vec<&str> = report.results.iter().map(|result| result.rule.as_str()).collect();
    assert_eq!(rules, ["KSV-0010", "KSV-0009"]);
    let told = problems(text);
    assert!(told[0].starts_with("a run of `Checkov` is left out"), "{told:?}");
    assert!(told[1].starts_with("1 parts"), "{told:?}");
}
