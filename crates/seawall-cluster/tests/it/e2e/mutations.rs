//! Mutating policies: what the server makes of random pods, and what the engine makes of the same ones.

use seawall_policy::admission::{Resources, as_created};
use seawall_policy::vap::{PolicySet, World};
use seawall_yaml::Tree;
use serde_json::{Value, json};

use super::policies::{accounts, inventory, json_of, trees, wait_until_known, whoami};
use super::{Cluster, Dice, objects};

const GROUP: &str = "/apis/admissionregistration.k8s.io/v1";
const OBJECTS: usize = 300;

/// What the policies change; the rest of a pod is as other parts of the server made it.
fn changed(pod: &Value) -> Value {
    let containers = |list: &str| {
        let all = pod["spec"][list].as_array().cloned().unwrap_or_default();
        let own = |container: &Value| {
            let keys =
                ["name", "image", "imagePullPolicy", "securityContext", "env", "terminationMessagePolicy"];
            keys.map(|key| container[key].clone())
        };
        json!(all.iter().map(own).collect::<Vec<_>>())
    };
    json!({
        "labels": pod["metadata"]["labels"],
        "annotations": pod["metadata"]["annotations"],
        "securityContext": pod["spec"]["securityContext"],
        "containers": containers("containers"),
        "initContainers": containers("initContainers"),
    })
}

#[test]
fn random_pods_become_what_the_server_makes_of_them() {
    let Some(cluster) = Cluster::from_env() else { return };
    let (status, _) = cluster.request("GET", &format!("{GROUP}/mutatingadmissionpolicies"), None);
    if status == 404 {
        println!("skipped: this server has no MutatingAdmissionPolicies");
        return;
    }
    let prefix = format!("e2em{}", std::process::id());
    let namespace = cluster.namespace("mutations");
    accounts(&cluster, &namespace);
    let mut known = vec![cluster.request("GET", &format!("/api/v1/namespaces/{namespace}"), None).1];
    let selector = json!({"matchLabels": {"kubernetes.io/metadata.name": namespace}});
    for mut object in trees(&include_str!("mutations.yaml").replace("PREFIX", &prefix)).iter().map(json_of) {
        let plural = match object["kind"].as_str().unwrap() {
            "MutatingAdmissionPolicy" => "mutatingadmissionpolicies",
            _ => {
                object["spec"]["matchResources"] = json!({"namespaceSelector": selector});
                "mutatingadmissionpolicybindings"
            }
        };
        known.push(cluster.create(&format!("{GROUP}/{plural}"), object));
    }
    // Another kind of policy is learnt of by another list: the last mutation shows on a pod of its own.
    wait_until_known(&cluster, &prefix);
    let pods = format!("/api/v1/namespaces/{namespace}/pods?dryRun=All");
    let plain = json!({"metadata": {"name": "plain", "labels": {"app": "x"}}, "spec": {"containers": [{"name": "c0", "image": "x"}]}});
    let until = std::time::Instant::now() + std::time::Duration::from_secs(60);
    loop {
        let (_, made) = cluster.request("POST", &pods, Some(&plain));
        if changed(&made)["initContainers"] != json!([]) {
            break;
        }
        assert!(std::time::Instant::now() < until, "the server does not run the policies: {made}");
    }

    let known = inventory(&known);
    let (set, problems) = PolicySet::read(&known);
    assert!(problems.is_empty() && set.len() == 3, "{problems:?}");
    let world = World::new(&known, None);
    let client = whoami(&cluster);
    let (user, resources) = (client.user(), Resources::new(world.schemas()));
    let mut dice = Dice(11);
    let (mut compared, mut refused, mut invalid) = (0, 0, 0);
    while compared < OBJECTS {
        let (_, object) = objects::object(&mut dice, &namespace);
        if object["kind"] != "Pod" {
            continue;
        }
        let one = inventory(std::slice::from_ref(&object));
        let made = as_created(one.resources()[0].root(), world.schemas()).unwrap().unwrap();
        let request = resources.create(made.root(), &user).unwrap();
        let decision = set.mutate(&request, &world);
        assert!(decision.not_judged.is_empty(), "{:?}", decision.not_judged);
        let (status, theirs) = cluster.request("POST", &pods, Some(&object));
        compared += 1;
        match status {
            201 => {
                let before = made.root();
                let ours = decision.object.as_ref().map_or(before, Tree::root);
                let mut text = String::new();
                ours.write_json(&mut text);
                let ours: Value = serde_json::from_str(&text).unwrap();
                assert!(decision.denials.is_empty(), "{:?}", decision.denials);
                assert_eq!(changed(&ours), changed(&theirs), "{object:#}");
            }
            // The pod is not valid after it was changed, or was not before: policies have no part in that.
            422 if theirs["message"].as_str().unwrap().contains("is invalid") => invalid += 1,
            _ => {
                let denial = decision.denials.first().unwrap_or_else(|| panic!("{theirs}"));
                let said = theirs["message"].as_str().unwrap();
                assert_eq!(
                    (u64::from(denial.code), denial.message.as_str()),
                    (theirs["code"].as_u64().unwrap(), said)
                );
                refused += 1;
            }
        }
    }
    println!("{compared} pods: {refused} refused alike, {invalid} invalid, the others are the same");
    assert!(invalid + refused < OBJECTS / 2, "{refused} {invalid}");
}
