//! How policies are installed.

use std::collections::BTreeMap;

use seawall_policy::generate::{
    ConfigMap, GenerateError, Level, Mode, OnFailure, Options, Parameter, What, generate, policies,
};
use seawall_yaml::Tree;

use super::judge::{Judge, documents};

fn check(id: &str) -> What {
    What::Check(id.to_owned())
}

/// The policy and its binding.
fn pair(what: &What, options: &Options) -> (Tree, Tree) {
    let mut trees = documents(&generate(what, options).unwrap().text);
    assert_eq!(trees.len(), 2);
    let binding = trees.pop().unwrap();
    (trees.pop().unwrap(), binding)
}

#[test]
fn modes_are_actions_and_only_what_enforces_stands_in_the_way() {
    for (mode, actions, failure) in [
        (Mode::Audit, vec!["Audit"], "Ignore"),
        (Mode::Warn, vec!["Warn", "Audit"], "Ignore"),
        (Mode::Enforce, vec!["Deny"], "Fail"),
    ] {
        let options = Options { mode, ..Options::default() };
        let (policy, binding) = pair(&check("pod-privileged"), &options);
        let spec = binding.root().get("spec").unwrap();
        let own: Vec<&str> = spec.list("validationActions").filter_map(|item| item.as_str()).collect();
        assert_eq!(own, actions);
        assert_eq!(policy.root().get("spec").unwrap().str("failurePolicy"), Some(failure));
    }
    let options = Options { on_failure: Some(OnFailure::Fail), ..Options::default() };
    let (policy, _) = pair(&check("pod-privileged"), &options);
    assert_eq!(policy.root().get("spec").unwrap().str("failurePolicy"), Some("Fail"));
}

#[test]
fn the_binding_leaves_the_control_plane_alone() {
    let labels = BTreeMap::from([("seawall.dev/enforce".to_owned(), "true".to_owned())]);
    let options = Options { labels, ..Options::default() };
    let (policy, binding) = pair(&check("pod-privileged"), &options);
    let name = policy.root().get("metadata").unwrap().str("name").unwrap();
    assert_eq!(name, "seawall-pod-privileged");
    assert_eq!(binding.root().get("spec").unwrap().str("policyName"), Some(name));
    let selector = binding.root().path(&["spec", "matchResources", "namespaceSelector"]).unwrap();
    assert_eq!(selector.get("matchLabels").unwrap().str("seawall.dev/enforce"), Some("true"));
    let expression = selector.list("matchExpressions").next().unwrap();
    let values: Vec<&str> = expression.list("values").filter_map(|item| item.as_str()).collect();
    assert_eq!(
        (expression.str("operator"), values.as_slice()),
        (Some("NotIn"), ["kube-node-lease", "kube-public", "kube-system"].as_slice())
    );
    let everywhere = Options { except: Vec::new(), ..Options::default() };
    assert!(pair(&check("pod-privileged"), &everywhere).1.root().path(&["spec", "matchResources"]).is_none());
}

#[test]
fn the_rules_name_the_kinds_that_are_judged() {
    let resources = |id: &str| {
        let (policy, _) = pair(&check(id), &Options::default());
        let rules = policy.root().path(&["spec", "matchConstraints"]).unwrap().list("resourceRules");
        rules
            .flat_map(|rule| {
                let group = rule.list("apiGroups").next().unwrap().as_str().unwrap();
                let names =
                    rule.list("resources").map(move |item| format!("{group}/{}", item.as_str().unwrap()));
                names.collect::<Vec<_>>()
            })
            .collect::<Vec<String>>()
    };
    assert_eq!(resources("workload-job-ttl"), ["batch/cronjobs", "batch/jobs"]);
    assert_eq!(resources("workload-naked-pod"), ["/pods", "/pods/ephemeralcontainers"]);
    assert_eq!(
        resources("pod-privileged"),
        [
            "/pods",
            "/pods/ephemeralcontainers",
            "/podtemplates",
            "/replicationcontrollers",
            "apps/daemonsets",
            "apps/deployments",
            "apps/replicasets",
            "apps/statefulsets",
            "batch/cronjobs",
            "batch/jobs",
        ]
    );
}

