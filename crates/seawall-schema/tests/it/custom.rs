//! Types that a cluster adds.

use seawall_schema::{Admission, Form, Scalar, Schemas, Topology, Value, admitted};

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

fn seen(object: &str, creation: bool) -> (String, Vec<String>) {
    let mut schemas = Schemas::builtin();
    schemas.add_crd(tree(GADGETS).root());
    let tree = tree(&format!("apiVersion: example.com/v1\nkind: Gadget\n{object}"));
    let schema = schemas.of_object(tree.root()).expect("gadgets");
    let seen = admitted(&tree, schema, Admission { creation, plugins: false });
    let mut out = String::new();
    seen.tree.root().write_json(&mut out);
    let out = out.replace("\"apiVersion\":\"example.com/v1\",\"kind\":\"Gadget\",", "");
    (out, seen.problems.into_iter().map(|problem| problem.message).collect())
}

#[test]
fn custom_resources_are_pruned_and_defaulted() {
    let (object, problems) =
        seen("metadata: {name: a, labels: {}, nope: 1}\nspec: {size: 5, more: {x: 1}}\nextra: 1\n", false);
    assert_eq!(object, "{\"metadata\":{\"name\":\"a\"},\"spec\":{\"size\":5,\"mode\":\"auto\"}}");
    let unknown = |place: &str| format!("`{place}` is an unknown field, which is dropped");
    assert_eq!(problems, [unknown("metadata.nope"), unknown("spec.more"), unknown("extra")]);
}

#[test]
fn null_stays_only_where_it_may() {
    let (object, problems) = seen(
        "metadata: {name: a}\nspec: {mode: null, size: null, when: null, extra: {x: null}, anything: null, labels: {a: null, b: x}}\n",
        false,
    );
    assert_eq!(
        object,
        "{\"metadata\":{\"name\":\"a\"},\"spec\":{\"mode\":\"auto\",\"when\":null,\"extra\":{\"x\":null},\"labels\":{\"b\":\"x\"}}}"
    );
    assert_eq!(problems, Vec::<String>::new());
}

#[test]
fn what_may_be_unknown_is_kept_as_it_is() {
    let (object, problems) = seen(
        "metadata: {name: a}\nspec: {mode: x, extra: {a: [1, {b: 2.5}]}, anything: [1, {c: null}], \
         template: {apiVersion: v1, kind: Pod, metadata: {name: t, x: y}, spec: {z: 1}}}\n",
        false,
    );
    assert_eq!(
        object,
        "{\"metadata\":{\"name\":\"a\"},\"spec\":{\"mode\":\"x\",\"extra\":{\"a\":[1,{\"b\":2.5}]},\"anything\":[1,{\"c\":null}],\
         \"template\":{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"t\"},\"spec\":{\"z\":1}}}}"
    );
    assert_eq!(problems, ["`spec.template.metadata.x` is an unknown field, which is dropped"]);
}

#[test]
fn wrong_types_stay_out() {
    let (object, problems) =
        seen("metadata: {name: a}\nspec: {mode: 5, parts: {}, labels: {a: 1}, size: [1]}\n", false);
    assert_eq!(object, "{\"metadata\":{\"name\":\"a\"},\"spec\":{\"labels\":{},\"mode\":\"auto\"}}");
    assert_eq!(problems.len(), 4, "{problems:?}");
}

#[test]
fn a_status_that_is_a_subresource_cannot_be_created() {
    let status = "metadata: {name: a}\nspec: {mode: x}\nstatus: {}\n";
    assert!(!seen(status, true).0.contains("status"));
}
