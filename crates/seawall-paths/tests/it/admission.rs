//! Policies that are known to refuse pods which own their node, and what takes them away (A05, A32).

use crate::{case, check, clusterwide, model, namespaced, steps};

const CREATE: &str = "{apiGroups: [''], resources: [pods], verbs: [create]}";
const OPEN: &str = "A05 ServiceAccount/ci/bot → nodes";
const SHUT: &str = "~A05 ServiceAccount/ci/bot → nodes";

fn vap(expressions: &[&str]) -> String {
    let validations: Vec<String> =
        expressions.iter().map(|expression| format!("{{expression: \"{expression}\"}}")).collect();
    format!(
        "---\nkind: ValidatingAdmissionPolicy\napiVersion: admissionregistration.k8s.io/v1\nmetadata: {{name: base}}\n\
         spec:\n  failurePolicy: Fail\n  matchConstraints: {{resourceRules: [{{apiGroups: [''], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [pods]}}]}}\n  \
         variables: [{{name: all, expression: 'object.spec.containers + object.spec.?initContainers.orValue([])'}}]\n  validations: [{}]\n\
         ---\nkind: ValidatingAdmissionPolicyBinding\napiVersion: admissionregistration.k8s.io/v1\nmetadata: {{name: base}}\n\
         spec: {{policyName: base, validationActions: [Deny], matchResources: {{namespaceSelector: {{matchExpressions: [{{key: kubernetes.io/metadata.name, operator: NotIn, values: [kube-system]}}]}}}}}}\n",
        validations.join(", ")
    )
}

const BASELINE: &[&str] = &[
    "variables.all.all(c, c.?securityContext.?privileged.orValue(false) == false)",
    "!has(object.spec.volumes) || object.spec.volumes.all(v, !has(v.hostPath))",
    "variables.all.all(c, c.?securityContext.?capabilities.?add.orValue([]).all(x, x in ['CHOWN', 'KILL']))",
];

#[test]
fn expressions_that_forbid_what_owns_a_node() {
    let yaml = namespaced(CREATE) + &vap(BASELINE);
    check(&[
        case(yaml.clone(), SHUT, ("[Deny]", "[Warn]")),
        case(yaml.clone(), SHUT, ("failurePolicy: Fail", "failurePolicy: Ignore")),
        case(yaml.clone(), SHUT, ("values: [kube-system]", "values: [ci]")),
        case(yaml.clone(), SHUT, ("policyName: base", "policyName: other")),
        case(yaml.clone(), SHUT, ("resources: [pods]}]", "resources: [deployments]}]")),
        case(yaml.clone(), SHUT, ("'KILL'", "'SYS_ADMIN'")),
        case(yaml.clone(), SHUT, ("!has(v.hostPath)", "!has(v.nfs)")),
        case(yaml.clone(), SHUT, ("orValue(false) == false", "orValue(false) == true")),
        case(
            yaml.clone(),
            SHUT,
            ("object.spec.?initContainers.orValue([])", "object.spec.?ephemeralContainers.orValue([])"),
        ),
        case(yaml.clone(), SHUT, ("failurePolicy: Fail", "matchConditions: [{name: x, expression: 'true'}]")),
    ]);
    // A part is not enough, and is told.
    let part = model(&(namespaced(CREATE) + &vap(&BASELINE[..1])));
    let attack = part.attacks().into_iter().find(|attack| attack.primitive.id() == "A05").unwrap();
    assert!(!attack.attenuated && attack.confidence.as_str() == "high", "{attack:?}");
    assert!(attack.gates.iter().any(|gate| gate.contains("forbid only a part")), "{:?}", attack.gates);
    // What is not judged makes it less sure, as before.
    let other = model(&(namespaced(CREATE) + &vap(&["object.metadata.name != 'x'"])));
    let attack = other.attacks().into_iter().find(|attack| attack.primitive.id() == "A05").unwrap();
    assert_eq!((attack.attenuated, attack.confidence.as_str()), (false, "medium"));
}

fn kyverno(rules: &str) -> String {
    format!(
        "---\nkind: ClusterPolicy\napiVersion: kyverno.io/v1\nmetadata: {{name: base}}\nspec: {{validationFailureAction: Enforce, rules: [{rules}]}}\n"
    )
}

#[test]
fn policies_of_kyverno() {
    let level = "{name: l, match: {any: [{resources: {kinds: [Pod]}}]}, validate: {podSecurity: {level: baseline, version: latest}}}";
    let patterns = "{name: p, match: {any: [{resources: {kinds: [Pod]}}]}, validate: {pattern: {spec: {'=(initContainers)': [{'=(securityContext)': {'=(privileged)': 'false'}}], containers: [{'=(securityContext)': {'=(privileged)': 'false'}}]}}}}, \
        {name: h, match: {any: [{resources: {kinds: [Pod]}}]}, validate: {pattern: {spec: {'=(volumes)': [{'X(hostPath)': 'null'}]}}}}, \
        {name: c, match: {any: [{resources: {kinds: [Pod]}}]}, preconditions: {all: [{key: '{{ request.operation }}', operator: NotEquals, value: DELETE}]}, validate: {deny: {conditions: {all: [{key: '{{ request.object.spec.[ephemeralContainers, initContainers, containers][].securityContext.capabilities.add[] }}', operator: AnyNotIn, value: [CHOWN, KILL]}]}}}}";
    let (level, patterns) = (namespaced(CREATE) + &kyverno(level), namespaced(CREATE) + &kyverno(patterns));
    check(&[
        case(level.clone(), SHUT, ("Enforce", "Audit")),
        case(level.clone(), SHUT, ("level: baseline", "level: privileged")),
        case(level.clone(), SHUT, ("kinds: [Pod]", "kinds: [Deployment]")),
        case(level.clone(), SHUT, ("kinds: [Pod]", "kinds: [Pod], names: ['a*']")),
        case(
            level.clone(),
            SHUT,
            ("validate:", "exclude: {any: [{resources: {namespaces: ['c*']}}]}, validate:"),
        ),
        case(patterns.clone(), SHUT, ("X(hostPath)", "X(nfs)")),
        case(patterns.clone(), SHUT, ("value: [CHOWN, KILL]", "value: [CHOWN, SYS_ADMIN]")),
        case(patterns.clone(), SHUT, ("value: DELETE", "value: CREATE")),
        case(
            patterns,
            SHUT,
            (
                "containers: [{'=(securityContext)': {'=(privileged)': 'false'}}]}}}}, {name: h",
                "containers: [{'=(securityContext)': {'=(privileged)': 'true'}}]}}}}, {name: h",
            ),
        ),
    ]);
    // Kyverno leaves namespaces of the control plane out: a right in the whole cluster is not held back.
    let wide = clusterwide(CREATE)
        + "---\nkind: Namespace\napiVersion: v1\nmetadata: {name: kube-system}\n"
        + &kyverno(
            "{name: l, match: {any: [{resources: {kinds: [Pod]}}]}, validate: {podSecurity: {level: baseline}}}",
        );
    assert!(steps(&model(&wide)).contains(&OPEN.to_owned()));
}

