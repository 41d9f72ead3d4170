//! `seawall policy` as a user meets it.

use std::fs;

use super::{Run, seawall_in};

const POLICY: &str = include_str!("../data/policy-replicas.yaml");
const PAGE: &str = include_str!("../data/policy-replicas.md");
const WEB: &str = include_str!("../data/policy-web.yaml");

fn policy(files: &[(&str, &str)], args: &[&str]) -> Run {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let args: Vec<&str> = ["policy"].iter().chain(args).copied().collect();
    seawall_in(folder.path(), &args, b"")
}

fn run(files: &[(&str, &str)], args: &[&str]) -> Run {
    let args: Vec<&str> = ["run", "replicas.yaml", "web.yaml"].iter().chain(args).copied().collect();
    policy(files, &args)
}

#[test]
fn the_walk_shows_the_files_that_it_runs() {
    let walk = include_str!("../../../../docs/policy.md");
    assert!(walk.contains(&format!("```yaml\n{POLICY}```\n")));
    assert!(walk.contains(&format!("````markdown\n{PAGE}````\n")));
}

#[test]
fn a_policy_is_a_check_in_every_report() {
    let files = [("replicas.yaml", POLICY), ("web.yaml", WEB)];
    let json = run(&files, &["-o", "json"]);
    assert_eq!(json.code, 1, "{}", json.err);
    let report = json.json();
    let finding = &report["findings"][0];
    assert_eq!(finding["check"], "admission-policy/replicas");
    assert_eq!(finding["severity"], "high");
    assert_eq!(finding["message"], "two replicas are needed, there is 1");
    assert_eq!(finding["locations"][0]["line"], 11);
    assert_eq!(report["findings"].as_array().unwrap().len(), 1);
    let sarif = run(&files, &["-o", "sarif"]).json();
    assert_eq!(sarif["runs"][0]["results"][0]["ruleId"], "admission-policy/replicas");
    assert_eq!(run(&files, &["--fail-on", "critical"]).code, 0);
}

#[test]
fn a_waiver_covers_a_policy() {
    for check in ["admission-policy/replicas", "admission-policy/*", "\"*\""] {
        let waiver = format!(
            "waivers:\n- check: {check}\n  name: web\n  owner: shop\n  reason: it is a cache\n  until: 2999-01-01\n"
        );
        let waived =
            run(&[("replicas.yaml", POLICY), ("web.yaml", WEB), ("seawall-waivers.yaml", &waiver)], &[]);
        assert_eq!(waived.code, 0, "{check}: {}{}", waived.out, waived.err);
        assert!(waived.out.contains("1 waived"), "{}", waived.out);
    }
}

#[test]
fn what_is_not_known_is_not_a_pass() {
    let web = WEB.replace("{name: shop, labels: {tier: production}}", "{name: other}");
    let files = [("replicas.yaml", POLICY), ("web.yaml", web.as_str())];
    let strict = run(&files, &["--strict", "-o", "json"]);
    assert_eq!(strict.code, 3, "{}", strict.err);
    let reason = strict.json()["not_evaluated"][0]["reason"].to_string();
    assert!(reason.contains("namespace `shop`"), "{reason}");
}

#[test]
fn a_policy_that_the_api_server_refuses_is_an_error_with_its_line() {
    let broken = POLICY.replace("variables.replicas >= 2", "variables.replica >= 2");
    let refused = run(&[("replicas.yaml", &broken), ("web.yaml", WEB)], &[]);
    assert_eq!(refused.code, 2, "{}", refused.out);
    assert!(refused.err.contains("replicas.yaml:"), "{}", refused.err);
    assert!(refused.err.contains("undefined field 'replica'"), "{}", refused.err);
    let (policy_only, _) = POLICY.split_once("---\n").unwrap();
    let unbound = run(&[("replicas.yaml", policy_only), ("web.yaml", WEB)], &[]);
    assert_eq!(unbound.code, 2, "{}", unbound.out);
    assert!(unbound.err.contains("policy `replicas` has no binding"), "{}", unbound.err);
}

/// Runs, lints and previews the policies of a folder `pol`, which holds a good one beside `other.yaml`.
fn beside(other: &str) -> [Run; 3] {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("pol")).unwrap();
    for (name, text) in [("pol/replicas.yaml", POLICY), ("pol/other.yaml", other), ("web.yaml", WEB)] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let ask = |args: &[&str]| seawall_in(folder.path(), args, b"");
    [
        ask(&["policy", "run", "pol", "web.yaml", "--fail-on", "none"]),
        ask(&["policy", "lint", "pol", "--fail-on", "none"]),
        ask(&["admit", "preview", "web.yaml", "--policies", "pol"]),
    ]
}

