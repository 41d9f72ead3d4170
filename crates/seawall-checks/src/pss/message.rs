//! The messages of Pod Security admission.

use super::control::Violation;
use super::policy::Policy;

/// The reasons, as in the warning about pods that already exist: `host namespaces, hostPort`.
pub fn forbidden_reason(violations: &[Violation]) -> String {
    let reasons: Vec<&str> = violations.iter().map(|violation| violation.reason).collect();
    reasons.join(", ")
}

/// The reasons with their details: `host namespaces (hostPID=true), hostPort (container "a" uses hostPort 80)`.
pub fn forbidden_detail(violations: &[Violation]) -> String {
    let parts: Vec<String> = violations.iter().map(Violation::text).collect();
    parts.join(", ")
}

/// What the API server answers when it refuses a pod: `violates PodSecurity "restricted:latest": …`.
pub fn enforce_message(policy: Policy, violations: &[Violation]) -> String {
    format!("violates PodSecurity \"{policy}\": {}", forbidden_detail(violations))
}

/// What the API server warns of and writes to the audit log: `would violate PodSecurity "restricted:latest": …`.
pub fn warn_message(policy: Policy, violations: &[Violation]) -> String {
    format!("would violate PodSecurity \"{policy}\": {}", forbidden_detail(violations))
}

impl Violation {
    /// `reason (detail)`, or the reason alone when there is no detail.
    pub fn text(&self) -> String {
        if self.detail.is_empty() {
            self.reason.to_owned()
        } else {
            format!("{} ({})", self.reason, self.detail)
        }
    }
}
