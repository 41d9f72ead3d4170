//! JSON patches.

use proptest::prelude::*;
use seawall_schema::Value;
use seawall_schema::patch::{Operation, PatchError, apply_patch, diff, rebase};
use seawall_yaml::Node;

use crate::{tree, value};

/// An operation as it is written.
fn operation(node: Node<'_>) -> Operation<'_> {
    Operation {
        op: node.str("op").expect("an operation").to_owned(),
        path: node.str("path").expect("a path").to_owned(),
        from: node.str("from").map(str::to_owned),
        value: node.entry("value").map(|value| Value::of(value).expect("a value")),
    }
}

fn apply(document: &str, patch: &str) -> Result<Value<'static>, PatchError> {
    let tree = tree(patch);
    let patch: Vec<_> = tree.root().items().map(operation).collect();
    let mut document = value(document);
    apply_patch(&mut document, &patch)?;
    Ok(document.into_owned())
}

#[test]
fn operations_apply_as_the_api_server_applies_them() {
    for (document, patch, expected) in [
        ("a: 1", "[{op: add, path: /b, value: 2}]", "{a: 1, b: 2}"),
        ("a: 1", "[{op: add, path: /a, value: {x: 1}}]", "{a: {x: 1}}"),
        ("a: [1, 2]", "[{op: add, path: /a/1, value: 9}]", "a: [1, 9, 2]"),
        ("a: [1, 2]", "[{op: add, path: /a/-, value: 9}]", "a: [1, 2, 9]"),
        ("a: [1, 2]", "[{op: add, path: /a/-1, value: 9}]", "a: [1, 2, 9]"),
        ("a: [1, 2]", "[{op: remove, path: /a/-1}]", "a: [1]"),
        ("a: [1, 2]", "[{op: replace, path: /a/0, value: 9}]", "a: [9, 2]"),
        ("a: {}", "[{op: replace, path: /a/b, value: 1}]", "a: {b: 1}"),
        ("a: 1", "[{op: add, path: /b}]", "{a: 1, b: null}"),
        ("a/b: {'~': 1}", "[{op: remove, path: /a~1b/~0}]", "a/b: {}"),
        ("{a: {x: 1}, b: {}}", "[{op: move, from: /a/x, path: /b/z}]", "{a: {}, b: {z: 1}}"),
        ("{a: {x: 1}}", "[{op: copy, from: /a, path: /b}]", "{a: {x: 1}, b: {x: 1}}"),
        ("a: 1", "[{op: test, path: /a, value: 1.0}, {op: remove, path: /a}]", "{}"),
        ("a: null", "[{op: test, path: /a, value: null}, {op: test, path: /b}]", "a: null"),
        ("a: 1", "[{op: replace, path: '', value: [1]}]", "[1]"),
        ("'': 1", "[{op: remove, path: /}]", "{}"),
    ] {
        let seen = apply(document, patch).unwrap_or_else(|error| panic!("{patch}: {error}"));
        assert!(seen.means(&value(expected)), "{patch}: {seen:?}");
    }
}

#[test]
fn errors_are_those_of_the_api_server() {
    for (document, patch, error) in [
        (
            "a: 1",
            "[{op: add, path: /x/z, value: 1}]",
            "add operation does not apply: doc is missing path: \"/x/z\": missing value",
        ),
        (
            "a: 1",
            "[{op: add, path: /a/z, value: 1}]",
            "add operation does not apply: doc is missing path: \"/a/z\": missing value",
        ),
        (
            "a: null",
            "[{op: add, path: /a/z, value: 1}]",
            "add operation does not apply: doc is missing path: \"/a/z\": missing value",
        ),
        (
            "a: 1",
            "[{op: add, path: '', value: 1}]",
            "add operation does not apply: doc is missing path: \"\": missing value",
        ),
        (
            "a: 1",
            "[{op: remove, path: /x/z}]",
            "remove operation does not apply: doc is missing path: \"/x/z\": missing value",
        ),
        (
            "a: {}",
            "[{op: remove, path: /a/z}]",
            "error in remove for path: '/a/z': Unable to remove nonexistent key: z: missing value",
        ),
        (
            "a: 1",
            "[{op: replace, path: /x/z, value: 1}]",
            "replace operation does not apply: doc is missing path: /x/z: missing value",
        ),
        (
            "a: [1]",
            "[{op: replace, path: /a/3, value: 1}]",
            "replace operation does not apply: doc is missing key: /a/3: missing value",
        ),
        (
            "a: [1]",
            "[{op: add, path: /a/5, value: 1}]",
            "error in add for path: '/a/5': Unable to access invalid index: 5: invalid index referenced",
        ),
        (
            "a: [1]",
            "[{op: remove, path: /a/x}]",
            "error in remove for path: '/a/x': strconv.Atoi: parsing \"x\": invalid syntax",
        ),
        ("a: 1", "[{op: merge, path: /a}]", "Unexpected kind: merge"),
        ("a: 1", "[{op: test, path: /a, value: 2}]", "testing value /a failed: test failed"),
    ] {
        let seen = apply(document, patch).unwrap_err();
        assert_eq!(seen.to_string(), error);
        assert_eq!(matches!(seen, PatchError::TestFailed(_)), error.ends_with("test failed"));
    }
}