#[test]
fn a_set_of_rules_with_a_hole_judges_nothing() {
    let dup = POLICY.replace(">= 2", ">= 1");
    let version = POLICY.replace("k8s.io/v1", "k8s.io/v1beta2").replace(": replicas\n", ": newer\n");
    for (other, told) in [
        ("kind: A\n  b: c\n", "pol/other.yaml:2:4: error: "),
        (
            "apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {name: a}\n",
            "pol/other.yaml:2:1: error: kind `ClusterPolicy` of `kyverno.io/v1` is no policy that is understood here; \
             Kyverno's kinds are not: write it as a ValidatingAdmissionPolicy",
        ),
        (
            "apiVersion: policy.sigstore.dev/v1beta1\nkind: ClusterImagePolicy\nmetadata: {name: a}\n",
            "policies over images go to `--image-policies`",
        ),
        (
            "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicyBindng\nmetadata: {name: a}\n",
            "pol/other.yaml:2:1: error: kind `ValidatingAdmissionPolicyBindng` of `admissionregistration.k8s.io/v1` is no \
             policy that is understood here; did you mean `ValidatingAdmissionPolicyBinding`?",
        ),
        (
            &dup,
            "pol/replicas.yaml:4:3: error: ValidatingAdmissionPolicy `replicas` is here twice, the other one in \
             `pol/other.yaml` (line 1)",
        ),
        (
            &dup,
            "ValidatingAdmissionPolicyBinding `replicas` is here twice, the other one in `pol/other.yaml`",
        ),
        (
            &format!(
                "{LABELS}---\napiVersion: constraints.gatekeeper.sh/v1beta1\nkind: OwnerLabel\nmetadata: {{name: deployments}}\n"
            ),
            "error: OwnerLabel `deployments` is here twice, the other one in `pol/other.yaml`",
        ),
    ] {
        for ran in beside(other) {
            assert_eq!(ran.code, 2, "{other}: {}{}", ran.out, ran.err);
            assert!(ran.err.contains(told), "{told}: {}", ran.err);
        }
    }
    let [run, lint, _] = beside(&version);
    assert_eq!(run.code, 2, "{}{}", run.out, run.err);
    for said in [run.err, lint.out] {
        assert!(
            said.contains("apiVersion: Unsupported value: \"admissionregistration.k8s.io/v1beta2\""),
            "{said}"
        );
    }
}

#[test]
fn what_accompanies_policies_is_taken() {
    let around = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata: \
                  {name: a}\n---\napiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingWebhookConfiguration\nmetadata: \
                  {name: a}\n---\nanything: else\n";
    let [run, lint, preview] = beside(around);
    assert_eq!((run.code, lint.code, preview.code), (0, 0, 0), "{}{}{}", run.err, lint.err, preview.err);
}

#[test]
fn what_was_not_judged_is_no_verdict() {
    let web = WEB.replace("{name: shop, labels: {tier: production}}", "{name: other}");
    let only = format!("apiVersion: apps/v1{}", web.split_once("apiVersion: apps/v1").unwrap().1);
    let report = run(&[("replicas.yaml", POLICY), ("web.yaml", &only)], &["-o", "json"]).json();
    assert_eq!(report["coverage"]["evaluated"], 0, "{report}");
    assert_eq!(report["coverage"]["not_evaluated"], 1, "{report}");
}

#[test]
fn no_case_of_a_page_is_lost() {
    let missing = PAGE.replace("[replicas.yaml]", "[replicas.yaml, nope.yaml]");
    let misspelt = PAGE.replace("```yaml deny", "```yaml denied");
    for (page, told) in [
        (missing, "page.md:1:1: error: `policies` names `nope.yaml`, which cannot be read"),
        (misspelt, "page.md:18:1: error: `yaml denied` is no fence that is known; did you mean `deny`?"),
    ] {
        let ran = policy(&[("replicas.yaml", POLICY), ("page.md", &page)], &["test"]);
        assert_eq!(ran.code, 2, "{}", ran.out);
        assert!(ran.err.contains(told), "{told}: {}", ran.err);
        assert_eq!(ran.out, "");
    }
}

