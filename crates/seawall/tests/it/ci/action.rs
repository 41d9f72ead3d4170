//! `action.yml` as a runner of GitHub Actions carries it out.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{BAD_POD, HOSTILE, Stand, real, yaml};

/// What a run of the action did.
struct Done {
    code: i32,
    log: String,
    outputs: BTreeMap<String, String>,
}

/// Carries out the steps as the runner does, until one fails.
fn act(stand: &Stand, inputs: &[(&str, &str)]) -> Done {
    let action = yaml("action.yml");
    let mut given = BTreeMap::new();
    for (name, input) in action["inputs"].as_object().unwrap() {
        given.insert(name.clone(), input["default"].as_str().unwrap().to_owned());
    }
    for (name, value) in inputs {
        assert!(
            given.insert((*name).to_owned(), (*value).to_owned()).is_some(),
            "there is no input `{name}`"
        );
    }
    let mut steps: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    let mut done = Done { code: 0, log: String::new(), outputs: BTreeMap::new() };
    for step in action["runs"]["steps"].as_array().unwrap() {
        let id = step["id"].as_str().unwrap();
        let mut variables: BTreeMap<String, String> = step["env"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, value)| (name.clone(), evaluate(value.as_str().unwrap(), &given, &steps)))
            .collect();
        let output = format!("temp/output-{id}");
        for (variable, path) in [
            ("GITHUB_OUTPUT", output.as_str()),
            ("GITHUB_STEP_SUMMARY", "summary"),
            ("GITHUB_WORKSPACE", "repository"),
            ("GITHUB_ACTION_PATH", "action"),
            ("RUNNER_TEMP", "runner"),
        ] {
            variables.insert(variable.into(), stand.path(path).display().to_string());
        }
        std::fs::create_dir_all(stand.path("action")).unwrap();
        stand.put(&output, "");
        stand.put("step.sh", step["run"].as_str().unwrap());
        let script = stand.path("step.sh").display().to_string();
        assert_eq!(step["shell"], "bash");
        // GitHub Docs, workflow syntax, `jobs.<job_id>.steps[*].shell`: what `bash` stands for.
        let run = stand.run(&["bash", "--noprofile", "--norc", "-eo", "pipefail", &script], &variables);
        let text = stand.read(&output);
        std::fs::remove_file(stand.path(&output)).unwrap();
        let pair = |line: &str| {
            let (key, value) = line.split_once('=').unwrap_or_else(|| panic!("no output: {text}"));
            (key.to_owned(), value.to_owned())
        };
        steps.insert(id.to_owned(), text.lines().map(pair).collect());
        done.log.push_str(&(run.out + &run.err));
        done.code = run.code;
        if run.code != 0 {
            break;
        }
    }
    for (name, output) in action["outputs"].as_object().unwrap() {
        done.outputs.insert(name.clone(), evaluate(output["value"].as_str().unwrap(), &given, &steps));
    }
    done
}

/// The value of `${{ inputs.NAME }}` or `${{ steps.ID.outputs.NAME }}`; the action has no other expressions.
fn evaluate(
    text: &str,
    inputs: &BTreeMap<String, String>,
    steps: &BTreeMap<String, BTreeMap<String, String>>,
) -> String {
    let name = text.strip_prefix("${{ ").and_then(|text| text.strip_suffix(" }}")).unwrap();
    if let Some(input) = name.strip_prefix("inputs.") {
        return inputs[input].clone();
    }
    let (step, output) = name.strip_prefix("steps.").unwrap().split_once(".outputs.").unwrap();
    steps.get(step).and_then(|outputs| outputs.get(output)).cloned().unwrap_or_default()
}

#[test]
fn inputs_are_variables_and_no_other_action_is_used() {
    let action = yaml("action.yml");
    let mut passed = Vec::new();
    for step in action["runs"]["steps"].as_array().unwrap() {
        assert_eq!(step["uses"], Value::Null);
        assert!(!step["run"].as_str().unwrap().contains("${{"), "{}", step["run"]);
        passed.extend(
            step["env"].as_object().unwrap().values().map(|value| value.as_str().unwrap().to_owned()),
        );
    }
    for input in action["inputs"].as_object().unwrap().keys() {
        assert!(passed.contains(&format!("${{{{ inputs.{input} }}}}")), "`{input}` is not used");
    }
}

#[test]
fn one_scan_gives_annotations_summary_and_sarif() {
    let stand = Stand::new(&[("deploy/pod.yaml", BAD_POD)]).with_seawall();
    stand.put("summary", "what was there\n");
    let done = act(&stand, &[]);
    assert_eq!(done.code, 1, "{}", done.log);
    assert!(
        done.log.contains("::error file=deploy/pod.yaml,line=11,col=9,title=high[pod-privileged]::"),
        "{}",
        done.log
    );
    let summary = stand.read("summary");
    assert!(summary.starts_with("what was there\n") && summary.contains("pod-privileged"), "{summary}");
    let sarif: Value = serde_json::from_str(&stand.read("repository/seawall.sarif")).unwrap();
    assert_eq!(sarif["version"], "2.1.0");
    let outputs: Vec<_> = done.outputs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(outputs, [("exit-code", "1"), ("sarif", "seawall.sarif")]);
    assert_eq!(stand.left(), 0);
}

