//! Types that a cluster's own OpenAPI documents add.

use std::fmt::Write as _;

use seawall_schema::{Admission, Form, Scalar, Schemas, Topology, Value, admitted};

use crate::{messages, tree};

/// What a server of an extension serves.
const GAUGES: &str = r##"
openapi: 3.0.0
paths:
  /apis/gauges.example.com/v1/gauges:
    get: {x-kubernetes-group-version-kind: {group: gauges.example.com, version: v1, kind: Gauge}}
  /apis/gauges.example.com/v1/namespaces/{namespace}/gauges/{name}:
    get: {x-kubernetes-group-version-kind: {group: gauges.example.com, version: v1, kind: Gauge}}
  /apis/gauges.example.com/v1/namespaces/{namespace}/gauges/{name}/status:
    get: {x-kubernetes-group-version-kind: {group: gauges.example.com, version: v1, kind: Gauge}}
  /apis/gauges.example.com/v1/watch/gauges:
    get: {x-kubernetes-group-version-kind: {group: gauges.example.com, version: v1, kind: Gauge}}
components:
  schemas:
    com.example.Gauge:
      type: object
      required: [spec]
      x-kubernetes-group-version-kind: [{group: gauges.example.com, version: v1, kind: Gauge}]
      properties:
        apiVersion: {type: string}
        kind: {type: string}
        metadata: {allOf: [{$ref: '#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta'}], default: {}}
        spec: {allOf: [{$ref: '#/components/schemas/com.example.Spec'}], default: {}}
    com.example.Spec:
      type: object
      required: [mode]
      properties:
        mode: {type: string, default: auto, enum: [auto, manual]}
        size: {format: int-or-string, oneOf: [{type: integer}, {type: string}]}
        limit: {$ref: '#/components/schemas/io.k8s.apimachinery.pkg.api.resource.Quantity'}
        since: {allOf: [{$ref: '#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.Time'}], default: {}}
        blob: {type: string, format: byte}
        parts:
          type: array
          x-kubernetes-list-type: map
          x-kubernetes-list-map-keys: [name]
          x-kubernetes-patch-strategy: merge
          x-kubernetes-patch-merge-key: name
          items: {default: {}, allOf: [{$ref: '#/components/schemas/com.example.Part'}]}
        labels: {type: object, additionalProperties: {type: string, default: ''}}
        anything: {description: any type}
        object: {type: object}
        extra: {type: object, x-kubernetes-preserve-unknown-fields: true, properties: {count: {type: integer, format: int32}}}
    com.example.Part:
      type: object
      properties: {name: {type: string}, parts: {type: array, items: {$ref: '#/components/schemas/com.example.Part'}}}
    com.example.GaugeList:
      type: object
      x-kubernetes-group-version-kind: [{group: gauges.example.com, version: v1, kind: GaugeList}]
      properties:
        metadata: {$ref: '#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta'}
    com.example.Stranger:
      type: object
      x-kubernetes-group-version-kind: [{group: other.example.com, version: v1, kind: Stranger}]
      properties:
        metadata: {$ref: '#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta'}
    io.k8s.api.core.v1.PodSpec: {type: object, properties: {mine: {type: string}}}
"##;

/// A document of the API server's own, of another release: types of it have a field more, and one less.
const BATCH: &str = r##"
openapi: 3.0.0
paths:
  /apis/batch/v1/namespaces/{namespace}/jobs:
    post: {x-kubernetes-group-version-kind: {group: batch, version: v1, kind: Job}}
  /apis/batch/v1/namespaces/{namespace}/rosters:
    post: {x-kubernetes-group-version-kind: {group: batch, version: v1, kind: Roster}}
