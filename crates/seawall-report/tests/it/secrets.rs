//! No secret value is ever shown, in any format.

use seawall_core::{CheckId, NotEvaluated, Pillar, Problem, ProblemSeverity, Severity};
use seawall_report::{Format, RenderOptions};

use crate::support::{Fail, Run, check};

/// Every value that must stay hidden contains this word.
const WORD: &str = "hunter2";

const FILES: &[(&str, &str)] = &[
    (
        "secret.yaml",
        "\
apiVersion: v1
kind: Secret
metadata:
  name: db
data:
  password: hunter2aaa # was hunter2old
  password: hunter2bbb
stringData:
  plain: hunter2
  quoted: \"say \\\"hunter2\\\"\"
  block: |
    first hunter2
    second hunter2
  flow: {a: hunter2, b: [hunter2, hunter2]}
---
apiVersion: v1
kind: Pod
metadata: {name: a}
spec:
  containers:
    - {name: a, env: [{name: TOKEN, value: hunter2}, {name: HOME, value: /root}]}
    - name: b
      env:
        - name: TOKEN
          value: hunter2
",
    ),
    (
        "secret.json",
        "{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{\"name\":\"j\"},\"data\":{\"k\":\"hunter2\",\"l\":\"hunter2\"},\"type\":\"Opaque\"}\n",
    ),
];

fn run() -> Run {
    let mut run = Run::of(FILES);
    let secret = check("secret-plain", Pillar::Secrets, Severity::High);
    let other = check("pod-something", Pillar::Nodes, Severity::Low);
    for route in [
        "data",
        "data.password",
        "stringData.plain",
        "stringData.quoted",
        "stringData.block",
        "stringData.flow",
        "stringData.flow.b[1]",
        "stringData.missing",
        "metadata.name",
    ] {
        run.fail(Fail::new(&other, (0, route), route));
    }
    // Withheld by one check, shown on the same line by another.
    for route in ["spec.containers[0].env[0].value", "spec.containers[1].env[0].value"] {
        run.fail(Fail { withheld: true, ..Fail::new(&secret, (1, route), "a literal token") });
        run.fail(Fail {
            withheld: true,
            ..Fail::new(&secret, (1, &route.replace(".value", "")), "all of it")
        });
    }
    run.fail(Fail::new(&other, (1, "spec.containers[0].env[1].value"), "beside a token"));
    for route in ["kind", "data", "data.l", "type"] {
        run.fail(Fail::new(&other, (2, route), route));
    }
    run
}

#[test]
fn no_format_shows_a_secret() {
    let run = run();
    for format in Format::ALL {
        for width in [40, 60, 300] {
            let out = run.render(*format, &RenderOptions { width, ..RenderOptions::default() });
            assert!(!out.contains(WORD), "{format} shows a secret:\n{out}");
        }
    }
}

#[test]
fn masked_excerpts_stay_readable() {
    insta::assert_snapshot!(run().findings());
}

/// The reader leaves the last applied configuration out of the tree, but it still stands in the text, and it repeats the
/// data of a Secret.
#[test]
fn what_the_reader_dropped_is_masked() {
    for kept in ["", ",\"x\":\"y\""] {
        let text = format!(
            "{{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{{\"annotations\":{{\"kubectl.kubernetes.io/last-applied-configuration\":\"hunter2\"{kept}}},\"name\":\"a\"}}}}"
        );
        let run = dropped(&text);
        let out = run.findings();
        assert!(!out.contains(WORD), "{out}");
        assert!(out.contains("\"name\":\"a\""), "{out}");
        assert_eq!(out.contains("\"x\":\"y\""), !kept.is_empty(), "{out}");
    }
}

/// Such a text, read, with a finding beside the annotations.
fn dropped(text: &str) -> Run {
    let mut run = Run::of(&[("pod.json", text)]);
    assert!(run.inventory.resources()[0].tree().dropped().last_applied);
    let check = check("pod-name", Pillar::Nodes, Severity::Low);
    run.fail(Fail::new(&check, (0, "metadata.name"), "named"));
    run
}

