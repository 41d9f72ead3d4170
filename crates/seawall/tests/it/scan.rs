//! `seawall scan`: exit codes, selection, formats, configuration.

use crate::{BAD_POD, FORMATS, scan_text, seawall, seawall_in, seawall_with};

#[test]
fn exit_codes_say_what_happened() {
    assert_eq!(scan_text(BAD_POD, &[]).code, 1);
    assert_eq!(scan_text(BAD_POD, &["--fail-on", "critical"]).code, 0);
    assert_eq!(scan_text(BAD_POD, &["--fail-on", "none"]).code, 0);
    let empty = scan_text("site: docs\n", &[]);
    assert_eq!(empty.code, 2);
    assert!(
        empty.err.contains("nothing to judge: no Kubernetes object in `-` (1 other documents)"),
        "{}",
        empty.err
    );
    let missing = seawall(&["scan", "no/such/folder"]);
    assert_eq!(missing.code, 2);
    assert!(missing.err.starts_with("error: cannot read `no/such/folder`"), "{}", missing.err);
    assert_eq!(seawall(&["scan", "--no-such-flag"]).code, 2);
    assert_eq!(seawall(&["scan", "--select", "pod-privilegd"]).code, 2);
}

#[test]
fn findings_point_at_the_line() {
    let report = scan_text(BAD_POD, &["-o", "json", "--select", "pod-privileged"]).json();
    let findings = report["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 1);
    let place = &findings[0]["locations"][0];
    assert_eq!(place["route"], "spec.containers[0].securityContext.privileged");
    assert_eq!(
        (place["file"].as_str(), place["line"].as_u64(), place["column"].as_u64()),
        (Some("<stdin>"), Some(11), Some(9))
    );
    assert_eq!(place["value"], "true");
    assert_eq!(findings[0]["waiver"], serde_json::Value::Null);
}

#[test]
fn selection_narrows() {
    let ids = |args: &[&str]| {
        let report = scan_text(BAD_POD, &[&["-o", "json"], args].concat()).json();
        let mut ids: Vec<String> = report["findings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|f| f["check"].as_str().unwrap().to_owned())
            .collect();
        ids.dedup();
        ids
    };
    assert_eq!(ids(&["--select", "pod-privileged,pod-host-pid"]), ["pod-host-pid", "pod-privileged"]);
    assert_eq!(ids(&["--select", "pod-privileged", "--ignore", "area:pod"]), [""; 0]);
    assert!(ids(&["--select", "framework:PSS:baseline"]).contains(&"pod-host-pid".to_owned()));
}

#[test]
fn pod_security_standards_are_versioned() {
    let controls = |policy: &str| {
        let report = scan_text(BAD_POD, &["-o", "json", "--pss", policy]).json();
        report["findings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|f| f["check"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(controls("baseline"), ["pss-host-namespaces", "pss-privileged"]);
    assert!(controls("restricted:v1.22").contains(&"pss-capabilities-restricted".to_owned()));
    assert!(!controls("restricted:v1.21").contains(&"pss-capabilities-restricted".to_owned()));
    assert_eq!(scan_text(BAD_POD, &["--pss", "strict"]).code, 2);
}

#[test]
fn the_number_of_threads_changes_no_byte() {
    for format in FORMATS {
        let one = seawall(&["scan", "examples/shop", "-o", format, "--threads", "1"]);
        let two = seawall(&["scan", "examples/shop", "-o", format, "--threads", "3"]);
        assert!(!one.out.is_empty());
        assert!(one.out == two.out, "{format} differs between one and three threads");
    }
}

/// Equal input gives equal bytes; a time is in a report only when somebody gave it.
#[test]
fn reports_have_the_time_that_is_given() {
    let folder = std::env::temp_dir();
    let time = |variables: &[(&str, &str)], args: &[&str]| {
        let args = [&["scan", "-", "-o", "ocsf", "--select", "pod-privileged"], args].concat();
        let run = seawall_with(variables, &folder, &args, BAD_POD.as_bytes());
        assert_eq!(run.code, 1, "{}", run.err);
        (run.json()["time"].as_u64().unwrap(), run.err)
    };
    let (none, said) = time(&[], &[]);
    assert_eq!(none, 0);
    assert!(said.contains("note: events have the time 0; `--timestamp now`"), "{said}");
    assert_eq!(time(&[], &["--timestamp", "1735689599"]), (1_735_689_599_000, String::new()));
    assert_eq!(time(&[("SOURCE_DATE_EPOCH", "7")], &[]).0, 7_000);
    assert_eq!(
        time(&[("SOURCE_DATE_EPOCH", "7")], &["--timestamp", "8"]).0,
        8_000,
        "the command line goes first"
    );
    assert!(time(&[], &["--timestamp", "now"]).0 > 1_735_689_599_000);
    let wrong = scan_text(BAD_POD, &["--timestamp", "soon"]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.err.contains("neither `now` nor a number of seconds since 1970"), "{}", wrong.err);
    let wrong = seawall_with(&[("SOURCE_DATE_EPOCH", "x")], &folder, &["scan", "-"], BAD_POD.as_bytes());
    assert_eq!(wrong.code, 2);
    assert!(wrong.err.contains("`SOURCE_DATE_EPOCH` is `x`"), "{}", wrong.err);
}

/// Real checks on the example: each format is what its readers take.
#[test]
fn the_shop_in_every_format() {
    let shop = |format: &str| {
        let run = seawall(&["scan", "examples/shop", "-o", format, "--timestamp", "1735689599"]);
        assert_eq!((run.code, run.err.as_str()), (1, ""), "{format}");
        run
    };
    let findings = shop("json").json()["findings"].as_array().unwrap().len();
    let lines = |format: &str, what: &str| shop(format).out.matches(what).count();
    assert_eq!(lines("ocsf", "\"status\":\"Fail\""), findings);
    assert_eq!(lines("policyreport", "\"fingerprint\":"), findings);
    assert_eq!(lines("html", "\"fingerprint\":"), findings);
    assert!(lines("junit", "<failure ") > 100);
    assert!(shop("markdown").out.len() < 60_000);
}

#[test]
fn configuration_is_found_upwards_and_checked() {
    let folder = tempfile::tempdir().unwrap();
    let below = folder.path().join("a/b");
    std::fs::create_dir_all(&below).unwrap();
    std::fs::write(below.join("pod.yaml"), BAD_POD).unwrap();
    let config = folder.path().join("seawall.yaml");
    std::fs::write(&config, "failOn: critical\n").unwrap();
    assert_eq!(seawall_in(&below, &["scan", "."], b"").code, 0);
    assert_eq!(
        seawall_in(&below, &["scan", ".", "--fail-on", "high"], b"").code,
        1,
        "the command line goes first"
    );
    std::fs::write(&config, "failOnn: critical\n").unwrap();
    let run = seawall_in(&below, &["scan", "."], b"");
    assert_eq!(run.code, 2);
    assert!(run.err.contains("line 1: `failOnn`: unknown key"), "{}", run.err);
}

#[test]
fn quiet_prints_findings_and_errors_only() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("pod.yaml"), BAD_POD).unwrap();
    std::fs::write(folder.path().join("broken.yaml"), "a: [\n").unwrap();
    let run = seawall_in(folder.path(), &["scan", "--quiet", "--select", "pod-privileged"], b"");
    let lines: Vec<&str> = run.out.lines().collect();
    assert_eq!(lines.len(), 2, "{}", run.out);
    assert!(lines[0].starts_with("pod.yaml:11:9: high[pod-privileged]: "), "{}", lines[0]);
    assert!(lines[1].starts_with("broken.yaml:") && lines[1].contains(": error: "), "{}", lines[1]);
    assert_eq!((run.code, run.err.as_str()), (1, ""));
    let clean = seawall(&["scan", "examples/hardened", "-q"]);
    assert_eq!((clean.code, clean.out.as_str(), clean.err.as_str()), (0, "", ""));
}

#[test]
fn what_ignore_files_leave_out_is_in_the_report() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("pod.yaml"), BAD_POD).unwrap();
    std::fs::write(folder.path().join("left.yaml"), BAD_POD).unwrap();
    std::fs::write(folder.path().join(".gitignore"), "left.yaml\n").unwrap();
    let run = seawall_in(folder.path(), &["scan", "-o", "json"], b"");
    assert_eq!(run.json()["inputs"]["skipped"], serde_json::json!({"ignored files": 1}));
    assert!(seawall_in(folder.path(), &["scan"], b"").out.contains("skipped 1 (ignored files)"));
}

