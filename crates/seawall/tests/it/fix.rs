//! `seawall fix` as a user meets it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::{seawall_in, workspace};

const POD: &str = "# the front\napiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  containers: # one\n  - name: web\n    image: registry.example/web@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n";

const ESCALATION: [&str; 2] = ["--select", "pod-allow-privilege-escalation"];

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

fn read(folder: &Path, name: &str) -> String {
    std::fs::read_to_string(folder.join(name)).unwrap()
}

#[test]
fn a_diff_is_the_default_and_writes_nothing() {
    let here = folder(&[("web.yaml", POD)]);
    let run = seawall_in(here.path(), &[&["fix", "web.yaml"][..], &ESCALATION].concat(), b"");
    assert_eq!(run.code, 0, "{}", run.err);
    assert_eq!(
        run.out,
        format!(
            "--- a/web.yaml\n+++ b/web.yaml\n@@ -7,3 +7,5 @@\n   containers: # one\n   - name: web\n     image: registry.example/web@sha256:{}\n+    securityContext:\n+      allowPrivilegeEscalation: false\n",
            "a".repeat(64)
        )
    );
    assert!(run.err.contains("1 finding can be fixed in 1 file; 0 left"), "{}", run.err);
    assert_eq!(read(here.path(), "web.yaml"), POD);
}

#[test]
fn check_says_by_its_exit_code_that_there_is_something_to_do() {
    let here = folder(&[("web.yaml", POD)]);
    let words =
        |more: &[&'static str]| [&["fix", "web.yaml", "--check", "-q"][..], &ESCALATION, more].concat();
    assert_eq!(seawall_in(here.path(), &words(&[]), b"").code, 1);
    assert_eq!(seawall_in(here.path(), &words(&["--patch"]), b"").code, 1);
    assert_eq!(seawall_in(here.path(), &words(&["--write"]), b"").code, 0);
    let after = seawall_in(here.path(), &words(&[]), b"");
    assert_eq!((after.code, after.out.as_str(), after.err.as_str()), (0, "", ""));
}

#[test]
fn writing_twice_writes_once() {
    let here = folder(&[("web.yaml", POD), ("b/other.yaml", POD)]);
    let words = [&["fix", ".", "--write"][..], &ESCALATION].concat();
    let run = seawall_in(here.path(), &words, b"");
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.out.contains("2 findings fixed in 2 files; 0 left, 0 of them refused"), "{}", run.out);
    let wanted = format!("{POD}    securityContext:\n      allowPrivilegeEscalation: false\n");
    assert_eq!(read(here.path(), "web.yaml"), wanted);
    assert_eq!(read(here.path(), "b/other.yaml"), wanted);
    let again = seawall_in(here.path(), &words, b"");
    assert!(again.out.contains("nothing to fix"), "{}", again.out);
    assert_eq!(read(here.path(), "web.yaml"), wanted);
    let names: Vec<_> =
        std::fs::read_dir(here.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names.len(), 2, "nothing else is left behind: {names:?}");
}

#[cfg(unix)]
#[test]
fn modes_stay_and_links_are_not_followed_out() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    let outside = folder(&[("real.yaml", POD)]);
    let here = folder(&[("in/web.yaml", POD)]);
    let web = here.path().join("in/web.yaml");
    std::fs::set_permissions(&web, std::fs::Permissions::from_mode(0o640)).unwrap();
    symlink(outside.path().join("real.yaml"), here.path().join("in/link.yaml")).unwrap();
    let words = |target| [&["fix", target, "--write"][..], &ESCALATION].concat();
    let run = seawall_in(here.path(), &words("in"), b"");
    assert_eq!(run.code, 1, "{}", run.out);
    assert!(
        run.err.contains("`in/link.yaml` was not written: a link leads to it out of what was named"),
        "{}",
        run.err
    );
    assert!(run.err.contains("`in/web.yaml` was not written: another file cannot be written"), "{}", run.err);
    assert_eq!(
        (read(here.path(), "in/web.yaml").as_str(), read(outside.path(), "real.yaml").as_str()),
        (POD, POD)
    );

    std::fs::remove_file(here.path().join("in/link.yaml")).unwrap();
    assert_eq!(seawall_in(here.path(), &words("in"), b"").code, 0);
    assert_eq!(std::fs::metadata(&web).unwrap().permissions().mode() & 0o777, 0o640);

    // Named itself a link is what it leads to, and stays a link.
    symlink(outside.path().join("real.yaml"), here.path().join("link.yaml")).unwrap();
    assert_eq!(seawall_in(here.path(), &words("link.yaml"), b"").code, 0);
    assert!(here.path().join("link.yaml").is_symlink());
    assert!(read(outside.path(), "real.yaml").contains("allowPrivilegeEscalation"));

    std::fs::write(&web, POD).unwrap();
    std::fs::set_permissions(&web, std::fs::Permissions::from_mode(0o440)).unwrap();
    let run = seawall_in(here.path(), &words("in"), b"");
    assert!(run.code == 1 && run.err.contains("it is read-only"), "{}", run.err);
}

