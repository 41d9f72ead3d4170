//! Where the engine of Rego would not do as OPA does.

use seawall_inventory::Inventory;

use crate::support::{create, places, read, told};

/// A template with a body of Rego, and a constraint of it.
fn policies(rego: &str) -> String {
    let rego = rego.trim().replace('\n', "\n        ");
    format!(
        "apiVersion: templates.gatekeeper.sh/v1
kind: ConstraintTemplate
metadata: {{name: probe}}
spec:
  crd: {{spec: {{names: {{kind: Probe}}, validation: {{openAPIV3Schema: {{type: object, x-kubernetes-preserve-unknown-fields: true}}}}}}}}
  targets:
    - target: admission.k8s.gatekeeper.sh
      rego: |
        package probe
        {rego}
---
apiVersion: constraints.gatekeeper.sh/v1beta1
kind: Probe
metadata: {{name: one}}
spec: {{parameters: {{list: [a, b], word: a}}}}
"
    )
}

const OBJECT: &str = "{apiVersion: v1, kind: ConfigMap, metadata: {name: x}, data: {word: a, number: '7x'}}";

/// What is said of one object, or what is wrong with the text.
fn ask(rego: &str) -> String {
    let (set, problems) = read(&policies(rego));
    match problems.is_empty() {
        true => told(&create(&set, OBJECT, &Inventory::default())),
        false => places(&problems),
    }
}

fn violates(body: &str) -> bool {
    match ask(&format!(
        "violation[{{\"msg\": \"no\"}}] {{ {body} }}\nf(x) {{ x == \"a\" }}\nlist = input.parameters.list"
    ))
    .as_str()
    {
        "" => false,
        "deny 403 gatekeeper/Probe/one: [one] no" => true,
        other => panic!("{body}: {other}"),
    }
}

/// OPA evaluates operands before a call, negated or not; it does not so for `==`.
#[test]
fn an_operand_that_is_undefined_makes_a_negated_call_undefined() {
    for (body, expected) in [
        ("not f(input.parameters.none)", false),
        ("not f(input.parameters.word)", false),
        ("not f(input.parameters.list)", true),
        ("not f(input.review.object.kind)", true),
        ("not input.parameters.none", true),
        ("not input.parameters.none == 1", true),
        ("not input.parameters.none != 1", false),
        ("not input.parameters.word != \"b\"", false),
        ("not count(input.parameters.none) == 2", false),
        ("not count(input.parameters.list) == 3", true),
        ("not startswith(input.parameters.none, \"a\")", false),
        ("not startswith(\"b\", input.parameters.word)", true),
        ("not f(concat(\"\", [input.parameters.none, \"a\"]))", false),
        ("not f(concat(\"\", [input.parameters.word, \"a\"]))", true),
        ("x := [y | y := input.parameters.list[_]; not f(y)]; count(x) == 1", true),
        ("x := [y | y := input.parameters.list[_]; not f(input.parameters.none)]; count(x) == 0", true),
        ("not f([x | x := input.parameters.list[_]; not f(x)])", true),
        ("not any_of(list)", true),
        ("input.parameters.word\n(1 - 1) == 0", true),
        ("input.parameters.none\n(1 - 1) == 0", false),
        ("not input.parameters.list[input.parameters.none]", false),
        ("not f(input.review.object.data.none) with input.review.object.data.none as \"b\"", true),
    ] {
        let body = body.replace("any_of(list)", "f(list)");
        assert_eq!(violates(&body), expected, "{body}");
    }
}

#[test]
fn a_built_in_function_that_fails_is_undefined_where_opa_has_it_so() {
    for (body, expected) in [
        ("to_number(input.review.object.data.number)", false),
        ("not to_number(input.review.object.data.number)", true),
        ("startswith(7, \"a\")", false),
        ("units.parse(\"five\") == 1", false),
        ("units.parse_bytes(\"1Ki\") == 1024", true),
        ("json.unmarshal(\"{\")", false),
        ("walk(input.review.object, [path, value]); value == \"7x\"; path[1] == \"number\"", true),
        ("split(\"a/b\", \"/\", parts); parts[1] == \"b\"", true),
        ("regex.match(`^[a-z]+\\d$`, \"abc7\")", true),
        ("net.cidr_contains(\"10.0.0.0/8\", \"10.1.2.3\")", true),
        ("glob.match(\"*.example\", [\".\"], \"a.example\")", true),
        ("sprintf(\"%d and %5v%%\", [1]) == \"1 and %!v(MISSING)%\"", true),
        ("semver.compare(\"1.2.3\", \"1.10.0\") == -1", true),
    ] {
        assert_eq!(violates(body), expected, "{body}");
    }
}