#[test]
fn parameters_are_constants_or_come_from_a_config_map() {
    let parameters = BTreeMap::from([(
        "image-registry-not-allowed".to_owned(),
        BTreeMap::from([(
            "imageRepositoryAllowList".to_owned(),
            Parameter::Strings(vec!["a\"b".to_owned()]),
        )]),
    )]);
    let options = Options { parameters, ..Options::default() };
    let text = generate(&check("image-registry-not-allowed"), &options).unwrap().text;
    assert!(text.contains(r#"["a\"b"]"#), "{text}");
    assert!(!text.contains("paramKind"), "{text}");
    let map = ConfigMap { namespace: "seawall".to_owned(), name: "policies".to_owned() };
    let options = Options { config_map: Some(map), mode: Mode::Enforce, ..options };
    let (policy, binding) = pair(&check("image-registry-not-allowed"), &options);
    let kind = policy.root().path(&["spec", "paramKind"]).unwrap();
    assert_eq!((kind.str("apiVersion"), kind.str("kind")), (Some("v1"), Some("ConfigMap")));
    let reference = binding.root().path(&["spec", "paramRef"]).unwrap();
    assert_eq!(reference.str("parameterNotFoundAction"), Some("Deny"));
    // Nothing is read for a policy without settings.
    let (policy, binding) = pair(&check("pod-privileged"), &options);
    assert!(policy.root().path(&["spec", "paramKind"]).is_none());
    assert!(binding.root().path(&["spec", "paramRef"]).is_none());
}

#[test]
fn sets_become_one_policy_a_family_and_name_what_is_left_out() {
    let ids = ["pod-privileged", "network-service-type", "pod-host-pid", "secret-external-store"];
    let what = What::Checks { name: "own".to_owned(), ids: ids.map(str::to_owned).to_vec() };
    let generated = generate(&what, &Options::default()).unwrap();
    assert_eq!(generated.names, ["seawall-own-pods", "seawall-own-services"]);
    let left: Vec<&str> = generated.left.iter().map(|left| left.check.as_str()).collect();
    assert_eq!(left, ["secret-external-store"]);
    let nothing = What::Checks { name: "own".to_owned(), ids: vec!["secret-external-store".to_owned()] };
    assert_eq!(generate(&nothing, &Options::default()), Err(GenerateError::Nothing));
}

#[test]
fn a_level_has_the_controls_that_it_asks_and_no_others() {
    let checks = |level| {
        let (policy, _) = pair(&What::PodSecurity(level), &Options::default());
        let annotations = policy.root().path(&["metadata", "annotations"]).unwrap();
        annotations.str("seawall.dev/checks").unwrap().to_owned()
    };
    let baseline = checks(Level::Baseline);
    assert!(baseline.contains("pss-capabilities-baseline") && !baseline.contains("restricted"));
    let restricted = checks(Level::Restricted);
    assert!(
        restricted.contains("pss-capabilities-restricted")
            && !restricted.contains("pss-capabilities-baseline")
    );
}

#[test]
fn what_is_wrong_is_said() {
    let options = Options::default();
    let refused = |what: &What, options: &Options| generate(what, options).unwrap_err().to_string();
    assert_eq!(refused(&check("pod-x"), &options), "no check is called `pod-x`");
    assert!(refused(&check("secret-external-store"), &options).contains("needs other objects"));
    let prefix = Options { prefix: "A b".to_owned(), ..Options::default() };
    assert!(refused(&check("pod-privileged"), &prefix).contains("is no name"));
    let except = Options { except: vec!["a\nb".to_owned()], ..Options::default() };
    assert!(refused(&check("pod-privileged"), &except).contains("select namespaces"));
    for (name, value) in [("x", Parameter::Int(1)), ("minUserId", Parameter::Bool(true))] {
        let own = BTreeMap::from([(name.to_owned(), value)]);
        let parameters = BTreeMap::from([("pod-run-as-low-uid".to_owned(), own)]);
        let options = Options { parameters, ..Options::default() };
        assert!(refused(&check("pod-run-as-low-uid"), &options).contains("setting"));
    }
}

/// Every policy by itself is a text that is read again as it was meant, with constants and with a ConfigMap.
#[test]
fn every_policy_stands_alone() {
    let map = ConfigMap { namespace: "seawall".to_owned(), name: "policies".to_owned() };
    for config_map in [None, Some(map)] {
        let options = Options { config_map, ..Options::default() };
        for policy in policies() {
            let text = generate(&check(policy.id()), &options).unwrap().text;
            // It demands that nothing is refused.
            Judge::new(&text);
        }
    }
}

/// Nobody is kept from taking a finalizer off an object that is as it was.
#[test]
fn an_update_counts_when_it_changes_what_is_judged() {
    let judge = Judge::new(&generate(&check("pod-privileged"), &Options::default()).unwrap().text);
    let pod = |finalizers: &str, label: &str, image: &str| {
        let text = format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: a, namespace: shop, labels: {{app: {label}}}, \
             finalizers: [{finalizers}]}}\n\
             spec: {{containers: [{{name: c, image: {image}, securityContext: {{privileged: true}}}}]}}"
        );
        documents(&text).remove(0)
    };
    let old = pod("batch.kubernetes.io/job-tracking", "a", "i");
    assert_eq!(judge.create(old.root()).len(), 1);
    for (finalizers, label, image, judged) in [("", "a", "i", 0), ("", "b", "i", 1), ("", "a", "j", 1)] {
        let new = pod(finalizers, label, image);
        assert_eq!(judge.update(new.root(), old.root()).len(), judged, "{label} {image}");
    }
    let system = documents(
        "{apiVersion: v1, kind: Pod, metadata: {name: a, namespace: kube-system}, \
        spec: {containers: [{name: c, image: i, securityContext: {privileged: true}}]}}",
    )
    .remove(0);
    assert_eq!(judge.create(system.root()).len(), 0);
}
