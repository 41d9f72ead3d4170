//! `.pre-commit-hooks.yaml` as pre-commit carries it out: the words of `entry`, `args`, the names of files.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::Value;

use crate::{Run, workspace};

use super::{BAD_POD, Stand, real, yaml};

const WORKFLOW: &str = "name: ci\non: push\njobs: {}\n";

fn hook(id: &str) -> Value {
    let hooks = yaml(".pre-commit-hooks.yaml");
    hooks.as_array().unwrap().iter().find(|hook| hook["id"] == id).unwrap().clone()
}

/// Runs a hook on these files; `args` are a user's, in place of the hook's own.
fn commit(stand: &Stand, id: &str, args: Option<&[&str]>, files: &[&str]) -> Run {
    let hook = hook(id);
    let mut words: Vec<String> = hook["entry"].as_str().unwrap().split(' ').map(str::to_owned).collect();
    if hook["language"] == "script" {
        // Its entry is a file of the checkout that pre-commit made.
        words[0] = stand.path("checkout").join(&words[0]).display().to_string();
    }
    let own =
        || hook["args"].as_array().unwrap().iter().map(|arg| arg.as_str().unwrap().to_owned()).collect();
    words.extend(args.map_or_else(own, |args| args.iter().map(|arg| (*arg).to_owned()).collect::<Vec<_>>()));
    words.extend(files.iter().map(|file| (*file).to_owned()));
    stand.run(&words.iter().map(String::as_str).collect::<Vec<_>>(), &BTreeMap::new())
}

#[test]
fn hooks_take_yaml_and_json_in_one_run() {
    for id in ["seawall", "seawall-system", "seawall-fix", "seawall-fix-system"] {
        let hook = hook(id);
        assert_eq!(hook["types_or"], serde_json::json!(["yaml", "json"]), "{id}");
        assert_eq!(
            (&hook["require_serial"], &hook["args"]),
            (&true.into(), &serde_json::json!(["--"])),
            "{id}"
        );
    }
}

#[test]
fn changed_manifests_are_judged() {
    let trap = "--fail-on=none.yaml";
    let stand = Stand::new(&[
        ("pod.yaml", BAD_POD),
        (trap, BAD_POD),
        ("ci.yaml", WORKFLOW),
        ("broken.yaml", "a: [\n"),
        ("map.json", "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"m\"}}\n"),
        (
            "seawall-waivers.yaml",
            "waivers:\n- check: pod-host-ipc\n  owner: a\n  reason: b\n  until: 2999-01-01\n",
        ),
    ])
    .with_seawall();
    let id = "seawall-system";
    let bad = commit(&stand, id, None, &["ci.yaml", "pod.yaml"]);
    assert_eq!((bad.code, bad.err.as_str()), (1, ""));
    assert!(bad.out.contains("pod.yaml:11:9: high[pod-privileged]: "), "{}", bad.out);
    assert_eq!(commit(&stand, id, None, &["map.json"]).code, 0);
    assert_eq!(commit(&stand, id, None, &[trap]).code, 1, "a name is no option");
    assert_eq!(commit(&stand, id, Some(&["--fail-on", "critical", "--"]), &["pod.yaml"]).code, 0);
    assert_eq!(commit(&stand, id, Some(&["--select", "no-such-check", "--"]), &["pod.yaml"]).code, 2);

    let nothing = commit(&stand, id, None, &["ci.yaml", "seawall-waivers.yaml"]);
    assert_eq!(
        (nothing.code, nothing.out.as_str(), nothing.err.as_str()),
        (0, "", ""),
        "no manifest was changed"
    );
    let broken = commit(&stand, id, Some(&["--strict", "--"]), &["broken.yaml"]);
    assert_eq!(broken.code, 3);
    assert!(broken.err.starts_with("broken.yaml:"), "{}", broken.err);
}

#[test]
fn what_could_be_fixed_is_shown_or_made() {
    let stand = Stand::new(&[("pod.yaml", BAD_POD), ("ci.yaml", WORKFLOW)]).with_seawall();
    let id = "seawall-fix-system";
    let nothing = commit(&stand, id, None, &["ci.yaml"]);
    assert_eq!((nothing.code, nothing.out.as_str(), nothing.err.as_str()), (0, "", ""));
    let shown = commit(&stand, id, None, &["pod.yaml", "ci.yaml"]);
    assert_eq!(shown.code, 1, "{}", shown.err);
    assert!(shown.out.contains("+++ b/pod.yaml") && shown.out.contains("\n+"), "{}", shown.out);
    assert_eq!(stand.read("repository/pod.yaml"), BAD_POD);
    let made = commit(&stand, id, Some(&["--write", "--"]), &["pod.yaml", "ci.yaml"]);
    assert_eq!(made.code, 0, "pre-commit sees that files changed: {}", made.err);
    assert_ne!(stand.read("repository/pod.yaml"), BAD_POD);
    assert_eq!(stand.read("repository/ci.yaml"), WORKFLOW);
    assert_eq!(commit(&stand, id, None, &["pod.yaml"]).code, 0);
}

#[test]
fn the_source_is_built_once() {
    let stand = Stand::new(&[("pod.yaml", BAD_POD), ("ci.yaml", WORKFLOW)]);
    let script = workspace().join("ci/pre-commit");
    assert_ne!(script.metadata().unwrap().permissions().mode() & 0o111, 0, "pre-commit runs it as it is");
    std::fs::create_dir_all(stand.path("checkout/ci")).unwrap();
    std::fs::copy(script, stand.path("checkout/ci/pre-commit")).unwrap();
    let none = commit(&stand, "seawall", None, &["pod.yaml"]);
    assert_eq!(none.code, 2);
    assert!(none.err.contains("no `cargo` to build Seawall with"), "{}", none.err);

    let stand = stand.with_cargo();
    let bad = commit(&stand, "seawall", None, &["pod.yaml"]);
    assert_eq!(bad.code, 1, "{}", bad.err);
    assert!(bad.out.contains("pod.yaml:11:9: high[pod-privileged]: "), "{}", bad.out);
    assert_eq!(commit(&stand, "seawall", None, &["ci.yaml"]).code, 0);
    let checkout = real(&stand.path("checkout"));
    let root = format!("{checkout}/target/pre-commit");
    let expected = format!(
        "in {checkout}\ninstall\n--quiet\n--locked\n--path\ncrates/seawall\n--root\n{root}\n--target-dir\n{root}/build\n"
    );
    assert_eq!(stand.read("cargo.log"), expected, "built once");
    let left: Vec<_> = std::fs::read_dir(stand.path("checkout/target/pre-commit"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left, ["bin"], "what the build leaves is not kept");
}