#[test]
fn what_fails_here_and_not_in_opa_is_no_verdict() {
    for (body, reason) in [
        ("not regex.match(\"(a{1000}){1000}\", \"a\")", "`regex.match` failed"),
        ("count(numbers.range(1, 1000000000)) > 1", "`numbers.range` was stopped: the range is too long"),
        ("bits.lsh(1, 1000000000) > 1", "`bits.lsh` was stopped: it shifts too far"),
        ("sprintf(\"%1000000d\", [1]) != \"x\"", "`sprintf` was stopped: a width is greater than 999"),
        (
            "count(net.cidr_expand(\"10.0.0.0/4\")) > 1",
            "`net.cidr_expand` was stopped: the network is too big",
        ),
    ] {
        let said = ask(&format!("violation[{{\"msg\": \"no\"}}] {{ {body} }}"));
        assert!(
            said.starts_with("not judged gatekeeper/Probe/one: ") && said.contains(reason),
            "{body}: {said}"
        );
    }
    let said = ask("violation[{\"message\": \"typing error\"}] { true }");
    assert!(said.contains("a violation has no `msg`"), "{said}");
    let said = ask("violation[{\"msg\": 7}] { true }");
    assert!(said.contains("is no text"), "{said}");
}

#[test]
fn what_cannot_be_done_as_opa_does_it_is_an_error_with_its_line() {
    let bodies = [
        "violation[{\"msg\": \"x\"}] { http.send({}) }",
        "violation[{\"msg\": \"x\"}] { external_data({\"provider\": \"p\", \"keys\": []}) }",
        "violation[{\"msg\": \"x\"}] { opa.runtime() }",
        "violation[{\"msg\": \"x\"}] { time.now_ns() > 0 }",
        "violation[{\"msg\": \"x\"}] {\n  true\n  time.parse_rfc3339_ns(input.a) > 0\n}",
        "violation[{\"msg\": \"x\"}] { crypto.sha256(\"a\") }",
        "violation[{\"msg\": \"x\"}] { mine(input) }",
        "violation[{\"msg\": \"x\"}] { f(1, 2, 3) }\nf(x) { x }",
        "violation[{\"msg\": \"x\"}] { startswith(\"a\") }",
        "violation[{\"msg\": \"x\"}] {\n  true\n  x := \n}",
        "violation[{\"msg\": \"x\"}] { x }",
        "import input.review\nviolation[{\"msg\": \"x\"}] { true }",
        "import data.other\nviolation[{\"msg\": \"x\"}] { true }",
        "violation[{\"msg\": \"x\"}] { data.other.x }",
        "violation[{\"msg\": \"x\"}] { true with data.inventory as {} }",
        "deny[{\"msg\": \"x\"}] { true }",
        "violation[{\"msg\": \"x\"}] { f(3) }\nf(x) { f(x - 1) }",
        "violation[{\"msg\": \"x\"}] { a }\na { b }\nb { a }",
        "violation[{\"msg\": \"x\"}] { [[[[[[[[[[[[[[[1]]]]]]]]]]]]]]] }",
        "violation[{\"msg\": msg}] if { msg := \"x\" }",
    ];
    let said: Vec<String> =
        bodies.iter().map(|body| format!("{}\n  => {}", body.replace('\n', "\n     "), ask(body))).collect();
    insta::assert_snapshot!(said.join("\n"));
}

#[test]
fn a_set_rule_may_have_several_bodies() {
    let said = ask("violation[{\"msg\": msg}] { msg := \"one\" } {\n  msg := \"two\"\n}");
    assert_eq!(said, "deny 403 gatekeeper/Probe/one: [one] one\ndeny 403 gatekeeper/Probe/one: [one] two");
}

#[test]
fn rules_may_need_each_other_only_so_deep() {
    let chain = |length: usize| {
        let rules: Vec<String> =
            (0..length).map(|rule| format!("f{rule}(x) {{ f{}(x) }}", rule + 1)).collect();
        format!("violation[{{\"msg\": \"no\"}}] {{ f0(1) }}\n{}\nf{length}(x) {{ x == 1 }}", rules.join("\n"))
    };
    assert_eq!(ask(&chain(20)), "deny 403 gatekeeper/Probe/one: [one] no");
    assert!(ask(&chain(40)).contains("more than 24 rules need each other"), "{}", ask(&chain(40)));
}