#[test]
fn standard_input_gets_a_diff_and_cannot_be_written() {
    let words = |mode| [&["fix", "-", mode][..], &ESCALATION].concat();
    let here = std::env::temp_dir();
    let run = seawall_in(&here, &words("--diff"), POD.as_bytes());
    assert!(run.out.starts_with("--- a/<stdin>\n+++ b/<stdin>\n"), "{}", run.out);
    let run = seawall_in(&here, &words("--write"), POD.as_bytes());
    assert!(run.code == 1 && run.err.contains("standard input is no file"), "{}", run.err);
}

#[test]
fn what_is_no_utf8_is_not_written_anew() {
    let here = folder(&[]);
    let bytes: Vec<u8> = format!("\u{feff}{POD}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    std::fs::write(here.path().join("web.yaml"), &bytes).unwrap();
    let run = seawall_in(here.path(), &[&["fix", "--write"][..], &ESCALATION].concat(), b"");
    assert!(run.code == 1 && run.err.contains("it is not UTF-8"), "{} {}", run.out, run.err);
    assert_eq!(std::fs::read(here.path().join("web.yaml")).unwrap(), bytes);
}

#[test]
fn waived_findings_are_left_alone() {
    let accepted = POD.replace(
        "metadata:\n",
        "metadata:\n  annotations:\n    seawall.dev/ignore: pod-allow-privilege-escalation until 2999-01-31 because sudo\n",
    );
    let here = folder(&[("web.yaml", &accepted)]);
    let run = seawall_in(here.path(), &[&["fix", "web.yaml", "--check"][..], &ESCALATION].concat(), b"");
    assert_eq!((run.code, run.out.as_str()), (0, ""));
    assert!(run.err.contains("nothing to fix; 0 left"), "{}", run.err);

    let file = "waivers:\n- check: pod-allow-privilege-escalation\n  owner: me\n  reason: sudo\n  until: 2999-01-31\n";
    let here = folder(&[("m/web.yaml", POD), ("accepted.yaml", file)]);
    let words = [&["fix", "m", "--waivers", "accepted.yaml"][..], &ESCALATION].concat();
    assert_eq!(seawall_in(here.path(), &words, b"").out, "");
}

#[test]
fn patches_are_commands() {
    let deployment = r#"{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","namespace":"shop"},"spec":{"template":{"spec":{"containers":[{"name":"a","image":"r/a:1"}]}}}}"#;
    let here = folder(&[("all.jsonl", deployment)]);
    let run = seawall_in(here.path(), &[&["fix", "all.jsonl", "--patch"][..], &ESCALATION].concat(), b"");
    assert_eq!(
        run.out,
        "# Deployment/shop/web: pod-allow-privilege-escalation\nkubectl patch deployment.apps/web -n shop --type=json -p '[{\"op\":\"add\",\"path\":\"/spec/template/spec/containers/0/securityContext\",\"value\":{\"allowPrivilegeEscalation\":false}}]'\n"
    );
    let run = seawall_in(
        here.path(),
        &[&["fix", "all.jsonl", "--write", "--check"][..], &ESCALATION].concat(),
        b"",
    );
    assert!(run.code == 1 && run.out.contains("`--patch` prints the command"), "{}", run.out);
}

/// Lines around a change are shown; what is secret in them is not.
#[test]
fn a_diff_shows_no_secrets() {
    let text = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n  - name: web\n    image: r/web:1\n    env:\n    - {name: DB_PASSWORD, value: hunter2hunter2}\n";
    let here = folder(&[("web.yaml", text)]);
    for words in [&["fix"][..], &["fix", "-o", "json"], &["fix", "--patch"]] {
        let run = seawall_in(here.path(), &[words, &ESCALATION].concat(), b"");
        assert!(!format!("{}{}", run.out, run.err).contains("hunter2"), "{}", run.out);
    }
    let run = seawall_in(here.path(), &[&["fix"][..], &ESCALATION].concat(), b"");
    assert!(run.out.contains("{name: DB_PASSWORD, value: ***}"), "{}", run.out);
    assert!(run.err.contains("note: 1 lines of the diff hold secret values"), "{}", run.err);
}

#[test]
fn wrong_usage_is_told() {
    let here = folder(&[("web.yaml", POD), ("empty/x.yaml", "a: b\n")]);
    assert_eq!(seawall_in(here.path(), &["fix", "--write", "--diff"], b"").code, 2);
    let run = seawall_in(here.path(), &["fix", "empty"], b"");
    assert!(
        run.code == 2 && run.err.contains("nothing to fix: no Kubernetes object in `empty`"),
        "{}",
        run.err
    );
}

/// Comments of a text with what stands before them on their lines taken away.
fn comments(text: &str) -> Vec<&str> {
    let behind = |line: &'_ str| line.starts_with('#').then_some(0).or_else(|| line.find(" #"));
    text.lines().filter_map(|line| line.get(behind(line)?..)).collect()
}

fn manifests(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.extension().and_then(|extension| extension.to_str()) {
                _ if path.is_dir() => open.push(path),
                Some("yaml" | "yml" | "json") => files.push(path),
                _ => {}
            }
        }
    }
    files.sort();
    files
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let to = to.join(path.file_name().unwrap());
        match path.is_dir() {
            true => copy(&path, &to),
            // Written anew: the mode of the source, which may be read-only, is not meant.
            false => std::fs::write(&to, std::fs::read(&path).unwrap()).unwrap(),
        }
    }
}

