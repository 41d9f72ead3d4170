//! Objects that nobody means well.

use proptest::prelude::*;
use seawall_schema::{Admission, Schemas, Value, admitted, apply_configuration};
use seawall_yaml::{Limits, Text, read};

use crate::tree;

const EVERYTHING: Admission = Admission { creation: true, plugins: true };

#[test]
fn deep_objects_end() {
    let deep = |depth: usize| {
        let open = "{\"not\":".repeat(depth);
        let schema = format!("{open}{{}}{}", "}".repeat(depth));
        format!(
            "{{\"apiVersion\":\"apiextensions.k8s.io/v1\",\"kind\":\"CustomResourceDefinition\",\"metadata\":{{}},\"spec\":{{\"group\":\"g\",\
             \"names\":{{\"kind\":\"K\",\"plural\":\"k\"}},\"versions\":[{{\"name\":\"v1\",\"served\":true,\
             \"schema\":{{\"openAPIV3Schema\":{schema}}}}}]}}}}"
        )
    };
    let mut schemas = Schemas::builtin();
    let tree = tree(&deep(500));
    let schema = schemas.of_object(tree.root()).expect("definitions");
    assert_eq!(admitted(&tree, schema, EVERYTHING).problems, []);
    schemas.add_crd(tree.root());
    let (documents, _) = read(&Text::new(deep(600)), &Limits::default());
    assert!(documents.is_empty());
}

#[test]
fn long_lists_are_read_once() {
    let items: Vec<String> = (0..20_000).map(|n| format!("{{name: c{n}, image: 'i:1', x: 1}}")).collect();
    let text = format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec: {{containers: [{}]}}\n",
        items.join(", ")
    );
    let tree = tree(&text);
    let schemas = Schemas::builtin();
    let schema = schemas.of("", "v1", "Pod").expect("pods");
    let seen = admitted(&tree, schema, EVERYTHING);
    assert_eq!(seen.problems.len(), 100);
    let object = Value::of(tree.root()).expect("a value");
    let mut patch = object.clone();
    for item in patch.path_mut(&["spec", "containers"]).map(Value::items_mut).unwrap_or_default() {
        item.remove("x");
    }
    let mut lists = patch.clone();
    lists.path_mut(&["spec", "containers"]).map(Value::items_mut).unwrap_or_default().reverse();
    assert!(apply_configuration(&patch, &lists, schema).is_ok());
}

/// JSON in which anything stands where something else should.
fn anything() -> impl Strategy<Value = Value<'static>> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        any::<f64>().prop_filter("finite", |float| float.is_finite()).prop_map(Value::Float),
        prop_oneof!["1Gi", "2026-01-01T00:00:00Z", "Zm9v", ".*"].prop_map(|text| Value::Str(text.into())),
    ];
    let words = prop::sample::select(vec![
        "spec",
        "metadata",
        "template",
        "containers",
        "initContainers",
        "name",
        "image",
        "resources",
        "limits",
        "requests",
        "cpu",
        "volumes",
        "ports",
        "status",
        "labels",
        "annotations",
        "strategy",
        "rollingUpdate",
        "type",
        "behavior",
        "metrics",
        "data",
        "stringData",
        "rules",
        "subjects",
        "kind",
        "capacity",
        "tolerations",
        "volumeMounts",
        "jobTemplate",
        "selector",
    ]);
    leaf.prop_recursive(6, 96, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::List),
            prop::collection::hash_map(words.clone(), inner, 0..8).prop_map(|map| Value::Map(
                map.into_iter().map(|(key, value)| (key.into(), value)).collect()
            )),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn nothing_panics_and_what_comes_out_goes_in_again(object in anything(), other in anything()) {
        let schemas = Schemas::builtin();
        let tree = object.to_tree();
        for (group, version, kind) in schemas.kinds() {
            let schema = schemas.of(group, version, kind).expect("a type");
            let seen = admitted(&tree, schema, EVERYTHING);
            prop_assert_eq!(admitted(&seen.tree, schema, EVERYTHING).problems, []);
            let seen = admitted(&tree, schema, Admission::default());
            let again = admitted(&seen.tree, schema, Admission::default());
            let first = Value::of(seen.tree.root()).expect("a value");
            let second = Value::of(again.tree.root()).expect("a value");
            prop_assert!(first.means(&second), "{}: {:?} and {:?}", kind, first, second);
            schema.unknown_fields(tree.root());
            let _ = apply_configuration(&object, &other, schema);
        }
    }
}
