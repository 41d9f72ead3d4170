//! Compiles and evaluates with an admission policy's variables.

use seawall_policy::cel::{
    Answer, Attributes, Authorizer, Bindings, Limits, Names, Program, ResourceTarget, Value, Version,
};
use seawall_yaml::{Limits as ReadLimits, Text, Tree, read};
use serde_json::{Map, Value as Json, json};

/// What is asked.
pub(super) struct Input {
    pub(super) expr: String,
    pub(super) variables: Map<String, Json>,
    pub(super) minor: Option<u16>,
    pub(super) cost_limit: Option<u64>,
}

/// What was said.
#[derive(Debug, PartialEq)]
pub(super) enum Answered {
    Value(Json),
    /// The evaluation failed.
    Error(String),
    /// The expression was refused.
    Refused(String),
}

/// Allows everything.
pub(super) struct Everybody;

impl Authorizer for Everybody {
    fn check(&self, _: Attributes<'_>) -> Answer {
        Answer { allowed: true, ..Answer::default() }
    }
}

const VARIABLES: [&str; 5] = ["object", "oldObject", "request", "params", "namespaceObject"];

/// The value of an expression.
pub(super) fn judge(input: &Input) -> Answered {
    let mut names = Names::new();
    if let Some(minor) = input.minor {
        names = names.at(Version::minor(minor));
    }
    let trees: Vec<(&str, Tree)> = VARIABLES
        .into_iter()
        .filter_map(|name| input.variables.get(name).map(|value| (name, tree(value))))
        .collect();
    let mut bindings = Bindings::new();
    for (name, tree) in &trees {
        let slot = names.declare(name);
        bindings.set(slot, Value::from_node(tree.root()));
    }
    bindings.set(names.declare("authorizer"), Value::authorizer());
    let checks = names.declare("authorizer.requestResource");
    bindings.set(checks, Value::resource_check(ResourceTarget::new("", "")));
    bindings.set_authorizer(&Everybody);
    let limits = Limits { cost: input.cost_limit.unwrap_or(Limits::default().cost), ..Limits::default() };
    let program = match Program::compile(&input.expr, &names, &limits) {
        Ok(program) => program,
        Err(error) => return Answered::Refused(error.to_string()),
    };
    if let Some(problem) = program.unresolved().first() {
        return Answered::Refused(problem.to_string());
    }
    match program.evaluate(&bindings) {
        Ok(value) => Answered::Value(write(&value)),
        Err(error) => Answered::Error(error.to_string()),
    }
}

fn tree(value: &Json) -> Tree {
    let text = Text::new(value.to_string());
    read(&text, &ReadLimits::default()).0.pop().map_or_else(Tree::null, |document| document.tree)
}

fn write(value: &Value<'_>) -> Json {
    let typed = |value: Json, kind: &str| json!({ "type": kind, "value": value });
    match value {
        Value::Null => json!({ "type": "null" }),
        Value::Bool(value) => typed(json!(value), "bool"),
        Value::Int(value) => typed(json!(value.to_string()), "int"),
        Value::Uint(value) => typed(json!(value.to_string()), "uint"),
        Value::Double(value) => typed(json!(value.to_string()), "double"),
        Value::Str(text) => typed(json!(**text), "string"),
        Value::Optional(inner) => json!({ "type": "optional", "value": inner.as_deref().map(write) }),
        Value::Opaque(opaque) => typed(json!(opaque.to_string()), opaque.type_name()),
        other => match other.items() {
            Some(items) => typed(items.iter().map(write).collect(), "list"),
            None => typed(json!(format!("{other:?}")), other.type_of().name()),
        },
    }
}
