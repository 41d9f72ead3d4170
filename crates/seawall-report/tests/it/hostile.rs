//! Names and values written to deceive whoever reads the report.

use proptest::prelude::*;
use seawall_core::{Pillar, Severity};
use seawall_report::{Format, RenderOptions, is_hidden};

use crate::support::{Fail, Run, check};

/// A run in which everything that somebody else may choose is `name`.
pub(crate) fn hostile(file: &str, name: &str) -> Run {
    // All of these characters are in the first plane.
    let quoted: String = name
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || c == ' ' {
                c.to_string()
            } else {
                format!("\\u{:04x}", u32::from(c))
            }
        })
        .collect();
    let text = format!(
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: \"{quoted}\"\n  labels: {{\"{}\": x}} # {}\n",
        "plain",
        // As it is, not escaped: comments reach the excerpt. YAML 1.1 allows everything but control characters, and
        // takes two more characters for line breaks.
        name.replace(
            |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}'),
            " "
        )
    );
    let mut run = Run::of(&[(file, &text)]).with_gaps();
    let check = check("pod-name", Pillar::Nodes, Severity::Low);
    run.fail(Fail {
        related: vec![((0, "metadata.labels.plain"), name)],
        linked: vec![0],
        ..Fail::new(&check, (0, "metadata.name"), name)
    });
    run.evaluation.not_evaluated[0].reason = name.to_owned();
    run.problems[0].message = name.to_owned();
    run
}

#[test]
fn what_a_deceived_reader_would_see() {
    let run = hostile("a\u{1b}[2J\nb.yaml", "x\u{1b}]0;pwned\u{7}\u{202e}gnp.\r\n::error::[a](http://evil)");
    insta::assert_snapshot!(run.table());
    insta::assert_snapshot!(run.render(Format::Github, &RenderOptions::default()));
}

/// What each format could take for its own: markup, ends of sections, formulas of spreadsheets, characters that it has
/// not.
const WORDS: [&str; 9] = [
    "]]><x/>&amp;&nope;<![CDATA[",
    "a\u{0}\u{b}\u{fffe}\u{ffff}\u{feff}",
    "\"/><failure message=\"",
    "</script><script>alert(1)</script><!--",
    "\u{2028}\u{2029}\u{202e}",
    "=cmd|' /C calc'!A0",
    "+1+1\t@SUM(1)",
    "\"}],\"x\":[{\"",
    "' onclick='alert(1)",
];

#[test]
fn every_format_stays_what_it_is() {
    for name in WORDS {
        let run = hostile("evil\u{1b}<&'\".yaml", name);
        let out = |format| run.render(format, &RenderOptions::default());
        let junit = out(Format::Junit);
        let root = crate::xml::read(&junit).unwrap_or_else(|error| panic!("{error}\n{junit}"));
        assert_eq!((root.count("tests"), root.count("failures"), root.count("errors")), (5, 1, 1));
        for format in [Format::Json, Format::Sarif, Format::Policyreport] {
            serde_json::from_str::<serde_json::Value>(&out(format)).unwrap();
        }
        for format in [Format::Jsonl, Format::Ocsf] {
            for line in out(format).lines() {
                serde_json::from_str::<serde_json::Value>(line).unwrap();
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn nothing_hidden_comes_through(file in "[a-z\\x00-\\x1f\\x7f-\\x9f\u{202a}-\u{202e}]{1,12}", name in "[ -~\\x00-\\x1f\\x7f-\\x9f\u{200b}-\u{202e}\u{2066}-\u{2069}世]{0,30}") {
        let run = hostile(&file, &name);
        for format in Format::ALL {
            let out = run.render(*format, &RenderOptions::default());
            let bad: Vec<char> = out.chars().filter(|c| is_hidden(*c) && *c != '\n').collect();
            prop_assert!(bad.is_empty(), "{format}: {bad:?}");
            if *format == Format::Github {
                prop_assert!(out.lines().all(|line| line.starts_with("::")), "{out}");
            }
        }
    }
}
