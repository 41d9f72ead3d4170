//! What the round trip through Go's types makes of an object.

use seawall_core::ProblemSeverity;
use seawall_schema::Admission;

use crate::{admit, at, expect, messages};

fn pod(spec: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec: {{containers: [{{name: c, image: 'i:1'}}], {spec}}}\n"
    )
}

#[test]
fn empty_fields_vanish_and_zero_structs_stay() {
    expect(
        &pod(
            "hostNetwork: false, hostPID: null, nodeSelector: {}, volumes: [], hostname: '', automountServiceAccountToken: false",
        ),
        &[
            ("spec.hostNetwork", "-"),
            ("spec.hostPID", "-"),
            ("spec.nodeSelector", "-"),
            ("spec.volumes", "-"),
            ("spec.hostname", "-"),
            ("spec.automountServiceAccountToken", "false"),
            ("spec.securityContext", "{}"),
            ("spec.containers[0].resources", "{}"),
            ("metadata.creationTimestamp", "-"),
        ],
    );
    let container = "containers: [{name: c, image: 'i:1', env: [], stdin: false, securityContext: {privileged: false}, \
                     resources: {limits: {}}, livenessProbe: {exec: {}}}]";
    expect(
        &format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec: {{{container}}}\n"),
        &[
            ("spec.containers[0].env", "-"),
            ("spec.containers[0].stdin", "-"),
            ("spec.containers[0].securityContext", "{\"privileged\":false}"),
            ("spec.containers[0].livenessProbe.exec", "{}"),
        ],
    );
}

#[test]
fn an_empty_object_of_any_type_stays() {
    // A `RawExtension` is a struct to the encoder, whatever it holds.
    let revision = "apiVersion: apps/v1\nkind: ControllerRevision\nmetadata: {name: a}\nrevision: 1\n";
    expect(revision, &[("data", "null")]);
    expect(&format!("{revision}data: {{}}\n"), &[("data", "{}")]);
    expect(&format!("{revision}data: {{spec: {{}}}}\n"), &[("data", "{\"spec\":{}}")]);
}

#[test]
fn what_is_always_written_is_null_or_zero() {
    expect(
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: a}\n",
        &[("rules", "null")],
    );
    expect(
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: a}\nrules: []\n",
        &[("rules", "[]")],
    );
    expect(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\n",
        &[
            ("spec.selector", "null"),
            ("spec.template.metadata", "{}"),
            ("spec.template.spec.containers", "null"),
            ("status", "{}"),
        ],
    );
    expect(
        "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: a}\n",
        &[("status.currentNumberScheduled", "0"), ("status.observedGeneration", "-")],
    );
}

#[test]
fn scalars_are_canonical() {
    let seen = "apiVersion: v1\nkind: Pod\nmetadata: {name: a, deletionTimestamp: '2026-01-01T01:00:00.5+01:00'}\nspec:\n  \
                containers:\n  - {name: c, image: 'i:1', resources: {limits: {cpu: 0.5, memory: 1024Mi, x/y: 100u}, requests: {cpu: 1, memory: null}}}\n";
    expect(
        seen,
        &[
            ("metadata.deletionTimestamp", "\"2026-01-01T00:00:00Z\""),
            ("spec.containers[0].resources.limits.cpu", "\"500m\""),
            ("spec.containers[0].resources.limits.memory", "\"1Gi\""),
            ("spec.containers[0].resources.limits[\"x/y\"]", "\"1m\""),
            ("spec.containers[0].resources.requests.cpu", "\"1\""),
            ("spec.containers[0].resources.requests.memory", "\"0\""),
        ],
    );
    let field = "env: [{name: E, valueFrom: {resourceFieldRef: {resource: limits.cpu}}}]";
    expect(
        &format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec: {{containers: [{{name: c, image: 'i:1', {field}}}]}}\n"
        ),
        &[("spec.containers[0].env[0].valueFrom.resourceFieldRef.divisor", "\"0\"")],
    );
    expect(
        "apiVersion: coordination.k8s.io/v1\nkind: Lease\nmetadata: {name: a}\nspec: {renewTime: '2026-01-01T00:00:00.000001Z'}\n",
        &[("spec.renewTime", "\"2026-01-01T00:00:00.000001Z\"")],
    );
}

