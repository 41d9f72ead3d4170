//! Admission policies: what the server says of random objects, and what the engine says of the same ones.

use std::sync::Arc;
use std::time::{Duration, Instant};

use seawall_core::{Origin, OriginKind};
use seawall_inventory::{Inventory, InventoryBuilder, Resource};
use seawall_policy::admission::{Resources, User, as_created};
use seawall_policy::generate::{Level, Mode, OnFailure, Options, What, generate, policies};
use seawall_policy::vap::{PolicySet, World};
use seawall_yaml::{Limits, NodeId, Text, Tree};
use serde_json::{Value, json};

use super::{Cluster, Dice, objects};

const GROUP: &str = "/apis/admissionregistration.k8s.io/v1";
/// The server keeps so many characters of all warnings of an answer: few policies look at one namespace.
const TOGETHER: usize = 6;
const OBJECTS: usize = 60;

/// Rules in the ways that people write them, beside the generated ones.
const WRITTEN: &str = include_str!("policies.yaml");

pub(super) fn trees(text: &str) -> Vec<Tree> {
    let (documents, problems) = seawall_yaml::read(&Text::new(text), &Limits::default());
    assert!(problems.is_empty(), "{problems:?}");
    documents.into_iter().map(|document| document.tree).collect()
}

pub(super) fn json_of(tree: &Tree) -> Value {
    let mut text = String::new();
    tree.root().write_json(&mut text);
    serde_json::from_str(&text).unwrap()
}

pub(super) fn inventory(objects: &[Value]) -> Inventory {
    let mut builder = InventoryBuilder::new();
    for object in objects {
        let tree = Arc::new(trees(&object.to_string()).remove(0));
        let origin = Origin { file: "e2e".into(), document: 0, line: 1, kind: OriginKind::Cluster };
        builder.push(Resource::new(tree, NodeId::ROOT, origin, None).unwrap());
    }
    builder.build()
}

/// All policies, as objects in pairs: the policy and its binding.
fn all(prefix: &str) -> Vec<[Value; 2]> {
    let options = Options {
        mode: Mode::Warn,
        on_failure: Some(OnFailure::Fail),
        prefix: prefix.to_owned(),
        ..Options::default()
    };
    let checks = policies().iter().filter(|policy| policy.level().is_none()).map(|policy| policy.id());
    let whats = checks
        .map(|id| What::Check(id.to_owned()))
        .chain([What::PodSecurity(Level::Baseline), What::PodSecurity(Level::Restricted)]);
    let mut text: String = whats.map(|what| generate(&what, &options).unwrap().text).collect();
    text.push_str(&WRITTEN.replace("PREFIX", prefix));
    let objects: Vec<Value> = trees(&text).iter().map(json_of).collect();
    let of = |kind: &str| objects.iter().filter(|object| object["kind"] == kind).cloned().collect::<Vec<_>>();
    let bindings = of("ValidatingAdmissionPolicyBinding");
    let pair = |policy: Value| {
        let name = &policy["metadata"]["name"];
        let binding = bindings.iter().find(|binding| binding["spec"]["policyName"] == *name).unwrap();
        let mut binding = binding.clone();
        // In warnings the server says all that is not met; a refusal says one thing.
        binding["spec"]["validationActions"] = json!(["Warn"]);
        [policy, binding]
    };
    of("ValidatingAdmissionPolicy").into_iter().map(pair).collect()
}

/// What the server warns of by admission policies, or `None` when the object is not valid.
fn theirs(cluster: &Cluster, path: &str, object: &Value) -> Option<Vec<String>> {
    let (status, mut warnings, body) = cluster.answer("POST", &format!("{path}?dryRun=All"), Some(object));
    if status == 422 {
        return None;
    }
    assert_eq!(status, 201, "{body}");
    warnings.retain(|warning| warning.contains("ValidatingAdmissionPolicy"));
    warnings.sort();
    Some(warnings)
}

/// The service accounts that random objects name.
pub(super) fn accounts(cluster: &Cluster, namespace: &str) {
    for account in ["default", "robot"] {
        let account = json!({"metadata": {"name": account}});
        let path = format!("/api/v1/namespaces/{namespace}/serviceaccounts");
        let (status, answer) = cluster.request("POST", &path, Some(&account));
        // A controller may have been faster.
        assert!(status == 201 || status == 409, "{answer}");
    }
}