#[test]
fn a_page_that_does_not_hold_fails() {
    let wrong = PAGE.replace("```yaml allow", "```yaml deny");
    let failed = policy(&[("replicas.yaml", POLICY), ("wrong.md", &wrong)], &["test", "--quiet"]);
    assert_eq!(failed.code, 1, "{}", failed.err);
    assert!(
        failed.out.contains("FAILS ./wrong.md:27 Two are enough (deny)\n      it is allowed\n"),
        "{}",
        failed.out
    );
    assert!(failed.out.ends_with("2 cases hold, 2 fail, on 1 page\n"), "{}", failed.out);
    let json = policy(&[("replicas.yaml", POLICY), ("wrong.md", &wrong)], &["test", "-o", "json"]).json();
    assert_eq!(json["schema"], "seawall.dev/policy-test/v1");
    assert_eq!(json["pages"][0]["cases"][0]["holds"], true);
    assert_eq!(json["pages"][0]["cases"][1]["faults"][0], "it is allowed");
}

#[test]
fn a_page_that_is_not_understood_proves_nothing() {
    for (page, told) in [
        (
            "```yaml deny when=now\nkind: Pod\n```\n",
            "page.md:1:1: error: `when=now` says nothing about a request",
        ),
        ("# Nothing\n", "no page says what is expected"),
        ("```yaml deny\napiVersion: v1\nkind: Pod\nmetadata: {name: a}\n```\n", "no policy is in force"),
    ] {
        let run = policy(&[("page.md", page)], &["test", "page.md"]);
        assert_eq!(run.code, 2, "{}", run.out);
        assert!(run.err.contains(told), "{}", run.err);
    }
    assert_eq!(policy(&[], &["test"]).code, 2);
}

#[test]
fn checks_become_policies_that_say_the_same() {
    let generated = policy(&[], &["generate", "pod-privileged", "--mode", "enforce", "--except", "infra"]);
    assert_eq!(generated.code, 0, "{}", generated.err);
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: shop}\nspec:\n  containers:\n  - name: c\n    image: x\n    securityContext: {privileged: true}\n";
    let namespace = "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {kubernetes.io/metadata.name: shop}}\n";
    let files = [("generated.yaml", generated.out.as_str()), ("pod.yaml", &format!("{pod}{namespace}"))];
    let judged = policy(&files, &["run", "generated.yaml", "pod.yaml", "-o", "json"]);
    assert_eq!(judged.code, 1, "{}{}", judged.out, judged.err);
    let finding = &judged.json()["findings"][0];
    assert_eq!(finding["check"], "admission-policy/seawall-pod-privileged");
    let native =
        seawall_in(tempfile::tempdir().unwrap().path(), &["scan", "-", "-o", "json"], pod.as_bytes());
    let native = native.json();
    let same = native["findings"].as_array().unwrap().iter().find(|own| own["check"] == "pod-privileged");
    let message = same.unwrap()["message"].as_str().unwrap();
    assert_eq!(finding["message"], format!("pod-privileged: {message}"));
    assert_eq!(finding["locations"][0]["route"], "spec.containers");
}

const LINTED: &str = include_str!("../data/policy-lint.yaml");

#[test]
fn mistakes_in_policies_are_findings() {
    let files = [("no-root.yaml", LINTED)];
    let json = policy(&files, &["lint", "no-root.yaml", "-o", "json"]);
    assert_eq!(json.code, 1, "{}", json.err);
    let report = json.json();
    let ids: Vec<&str> =
        report["findings"].as_array().unwrap().iter().map(|own| own["check"].as_str().unwrap()).collect();
    for id in ["always-true", "fails-on-valid-object", "field-dropped", "field-unknown"] {
        assert!(ids.contains(&format!("admission-lint/{id}").as_str()), "{id}: {ids:?}");
    }
    let sarif = policy(&files, &["lint", "no-root.yaml", "-o", "sarif"]).json();
    assert_eq!(sarif["runs"][0]["results"].as_array().unwrap().len(), ids.len());
    let waiver = "waivers:\n- check: admission-lint/*\n  name: no-root\n  owner: shop\n  reason: being rewritten\n  until: 2999-01-01\n";
    let files = [("no-root.yaml", LINTED), ("seawall-waivers.yaml", waiver)];
    let waived = policy(&files, &["lint", "no-root.yaml"]);
    assert_eq!(waived.code, 0, "{}{}", waived.out, waived.err);
    assert_eq!(policy(&files, &["lint", "seawall-waivers.yaml"]).code, 2);
}

