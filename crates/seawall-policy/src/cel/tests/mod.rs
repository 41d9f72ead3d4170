//! Expressions whose value or error is known from the language definition or from the API server.

mod libraries;
mod zones;

use proptest::prelude::*;
use seawall_yaml::{Limits as ReadLimits, Text, Tree, read};

use super::ast::{Ast, Expr, ExprId};
use super::*;

fn pod() -> Tree {
    let text = r#"{"metadata":{"name":"web","labels":{"app":"web"},"generation":18446744073709551615,"annotations":null},
        "spec":{"hostNetwork":false,"weight":2.0,"containers":[
            {"name":"a","image":"registry.example/a:1","securityContext":{"privileged":true}},
            {"name":"b","image":"b@sha256:00"}]}}"#;
    read(&Text::new(text), &ReadLimits::default()).0.pop().unwrap().tree
}

/// What an expression says of the pod, in the notation of values.
fn say_within(text: &str, limits: &Limits) -> String {
    let tree = pod();
    let mut names = Names::new();
    let object = names.declare("object");
    let program = match Program::compile(text, &names, limits) {
        Ok(program) => program,
        Err(error) => return format!("refused: {error}"),
    };
    let mut bindings = Bindings::new();
    bindings.set(object, Value::from_node(tree.root()));
    match program.evaluate(&bindings) {
        Ok(value) => format!("{value:?}"),
        Err(error) => format!("error: {error}"),
    }
}

fn say(text: &str) -> String {
    say_within(text, &Limits::default())
}

/// `&&` binds stronger than `||`, on either side of it.
#[test]
fn a_chain_ends_where_another_operator_begins() {
    for (text, said) in [
        ("false && false || true", "true"),
        ("false && true || true && true", "true"),
        ("true || false && false", "true"),
        ("false && true || true || false && true", "true"),
        ("(true || false) && false || false", "false"),
    ] {
        assert_eq!(say(text), said, "{text}");
    }
}

#[test]
fn resources_are_read_where_they_lie() {
    for (text, said) in [
        ("object.metadata.name", "\"web\""),
        ("object.spec.containers.all(c, has(c.securityContext))", "false"),
        ("object.spec.containers.filter(c, has(c.securityContext)).map(c, c.name)", "[\"a\"]"),
        ("object.spec.containers[1].image.startsWith('b@')", "true"),
        ("object.spec.containers.exists(i, c, i == 1 && c.name == 'b')", "true"),
        ("object.metadata.labels == {'app': 'web'}", "true"),
        ("'app' in object.metadata.labels && !('x' in object.metadata.labels)", "true"),
        ("object.metadata.labels.map(k, k)", "[\"app\"]"),
        ("object.spec.?missing.?deeper.orValue('none')", "\"none\""),
        ("object.metadata.?labels[?'app'].orValue('none')", "\"web\""),
        ("type(object.spec.containers) == list && type(object) == map", "true"),
        // Numbers are those of the API server's decoder.
        ("type(object.spec.weight)", "double"),
        ("type(object.metadata.generation)", "double"),
        ("size(object.spec.containers)", "2"),
    ] {
        assert_eq!(say(text), said, "{text}");
    }
}

/// As observed on an API server: what is below null and scalars, and what `has` says of it.
#[test]
fn missing_things_are_errors_that_has_avoids() {
    for (text, said) in [
        ("object.metadata.annotations", "null"),
        ("object.metadata.annotations.x", "error: no such key: x"),
        ("has(object.metadata.annotations.x)", "false"),
        ("has(object.metadata.name.x)", "false"),
        ("has(object.spec.containers.x)", "error: unsupported index type 'string' in list"),
        ("has(object.spec.a.b)", "error: no such key: a"),
        ("object.spec.a || true", "true"),
        ("true || object.spec.a", "true"),
        ("object.spec.a && true", "error: no such key: a"),
        ("object.spec.containers[2]", "error: index out of bounds: 2"),
        ("object.spec.containers[-1]", "error: index out of bounds: -1"),
        ("object.spec.containers.exists(c, c.securityContext.privileged)", "true"),
        (
            "object.spec.containers.all(c, c.securityContext.privileged)",
            "error: no such key: securityContext",
        ),
        ("nothing", "error: no such attribute(s): nothing"),
        ("f(1)", "error: no such overload: f"),
    ] {
        assert_eq!(say(text), said, "{text}");
    }
}

