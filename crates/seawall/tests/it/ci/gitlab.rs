//! `ci/gitlab.yml` as a runner of GitLab carries it out.

use std::collections::BTreeMap;

use crate::Run;

use super::{BAD_POD, HOSTILE, Stand, yaml};

/// The shells of a runner: bash where the image has it, `sh` elsewhere (GitLab Docs, "Types of shells supported by GitLab
/// Runner"), both ending at the first failure.
const SHELLS: [&[&str]; 2] = [&["bash", "-eo", "pipefail"], &["sh", "-e"]];

fn job(stand: &Stand, shell: &[&str], variables: &[(&str, &str)]) -> Run {
    let template = yaml("ci/gitlab.yml");
    let mut given = BTreeMap::new();
    for (name, value) in template["variables"].as_object().unwrap() {
        given.insert(name.clone(), value.as_str().unwrap().to_owned());
    }
    for (name, value) in variables {
        assert!(
            given.insert((*name).to_owned(), (*value).to_owned()).is_some(),
            "there is no variable `{name}`"
        );
    }
    let lines: Vec<&str> =
        template["seawall"]["script"].as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
    stand.put("job.sh", &lines.join("\n"));
    let script = stand.path("job.sh").display().to_string();
    stand.run(&[shell, &[script.as_str()]].concat(), &given)
}

#[test]
fn one_scan_gives_the_table_and_the_artifacts() {
    let artifacts = &yaml("ci/gitlab.yml")["seawall"]["artifacts"];
    assert_eq!(artifacts["when"], "always", "findings fail the job, and are what the reports are for");
    assert_eq!(artifacts["reports"]["junit"], "seawall.junit.xml");
    for shell in SHELLS {
        let stand = Stand::new(&[("deploy/pod.yaml", BAD_POD)]).with_seawall();
        let run = job(&stand, shell, &[]);
        assert_eq!((run.code, run.err.as_str()), (1, ""), "{}", run.out);
        assert!(run.out.contains("high[pod-privileged]"), "{}", run.out);
        for path in artifacts["paths"].as_array().unwrap() {
            let text = stand.read(&format!("repository/{}", path.as_str().unwrap()));
            assert!(text.contains("pod-privileged"), "{path}: {text}");
        }
    }
}

#[test]
fn variables_reach_the_scan_and_its_exit_code_is_kept() {
    for shell in SHELLS {
        let stand = Stand::new(&[
            ("pod.yaml", BAD_POD),
            ("chart.yaml", "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Values.name }}\n"),
            ("names/a b.yaml", BAD_POD),
        ])
        .with_seawall();
        for (variables, code) in [
            (&[("SEAWALL_FAIL_ON", "critical")][..], 0),
            (&[("SEAWALL_TARGETS", "names/a b.yaml\npod.yaml\n")], 1),
            (&[("SEAWALL_FAIL_ON", "none"), ("SEAWALL_ARGS", "--strict\n--report=json=before.json")], 3),
            (&[("SEAWALL_BASELINE", "before.json"), ("SEAWALL_TARGETS", "pod.yaml")], 0),
            (&[("SEAWALL_ARGS", "--ignore\narea:pod")], 0),
            (&[("SEAWALL_PROFILE", "most")], 2),
            (&[("SEAWALL_WAIVERS", "no-such-file.yaml")], 2),
            (&[("SEAWALL_TARGETS", "no/such/folder")], 2),
        ] {
            let run = job(&stand, shell, variables);
            assert_eq!(run.code, code, "{shell:?} {variables:?}: {}", run.err);
            assert_eq!(stand.path("repository/seawall.sarif").exists(), code != 2, "{variables:?}");
        }
    }
}

#[test]
fn no_variable_runs() {
    let names: Vec<String> =
        yaml("ci/gitlab.yml")["variables"].as_object().unwrap().keys().cloned().collect();
    let stand = Stand::new(&[("pod.yaml", BAD_POD)]).with_seawall();
    for shell in SHELLS {
        for name in names.iter().filter(|name| *name != "SEAWALL_PATH") {
            for value in HOSTILE {
                let run = job(&stand, shell, &[(name, value)]);
                assert!(!stand.is_pwned(), "{name}={value}: {}", run.err);
                // Source and revision are not asked for where there is a binary.
                let code =
                    if ["SEAWALL_SOURCE", "SEAWALL_REVISION"].contains(&name.as_str()) { 1 } else { 2 };
                assert_eq!(run.code, code, "{name}={value}: {}", run.err);
            }
        }
        for value in HOSTILE {
            let run = job(&stand, shell, &[("SEAWALL_PATH", value)]);
            assert!(!stand.is_pwned() && run.code > 1, "{value}: {} {}", run.code, run.err);
        }
    }
}

#[test]
fn the_binary_is_given_or_found_or_built() {
    for shell in SHELLS {
        let bare = Stand::new(&[("pod.yaml", BAD_POD)]);
        let run = job(&bare, shell, &[]);
        assert_eq!(run.code, 2);
        assert!(run.err.starts_with("error: no `seawall` on PATH"), "{}", run.err);
        assert_eq!(job(&bare, shell, &[("SEAWALL_PATH", env!("CARGO_BIN_EXE_seawall"))]).code, 1);

        let stand = bare.with_cargo();
        let source = [("SEAWALL_SOURCE", "--config=$(touch pwned)"), ("SEAWALL_REVISION", "0a1b")];
        assert_eq!(job(&stand, shell, &source).code, 1);
        let log = stand.read("cargo.log");
        let lines: Vec<&str> = log.lines().collect();
        let root = lines[0].strip_prefix("in ").unwrap();
        assert!(!root.contains("repository"), "{root}");
        let expected =
            ["install", "--locked", "--git=--config=$(touch pwned)", "--rev=0a1b", "--root", root, "seawall"];
        assert_eq!(lines[1..], expected);
        assert!(!stand.is_pwned());
    }
}
