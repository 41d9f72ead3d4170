//! Our own cases, which need neither kubectl nor shared data: `cases.txt` says how to read them.

use seawall_core::ProblemSeverity;
use seawall_yaml::{Limits, Text, read};
use serde_json::Value;

use super::json::{same, value};

#[test]
fn texts_mean_what_the_cases_say() {
    let cases: Vec<&str> = include_str!("cases.txt").split("\n=== ").skip(1).collect();
    assert!(cases.len() > 30);
    for case in cases {
        let (name, rest) = case.split_once('\n').unwrap();
        let (yaml, expected) =
            rest.split_once("--- json\n").or_else(|| rest.split_once("--- error\n")).unwrap();
        let text = Text::new(yaml.replace('→', "\t").replace('␍', "\r"));
        let (documents, problems) = read(&text, &Limits::default());
        let error = problems.iter().find(|problem| problem.severity == ProblemSeverity::Error);
        if rest.contains("--- json\n") {
            assert_eq!(error, None, "{name}");
            let expected: Value = serde_json::from_str(expected).unwrap();
            let found = value(documents[0].tree.root());
            assert!(same(&found, &expected), "{name}: {found}");
        } else {
            let error =
                error.unwrap_or_else(|| panic!("{name}: no error, but {:?}", documents[0].tree.root()));
            assert!(error.message.contains(expected.trim()), "{name}: {error:?}");
            assert!(error.position.is_some(), "{name}: {error:?}");
            assert!(documents.is_empty(), "{name}");
        }
    }
}
