//! Types, costs and issues of whole expressions; the texts are cel-go's.

use proptest::prelude::*;

use super::*;

/// As the environment in which `cases.txt` was made.
fn env(minor: u32) -> Environment {
    let mut env = Environment::kubernetes(minor);
    env.declare("object", Type::Dyn);
    env.declare("a", Type::Int);
    env.declare("names", Type::list(Type::String));
    env.declare("authorizer", Type::object("kubernetes.authorization.Authorizer"));
    let tags = Type::map(Type::String, Type::Int);
    env.define("shop.Item", [("price".into(), Type::Double), ("tags".into(), tags)]);
    env.declare("item", Type::object("shop.Item"));
    env.declare("parts.first", Type::String);
    env
}

fn type_in(env: &Environment, text: &str) -> String {
    match compile(text, env, &Limits::default()) {
        Ok((_, checked)) => checked.result().to_string(),
        Err(issues) => issues.to_string(),
    }
}

fn type_of(text: &str) -> String {
    type_in(&env(36), text)
}

#[test]
fn what_the_api_server_found_is_found() {
    let mut cases = 0;
    for case in include_str!("cases.txt").split("\n> 1.").skip(1) {
        let (version, rest) = case.split_once('\n').unwrap();
        let minor: u32 = version.split(' ').next().unwrap().parse().unwrap();
        let mut env = env(minor);
        if version.ends_with("mutating") {
            env = env.mutating();
        }
        let part =
            |mark: &str| -> Vec<&str> { rest.lines().filter_map(|line| line.strip_prefix(mark)).collect() };
        let text = part("  ").join("\n");
        let wanted = part("= ").into_iter().chain(part("! ")).collect::<Vec<_>>().join("\n");
        let found = match compile(&text, &env, &Limits::default()) {
            Ok((_, checked)) => {
                let Cost { min, max } = checked.cost(&Unsized);
                format!("{}, cost {min} to {max}", checked.result())
            }
            Err(issues) => issues.to_string(),
        };
        assert_eq!(found, wanted, "1.{version}: {text}");
        cases += 1;
    }
    assert!(cases > 900, "{cases}");
}

#[test]
fn a_line_is_shown_with_its_place_in_characters() {
    for (text, wanted) in [
        (
            "a + foo",
            "ERROR: <input>:1:5: undeclared reference to 'foo' (in container '')\n | a + foo\n | ....^",
        ),
        (
            "'é' +\n\tbar",
            "ERROR: <input>:2:2: undeclared reference to 'bar' (in container '')\n |  bar\n | .^",
        ),
        (
            "'日本' + bar",
            "ERROR: <input>:1:8: undeclared reference to 'bar' (in container '')\n | '日本' + bar\n | .．．....^",
        ),
    ] {
        assert_eq!(type_of(text), wanted);
    }
}

#[test]
fn of_many_issues_a_hundred_are_shown() {
    let text = vec!["x"; 103].join(" + ");
    let issues = compile(&text, &env(36), &Limits::default()).unwrap_err();
    assert_eq!(issues.iter().count(), 100);
    assert!(issues.to_string().ends_with("\n3 more errors were truncated"), "{issues}");
}

#[test]
fn names_are_looked_for_in_the_container_and_outwards() {
    let mut env = Environment::kubernetes(36).within("shop.back");
    env.declare("shop.back.door", Type::Bool);
    env.declare("shop.till", Type::Int);
    env.declare("door", Type::String);
    env.define("shop.Item", [("price".into(), Type::Double)]);
    for (text, found) in [
        ("door", "bool"),
        (".door", "string"),
        ("till", "int"),
        ("shop.till", "int"),
        ("Item{price: 1.0}", "shop.Item"),
        ("[1].map(door, door)", "list(int)"),
        ("[1].map(door, .door)", "list(string)"),
        (
            "attic",
            "ERROR: <input>:1:1: undeclared reference to 'attic' (in container 'shop.back')\n | attic\n | ^",
        ),
    ] {
        assert_eq!(type_in(&env, text), found, "{text}");
    }
}

#[test]
fn types_can_be_found_by_name_when_they_are_needed() {
    struct Numbered;
    impl Types for Numbered {
        fn contains(&self, name: &str) -> bool {
            name.starts_with("T")
        }
        fn field(&self, of: &str, field: &str) -> Option<Type> {
            (field == "next").then(|| Type::object(&format!("{of}T")))
        }
    }
    let mut env = Environment::kubernetes(36).mutating().with_types(std::sync::Arc::new(Numbered));
    env.declare("t", Type::object("T"));
    assert_eq!(type_in(&env, "t.next.next"), "TTT");
    assert_eq!(type_in(&env, "Object{a: t}"), "Object");
    assert!(type_in(&env, "t.last").contains("undefined field 'last'"));
}