components:
  schemas:
    io.k8s.api.batch.v1.Roster:
      type: object
      x-kubernetes-group-version-kind: [{group: batch, version: v1, kind: Roster}]
      properties:
        metadata: {$ref: '#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta'}
        pod: {$ref: '#/components/schemas/io.k8s.api.core.v1.PodSpec'}
    io.k8s.api.batch.v1.JobSpec:
      type: object
      properties:
        template: {$ref: '#/components/schemas/io.k8s.api.core.v1.PodTemplateSpec'}
        parallelism: {type: integer, format: int32}
        novelty: {$ref: '#/components/schemas/io.k8s.api.batch.v1.Novelty'}
    io.k8s.api.batch.v1.Novelty:
      type: object
      properties: {size: {type: integer, format: int32, default: 1}, more: {type: string, default: ''}}
"##;

fn with(document: &str) -> Schemas {
    let mut schemas = Schemas::builtin();
    assert_eq!(schemas.add_openapi(tree(document).root()), []);
    schemas
}

#[test]
fn a_document_adds_the_kinds_of_the_groups_that_it_serves() {
    let schemas = with(GAUGES);
    let gauge = schemas.of("gauges.example.com", "v1", "Gauge").expect("gauges");
    assert!(schemas.is_custom("gauges.example.com", "v1", "Gauge"));
    assert_eq!(gauge.field("metadata").expect("metadata").schema.name(), "meta.v1.ObjectMeta");
    assert!(gauge.field("spec").expect("a spec").is_required());
    let spec = gauge.field("spec").expect("a spec").schema;
    let field = |name: &str| spec.field(name).expect(name).schema;
    let scalar = |name: &str| match field(name).form() {
        Form::Scalar(scalar) => Some(scalar),
        _ => None,
    };
    assert_eq!(field("mode").default(), Some(&Value::str("auto")));
    assert_eq!(field("mode").allowed().len(), 2);
    assert_eq!(scalar("size"), Some(Scalar::IntOrString));
    assert_eq!(scalar("limit"), Some(Scalar::Quantity));
    assert_eq!((scalar("since"), field("since").default()), (Some(Scalar::Time), None));
    assert_eq!(scalar("blob"), Some(Scalar::Bytes));
    assert_eq!(scalar("anything"), Some(Scalar::Any));
    assert!(field("object").preserves_unknown_fields());
    assert!(field("extra").preserves_unknown_fields() && field("extra").field("count").is_some());
    assert!(matches!(field("labels").form(), Form::Map(_)));
    assert_eq!(field("parts").topology(), Topology::Keyed);
    assert_eq!(field("parts").keys().collect::<Vec<_>>(), ["name"]);
    let parts = spec.field("parts").expect("parts");
    assert_eq!((parts.patch_strategy(), parts.patch_merge_key()), (Some("merge"), Some("name")));
    // A type that holds itself is open where it begins again.
    let inner = field("parts").items().and_then(|part| part.child("parts")?.items()).expect("inner parts");
    assert!(inner.preserves_unknown_fields() && inner.fields().count() == 0);

    for (group, kind) in [("gauges.example.com", "GaugeList"), ("other.example.com", "Stranger")] {
        assert!(schemas.of(group, "v1", kind).is_none(), "{kind}");
    }
    let resource = |name: &str| schemas.resource("gauges.example.com", "v1", name).map(|own| own.kind().2);
    assert_eq!((resource("gauges"), resource("gauges/status")), (Some("Gauge"), Some("Gauge")));
    assert!(schemas.resource("gauges.example.com", "v1", "gauges").is_some_and(|own| own.is_namespaced()));
    // What another server says of types of Kubernetes changes none.
    assert!(schemas.named("core.v1.PodSpec").is_some_and(|spec| spec.field("mine").is_none()));
    assert!(Schemas::builtin().of("gauges.example.com", "v1", "Gauge").is_none());
}

