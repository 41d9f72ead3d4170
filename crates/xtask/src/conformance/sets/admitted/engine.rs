//! Asks the room of schemas.

use seawall_schema::{Admission, Schemas};
use seawall_yaml::{Limits, Text, Tree};
use serde_json::Value;

fn tree(value: &Value) -> Option<Tree> {
    let (documents, _) = seawall_yaml::read(&Text::new(value.to_string()), &Limits::default());
    documents.into_iter().next().map(|document| document.tree)
}

/// The types of a cluster with these definitions.
pub(super) fn schemas(definitions: &[Value]) -> Schemas {
    let mut schemas = Schemas::builtin();
    for definition in definitions.iter().filter_map(tree) {
        schemas.add_crd(definition.root());
    }
    schemas
}

/// What becomes of an object, or why it is not known.
pub(super) fn admitted(schemas: &Schemas, object: &Value, created: bool) -> Result<Value, String> {
    let tree = tree(object).ok_or("the object cannot be read")?;
    let schema = schemas.of_object(tree.root()).ok_or("the kind has no type")?;
    let admission = Admission { creation: created, plugins: created };
    let admitted = seawall_schema::admitted(&tree, schema, admission);
    let mut json = String::new();
    admitted.tree.root().write_json(&mut json);
    serde_json::from_str(&json).map_err(|error| error.to_string())
}
