//! Documents of a text: their numbers, what is left of a text when one is broken, what is left out, and what is said of it.

use seawall_core::{Position, ProblemSeverity};
use seawall_yaml::{Limits, Outcome, Text, read, read_outcome, split};

fn outcomes(text: &str) -> Vec<&'static str> {
    let text = Text::new(text);
    let name = |span| match read_outcome(&text, span, &Limits::default()).0 {
        Outcome::Read(_) => "read",
        Outcome::Empty => "empty",
        Outcome::Template(_) => "template",
        Outcome::Broken => "broken",
    };
    split(&text).into_iter().map(name).collect()
}

#[test]
fn a_broken_document_does_not_take_others_along() {
    let text = "a: 1\n---\na: [\n---\n# nothing\n---\n{{ .Values.x }}\n---\n~\n---\nb: 2\n";
    assert_eq!(outcomes(text), ["read", "broken", "empty", "template", "empty", "read"]);
    let (documents, problems) = read(&Text::new(text), &Limits::default());
    assert_eq!(documents.iter().map(|document| document.index).collect::<Vec<_>>(), [0, 5]);
    let lines: Vec<_> =
        problems.iter().map(|problem| (problem.severity, problem.position.unwrap().line)).collect();
    assert_eq!(lines, [(ProblemSeverity::Error, 4), (ProblemSeverity::Error, 7)]);
}

#[test]
fn only_what_kubernetes_refuses_is_a_template() {
    assert_eq!(outcomes("a: {{ .Values.tag }}\n"), ["template"]);
    assert_eq!(outcomes("a: x-{{ .Values.tag }}\nb: {{ .Values.tag }}\n"), ["template"]);
    let hidden = "kind: Pod\nmetadata:\n  annotations:\n    note: b-{{ .Values.x }}\n";
    assert_eq!(outcomes(hidden), ["read"]);
    let (documents, problems) = read(&Text::new(hidden), &Limits::default());
    assert_eq!(documents.len(), 1);
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].severity, ProblemSeverity::Warning);
    assert_eq!(problems[0].message, "holds what looks like a template action; judged as it stands");
    assert_eq!(problems[0].position, Some(Position { line: 4, column: 13 }));
    assert_eq!(read(&Text::new("a: x-{{workflow.name}}\n"), &Limits::default()).1, []);
    assert_eq!(outcomes("a: \"x-{{ .Values.tag }}\"\n"), ["read"]);
    assert_eq!(outcomes("a: |\n  {{ .Values.tag }}\n"), ["read"]);
    assert_eq!(outcomes("a: x-{{workflow.name}}\n"), ["read"]);
    assert_eq!(outcomes("a: [\n# {{ .x }}\n"), ["broken"]);
}

#[test]
fn duplicates_are_told_with_both_places() {
    let (_, problems) = read(&Text::new("a: 1\nb:\n  c: 1\n  c: 2\n"), &Limits::default());
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].severity, ProblemSeverity::Warning);
    assert_eq!(problems[0].position, Some(Position { line: 4, column: 3 }));
    assert_eq!(problems[0].message, "duplicate key `c`: the last one wins (the earlier one is on line 3)");
    let (_, problems) = read(&Text::new("a: 1\n".repeat(100)), &Limits::default());
    assert_eq!(problems.len(), 21);
    assert_eq!(problems[20].message, "79 more duplicate keys in this document");
}

#[test]
fn what_only_repeats_an_object_is_left_out() {
    let object = "metadata:\n  managedFields: [{f:a: {}}]\n  annotations:\n    kubectl.kubernetes.io/last-applied-configuration: |\n      {}\n    x: z\nspec: {managedFields: 1}\n";
    let (documents, _) = read(&Text::new(object), &Limits::default());
    let tree = &documents[0].tree;
    assert_eq!(
        format!("{:?}", tree.root()),
        r#"{"metadata": {"annotations": {"x": "z"}}, "spec": {"managedFields": 1}}"#
    );
    assert!(tree.dropped().managed_fields && tree.dropped().last_applied);
    let list = format!("kind: List\nitems:\n- {}", object.trim_end().replace('\n', "\n  "));
    let (documents, _) = read(&Text::new(list), &Limits::default());
    assert_eq!(documents[0].tree.root().list("items").next().unwrap().path(&["metadata"]).unwrap().len(), 1);
    // An anchor in what would be left out keeps it.
    let (documents, problems) =
        read(&Text::new("metadata: {managedFields: &a [x]}\nb: *a\n"), &Limits::default());
    assert!(problems.is_empty());
    assert_eq!(documents[0].tree.root().list("b").count(), 1);
}

#[test]
fn json_is_read_first_where_a_text_begins_like_it() {
    let values = |text: &str| {
        let (documents, problems) = read(&Text::new(text), &Limits::default());
        let trees: Vec<_> = documents.iter().map(|document| format!("{:?}", document.tree.root())).collect();
        (trees.join(" "), problems.len())
    };
    assert_eq!(values("{\"a\": \"\\/\"}"), ("{\"a\": \"/\"}".to_owned(), 0));
    assert_eq!(values("{\"a\":1}\n{\"b\":2}"), ("{\"a\": 1} {\"b\": 2}".to_owned(), 0));
    assert_eq!(values("{a: yes}"), ("{\"a\": true}".to_owned(), 0));
    assert_eq!(values("{\"a\":1}\n---\nb: 2\n"), ("{\"a\": 1} {\"b\": 2}".to_owned(), 0));
    assert_eq!(values("{\"a\":1}{\"b\":2}{"), ("{\"a\": 1} {\"b\": 2}".to_owned(), 1));
}

#[test]
fn a_separator_with_more_on_it_is_refused_but_not_lost() {
    let (documents, problems) = read(&Text::new("a: 1\n--- {b: 2}\n"), &Limits::default());
    assert_eq!(documents.len(), 2);
    assert_eq!(problems[0].position, Some(Position { line: 2, column: 5 }));
}