#[test]
fn objects_of_such_kinds_are_pruned_and_defaulted_as_custom_resources_are() {
    let schemas = with(GAUGES);
    let object = tree(
        "{apiVersion: gauges.example.com/v1, kind: Gauge, metadata: {name: a, x: 1}, spec: {size: 5, nope: 1, object: {a: 1}}}",
    );
    let schema = schemas.of_object(object.root()).expect("gauges");
    let seen = admitted(&object, schema, Admission::default());
    let mut out = String::new();
    seen.tree.root().path(&["spec"]).expect("a spec").write_json(&mut out);
    assert_eq!(out, r#"{"size":5,"object":{"a":1},"mode":"auto"}"#);
    assert_eq!(messages(&seen, seawall_core::ProblemSeverity::Warning).len(), 2);
    let unknown = schema.unknown_fields(object.root());
    assert_eq!(unknown.iter().filter_map(|node| node.key()).collect::<Vec<_>>(), ["x", "nope"]);
}

#[test]
fn a_definition_wins_over_a_document_whichever_comes_first() {
    let definition = tree(
        "{spec: {group: gauges.example.com, scope: Cluster, names: {kind: Gauge, plural: gauges}, versions: [{name: v1, served: true, \
         schema: {openAPIV3Schema: {type: object, properties: {own: {type: string}}}}}]}}",
    );
    let document = tree(GAUGES);
    let mut after = Schemas::builtin();
    after.add_openapi(document.root());
    after.add_crd(definition.root());
    let mut before = Schemas::builtin();
    before.add_crd(definition.root());
    before.add_openapi(document.root());
    for schemas in [after, before] {
        let gauge = schemas.of("gauges.example.com", "v1", "Gauge").expect("gauges");
        assert!(gauge.field("own").is_some() && gauge.field("spec").is_none());
        assert!(
            schemas.resource("gauges.example.com", "v1", "gauges").is_some_and(|own| !own.is_namespaced())
        );
    }
}

#[test]
fn types_of_kubernetes_have_the_fields_of_the_servers_release() {
    let job = tree(
        "{apiVersion: batch/v1, kind: Job, metadata: {name: a}, spec: {parallelism: 2, suspend: true, novelty: {size: 3}, \
         template: {spec: {containers: [{name: a, image: b}]}}}}",
    );
    let unknown = |schemas: &Schemas| -> Vec<String> {
        let schema = schemas.of_object(job.root()).expect("jobs");
        schema.unknown_fields(job.root()).iter().filter_map(|node| node.key().map(str::to_owned)).collect()
    };
    assert_eq!(unknown(&Schemas::builtin()), ["novelty"]);
    let schemas = with(BATCH);
    assert_eq!(unknown(&schemas), ["suspend"]);
    assert!(!schemas.is_custom("batch", "v1", "Job") && schemas.is_custom("batch", "v1", "Roster"));
    assert!(schemas.resource("batch", "v1", "rosters").is_some());
    let roster = schemas.of("batch", "v1", "Roster").expect("rosters");
    assert_eq!(roster.child("pod").expect("a pod").name(), "core.v1.PodSpec");

    // It is decoded and written as before: what is new stays as it was set, what is gone is dropped.
    let seen = admitted(&job, schemas.of_object(job.root()).expect("jobs"), Admission::default());
    let written = |route: &[&str]| {
        seen.tree.root().path(route).map(|node| {
            let mut out = String::new();
            node.write_json(&mut out);
            out
        })
    };
    assert_eq!(written(&["spec", "novelty"]).as_deref(), Some(r#"{"size":3}"#));
    assert_eq!(written(&["spec", "suspend"]), None);
    assert_eq!(written(&["spec", "template", "spec", "dnsPolicy"]).as_deref(), Some("\"ClusterFirst\""));
}

#[test]
fn a_document_without_paths_adds_kinds_and_changes_none() {
    let document = BATCH.split_once("paths:").expect("paths").0.to_owned()
        + BATCH
            .split_once("components:")
            .map(|(_, rest)| format!("components:{rest}"))
            .expect("schemas")
            .as_str();
    let mut schemas = Schemas::builtin();
    let problems = schemas.add_openapi(tree(&document).root());
    // Nor does it mean the type of that name that is known.
    assert_eq!(problems[0].message, "there is no type `io.k8s.api.core.v1.PodSpec` in this document");
    assert!(schemas.of("batch", "v1", "Roster").is_some());
    assert!(schemas.named("batch.v1.JobSpec").is_some_and(|spec| spec.field("novelty").is_none()));
}

#[test]
fn what_is_no_document_is_a_problem() {
    let others = [
        "a: 1",
        "swagger: '2.0'\ncomponents: {schemas: {}}",
        "openapi: 3.0.0",
        "openapi: 3.0.0\ncomponents: {schemas: 1}",
    ];
    for text in others {
        assert_eq!(Schemas::builtin().add_openapi(tree(text).root()).len(), 1, "{text}");
    }
}

/// A document of one kind `Top` whose `x` is of the type `A0`, and of more types.
fn hostile(types: &str) -> (Schemas, Vec<String>) {
    let document = format!(
        "openapi: 3.0.0\ncomponents:\n  schemas:\n    Top:\n      type: object\n      \
         x-kubernetes-group-version-kind: [{{group: example.com, version: v1, kind: Top}}]\n      properties:\n        \
         metadata: {{$ref: '#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta'}}\n        \
         x: {{$ref: '#/components/schemas/A0'}}\n{types}"
    );
    let mut schemas = Schemas::builtin();
    let problems = schemas.add_openapi(tree(&document).root());
    (schemas, problems.into_iter().map(|problem| problem.message).collect())
}

fn seen(schemas: &Schemas) -> usize {
    let object = tree("{apiVersion: example.com/v1, kind: Top, metadata: {name: a}, x: {a: {a: {a: {}}}}}");
    let schema = schemas.of_object(object.root()).expect("the kind");
    admitted(&object, schema, Admission { creation: true, plugins: true }).tree.len()
}

#[test]
fn circles_of_references_end() {
    let (schemas, problems) = hostile(
        "    A0: {type: object, properties: {a: {default: {}, allOf: [{$ref: '#/components/schemas/A1'}]}}}\n    \
         A1: {type: object, properties: {a: {default: {a: {}}, allOf: [{$ref: '#/components/schemas/A0'}]}}}\n",
    );
    assert_eq!(problems, Vec::<String>::new());
    assert!(seen(&schemas) < 100);
    let (schemas, problems) = hostile("    A0: {$ref: '#/components/schemas/A0'}\n");
    assert_eq!(problems, Vec::<String>::new());
    assert!(schemas.of("example.com", "v1", "Top").is_some());
}

#[test]
fn chains_and_bursts_of_references_are_bounded() {
    let (mut chain, mut burst) = (String::new(), String::new());
    for at in 0..2_000 {
        let _ = writeln!(
            chain,
            "    A{at}: {{type: object, properties: {{a: {{$ref: '#/components/schemas/A{}'}}}}}}",
            at + 1
        );
    }
    for at in 0..60 {
        let next = format!("{{default: {{}}, allOf: [{{$ref: '#/components/schemas/A{}'}}]}}", at + 1);
        let _ = writeln!(burst, "    A{at}: {{type: object, properties: {{a: {next}, b: {next}}}}}");
    }
    let (schemas, problems) = hostile(&chain);
    assert!(problems[0].contains("too deep"), "{problems:?}");
    assert!(seen(&schemas) < 100);
    let (schemas, problems) = hostile(&burst);
    assert!(
        problems.iter().any(|problem| problem.contains("too large, written out in full")),
        "{problems:?}"
    );
    assert!(seen(&schemas) < 1_000_000);
}

#[test]
fn a_reference_to_nothing_is_a_problem_and_open() {
    let (schemas, problems) = hostile("");
    assert_eq!(problems, ["there is no type `A0` in this document"]);
    let top = schemas.of("example.com", "v1", "Top").expect("the kind");
    assert!(top.child("x").is_some_and(|x| x.preserves_unknown_fields()));
}
