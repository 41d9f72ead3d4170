//! Texts made to hurt: they must end, soon and without a deep call stack, and say what is wrong.

use seawall_core::ProblemSeverity;
use seawall_yaml::{Limits, Text, read, read_document, split};

const LARGE: usize = 4 << 20;

fn error(text: String) -> Option<String> {
    let (_, problems) = read(&Text::new(text), &Limits::default());
    problems
        .into_iter()
        .find(|problem| problem.severity == ProblemSeverity::Error)
        .map(|problem| problem.message)
}

#[test]
fn deep_nesting_is_refused() {
    let lines: String = (0..2000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    for text in ["[".repeat(100_000), "{a: ".repeat(100_000), "- ".repeat(100_000), lines] {
        let start: String = text.chars().take(8).collect();
        assert!(error(text).unwrap().contains("deeper than 512"), "{start}");
    }
    let aliases: String = (1..70).map(|n| format!("- &a{n} [*a{}]\n", n - 1)).collect();
    let limits = Limits { depth: 64, ..Limits::default() };
    let (_, problems) = read(&Text::new(format!("- &a0 []\n{aliases}")), &limits);
    assert!(problems[0].message.contains("deeper than 64"), "{problems:?}");
}

#[test]
fn expansion_is_refused() {
    let mut laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for n in 1..10 {
        let aliases = vec![format!("*a{}", n - 1); 9].join(", ");
        laughs.push_str(&format!("a{n}: &a{n} [{aliases}]\n"));
    }
    assert!(error(laughs).unwrap().contains("mostly aliases"));
    let limits = Limits { nodes: 1000, ..Limits::default() };
    let (_, problems) = read(&Text::new(format!("a: &a [{}]\nb: [*a, *a]\n", "x, ".repeat(400))), &limits);
    assert_eq!(problems[0].message, "the document expands to more than 1000 nodes");
    let merges = format!("a: &a {{{}}}\n", (0..400).map(|n| format!("k{n}: x, ")).collect::<String>());
    let (_, problems) = read(&Text::new(format!("{merges}b: {{<<: *a}}\nc: {{<<: *a}}\n")), &limits);
    assert_eq!(problems[0].message, "the document expands to more than 1000 nodes");
    let limits = Limits { document_bytes: 10, ..Limits::default() };
    assert_eq!(read(&Text::new("a: 0123456789"), &limits).1.len(), 1);
}

#[test]
fn large_texts_end() {
    let repeat = |piece: &str| piece.repeat(LARGE / piece.len());
    let texts = [
        format!("a: {}", repeat("x ")),
        format!("a: {}", repeat("x\n  ")),
        format!("a: {}", repeat("x\n\n  ")),
        format!("a: {}", repeat("x: ")),
        repeat("x"),
        repeat("# x\n"),
        format!("a: b #{}", repeat("x")),
        repeat("\n"),
        repeat(" "),
        format!("a: [{}]", repeat("x, ")),
        format!("a: [{}]", repeat("x: y, ")),
        format!("a: {{{}}}", repeat("x, ")),
        format!("a: [{}]", repeat("[], ")),
        format!("a: [{}", repeat("\"x\" ")),
        format!("a: \"{}\"", repeat("\\n")),
        format!("a: \"{}\"", repeat("x\n ")),
        format!("a: '{}'", repeat("''")),
        format!("a: {}", repeat("\" ")),
        format!("a: |\n{}", repeat("  x\n")),
        format!("a: >\n{}", repeat("  x\n\n")),
        format!("a: |\n{}", repeat("\n")),
        format!("a: |+\n{}b", repeat("  \n")),
        repeat("a: 1\n"),
        repeat("&a a: *a\n"),
        repeat("- &a x\n- *a\n"),
        repeat("---\n"),
        repeat("---\na: 1\n"),
        repeat("- \n"),
        repeat("? \n"),
        repeat("? a\n"),
        repeat(": \n"),
        format!("a: !{}", repeat("x")),
        format!("a: &{}", repeat("x")),
        repeat("é: ü\n"),
        format!("a: [{}]", repeat("é: ü, ")),
        repeat("{{"),
        repeat("a: '{{'\n"),
        format!("x: {{ {}", repeat("{{ .a }} \" ")),
        format!("a: b\nc: {}", repeat("x {{ y ")),
        format!("a: b\nc: [{}", repeat("x{{ y ")),
        format!("a: b\nc: [{}", repeat("x {{ .Values.x }")),
        format!("[{}{{{{", repeat("a, ")),
        repeat("<<: {a: 1}\n"),
        repeat("\r"),
        repeat("a: |\r  x\r"),
        repeat("\u{2028}"),
    ];
    for text in texts {
        let (_, problems) = read(&Text::new(text), &Limits::default());
        assert!(problems.len() < 2_000_000);
    }
}

#[test]
fn many_marks_before_many_documents_end() {
    let documents = 100_000;
    let text = Text::new("\u{feff}".repeat(documents) + &"\n---\na: 1".repeat(documents));
    let spans = split(&text);
    assert!(spans.len() >= documents);
    let trees = spans.into_iter().filter_map(|span| read_document(&text, span, &Limits::default()).0);
    assert!(trees.count() >= documents);
}

#[test]
fn control_characters_and_marks() {
    assert!(error("a: b\0\n".to_owned()).unwrap().contains("U+0000"));
    assert!(error("a: \u{1b}[31m\n".to_owned()).unwrap().contains("U+001B"));
    assert_eq!(error("\u{feff}a: b\n---\n\u{feff}c: d\n".to_owned()), None);
    // Go reads 512 bytes at a time and stops behind `...`.
    assert_eq!(error(format!("a: b\n...\n{}\0", "#".repeat(600))), None);
    assert_eq!(error(format!("a: b\n%YAML 1.1\n{}\0", "#".repeat(600))), None);
    assert!(error("a: b\n...\n#\0".to_owned()).is_some());
}

#[test]
fn issue_zero_byte_in_a_flow_list_repro() {
    for text in ["- [.\u{5}\0\0e9\n- x\n", "- [a\0", "? {a\0b: 1", "[\0", "a: [b\0]\nc: d\n"] {
        assert!(
            error(text.to_owned()).is_some_and(|message| message.contains("control character")),
            "{text:?}"
        );
        let text = Text::new(text);
        let all = seawall_yaml::Span { start: 0, end: text.len() };
        assert_eq!(seawall_yaml::comments(&text, all).count(), 0);
    }
}
