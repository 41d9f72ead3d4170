//! The type of a kind, as its published OpenAPI schema gives it to the checker.
//!
//! Invariant: what that schema leaves without a type (quantities, values of any type) has no type here either: such a field is
//! not known. Types that hold themselves have none.
//! Source: `SchemaDeclType` (`pkg/cel/common/schemas.go`), `pkg/cel/openapi/adaptor.go` of the API server.

use seawall_schema::{Form, Scalar, Schema, Schemas};

use super::KindName;
use crate::crd;

/// Deeper types hold themselves.
const DEPTH: usize = 32;

/// Types that come to more, written out in full, have none: a Pod comes to about 1,600.
const SIZE: usize = 500_000;

/// The type of a kind; `None` when nothing describes it.
pub(super) fn declared(schemas: &Schemas, kind: &KindName) -> Option<crd::Declared> {
    let schema = schemas.of(&kind.group, &kind.version, &kind.kind)?;
    let mut left = SIZE;
    crd::Declared::of_resource(&described(schema, DEPTH, &mut left)?)
}

fn described(schema: Schema<'_>, depth: usize, left: &mut usize) -> Option<crd::Schema> {
    let depth = depth.checked_sub(1)?;
    *left = left.checked_sub(1)?;
    let of = |kind: &str, format: &str| crd::Schema {
        kind: kind.to_owned(),
        format: format.to_owned(),
        ..crd::Schema::default()
    };
    Some(match schema.form() {
        Form::Scalar(scalar) => match scalar {
            Scalar::Str => of("string", schema.format()),
            Scalar::Bool => of("boolean", ""),
            Scalar::Int32 | Scalar::Int64 => of("integer", ""),
            Scalar::Number => of("number", ""),
            Scalar::Bytes => of("string", "byte"),
            Scalar::Time | Scalar::MicroTime => of("string", "date-time"),
            Scalar::IntOrString => crd::Schema { int_or_string: true, ..crd::Schema::default() },
            Scalar::Object => of("object", ""),
            Scalar::Quantity | Scalar::JsonSchema | Scalar::Any => crd::Schema::default(),
        },
        Form::List(items) => {
            crd::Schema { items: Some(Box::new(described(items, depth, left)?)), ..of("array", "") }
        }
        Form::Map(values) => {
            crd::Schema { additional: Some(Box::new(described(values, depth, left)?)), ..of("object", "") }
        }
        Form::Struct => {
            let mut properties = std::collections::BTreeMap::new();
            for property in schema.fields() {
                properties.insert(property.name.to_owned(), described(property.schema, depth, left)?);
            }
            crd::Schema { properties: Some(properties), embedded: schema.is_embedded(), ..of("object", "") }
        }
    })
}
