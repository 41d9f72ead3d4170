//! What users read.

use seawall_policy::admission::Reason;

use super::cluster::{ASK, Cluster, denied, policy};

#[test]
fn the_first_failing_validation_decides_with_its_code_and_reason() {
    let cluster = Cluster::new(&policy(
        "validations:
- {expression: 'true', message: never}
- {expression: object.data.count == '6', message: must be 6, reason: Forbidden}
- {expression: 'false', message: later}",
    ));
    let decision = cluster.ask(&ASK);
    assert_eq!(decision.denials.len(), 2);
    let first = &decision.denials[0];
    assert_eq!((first.code, first.reason), (403, Reason::Forbidden));
    assert_eq!(first.message, "ValidatingAdmissionPolicy 'p' with binding 'b' denied request: must be 6");
    assert_eq!((decision.denials[1].code, decision.denials[1].reason), (422, Reason::Invalid));
    let whole = cluster.with_request(&ASK, |request, _| request.forbidden(&first.message));
    assert_eq!(whole, format!("configmaps \"thing\" is forbidden: {}", first.message));
}

#[test]
fn a_message_is_made_or_written_or_the_expression() {
    for (rest, expected) in [
        ("expression: \"  false\\n\"", "failed expression: false"),
        ("expression: 'false', message: ' written '", "written"),
        (
            "expression: 'false', message: written, messageExpression: \"' made ' + object.data.count\"",
            "made 5",
        ),
        ("expression: 'false', message: written, messageExpression: \"'  '\"", "written"),
        ("expression: 'false', message: written, messageExpression: \"'a\\\\nb'\"", "written"),
        ("expression: 'false', message: written, messageExpression: \"'a\\\\rb'\"", "a\rb"),
        ("expression: 'false', message: written, messageExpression: object.data.none + ''", "written"),
        ("expression: 'false', messageExpression: object.data.none + ''", "failed expression: false"),
    ] {
        assert_eq!(denied(&format!("validations: [{{{rest}}}]")), [expected], "{rest}");
    }
}

#[test]
fn a_made_message_that_is_too_long_is_not_taken() {
    let many = |times: usize| format!("'x'.replace('x', '{}')", "y".repeat(times));
    let text = |times| {
        format!(
            "validations: [{{expression: 'false', message: written, messageExpression: \"{}\"}}]",
            many(times)
        )
    };
    assert_eq!(denied(&text(5 * 1024)), ["y".repeat(5 * 1024)]);
    assert_eq!(denied(&text(5 * 1024 + 1)), ["written"]);
}

#[test]
fn an_error_denies_as_invalid_whatever_is_written() {
    let rest = "validations: [{expression: object.data.none == '1', message: written, reason: Forbidden}]";
    let cluster = Cluster::new(&policy(rest));
    let decision = cluster.ask(&ASK);
    assert_eq!((decision.denials[0].code, decision.denials[0].reason), (422, Reason::Invalid));
    assert!(decision.denials[0].message.ends_with(
        "denied request: expression 'object.data.none == '1'' resulted in error: no such key: none"
    ));
    let ignored = Cluster::new(&policy(&format!("failurePolicy: Ignore\n{rest}")));
    assert!(ignored.ask(&ASK).is_allowed());
}

#[test]
fn an_error_that_is_ignored_does_not_hide_what_is_false() {
    let rest = "failurePolicy: Ignore
validations:
- {expression: object.data.none == '1'}
- {expression: 'false', message: second}";
    assert_eq!(denied(rest), ["second"]);
}
