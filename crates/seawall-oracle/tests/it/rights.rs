//! The model of rights against the oracle.

use seawall_oracle::clusters::{Dice, question, rights};
use seawall_oracle::rbac::{Asker, Question, allows};
use seawall_rbac::{Rbac, Request, ResourceRequest, UserInfo};
use serde_json::Value;

use crate::world::{inventory, resource};

/// How many clusters are made; each is asked [`QUESTIONS`] times.
const CLUSTERS: u64 = 10_000;
const QUESTIONS: usize = 20;

fn request(question: &Question) -> Request {
    match question.clone() {
        Question::Path { verb, path } => Request::path(&verb, &path),
        Question::Resource { verb, group, resource, subresource, namespace, name } => {
            Request::Resource(ResourceRequest { verb, group, resource, subresource, namespace, name })
        }
    }
}

fn compare(seed: u64, model: &Rbac, objects: &[Value], dice: &mut Dice) -> usize {
    let mut allowed = 0;
    for _ in 0..QUESTIONS {
        let (asker, asked) = question(dice);
        let user = UserInfo { name: asker.name.clone(), groups: asker.groups.clone() };
        let expected = allows(objects, &asker, &asked);
        let decision = model.allows(&user, &request(&asked));
        assert_eq!(decision.is_allowed(), expected, "cluster {seed}: {asker:?} {asked:?}\n{objects:#?}");
        allowed += usize::from(expected);
    }
    allowed
}

#[test]
fn ten_thousand_random_clusters_are_answered_alike() {
    let mut allowed = 0;
    for seed in 0..CLUSTERS {
        let mut dice = Dice::new(seed);
        let objects = rights(&mut dice);
        let (model, _) = Rbac::build(&inventory(&objects));
        allowed += compare(seed, &model, &objects, &mut dice);
    }
    // Questions that are all denied would prove nothing.
    let share = allowed * 100 / (usize::try_from(CLUSTERS).unwrap() * QUESTIONS);
    assert!((5..95).contains(&share), "{share} % allowed");
}

#[test]
fn objects_that_come_and_go_one_by_one_leave_the_same_answers() {
    for seed in 0..1_000 {
        let mut dice = Dice::new(seed);
        let mut objects: Vec<Value> = Vec::new();
        let (mut model, _) = Rbac::build(&inventory(&[]));
        for _ in 0..3 {
            for object in rights(&mut dice) {
                objects.retain(|old| identity(old) != identity(&object));
                model.apply(&resource(&object));
                objects.push(object);
            }
            while objects.len() > 4 && !dice.once_in(5) {
                let gone = objects.remove(dice.below(objects.len()));
                let (kind, namespace, name) = identity(&gone);
                assert!(model.delete(&kind, namespace.as_deref(), &name), "cluster {seed}: {gone}");
            }
            compare(seed, &model, &objects, &mut dice);
        }
    }
}

fn identity(object: &Value) -> (String, Option<String>, String) {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let metadata = &object["metadata"];
    (text(&object["kind"]).unwrap(), text(&metadata["namespace"]), text(&metadata["name"]).unwrap())
}

#[test]
fn everybody_who_can_is_allowed_and_nobody_else() {
    for seed in 0..2_000 {
        let mut dice = Dice::new(seed);
        let objects = rights(&mut dice);
        let (model, _) = Rbac::build(&inventory(&objects));
        let (_, asked) = question(&mut dice);
        let holders: Vec<String> =
            model.who_can(&request(&asked)).iter().map(|holder| holder.subject.to_string()).collect();
        for name in ["ann", "bob", "system:anonymous", "system:node:n1"] {
            let asker = Asker { name: name.to_owned(), groups: Vec::new() };
            let expected = allows(&objects, &asker, &asked);
            assert_eq!(
                holders.contains(&format!("User/{name}")),
                expected,
                "cluster {seed}: {name} {asked:?}"
            );
        }
    }
}
