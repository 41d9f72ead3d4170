//! The chart, as Helm renders it: `tests/data/chart.yaml`. Where Helm is on the PATH the rendering is compared; everywhere a
//! checksum tells when the chart has changed since.
#![cfg(all(feature = "admit", feature = "write"))]

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::{Run, seawall, seawall_in};

const GOLDEN: &str = include_str!("../data/chart.yaml");

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every file that a rendering depends on.
fn checksum() -> String {
    let chart = root().join("charts/seawall");
    let mut files: Vec<PathBuf> = std::fs::read_dir(chart.join("templates"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension != "txt"))
        .collect();
    files.extend(["Chart.yaml", "values.yaml", "values.schema.json"].map(|name| chart.join(name)));
    files.push(root().join("crates/seawall/tests/data/chart-values.yaml"));
    files.sort();
    let mut sum = Sha256::new();
    files.iter().for_each(|file| sum.update(std::fs::read(file).unwrap()));
    sum.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The documents of a kind, as JSON.
fn documents(text: &str, kind: &str) -> Vec<Value> {
    let (documents, problems) = seawall_yaml::read(&seawall_yaml::Text::new(text), &Default::default());
    assert!(problems.is_empty(), "{problems:?}");
    let roots = documents.iter().map(|document| document.tree.root());
    roots
        .filter(|root| root.str("kind") == Some(kind))
        .map(|root| {
            let mut json = String::new();
            root.write_json(&mut json);
            serde_json::from_str(&json).unwrap()
        })
        .collect()
}

fn one(kind: &str, name: &str) -> Value {
    let mut found = documents(GOLDEN, kind);
    found.retain(|document| document["metadata"]["name"] == name);
    assert_eq!(found.len(), 1, "{kind} {name}");
    found.remove(0)
}

fn rendered() -> Option<String> {
    let helm = Command::new("helm")
        .args(["template", "seawall"])
        .arg(root().join("charts/seawall"))
        .args(["--namespace=guard", "--kube-version=v1.36.0"])
        .arg(format!("--values={}", root().join("crates/seawall/tests/data/chart-values.yaml").display()))
        .output();
    let output = match helm {
        Ok(output) => output,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return None,
        Err(error) => panic!("helm: {error}"),
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).unwrap())
}

#[test]
fn the_rendering_is_of_the_chart_as_it_is() {
    let header = format!("# Made by Helm from the chart with this checksum: {}\n", checksum());
    let Some(rendered) = rendered() else {
        eprintln!("skipped in part: `helm` is not on the PATH, only the checksum is compared");
        assert!(
            GOLDEN.starts_with(&header),
            "the chart has changed since it was rendered: run this test where Helm is on the PATH"
        );
        return;
    };
    let fresh = header + rendered.trim_start_matches('\n').trim_end() + "\n";
    if fresh != GOLDEN {
        std::fs::write(root().join("crates/seawall/tests/data/chart.yaml"), &fresh).unwrap();
        panic!("the chart renders otherwise: tests/data/chart.yaml is written, read and commit it");
    }
}

fn judged(args: &[&str]) -> Run {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("chart.yaml"), GOLDEN).unwrap();
    let args = [&["scan", "chart.yaml", "-o", "json", "--fail-on", "info"], args].concat();
    seawall_in(folder.path(), &args, b"")
}

#[test]
fn no_check_finds_anything_in_it_that_is_not_explained() {
    let waivers = root().join("charts/seawall/waivers.yaml");
    let every_check = ["--profile", "all", "--waivers", waivers.to_str().unwrap()];
    for (args, explained) in [(&every_check[..], true), (&["--pss", "restricted"], false)] {
        let run = judged(args);
        assert_eq!(run.code, 0, "{}{}", run.out, run.err);
        let report = run.json();
        let findings = report["findings"].as_array().unwrap();
        assert!(findings.iter().all(|finding| !finding["waiver"].is_null()), "{args:?}: {findings:#?}");
        assert_eq!(findings.is_empty(), !explained, "{args:?}: {findings:#?}");
        assert_eq!(report["problems"], Value::Array(Vec::new()), "{args:?}");
        assert!(report["coverage"]["evaluated"].as_u64().unwrap() > 10, "{}", report["coverage"]);
    }
}

/// What an API server makes of webhooks, whoever wrote them.
fn webhooks(configuration: &Value) -> Vec<Value> {
    let mut webhooks = configuration["webhooks"].as_array().unwrap().clone();
    for webhook in &mut webhooks {
        // Filled in by the server itself.
        webhook["clientConfig"].as_object_mut().unwrap().remove("caBundle");
        for condition in webhook["matchConditions"].as_array_mut().unwrap() {
            let words: Vec<&str> = condition["expression"].as_str().unwrap().split_whitespace().collect();
            condition["expression"] = words.join(" ").into();
        }
        let sort = |list: &mut Value| {
            list.as_array_mut().unwrap().sort_by_key(ToString::to_string);
        };
        let selector = &mut webhook["namespaceSelector"]["matchExpressions"];
        selector.as_array_mut().unwrap().iter_mut().for_each(|one| sort(&mut one["values"]));
        sort(selector);
    }
    webhooks
}

#[test]
fn its_webhooks_are_those_of_admit_manifests() {
    let config = one("ConfigMap", "seawall")["data"]["seawall.yaml"].as_str().unwrap().to_owned();
    assert!(config.contains("ownNamespace: guard"), "{config}");
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("seawall.yaml"), config).unwrap();
    let run = seawall_in(folder.path(), &["admit", "manifests", "--config", "seawall.yaml"], b"");
    assert_eq!(run.code, 0, "{}", run.err);
    for (kind, name) in [
        ("ValidatingWebhookConfiguration", "seawall-validate"),
        ("MutatingWebhookConfiguration", "seawall-mutate"),
    ] {
        let printed = documents(&run.out, kind);
        assert_eq!(printed.len(), 1, "{kind}: {}", run.out);
        assert_eq!(printed[0]["metadata"]["name"], name);
        assert_eq!(webhooks(&one(kind, name)), webhooks(&printed[0]), "{kind}");
    }
}

#[test]
fn the_program_understands_its_arguments() {
    let deployment = one("Deployment", "seawall");
    let args = deployment["spec"]["template"]["spec"]["containers"][0]["args"].as_array().unwrap();
    let args: Vec<&str> = args.iter().map(|arg| arg.as_str().unwrap()).collect();
    assert_eq!(args[..2], ["admit", "serve"]);
    let run = seawall(&[&args[..], &["--help"]].concat());
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(args.contains(&"--dns-name=seawall.guard.svc"), "{args:?}");
    assert!(args.contains(&"--tls-secret=seawall-tls") && args.contains(&"--service=seawall"), "{args:?}");
    assert_eq!(one("Secret", "seawall-tls")["data"], Value::Null, "Helm never sees keys");
    assert_eq!(one("Service", "seawall")["spec"]["ports"][0]["targetPort"], "https");
}
