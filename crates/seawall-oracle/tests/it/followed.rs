//! Changes that the model of attack paths follows, against models made anew of the same objects.

use std::collections::BTreeSet;

use seawall_oracle::attacked::attacked;
use seawall_oracle::clusters::Dice;
use seawall_paths::{Attack, Model, Size};
use serde_json::{Value, json};

use crate::paths::{Pairs, answered, built, clusters, put, take};

/// All that can be asked of a graph without names of its parts.
type Whole = (Pairs, BTreeSet<Attack>, Size);

fn whole(model: &Model) -> Whole {
    (answered(model), model.attacks().into_iter().collect(), model.size())
}

/// One of the objects of these kinds, by its place.
fn one(dice: &mut Dice, objects: &[Value], kinds: &[&str]) -> Option<usize> {
    let places: Vec<usize> =
        (0..objects.len()).filter(|at| kinds.contains(&objects[*at]["kind"].as_str().unwrap())).collect();
    (!places.is_empty()).then(|| dice.pick(&places))
}

const WORKLOADS: &[&str] = &["Deployment", "ReplicaSet", "CronJob"];

/// What a watched cluster tells most: pods and what runs them, then what surrounds them, then anything.
fn change(dice: &mut Dice, model: &mut Model, objects: &mut Vec<Value>, number: usize) {
    let pod = one(dice, objects, &["Pod"]);
    match (dice.below(16), pod) {
        // Another one like it, or one that is moved.
        (0..=3, Some(at)) => {
            let mut copy = objects[at].clone();
            let name = if dice.once_in(3) { "p0".to_owned() } else { format!("copy-{}", number % 5) };
            copy["metadata"]["name"] = json!(name);
            if dice.once_in(2) {
                copy["spec"]["nodeName"] = json!(dice.pick(&["n1", "n2"]));
            }
            put(model, objects, copy);
        }
        // One that runs now, has an address or is over; or only its conditions are others.
        (4..=6, Some(at)) => {
            let mut same = objects[at].clone();
            let address = dice.pick(&["10.1.0.1", "10.1.0.2", "10.0.1.1", "10.0.0.9"]);
            same["status"] = dice.pick(&[
                &json!({ "phase": "Running", "podIP": address }),
                &json!({ "phase": "Pending", "conditions": [{ "type": "Ready", "status": number.to_string() }] }),
                &json!({ "phase": "Running", "conditions": [{ "type": "Ready", "status": number.to_string() }] }),
                &json!({ "phase": "Succeeded" }),
            ]).clone();
            same["metadata"]["resourceVersion"] = json!(number.to_string());
            put(model, objects, same);
        }
        (7..=8, Some(at)) => take(model, objects, at),
        (9, _) => {
            let space = dice.pick(&["blue", "green"]);
            let name = dice.pick(&["first", "second", "third"]);
            put(
                model,
                objects,
                json!({ "apiVersion": "v1", "kind": "Secret", "type": "Opaque",
                "metadata": { "name": name, "namespace": space } }),
            );
        }
        (10, _) => {
            let metadata = json!({ "name": format!("noise-{}", number % 3), "namespace": "blue", "resourceVersion": number.to_string() });
            let (version, kind) = dice.pick(&[
                ("v1", "Event"),
                ("coordination.k8s.io/v1", "Lease"),
                ("v1", "ConfigMap"),
                ("autoscaling/v2", "HorizontalPodAutoscaler"),
            ]);
            put(model, objects, json!({ "apiVersion": version, "kind": kind, "metadata": metadata }));
        }
        (11, _) => {
            let kinds = ["Node", "Namespace", "Service", "Deployment", "Secret", "ServiceAccount"];
            let Some(at) = one(dice, objects, &kinds) else { return };
            let mut same = objects[at].clone();
            same["metadata"]["resourceVersion"] = json!(number.to_string());
            same["status"]["conditions"] = json!([{ "type": "Ready", "status": number.to_string() }]);
            put(model, objects, same);
        }
        (12, _) => {
            let Some(at) = one(dice, objects, WORKLOADS).filter(|_| dice.once_in(2)) else { return };
            match dice.once_in(2) {
                true => take(model, objects, at),
                false => {
                    let mut scaled = objects[at].clone();
                    scaled["spec"]["replicas"] = json!(dice.below(3));
                    put(model, objects, scaled);
                }
            }
        }
        // Pods of other clusters, and now and then anything else of them.
        (13..=14, _) => {
            let other = attacked(dice).objects;
            if let Some(at) = one(dice, &other, &["Pod", "Deployment", "ReplicaSet", "CronJob"]) {
                put(model, objects, other[at].clone());
            }
        }
        _ => {
            let other = attacked(dice).objects;
            put(model, objects, other[dice.below(other.len())].clone());
        }
    }
}

/// Whatever comes and goes, followed or not, leaves the graph that is made anew from the same objects: its steps with all
/// that they say, what reaches what, and how much there is of everything. What reaches what is that of a fresh build, too.
#[test]
fn what_is_followed_leaves_the_graph_of_a_fresh_build() {
    let (mut followed, mut changed, mut all) = (0, 0, 0);
    for seed in 0..clusters() / 10 {
        let mut dice = Dice::new(seed + 77);
        let cluster = attacked(&mut dice);
        let (mut objects, version) = (cluster.objects, cluster.version);
        let mut model = built(&objects, version);
        // The other one has its texts in the same order, so that of several equal reasons it names the same.
        let (mut other, mut others) = (built(&objects, version), objects.clone());
        let mut before = whole(&model);
        for number in 0..24 {
            let mut again = dice.clone();
            change(&mut dice, &mut model, &mut objects, number);
            change(&mut again, &mut other, &mut others, number);
            other.set_server_version(version);
            let was_followed = model.is_made();
            let (own, fresh) = (whole(&model), whole(&other));
            if own != fresh || own.0 != answered(&built(&objects, version)) {
                let steps: Vec<_> = own.1.symmetric_difference(&fresh.1).collect();
                let pairs: Vec<_> = own.0.symmetric_difference(&fresh.0).collect();
                let text: Vec<String> = objects.iter().map(Value::to_string).collect();
                panic!(
                    "history {seed}, change {number}, followed: {was_followed}\n{pairs:?}\n{steps:#?}\n{:?} {:?}\n{}",
                    own.2,
                    fresh.2,
                    text.join("\n")
                );
            }
            followed += usize::from(was_followed);
            changed += usize::from(was_followed && own != before);
            all += 1;
            before = own;
        }
    }
    // Changes that are not followed, or that change nothing, would prove nothing.
    assert!(
        followed * 3 > all && changed * 20 > all,
        "{followed} of {all} were followed, {changed} of them changed something"
    );
}
