//! What the API server writes into `status.typeChecking` of a policy: expressions held against the types of the kinds that
//! its rules name.
//!
//! Invariants: warnings and their texts are those of the server; none of them changes what a policy does. Only the validations
//! of a policy and their messages are looked at, and only kinds that rules name without `*`, ten at most.
//! Source: `pkg/admission/plugin/policy/validating/typechecking.go` of the API server.

mod kinds;
mod openapi;

use std::collections::HashMap;

use seawall_core::Route;
use seawall_schema::{Schemas, split_api_version};
use seawall_yaml::Node;

pub(crate) use kinds::KindName;

use super::environment::{Extras, add_variable, compose, environment};
use crate::cel::Limits;
use crate::cel::check::{Environment, Issues, Type, compile};

/// What is wrong with an expression, by the types of one kind.
#[derive(Clone, Debug)]
pub(crate) struct TypeWarning {
    /// The kind.
    pub(crate) kind: KindName,
    /// What is wrong.
    pub(crate) issues: Issues,
}

/// What is wrong with the expression of one field, kind by kind.
#[derive(Clone, Debug)]
pub(crate) struct FieldWarnings {
    /// The field.
    pub(crate) route: Route,
    /// Never empty.
    pub(crate) warnings: Vec<TypeWarning>,
}

impl FieldWarnings {
    /// As the server writes it.
    pub(crate) fn text(&self) -> String {
        let of_kind = |warning: &TypeWarning| format!("{}: {}\n", warning.kind, warning.issues);
        self.warnings.iter().map(of_kind).collect::<Vec<_>>().join("\n")
    }
}

/// Types of policies, each kind described once.
pub(crate) struct Typing<'s> {
    schemas: &'s Schemas,
    described: HashMap<KindName, Option<Environment>>,
}

impl<'s> Typing<'s> {
    /// With the types of a cluster.
    pub(crate) fn new(schemas: &'s Schemas) -> Self {
        Typing { schemas, described: HashMap::new() }
    }

    /// The kinds whose types the expressions of a policy are held against.
    pub(crate) fn kinds(&self, policy: Node<'_>) -> Vec<KindName> {
        kinds::of(policy, self.schemas)
    }

    /// All warnings of a policy.
    pub(crate) fn warnings(&mut self, policy: Node<'_>) -> Vec<FieldWarnings> {
        let Some(spec) = policy.get("spec") else { return Vec::new() };
        let params = spec.get("paramKind").and_then(|kind| {
            let (group, version) = split_api_version(kind.str("apiVersion")?);
            Some(KindName::new(group, version, kind.str("kind")?))
        });
        let envs: Vec<(KindName, Environment)> = self
            .kinds(policy)
            .into_iter()
            .filter_map(|kind| {
                let env = self.environment(&kind, params.as_ref())?;
                Some((kind, with_variables(env, spec)))
            })
            .collect();
        let mut found = Vec::new();
        for (place, validation) in spec.list("validations").enumerate() {
            for field in ["expression", "messageExpression"] {
                let Some(text) = validation.str(field).filter(|text| !text.is_empty()) else { continue };
                let warnings: Vec<TypeWarning> = envs
                    .iter()
                    .filter_map(|(kind, env)| {
                        let issues = compile(text, env, &Limits::default()).err()?;
                        Some(TypeWarning { kind: kind.clone(), issues })
                    })
                    .collect();
                if !warnings.is_empty() {
                    let route = Route::root().keys(&["spec", "validations"]).index(place).key(field);
                    found.push(FieldWarnings { route, warnings });
                }
            }
        }
        found
    }

    /// What expressions may name where objects are of this kind; `None` when nothing describes it.
    fn environment(&mut self, kind: &KindName, params: Option<&KindName>) -> Option<Environment> {
        let schemas = self.schemas;
        let described = self.described.entry(kind.clone()).or_insert_with(|| {
            let declared = openapi::declared(schemas, kind)?;
            let extras = Extras { params: false, authorizer: true, patches: false };
            let mut env = environment(extras).into_owned();
            let object = declared.define(&kind.kind, &mut env);
            env.declare("object", object.clone());
            env.declare("oldObject", object);
            Some(env)
        });
        let mut env = described.clone()?;
        if let Some(declared) = params.and_then(|params| Some((params, openapi::declared(schemas, params)?)))
        {
            let (params, declared) = declared;
            let is = declared.define(&format!("params.{}", params.kind), &mut env);
            env.declare("params", is);
        } else if params.is_some() {
            env.declare("params", Type::Dyn);
        }
        Some(env)
    }
}

/// Adds the variables of a policy; one that is wrong is of any type, and nothing is said of it.
fn with_variables(mut env: Environment, spec: Node<'_>) -> Environment {
    compose(&mut env);
    for variable in spec.list("variables") {
        let (Some(name), Some(text)) = (variable.str("name"), variable.str("expression")) else { continue };
        let is = match compile(text, &env, &Limits::default()) {
            Ok((_, checked)) => checked.result().clone(),
            Err(_) => Type::Dyn,
        };
        add_variable(&mut env, name, &is);
    }
    env
}