/// What `kubectl kustomize` says of a file by itself; `None` when it does not take it.
fn kubectl_reads(file: &Path) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(file, folder.path().join("it.yaml")).unwrap();
    std::fs::write(folder.path().join("kustomization.yaml"), "resources: [it.yaml]\n").unwrap();
    let output = Command::new("kubectl").arg("kustomize").arg(folder.path()).output().ok()?;
    output.status.success().then(|| String::from_utf8(output.stdout).unwrap())
}

fn has_kubectl() -> bool {
    Command::new("kubectl").args(["version", "--client"]).output().is_ok_and(|run| run.status.success())
}

const NO_KUBECTL: &str = "skipped in part: there is no kubectl";

/// All fixes without risk, made on a copy: comments stay, kubectl reads what it read, and what was fixed stays away.
fn fixed_safely(source: &Path, least: usize) {
    let here = tempfile::tempdir().unwrap();
    copy(source, &here.path().join("m"));
    let before: Vec<(PathBuf, String)> = manifests(here.path())
        .into_iter()
        .map(|path| (path.clone(), std::fs::read_to_string(path).unwrap()))
        .collect();
    let readable: BTreeSet<&PathBuf> = if has_kubectl() {
        before.iter().map(|(path, _)| path).filter(|path| kubectl_reads(path).is_some()).collect()
    } else {
        BTreeSet::new()
    };

    let run = seawall_in(here.path(), &["fix", "m", "--write", "-o", "json"], b"");
    assert_eq!(run.code, 0, "{}", run.err);
    let report = run.json();
    let fixed = report["fixed"].as_array().unwrap();
    assert!(fixed.len() >= least, "{} fixed", fixed.len());
    assert!(fixed.iter().all(|one| one["risk"] == "low"));

    let mut changed = 0;
    for (path, text) in &before {
        let after = std::fs::read_to_string(path).unwrap();
        changed += usize::from(after != *text);
        assert_eq!(comments(&after), comments(text), "{}", path.display());
        if readable.contains(path) {
            let read = kubectl_reads(path);
            assert!(read.is_some(), "kubectl does not read {} any more:\n{after}", path.display());
        }
    }
    assert_eq!(changed, report["files"].as_array().unwrap().len());
    if has_kubectl() {
        assert!(readable.len() > 3, "kubectl reads only {readable:?}");
    }

    let scan = seawall_in(here.path(), &["scan", "m", "-o", "json"], b"").json();
    let name = |one: &Value| (one["check"].clone(), one["subject"].clone(), one["fingerprint"].clone());
    let left: Vec<_> = scan["findings"].as_array().unwrap().iter().map(name).collect();
    for one in fixed {
        assert!(!left.contains(&name(one)), "{one} is still there");
    }
    let again = seawall_in(here.path(), &["fix", "m", "--check"], b"");
    assert_eq!((again.code, again.out.as_str()), (0, ""), "{}", again.err);
}

#[test]
fn the_examples_are_fixed_safely() {
    if !has_kubectl() {
        eprintln!("{NO_KUBECTL}");
    }
    fixed_safely(&workspace().join("examples"), 4);
}

