//! `seawall waivers import` as a user meets it.

use std::fs;
use std::path::Path;

use crate::seawall_in;

const TRIVYIGNORE: &str = include_str!("../data/import-trivyignore.txt");
const KUBESCAPE: &str = include_str!("../data/import-kubescape.json");
const WEB: &str = include_str!("../data/import-web.yaml");

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [(".trivyignore", TRIVYIGNORE), ("exceptions.json", KUBESCAPE), ("web.yaml", WEB)] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn waived(folder: &Path) -> Vec<String> {
    let run = seawall_in(folder, &["scan", "web.yaml", "-o", "json", "--fail-on", "none"], b"");
    assert_eq!(run.code, 0, "{}", run.err);
    let report = run.json();
    let findings = report["findings"].as_array().unwrap().iter();
    findings
        .filter(|finding| !finding["waiver"].is_null())
        .map(|finding| finding["check"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn what_was_accepted_elsewhere_is_accepted_by_a_scan() {
    let folder = folder();
    let place = folder.path();
    assert!(waived(place).is_empty());
    let args = ["waivers", "import", "--owner", "platform", "-o", "seawall-waivers.yaml"];
    let run = seawall_in(place, &args, b"");
    assert_eq!((run.code, run.out.as_str()), (0, ""), "{}", run.err);
    assert!(run.err.contains("4 exceptions became 4 waivers; not carried over: 3"), "{}", run.err);
    assert!(
        run.err.contains(".trivyignore:3:1: warning: `CVE-2024-1234` is not carried over"),
        "{}",
        run.err
    );
    assert_eq!(waived(place), ["pod-allow-privilege-escalation", "pod-host-ipc"]);
    let text = fs::read_to_string(place.join("seawall-waivers.yaml")).unwrap();
    assert!(
        text.contains("#   .trivyignore:3: `CVE-2024-1234`"),
        "who reviews the file reads what is missing: {text}"
    );
    // What somebody wrote is not overwritten.
    let again = seawall_in(place, &args, b"");
    assert_eq!(again.code, 2);
    assert!(again.err.contains("cannot write `seawall-waivers.yaml`"), "{}", again.err);
    assert_eq!(fs::read_to_string(place.join("seawall-waivers.yaml")).unwrap(), text);
}

#[test]
fn without_an_owner_no_scan_runs() {
    let folder = folder();
    let run =
        seawall_in(folder.path(), &["waivers", "import", ".trivyignore", "-o", "seawall-waivers.yaml"], b"");
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.err.contains("fill in every `owner`, or pass --owner NAME"), "{}", run.err);
    let run = seawall_in(folder.path(), &["scan", "web.yaml"], b"");
    assert_eq!(run.code, 2);
    assert!(run.err.contains("`owner` is empty"), "{}", run.err);
}

#[test]
fn ends_are_given_to_what_has_none() {
    let folder = folder();
    let place = folder.path();
    let run = seawall_in(place, &["waivers", "import", "web.yaml", "--until", "2999-12-31", "-q"], b"");
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    assert_eq!(run.out.matches("2999-12-31").count(), 3, "{}", run.out);
    let run = seawall_in(place, &["waivers", "import", "web.yaml", "--until", "2001-01-01"], b"");
    assert_eq!(run.code, 2);
    assert!(run.err.contains("is over"), "{}", run.err);
    let run = seawall_in(place, &["waivers", "import", "web.yaml", "--until", "soon"], b"");
    assert_eq!(run.code, 2);
}

#[test]
fn nothing_to_import_is_said() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("pod.yaml"), "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\n").unwrap();
    let run = seawall_in(folder.path(), &["waivers", "import"], b"");
    assert_eq!((run.code, run.out.as_str()), (2, ""));
    assert!(run.err.contains("no exception of another tool in `.`"), "{}", run.err);
    assert_eq!(seawall_in(folder.path(), &["waivers", "import", "none.yaml"], b"").code, 2);
}

#[test]
fn snapshots_and_standard_input_carry_annotations() {
    let folder = folder();
    let run = seawall_in(folder.path(), &["waivers", "import", "-", "-q"], WEB.as_bytes());
    assert!(run.code == 0 && run.out.contains("check: pod-host-ipc"), "{}{}", run.out, run.err);
    let line = r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a","namespace":"b","annotations":{"checkov.io/skip1":"CKV_K8S_16=x"}},"spec":{"containers":[]}}"#;
    fs::write(folder.path().join("c.jsonl"), format!("{line}\n")).unwrap();
    let run = seawall_in(folder.path(), &["waivers", "import", "c.jsonl", "-q"], b"");
    assert!(run.code == 0 && run.out.contains("check: pod-privileged"), "{}{}", run.out, run.err);
}

/// Links out of the folder, hidden characters and file names with line breaks.
#[test]
fn hostile_folders_stay_inside() {
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join(".trivyignore"), "KSV-0012\n").unwrap();
    let folder = folder();
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(outside.path(), folder.path().join("link")).unwrap();
        std::os::unix::fs::symlink(
            outside.path().join(".trivyignore"),
            folder.path().join(".trivyignore.yaml"),
        )
        .unwrap();
        let strange = folder.path().join("a\nwaivers: []\u{1b}");
        fs::create_dir(&strange).unwrap();
        fs::write(strange.join(".trivyignore"), "CVE-1\nKSV-0010\n").unwrap();
    }
    fs::write(
        folder.path().join("t.yaml"),
        "misconfigurations:\n- {id: \"KSV-0009\\u202e\\nwaivers\"}\n- {id: KSV-0009, statement: \"a\\u202eb\\n- c\"}\n",
    )
    .unwrap();
    let run = seawall_in(folder.path(), &["waivers", "import", ".", "--owner", "o"], b"");
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(!run.out.contains("pod-run-as-non-root"), "links are not followed: {}", run.out);
    for text in [&run.out, &run.err] {
        assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text}");
    }
    fs::write(folder.path().join("seawall-waivers.yaml"), &run.out).unwrap();
    assert!(!waived(folder.path()).is_empty(), "what is written is read");
}
