//! `--report FORMAT=FILE` and `--allow-empty`: what CI wants of one run.

use std::fs;

use crate::{BAD_POD, FORMATS, seawall, seawall_in};

#[test]
fn one_run_writes_what_a_run_of_each_format_prints() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("pod.yaml"), BAD_POD).unwrap();
    fs::write(folder.path().join("json"), "an earlier report, which may be longer\n".repeat(10_000)).unwrap();
    let reports: Vec<String> = FORMATS.iter().map(|format| format!("--report={format}={format}")).collect();
    let common = ["scan", "pod.yaml", "--timestamp", "7"];
    let mut args = common.to_vec();
    args.extend(reports.iter().map(String::as_str));
    args.extend(["--color", "always"]);
    let run = seawall_in(folder.path(), &args, b"");
    assert_eq!((run.code, run.err.as_str()), (1, ""));
    assert!(run.out.contains('\u{1b}'), "standard output is as it is without files");
    for format in FORMATS {
        let alone = seawall_in(folder.path(), &[&common[..], &["-o", format]].concat(), b"");
        let file = fs::read_to_string(folder.path().join(format)).unwrap();
        assert!(!file.is_empty() && file == alone.out, "{format} differs");
    }
    let left = fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(left, FORMATS.len() + 1, "nothing else is left");
}

#[test]
fn what_cannot_be_written_is_refused_before_the_work() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("pod.yaml"), BAD_POD).unwrap();
    fs::create_dir(folder.path().join("out")).unwrap();
    for (reports, message) in [
        (&["sarif=out"][..], "the report cannot go to `out`: it is a folder"),
        (&["sarif=no/such.sarif"], "the report cannot go to `no/such.sarif`: there is no folder `no`"),
        (&["sarif=a", "json=a"], "two reports would go to `a`: give each a file of its own"),
        (&["sarif"], "not of the form FORMAT=FILE, for example `sarif=seawall.sarif`"),
        (&["xml=a"], "unknown format `xml`, expected one of: table, json"),
    ] {
        let mut args = vec!["scan", "pod.yaml"];
        reports.iter().for_each(|report| args.extend(["--report", report]));
        let run = seawall_in(folder.path(), &args, b"");
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{reports:?}");
        assert!(run.err.contains(message), "{}", run.err);
    }
    let events = seawall_in(folder.path(), &["scan", "pod.yaml", "--report=ocsf=events"], b"");
    assert!(events.err.contains("events have the time 0"), "{}", events.err);
}

/// A disk that fills up: what is printed is not lost, and the run is no success.
#[cfg(target_os = "linux")]
#[test]
fn what_is_printed_does_not_depend_on_files() {
    let run = seawall(&["scan", "examples/hardened", "--report=json=/dev/full"]);
    assert_eq!(run.code, 2);
    assert!(
        run.err.starts_with("error: the report `json` could not be written to `/dev/full`: "),
        "{}",
        run.err
    );
    assert!(run.out.contains("no findings"), "{}", run.out);
}

#[test]
fn nothing_to_judge_may_be_no_error() {
    let folder = tempfile::tempdir().unwrap();
    let waiver = "waivers:\n- check: pod-host-ipc\n  owner: a\n  reason: b\n  until: 2999-01-01\n";
    fs::write(folder.path().join("seawall-waivers.yaml"), waiver).unwrap();
    fs::write(folder.path().join("broken.yaml"), "a: [\n").unwrap();
    let scan = |args: &[&str]| seawall_in(folder.path(), &[&["scan"], args].concat(), b"");
    assert_eq!(scan(&[]).code, 2);
    let empty = scan(&["--allow-empty"]);
    assert_eq!((empty.code, empty.out.as_str()), (0, ""));
    assert!(empty.err.contains("note: nothing to judge: no Kubernetes object in `.`"), "{}", empty.err);
    let report = scan(&["--allow-empty", "-o", "json"]).json();
    assert_eq!(report["findings"], serde_json::json!([]), "no waiver is unused where nothing was judged");
    assert_eq!(report["problems"].as_array().unwrap().len(), 1);
    assert_eq!(scan(&["--allow-empty", "--strict"]).code, 3, "what is broken was not judged");
    assert_eq!(scan(&["--allow-empty", "no/such/folder"]).code, 2);
}