#[test]
fn a_real_shop_is_fixed_safely() {
    let shop = workspace().join("../shared/corpus/microservices-demo");
    if !shop.exists() {
        eprintln!("skipped: the real shop is not here");
        return;
    }
    fixed_safely(&shop, 40);
}

/// With risk too: whatever is proposed for the planted faults is cured, and a second run finds nothing.
#[test]
fn risky_fixes_of_the_examples_hold() {
    let here = tempfile::tempdir().unwrap();
    copy(&workspace().join("examples/shop"), &here.path().join("m"));
    let run = seawall_in(here.path(), &["fix", "m", "--write", "--risky", "-o", "json"], b"");
    let report = run.json();
    assert!(report["fixed"].as_array().unwrap().len() >= 60, "{}", run.out);
    assert!(!report["may_break"].as_array().unwrap().is_empty());
    let again = seawall_in(here.path(), &["fix", "m", "--risky", "--check"], b"");
    assert_eq!((again.code, again.out.as_str()), (0, ""), "{}", again.err);
    if has_kubectl() {
        for path in manifests(here.path()) {
            let name = path.file_name().unwrap();
            if kubectl_reads(&workspace().join("examples/shop").join(name)).is_some() {
                assert!(kubectl_reads(&path).is_some(), "kubectl does not read {} any more", path.display());
            }
        }
    }
}

#[test]
fn the_json_document_follows_its_schema() {
    let schema = std::fs::read_to_string(workspace().join("schemas/fix-v1.schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let snapshot = r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{"hostPID":true,"containers":[{"name":"a","image":"r/a:1","args":["x"]}]}}"#;
    let here = folder(&[("all.jsonl", snapshot)]);
    let folder = workspace();
    for (place, words) in [
        (folder.as_path(), &["fix", "examples/shop", "--risky", "-o", "json"][..]),
        (here.path(), &["fix", "all.jsonl", "--risky", "--patch", "-o", "json"]),
        (here.path(), &["fix", "-", "--write", "-o", "json"]),
    ] {
        let run = seawall_in(place, words, POD.as_bytes());
        let document = run.json();
        let errors: Vec<String> = validator
            .iter_errors(&document)
            .map(|error| format!("{error} at {}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{words:?}: {errors:?}");
        assert!(!document["fixed"].as_array().unwrap().is_empty(), "{words:?}: {}", run.out);
        let again = seawall_in(place, words, POD.as_bytes());
        assert_eq!(again.out, run.out, "equal input gives equal bytes");
    }
    let refused = seawall_in(here.path(), &["fix", "-", "--write", "-o", "json"], POD.as_bytes()).json();
    assert_eq!(refused["files"][0]["written"], false);
    assert_eq!(refused["files"][0]["refused"], "standard input is no file; take its diff");
}

#[cfg(unix)]
#[test]
fn objects_of_charts_are_not_written_and_point_at_their_template() {
    let data = |name: &str| {
        let file = workspace().join("crates/seawall-sources/tests/data").join(name);
        std::fs::read_to_string(file).unwrap()
    };
    let template = data("shop/templates/deployment.yaml");
    let here = folder(&[
        ("shop/Chart.yaml", &data("shop/Chart.yaml")),
        ("shop/values.yaml", &data("shop/values.yaml")),
        ("shop/templates/deployment.yaml", &template),
        ("rendered.txt", &data("shop.rendered.yaml")),
        ("pod.yaml", POD),
    ]);
    crate::render::program(&here.path().join("bin/helm"), "cat \"${0%/*}/../rendered.txt\"\n");
    let path = format!("{}:/usr/bin:/bin", here.path().join("bin").display());
    let args = ["fix", "shop", "pod.yaml", "--risky", "--write", "-o", "json"];
    let run = crate::seawall_with(&[("PATH", &path)], here.path(), &args, b"");
    let document = run.json();
    let files: Vec<&str> =
        document["files"].as_array().unwrap().iter().map(|file| file["file"].as_str().unwrap()).collect();
    assert_eq!(files, ["pod.yaml"], "{}", run.out);
    assert_eq!(read(here.path(), "shop/templates/deployment.yaml"), template);
    let left = document["left"].as_array().unwrap();
    let places: Vec<&str> = left
        .iter()
        .filter(|left| left["reason"] == "rendered")
        .filter_map(|left| left["because"].as_str())
        .collect();
    assert!(places.iter().any(|because| because.contains("shop/templates/deployment.yaml")), "{places:?}");
    assert!(run.err.is_empty(), "{}", run.err);
}