#[test]
fn the_exit_code_is_that_of_the_scan() {
    let stand = Stand::new(&[
        ("pod.yaml", BAD_POD),
        ("chart.yaml", "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Values.name }}\n"),
        ("names/a b.yaml", BAD_POD),
    ])
    .with_seawall();
    for (inputs, code) in [
        (&[("fail-on", "critical")][..], 0),
        (&[("fail-on", "none")], 0),
        (&[("targets", "names/a b.yaml\npod.yaml")], 1),
        (&[("fail-on", "none"), ("args", "--strict\n--select=pod-privileged,pod-host-pid\n")], 3),
        (&[("args", "--ignore\narea:pod")], 0),
        (&[("targets", "no/such/folder")], 2),
        (&[("fail-on", "severe")], 2),
        (&[("profile", "most")], 2),
        (&[("waivers", "no-such-file.yaml")], 2),
        (&[("baseline", "no-such-file.json")], 2),
        (&[("sarif", "no/such/folder.sarif")], 2),
    ] {
        let done = act(&stand, inputs);
        assert_eq!(done.code, code, "{inputs:?}: {}", done.log);
        assert_eq!(done.outputs["exit-code"], code.to_string(), "{inputs:?}");
        let sarif = if code == 2 { "" } else { "seawall.sarif" };
        assert_eq!(done.outputs["sarif"], sarif, "{inputs:?}");
    }
}

#[test]
fn what_is_not_wanted_is_left_out() {
    let stand = Stand::new(&[("pod.yaml", BAD_POD)]).with_seawall();
    let done = act(&stand, &[("annotations", "false"), ("summary", "false"), ("sarif", "")]);
    assert_eq!(done.code, 1);
    assert!(done.log.contains("high[pod-privileged]") && !done.log.contains("::error"), "{}", done.log);
    assert_eq!((stand.read("summary").as_str(), done.outputs["sarif"].as_str()), ("", ""));
    assert!(!stand.path("repository/seawall.sarif").exists());
}

#[test]
fn a_baseline_hides_what_is_known() {
    let stand = Stand::new(&[("pod.yaml", BAD_POD)]).with_seawall();
    assert_eq!(act(&stand, &[("args", "--report=json=before.json")]).code, 1);
    let done = act(&stand, &[("baseline", "before.json"), ("targets", "pod.yaml")]);
    assert_eq!(done.code, 0, "{}", done.log);
}

#[test]
fn no_input_runs_or_becomes_an_output() {
    let names: Vec<String> = yaml("action.yml")["inputs"].as_object().unwrap().keys().cloned().collect();
    let stand = Stand::new(&[("pod.yaml", BAD_POD)]).with_seawall();
    for name in &names {
        for value in HOSTILE {
            let done = act(&stand, &[(name, value)]);
            assert!(!stand.is_pwned(), "{name}={value}: {}", done.log);
            // Some are harmless where they stand: a switch that is not `false`, the name of a file.
            let code = match name.as_str() {
                "annotations" | "summary" => 1,
                "sarif" if !value.contains(['\n', '/']) => 1,
                _ => 2,
            };
            assert_eq!(done.code, code, "{name}={value}: {}", done.log);
            let kept = &done.outputs["exit-code"];
            assert!(kept.is_empty() || *kept == code.to_string(), "{name}={value}: {kept}");
            assert_eq!(stand.left(), 0);
        }
    }
    let odd = "$(touch pwned) 'x'.yaml";
    stand.put(&format!("repository/{odd}"), BAD_POD);
    assert_eq!(act(&stand, &[("targets", odd)]).code, 1, "such a name is a name");
    assert!(!stand.is_pwned());
}

/// A file of the repository is neither written through a link nor taken for a report of this run.
#[test]
fn a_sarif_file_of_the_repository_is_not_trusted() {
    let stand = Stand::new(&[("pod.yaml", BAD_POD)]).with_seawall();
    stand.put("elsewhere", "kept");
    std::os::unix::fs::symlink(stand.path("elsewhere"), stand.path("repository/seawall.sarif")).unwrap();
    assert_eq!(act(&stand, &[]).outputs["sarif"], "seawall.sarif");
    assert_eq!(stand.read("elsewhere"), "kept");
    stand.put("repository/seawall.sarif", "made up");
    assert_eq!(act(&stand, &[("fail-on", "severe")]).outputs["sarif"], "");
}

#[test]
fn messages_are_no_commands_for_the_runner() {
    let stand = Stand::new(&[("pod.yaml", BAD_POD)]).with_seawall();
    let done = act(&stand, &[("targets", "##[error]no/such")]);
    let lines: Vec<&str> = done.log.lines().collect();
    let token = lines[0].strip_prefix("::stop-commands::").unwrap();
    assert!(token.len() == 32 && token.chars().all(|c| c.is_ascii_hexdigit()), "{token}");
    assert!(lines[1].starts_with("error: cannot read `##[error]no/such`"), "{}", done.log);
    assert_eq!(lines.last(), Some(&format!("::{token}::").as_str()));
}

#[test]
fn the_binary_is_given_or_found_or_built() {
    let bare = Stand::new(&[("pod.yaml", BAD_POD)]);
    let done = act(&bare, &[]);
    assert_eq!(done.code, 2);
    assert!(done.log.starts_with("::error title=seawall::there is no `seawall` on PATH"), "{}", done.log);
    assert_eq!(act(&bare, &[("path", env!("CARGO_BIN_EXE_seawall"))]).code, 1);
    let done = act(&bare, &[("path", "pod.yaml")]);
    assert!(done.log.contains("the input `path` is no program"), "{}", done.log);

    let stand = bare.with_cargo();
    assert_eq!(act(&stand, &[]).code, 1);
    let root = stand.path("runner/seawall").display().to_string();
    let expected = format!(
        "in {}\ninstall\n--locked\n--path\ncrates/seawall\n--root\n{root}\n",
        real(&stand.path("action"))
    );
    assert_eq!(stand.read("cargo.log"), expected);
    let stand = stand.with_seawall();
    assert_eq!(act(&stand, &[]).code, 1);
    assert_eq!(stand.read("cargo.log"), expected, "nothing is built where there is a binary");
}