/// A policy that can be taken away holds nobody back who may do that.
#[test]
fn policies_are_taken_away() {
    let weaken = "{apiGroups: [admissionregistration.k8s.io], resources: [validatingadmissionpolicybindings], verbs: [delete]}";
    let step = "A32 ServiceAccount/ci/bot → nodes";
    let yaml = clusterwide(&format!("{CREATE}, {weaken}")) + &vap(BASELINE);
    check(&[
        case(yaml.clone(), step, ("verbs: [delete]", "verbs: [get]")),
        // Where a level is enforced as well, or nothing refuses the pod, it is not what opens the node.
        case(
            yaml.clone(),
            step,
            (
                "metadata: {name: ci}",
                "metadata: {name: ci, labels: {pod-security.kubernetes.io/enforce: baseline}}",
            ),
        ),
        case(yaml, step, ("[Deny]", "[Audit]")),
    ]);
    // The level of the namespace is none of what refuses the pod.
    let label = "{apiGroups: [''], resources: [namespaces], verbs: [patch]}";
    let yaml = clusterwide(&format!("{CREATE}, {label}")) + &vap(BASELINE);
    assert!(!steps(&model(&yaml)).iter().any(|step| step.starts_with("A35")));
}

#[test]
fn pods_that_wait_are_bound_to_a_node_that_is_held() {
    let rules = "{apiGroups: [''], resources: [pods/binding], verbs: [create]}, {apiGroups: [''], resources: [pods], verbs: [delete]}";
    let yaml =
        namespaced(rules).replace("image: web}", "image: web, securityContext: {privileged: true}}").replace(
            "spec: {nodeName: n1, containers",
            "spec: {nodeName: n1, serviceAccountName: bot, containers",
        );
    check(&[case(yaml, "A14 ServiceAccount/ci/bot → pods of namespace ci", ("pods/binding", "pods/status"))]);
}

/// Found by the comparison with the oracle: a policy stays, whatever becomes of the level, and one kind of policy is not
/// taken away with the other.
#[test]
fn issue_policies_outlast_levels_repro() {
    let level =
        "{name: l, match: {any: [{resources: {kinds: [Pod]}}]}, validate: {podSecurity: {level: baseline}}}";
    let reaches = |yaml: &str| {
        steps(&model(yaml))
            .iter()
            .any(|step| !step.starts_with('~') && step.ends_with("ServiceAccount/ci/bot → nodes"))
    };
    const RESTRICTED: &str = "metadata: {name: ci, labels: {pod-security.kubernetes.io/enforce: restricted}}";
    let restricted = |yaml: String| yaml.replace("metadata: {name: ci}", RESTRICTED);
    let rbac = "apiGroups: [rbac.authorization.k8s.io]";
    for rules in [
        format!("{CREATE}, {{apiGroups: [''], resources: [namespaces], verbs: [patch]}}"),
        format!("{{{rbac}, resources: [roles], verbs: [escalate, update]}}"),
        format!(
            "{{{rbac}, resources: [rolebindings], verbs: [create]}}, {{{rbac}, resources: [clusterroles], verbs: [bind]}}"
        ),
    ] {
        let yaml = restricted(namespaced(&rules));
        assert!(reaches(&yaml), "{rules}");
        assert!(!reaches(&(yaml + &kyverno(level))), "{rules}");
    }
    for (native, removes_kyverno) in [(true, false), (false, true)] {
        let weaken = match native {
            true => {
                "{apiGroups: [admissionregistration.k8s.io], resources: [validatingadmissionpolicies], verbs: [delete]}"
            }
            false => "{apiGroups: [kyverno.io], resources: [clusterpolicies], verbs: [delete]}",
        };
        let yaml = clusterwide(&format!("{weaken}, {CREATE}"));
        assert_eq!(reaches(&(yaml.clone() + &kyverno(level))), removes_kyverno);
        assert_eq!(reaches(&(yaml + &vap(BASELINE))), !removes_kyverno);
    }
    // Who changes workloads passes as who makes them.
    let change = "{apiGroups: [apps], resources: [deployments], verbs: [patch]}, {apiGroups: [kyverno.io], resources: [clusterpolicies], verbs: [delete]}";
    assert!(reaches(&(clusterwide(change) + &kyverno(level))));
}