#[test]
fn parts_and_overloads_are_known_by_expression() {
    let (ast, checked) = compile("names[0] + 'a' == 'b'", &env(36), &Limits::default()).unwrap();
    let crate::cel::ast::Expr::Binary { left, .. } = ast.expr(ast.root()) else { panic!() };
    assert_eq!(checked.type_of(*left), Some(&Type::String));
    assert_eq!(checked.overloads(*left), ["add_string"]);
    assert_eq!(checked.overloads(ast.root()), ["equals"]);
    let (ast, checked) = compile("object.a + object.b", &env(36), &Limits::default()).unwrap();
    assert_eq!(checked.overloads(ast.root()).len(), 9);
}

#[test]
fn declared_names_are_those_of_the_run() {
    let declared = |text: &str| compile(text, &env(36), &Limits::default()).unwrap().1.result().declared();
    assert_eq!(declared("timestamp(0)"), "google.protobuf.Timestamp");
    assert_eq!(declared("[null]"), "list(null_type)");
    assert_eq!(
        declared("optional.of({'a': duration('1s')})"),
        "optional_type(map(string, google.protobuf.Duration))"
    );
}

#[test]
fn types_that_grow_without_end_are_refused() {
    let text = format!("[1]{}", ".map(x, {x: x})".repeat(60));
    assert!(type_of(&text).contains("the types of the expression are too large"), "{}", type_of(&text));
    let text = format!("optional.of(1){}", ".optMap(x, x)".repeat(40));
    assert!(type_of(&text).contains("expression has more than 200000 nodes"));
}

#[test]
fn the_depth_allowed_fits_a_small_stack() {
    let deep =
        |open: &str, close: &str, times: usize| format!("{}a{}", open.repeat(times), close.repeat(times));
    let chain = |step: &str, times: usize| format!("object{}", step.repeat(times));
    let texts = [
        deep("[", "]", 240),
        deep("-(", ")", 240),
        deep("{'a': ", "}", 240),
        format!("{}true{}", "names.all(x, ".repeat(240), ")".repeat(240)),
        chain(".a", 240),
        chain(".?a", 240),
        chain(".map(x, x)", 240),
        chain(".sortBy(x, x)", 100),
    ];
    let small = std::thread::Builder::new().stack_size(2 << 20);
    let run = small.spawn(move || {
        for text in &texts {
            let (_, checked) = compile(text, &env(36), &Limits::default()).unwrap();
            assert!(checked.cost(&Unsized).max > 0, "{text}");
        }
    });
    run.unwrap().join().unwrap();
}

