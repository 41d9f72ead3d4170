//! Parameters of checks, as constants or from a ConfigMap.

use std::collections::BTreeMap;

use seawall_yaml::{Kind, Node};

use super::GenerateError;
use super::source::Policy;
use crate::cel::literal;

/// The value of a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Parameter {
    /// A list of texts.
    Strings(Vec<String>),
    /// A whole number.
    Int(i64),
    /// Yes or no.
    Bool(bool),
}

impl Parameter {
    /// Reads a value; `None` for what no parameter can be.
    pub(super) fn of(node: Node<'_>) -> Option<Self> {
        match node.kind() {
            Kind::Bool => node.as_bool().map(Parameter::Bool),
            Kind::Int => node.as_i64().map(Parameter::Int),
            Kind::Seq => {
                let texts: Option<Vec<String>> =
                    node.items().map(|item| item.as_str().map(str::to_owned)).collect();
                texts.map(Parameter::Strings)
            }
            _ => None,
        }
    }

    fn same_type(&self, other: &Parameter) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }

    /// The value as a CEL literal.
    fn literal(&self) -> String {
        match self {
            Parameter::Strings(texts) => {
                let items: Vec<String> = texts.iter().map(|text| literal(text)).collect();
                format!("[{}]", items.join(", "))
            }
            Parameter::Int(number) => number.to_string(),
            Parameter::Bool(flag) => flag.to_string(),
        }
    }

    /// How a text of a ConfigMap is read as such a value.
    fn reading(&self, text: &str) -> String {
        match self {
            Parameter::Strings(_) => {
                format!("{text}.split(\"\\n\").map(line, line.trim()).filter(line, line != \"\")")
            }
            Parameter::Int(_) => format!("int(string({text}).trim())"),
            Parameter::Bool(_) => format!("string({text}).trim() == \"true\""),
        }
    }
}

/// Parameters by check and name.
pub type Parameters = BTreeMap<String, BTreeMap<String, Parameter>>;

/// A setting of a check that a policy reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Its name in `seawall.yaml`.
    pub name: String,
    /// The variable that holds it: settings of two checks may have one name.
    pub variable: String,
    /// Its value when nobody sets it; also decides the type.
    pub default: Parameter,
}

/// The expression of a setting.
pub(super) fn expression(
    policy: &Policy,
    setting: &Setting,
    parameters: &Parameters,
    from_config_map: bool,
) -> String {
    let Setting { name, default, .. } = setting;
    let value = parameters.get(policy.id()).and_then(|own| own.get(name)).unwrap_or(default);
    let constant = value.literal();
    if !from_config_map {
        return constant;
    }
    let key = literal(&format!("{}.{name}", policy.id()));
    let reading = default.reading(&format!("params.data[{key}]"));
    format!("{key} in params.?data.orValue({{}})\n  ? {reading}\n  : {constant}")
}

/// Refuses parameters that no policy has, and values of another type.
pub(super) fn check(parameters: &Parameters) -> Result<(), GenerateError> {
    for (check, own) in parameters {
        // Settings of checks without a policy are the business of others.
        let Some(policy) = super::find(check) else { continue };
        for (name, value) in own {
            match policy.settings().find(|setting| setting.name == *name) {
                Some(setting) if setting.default.same_type(value) => {}
                Some(_) => {
                    return Err(GenerateError::WrongType { check: check.clone(), name: name.clone() });
                }
                None => {
                    return Err(GenerateError::UnknownParameter { check: check.clone(), name: name.clone() });
                }
            }
        }
    }
    Ok(())
}
