//! For each rule: a text in which it fires, one in which it does not, and the field that it points at.

use super::{pods, policy, spec, unbound, validation};

type Text = fn() -> String;

const EXPRESSION: &str = "spec.validations[0].expression";

/// What pods-templates look like to a validation.
fn templates(resources: &str, groups: &str) -> String {
    policy(
        "[CREATE, UPDATE]",
        groups,
        resources,
        &validation("object.spec.template.spec.containers.all(c, c.image != \"\")"),
    )
}

fn rules(rules: &str) -> String {
    spec(&format!(
        "matchConstraints: {{resourceRules: [{rules}]}}\n  {}",
        validation("object.metadata.name != \"x\"")
    ))
}

fn params(kind: &str, expression: &str, reference: &str) -> String {
    let text = policy("[CREATE]", "\"\"", "pods", &format!("{kind}{}", validation(expression)));
    text.replace("validationActions: [Deny]", &format!("validationActions: [Deny]{reference}"))
}

const KIND: &str = "paramKind: {apiVersion: v1, kind: ConfigMap}\n  ";
const READS: &str = "object.metadata.name != params.metadata.name";
const REFERENCE: &str = ", paramRef: {name: c, namespace: d, parameterNotFoundAction: Deny}";

/// A validation that compares every item of some list of variables of containers with every other.
fn quadratic(list: &str) -> String {
    pods(&format!("!object.spec.containers.exists(c, object.spec.containers.exists(d, {list}))"))
}

fn matched(own: &str, binding: &str) -> String {
    let text = policy("[CREATE]", "\"\"", "pods", &validation("object.metadata.name != \"x\""));
    text.replace("matchConstraints: {", &format!("matchConstraints: {{{own}, ")).replace(
        "validationActions: [Deny]",
        &format!("validationActions: [Deny], matchResources: {{{binding}}}"),
    )
}

fn whole(selector: &str) -> String {
    spec(&format!(
        "matchConstraints: {{{selector}resourceRules: [{{apiGroups: [\"*\"], apiVersions: [\"*\"], operations: [\"*\"], resources: [\"*\"]}}]}}\n  {}",
        validation("request.operation == \"DELETE\" || object.metadata.name != \"x\"")
    ))
}