/// Whom the server takes us for: the name and the groups.
pub(super) struct Client {
    name: String,
    groups: Vec<String>,
}

impl Client {
    pub(super) fn user(&self) -> User<'_> {
        let groups = self.groups.iter().map(String::as_str).collect();
        User { name: &self.name, groups, ..User::default() }
    }
}

/// Whom the server takes us for.
pub(super) fn whoami(cluster: &Cluster) -> Client {
    let asked = json!({"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"});
    let (_, answer) =
        cluster.request("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", Some(&asked));
    let user = &answer["status"]["userInfo"];
    let groups = user["groups"].as_array().unwrap().iter();
    Client {
        name: user["username"].as_str().unwrap().to_owned(),
        groups: groups.map(|group| group.as_str().unwrap().to_owned()).collect(),
    }
}

#[test]
fn random_objects_get_the_warnings_that_the_server_gives() {
    let Some(cluster) = Cluster::from_env() else { return };
    let prefix = format!("e2e{}", std::process::id());
    let (mut namespaces, mut known) = (Vec::new(), Vec::new());
    for (place, group) in all(&prefix).chunks(TOGETHER).enumerate() {
        let namespace = cluster.namespace(&format!("policies-{place}"));
        let (_, stored) = cluster.request("GET", &format!("/api/v1/namespaces/{namespace}"), None);
        accounts(&cluster, &namespace);
        known.push(stored);
        for [policy, binding] in group {
            let mut binding = binding.clone();
            binding["spec"]["matchResources"] =
                json!({"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}}});
            known.push(cluster.create(&format!("{GROUP}/validatingadmissionpolicies"), policy.clone()));
            known.push(cluster.create(&format!("{GROUP}/validatingadmissionpolicybindings"), binding));
        }
        namespaces.push(namespace);
    }
    wait_until_known(&cluster, &prefix);
    let known = inventory(&known);
    let (set, problems) = PolicySet::read(&known);
    assert!(problems.is_empty(), "{problems:?}");
    let world = World::new(&known, None);
    let (client, resources) = (whoami(&cluster), Resources::new(world.schemas()));
    let mut dice = Dice(7);
    let (mut compared, mut invalid, mut failures) = (0, 0, 0);
    for _ in 0..OBJECTS {
        let seed = dice.0;
        for namespace in &namespaces {
            // The same object in every namespace, so that all policies see it.
            let (path, object) = objects::object(&mut Dice(seed), namespace);
            let Some(theirs) = theirs(&cluster, &path, &object) else {
                invalid += 1;
                break;
            };
            let one = inventory(std::slice::from_ref(&object));
            let made = as_created(one.resources()[0].root(), world.schemas()).unwrap().unwrap();
            let request = resources.create(made.root(), &client.user()).unwrap();
            let decision = set.judge(&request, &world);
            assert!(decision.not_judged.is_empty(), "{:?}", decision.not_judged);
            let mut ours = decision.warnings;
            ours.sort();
            assert_eq!(ours, theirs, "{object:#}");
            compared += 1;
            failures += theirs.len();
        }
        dice.below(2);
    }
    println!(
        "{compared} verdicts of {} policies compared, {failures} not met; {invalid} objects invalid",
        set.len()
    );
    assert!(compared > 500 && failures > 500 && invalid < OBJECTS / 2, "{compared} {failures} {invalid}");
}

/// The server learns of policies in the order in which they were made: when it enforces one more, it knows all before.
pub(super) fn wait_until_known(cluster: &Cluster, prefix: &str) {
    let name = format!("{prefix}-marker");
    let rule = json!({"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["configmaps"], "resourceNames": [name]});
    let spec =
        json!({"matchConstraints": {"resourceRules": [rule]}, "validations": [{"expression": "false"}]});
    let binding = json!({"policyName": name, "validationActions": ["Warn"]});
    cluster.create(
        &format!("{GROUP}/validatingadmissionpolicies"),
        json!({"metadata": {"name": name}, "spec": spec}),
    );
    cluster.create(
        &format!("{GROUP}/validatingadmissionpolicybindings"),
        json!({"metadata": {"name": name}, "spec": binding}),
    );
    let marker = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}});
    let until = Instant::now() + Duration::from_secs(60);
    while theirs(cluster, "/api/v1/namespaces/default/configmaps", &marker) == Some(Vec::new()) {
        assert!(Instant::now() < until, "the server does not enforce the policies");
    }
}
