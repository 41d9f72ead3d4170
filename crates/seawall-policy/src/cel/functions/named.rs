//! Named formats.
//!
//! Source: `k8s.io/apiserver/pkg/cel/library/format.go`.

use super::super::EvalError;
use super::super::limits::Budget;
use super::super::value::{Format, Opaque, Value};
use super::{Cost, Function, global, method};

macro_rules! formats {
    ($($name:literal),*) => {
        &[
            method("validate", 2, 2, validate).since(31).cost(Cost::Validate),
            global("format.named", 1, 1, named).since(31),
            $(global(concat!("format.", $name), 0, 0, |_, _| named_format($name)).since(31),)*
        ]
    };
}

pub(super) const FUNCTIONS: &[Function] = formats![
    "dns1123Label",
    "dns1123Subdomain",
    "dns1035Label",
    "qualifiedName",
    "dns1123LabelPrefix",
    "dns1123SubdomainPrefix",
    "dns1035LabelPrefix",
    "labelValue",
    "uri",
    "uuid",
    "byte",
    "date",
    "datetime"
];

fn named_format<'v>(id: &str) -> Result<Value<'v>, EvalError> {
    Format::find(id).map(|format| Value::opaque(Opaque::Format(format))).ok_or_else(EvalError::overload)
}

fn named<'v>(args: &[Value<'v>], _: &mut Budget) -> Result<Value<'v>, EvalError> {
    let [Value::Str(id)] = args else { return Err(EvalError::overload()) };
    Ok(Format::find(id)
        .map_or(Value::Optional(None), |format| Value::some(Value::opaque(Opaque::Format(format)))))
}

fn validate<'v>(args: &[Value<'v>], budget: &mut Budget) -> Result<Value<'v>, EvalError> {
    let [Value::Opaque(opaque), Value::Str(text)] = args else { return Err(EvalError::overload()) };
    let Opaque::Format(format) = &**opaque else { return Err(EvalError::overload()) };
    budget.text(text.len())?;
    let faults = format.faults(text);
    if faults.is_empty() {
        return Ok(Value::Optional(None));
    }
    Ok(Value::some(Value::list(faults.into_iter().map(Value::text).collect())))
}
