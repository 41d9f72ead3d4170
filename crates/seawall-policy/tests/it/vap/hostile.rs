//! Policies and requests that want to hurt.

use super::cluster::{ASK, Ask, Cluster, denied, policy};

#[test]
fn thousands_of_conditions_are_refused_without_compiling_them() {
    let conditions: Vec<String> =
        (0..20_000).map(|number| format!("{{name: c{number}, expression: 'true'}}")).collect();
    let rest = format!("matchConditions: [{}]\nvalidations: [{{expression: 'true'}}]", conditions.join(", "));
    let refusals = Cluster::new(&policy(&rest)).refusals();
    assert!(
        refusals[0].ends_with("spec.matchConditions: Too many: 20000: must have at most 64 items"),
        "{}",
        refusals[0]
    );
}

#[test]
fn an_expression_that_is_nested_without_end_is_refused() {
    let refused = |expression: &str| {
        let rest = format!("validations: [{{expression: '{expression}'}}]");
        Cluster::new(&policy(&rest)).refusals().len()
    };
    assert_eq!(refused(&format!("{}true{}", "(".repeat(100_000), ")".repeat(100_000))), 1);
    assert_eq!(refused(&format!("{}true", "[true].all(x, ".repeat(10_000))), 1);
    assert_eq!(refused(&"a.".repeat(100_000)), 1);
    // A chain of negations is one operator.
    assert_eq!(denied(&format!("validations: [{{expression: '{}true'}}]", "!".repeat(99_999))).len(), 1);
}

#[test]
fn a_loop_of_loops_ends_at_the_limit_of_a_call() {
    let list = format!("[{}]", vec!["1"; 300].join(","));
    let expression = format!("{list}.all(a, {list}.all(b, {list}.all(c, a + b + c > 0)))");
    let said = denied(&format!("validations: [{{expression: '{expression}'}}]"));
    assert!(
        said[0].ends_with("resulted in error: operation cancelled: actual cost limit exceeded"),
        "{said:?}"
    );
}

#[test]
fn many_dear_validations_run_out_of_the_budget_of_a_binding() {
    let list = format!("[{}]", vec!["1"; 300].join(","));
    let dear = format!("{{expression: '{list}.all(a, {list}.all(b, a == b))'}}");
    let said = denied(&format!("validations: [{}]", vec![dear.as_str(); 40].join(", ")));
    let out = "validation failed due to running out of cost budget, no further validation rules will be run";
    assert_eq!(said, [out]);
}

#[test]
fn variables_cannot_be_circles() {
    let rest = "variables: [{name: a, expression: variables.b}, {name: b, expression: variables.a}]
validations: [{expression: 'true'}]";
    let refusals = Cluster::new(&policy(rest)).refusals();
    assert!(refusals[0].contains("undefined field 'b'"), "{}", refusals[0]);
}

#[test]
fn a_long_chain_of_variables_is_bounded() {
    let mut variables = vec!["{name: v0, expression: '1'}".to_owned()];
    for number in 1..3_000 {
        variables.push(format!("{{name: v{number}, expression: variables.v{} + 1}}", number - 1));
    }
    let rest =
        format!("variables: [{}]\nvalidations: [{{expression: variables.v2999 > 0}}]", variables.join(", "));
    let said = denied(&rest);
    assert_eq!(said.len(), 1);
    assert!(said[0].contains("variables are nested too deeply"));
}

#[test]
fn odd_objects_are_errors_and_never_more() {
    let cluster = Cluster::new(&policy("validations: [{expression: object.metadata.name == 'x'}]"));
    for object in ["[]", "5", "x", "{}", "{metadata: 5}", "{metadata: [1]}", "{metadata: {name: {}}}"] {
        let decision = cluster.ask(&Ask { object: Some(object), ..ASK });
        assert_eq!(decision.denials.len(), 1, "{object}");
    }
    assert_eq!(cluster.ask(&Ask { object: None, ..ASK }).denials.len(), 1);
}

#[test]
fn ten_thousand_policies_about_other_resources_are_not_looked_at() {
    let one = policy("validations: [{expression: 'false'}]");
    let mut text = String::new();
    for number in 0..10_000 {
        text.push_str(
            &one.replace("name: p}", &format!("name: p{number}}}"))
                .replace("name: b}", &format!("name: b{number}}}"))
                .replace("policyName: p", &format!("policyName: p{number}"))
                .replace("[configmaps]", &format!("[things{number}]")),
        );
        text.push_str("---\n");
    }
    let cluster = Cluster::new(&text);
    assert_eq!(cluster.policies.len(), 10_000);
    assert!(cluster.ask(&ASK).is_allowed());
    let thing = Ask { resource: ("", "v1", "things77"), ..ASK };
    assert_eq!(&*cluster.ask(&thing).denials[0].policy, "p77");
}

#[test]
fn a_set_and_a_world_are_shared_by_threads() {
    let cluster = Cluster::new(&policy("validations: [{expression: 'false', message: no way}]"));
    let judged = std::thread::scope(|scope| {
        let ask = || cluster.ask(&ASK).denials.len();
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(ask)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum::<usize>()
    });
    assert_eq!(judged, 4);
}
