//! Reports of scanners: how they are read, matched to what runs, and where they lead.

use proptest::prelude::*;
use seawall_core::ProblemSeverity;
use seawall_network::{Network, Profile, Protocol, Target};
use seawall_paths::{Filter, Model, Vulnerabilities};

use crate::{inventory, pairs, steps};

const RCE: &str = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
const DIGEST: &str = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const OTHER: &str = "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

fn trivy(image: &str, vector: &str) -> String {
    format!(
        r#"{{"SchemaVersion":2,"ArtifactName":"{image}","ArtifactType":"container_image",
        "Metadata":{{"RepoTags":["{image}"],"RepoDigests":[]}},
        "Results":[{{"Target":"{image} (debian 12.4)","Class":"os-pkgs","Vulnerabilities":[
        {{"VulnerabilityID":"CVE-1","PkgName":"lib","InstalledVersion":"1.0","FixedVersion":"1.1","Severity":"CRITICAL",
        "CVSS":{{"nvd":{{"V3Vector":"{vector}"}}}}}}]}}]}}"#
    )
}

fn grype(known: &str) -> String {
    format!(
        r#"{{"matches":[{{"vulnerability":{{"id":"CVE-1","severity":"High","cvss":[],{known}
        "fix":{{"versions":["1.1"],"state":"fixed"}}}},"relatedVulnerabilities":[],
        "artifact":{{"name":"lib","version":"1.0"}}}}],
        "source":{{"type":"image","target":{{"userInput":"registry:web:1","manifestDigest":"{DIGEST}","tags":["web:1"]}}}},
        "descriptor":{{"name":"grype"}}}}"#
    )
}

fn cyclonedx(state: &str) -> String {
    format!(
        r#"{{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{{"component":{{"type":"container","name":"web",
        "purl":"pkg:oci/web@{}?arch=amd64&repository_url=index.docker.io%2Flibrary%2Fweb&tag=1"}}}},
        "components":[{{"name":"app","components":[{{"bom-ref":"x","name":"lib","version":"1.0"}}]}}],
        "vulnerabilities":[{{"id":"CVE-1","ratings":[{{"severity":"critical"}},{{"vector":"{RCE}"}}],
        "recommendation":"upgrade to 1.1",{state}"affects":[{{"ref":"x"}}]}}]}}"#,
        DIGEST.replace(':', "%3A")
    )
}

fn cluster_report(tags: &str, target: &str) -> String {
    format!(
        r#"{{"ClusterName":"c","Resources":[{{"Namespace":"a","Kind":"Deployment","Name":"web",
        "Metadata":[{tags}],"Results":[{{"Target":"{target}","Vulnerabilities":[
        {{"VulnerabilityID":"CVE-1","PkgName":"lib","Severity":"HIGH","CVSS":{{"ghsa":{{"V3Vector":"{RCE}"}}}}}}]}}]}}]}}"#
    )
}