/// Expressions without variables, most of them of wrong types. Null is left out: it fits types that do not take it at run time.
fn expression() -> impl Strategy<Value = String> {
    const LEAVES: &[&str] = &[
        "1",
        "2u",
        "1.5",
        "'a'",
        "true",
        "b'a'",
        "[1, 2]",
        "['a']",
        "{'a': 1}",
        "duration('1s')",
        "timestamp(0)",
        "optional.of(1)",
    ];
    let leaf = proptest::sample::select(LEAVES).prop_map(str::to_owned);
    leaf.prop_recursive(4, 24, 3, |inner| {
        const SIGNS: &[&str] =
            &[" + ", " - ", " * ", " / ", " % ", " == ", " != ", " < ", " >= ", " in ", " && ", " || "];
        const SHAPES: &[&str] = &[
            "size(E)",
            "E.size()",
            "type(E)",
            "string(E)",
            "int(E)",
            "double(E)",
            "!E",
            "-E",
            "E[0]",
            "E['a']",
            "[E, E]",
            "{'k': E}",
            "{E: 1}",
            "E.map(x, [x, x])",
            "E.all(x, x == x)",
            "E.exists(i, x, i == i)",
            "E.filter(x, true)",
            "E.optMap(x, [x])",
            "E.orValue(E)",
            "E.or(E)",
            "E[?0]",
            "E.?a",
            "E.a",
            "has(E.a)",
            "E.transformList(i, x, x)",
            "E.getHours()",
            "E.contains(E)",
            "E.matches(E)",
        ];
        prop_oneof![
            (inner.clone(), proptest::sample::select(SIGNS), inner.clone())
                .prop_map(|(left, sign, right)| format!("({left}{sign}{right})")),
            (proptest::sample::select(SHAPES), inner.clone()).prop_map(|(shape, of)| shape.replace('E', &of)),
            (inner.clone(), inner.clone(), inner)
                .prop_map(|(test, yes, no)| format!("({test} ? {yes} : {no})")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn what_is_accepted_never_lacks_an_overload(text in expression()) {
        let env = Environment::kubernetes(36);
        if let Ok((ast, _)) = compile(&text, &env, &Limits::default()) {
            let names = crate::cel::Names::new();
            let program = crate::cel::Program::of(&ast, &names, &Limits::default());
            // A constant that cannot be made (`int('x')`) is no matter of types; the API server refuses it afterwards.
            let names = |problem: &&crate::cel::CompileError| !problem.message.starts_with("program instantiation failed");
            prop_assert_eq!(program.unresolved().iter().find(names), None, "{}", text);
            if let Err(error) = program.evaluate(&crate::cel::Bindings::new()) {
                prop_assert_ne!(error.kind, crate::cel::ErrorKind::NoSuchOverload, "{}: {}", text, error);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_text_breaks_the_checker(words in proptest::collection::vec(
        prop_oneof![
            "[a-z]{1,3}", Just("object".to_owned()), Just("names".to_owned()), Just(".map(x, ".to_owned()),
            Just(".?a".to_owned()), Just("[?".to_owned()), Just("]".to_owned()), Just("(".to_owned()),
            Just(")".to_owned()), Just("{".to_owned()), Just("}".to_owned()), Just(":".to_owned()),
            Just("'%s'.format([".to_owned()), Just(" && ".to_owned()), Just("é".to_owned()),
        ], 0..12)) {
        let text = words.concat();
        if let Ok((_, checked)) = compile(&text, &env(36), &Limits::default()) {
            let Cost { min, max } = checked.cost(&Unsized);
            prop_assert!(min <= max);
        }
    }
}

#[test]
fn types_are_found_from_the_leaves_up() {
    for (text, found) in [
        ("null", "null"),
        ("[1, 2]", "list(int)"),
        ("[]", "list(dyn)"),
        ("{'a': [1u]}", "map(string, list(uint))"),
        ("{}", "map(dyn, dyn)"),
        ("object.spec.replicas", "dyn"),
        ("object.spec.replicas > 1", "bool"),
        ("object.x + 1", "int"),
        ("object.x + object.y", "dyn"),
        ("a == 1 ? 'x' : 'y'", "string"),
        ("a > 1.5", "bool"),
        ("type(a)", "type(int)"),
        ("type(a) == int", "bool"),
        ("type(names) == list", "bool"),
        ("int", "type(int)"),
        ("google.protobuf.Timestamp", "type(timestamp)"),
        ("net.IP", "type(net.IP)"),
        ("names[0]", "string"),
        ("names.map(x, size(x))", "list(int)"),
        ("names.map(x, x != '', [x])", "list(list(string))"),
        ("names.filter(x, x != '')", "list(string)"),
        ("names.all(i, x, i < 3 && x != '')", "bool"),
        ("names.exists_one(x, x == 'a')", "bool"),
        ("names.transformMap(i, x, x)", "map(int, string)"),
        ("names.transformMapEntry(i, x, {x: i})", "map(string, int)"),
        ("names.transformList(i, x, i)", "list(int)"),
        ("{'a': 1}.map(k, k)", "list(string)"),
        ("{'a': 1}.transformList(k, v, v)", "list(int)"),
        ("object.items.map(x, x.name)", "list(dyn)"),
        ("names.sortBy(x, size(x))", "list(string)"),
        ("item.price", "double"),
        ("item.tags.x", "int"),
        ("item.tags['x']", "int"),
        ("has(item.price)", "bool"),
        ("item.?price", "optional_type(double)"),
        ("object.?a.b", "optional_type(dyn)"),
        ("item.?tags.x.orValue(1)", "int"),
        ("item.?tags[?'x']", "optional_type(int)"),
        ("names[?0].optMap(x, size(x))", "optional_type(int)"),
        ("names[?0].optFlatMap(x, optional.of(1u))", "optional_type(uint)"),
        ("[?names[?0], 'b']", "list(string)"),
        ("{?'a': optional.of(1)}", "map(string, int)"),
        ("optional.none()", "optional_type(dyn)"),
        ("parts.first", "string"),
        ("ip('::1').family()", "int"),
        ("cidr('10.0.0.0/8').ip()", "net.IP"),
        ("quantity('1').add(1)", "kubernetes.Quantity"),
        ("sign(quantity('1'))", "int"),
        ("url('https://a').getQuery()", "map(string, list(string))"),
        ("format.dns1123Label().validate('a')", "optional_type(list(string))"),
        ("semver('v1.0', true).major()", "int"),
        ("[[1], [2]].flatten()", "list(int)"),
        ("sets.contains([1], [2])", "bool"),
        ("'%d'.format([a])", "string"),
        ("strings.quote('a')", "string"),
        ("timestamp('2020-01-01T00:00:00Z') + duration('1h')", "timestamp"),
        ("timestamp(0) - timestamp(0)", "duration"),
        ("timestamp(0) == null", "bool"),
        ("optional.of(1) == null", "bool"),
        ("dyn(1) == 'a'", "bool"),
        ("!!a", "int"),
        ("--1", "int"),
    ] {
        assert_eq!(type_of(text), found, "{text}");
    }
}

#[test]
fn lists_of_mixed_types_are_a_matter_of_the_environment() {
    let env = Environment::kubernetes(36);
    let text = "sets.contains([1], [1.0, 1])";
    assert!(compile(text, &env, &Limits::default()).is_err());
    let (_, checked) = compile(text, &env.with_mixed_literals(), &Limits::default()).unwrap();
    assert_eq!(checked.cost(&Unsized), Cost { min: 23, max: 23 });
}
