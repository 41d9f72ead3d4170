//! `seawall paths`

use crate::{Run, seawall_in};

const CLUSTER: &str = include_str!("../data/paths-cluster.yaml");

fn run(args: &[&str], files: &[(&str, &str)]) -> Run {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("cluster.yaml"), CLUSTER).unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    seawall_in(folder.path(), &[&["paths"], args].concat(), b"")
}

const TARGET: [&str; 2] = ["-f", "cluster.yaml"];

#[test]
fn a_path_is_told_with_its_evidence_and_fails_the_run() {
    let listed = run(&TARGET, &[]);
    assert_eq!(listed.code, 1, "{}", listed.err);
    for line in [
        "cluster-admin: reached from 2",
        "  ServiceAccount/ci/deployer → cluster-admin (high confidence)",
        "        in ClusterRoleBinding/deployer subjects (cluster.yaml:21:1)",
        "        in ClusterRole/deployer rules[1] (cluster.yaml:15:5)",
        "    so do Deployment/ci/runner, by its token",
        "2 paths in 2 groups; 0 held back, 2 expected (--all shows them)",
    ] {
        assert!(listed.out.lines().any(|own| own == line), "{line} is missing in\n{}", listed.out);
    }
    assert_eq!(run(&[&TARGET[..], &["--fail-on", "none"]].concat(), &[]).code, 0);
    assert_eq!(
        run(&[&TARGET[..], &["--to", "node-root"]].concat(), &[]).code,
        1,
        "whoever holds the cluster holds its nodes"
    );
}

