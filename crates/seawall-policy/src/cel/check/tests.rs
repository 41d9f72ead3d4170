//! Types and issues of whole expressions; the texts are cel-go's.

use super::*;

fn env() -> Environment {
    let mut env = Environment::kubernetes(36);
    env.declare("object", Type::Dyn);
    env.declare("a", Type::Int);
    env.declare("names", Type::list(Type::String));
    env.define(
        "shop.Item",
        [("price".into(), Type::Double), ("tags".into(), Type::map(Type::String, Type::Int))],
    );
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
    type_in(&env(), text)
}

#[test]
fn issues_are_printed_as_cel_go_does() {
    assert_eq!(
        type_of("a + foo"),
        "ERROR: <input>:1:5: undeclared reference to 'foo' (in container '')\n | a + foo\n | ....^"
    );
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
