//! Validations and audit annotations.
//!
//! Source: `validateValidation`, `validateAuditAnnotation`.

use std::collections::HashSet;

use super::fault::Faults;
use super::field::Field;
use super::names;
use super::policy::compiled;
use crate::admission::Reason;
use crate::vap::expression::{Compiler, Expected};
use crate::vap::policy::{Annotation, Rules, Validation};

const ANNOTATIONS: usize = 20;
const VALUE_EXPRESSION_BYTES: usize = 5 * 1024;

/// Reads what a policy validates.
pub(super) fn rules(spec: &Field<'_>, policy: &str, compiler: &Compiler, faults: &mut Faults) -> Rules {
    let (field, annotations_field) = (spec.key("validations"), spec.key("auditAnnotations"));
    let (fields, annotation_fields) = (field.objects(faults), annotations_field.objects(faults));
    if fields.is_empty() && annotation_fields.is_empty() {
        const NONE: &str = "validations or auditAnnotations must contain at least one item";
        faults.required(&field.route, NONE);
        faults.required(&annotations_field.route, NONE);
    }
    let validations = fields.iter().filter_map(|field| validation(field, compiler, faults)).collect();
    if annotation_fields.len() > ANNOTATIONS {
        let detail = format!("must not have more than {ANNOTATIONS} auditAnnotations");
        faults.invalid_list(&annotations_field.route, &[], &detail);
    }
    let mut seen = HashSet::new();
    let mut annotations = Vec::new();
    // More are refused already; there is no need to compile them all.
    for field in annotation_fields.iter().take(ANNOTATIONS + 1) {
        let key_field = field.key("key");
        let key = key_field.text_or_empty(faults);
        annotations.extend(annotation(field, policy, key, compiler, faults));
        if !seen.insert(key) {
            faults.duplicate(&key_field.route, key);
        }
    }
    Rules::Validate { validations, annotations }
}

fn validation(field: &Field<'_>, compiler: &Compiler, faults: &mut Faults) -> Option<Validation> {
    let (expression, message) = (field.key("expression"), field.key("message"));
    let (message_expression, reason) = (field.key("messageExpression"), field.key("reason"));
    let compiled_expression = if expression.text_or_empty(faults).trim().is_empty() {
        faults.required(&expression.route, "expression is not specified");
        None
    } else {
        compiled(&expression, compiler, Expected::Bool, faults)
    };
    let written = message_expression.text_or_empty(faults);
    let compiled_message = if written.is_empty() {
        None
    } else if written.trim().is_empty() {
        faults.invalid(&message_expression.route, written, "must be non-empty if specified");
        None
    } else {
        compiled(&message_expression, compiler, Expected::Message, faults)
    };
    let text = message.text_or_empty(faults);
    if !text.is_empty() && text.trim().is_empty() {
        faults.invalid(&message.route, text, "must be non-empty if specified");
    } else if text.trim().contains(['\n', '\r']) {
        faults.invalid(&message.route, text, "must not contain line breaks");
    }
    let reason = match reason.text(faults) {
        None => Reason::Invalid,
        Some(name) => [Reason::Forbidden, Reason::Invalid, Reason::RequestEntityTooLarge]
            .into_iter()
            .find(|reason| reason.name() == name)
            .unwrap_or_else(|| {
                let supported = ["Forbidden", "Invalid", "RequestEntityTooLarge"];
                faults.not_supported(&reason.route, name, &supported);
                Reason::Invalid
            }),
    };
    let compiled_expression = compiled_expression?;
    let message = match text.trim() {
        "" => format!("failed expression: {}", compiled_expression.text().trim()).into(),
        text => text.into(),
    };
    Some(Validation {
        expression: compiled_expression,
        message,
        message_expression: compiled_message,
        reason,
    })
}

fn annotation(
    field: &Field<'_>,
    policy: &str,
    key: &str,
    compiler: &Compiler,
    faults: &mut Faults,
) -> Option<Annotation> {
    let (key_field, value) = (field.key("key"), field.key("valueExpression"));
    if policy.is_empty() {
        faults.invalid(&key_field.route, key, "requires metadata.name be non-empty");
    } else {
        let full = format!("{policy}/{key}");
        for error in names::qualified_name(&full) {
            faults.invalid(&key_field.route, &full, &error);
        }
    }
    let written = value.text_or_empty(faults);
    let trimmed = written.trim();
    if trimmed.is_empty() {
        faults.required(&value.route, "valueExpression is not specified");
        return None;
    }
    if trimmed.len() > VALUE_EXPRESSION_BYTES {
        let detail = format!("must not exceed {VALUE_EXPRESSION_BYTES} bytes in length");
        faults.required(&value.route, &detail);
        return None;
    }
    let compile = |text: &str| compiler.expression(text, Expected::TextOrNull);
    let checked = super::expression::checked(&value.route, trimmed, written, faults, compile)?;
    Some(Annotation { key: key.into(), expression: checked.shown_as(written) })
}
