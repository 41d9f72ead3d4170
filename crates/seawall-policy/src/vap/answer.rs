//! Puts together what policies say.
//!
//! Source: `Dispatch` of `validating/dispatcher.go`; warnings are recorded as `pkg/endpoints/filters/warning.go` does.

use std::sync::Arc;

use super::policy::{Binding, Policy};
use super::read::{json, json_text};
use super::validate::{Judgement, Published, Verdict};
use crate::admission::{Action, Decision, Denial, Failure, NotJudged, Reason};

/// How long an audit annotation may be.
const ANNOTATION_BYTES: usize = 10 * 1024;
const FAILURE: &str = "validation.policy.admission.k8s.io/validation_failure";

/// What has been said so far.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    decision: Decision,
    warnings: Warnings,
    /// Annotations of the policy at hand, by key in the order in which they came, with their distinct values.
    annotations: Vec<(String, Vec<String>)>,
}

impl Answer {
    /// A denial.
    pub(crate) fn deny(&mut self, policy: &Policy, binding: Option<&Binding>, message: &str, reason: Reason) {
        // Most of what is refused is refused here: the text is put together in one piece.
        let mut text = String::with_capacity(96 + 2 * policy.name.len() + message.len());
        let by = ["ValidatingAdmissionPolicy '", &policy.name, "'"];
        by.into_iter().for_each(|part| text.push_str(part));
        if let Some(binding) = binding {
            [" with binding '", &binding.name, "'"].into_iter().for_each(|part| text.push_str(part));
        }
        text.push_str(" denied request: ");
        text.push_str(message);
        self.decision.denials.push(Denial {
            policy: Arc::clone(&policy.name),
            binding: binding.map(|binding| Arc::clone(&binding.name)).unwrap_or_default(),
            code: reason.code(),
            reason,
            message: text,
        });
    }

    /// Something that could not be judged.
    pub(crate) fn unknown(&mut self, policy: &Policy, binding: Option<&Binding>, reason: &str) {
        self.decision.not_judged.push(NotJudged {
            policy: policy.name.to_string(),
            binding: binding.map(|binding| binding.name.to_string()).unwrap_or_default(),
            reason: reason.to_owned(),
        });
    }

    /// What a policy says through a binding, with one parameter.
    pub(crate) fn take(&mut self, policy: &Policy, binding: &Binding, judgement: Judgement) {
        for (place, verdict) in judgement.verdicts.iter().enumerate() {
            let Verdict::Deny { message, reason } = verdict else { continue };
            self.decision.failures.push(Failure {
                policy: Arc::clone(&policy.name),
                binding: Arc::clone(&binding.name),
                validation: place,
                actions: Arc::clone(&binding.actions),
                message: Arc::clone(message),
            });
            for action in &*binding.actions {
                match action {
                    Action::Deny => self.deny(policy, Some(binding), message, *reason),
                    Action::Audit => self.audit(binding, place, message),
                    Action::Warn => self.warnings.add(format!(
                        "Validation failed for ValidatingAdmissionPolicy '{}' with binding '{}': {message}",
                        policy.name, binding.name
                    )),
                }
            }
        }
        for annotation in judgement.annotations {
            match annotation {
                Published::Failed(error) => self.deny(policy, Some(binding), &error, Reason::Invalid),
                Published::Value(key, mut value) => {
                    value.truncate(value.floor_char_boundary(ANNOTATION_BYTES));
                    self.collect(key, value);
                }
            }
        }
    }

    fn collect(&mut self, key: String, value: String) {
        match self.annotations.iter_mut().find(|(own, _)| *own == key) {
            Some((_, values)) if values.contains(&value) => {}
            Some((_, values)) => values.push(value),
            None => self.annotations.push((key, vec![value])),
        }
    }

    /// The policy at hand is done: its annotations are written.
    pub(crate) fn publish(&mut self, policy: &Policy) {
        for (key, values) in std::mem::take(&mut self.annotations) {
            self.annotate(format!("{}/{key}", policy.name), values.join(", "));
        }
    }

    fn audit(&mut self, binding: &Binding, place: usize, message: &str) {
        let actions: Vec<&str> = binding.actions.iter().map(|action| action.name()).collect();
        let value = format!(
            r#"[{{"message":{},"policy":{},"binding":{},"expressionIndex":{place},"validationActions":{}}}]"#,
            json_text(message),
            json_text(&binding.policy),
            json_text(&binding.name),
            json(&actions)
        );
        self.annotate(FAILURE.to_owned(), value);
    }

    /// An annotation that is there is not written again.
    fn annotate(&mut self, key: String, value: String) {
        if self.decision.audit_annotations.iter().all(|(own, _)| *own != key) {
            self.decision.audit_annotations.push((key, value));
        }
    }

    /// All that was said.
    pub(crate) fn finish(mut self) -> Decision {
        self.decision.warnings = self.warnings.shown();
        self.decision
    }
}

/// Warnings, each once; when they are long together, each is cut.
#[derive(Debug, Default)]
struct Warnings(Vec<String>);

impl Warnings {
    const TOTAL: usize = 4 * 1024;
    const EACH: usize = 256;

    fn add(&mut self, text: String) {
        if !self.0.contains(&text) {
            self.0.push(text);
        }
    }

    /// Once they do not fit as they are, every one is cut; those that come when the cut ones have filled the room are
    /// left out.
    fn shown(self) -> Vec<String> {
        let fits = self.0.iter().map(|text| text.chars().count()).sum::<usize>() <= Self::TOTAL;
        if fits {
            return self.0;
        }
        let (mut whole, mut written, mut shown) = (0, 0, Vec::new());
        let mut cutting = false;
        for text in self.0 {
            let length = text.chars().count();
            whole += length;
            // Those before the one that does not fit are cut and written again, whatever they come to.
            if cutting && written >= Self::TOTAL {
                break;
            }
            cutting = cutting || whole > Self::TOTAL;
            let cut: String = text.chars().take(Self::EACH).collect();
            written += length.min(Self::EACH);
            shown.push(cut);
        }
        shown
    }
}
