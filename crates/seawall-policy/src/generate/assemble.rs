//! Makes policies and bindings from what was written.

use std::collections::BTreeSet;

use super::family::{Family, Served};
use super::options::{ConfigMap, Options};
use super::source::{self, Policy, Variable};
use super::text::{Yaml, quoted};
use super::{GenerateError, Mode, What, find, not_expressible, policies, settings};
use crate::cel;

/// What was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generated {
    /// The objects as YAML, a policy and its binding one after the other.
    pub text: String,
    /// The names of the policies.
    pub names: Vec<String>,
    /// The checks that were asked for and have no policy.
    pub left: Vec<Left>,
}

/// A check that was left out of a set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// The check.
    pub check: String,
    /// Why.
    pub reason: &'static str,
}

/// Makes the policies that were asked for, each with its binding.
///
/// # Errors
/// When something is asked for that there is not, or an option cannot be part of a policy.
pub fn generate(what: &What, options: &Options) -> Result<Generated, GenerateError> {
    settings::check(&options.parameters)?;
    check_options(options)?;
    let (sets, left) = chosen(what)?;
    let mut out = Generated { text: String::new(), names: Vec::new(), left };
    for (name, policies) in sets {
        let name = format!("{}-{name}", options.prefix);
        if !is_name(&name) {
            return Err(GenerateError::BadName(name));
        }
        let Some(set) = Set::of(&policies, options) else { continue };
        out.text.push_str(&set.policy(&name, options));
        out.text.push_str(&set.binding(&name, options));
        out.names.push(name);
    }
    if out.names.is_empty() { Err(GenerateError::Nothing) } else { Ok(out) }
}

type Sets = Vec<(String, Vec<&'static Policy>)>;

fn chosen(what: &What) -> Result<(Sets, Vec<Left>), GenerateError> {
    match what {
        What::Check(id) => match (find(id), not_expressible(id)) {
            (Some(policy), _) => Ok((vec![(id.clone(), vec![policy])], Vec::new())),
            (None, Some(reason)) => Err(GenerateError::NotExpressible { check: id.clone(), reason }),
            (None, None) => Err(GenerateError::UnknownCheck(id.clone())),
        },
        What::PodSecurity(level) => {
            let asked = policies().iter().filter(|policy| policy.level().is_some_and(|own| own <= *level));
            let asked: Vec<&Policy> = asked.collect();
            let replaced: Vec<&str> = asked.iter().filter_map(|policy| policy.instead_of()).collect();
            let kept = asked.into_iter().filter(|policy| !replaced.contains(&policy.id()));
            Ok((vec![(format!("pss-{level}"), kept.collect())], Vec::new()))
        }
        What::Checks { name, ids } => {
            let mut sets: Sets = Vec::new();
            let mut left = Vec::new();
            for id in ids {
                let Some(policy) = find(id) else {
                    let reason =
                        not_expressible(id).ok_or_else(|| GenerateError::UnknownCheck(id.clone()))?;
                    left.push(Left { check: id.clone(), reason });
                    continue;
                };
                let set = format!("{name}-{}", policy.family.name);
                match sets.iter_mut().find(|(own, _)| *own == set) {
                    Some((_, policies)) => policies.push(policy),
                    None => sets.push((set, vec![policy])),
                }
            }
            Ok((sets, left))
        }
    }
}

fn check_options(options: &Options) -> Result<(), GenerateError> {
    let selects = |text: &str| {
        text.len() <= 253
            && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/'))
    };
    let labels = options.labels.iter().flat_map(|(key, value)| [key, value]);
    if let Some(text) = options.except.iter().chain(labels).find(|text| !selects(text)) {
        return Err(GenerateError::BadSelector(text.clone()));
    }
    let parts = options.config_map.iter().flat_map(|map| [&map.namespace, &map.name]);
    match parts.into_iter().find(|text| !is_name(text)) {
        Some(text) => Err(GenerateError::BadName(text.clone())),
        None => Ok(()),
    }
}

/// RFC 1123, subdomain.
fn is_name(text: &str) -> bool {
    let is_part = |part: &str| {
        let ends = |c: Option<char>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
        ends(part.chars().next())
            && ends(part.chars().last())
            && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
    };
    text.len() <= 253 && text.split('.').all(is_part)
}

/// The policies that become one.
struct Set<'p> {
    family: &'static Family,
    policies: &'p [&'static Policy],
    variables: Vec<Variable>,
    is_parametrised: bool,
}