#[test]
fn numbers_never_mix_and_never_wrap() {
    for (text, said) in [
        ("1 + 2 * 3 - -4", "11"),
        ("-9223372036854775808", "-9223372036854775808"),
        ("-(-9223372036854775808)", "error: integer overflow"),
        ("9223372036854775808", "refused: invalid int literal (at byte 0)"),
        ("-9223372036854775808 / -1", "error: integer overflow"),
        ("-9223372036854775808 % -1", "error: integer overflow"),
        ("7 % 0", "error: modulus by zero"),
        ("1 + 1.0", "error: no such overload"),
        ("1 < 1.5 && 2u > 1", "true"),
        ("dyn(1) == 1.0", "true"),
        ("0.0 / 0.0 < 1.0", "error: NaN values cannot be ordered"),
        ("string(1000000.0)", "\"1e+06\""),
        ("string(0.00001)", "\"1e-05\""),
        ("double('1e999' + '')", "error: type conversion error from 'string' to 'double'"),
        ("{1: 'a'}[1u] + {2u: 'b'}[2.0]", "\"ab\""),
    ] {
        assert_eq!(say(text), said, "{text}");
    }
}

#[test]
fn texts_times_and_optionals() {
    for (text, said) in [
        ("'a\\n\\x41\\u00e9' + r'\\n' + '''it's'''", "\"a\\nAé\\\\nit's\""),
        ("'Hello'.substring(1, 3) + 'a,b'.split(',').join('-')", "\"ela-b\""),
        ("'%s has %d of %.1f %x'.format(['a', 2, 1.25, 255])", "\"a has 2 of 1.2 ff\""),
        ("'%s'.format([{'b': 1, 'a': [true, null]}])", "\"{\\\"a\\\":[true, null], \\\"b\\\":1}\""),
        ("'éa'.indexOf('a') == 1 && 'aa'.lastIndexOf('a') == 1", "true"),
        ("'web-1'.matches('^[a-z]+-\\\\d$')", "true"),
        ("'x'.matches('(')", "error: error parsing regexp: `(`"),
        ("timestamp('2024-02-29T12:00:00Z') + duration('24h')", "timestamp(2024-03-01T12:00:00Z)"),
        ("timestamp('2024-02-29T23:00:00Z').getDate('+02:00')", "1"),
        ("optional.of(1).optMap(x, x + 1)", "optional.of(2)"),
        ("optional.none().orValue(3)", "3"),
        ("optional.of(1).or(1 / 0)", "optional.of(1)"),
        ("[1, ?optional.none(), 2]", "[1, 2]"),
        ("{'a': 1, 'a': 2}", "{\"a\": 2}"),
        ("{'a': 1}.transformMapEntry(k, v, {v: k})", "{1: \"a\"}"),
    ] {
        assert_eq!(say(text), said, "{text}");
    }
}

#[test]
fn what_is_no_expression_is_refused_with_its_place() {
    for (text, said) in [
        ("a b", "refused: Syntax error: extraneous input 'b' expecting <EOF> (at byte 2)"),
        ("'a", "refused: Syntax error: token recognition error at: ''a' (at byte 0)"),
        ("'\\ud800'", "refused: invalid unicode code point (at byte 0)"),
        ("if", "refused: reserved identifier: if (at byte 0)"),
        ("has(a)", "refused: invalid argument to has() macro (at byte 4)"),
        ("[1].all(a.b, true)", "refused: argument must be a simple name (at byte 9)"),
        ("a.`b`", "refused: unsupported syntax: '`' (at byte 2)"),
    ] {
        assert_eq!(say(text), said, "{text}");
    }
}