#[test]
fn what_stands_around_policies_is_known_and_not_judged() {
    const POLICY: &str = "apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: gadgets}
spec:
  matchConstraints: {resourceRules: [{apiGroups: [example.com], apiVersions: [v1], operations: [CREATE], resources: [gadgets]}]}
  validations: [{expression: '!has(object.spec.colour)', message: wrong}]
";
    const AROUND: &str = "apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: gadgets.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: gadgets, kind: Gadget}
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {color: {type: string}}}}}}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: gadgets}
spec: {policyName: gadgets, validationActions: [Deny, Warn]}
";
    let files = [("policy.yaml", POLICY), ("around.yaml", AROUND)];
    let alone = policy(&files, &["lint", "policy.yaml"]);
    assert_eq!(alone.code, 0, "{}", alone.out);
    assert!(alone.out.contains("admission-lint/policy-without-binding"), "{}", alone.out);
    let known = policy(&files, &["lint", "policy.yaml", "-f", "around.yaml"]);
    assert_eq!(known.code, 1, "{}{}", known.out, known.err);
    assert!(known.out.contains("did you mean `color`?"), "{}", known.out);
    assert!(!known.out.contains("without-binding") && !known.out.contains("refused"), "{}", known.out);
}

#[test]
fn what_no_policy_can_say_is_told() {
    let idle = policy(&[], &["generate", "image-registry-not-allowed"]);
    assert!(idle.code == 2 && idle.err.contains("never fails while `checks."), "{}", idle.err);
    let none = policy(&[], &["generate", "rbac-escalate-verb-nothing"]);
    assert_eq!(none.code, 2);
    let list = policy(&[], &["generate", "--list"]);
    assert_eq!(list.code, 0, "{}", list.err);
    assert!(
        list.out.lines().any(|line| line.starts_with("pod-privileged ") && line.contains(" yes")),
        "{}",
        list.out
    );
    assert!(list.out.lines().any(|line| line.contains(" no: ")), "{}", list.out);
    let all = policy(&[], &["generate", "all"]);
    assert_eq!(all.code, 0, "{}", all.err);
    assert!(all.err.contains("`seawall policy generate --list` says why"), "{}", all.err);
    let level = policy(&[], &["generate", "pss:privileged"]);
    assert!(level.err.contains("`pss:baseline` or `pss:restricted`"), "{}", level.err);
}

const MUTATION: &str = "# Pods get a seccomp profile

```yaml policy
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicy
metadata: {name: seccomp}
spec:
  reinvocationPolicy: Never
  matchConstraints:
    resourceRules: [{apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [pods]}]
  mutations:
    - patchType: ApplyConfiguration
      applyConfiguration:
        expression: \"Object{spec: Object.spec{securityContext: Object.spec.securityContext{seccompProfile: Object.spec.securityContext.seccompProfile{type: 'RuntimeDefault'}}}}\"
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicyBinding
metadata: {name: seccomp}
spec: {policyName: seccomp}
---
apiVersion: v1
kind: Namespace
metadata: {name: shop}
```

## A pod without one

```yaml mutate
apiVersion: v1
kind: Pod
metadata: {name: a, namespace: shop}
spec: {containers: [{name: c, image: x}]}
```

```yaml becomes
apiVersion: v1
kind: Pod
metadata: {name: a, namespace: shop}
spec:
  securityContext: {seccompProfile: {type: RuntimeDefault}}
  containers: [{name: c, image: x}]
```
";

#[test]
fn a_page_shows_what_a_policy_changes() {
    let holds = policy(&[("page.md", MUTATION)], &["test", "page.md"]);
    assert_eq!(holds.code, 0, "{}{}", holds.out, holds.err);
    let other = MUTATION.replace("  securityContext: {seccompProfile: {type: RuntimeDefault}}\n", "");
    let fails = policy(&[("page.md", &other)], &["test", "page.md"]);
    assert_eq!(fails.code, 1, "{}{}", fails.out, fails.err);
    assert!(fails.out.contains("it becomes something else:"), "{}", fails.out);
    assert!(fails.out.contains("type: RuntimeDefault"), "{}", fails.out);
}

const LABELS: &str = include_str!("../data/gatekeeper-labels.yaml");