#[test]
fn json_follows_its_schema() {
    let listed = run(&[&TARGET[..], &["-o", "json"]].concat(), &[]).json();
    let schema = std::fs::read_to_string(crate::workspace().join("schemas/paths-v1.schema.json")).unwrap();
    let schema: serde_json::Value = serde_json::from_str(&schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = validator.iter_errors(&listed).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
    let evidence = &listed["paths"][0]["steps"][0]["evidence"][0];
    assert_eq!(
        (&evidence["file"], &evidence["line"], &evidence["column"]),
        (&"cluster.yaml".into(), &21.into(), &1.into()),
        "{evidence}"
    );
    let pairs: Vec<(&str, &str)> = listed["paths"]
        .as_array()
        .unwrap()
        .iter()
        .map(|path| (path["from"].as_str().unwrap(), path["sink"].as_str().unwrap()))
        .collect();
    assert_eq!(
        pairs,
        [("ServiceAccount/ci/deployer", "cluster-admin"), ("Deployment/ci/runner", "cluster-admin")]
    );
    assert!(listed["expected"].as_array().unwrap().iter().all(|path| path["from"] == "Group/system:masters"));
}

#[test]
fn the_cut_names_the_binding() {
    let cut = run(&[&["cut"], &TARGET[..], &["-o", "json"]].concat(), &[]);
    assert_eq!(cut.code, 0, "{}", cut.err);
    let cut = cut.json();
    assert_eq!(cut["cut"]["changes"][0]["object"], "ClusterRoleBinding/deployer");
    assert_eq!(cut["cut"]["changes"][0]["severs"], 2);
    assert_eq!(cut["cut"]["changes"][0]["line"], 21);
    assert!(cut["cut"]["changes"][0]["use"].is_null(), "no log, no use: {cut}");
}

/// One event of the account: it lists pods, which nothing allows here, and binds a role, which the binding does.
const LOG: &str = r#"{"kind":"Event","apiVersion":"audit.k8s.io/v1","auditID":"1","stage":"ResponseComplete","verb":"create","user":{"username":"system:serviceaccount:ci:deployer"},"objectRef":{"resource":"clusterrolebindings","apiGroup":"rbac.authorization.k8s.io"},"responseStatus":{"code":201},"stageTimestamp":"2026-11-22T00:00:00Z"}
"#;

#[test]
fn the_cut_says_what_was_used() {
    let cut =
        |log: &str| run(&[&["cut", "--audit", "log.jsonl"], &TARGET[..]].concat(), &[("log.jsonl", log)]);
    let used = cut(LOG);
    assert_eq!(used.code, 0, "{}", used.err);
    let line = "     used once, last at 2026-11-22T00:00:00.000000Z by system:serviceaccount:ci:deployer; nothing else allows 1 of these requests";
    assert!(used.out.lines().any(|own| own == line), "{}", used.out);
    assert!(used.out.contains("unobserved is not unused"), "{}", used.out);
    let unused = cut(&LOG.replace("ci:deployer", "ci:other"));
    assert!(unused.out.contains("     not used in the 0s observed\n"), "{}", unused.out);
    assert_eq!(cut("nonsense\n").code, 2);
}

#[test]
fn the_page_shows_files_and_lines() {
    let page = run(&[&TARGET[..], &["-o", "html"]].concat(), &[]);
    assert!(page.out.starts_with("<!DOCTYPE html>"), "{}", page.err);
    assert!(page.out.contains("cluster.yaml:15:5"));
    assert_eq!(run(&[&TARGET[..], &["-o", "html", "--all-shortest"]].concat(), &[]).code, 2);
}

#[test]
fn a_change_is_judged_by_what_it_adds() {
    let with = |patch: &str| run(&[&["what-if", "patch.txt"], &TARGET[..]].concat(), &[("patch.txt", patch)]);
    let removed = with("delete ClusterRoleBinding/deployer\n");
    assert_eq!((removed.code, removed.out.lines().last()), (0, Some("0 paths added, 2 removed")));
    let added = with(
        "kind: ClusterRoleBinding\napiVersion: rbac.authorization.k8s.io/v1\nmetadata: {name: new}\n\
         roleRef: {kind: ClusterRole, name: cluster-admin, apiGroup: rbac.authorization.k8s.io}\n\
         subjects: [{kind: User, name: alice}]\n",
    );
    assert_eq!(added.code, 1, "{}", added.err);
    assert_eq!(added.out, "+ User/alice → cluster-admin\n1 paths added, 0 removed\n");
    assert_eq!(with("delete ClusterRoleBinding/none\n").code, 2);
    assert_eq!(with("delete nonsense\n").code, 2);
}

#[test]
fn diagrams_draw_every_step_once() {
    let dot = run(&[&TARGET[..], &["-o", "dot"]].concat(), &[]);
    assert_eq!(dot.out.matches("[label=\"A25\"]").count(), 1, "{}", dot.out);
    let mermaid = run(&[&TARGET[..], &["-o", "mermaid"]].concat(), &[]);
    assert!(mermaid.out.starts_with("flowchart LR\n"), "{}", mermaid.out);
    let all = run(&[&TARGET[..], &["--all-shortest", "--from", "Deployment"]].concat(), &[]);
    assert!(all.out.starts_with("Deployment/ci/runner → cluster-admin: 1 shortest paths\n"), "{}", all.out);
}

#[test]
fn unknown_names_are_wrong_usage() {
    let unknown = run(&[&TARGET[..], &["--from", "Pod/ci/none"]].concat(), &[]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.err.contains("`Pod/ci/none` is nowhere in the graph"), "{}", unknown.err);
}

const SHOP: &str = include_str!("../data/paths-shop.yaml");

const REPORT: &str = include_str!("../data/paths-trivy.json");

#[test]
fn reports_make_known_flaws_ways_in() {
    let ask = |more: &[&str], files: &[(&str, &str)]| {
        let files = [&[("shop.yaml", SHOP)], files].concat();
        run(&[&["-f", "shop.yaml", "--from", "internet", "--to", "node-root"], more].concat(), &files)
    };
    let gone = REPORT.replace("shop/web", "shop/gone");
    let reports = [("web.json", REPORT), ("gone.json", gone.as_str())];
    let told = ask(&["--vulns", "web.json", "--vulns", "gone.json"], &reports);
    for line in [
        "  internet → Node/n1 (medium confidence)",
        "    B25 Endpoint/shop/web/80 uses a known flaw of what runs in the container → Container/shop/web/web",
        "        in Image/docker.io/shop/web:1.4 log4j-core 2.14.1: CVE-2021-44228, fixed in 2.15.0",
    ] {
        assert!(told.out.lines().any(|own| own == line), "{line} is missing in\n{}", told.out);
    }
    assert_eq!(
        told.err,
        "gone.json: note: no container here runs `shop/gone:1.4`: what the report says of it changes nothing\n"
    );
    assert!(!ask(&[], &[]).out.contains("B25"));
    // A change is judged with the same reports: the image that repairs it takes the way from the internet.
    let pod = SHOP.split("---\n").nth(1).unwrap().replace("privileged: true", "privileged: false");
    let files = [("shop.yaml", SHOP), ("web.json", REPORT), ("patch.yaml", pod.as_str())];
    let ways = run(
        &["what-if", "patch.yaml", "-f", "shop.yaml", "--vulns", "web.json", "--from", "internet"],
        &files,
    );
    assert_eq!(
        (ways.code, ways.out.contains("- internet → node-root")),
        (0, true),
        "{}{}",
        ways.out,
        ways.err
    );
    let broken = ask(&["--vulns", "b.json"], &[("b.json", "{\n \"Results\": [}")]);
    assert_eq!(broken.code, 2);
    assert!(broken.err.contains("in `b.json:2:14`: not JSON"), "{}", broken.err);
    let missing = ask(&["--vulns", "none.json"], &[]);
    assert_eq!((missing.code, missing.err.contains("cannot read `none.json`")), (2, true), "{}", missing.err);
}
