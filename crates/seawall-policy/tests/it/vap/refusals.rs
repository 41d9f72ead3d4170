//! What the API server refuses is not in force, and says why.

use super::cluster::{ASK, Cluster, bound, policy};

/// The texts after the name of the object.
fn refused(text: &str) -> Vec<String> {
    let cluster = Cluster::new(text);
    assert_eq!(cluster.problems.len(), cluster.policies.refusals().len());
    let tail =
        |text: &String| text.split_once(" is invalid: ").map_or(text.clone(), |(_, tail)| tail.to_owned());
    cluster.refusals().iter().map(tail).collect()
}

fn of_policy(rest: &str) -> String {
    let mut all = refused(&policy(rest));
    assert_eq!(all.len(), 1, "{rest}: {all:?}");
    all.remove(0)
}

const FALSE: &str = "validations: [{expression: 'false'}]";

#[test]
fn a_refused_policy_never_runs_and_is_a_problem_with_a_place() {
    let cluster = Cluster::new(&policy("validations: [{expression: '5'}]"));
    assert_eq!(
        cluster.refusals(),
        [
            "ValidatingAdmissionPolicy.admissionregistration.k8s.io \"p\" is invalid: spec.validations[0].expression: Invalid \
          value: \"5\": must evaluate to bool but got int"
        ]
    );
    let problem = &cluster.problems[0];
    assert_eq!(problem.file.as_deref(), Some("cluster.yaml"));
    assert!(problem.position.is_some());
    assert!(cluster.ask(&ASK).is_allowed());
}

#[test]
fn fields_of_policies() {
    for (rest, expected) in [
        (
            "failurePolicy: Sometimes\nvalidations: [{expression: 'true'}]",
            "spec.failurePolicy: Unsupported value: \"Sometimes\": supported values: \"Fail\", \"Ignore\"",
        ),
        (
            "",
            "[spec.validations: Required value: validations or auditAnnotations must contain at least one item, \
             spec.auditAnnotations: Required value: validations or auditAnnotations must contain at least one item]",
        ),
        (
            "validations: [{expression: ' '}]",
            "spec.validations[0].expression: Required value: expression is not specified",
        ),
        (
            "validations: [{expression: 'true', message: \"a\\nb\"}]",
            "spec.validations[0].message: Invalid value: \"a\\nb\": must not contain line breaks",
        ),
        (
            "validations: [{expression: 'true', message: ' '}]",
            "spec.validations[0].message: Invalid value: \" \": must be non-empty if specified",
        ),
        (
            "validations: [{expression: 'true', messageExpression: ' '}]",
            "spec.validations[0].messageExpression: Invalid value: \" \": must be non-empty if specified",
        ),
        (
            "validations: [{expression: 'true', messageExpression: object.x}]",
            "spec.validations[0].messageExpression: Invalid value: \"object.x\": must evaluate to string but got dyn",
        ),
        (
            "validations: [{expression: 'true', reason: Unauthorized}]",
            "spec.validations[0].reason: Unsupported value: \"Unauthorized\": supported values: \"Forbidden\", \"Invalid\", \
             \"RequestEntityTooLarge\"",
        ),
        (
            "auditAnnotations: [{key: k, valueExpression: '5'}, {key: k, valueExpression: \"'a'\"}]",
            "[spec.auditAnnotations[0].valueExpression: Invalid value: \"5\": must evaluate to one of [string null_type] but \
             got int, spec.auditAnnotations[1].key: Duplicate value: \"k\"]",
        ),
        (
            "variables: [{name: a-b, expression: '1'}]\nvalidations: [{expression: 'true'}]",
            "spec.variables[0].name: Invalid value: \"a-b\": must be a valid CEL identifier",
        ),
        (
            "matchConditions: [{name: c, expression: \"'x'\"}, {name: c, expression: 'true'}]\nvalidations: [{expression: 'true'}]",
            "[spec.matchConditions[0].expression: Invalid value: \"'x'\": must evaluate to bool but got string, \
             spec.matchConditions[1].name: Duplicate value: \"c\"]",
        ),
        (
            "paramKind: {apiVersion: a/b/c, kind: 'X Y'}\nvalidations: [{expression: 'true'}]",
            "[spec.paramKind.apiVersion: Invalid value: \"a/b/c\": unexpected GroupVersion string: a/b/c, spec.paramKind.kind: \
             Invalid value: \"X Y\": may have mixed case, but should otherwise match: a DNS-1035 label must consist of lower \
             case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character \
             (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')]",
        ),
    ] {
        assert_eq!(of_policy(rest), expected, "{rest}");
    }
}

