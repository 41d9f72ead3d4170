//! Hostile and broken input: a clear message, the rest goes on, nothing reaches the terminal raw.

use std::fs;

use crate::{BAD_POD, FORMATS, scan_text, seawall_in};

fn problems(run: &crate::Run) -> Vec<String> {
    let json = run.json();
    let problem = |p: &serde_json::Value| {
        format!("{}:{}: {}", p["file"].as_str().unwrap_or("-"), p["line"], p["message"].as_str().unwrap())
    };
    json["problems"].as_array().unwrap().iter().map(problem).collect()
}

#[test]
fn a_broken_document_costs_only_itself() {
    let text = format!("{BAD_POD}---\napiVersion: v1\nkind: [Pod\n---\n{BAD_POD}");
    let run = scan_text(&text, &["-o", "json"]);
    assert_eq!(run.json()["inputs"]["resources"], 2);
    let problems = problems(&run);
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0].starts_with("<stdin>:1"), "{problems:?}");
}

#[test]
fn deep_nesting_ends_in_a_problem() {
    for text in [
        format!("apiVersion: v1\nkind: X\nspec: {}", "[".repeat(100_000)),
        format!("{{\"apiVersion\":\"v1\",\"kind\":\"X\",\"spec\":{}", "[".repeat(100_000)),
        "- ".repeat(100_000),
        "{a: ".repeat(100_000),
    ] {
        let text = format!("{text}\n---\n{BAD_POD}");
        let run = scan_text(&text, &["-o", "json"]);
        assert!(run.code >= 0, "no signal ended it");
        assert!(!problems(&run).is_empty());
    }
}

#[test]
fn bombs_are_defused() {
    let mut text =
        String::from("apiVersion: v1\nkind: X\na0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
    for i in 1..12 {
        let alias = format!("*a{}, ", i - 1).repeat(10);
        text.push_str(&format!("a{i}: &a{i} [{}]\n", alias.trim_end_matches(", ")));
    }
    let run = scan_text(&format!("{text}---\n{BAD_POD}"), &["-o", "json"]);
    assert_eq!(run.json()["inputs"]["resources"], 1);
    assert_eq!(problems(&run).len(), 1);
}

#[test]
fn names_cannot_command_the_terminal() {
    let text = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: \"a\\e[31m\\u202Eb\\a\"\nspec:\n  hostPID: true\n  containers: [{name: \"x\\e]0;title\\a\", image: a, securityContext: {privileged: true}}]\n";
    for format in FORMATS {
        let run = scan_text(text, &["-o", format]);
        assert_eq!(run.code, 1, "{}", run.err);
        for c in ['\u{1b}', '\u{7}', '\u{202e}'] {
            assert!(!run.out.contains(c), "{format} lets {c:?} through");
            assert!(!run.err.contains(c), "{format} lets {c:?} through");
        }
    }
}

#[test]
fn encodings_line_ends_and_marks_are_read() {
    let crlf = BAD_POD.replace('\n', "\r\n");
    let bom = format!("\u{feff}{BAD_POD}");
    let utf16: Vec<u8> =
        [0xff, 0xfe].into_iter().chain(BAD_POD.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    for bytes in [crlf.as_bytes(), bom.as_bytes(), &utf16] {
        let run = seawall_in(
            &std::env::temp_dir(),
            &["scan", "-", "-o", "json", "--select", "pod-privileged"],
            bytes,
        );
        let json = run.json();
        assert_eq!(json["findings"][0]["locations"][0]["line"], 11, "{}", run.out);
        assert_eq!(json["problems"].as_array().unwrap().len(), 0);
    }
    let invalid =
        [BAD_POD.as_bytes(), b"---\napiVersion: v1\nkind: Pod\nmetadata: {name: \xff\xfe}\n"].concat();
    let run = seawall_in(&std::env::temp_dir(), &["scan", "-", "-o", "json"], &invalid);
    assert!(problems(&run).iter().any(|problem| problem.starts_with("<stdin>:15: ")), "{:?}", problems(&run));
    assert!(run.json()["inputs"]["resources"].as_u64().unwrap() >= 1);
}

#[test]
fn templates_are_counted_not_parsed() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("a.yaml"),
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Release.Name }}\n",
    )
    .unwrap();
    fs::write(folder.path().join("b.yaml"), BAD_POD).unwrap();
    let run = seawall_in(folder.path(), &["scan", ".", "-o", "json"], b"");
    let json = run.json();
    assert_eq!(json["inputs"]["skipped"]["unrendered templates"], 1);
    assert_eq!(json["inputs"]["resources"], 1);
    assert!(
        problems(&run).iter().any(|problem| problem.contains("template")),
        "a template that is not judged is said so"
    );
}

#[test]
fn secrets_never_leave() {
    let text = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  hostPID: true\n  containers:\n  - {name: web, image: a, securityContext: {privileged: true}, env: [{name: DB_PASSWORD, value: hunter2-correct-horse}]}\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: s, annotations: {x: \"1\"}}\nstringData: {password: battery-staple-xyz}\n";
    for format in FORMATS {
        let run = scan_text(text, &["-o", format]);
        for secret in ["hunter2", "correct-horse", "battery-staple"] {
            assert!(!run.out.contains(secret), "{format} shows a secret:\n{}", run.out);
        }
    }
}