pub(super) const CASES: [(&str, Text, Text, &str); 30] = [
    (
        "always-false",
        || pods("object.kind == \"pod\""),
        || pods("object.metadata.name == \"pod\""),
        EXPRESSION,
    ),
    (
        "always-true",
        || pods("size(object.spec.containers) >= 0"),
        || pods("size(object.spec.containers) >= 2"),
        EXPRESSION,
    ),
    (
        "binding-never-matches",
        || matched("objectSelector: {matchLabels: {a: b}}", "objectSelector: {matchLabels: {a: c}}"),
        || matched("objectSelector: {matchLabels: {a: b}}", "objectSelector: {matchLabels: {d: c}}"),
        "spec.matchResources.objectSelector",
    ),
    (
        "binding-without-policy",
        || pods("false").replace("policyName: p", "policyName: q"),
        || pods("false"),
        "spec.policyName",
    ),
    (
        "can-lock-cluster",
        || whole(""),
        || {
            whole(
                "namespaceSelector: {matchExpressions: [{key: kubernetes.io/metadata.name, operator: NotIn, values: [kube-system, kube-node-lease]}]}, ",
            )
        },
        "spec.matchConstraints",
    ),
    (
        "cost-near-limit",
        || quadratic("c.env.exists(e, d.env.exists(f, e.name + f.name == \"x\"))"),
        || quadratic("c.name + d.name == \"x\""),
        EXPRESSION,
    ),
    (
        "exact-match-bypass",
        || exact("Exact"),
        || exact("Equivalent"),
        "spec.matchConstraints.resourceRules[0].apiVersions",
    ),
    (
        "fails-on-valid-object",
        || pods("object.spec.hostNetwork == false"),
        || pods("object.spec.?hostNetwork.orValue(false) == false"),
        EXPRESSION,
    ),
    (
        "field-dropped",
        || pods("false").replace("matchConstraints: {", "matchConstraints: {namespaceSelectors: {}, "),
        || pods("false").replace("matchConstraints: {", "matchConstraints: {namespaceSelector: {}, "),
        "spec.matchConstraints.namespaceSelectors",
    ),
    (
        "field-unknown",
        || pods("!has(object.spec.securityContxt)"),
        || pods("!has(object.spec.securityContext)"),
        EXPRESSION,
    ),
    (
        "matches-nothing",
        || conditions("request.operation == \"DELETE\""),
        || conditions("request.operation == \"CREATE\""),
        "spec.matchConditions[0].expression",
    ),
    (
        "message-fails",
        || message("\"on \" + object.spec.nodeName"),
        || message("\"on \" + object.spec.?nodeName.orValue(\"no node\")"),
        "spec.validations[0].messageExpression",
    ),
    (
        "message-missing",
        || pods("false").replace(", message: wrong", ""),
        || pods("false"),
        "spec.validations[0].message",
    ),
    (
        "object-on-delete",
        || policy("[UPDATE, DELETE]", "\"\"", "pods", &validation("object.metadata.name != \"x\"")),
        || {
            policy(
                "[UPDATE, DELETE]",
                "\"\"",
                "pods",
                &validation("object == null || object.metadata.name != \"x\""),
            )
        },
        EXPRESSION,
    ),
    (
        "old-object-on-create",
        || pods("oldObject.metadata.name != \"x\""),
        || pods("oldObject == null || oldObject.metadata.name != \"x\""),
        EXPRESSION,
    ),
    (
        "param-kind-unused",
        || params(KIND, "object.metadata.name != \"x\"", REFERENCE),
        || params(KIND, READS, REFERENCE),
        "spec.paramKind",
    ),
    (
        "param-missing-allowed",
        || params(KIND, READS, &REFERENCE.replace("Action: Deny", "Action: Allow")),
        || params(KIND, READS, REFERENCE),
        "spec.paramRef.parameterNotFoundAction",
    ),
    ("param-unset", || params(KIND, READS, ""), || params(KIND, READS, REFERENCE), "spec.paramRef"),
    (
        "param-unused",
        || params("", "object.metadata.name != \"x\"", REFERENCE),
        || params("", "object.metadata.name != \"x\"", ""),
        "spec.paramRef",
    ),
    (
        "pods-missed",
        || templates("deployments", "apps"),
        || {
            templates("deployments", "apps")
                + "---\n"
                + &pods("false").replace("{name: p}", "{name: q}").replace("{name: b}", "{name: c}")
        },
        "spec.matchConstraints.resourceRules",
    ),
    (
        "policy-without-binding",
        || {
            unbound(
                "matchConstraints: {resourceRules: [{apiGroups: [\"\"], apiVersions: [v1], operations: [CREATE], resources: [pods]}]}\n  validations: [{expression: \"false\", message: wrong}]",
            )
        },
        || pods("false"),
        "metadata.name",
    ),
    (
        "refused",
        || pods("false").replace("[Deny]", "[Deny, Warn]"),
        || pods("false").replace("[Deny]", "[Deny, Audit]"),
        "spec.validationActions",
    ),
    (
        "resource-unknown",
        || policy("[CREATE]", "\"\"", "pod", &validation("false")),
        || policy("[CREATE]", "\"\"", "pods", &validation("false")),
        "spec.matchConstraints.resourceRules[0].resources[0]",
    ),
    (
        "rule-excluded",
        || {
            pods("false").replace("matchConstraints: {", "matchConstraints: {excludeResourceRules: [{apiGroups: [\"\"], apiVersions: [\"*\"], operations: [\"*\"], resources: [\"*\"]}], ")
        },
        || {
            pods("false").replace("matchConstraints: {", "matchConstraints: {excludeResourceRules: [{apiGroups: [\"\"], apiVersions: [\"*\"], operations: [CREATE], resources: [\"*\"]}], ")
        },
        "spec.matchConstraints.resourceRules[0]",
    ),
    (
        "rule-shadowed",
        || {
            rules(
                "{apiGroups: [\"\"], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [pods, services]}, {apiGroups: [\"\"], apiVersions: [v1], operations: [CREATE], resources: [pods]}",
            )
        },
        || {
            rules(
                "{apiGroups: [\"\"], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [pods, services]}, {apiGroups: [\"\"], apiVersions: [v1], operations: [CREATE], resources: [secrets]}",
            )
        },
        "spec.matchConstraints.resourceRules[1]",
    ),
    (
        "subresource-missed",
        || pods("!has(object.spec.ephemeralContainers)"),
        || {
            policy(
                "[CREATE, UPDATE]",
                "\"\"",
                "pods, pods/ephemeralcontainers",
                &validation("!has(object.spec.ephemeralContainers)"),
            )
        },
        "spec.matchConstraints.resourceRules[0].resources",
    ),
    (
        "type-warning",
        || pods("!has(object.spec.hostNetwork) || object.spec.hostNetwork == \"yes\""),
        || pods("!has(object.spec.hostNetwork) || object.spec.hostNetwork == true"),
        EXPRESSION,
    ),
    (
        "unreachable-part",
        || {
            pods(
                "object.kind == \"Deployment\" ? object.metadata.name == \"x\" : object.metadata.name == \"y\"",
            )
        },
        || {
            policy(
                "[CREATE]",
                "\"\", apps",
                "pods, deployments",
                &validation(
                    "object.kind == \"Deployment\" ? object.metadata.name == \"x\" : object.metadata.name == \"y\"",
                ),
            )
        },
        EXPRESSION,
    ),
    (
        "patch-crashes-server",
        || patch("[Object.spec.tolerations{key: \"a\"}]"),
        || patch("Object.spec.securityContext{sysctls: [Object.spec.securityContext.sysctls{name: \"a\"}]}"),
        "spec.mutations[0].jsonPatch.expression",
    ),
    ("variable-unused", || variables("true"), || variables("variables.a"), "spec.variables[0].expression"),
];