/// A privileged pod behind a load balancer, and a pod in another namespace.
const WORLD: &str = "\
kind: Service
apiVersion: v1
metadata: {name: web, namespace: a}
spec: {type: LoadBalancer, selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
---
kind: Pod
apiVersion: v1
metadata: {name: web, namespace: a, labels: {app: web}}
spec: {nodeName: n1, automountServiceAccountToken: false, containers: [{name: c, image: 'web:1', securityContext: {privileged: true}}]}
---
kind: Pod
apiVersion: v1
metadata: {name: client, namespace: b}
spec: {nodeName: n2, automountServiceAccountToken: false, containers: [{name: c, image: 'client:1'}]}
";

fn with(yaml: &str, reports: &[String]) -> Model {
    let (mut model, _) = Model::build(&inventory(yaml, Some((1, 36))));
    let mut vulnerabilities = Vulnerabilities::new();
    for report in reports {
        let problems = vulnerabilities.read("report.json", report.as_bytes());
        assert!(problems.iter().all(|problem| problem.severity < ProblemSeverity::Error), "{problems:?}");
    }
    model.set_vulnerabilities(vulnerabilities);
    model
}

/// How sure the step into the container is.
fn entry(yaml: &str, reports: &[String]) -> Option<String> {
    let attacks = with(yaml, reports).attacks();
    let own = attacks.iter().find(|attack| attack.primitive.id() == "B25")?;
    Some(own.confidence.as_str().to_owned())
}

#[test]
fn a_flaw_of_what_listens_leads_from_the_internet_to_the_node() {
    let model = with(WORLD, &[trivy("web:1", RCE)]);
    let found = steps(&model);
    for step in [
        "B25 Endpoint/a/web/80 → Container/a/web/c",
        "B25 Endpoint/a/web/8080 → Container/a/web/c",
        "E02 pods that reach the same ports → Endpoint/a/web/8080",
    ] {
        assert!(found.iter().any(|own| own == step), "{step} in {found:#?}");
    }
    let group = model.paths(&Filter { from: vec!["internet".into()], to: vec!["node-root".into()] }).unwrap();
    let path = &group[0].path;
    let told: Vec<&str> = path.steps.iter().map(|step| step.primitive).collect();
    assert_eq!(
        (told, path.confidence.as_str(), path.attenuated),
        (vec!["E01", "B25", "B01"], "medium", false)
    );
    let entry = &path.steps[1];
    assert_eq!(entry.evidence[0].object, "Image/docker.io/library/web:1");
    assert_eq!(
        entry.fix,
        "in Image/docker.io/library/web:1: update the package lib 1.0: CVE-1, fixed in 1.1"
    );
    assert_eq!(pairs(&model, &["Pod/b/client"], &["node-root"]), ["Pod/b/client → node-root"]);
    // Without reports the graph is what it was.
    let without = with(WORLD, &[]);
    assert!(!steps(&without).iter().any(|step| step.starts_with("B25") || step.contains("same ports")));
    assert!(pairs(&without, &["Pod/b/client"], &["node-root"]).is_empty());
}

#[test]
fn network_policies_stand_in_the_way_of_other_pods() {
    let policy = "---\nkind: NetworkPolicy\napiVersion: networking.k8s.io/v1\nmetadata: {name: n, namespace: a}\n\
                  spec: {podSelector: {}, ingress: [{ports: [{port: 8080}]}]}\n";
    let open = format!("{WORLD}{policy}");
    let reports = [trivy("web:1", RCE)];
    assert_eq!(
        pairs(&with(&open, &reports), &["Pod/b/client"], &["node-root"]),
        ["Pod/b/client → node-root"]
    );
    for changed in [open.replace("port: 8080}]", "port: 8081}]"), open.replace("{port: 8080}", "{port: 80}")]
    {
        assert!(pairs(&with(&changed, &reports), &["Pod/b/client"], &["node-root"]).is_empty(), "{changed}");
    }
}

#[test]
fn only_flaws_that_run_code_over_the_network_count() {
    for (vector, sure) in [
        (RCE, Some("medium")),
        ("CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:H", Some("low")),
        ("CVSS:3.1/AV:L/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", None),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H", None),
        ("CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H", None),
        // No vector that says otherwise: the severity, with less certainty.
        ("", Some("low")),
    ] {
        assert_eq!(entry(WORLD, &[trivy("web:1", vector)]).as_deref(), sure, "{vector}");
    }
    let mild = trivy("web:1", "").replace("CRITICAL", "MEDIUM");
    assert_eq!(entry(WORLD, &[mild]), None);
}

#[test]
fn every_kind_of_report_is_read() {
    let vector = format!("\"cvss\":[{{\"type\":\"Primary\",\"version\":\"3.1\",\"vector\":\"{RCE}\"}}],");
    let scored = grype("").replace("\"cvss\":[],", &vector);
    let exploited = r#""knownExploited":[{"cve":"CVE-1"}],"#;
    let tags = r#"{"RepoTags":["web:1"]}"#;
    let two = r#"{"RepoTags":["web:1"]},{"RepoTags":["proxy:1"]}"#;
    for (name, report, sure) in [
        ("grype", grype(""), Some("low")),
        ("grype, vector", scored.clone(), Some("medium")),
        ("grype, used by attackers", scored.replace("\"fix\"", &format!("{exploited}\"fix\"")), Some("high")),
        ("cyclonedx", cyclonedx(""), Some("medium")),
        ("cyclonedx, exploitable", cyclonedx(r#""analysis":{"state":"exploitable"},"#), Some("high")),
        ("cyclonedx, in triage", cyclonedx(r#""analysis":{"state":"in_triage"},"#), Some("medium")),
        ("cyclonedx, not affected", cyclonedx(r#""analysis":{"state":"not_affected"},"#), None),
        ("cyclonedx, false positive", cyclonedx(r#""analysis":{"state":"false_positive"},"#), None),
        ("cyclonedx, resolved", cyclonedx(r#""analysis":{"state":"resolved"},"#), None),
        ("trivy k8s", cluster_report(tags, "app/package.json"), Some("medium")),
        ("trivy k8s, two images", cluster_report(two, "web:1 (debian 12.4)"), Some("medium")),
        ("trivy k8s, the other image", cluster_report(two, "proxy:1 (debian 12.4)"), None),
        ("trivy k8s, nobody knows", cluster_report(two, "app/package.json"), None),
    ] {
        assert_eq!(entry(WORLD, &[report]).as_deref(), sure, "{name}");
    }
}

/// By digest first, then by tag; a tag that moved makes it less sure.
#[test]
fn images_are_matched_by_digest_then_by_tag() {
    let running = |digest: &str| {
        WORLD.replace(
            "securityContext: {privileged: true}}]}",
            &format!("securityContext: {{privileged: true}}}}]}}\nstatus: {{containerStatuses: [{{name: c, imageID: 'docker.io/library/web@{digest}'}}]}}"),
        )
    };
    let report =
        trivy("other:9", RCE).replace("\"RepoDigests\":[]", &format!("\"RepoDigests\":[\"other@{DIGEST}\"]"));
    assert_eq!(entry(&running(DIGEST), std::slice::from_ref(&report)).as_deref(), Some("medium"));
    assert_eq!(entry(&running(OTHER), &[report]), None);
    let moved =
        trivy("web:1", RCE).replace("\"RepoDigests\":[]", &format!("\"RepoDigests\":[\"web@{DIGEST}\"]"));
    assert_eq!(entry(&running(OTHER), std::slice::from_ref(&moved)).as_deref(), Some("low"));
    assert_eq!(entry(WORLD, &[moved]).as_deref(), Some("medium"));
    for (image, found) in [
        ("docker.io/library/web:1", true),
        ("index.docker.io/library/web:1", true),
        ("web:2", false),
        ("ghcr.io/web:1", false),
    ] {
        assert_eq!(entry(WORLD, &[trivy(image, RCE)]).is_some(), found, "{image}");
    }
    let untagged = WORLD.replace("'web:1'", "web");
    assert!(entry(&untagged, &[trivy("web:latest", RCE)]).is_some());
}

#[test]
fn reports_of_images_that_do_not_run_are_told() {
    let model = with(WORLD, &[trivy("web:1", RCE), trivy("gone:1", RCE)]);
    let notes: Vec<String> = model.unused_reports().into_iter().map(|problem| problem.message).collect();
    assert_eq!(notes, ["no container here runs `gone:1`: what the report says of it changes nothing"]);
}

#[test]
fn what_is_no_report_is_an_error_with_its_place() {
    for (text, place) in [
        ("{\"Results\": [1,]}", Some((1, 16))),
        ("", None),
        ("[]", None),
        ("{\"kind\": \"Pod\"}", None),
        (r#"{"bomFormat":"CycloneDX"}"#, None),
        (r#"{"matches":[],"source":{"type":"directory","target":"/"}}"#, None),
        (r#"{"ArtifactName":"/","ArtifactType":"filesystem"}"#, None),
    ] {
        let problems = Vulnerabilities::new().read("r.json", text.as_bytes());
        let error = problems.iter().find(|problem| problem.severity == ProblemSeverity::Error);
        let error = error.unwrap_or_else(|| panic!("{text} is read"));
        assert_eq!(error.file.as_deref(), Some("r.json"));
        assert_eq!(error.position.map(|at| (at.line, at.column)), place, "{text}: {}", error.message);
    }
    let deep = "[".repeat(100_000);
    assert!(!Vulnerabilities::new().read("r.json", deep.as_bytes()).is_empty());
}

/// Pods and policies by a few numbers; whether a pod reaches the flawed port is asked of the network room, pair by pair.
fn policies(numbers: &[(u8, u8, u8)]) -> String {
    let pods = ["a", "b", "c"].iter().flat_map(|namespace| {
        (0..2).map(move |number| {
            format!(
                "---\nkind: Pod\napiVersion: v1\nmetadata: {{name: p{number}, namespace: {namespace}, labels: {{n: '{number}'}}}}\n\
                 spec: {{containers: [{{name: c, image: 'web:{number}', ports: [{{containerPort: 80}}]}}]}}\n"
            )
        })
    });
    let selector = |number: u8| match number % 3 {
        0 => "{}".to_owned(),
        number => format!("{{matchLabels: {{n: '{}'}}}}", number - 1),
    };
    let policies = numbers.iter().enumerate().map(|(at, (subject, peer, kind))| {
        let namespace = ["a", "b", "c"][usize::from(subject / 3 % 3)];
        let (section, list) = if kind % 2 == 0 { ("Ingress", "from") } else { ("Egress", "to") };
        let everywhere = if kind / 2 % 2 == 0 { ", namespaceSelector: {}" } else { "" };
        format!(
            "---\nkind: NetworkPolicy\napiVersion: networking.k8s.io/v1\nmetadata: {{name: n{at}, namespace: {namespace}}}\n\
             spec: {{podSelector: {}, policyTypes: [{section}], {}: [{{{list}: [{{podSelector: {}{everywhere}}}]}}]}}\n",
            selector(*subject),
            section.to_ascii_lowercase(),
            selector(*peer),
        )
    });
    pods.chain(policies).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn sets_of_pods_reach_what_single_pods_reach(numbers in prop::collection::vec(any::<(u8, u8, u8)>(), 0..6)) {
        let yaml = policies(&numbers);
        let model = with(&yaml, &[trivy("web:0", RCE), trivy("web:1", RCE)]);
        let (network, _) = Network::build(&inventory(&yaml, None), Profile::default());
        let pods: Vec<_> = network.endpoints().collect();
        for to in &pods {
            let view = network.endpoint(*to).unwrap();
            let port = format!("Endpoint/{}/{}/80", view.namespace(), view.name());
            for from in pods.iter().filter(|from| *from != to) {
                let source = network.endpoint(*from).unwrap();
                let start = format!("Pod/{}/{}", source.namespace(), source.name());
                let filter = Filter { from: vec![start.clone()], to: vec![port.clone()] };
                let direct = model.paths(&filter).unwrap().iter().any(|group| {
                    group.path.steps.len() == 1 && group.path.steps[0].primitive == "E02"
                });
                let allowed = network.can(Target::Endpoint(*from), Target::Endpoint(*to), Protocol::Tcp, 80).allowed;
                prop_assert_eq!(direct, allowed, "{} → {}\n{}", start, port, yaml);
            }
        }
    }

    #[test]
    fn broken_reports_never_panic(kind in 0usize..4, cuts in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8)) {
        let reports = [trivy("web:1", RCE), grype(""), cyclonedx(""), cluster_report(r#"{"RepoTags":["web:1"]}"#, "x")];
        let mut bytes = reports[kind].clone().into_bytes();
        for (at, byte) in cuts {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let mut vulnerabilities = Vulnerabilities::new();
        let _ = vulnerabilities.read("r.json", &bytes);
    }
}
