//! Integration tests of the room.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod created;
mod custom;
mod decoded;
mod defaulted;
mod hostile;
mod merged;
mod openapi;
mod patched;
mod types;

use seawall_core::ProblemSeverity;
use seawall_schema::{Admission, Admitted, Schemas, Value, admitted};
use seawall_yaml::{Limits, Text, Tree};

/// The one document of a YAML text.
fn tree(yaml: &str) -> Tree {
    let (documents, problems) = seawall_yaml::read(&Text::new(yaml), &Limits::default());
    assert_eq!(problems, Vec::new(), "{yaml}");
    documents.into_iter().next().expect("a document").tree
}

/// What becomes of an object of a built-in type.
fn admit(yaml: &str, admission: Admission) -> Admitted {
    let schemas = Schemas::builtin();
    let tree = tree(yaml);
    let schema = schemas.of_object(tree.root()).expect("a type");
    admitted(&tree, schema, admission)
}

/// A value below the root of what becomes of an object, as JSON; `-` for none.
fn at(admitted: &Admitted, route: &str) -> String {
    match admitted.tree.root().at(&route.parse().expect("a route")) {
        Some(node) => {
            let mut out = String::new();
            node.write_json(&mut out);
            out
        }
        None => "-".to_owned(),
    }
}

/// Expects values at routes of a decoded and defaulted object that had no problem.
fn expect(yaml: &str, expected: &[(&str, &str)]) {
    let seen = admit(yaml, Admission::default());
    assert_eq!(seen.problems, [], "{yaml}");
    for (route, value) in expected {
        assert_eq!(at(&seen, route), *value, "{route} of {yaml}");
    }
}

/// The messages of problems of a severity.
fn messages(admitted: &Admitted, severity: ProblemSeverity) -> Vec<&str> {
    let found = admitted.problems.iter().filter(|problem| problem.severity == severity);
    found.map(|problem| problem.message.as_str()).collect()
}

/// A value of a YAML text.
fn value(yaml: &str) -> Value<'static> {
    Value::of(tree(yaml).root()).expect("a value").into_owned()
}
