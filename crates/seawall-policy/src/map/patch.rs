//! One mutation of one object: the one place where policies meet types.
//!
//! Source: `patch/smd.go`, `patch/json_patch.go`, and `dispatchOne` (`dispatcher.go`).

use seawall_core::ProblemSeverity;
use seawall_schema::patch::{Operation, PatchError, apply_patch};
use seawall_schema::{Admission, Schema, Value as Data, admitted, apply_configuration};
use seawall_yaml::{Node, Tree};

use super::made::{Form, data};
use super::names::mismatches;
use crate::admission::Reason;
use crate::cel::Value;
use crate::vap::World;

/// Why an object was not changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum NotPatched {
    /// The policy fails: its failure policy decides.
    Failed(String),
    /// The request fails, whatever the policy says.
    Status(Reason, String),
    /// It is not known what would become of the object.
    Unknown(String),
}

/// The type of an object.
pub(super) type Kind<'k> = (&'k str, &'k str, &'k str);

/// Merges what an expression made into the object.
pub(super) fn apply(
    object: Node<'_>,
    made: &Value<'_>,
    kind: Kind<'_>,
    world: &World<'_>,
) -> Result<Tree, NotPatched> {
    if let Some(error) = mismatches(made) {
        return Err(NotPatched::Failed(error));
    }
    let failed = |error: String| NotPatched::Failed(format!("error applying patch: {error}"));
    let mut configuration = data(made, Form::Configuration)
        .map_err(|error| failed(format!("failed to convert patch object to typed object: {error}")))?;
    let schema = schema(kind, world)?;
    configuration.set("apiVersion", Data::Str(api_version(kind).into()));
    configuration.set("kind", Data::Str(kind.2.into()));
    let whole = Data::of(object).ok_or_else(too_deep)?;
    let merged =
        apply_configuration(&whole, &configuration, schema).map_err(|error| failed(error.to_string()))?;
    Ok(admitted(&merged.to_tree(), schema, Admission::default()).tree)
}

/// Applies the patch that an expression made to the object.
pub(super) fn json_patch(
    object: Node<'_>,
    made: &Value<'_>,
    kind: Kind<'_>,
    world: &World<'_>,
) -> Result<Tree, NotPatched> {
    let items = made.items().ok_or_else(|| {
        NotPatched::Failed("type mismatch: JSONPatchType.expression should evaluate to array".to_owned())
    })?;
    let patch = items.iter().map(operation).collect::<Result<Vec<_>, _>>().map_err(NotPatched::Failed)?;
    let mut whole = Data::of(object).ok_or_else(too_deep)?;
    match apply_patch(&mut whole, &patch) {
        Ok(()) => {}
        // A patch whose test does not hold is not applied, and that is no error.
        Err(PatchError::TestFailed(_)) => whole = Data::of(object).ok_or_else(too_deep)?,
        Err(PatchError::Refused(error)) => return Err(NotPatched::Failed(format!("JSON Patch: {error}"))),
    }
    let tree = whole.to_tree();
    let Some(schema) = world.schemas().of(kind.0, kind.1, kind.2) else { return Ok(tree) };
    let decoded = admitted(&tree, schema, Admission::default());
    // The result is decoded strictly: an unknown field of a type of Kubernetes is an error too.
    let strict = !world.schemas().is_custom(kind.0, kind.1, kind.2);
    let refuses =
        |severity| severity == ProblemSeverity::Error || (strict && severity == ProblemSeverity::Warning);
    match decoded.problems.iter().find(|problem| refuses(problem.severity)) {
        Some(problem) => {
            let message = format!("Internal error occurred: {}", problem.message);
            Err(NotPatched::Status(Reason::InternalError, message))
        }
        None => Ok(decoded.tree),
    }
}

/// One operation of a patch.
fn operation<'v>(made: &Value<'v>) -> Result<Operation<'v>, String> {
    let Value::Struct(record) = made else {
        return Err(format!(
            "type mismatch: JSONPatchType.expression should evaluate to array of JSONPatch, got element of {}",
            made.type_of().name()
        ));
    };
    let text = |field: &str| match record.field(field) {
        Some(Value::Str(text)) => text.to_string(),
        _ => String::new(),
    };
    let value = match record.field("value") {
        None => None,
        Some(value) => {
            if let Some(error) = mismatches(value) {
                return Err(error);
            }
            let data = data(value, Form::Json).map_err(|error| {
                format!(
                    "JSONPath valueExpression evaluated to a type that could not marshal to JSON: {error}"
                )
            })?;
            Some(data)
        }
    };
    let from = Some(text("from")).filter(|from| !from.is_empty());
    Ok(Operation { op: text("op"), path: text("path"), from, value })
}

fn schema<'w>(kind: Kind<'_>, world: &'w World<'_>) -> Result<Schema<'w>, NotPatched> {
    let untyped = || {
        let about = format!("no corresponding type for {}, Kind={}", api_version(kind), kind.2);
        let error = format!("error applying patch: failed to convert patch object to typed object: {about}");
        NotPatched::Failed(error)
    };
    // Its type stands for several groups, and the API server finds it under none.
    if kind == ("autoscaling", "v1", "Scale") {
        return Err(untyped());
    }
    let found = world.schemas().of(kind.0, kind.1, kind.2);
    found.ok_or_else(|| {
        if world.knows_kind(kind.0, kind.1, kind.2) {
            untyped()
        } else {
            NotPatched::Unknown(format!("nothing here defines the type `{}` of the object", kind.2))
        }
    })
}

fn api_version(kind: Kind<'_>) -> String {
    if kind.0.is_empty() { kind.1.to_owned() } else { format!("{}/{}", kind.0, kind.1) }
}

fn too_deep() -> NotPatched {
    let message = "Internal error occurred: the object is nested too deeply";
    NotPatched::Status(Reason::InternalError, message.to_owned())
}