#[test]
fn params_are_known_only_with_a_kind() {
    let said = of_policy("validations: [{expression: params.x == 1}]");
    assert!(said.contains("undeclared reference to 'params' (in container '')"), "{said}");
    let said = of_policy(
        "matchConditions: [{name: c, expression: variables.x}]\nvariables: [{name: x, expression: 'true'}]\nvalidations: [{expression: 'true'}]",
    );
    assert!(said.contains("undeclared reference to 'variables' (in container '')"), "{said}");
}

#[test]
fn rules_and_selectors() {
    let with = |constraints: &str| {
        let text = policy(FALSE);
        let (head, rest) = text.split_once("  matchConstraints:").unwrap();
        let (_, tail) = rest.split_once("  validations:").unwrap();
        let made = format!("{head}  matchConstraints: {constraints}\n  validations:{tail}");
        refused(&made).join("|")
    };
    let rule = |rest: &str| format!("{{resourceRules: [{{apiGroups: [''], apiVersions: [v1], {rest}}}]}}");
    for (constraints, expected) in [
        ("{}".to_owned(), "spec.matchConstraints.resourceRules: Required value"),
        (
            rule("resources: [pods], operations: [READ]"),
            "spec.matchConstraints.resourceRules[0].operations[0]: Unsupported value: \"READ\": supported values: \"*\", \
             \"CONNECT\", \"CREATE\", \"DELETE\", \"UPDATE\"",
        ),
        (
            rule("resources: [pods], operations: ['*', CREATE]"),
            "spec.matchConstraints.resourceRules[0].operations: Invalid value: [\"*\",\"CREATE\"]: if '*' is present, must not \
             specify other operations",
        ),
        (
            rule("resources: [pods/*, pods/exec], operations: [CREATE]"),
            "spec.matchConstraints.resourceRules[0].resources[1]: Invalid value: \"pods/exec\": if 'pods/*' is present, must \
             not specify pods/exec",
        ),
        (
            rule("resources: ['*', pods], operations: [CREATE]"),
            "spec.matchConstraints.resourceRules[0].resources: Invalid value: [\"*\",\"pods\"]: if '*' is present, must not \
             specify other resources without subresources",
        ),
        (
            rule("resources: [pods], operations: [CREATE], resourceNames: [a, a], scope: Some"),
            "[spec.matchConstraints.resourceRules[0].resourceNames[1]: Duplicate value: \"a\", \
             spec.matchConstraints.resourceRules[0].scope: Unsupported value: \"Some\": supported values: \"*\", \"Cluster\", \
             \"Namespaced\"]",
        ),
        (
            "{resourceRules: [{apiGroups: [], apiVersions: [''], resources: [], operations: []}], matchPolicy: Loose}".to_owned(),
            "[spec.matchConstraints.matchPolicy: Unsupported value: \"Loose\": supported values: \"Equivalent\", \"Exact\", \
             spec.matchConstraints.resourceRules[0].operations: Required value, \
             spec.matchConstraints.resourceRules[0].apiGroups: Required value, \
             spec.matchConstraints.resourceRules[0].apiVersions[0]: Required value, \
             spec.matchConstraints.resourceRules[0].resources: Required value]",
        ),
    ] {
        assert_eq!(with(&constraints), expected, "{constraints}");
    }
    let selector = "{resourceRules: [{apiGroups: [''], apiVersions: [v1], resources: [pods], operations: [CREATE]}], \
                    objectSelector: {matchExpressions: [{key: a, operator: In}, {key: a, operator: Exists, values: [x]}, \
                    {key: a, operator: Sometimes}]}}";
    assert_eq!(
        with(selector),
        "[spec.matchConstraints.objectSelector.matchExpressions[0].values: Required value: must be specified when `operator` is \
         'In' or 'NotIn', spec.matchConstraints.objectSelector.matchExpressions[1].values: Forbidden: may not be specified when \
         `operator` is 'Exists' or 'DoesNotExist', spec.matchConstraints.objectSelector.matchExpressions[2].operator: Invalid \
         value: \"Sometimes\": not a valid selector operator]"
    );
}

