//! Types that a cluster adds.

use seawall_schema::{Form, Scalar, Schemas, Topology, Value};

use crate::tree;

const GADGETS: &str = "
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: gadgets.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {kind: Gadget, plural: gadgets}
  versions:
  - name: v1
    served: true
    storage: true
    subresources: {status: {}, scale: {specReplicasPath: .spec.n, statusReplicasPath: .status.n}}
    schema:
      openAPIV3Schema:
        type: object
        required: [spec]
        properties:
          spec:
            type: object
            properties:
              mode: {type: string, default: auto, enum: [auto, manual]}
              size: {x-kubernetes-int-or-string: true}
              when: {type: string, format: date-time, nullable: true}
              parts:
                type: array
                x-kubernetes-list-type: map
                x-kubernetes-list-map-keys: [name]
                items: {type: object, properties: {name: {type: string}}}
              labels: {type: object, additionalProperties: {type: string}, x-kubernetes-map-type: atomic}
              extra: {type: object, x-kubernetes-preserve-unknown-fields: true}
              anything: {x-kubernetes-preserve-unknown-fields: true}
              template: {type: object, x-kubernetes-embedded-resource: true, x-kubernetes-preserve-unknown-fields: true}
  - name: v0
    served: false
    storage: false
    schema: {openAPIV3Schema: {type: object}}
";

#[test]
fn definitions_add_types() {
    let mut schemas = Schemas::builtin();
    assert_eq!(schemas.add_crd(tree(GADGETS).root()), []);
    let gadget = schemas.of("example.com", "v1", "Gadget").expect("gadgets");
    assert!(schemas.is_custom("example.com", "v1", "Gadget") && !schemas.is_custom("", "v1", "Pod"));
    assert_eq!(gadget.field("metadata").expect("metadata").schema.name(), "meta.v1.ObjectMeta");
    assert!(gadget.field("spec").expect("a spec").is_required());
    let spec = gadget.field("spec").expect("a spec").schema;
    let field = |name: &str| spec.field(name).expect(name).schema;
    assert_eq!(field("mode").default(), Some(&Value::str("auto")));
    assert_eq!(field("mode").allowed(), [Value::str("auto"), Value::str("manual")]);
    assert!(matches!(field("size").form(), Form::Scalar(Scalar::IntOrString)));
    assert!(field("when").is_nullable() && field("when").format() == "date-time");
    assert_eq!(field("parts").topology(), Topology::Keyed);
    assert_eq!(field("parts").keys().collect::<Vec<_>>(), ["name"]);
    assert_eq!(field("labels").topology(), Topology::Atomic);
    assert!(field("extra").preserves_unknown_fields());
    assert!(matches!(field("anything").form(), Form::Scalar(Scalar::Any)));
    assert!(field("template").is_embedded() && field("template").field("metadata").is_some());
    assert!(schemas.of("example.com", "v0", "Gadget").is_none());
    let scale = schemas.resource("example.com", "v1", "gadgets/scale").expect("a scale");
    assert_eq!((scale.kind().2, scale.is_namespaced()), ("Scale", true));
    assert!(schemas.resource("example.com", "v1", "gadgets/status").is_some());
    // What others hold is not changed.
    assert!(Schemas::builtin().of("example.com", "v1", "Gadget").is_none());
}

#[test]
fn a_later_definition_wins_and_a_broken_one_is_a_problem() {
    let mut schemas = Schemas::builtin();
    assert_eq!(schemas.add_crd(tree(GADGETS).root()), []);
    let other = GADGETS.replace("mode: {type: string,", "mood: {type: string,");
    assert_eq!(schemas.add_crd(tree(&other).root()), []);
    let spec =
        schemas.of("example.com", "v1", "Gadget").and_then(|gadget| gadget.field("spec")).expect("a spec");
    assert!(spec.schema.field("mode").is_none() && spec.schema.field("mood").is_some());
    let broken = GADGETS.replace("mode: {type: string,", "mode: {type: text,");
    let problems = schemas.add_crd(tree(&broken).root());
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].message, "a schema of type `text`, which is none");
    assert!(problems[0].position.is_some());
    assert_eq!(schemas.add_crd(tree("a: 1").root()).len(), 1);
}