/// Deep, long and hungry expressions end, whatever they are made of.
#[test]
fn hostile_expressions_are_bounded() {
    for open in ["(", "[", "-(", "!(", "a.f(", "{1:", "a[", "true ? 1 : "] {
        assert!(say(&open.repeat(100_000)).starts_with("refused"), "{open}");
    }
    for chain in [" + 1", ".a", "[0]"] {
        assert!(say(&format!("a{}", chain.repeat(50_000))).starts_with("refused"), "{chain}");
    }
    assert_eq!(say(&format!("true{}", " && true".repeat(50_000))), "true");
    let ended = "error: operation cancelled: actual cost limit exceeded";
    let many = format!("[{}]", "1,".repeat(1_000));
    for text in [
        format!("{many}.all(a, {many}.all(b, {many}.all(c, a + b + c > 0)))"),
        format!("{many}.exists(a, {many}.all(b, {many}.all(c, true))) || true || false"),
        format!("['aaaaaaaaaaaaaaaa']{}", ".map(s, s + s)".repeat(60)),
        format!("[[1]]{} == 1", ".map(l, l + l)".repeat(60)),
        format!("'%s'.format([[1]{}])", ".map(x, [x, x])".repeat(60)),
        format!("[1]{0} == [1]{0}", ".map(x, [x, x])".repeat(60)),
    ] {
        assert_eq!(say_within(&text, &Limits { steps: 1_000_000, ..Limits::default() }), ended, "{text:.60}");
    }
    let small = Limits { cost: 10, ..Limits::default() };
    assert_eq!(say_within("true || [1, 2, 3].all(x, x > 0 && x > 0)", &small), "true");
    assert_eq!(say_within("[1, 2, 3].all(x, x > 0 && x > 0) || true", &small), ended);
}

#[test]
fn the_depth_allowed_fits_a_small_stack() {
    let deepest = |open: &str, close: &str| format!("{}1{}", open.repeat(240), close.repeat(240));
    let texts = [
        deepest("(", ")"),
        deepest("[", "]"),
        deepest("-(", ")"),
        deepest("{1: ", "}"),
        deepest("size([", "])"),
    ];
    std::thread::Builder::new()
        .stack_size(2 << 20)
        .spawn(move || {
            for text in texts {
                let said = say(&text);
                assert!(!said.contains("no such attribute"), "{said}");
                let ast = parse(&text, &Limits::default());
                if let Ok(ast) = ast {
                    print(&ast);
                }
            }
        })
        .unwrap()
        .join()
        .unwrap();
}

#[test]
fn names_are_looked_for_outwards_and_shadowed_inwards() {
    let mut names = Names::new().within("a.b");
    let (outer, inner) = (names.declare("y"), names.declare("a.y"));
    let mut bindings = Bindings::new();
    bindings.set(outer, Value::Int(1));
    bindings.set(inner, Value::Int(2));
    for (text, value) in [("y", "2"), (".y", "1"), ("[3].map(y, y)[0]", "3"), ("[3].map(y, .y)[0]", "1")] {
        let program = Program::compile(text, &names, &Limits::default()).unwrap();
        assert!(program.unresolved().is_empty(), "{text}");
        assert_eq!(format!("{:?}", program.evaluate(&bindings).unwrap()), value, "{text}");
    }
    let program = Program::compile("y", &names, &Limits::default()).unwrap();
    let error = program.evaluate(&Bindings::new()).unwrap_err();
    assert_eq!((error.to_string().as_str(), error.at), ("no such attribute(s): a.y", 0));
    let program = Program::compile("z.f() == Q{}", &names, &Limits::default()).unwrap();
    let unresolved: Vec<u32> = program.unresolved().iter().map(|problem| problem.at).collect();
    assert_eq!(unresolved, [0, 3, 10]);
}

/// Whether two trees are one, places aside.
fn same(one: &Ast, two: &Ast, left: ExprId, right: ExprId) -> bool {
    let both = |left: &[ExprId], right: &[ExprId]| {
        left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(one, two, *left, *right))
    };
    let (left, right) = (one.expr(left), two.expr(right));
    let shape = |expr: &Expr| format!("{expr:?}").replace(|c: char| c.is_ascii_digit(), "");
    match (left, right) {
        (Expr::Int(_) | Expr::Uint(_) | Expr::Double(_) | Expr::Str(_) | Expr::Bytes(_), _) => left == right,
        _ => shape(left) == shape(right) && both(&ast::tests_children(left), &ast::tests_children(right)),
    }
}