#[test]
fn colour_is_off_without_a_terminal_and_on_when_asked() {
    assert!(!scan_text(BAD_POD, &[]).out.contains('\u{1b}'));
    assert!(scan_text(BAD_POD, &["--color", "always"]).out.contains('\u{1b}'));
}

#[test]
fn no_color_wins_over_the_environment_and_loses_to_the_command_line() {
    let coloured = |variables: &[(&str, &str)], args: &[&str]| {
        let args = [&["scan", "-"], args].concat();
        let run = seawall_with(variables, &std::env::temp_dir(), &args, BAD_POD.as_bytes());
        assert_eq!(run.code, 1, "{}", run.err);
        run.out.contains('\u{1b}')
    };
    // Stands for a terminal, which a test has not.
    let force = ("CLICOLOR_FORCE", "1");
    assert!(coloured(&[force], &[]));
    assert!(!coloured(&[force, ("NO_COLOR", "1")], &[]));
    assert!(!coloured(&[force, ("NO_COLOR", "1")], &["--color", "auto"]));
    // An empty variable counts as unset: https://no-color.org
    assert!(coloured(&[force, ("NO_COLOR", "")], &[]));
    assert!(coloured(&[("NO_COLOR", "1")], &["--color", "always"]));
    assert!(!coloured(&[force], &["--color", "never"]));
}