#[test]
fn a_constraint_of_gatekeeper_is_a_check_in_every_report() {
    let walk = include_str!("../../../../docs/policy-gatekeeper.md");
    assert!(walk.contains(&format!("```yaml\n{LABELS}```\n")));
    let files = [("labels.yaml", LABELS), ("web.yaml", WEB)];
    let json = policy(&files, &["run", "labels.yaml", "web.yaml", "-o", "json"]);
    assert_eq!(json.code, 1, "{}", json.err);
    let report = json.json();
    assert_eq!(report["findings"][0]["check"], "gatekeeper/OwnerLabel/deployments");
    assert_eq!(report["findings"][0]["message"], "label `owner` is missing");
    assert_eq!(report["findings"].as_array().unwrap().len(), 1);
    let sarif = policy(&files, &["run", "labels.yaml", "web.yaml", "-o", "sarif"]).json();
    assert_eq!(sarif["runs"][0]["results"][0]["ruleId"], "gatekeeper/OwnerLabel/deployments");
    for check in ["gatekeeper/OwnerLabel/deployments", "admission-policy/*"] {
        let waiver = format!(
            "waivers:\n- check: {check}\n  name: web\n  owner: shop\n  reason: it is ours\n  until: 2999-01-01\n"
        );
        let files = [("labels.yaml", LABELS), ("web.yaml", WEB), ("seawall-waivers.yaml", waiver.as_str())];
        let waived = policy(&files, &["run", "labels.yaml", "web.yaml"]);
        assert_eq!(waived.code, 0, "{check}: {}{}", waived.out, waived.err);
    }
}

#[test]
fn a_page_tests_templates_of_gatekeeper() {
    let page = "---\npolicies: [labels.yaml]\n---\n# Owners\n\n## None\n\n```yaml deny\napiVersion: apps/v1   # message: \
                [deployments] label `owner` is missing\nkind: Deployment\nmetadata: {name: web, namespace: shop}\nspec: \
                {}\n```\n\n## One\n\n```yaml allow\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop, \
                labels: {owner: shop}}\nspec: {}\n```\n";
    let ran = policy(&[("labels.yaml", LABELS), ("owners.md", page)], &["test", "owners.md"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("2 cases hold, 0 fail"), "{}", ran.out);
}

/// What an API server says of a kind that is not Kubernetes' own.
const GAUGES: &str = r##"{"openapi": "3.0.0",
 "paths": {"/apis/gauges.example.com/v1/namespaces/{namespace}/gauges": {"post": {
  "x-kubernetes-group-version-kind": {"group": "gauges.example.com", "version": "v1", "kind": "Gauge"}}}},
 "components": {"schemas": {"com.example.Gauge": {"type": "object",
  "x-kubernetes-group-version-kind": [{"group": "gauges.example.com", "version": "v1", "kind": "Gauge"}],
  "properties": {"metadata": {"$ref": "#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"},
   "spec": {"type": "object", "properties": {"mode": {"type": "string"}}}}}}}}"##;

const MODES: &str = "apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: modes}
spec:
  matchConstraints: {resourceRules: [{apiGroups: [gauges.example.com], apiVersions: [v1], operations: [CREATE], resources: [gauges]}]}
  validations: [{expression: object.spec.mood == 'auto', message: it must be auto}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: modes}
spec: {policyName: modes, validationActions: [Deny]}
";

#[test]
fn an_openapi_document_among_files_describes_its_kinds() {
    let policies = ("modes.yaml", MODES);
    let document = ("gauges.json", GAUGES);
    let known = policy(&[policies, document], &["lint", "modes.yaml", "-f", "gauges.json"]);
    assert!(known.out.contains("`mood` is no field"), "{}{}", known.out, known.err);
    let unknown = policy(&[policies], &["lint", "modes.yaml"]);
    assert!(!unknown.out.contains("`mood` is no field"), "{}{}", unknown.out, unknown.err);

    let gauge = (
        "gauge.yaml",
        "{apiVersion: gauges.example.com/v1, kind: Gauge, metadata: {name: a, namespace: b}, spec: {mode: x}}\n",
    );
    let mended = MODES.replace("mood", "mode");
    let policies = ("modes.yaml", mended.as_str());
    let known = policy(&[policies, document, gauge], &["run", "modes.yaml", "gauge.yaml", "gauges.json"]);
    assert!(known.out.contains("it must be auto"), "{}{}", known.out, known.err);
    let unknown = policy(&[policies, gauge], &["run", "modes.yaml", "gauge.yaml"]);
    assert!(unknown.out.contains("nothing tells the resource of `Gauge`"), "{}{}", unknown.out, unknown.err);
}