/// Nothing was withheld: the check that would have done it did not run, or the secret lies where no check looks.
#[test]
fn masks_do_not_depend_on_other_findings() {
    let pod = r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"d"},"spec":{"hostPID":true,"containers":[{"name":"c","image":"x"}]}}"#;
    let container = |rest: &str| {
        format!(
            r#"{{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"d"}},"spec":{{"hostPID":true,"containers":[{{"name":"c",{rest}}}]}}}}"#
        )
    };
    let list = |item: &str| {
        format!(r#"{{"apiVersion":"x/v1","kind":"Bag","metadata":{{"name":"b"}},"items":[{pod},{item}]}}"#)
    };
    let yaml = |spec: &str, rest: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: d, annotations: {{x: &a hunter2}}}}\nspec: {{hostPID: true, {spec}}} {rest}\n"
        )
    };
    for text in [
        container(r#""env":[{"name":"DB_PASSWORD","value":"hunter2"}]"#),
        container(r#""env":[{"name":"DB_PASSWORD","value":"hunter2","value":"changeme"}]"#),
        container(r#""env":[{"value":"hunter2","name":"API_KEY"}]"#),
        container(r#""args":["--password=hunter2"]"#),
        container(r#""args":["--db-password","hunter2"]"#),
        container(r#""command":["sh","-c","run --token hunter2"]"#),
        list(r#"{"apiVersion":"v1","kind":"Secret","data":{"p":"hunter2"},"data":{"q":"eA=="}}"#),
        list(r#"{"kind":"Secret","stringData":{"p":"hunter2"}}"#),
        list(r#"{"apiVersion":"v1","kind":"ConfigMap","data":{"p.properties":"password=hunter2"}}"#),
        list(r#"{"kind":"Secret","metadata":{"annotations":{"backup":"{\"data\":{\"p\":\"hunter2\"}}"}}}"#),
        list(
            r#"{"kind":"Secret","metadata":{"annotations":{"kubectl.kubernetes.io/last-applied-configuration":"hunter2"}}}"#,
        ),
        list(r#"{"kind":"Template","objects":[{"kind":"Secret","stringData":{"p":"hunter2"}}]}"#),
        format!(r#"{pod}{{"apiVersion":"v1","kind":"Secret","data":{{"p":"hunter2"}},}}"#),
        format!(r#"{pod}{{"apiVersion":"v1","kind":"Secret","data":{{"p":"hunter2"}}}}"#),
        yaml("containers: [{env: [{name: DB_PASSWORD, value: hunter2 and hunter2}]}]", ""),
        yaml("containers: [{env: [{name: X, value: &p hunter2}, {name: TOKEN, value: *p}]}]", ""),
        yaml("containers: []", "# password: hunter2"),
        yaml("containers: [{env: [{\"name\": TOKEN, value: \"abc\\\n hunter2\", valueFrom: null}]}]", ""),
    ] {
        let mut run = Run::of(&[("all.json", &text)]);
        let other = check("pod-something", Pillar::Nodes, Severity::Low);
        let bag = run.inventory.resources()[0].kind() == "Bag";
        let route = if bag { "items[0].spec.hostPID" } else { "spec.hostPID" };
        run.fail(Fail::new(&other, (0, route), "shares the host"));
        let out = run.render(Format::Table, &RenderOptions { width: 2000, ..RenderOptions::default() });
        assert!(!out.contains(WORD), "{text}\n{out}");
        assert!(out.contains("hostPID"), "{out}");
    }
}

/// A token in a field that is shown for another reason: in values, messages, notes and names of objects.
#[test]
fn no_format_shows_a_token() {
    let token = format!("ghp_{}", "16C7e42F292c6912E7710c838347Ae178B4a");
    let text = format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: {token}}}\nspec:\n  hostname: a-{token}\n  nodeName: x\n"
    );
    let mut run = Run::of(&[("pod.yaml", &text)]);
    let other = check("pod-something", Pillar::Nodes, Severity::Low);
    let message = format!("it says `{token}` with \"ü\"");
    run.fail(Fail::new(&other, (0, "spec.hostname"), &message));
    run.evaluation.findings[0].locations[0].note = Some(message.clone());
    run.problems.push(Problem::new(ProblemSeverity::Error, message.clone()).caused_by(message.clone()));
    run.evaluation.not_evaluated.push(NotEvaluated {
        check: CheckId::from_static("rbac-secrets-read"),
        pillar: Pillar::ControlPlane,
        subject: None,
        reason: message,
    });
    for format in Format::ALL {
        for quiet in [false, true] {
            let out = run.render(*format, &RenderOptions { quiet, ..RenderOptions::default() });
            assert!(!out.contains(&token) && out.contains("***"), "{format}:\n{out}");
        }
    }
}