#[test]
fn secrets_hold_what_was_plain() {
    expect(
        "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata: {a: Zm9v, b: \"Zm\\n9v\"}\nstringData: {a: bar, c: ''}\n",
        &[
            ("data.a", "\"YmFy\""),
            ("data.b", "\"Zm9v\""),
            ("data.c", "\"\""),
            ("stringData", "-"),
            ("type", "\"Opaque\""),
        ],
    );
}

#[test]
fn unknown_fields_are_dropped_and_told() {
    let seen = admit(&pod("nodeNam: x"), Admission::default());
    assert_eq!(
        messages(&seen, ProblemSeverity::Warning),
        ["`spec.nodeNam` is an unknown field, which is dropped"]
    );
    assert_eq!(at(&seen, "spec.nodeNam"), "-");
    assert!(!seen.is_refused());
    assert_eq!(seen.problems[0].position.map(|position| position.line), Some(4));
}

#[test]
fn what_does_not_fit_stays_out() {
    for (spec, field, message) in [
        ("hostNetwork: 'yes'", "hostNetwork", "must be a boolean, not a string"),
        ("nodeName: 5", "nodeName", "must be a string, not a whole number"),
        ("priority: 3000000000", "priority", "does not fit in 32 bits"),
        ("priority: 1.5", "priority", "must be a whole number, not a number with a fraction"),
        ("volumes: {}", "volumes", "must be a list, not a map"),
        ("affinity: []", "affinity", "must be a map, not a list"),
        ("nodeSelector: [a]", "nodeSelector", "must be a map, not a list"),
        ("overhead: {cpu: lots}", "overhead.cpu", "is not a quantity"),
        ("overhead: {cpu: true}", "overhead.cpu", "must be a quantity, not a boolean"),
    ] {
        let seen = admit(&pod(spec), Admission::default());
        assert_eq!(messages(&seen, ProblemSeverity::Error), [format!("`spec.{field}` {message}")]);
        assert_eq!(at(&seen, &format!("spec.{field}")), "-");
        assert!(seen.is_refused());
    }
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: a, creationTimestamp: now}\ndata: {a: '*', b: Zg, c: 1}\n";
    let seen = admit(secret, Admission::default());
    let expected = [
        "`metadata.creationTimestamp` is not a time of RFC 3339",
        "`data.a` is not base64",
        "`data.b` is not base64",
        "`data.c` must be a string in base64, not a whole number",
    ];
    assert_eq!(messages(&seen, ProblemSeverity::Error), expected);
}

#[test]
fn null_in_a_list_or_map_is_a_zero() {
    expect(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a, labels: {x: null}}\nspec: {containers: [null], imagePullSecrets: [null, {name: m}]}\n",
        &[
            ("metadata.labels.x", "\"\""),
            ("spec.containers[0].name", "\"\""),
            ("spec.containers[0].imagePullPolicy", "\"IfNotPresent\""),
            ("spec.imagePullSecrets", "[{},{\"name\":\"m\"}]"),
        ],
    );
}

#[test]
fn schemas_of_definitions_are_read_in_every_form() {
    expect(
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: a}\nspec:\n  group: g\n  scope: Cluster\n  \
         names: {kind: Thing, plural: things}\n  versions:\n  - name: v1\n    served: true\n    storage: true\n    schema:\n      \
         openAPIV3Schema: {type: object, properties: {a: {type: object, additionalProperties: {type: string, title: ''}}, \
         b: {type: object, additionalProperties: true}, c: {type: array, items: {type: number, maximum: 5}}}}\n",
        &[
            ("spec.names.singular", "\"thing\""),
            ("spec.names.listKind", "\"ThingList\""),
            ("spec.conversion", "{\"strategy\":\"None\"}"),
            (
                "spec.versions[0].schema.openAPIV3Schema.properties.a.additionalProperties",
                "{\"type\":\"string\"}",
            ),
            ("spec.versions[0].schema.openAPIV3Schema.properties.b.additionalProperties", "true"),
            (
                "spec.versions[0].schema.openAPIV3Schema.properties.c.items",
                "{\"type\":\"number\",\"maximum\":5}",
            ),
            ("status.storedVersions", "[\"v1\"]"),
        ],
    );
}