#[test]
fn fields_of_bindings() {
    for (binding, expected) in [
        ("", "spec.validationActions: Required value: at least one validation action is required"),
        (
            "validationActions: [Deny, Warn]",
            "spec.validationActions: Invalid value: [\"Deny\",\"Warn\"]: must not contain both Deny and Warn (repeating the same \
             validation failure information in the API response and headers serves no purpose)",
        ),
        (
            "validationActions: [Audit, Audit, Shout]",
            "[spec.validationActions[1]: Duplicate value: \"Audit\", spec.validationActions[2]: Unsupported value: \"Shout\": \
             supported values: \"Audit\", \"Deny\", \"Warn\"]",
        ),
        (
            "validationActions: [Deny]\nparamRef: {name: a, selector: {}}",
            "[spec.paramRef.name: Forbidden: name and selector are mutually exclusive, spec.paramRef.selector: Forbidden: name \
             and selector are mutually exclusive, spec.paramRef.parameterNotFoundAction: Required value]",
        ),
        (
            "validationActions: [Deny]\nparamRef: {parameterNotFoundAction: Maybe}",
            "[spec.paramRef: Required value: one of name or selector must be specified, spec.paramRef.parameterNotFoundAction: \
             Unsupported value: \"Maybe\": supported values: \"Deny\", \"Allow\"]",
        ),
    ] {
        let mut all = refused(&bound(FALSE, binding));
        assert_eq!(all.len(), 1, "{binding}: {all:?}");
        assert_eq!(all.remove(0), expected, "{binding}");
    }
}

#[test]
fn what_is_not_of_its_type_is_not_decoded() {
    let all = refused(&policy("validations: [{expression: true}]"));
    assert_eq!(
        all,
        [
            "ValidatingAdmissionPolicy \"p\" cannot be decoded: spec.validations[0].expression: expected a text, found a bool"
        ]
    );
}

#[test]
fn the_first_of_two_of_one_name_counts() {
    let text = policy(FALSE);
    let again = text.split("---").next().unwrap();
    let cluster = Cluster::new(&format!("{text}\n---\n{again}"));
    assert_eq!(cluster.problems.len(), 1);
    assert_eq!(cluster.ask(&ASK).denials.len(), 1);
}

#[test]
fn what_does_nothing_is_told() {
    let text = policy(FALSE).replace("policyName: p", "policyName: other");
    let cluster = Cluster::new(&text);
    assert_eq!(cluster.problems.len(), 1);
    assert_eq!(
        cluster.problems[0].message,
        "ValidatingAdmissionPolicyBinding `b` names policy `other`, which is not here"
    );
    let cluster = Cluster::new(&policy("validation: []\nvalidations: [{expression: 'false', messege: x}]"));
    let messages: Vec<&str> = cluster.problems.iter().map(|problem| problem.message.as_str()).collect();
    assert_eq!(
        messages,
        [
            "ValidatingAdmissionPolicy `p`: `spec.validation` is an unknown field, which the API server drops",
            "ValidatingAdmissionPolicy `p`: `spec.validations[0].messege` is an unknown field, which the API server drops",
        ]
    );
    assert_eq!(cluster.ask(&ASK).denials.len(), 1);
}
