//! `ApplyConfiguration`.

use seawall_schema::{Schemas, Value, apply_configuration};

use crate::{tree, value};

fn merge_of(
    schemas: &Schemas,
    (api, kind): (&str, &str),
    object: &str,
    patch: &str,
) -> Result<String, String> {
    let (group, version) = seawall_schema::split_api_version(api);
    let schema = schemas.of(group, version, kind).expect("a type");
    let merged = apply_configuration(&value(object), &value(patch), schema);
    let json = |value: Value<'_>| {
        let mut out = String::new();
        value.to_tree().root().write_json(&mut out);
        out
    };
    merged.map(json).map_err(|error| error.to_string())
}

fn pods(object: &str, patch: &str) -> Result<String, String> {
    merge_of(&Schemas::builtin(), ("v1", "Pod"), object, patch)
}

#[test]
fn fields_and_keyed_items_are_merged() {
    let object = "metadata: {name: a, labels: {x: '1'}}\nspec: {containers: [{name: a, image: 'i:1'}, {name: b, image: 'j:1'}]}";
    let patch = "metadata: {labels: {z: '2'}}\nspec: {hostNetwork: true, containers: [{name: b, stdin: true}, {name: c}]}";
    assert_eq!(
        pods(object, patch).unwrap(),
        "{\"metadata\":{\"name\":\"a\",\"labels\":{\"x\":\"1\",\"z\":\"2\"}},\"spec\":{\"containers\":[{\"name\":\"a\",\"image\":\"i:1\"},\
         {\"name\":\"b\",\"image\":\"j:1\",\"stdin\":true},{\"name\":\"c\"}],\"hostNetwork\":true}}"
    );
}

#[test]
fn keys_that_are_not_written_have_their_defaults() {
    let object = "spec: {containers: [{name: a, ports: [{containerPort: 80, protocol: TCP}]}]}";
    let patch = "spec: {containers: [{name: a, ports: [{containerPort: 80, name: web}]}]}";
    let merged = pods(object, patch).unwrap();
    assert!(merged.contains("[{\"containerPort\":80,\"protocol\":\"TCP\",\"name\":\"web\"}]"), "{merged}");
}

#[test]
fn the_order_of_what_both_have_is_the_patchs() {
    let list = |names: &str| {
        let items: Vec<String> = names.chars().map(|name| format!("{{name: {name}}}")).collect();
        format!("spec: {{containers: [{}]}}", items.join(", "))
    };
    for (left, right, expected) in [
        ("abc", "ca", "bca"),
        ("abc", "b", "abc"),
        ("abc", "d", "abcd"),
        ("abcd", "xdb", "acxdb"),
        ("", "ab", "ab"),
        ("ab", "", "ab"),
    ] {
        let merged = pods(&list(left), &list(right)).unwrap();
        let names: String =
            merged.split("\"name\":\"").skip(1).filter_map(|rest| rest.chars().next()).collect();
        assert_eq!(names, expected, "{left} and {right}");
    }
}

#[test]
fn sets_get_what_they_lack() {
    let merged = merge_of(
        &Schemas::builtin(),
        ("v1", "Namespace"),
        "metadata: {finalizers: [a, b]}",
        "metadata: {finalizers: [b, c]}",
    );
    assert_eq!(merged.unwrap(), "{\"metadata\":{\"finalizers\":[\"a\",\"b\",\"c\"]}}");
}

#[test]
fn atomic_values_are_refused_by_their_paths() {
    let text = "invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: ";
    for (patch, path) in [
        ("spec: {nodeSelector: {a: b}}", ".spec.nodeSelector"),
        ("spec: {tolerations: []}", ".spec.tolerations"),
        ("spec: {imagePullSecrets: [{name: a}]}", ".spec.imagePullSecrets[0]"),
        (
            "spec: {initContainers: [{name: a, args: [x], command: [z]}]}",
            ".spec.initContainers[0].args, .spec.initContainers[0].command",
        ),
    ] {
        assert_eq!(pods("metadata: {name: a}", patch).unwrap_err(), format!("{text}{path}"));
    }
}

#[test]
fn what_is_not_of_the_type_is_refused() {
    let text = "failed to convert patch object to typed object: ";
    for (patch, error) in [
        ("spec: {nope: x}", ".spec.nope: field not declared in schema"),
        ("metadata: {labels: null}", ".metadata.labels: expected map, got &{NULL_VALUE}"),
        ("spec: {containers: {}}", ".spec.containers: expected list, got &{map[]}"),
        ("spec: {priority: high}", ".spec.priority: expected numeric (int or float), got string"),
        ("spec: {hostNetwork: 1}", ".spec.hostNetwork: expected boolean, got &{1}"),
        (
            "spec: {containers: [{name: a}, {name: a}]}",
            ".spec.containers: duplicate entries for key [name=\"a\"]",
        ),
        (
            "spec: {containers: [{name: a, nope: 1}]}",
            ".spec.containers[name=\"a\"].nope: field not declared in schema",
        ),
        (
            "spec: {containers: [x]}",
            ".spec.containers: element 0: associative list with keys may not have non-map elements",
        ),
        (
            "spec: {a: 1, b: 2}",
            "errors:\n  .spec.a: field not declared in schema\n  .spec.b: field not declared in schema",
        ),
    ] {
        assert_eq!(pods("metadata: {name: a}", patch).unwrap_err(), format!("{text}{error}"), "{patch}");
    }
    let scale = merge_of(&Schemas::builtin(), ("autoscaling/v1", "Scale"), "spec: {}", "spec: {replicas: 3}");
    assert_eq!(scale.unwrap_err(), format!("{text}no corresponding type for autoscaling/v1, Kind=Scale"));
}

#[test]
fn without_a_schema_maps_are_merged_and_lists_replaced() {
    let mut schemas = Schemas::builtin();
    schemas.add_crd(
        tree(
            "spec: {group: g, scope: Cluster, names: {kind: Blob, plural: blobs}, versions: [{name: v1, served: true, schema: \
             {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}]}",
        )
        .root(),
    );
    let merged = merge_of(
        &schemas,
        ("g/v1", "Blob"),
        "spec: {a: {x: 1}, l: [1, 2]}",
        "spec: {a: {z: 2}, l: [3], s: x}",
    );
    assert_eq!(merged.unwrap(), "{\"spec\":{\"a\":{\"x\":1,\"z\":2},\"l\":[3],\"s\":\"x\"}}");
}

#[test]
fn duplicates_of_the_object_stay_and_are_not_merged() {
    let object = "spec: {containers: [{name: a, image: x}, {name: a, image: w}, {name: b}]}";
    let merged = pods(object, "spec: {containers: [{name: b, image: z}]}").unwrap();
    assert!(merged.contains("[{\"name\":\"a\",\"image\":\"x\"},{\"name\":\"a\",\"image\":\"w\"},{\"name\":\"b\",\"image\":\"z\"}]"), "{merged}");
}
