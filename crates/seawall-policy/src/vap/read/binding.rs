//! Bindings.
//!
//! Source: `validateValidatingAdmissionPolicyBindingSpec`, `validateMutatingAdmissionPolicyBindingSpec`.

use std::collections::HashSet;

use seawall_yaml::Node;

use super::fault::{Fault, Faults};
use super::field::Field;
use super::policy::{Flavor, metadata};
use super::{names, params, resources};
use crate::admission::Action;
use crate::vap::policy::Binding;

/// Reads a binding.
pub(crate) fn binding(object: Node<'_>, flavor: Flavor) -> Result<Binding, Fault> {
    let mut faults = Faults::default();
    let root = Field::root(object);
    let name = metadata(&root, &mut faults);
    let spec = root.key("spec");
    let faults_of_spec = &mut faults;
    let policy_field = spec.key("policyName");
    let policy = policy_field.text_or_empty(faults_of_spec);
    if policy.is_empty() {
        faults_of_spec.required(&policy_field.route, "");
    } else {
        for error in names::dns_subdomain(policy) {
            faults_of_spec.invalid(&policy_field.route, policy, &error);
        }
    }
    let params = spec.key("paramRef").object(faults_of_spec);
    let params = params.and_then(|field| params::reference(&field, faults_of_spec));
    let matched = spec.key("matchResources").object(faults_of_spec);
    let resources = matched.as_ref().map(|field| resources::constraints(field, faults_of_spec));
    let mut actions = Vec::new();
    match flavor {
        Flavor::Validating => actions = self::actions(&spec.key("validationActions"), faults_of_spec),
        Flavor::Mutating => {
            if let Some(field) = &matched {
                resources::mutable_operations(field, faults_of_spec);
            }
        }
    }
    match faults.fault() {
        Some(fault) => Err(fault),
        None => Ok(Binding {
            name: name.into(),
            policy: policy.into(),
            params,
            resources,
            actions: actions.into(),
        }),
    }
}

fn actions(field: &Field<'_>, faults: &mut Faults) -> Vec<Action> {
    let texts = field.texts(faults);
    let mut seen = HashSet::new();
    for (place, text) in texts.iter().enumerate() {
        let route = field.route.clone().index(place);
        if Action::of(text).is_none() {
            faults.not_supported(&route, text, &["Audit", "Deny", "Warn"]);
        }
        if !seen.insert(*text) {
            faults.duplicate(&route, text);
        }
    }
    if seen.contains("Deny") && seen.contains("Warn") {
        faults.invalid_list(
            &field.route,
            &texts,
            "must not contain both Deny and Warn (repeating the same validation failure information in the API \
             response and headers serves no purpose)",
        );
    }
    if texts.is_empty() {
        faults.required(&field.route, "at least one validation action is required");
    }
    texts.into_iter().filter_map(Action::of).collect()
}
