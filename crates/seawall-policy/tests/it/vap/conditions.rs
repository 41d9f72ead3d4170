//! Match conditions.

use super::cluster::denied;

fn with(conditions: &str) -> Vec<String> {
    denied(&format!("matchConditions: {conditions}\nvalidations: [{{expression: 'false', message: judged}}]"))
}

#[test]
fn all_must_hold() {
    assert_eq!(
        with("[{name: a, expression: 'true'}, {name: b, expression: object.data.count == '5'}]"),
        ["judged"]
    );
    assert_eq!(with("[{name: a, expression: 'true'}, {name: b, expression: 'false'}]"), Vec::<String>::new());
}

#[test]
fn one_that_is_false_hides_those_that_fail() {
    const FAILS: &str = "{name: a, expression: object.data.none == '1'}";
    let text = "expression 'object.data.none == '1'' resulted in error: no such key: none";
    assert_eq!(with(&format!("[{FAILS}]")), [text]);
    assert_eq!(with(&format!("[{FAILS}, {{name: b, expression: 'false'}}]")), Vec::<String>::new());
    let other = "{name: b, expression: object.none == '1'}";
    let second = "expression 'object.none == '1'' resulted in error: no such key: none";
    assert_eq!(with(&format!("[{FAILS}, {other}]")), [format!("[{text}, {second}]")]);
}

#[test]
fn a_failure_that_is_ignored_skips_the_policy() {
    let rest = "failurePolicy: Ignore
matchConditions: [{name: a, expression: object.data.none == '1'}]
validations: [{expression: 'false'}]";
    assert_eq!(denied(rest), Vec::<String>::new());
}

#[test]
fn they_never_see_the_namespace() {
    let seen = "validations: [{expression: namespaceObject == null, message: seen}]";
    assert_eq!(denied(seen), ["seen"]);
    let skipped = "[{name: a, expression: namespaceObject != null}]";
    assert_eq!(with(skipped), Vec::<String>::new());
}