fn exact(policy_match: &str) -> String {
    let text = policy(
        "[CREATE]",
        "autoscaling",
        "horizontalpodautoscalers",
        &validation("object.metadata.name != \"x\""),
    );
    text.replace("matchConstraints: {", &format!("matchConstraints: {{matchPolicy: {policy_match}, "))
}

fn conditions(expression: &str) -> String {
    let rest =
        format!("matchConditions: [{{name: a, expression: '{expression}'}}]\n  {}", validation("false"));
    policy("[CREATE, UPDATE]", "\"\"", "pods", &rest)
}

fn patch(value: &str) -> String {
    let expression = format!("[JSONPatch{{op: \"add\", path: \"/spec/x\", value: {value}}}]");
    let mutations = format!(
        "failurePolicy: Ignore\n  reinvocationPolicy: Never\n  mutations: [{{patchType: JSONPatch, jsonPatch: {{expression: '{expression}'}}}}]"
    );
    policy("[CREATE]", "\"\"", "pods", &mutations)
        .replace("ValidatingAdmission", "MutatingAdmission")
        .replace(", validationActions: [Deny]", "")
}

fn message(expression: &str) -> String {
    pods("object.metadata.name != \"example\"")
        .replace("message: wrong", &format!("messageExpression: '{expression}'"))
}

fn variables(expression: &str) -> String {
    let rest = format!(
        "variables: [{{name: a, expression: \"object.metadata.name != 'x'\"}}]\n  {}",
        validation(expression)
    );
    policy("[CREATE]", "\"\"", "pods", &rest)
}