#[test]
fn a_patch_touches_only_what_differs() {
    for (from, to, expected) in [
        ("{a: 1, b: {c: [1, 2, 3]}}", "{a: 1, b: {c: [1, 2, 3]}}", "[]"),
        ("{a: 1}", "{b: 2}", "[{op: remove, path: /a}, {op: add, path: /b, value: 2}]"),
        ("a: [x, w, z]", "a: [x, z]", "[{op: remove, path: /a/1}]"),
        ("a: [x, z]", "a: [x, w, z]", "[{op: add, path: /a/1, value: w}]"),
        (
            "a: [{n: a, v: 1}, {n: b}]",
            "a: [{n: a, v: 2}, {n: b}, {n: c}]",
            "[{op: replace, path: /a/0/v, value: 2}, {op: add, path: /a/2, value: {n: c}}]",
        ),
        ("a: [1]", "a: {x: 1}", "[{op: replace, path: /a, value: {x: 1}}]"),
        ("a/b: 1", "a/b: 2", "[{op: replace, path: /a~1b, value: 2}]"),
    ] {
        let patch = Value::List(diff(&value(from), &value(to)).iter().map(Operation::to_value).collect());
        assert!(patch.means(&value(expected)), "{patch:?}");
    }
}

/// What came in, the same decoded, what that became, and what is to come out.
#[test]
fn a_change_of_what_was_decoded_is_a_change_of_what_came_in() {
    for (original, from, to, expected) in [
        ("{a: 1, newer: 2}", "{a: 1, default: 3}", "{a: 1, default: 3}", None),
        ("{a: 1, newer: 2}", "{a: 1, default: 3}", "{a: 9, default: 3}", Some("{a: 9, newer: 2}")),
        ("{a: 1}", "{a: 1, d: {x: 1}}", "{a: 1, d: {x: 1, y: 2}}", Some("{a: 1, d: {x: 1, y: 2}}")),
        ("{a: 1, n: null}", "{a: 1}", "{}", Some("{n: null}")),
        (
            "l: [{name: a, newer: 1}, {name: b, newer: 2}]",
            "l: [{name: a, d: 0}, {name: b, d: 0}]",
            "l: [{name: s, d: 0}, {name: a, d: 0, v: 1}, {name: b, d: 0}]",
            Some("l: [{name: s, d: 0}, {name: a, newer: 1, v: 1}, {name: b, newer: 2}]"),
        ),
        ("l: [{newer: 1}, {}]", "l: [{d: 0}, {d: 0}]", "l: [{d: 0}]", Some("l: [{newer: 1}]")),
        ("l: [{p: 1, newer: 1}]", "l: [{p: 1}]", "l: [{p: 2}]", Some("l: [{p: 2, newer: 1}]")),
        ("l: text", "{}", "l: [1]", Some("l: [1]")),
    ] {
        let seen = rebase(&value(original), &value(from), &value(to));
        let fits = match (&seen, expected) {
            (Some(seen), Some(expected)) => seen.means(&value(expected)),
            (seen, expected) => seen.is_none() && expected.is_none(),
        };
        assert!(fits, "{original}: {seen:?}");
    }
}

#[test]
fn copies_of_copies_end() {
    let doubling: Vec<String> = (0..64).map(|n| format!("{{op: copy, from: '', path: /k{n}}}")).collect();
    assert!(apply("a: 1", &format!("[{}]", doubling.join(", "))).is_err());
    let doubling: Vec<String> = (0..64).map(|n| format!("{{op: copy, from: /a, path: /a/k{n}}}")).collect();
    let error = apply("a: {x: 1}", &format!("[{}]", doubling.join(", "))).unwrap_err();
    assert_eq!(error.to_string(), "the operations of a patch may copy 1000000 values, not more");
}

fn any_value() -> impl Strategy<Value = Value<'static>> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        (0_i64..4).prop_map(Value::Int),
        "[a-c/~]{0,2}".prop_map(|text| Value::Str(text.into())),
    ];
    leaf.prop_recursive(4, 48, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::List),
            prop::collection::btree_map("[a-c/~]{0,2}", inner, 0..6).prop_map(|map| Value::Map(
                map.into_iter().map(|(key, value)| (key.into(), value)).collect()
            )),
        ]
    })
}

fn any_document() -> impl Strategy<Value = Value<'static>> {
    prop::collection::btree_map("[a-c/~]{0,2}", any_value(), 0..5)
        .prop_map(|map| Value::Map(map.into_iter().map(|(key, value)| (key.into(), value)).collect()))
}

proptest! {
    #[test]
    fn what_is_different_makes_the_same(from in any_document(), to in any_document()) {
        let patch = diff(&from, &to);
        let mut seen = from.clone();
        apply_patch(&mut seen, &patch).unwrap();
        prop_assert!(seen.means(&to), "{patch:?}");
        prop_assert_eq!(patch.is_empty(), from.means(&to));
    }

    #[test]
    fn a_change_of_the_same_form_is_the_change(from in any_document(), to in any_document()) {
        match rebase(&from, &from, &to) {
            None => prop_assert!(from.means(&to)),
            Some(seen) => prop_assert!(seen.means(&to), "{seen:?}"),
        }
    }
}
