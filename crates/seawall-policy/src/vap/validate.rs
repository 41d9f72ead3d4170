//! What a policy that validates says of a request, with one parameter.
//!
//! Source: `Validate` (`pkg/admission/plugin/policy/validating/validator.go`) of the API server.

use std::sync::Arc;

use super::activation::Activation;
use super::conditions::{self, Conditions};
use super::expression::OutOfBudget;
use super::policy::{Annotation, FailurePolicy, Policy, Validation};
use crate::admission::Reason;
use crate::cel::{Bindings, Value};

/// What validations, and again audit annotations, of a policy may cost (`RuntimeCELCostBudget`).
const BUDGET: u64 = 10_000_000;
/// How long the text of a message expression may be (`MaxEvaluatedMessageExpressionSizeBytes`).
const MESSAGE_BYTES: usize = 5 * 1024;

/// What a policy says.
#[derive(Debug, Default)]
pub(crate) struct Judgement {
    /// Of each validation, in order; of a policy that fails as a whole, one.
    pub(crate) verdicts: Vec<Verdict>,
    pub(crate) annotations: Vec<Published>,
}

/// What one validation says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Admit,
    Deny { message: Arc<str>, reason: Reason },
}

/// What becomes of an audit annotation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Published {
    /// It is written, under this key.
    Value(String, String),
    /// It failed, which denies the request.
    Failed(String),
}

/// Judges a request. `bindings` know the objects, the request, the parameter and the authorizer.
pub(crate) fn judge<'a>(
    policy: &'a Policy,
    validations: &'a [Validation],
    annotations: &'a [Annotation],
    activation: &Activation<'a>,
    bindings: &mut Bindings<'a>,
) -> Judgement {
    let whole =
        |message: String| Judgement { verdicts: vec![error(policy, message)], annotations: Vec::new() };
    if !policy.conditions.is_empty() {
        match conditions::judge(policy, activation, bindings.clone()) {
            Conditions::Hold => {}
            Conditions::Skip => return Judgement::default(),
            Conditions::Failed(message) => return whole(message),
        }
    }
    bindings.set(activation.slots.namespace, activation.namespace.0.clone());
    policy.variables.bind(bindings);
    let mut budget = BUDGET;
    let mut results = Vec::with_capacity(validations.len());
    for validation in validations {
        match validation.expression.run(bindings, &mut budget) {
            Ok(result) => results.push(result),
            Err(out) => return whole(out.to_string()),
        }
    }
    // Messages and annotations do not know the authorizer, neither do the variables that they ask for.
    bindings.unset(activation.slots.authorizer);
    bindings.unset(activation.slots.request_resource);
    let messages = messages(validations, bindings, &mut budget);
    let verdicts = results.into_iter().enumerate().zip(validations);
    let verdicts = verdicts.map(|((place, result), validation)| match (result, &messages) {
        (Err(message), _) => error(policy, message),
        (Ok(_), Err(out)) => error(policy, format!("failed messageExpression: {out}")),
        (Ok(Value::Bool(true)), Ok(_)) => Verdict::Admit,
        (Ok(_), Ok(messages)) => Verdict::Deny {
            message: message(validation, messages.get(place).and_then(Option::as_deref)),
            reason: validation.reason,
        },
    });
    let verdicts = verdicts.collect();
    if annotations.is_empty() {
        return Judgement { verdicts, annotations: Vec::new() };
    }
    bindings.set(activation.slots.namespace, activation.namespace.1.clone());
    match published(policy, annotations, bindings) {
        Ok(annotations) => Judgement { verdicts, annotations },
        Err(out) => whole(out.to_string()),
    }
}

/// An error is a denial, unless it is to be ignored. Its reason is always `Invalid`.
fn error(policy: &Policy, message: String) -> Verdict {
    match policy.failure {
        FailurePolicy::Fail => Verdict::Deny { message: message.into(), reason: Reason::Invalid },
        FailurePolicy::Ignore => Verdict::Admit,
    }
}

/// The texts of the message expressions. All are evaluated, whatever the validations say: what they cost can deny.
fn messages<'a>(
    validations: &'a [Validation],
    bindings: &Bindings<'a>,
    budget: &mut u64,
) -> Result<Vec<Option<String>>, OutOfBudget> {
    if validations.iter().all(|validation| validation.message_expression.is_none()) {
        return Ok(Vec::new());
    }
    let run = |validation: &'a Validation| {
        let Some(expression) = &validation.message_expression else { return Ok(None) };
        Ok(match expression.run(bindings, budget)? {
            Ok(Value::Str(text)) => Some(text.to_string()),
            Ok(_) | Err(_) => None,
        })
    };
    validations.iter().map(run).collect()
}

/// The text of a validation that is false. One that was made is not taken when it is blank, long, or has several lines.
fn message(validation: &Validation, made: Option<&str>) -> Arc<str> {
    let made = made.map(str::trim).filter(|text| text.len() <= MESSAGE_BYTES && !text.contains('\n'));
    match made.unwrap_or_default() {
        "" => Arc::clone(&validation.message),
        made => made.into(),
    }
}

fn published<'a>(
    policy: &Policy,
    annotations: &'a [Annotation],
    bindings: &Bindings<'a>,
) -> Result<Vec<Published>, OutOfBudget> {
    let mut budget = BUDGET;
    let mut published = Vec::new();
    for annotation in annotations {
        match annotation.expression.run(bindings, &mut budget)? {
            Ok(Value::Str(text)) => {
                let text = text.trim();
                if !text.is_empty() {
                    published.push(Published::Value(annotation.key.to_string(), text.to_owned()));
                }
            }
            Ok(Value::Null) => {}
            Ok(other) => published.push(Published::Failed(format!(
                "valueExpression '{}' resulted in unsupported return type: {}. Return type must be either string or \
                 null.",
                annotation.expression.text(),
                other.type_of().name()
            ))),
            Err(message) if policy.failure == FailurePolicy::Fail => published.push(Published::Failed(message)),
            Err(_) => {}
        }
    }
    Ok(published)
}
