//! Deny, warn, audit, and annotations.

use super::cluster::{ASK, Cluster, bound, denials, policy};

const TWO: &str = "validations:
- {expression: 'false', message: one}
- {expression: 'false', message: two}
- {expression: 'false', message: one}";

#[test]
fn warnings_come_once_each_and_audit_keeps_the_first_failure() {
    let decision = Cluster::new(&bound(TWO, "validationActions: [Warn, Audit]")).ask(&ASK);
    assert!(decision.is_allowed());
    let warning =
        |text: &str| format!("Validation failed for ValidatingAdmissionPolicy 'p' with binding 'b': {text}");
    assert_eq!(decision.warnings, [warning("one"), warning("two")]);
    assert_eq!(
        decision.audit_annotations,
        [(
            "validation.policy.admission.k8s.io/validation_failure".to_owned(),
            r#"[{"message":"one","policy":"p","binding":"b","expressionIndex":0,"validationActions":["Warn","Audit"]}]"#
                .to_owned()
        )]
    );
}

#[test]
fn long_warnings_are_cut() {
    let validations: Vec<String> = (10..40)
        .map(|number| format!("- {{expression: 'false', message: '{number}{}'}}", "x".repeat(298)))
        .collect();
    let rest = |count: usize| format!("validations:\n{}", validations[..count].join("\n"));
    let ask =
        |count: usize| Cluster::new(&bound(&rest(count), "validationActions: [Warn]")).ask(&ASK).warnings;
    assert!(ask(5).iter().all(|warning| warning.len() > 300));
    let cut = ask(30);
    assert!(cut.iter().all(|warning| warning.len() == 256));
    assert_eq!(cut.len(), 16);
}

#[test]
fn annotations_are_written_on_denied_requests_too_and_joined_over_bindings() {
    let text = bound(
        "validations: [{expression: 'false'}]
auditAnnotations:
- {key: name, valueExpression: \"'  ' + object.metadata.name\"}
- {key: blank, valueExpression: \"' '\"}
- {key: nothing, valueExpression: 'null'}",
        "validationActions: [Deny]",
    );
    let second = text.replace("name: b", "name: b2");
    let second = second.split("---").nth(1).unwrap();
    let decision = Cluster::new(&format!("{text}\n---\n{second}")).ask(&ASK);
    assert_eq!(decision.denials.len(), 2);
    assert_eq!(decision.audit_annotations, [("p/name".to_owned(), "thing".to_owned())]);
}

#[test]
fn an_annotation_that_fails_denies_unless_it_is_ignored() {
    let rest = "auditAnnotations: [{key: k, valueExpression: string(object.data.none)}]";
    let decision = Cluster::new(&bound(rest, "validationActions: [Warn]")).ask(&ASK);
    let text = "expression 'string(object.data.none)' resulted in error: no such key: none";
    assert_eq!(denials(&decision), [text]);
    assert!(Cluster::new(&policy(&format!("failurePolicy: Ignore\n{rest}"))).ask(&ASK).is_allowed());
}

#[test]
fn policies_are_judged_by_name_and_every_binding_speaks() {
    let one = policy("validations: [{expression: 'false', message: from p}]");
    let two =
        one.replace("name: p}", "name: a}").replace("from p", "from a").replace("{name: b}", "{name: z}");
    let two = two.replace("policyName: p", "policyName: a");
    let decision = Cluster::new(&format!("{one}\n---\n{two}")).ask(&ASK);
    assert_eq!(denials(&decision), ["from a", "from p"]);
    assert_eq!(&*decision.denials[0].binding, "z");
}

#[test]
fn a_policy_without_a_binding_is_not_in_force() {
    let text = policy("validations: [{expression: 'false'}]");
    let alone = text.split("---").next().unwrap();
    let cluster = Cluster::new(alone);
    assert!(cluster.policies.is_empty() && cluster.problems.is_empty());
    assert!(cluster.ask(&ASK).is_allowed());
}