impl<'p> Set<'p> {
    fn of(policies: &'p [&'static Policy], options: &Options) -> Option<Self> {
        let family = policies.first()?.family;
        let from_config_map = options.config_map.is_some();
        let mut variables = Vec::new();
        for policy in policies {
            variables.extend(policy.settings().map(|setting| Variable {
                name: setting.variable.clone(),
                expression: settings::expression(policy, setting, &options.parameters, from_config_map),
            }));
            variables.extend(policy.variables.iter().cloned());
            variables.push(Variable { name: policy.variable(), expression: policy.faults().to_owned() });
        }
        let is_parametrised =
            from_config_map && policies.iter().any(|policy| policy.settings().next().is_some());
        Some(Set { family, policies, variables: with_shared(variables), is_parametrised })
    }

    fn policy(&self, name: &str, options: &Options) -> String {
        let mut out = Yaml::default();
        head(&mut out, "ValidatingAdmissionPolicy", name);
        let checks: Vec<&str> = self.policies.iter().map(|policy| policy.id()).collect();
        out.line(1, "annotations:").line(2, &format!("seawall.dev/checks: {}", quoted(&checks.join(", "))));
        out.line(0, "spec:").line(1, &format!("failurePolicy: {}", options.failure().name()));
        if self.is_parametrised {
            out.line(1, "paramKind:").line(2, "apiVersion: v1").line(2, "kind: ConfigMap");
        }
        self.constraints(&mut out);
        out.line(1, "matchConditions:").line(2, "- name: changed");
        out.expression(3, "expression", &self.family.changed());
        out.line(1, "variables:");
        for variable in &self.variables {
            out.line(2, &format!("- name: {}", variable.name));
            out.expression(3, "expression", &variable.expression);
        }
        out.line(1, "validations:");
        for policy in self.policies {
            self.validation(policy, &mut out);
        }
        out.finish()
    }

    fn binding(&self, name: &str, options: &Options) -> String {
        binding(name, options.config_map.as_ref().filter(|_| self.is_parametrised), options)
    }

    fn constraints(&self, out: &mut Yaml) {
        out.line(1, "matchConstraints:").line(2, "resourceRules:");
        let judged: Vec<&str> = self.policies.iter().flat_map(|policy| policy.kinds()).collect();
        let kinds: Vec<&Served> =
            self.family.kinds.iter().filter(|served| judged.contains(&served.kind)).collect();
        let mut groups: Vec<(&str, &str)> =
            kinds.iter().map(|served| (served.group, served.version)).collect();
        groups.dedup();
        for (group, version) in groups {
            let of_group = kinds.iter().filter(|served| (served.group, served.version) == (group, version));
            let resources: Vec<&str> = of_group.map(|served| served.resource).collect();
            out.line(3, &format!("- apiGroups: [{}]", quoted(group)));
            out.line(4, &format!("apiVersions: [{}]", quoted(version)));
            out.line(4, "operations: [CREATE, UPDATE]");
            out.line(4, &format!("resources: [{}]", resources.join(", ")));
        }
    }

    fn validation(&self, policy: &Policy, out: &mut Yaml) {
        let variable = policy.variable();
        let holds = format!("variables.{variable}.size() == 0");
        let others = self.policies.len() > 1 && policy.is_partial();
        let expression = if others {
            let kinds: Vec<String> = policy.kinds().into_iter().map(cel::literal).collect();
            format!("!(object.kind in [{}]) || {holds}", kinds.join(", "))
        } else {
            holds
        };
        let id = policy.id();
        out.expression(2, "- expression", &expression);
        out.expression(
            3,
            "messageExpression",
            &format!("{} + variables.{variable}.join(\"; \")", cel::literal(&format!("{id}: "))),
        );
        out.line(3, &format!("message: {}", quoted(&format!("{id}: {}", policy.title()))));
        out.line(3, "reason: Forbidden");
    }
}

/// The variables with the shared ones that they need before them.
fn with_shared(own: Vec<Variable>) -> Vec<Variable> {
    let mut needed: BTreeSet<String> = own.iter().flat_map(|variable| named(&variable.expression)).collect();
    let mut shared: Vec<Variable> = Vec::new();
    // Each stands after those that it needs, so that from the end all who need it have been met.
    for variable in source::shared().iter().rev() {
        if needed.contains(&variable.name) {
            needed.extend(named(&variable.expression));
            shared.push(variable.clone());
        }
    }
    shared.into_iter().rev().chain(own).collect()
}

/// The variables that an expression names.
fn named(expression: &str) -> impl Iterator<Item = String> + '_ {
    expression
        .split("variables.")
        .skip(1)
        .map(|rest| rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect())
}

fn head(out: &mut Yaml, kind: &str, name: &str) {
    out.line(0, "---")
        .line(0, "apiVersion: admissionregistration.k8s.io/v1")
        .line(0, &format!("kind: {kind}"));
    out.line(0, "metadata:").line(1, &format!("name: {}", quoted(name)));
    out.line(1, "labels:").line(2, "app.kubernetes.io/managed-by: seawall");
}

fn binding(name: &str, map: Option<&ConfigMap>, options: &Options) -> String {
    let mut out = Yaml::default();
    head(&mut out, "ValidatingAdmissionPolicyBinding", name);
    out.line(0, "spec:").line(1, &format!("policyName: {}", quoted(name)));
    out.line(1, &format!("validationActions: [{}]", options.mode.actions().join(", ")));
    if let Some(map) = map {
        out.line(1, "paramRef:").line(2, &format!("name: {}", quoted(&map.name)));
        out.line(2, &format!("namespace: {}", quoted(&map.namespace)));
        let missing = if options.mode == Mode::Enforce { "Deny" } else { "Allow" };
        out.line(2, &format!("parameterNotFoundAction: {missing}"));
    }
    if options.except.is_empty() && options.labels.is_empty() {
        return out.finish();
    }
    out.line(1, "matchResources:").line(2, "namespaceSelector:");
    if !options.labels.is_empty() {
        out.line(3, "matchLabels:");
        for (key, value) in &options.labels {
            out.line(4, &format!("{}: {}", quoted(key), quoted(value)));
        }
    }
    if !options.except.is_empty() {
        let names: Vec<String> = options.except.iter().map(|name| quoted(name)).collect();
        out.line(3, "matchExpressions:").line(4, "- key: kubernetes.io/metadata.name");
        out.line(5, "operator: NotIn").line(5, &format!("values: [{}]", names.join(", ")));
    }
    out.finish()
}
