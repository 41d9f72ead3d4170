//! What policies cost, and that an API server of any supported release takes them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use seawall_policy::cel::check::{Environment, Type, compile};
use seawall_policy::cel::{Bindings, Limits, Names, Program, Value as Cel};
use seawall_policy::generate::{ConfigMap, Options, What, generate, policies};
use seawall_yaml::{Node, Tree};

use super::decode::seen;
use super::forms::SCHEMAS;
use super::judge::documents;
use super::objects;
use super::value::Chance;

/// New expressions see the libraries of the release before the server's own, which is 1.30 at least.
const LIBRARIES: u32 = 29;

/// A tenth of what one expression may cost.
const MOST: u64 = 100_000;

fn environment(policy: Node<'_>) -> Environment {
    let mut env = Environment::kubernetes(LIBRARIES);
    env.define("Request", [("operation".into(), Type::String)]);
    env.declare("request", Type::object("Request"));
    env.declare("object", Type::Dyn);
    env.declare("oldObject", Type::Dyn);
    if policy.path(&["spec", "paramKind"]).is_some() {
        env.declare("params", Type::Dyn);
    }
    env
}

/// What the API server says against the types of a policy.
fn faults(policy: Node<'_>) -> Vec<String> {
    let spec = policy.get("spec").unwrap();
    let mut env = environment(policy);
    let mut faults = Vec::new();
    let mut result = |text: &str, env: &Environment, wanted: Option<Type>| {
        let is = match compile(text, env, &Limits::default()) {
            Ok((_, checked)) => checked.result().clone(),
            Err(issues) => {
                faults.push(format!("{:?}", issues.iter().next()));
                return Type::Dyn;
            }
        };
        if wanted.is_some_and(|wanted| wanted != is) {
            faults.push(format!("{}: {text}", is.name()));
        }
        is
    };
    for condition in spec.list("matchConditions") {
        result(condition.str("expression").unwrap(), &env, Some(Type::Bool));
    }
    let mut fields: Vec<(std::sync::Arc<str>, Type)> = Vec::new();
    for variable in spec.list("variables") {
        let is = result(variable.str("expression").unwrap(), &env, None);
        fields.push((variable.str("name").unwrap().into(), is));
        env.define("Variables", fields.clone());
        env.declare("variables", Type::object("Variables"));
    }
    for validation in spec.list("validations") {
        result(validation.str("expression").unwrap(), &env, Some(Type::Bool));
        result(validation.str("messageExpression").unwrap(), &env, Some(Type::String));
    }
    faults
}

#[test]
fn the_oldest_supported_api_server_takes_every_policy() {
    let map = ConfigMap { namespace: "seawall".to_owned(), name: "policies".to_owned() };
    let mut refused = Vec::new();
    for config_map in [None, Some(map)] {
        let options = Options { config_map, ..Options::default() };
        for policy in policies() {
            let text = generate(&What::Check(policy.id().to_owned()), &options).unwrap().text;
            let faults = faults(documents(&text)[0].root());
            refused.extend(faults.into_iter().map(|fault| format!("{}: {fault}", policy.id())));
        }
    }
    assert!(refused.is_empty(), "{}", refused.join("\n"));
}

/// A pod of fifty containers of every sort.
fn heavy(seed: u64) -> Tree {
    let pod = objects::heavy(&mut Chance::new(seed), 50);
    seen(&documents(&pod.json()).remove(0), &SCHEMAS).unwrap()
}

/// What each expression of a policy costs for an object.
fn costs(policy: Node<'_>, object: Node<'_>) -> BTreeMap<String, u64> {
    let spec = policy.get("spec").unwrap();
    let mut names = Names::new();
    let slot = names.declare("object");
    let mut programs = Vec::new();
    for variable in spec.list("variables") {
        let name = variable.str("name").unwrap();
        let program =
            Program::compile(variable.str("expression").unwrap(), &names, &Limits::default()).unwrap();
        programs.push((name.to_owned(), names.declare(&format!("variables.{name}")), program));
    }
    let mut bindings = Bindings::new();
    bindings.set(slot, Cel::from_node(object));
    let mut costs = BTreeMap::new();
    for (name, slot, program) in &programs {
        let ran = program.run(&bindings);
        costs.insert(name.clone(), ran.cost);
        // What judges other kinds of objects fails here.
        if let Ok(value) = ran.result {
            bindings.set(*slot, value);
        }
    }
    costs
}

#[test]
fn no_expression_costs_a_tenth_of_the_limit() {
    // Some pods leave early: one that is for Windows has no capabilities.
    let pods: Vec<Tree> = (0..12).map(heavy).collect();
    let mut table = String::new();
    let mut dear = Vec::new();
    for policy in policies().iter().filter(|policy| policy.kinds().contains(&"Pod")) {
        let what = What::Check(policy.id().to_owned());
        let text = generate(&what, &Options::default()).unwrap().text;
        let policy_tree = &documents(&text)[0];
        let all_costs = pods.iter().map(|pod| costs(policy_tree.root(), pod.root()));
        let costs = all_costs.max_by_key(|costs| costs.values().sum::<u64>()).unwrap();
        let most = costs.iter().max_by_key(|(_, cost)| **cost).unwrap();
        let all: u64 = costs.values().sum();
        writeln!(table, "{}: {all}, of which `{}` {}", policy.id(), most.0, most.1).unwrap();
        if *most.1 > MOST {
            dear.push(format!("{}: `{}` costs {}", policy.id(), most.0, most.1));
        }
    }
    eprintln!("{table}");
    assert!(dear.is_empty(), "{dear:?}");
}
