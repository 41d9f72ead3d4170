//! From typed values to a tree, as the API server's encoder does it: what is empty and may be left out is, everything
//! else is written, even when nobody set it (`apimachinery/pkg/runtime/converter.go`).

use seawall_yaml::{Kind, Span, Style, TreeBuilder};

use crate::decode::zero;
use crate::table::{Def, Field, Scalar, Shape, Table};
use crate::value::{Map, Value};

/// Gives a value of a type to a builder.
pub(crate) fn write(table: &Table, def: &Def, value: &Value<'_>, out: &mut TreeBuilder) {
    match (&def.shape, value) {
        (Shape::Struct(fields), Value::Map(map)) => write_struct(table, fields, map, out),
        (Shape::List(items), Value::List(list)) => {
            let items = table.def(*items);
            out.open(Kind::Seq, Style::Plain, 0);
            list.iter().for_each(|item| write(table, items, item, out));
            out.close(0);
        }
        (Shape::Map(values), Value::Map(map)) => {
            let values = table.def(*values);
            out.open(Kind::Map, Style::Plain, 0);
            for (key, value) in map {
                out.key(key, None);
                write(table, values, value, out);
            }
            out.close(0);
        }
        (Shape::Scalar(Scalar::JsonSchema), value) => write_json_schema(table, def, value, out),
        _ => value.write(out),
    }
}

fn write_json_schema(table: &Table, def: &Def, value: &Value<'_>, out: &mut TreeBuilder) {
    match (value, table.named("apiextensions.v1.JSONSchemaProps")) {
        (Value::Map(_), Some(schema)) => write(table, table.def(schema), value, out),
        (Value::List(list), _) => {
            out.open(Kind::Seq, Style::Plain, 0);
            list.iter().for_each(|item| write(table, def, item, out));
            out.close(0);
        }
        _ => value.write(out),
    }
}

fn write_struct(table: &Table, fields: &[Field], map: &Map<'_>, out: &mut TreeBuilder) {
    out.open(Kind::Map, Style::Plain, 0);
    for (key, value) in map {
        // A value that is unset after all is written with the unset ones.
        let Some(field) = Field::find(fields, key).filter(|_| *value != Value::Null) else { continue };
        let def = table.def(field.def);
        if !leaves_out(table, field, def, value) {
            out.key(key, None);
            write(table, def, value, out);
        }
    }
    for field in fields.iter().filter(|field| is_always_written(table, field)) {
        let set = map.iter().any(|(key, value)| *key == field.name && *value != Value::Null);
        if set {
            continue;
        }
        out.key(&field.name, None);
        if field.pointer {
            out.null(Style::Plain, Span::default());
        } else {
            let def = table.def(field.def);
            write(table, def, &zero(def), out);
        }
    }
    out.close(0);
}

/// Whether a scalar is a struct of Go's, which `omitempty` never leaves out: an object of any type is a `RawExtension`.
fn is_struct_to_encoder(scalar: Scalar) -> bool {
    matches!(
        scalar,
        Scalar::Quantity | Scalar::IntOrString | Scalar::Time | Scalar::MicroTime | Scalar::Object
    )
}

/// Whether a field that is set is left out all the same.
fn leaves_out(table: &Table, field: &Field, def: &Def, value: &Value<'_>) -> bool {
    if field.pointer {
        return false;
    }
    match def.shape {
        Shape::Struct(_) => field.omit_zero && is_zero(table, def, value),
        Shape::Scalar(scalar) if is_struct_to_encoder(scalar) => false,
        _ => field.omit_empty && value.is_empty(),
    }
}

/// Whether a field is written when nothing sets it.
fn is_always_written(table: &Table, field: &Field) -> bool {
    if field.omit_zero {
        return false;
    }
    let is_struct = || match table.def(field.def).shape {
        Shape::Struct(_) => true,
        Shape::Scalar(scalar) => is_struct_to_encoder(scalar),
        _ => false,
    };
    !field.omit_empty || (!field.pointer && is_struct())
}

/// Whether nothing in a struct is set.
fn is_zero(table: &Table, def: &Def, value: &Value<'_>) -> bool {
    let (Shape::Struct(fields), Value::Map(map)) = (&def.shape, value) else { return false };
    map.iter().all(|(key, value)| match Field::find(fields, key) {
        Some(field) if !field.pointer => {
            let def = table.def(field.def);
            match (&def.shape, value) {
                (_, Value::Null) => true,
                (Shape::Struct(_), _) => is_zero(table, def, value),
                (Shape::List(_) | Shape::Map(_), _) => false,
                _ => *value == zero(def),
            }
        }
        Some(_) => *value == Value::Null,
        None => true,
    })
}
