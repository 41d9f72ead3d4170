mod changes;
mod kept;
mod order;
mod refusals;

use crate::vap::cluster::{ASK, Ask, Cluster};
use seawall_policy::admission::{Decision, Denial};

/// A policy on new and changed objects of a resource, with this rest of its spec, and a binding.
fn policy(name: &str, resource: &str, rest: &str) -> String {
    let (group, resource) = resource.split_once('/').unwrap_or(("", resource));
    format!(
        r"
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicy
metadata: {{name: {name}}}
spec:
  reinvocationPolicy: Never
  matchConstraints:
    resourceRules:
    - {{apiGroups: ['{group}'], apiVersions: [v1], resources: [{resource}], operations: [CREATE, UPDATE]}}
  {}
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicyBinding
metadata: {{name: {name}-b}}
spec: {{policyName: {name}}}
---
",
        rest.trim().replace('\n', "\n  ")
    )
}

fn apply(expression: &str) -> String {
    format!(
        "mutations:\n- patchType: ApplyConfiguration\n  applyConfiguration: {{expression: \"{expression}\"}}"
    )
}

fn patch(expression: &str) -> String {
    format!("mutations:\n- patchType: JSONPatch\n  jsonPatch: {{expression: \"{expression}\"}}")
}

fn mutate(text: &str, ask: &Ask<'_>) -> Decision {
    let cluster = Cluster::new(text);
    assert_eq!(cluster.refusals(), Vec::<String>::new());
    cluster.with_request(ask, |request, world| cluster.policies.mutate(request, world))
}

/// The changed object as JSON; empty when nothing changed it.
fn object(decision: &Decision) -> String {
    let mut out = String::new();
    if let Some(object) = &decision.object {
        object.root().write_json(&mut out);
    }
    out
}

/// What a policy makes of the usual ConfigMap.
fn made(rest: &str) -> String {
    let decision = mutate(&policy("p", "configmaps", rest), &ASK);
    assert!(decision.denials.is_empty(), "{:?}", decision.denials);
    object(&decision)
}

/// Why a policy does not change the usual ConfigMap.
fn failed(rest: &str) -> (u16, &'static str, String) {
    let decision = mutate(&policy("p", "configmaps", rest), &ASK);
    let denial = |denial: &Denial| (denial.code, denial.reason.name(), denial.message.clone());
    decision.denials.first().map(denial).unwrap_or_default()
}
