//! What policies of both kinds have in common.
//!
//! Source: `validateValidatingAdmissionPolicySpec`, `validateMutatingAdmissionPolicySpec`.

use std::collections::HashSet;

use seawall_yaml::Node;

use super::fault::{Fault, Faults};
use super::field::Field;
use super::{expression, mutation, names, params, resources, validation};
use crate::vap::expression::{Compiler, Expected, Expression};
use crate::vap::policy::{FailurePolicy, Policy};

/// Which of the two kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flavor {
    Validating,
    Mutating,
}

/// The versions of policies and bindings that some API server serves, or served.
const VERSIONS: [&str; 3] = [
    "admissionregistration.k8s.io/v1",
    "admissionregistration.k8s.io/v1beta1",
    "admissionregistration.k8s.io/v1alpha1",
];

/// How many match conditions there may be.
const MATCH_CONDITIONS: usize = 64;

/// Reads a policy, without bindings.
pub(crate) fn policy(object: Node<'_>, flavor: Flavor) -> Result<Policy, Fault> {
    let mut faults = Faults::default();
    let root = Field::root(object);
    let name = metadata(&root, &mut faults);
    let spec = root.key("spec");
    let faults = &mut faults;
    let failure_field = spec.key("failurePolicy");
    let failure = match failure_field.text(faults) {
        None | Some("Fail") => FailurePolicy::Fail,
        Some("Ignore") => FailurePolicy::Ignore,
        Some(other) => {
            faults.not_supported(&failure_field.route, other, &["Fail", "Ignore"]);
            FailurePolicy::Fail
        }
    };
    let params = spec.key("paramKind").object(faults).map(|field| params::kind(&field, faults));
    let match_field = spec.key("matchConstraints");
    let constraints = match match_field.clone().object(faults) {
        None => {
            faults.required(&match_field.route, "");
            None
        }
        Some(field) => {
            let constraints = resources::constraints(&field, faults);
            if constraints.rules.is_empty() {
                faults.required(&field.key("resourceRules").route, "");
            }
            if flavor == Flavor::Mutating {
                resources::mutable_operations(&field, faults);
            }
            Some(constraints)
        }
    };
    let mut compiler = Compiler::new(params.is_some(), flavor == Flavor::Mutating);
    let conditions = conditions(&spec.key("matchConditions"), &compiler, faults);
    variables(&spec.key("variables"), &mut compiler, faults);
    let rules = match flavor {
        Flavor::Validating => validation::rules(&spec, name, &compiler, faults),
        Flavor::Mutating => mutation::rules(&spec, &compiler, faults),
    };
    let faults = std::mem::take(faults);
    match (faults.fault(), constraints) {
        (Some(fault), _) => Err(fault),
        (None, Some(constraints)) => {
            let (variables, reads) = compiler.finish();
            Ok(Policy {
                name: name.into(),
                place: 0,
                failure,
                constraints,
                params,
                conditions,
                variables,
                reads,
                rules,
                bindings: Vec::new(),
            })
        }
        // Unset constraints are a fault.
        (None, None) => Err(Fault::Invalid(Vec::new())),
    }
}

/// Checks the version and the metadata of an object at cluster scope, and gives its name.
pub(super) fn metadata<'t>(root: &Field<'t>, faults: &mut Faults) -> &'t str {
    let version = root.key("apiVersion");
    // An item of a typed list may leave it out.
    if let Some(written) = version.text(faults).filter(|written| !VERSIONS.contains(written)) {
        faults.not_supported(&version.route, written, &VERSIONS);
    }
    let metadata = root.key("metadata");
    let name_field = metadata.key("name");
    let generated = metadata.key("generateName").text_or_empty(faults);
    let name = name_field.text_or_empty(faults);
    if !name.is_empty() {
        for error in names::dns_subdomain(name) {
            faults.invalid(&name_field.route, name, &error);
        }
    } else if generated.is_empty() {
        faults.required(&name_field.route, "name or generateName is required");
    }
    if !metadata.key("namespace").text_or_empty(faults).is_empty() {
        faults.forbidden(&metadata.key("namespace").route, "not allowed on this type");
    }
    if name.is_empty() { generated } else { name }
}

fn conditions(field: &Field<'_>, compiler: &Compiler, faults: &mut Faults) -> Vec<Expression> {
    let fields = field.objects(faults);
    if fields.len() > MATCH_CONDITIONS {
        faults.too_many(&field.route, fields.len(), MATCH_CONDITIONS);
    }
    let mut seen = HashSet::new();
    let mut conditions = Vec::new();
    // More are refused already; there is no need to compile them all.
    for condition in fields.iter().take(MATCH_CONDITIONS) {
        let (text, name_field) = (condition.key("expression"), condition.key("name"));
        let written = text.text_or_empty(faults);
        if written.trim().is_empty() {
            faults.required(&text.route, "");
        } else {
            // What is checked is trimmed; what runs, and what an error quotes, is not.
            conditions.extend(expression::checked(&text.route, written.trim(), written, faults, |text| {
                compiler.condition(text)
            }));
        }
        let name = name_field.text_or_empty(faults);
        if name.is_empty() {
            faults.required(&name_field.route, "");
            continue;
        }
        for error in names::qualified_name(name) {
            faults.invalid(&name_field.route, name, &error);
        }
        if !seen.insert(name) {
            faults.duplicate(&name_field.route, name);
        }
    }
    conditions
}

fn variables(field: &Field<'_>, compiler: &mut Compiler, faults: &mut Faults) {
    let fields = field.objects(faults);
    if !fields.is_empty() {
        compiler.compose();
    }
    for variable in &fields {
        let (name_field, text) = (variable.key("name"), variable.key("expression"));
        let name = name_field.text_or_empty(faults);
        if name.trim().is_empty() {
            faults.required(&name_field.route, "name is not specified");
        } else if !names::is_cel_identifier(name) {
            faults.invalid(&name_field.route, name, "must be a valid CEL identifier");
        }
        let written = text.text_or_empty(faults);
        if written.trim().is_empty() {
            faults.required(&text.route, "expression is not specified");
            continue;
        }
        expression::checked(&text.route, written, written, faults, |text| compiler.variable(name, text));
    }
}

/// Compiles an expression that is there; an error is a fault of its field.
pub(super) fn compiled(
    field: &Field<'_>,
    compiler: &Compiler,
    expected: Expected,
    faults: &mut Faults,
) -> Option<Expression> {
    let written = field.text_or_empty(faults);
    expression::checked(&field.route, written, written, faults, |text| compiler.expression(text, expected))
}