#[test]
fn every_form_is_printed_as_it_reads() {
    for text in [
        "a.b.?c[0][?'d'] ? -x : !(-1) - -9223372036854775808",
        "(a || b && c) && (d && e) || f(1u, 1e-7, b'\\xff', 'é\\n\"')",
        "{'a': 1, ?b: c} == Object{spec: Object.spec{?x: [1, ?y]}}",
        "a.all(i, v, v in b) != a.exists_one(x, has(x.y)) && a.map(x, x > 1, x / 2) == a.filter(x, x % 2 == 0)",
        "a.transformList(i, v, i > 0, v).size() <= a.transformMap(k, v, v).transformMapEntry(k, v, {v: k}).size()",
        ".x.optMap(y, y).optFlatMap(z, z.?a) < (true ? null : false)",
    ] {
        let ast = parse(text, &Limits::default()).unwrap();
        let printed = print(&ast);
        let again = parse(&printed, &Limits::default()).unwrap();
        assert!(same(&ast, &again, ast.root(), again.root()), "{text} became {printed}");
    }
    let ast = parse("a && b", &Limits::default()).unwrap();
    let other = parse("a || b", &Limits::default()).unwrap();
    assert!(!same(&ast, &other, ast.root(), other.root()));
}

const PIECES: [&str; 40] = [
    "a",
    "b",
    ".",
    ".?",
    "(",
    ")",
    "[",
    "]",
    "[?",
    "{",
    "}",
    ",",
    ":",
    "?",
    "1",
    "-1",
    "2u",
    "1.5",
    "'s'",
    "b'x'",
    "true",
    "null",
    "+",
    "-",
    "*",
    "%",
    "==",
    "<",
    " in ",
    "&&",
    "||",
    "!",
    ".all(x, ",
    ".map(x, ",
    "has(a.b)",
    ".exists(i, v, ",
    "x",
    "size(",
    ".optMap(x, ",
    "r'\\'",
];

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,80}") {
        say(&text);
    }

    #[test]
    fn what_is_printed_reads_the_same(pieces in proptest::collection::vec(0..PIECES.len(), 1..14)) {
        let text: String = pieces.iter().map(|piece| PIECES[*piece]).collect();
        say(&text);
        if let Ok(ast) = parse(&text, &Limits::default()) {
            let printed = print(&ast);
            let again = parse(&printed, &Limits::default()).map_err(|error| TestCaseError::fail(format!("{printed}: {error}")))?;
            prop_assert!(same(&ast, &again, ast.root(), again.root()), "{} became {}", text, printed);
        }
    }
}

/// A policy's variables: found when they are asked for, once, with their errors, and never within themselves.
#[test]
fn lazy_variables_are_found_once() {
    let mut names = Names::new();
    let object = names.declare("object");
    let mut programs = Vec::new();
    for (name, text) in [
        ("n", "object + 1"),
        ("bad", "object / 0"),
        ("worse", "variables.bad + 1"),
        ("again", "variables.n + variables.n"),
    ] {
        let program = Program::compile(text, &names, &Limits::default()).unwrap();
        programs.push((names.declare_composited(name), program));
    }
    let slot = names.declare_composited("self");
    programs.push((slot, Program::compile("variables.self", &names, &Limits::default()).unwrap()));
    let ask = |text: &str| Program::compile(text, &names, &Limits::default()).unwrap();
    let asked =
        ["variables.again", "variables.n", "variables.worse", "variables.bad == 1 || true", "variables.self"];
    let asked = asked.map(ask);
    let mut bindings = Bindings::new();
    bindings.set(object, Value::Int(20));
    for (slot, program) in &programs {
        bindings.set_lazy(*slot, program);
    }
    let say = |place: usize| match asked[place].evaluate(&bindings) {
        Ok(value) => format!("{value:?}"),
        Err(error) => error.to_string(),
    };
    assert_eq!(bindings.take_composited_cost(), 0);
    assert_eq!(say(0), "42");
    let cost = bindings.take_composited_cost();
    assert!(cost > 0);
    assert_eq!(say(1), "21");
    assert_eq!(bindings.take_composited_cost(), 0, "what was found is not found again");
    assert_eq!(
        say(2),
        "composited variable \"worse\" fails to evaluate: composited variable \"bad\" fails to evaluate: division by zero"
    );
    assert_eq!(say(3), "true");
    assert!(say(4).ends_with("variables are nested too deeply"));
}
