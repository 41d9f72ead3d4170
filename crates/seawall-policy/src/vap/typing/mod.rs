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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests_support::tree;

    fn warned(rule: &str, rest: &str) -> Vec<String> {
        let text = format!("spec: {{matchConstraints: {{resourceRules: [{rule}]}}, {rest}}}");
        let schemas = Schemas::builtin();
        let warnings = Typing::new(&schemas).warnings(tree(&text).root());
        warnings.iter().map(|field| format!("{}: {}", field.route, field.text())).collect()
    }

    const WORKLOADS: &str = "{apiGroups: [apps], apiVersions: [v1], resources: [deployments, statefulsets]}";
    const PODS: &str = "{apiGroups: [''], apiVersions: [v1], resources: [pods, pods/status]}";

    #[test]
    fn warnings_are_the_servers() {
        assert_eq!(
            warned(WORKLOADS, "validations: [{expression: object.spec.paused == false}]"),
            [
                "spec.validations[0].expression: apps/v1, Kind=StatefulSet: ERROR: <input>:1:12: undefined field 'paused'\n | \
              object.spec.paused == false\n | ...........^\n"
            ]
        );
        let message = "validations: [{expression: object.spec.replicas < 1, messageExpression: '\"a\" + object.spec.replicas'}]";
        let warned_of = warned(WORKLOADS, message);
        assert_eq!(warned_of.len(), 1);
        let text = &warned_of[0];
        assert!(
            text.starts_with("spec.validations[0].messageExpression: apps/v1, Kind=Deployment: "),
            "{text}"
        );
        assert!(text.contains("'_+_' applied to '(string, int)'\n"), "{text}");
        assert!(text.contains("\n\napps/v1, Kind=StatefulSet: "), "{text}");
    }

    #[test]
    fn what_the_schema_does_not_type_is_no_field() {
        let quantity =
            "validations: [{expression: 'object.spec.containers.all(c, c.resources.limits[\"cpu\"] < 1)'}]";
        assert!(warned(PODS, quantity)[0].contains("undefined field 'limits'"));
        let either = "validations: [{expression: 'object.spec.containers.all(c, c.livenessProbe.httpGet.port == 80)'}]";
        assert_eq!(warned(PODS, either), Vec::<String>::new());
    }

    #[test]
    fn variables_hide_types_of_objects_and_rules_with_stars_name_no_kind() {
        let hidden = "variables: [{name: s, expression: object.spec}], validations: [{expression: variables.s.nothing == 1}]";
        assert_eq!(warned(PODS, hidden), Vec::<String>::new());
        let typed = "variables: [{name: s, expression: object.metadata.name}], validations: [{expression: variables.s == 1}]";
        assert_eq!(warned(PODS, typed).len(), 1);
        for rule in [
            "{apiGroups: ['*'], apiVersions: [v1], resources: [pods]}",
            "{apiGroups: [''], apiVersions: [v1], resources: ['*', pods/status]}",
        ] {
            assert_eq!(
                warned(rule, "validations: [{expression: object.nothing == 1}]"),
                Vec::<String>::new()
            );
        }
    }
}
