//! What the labels of a namespace ask for (`PolicyToEvaluate`).

use std::fmt;

use seawall_checks::pss::{Level, Policy, Version};
use seawall_inventory::Labels;

/// The policies of a namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NamespacePolicy {
    /// Pods that violate it are refused.
    pub enforce: Policy,
    /// The audit event notes pods and controllers that violate it.
    pub audit: Policy,
    /// Clients are warned of pods and controllers that violate it.
    pub warn: Policy,
}

impl Default for NamespacePolicy {
    fn default() -> Self {
        let privileged = Policy::new(Level::Privileged, Version::LATEST);
        NamespacePolicy { enforce: privileged, audit: privileged, warn: privileged }
    }
}

impl NamespacePolicy {
    /// Whether nothing at all is asked.
    pub(super) fn is_privileged(self) -> bool {
        self.enforce.level == Level::Privileged && self.speaks_of_nothing()
    }

    /// Whether nothing is noted and nobody is warned.
    pub(super) fn speaks_of_nothing(self) -> bool {
        self.audit.level == Level::Privileged && self.warn.level == Level::Privileged
    }

    /// Whether both ask for the same (`Policy.Equivalent`).
    pub(super) fn is_like(self, other: Self) -> bool {
        let like =
            |a: Policy, b: Policy| a == b || a.level == Level::Privileged && b.level == Level::Privileged;
        like(self.enforce, other.enforce) && like(self.audit, other.audit) && like(self.warn, other.warn)
    }
}

/// A label that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelFault {
    label: &'static str,
    value: String,
    wanted: &'static str,
}

impl fmt::Display for LabelFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let LabelFault { label, value, wanted } = self;
        write!(f, "metadata.labels[{label}]: Invalid value: {value:?}: {wanted}")
    }
}

/// Faults in one text, as an aggregate of errors is written.
pub(super) fn together(faults: &[LabelFault]) -> String {
    let texts: Vec<String> = faults.iter().map(ToString::to_string).collect();
    if texts.len() == 1 { texts.concat() } else { format!("[{}]", texts.join(", ")) }
}

const ENFORCE: &str = "pod-security.kubernetes.io/enforce";
const ENFORCE_VERSION: &str = "pod-security.kubernetes.io/enforce-version";
const AUDIT: &str = "pod-security.kubernetes.io/audit";
const AUDIT_VERSION: &str = "pod-security.kubernetes.io/audit-version";
const WARN: &str = "pod-security.kubernetes.io/warn";
const WARN_VERSION: &str = "pod-security.kubernetes.io/warn-version";

/// The policies that labels ask for, and the labels that cannot be read. A level that cannot be read is restricted for
/// enforce and privileged for audit and warn; a version that cannot be read is the latest.
pub fn label_policy(labels: Labels<'_>, defaults: NamespacePolicy) -> (NamespacePolicy, Vec<LabelFault>) {
    let mut policy = defaults;
    let mut faults = Vec::new();
    let enforced = level(labels, ENFORCE, Level::Restricted, &mut policy.enforce.level, &mut faults);
    version(labels, ENFORCE_VERSION, &mut policy.enforce.version, &mut faults);
    level(labels, AUDIT, Level::Privileged, &mut policy.audit.level, &mut faults);
    version(labels, AUDIT_VERSION, &mut policy.audit.version, &mut faults);
    level(labels, WARN, Level::Privileged, &mut policy.warn.level, &mut faults);
    version(labels, WARN_VERSION, &mut policy.warn.version, &mut faults);
    // Who says what is enforced, and nothing of warnings, is warned of what is stricter than the default.
    if labels.get(WARN).is_none() && enforced && policy.enforce.level > policy.warn.level {
        policy.warn.level = policy.enforce.level;
        if labels.get(WARN_VERSION).is_none() {
            policy.warn.version = policy.enforce.version;
        }
    }
    (policy, faults)
}

/// Reads a level; whether the label is there and can be read.
fn level(
    labels: Labels<'_>,
    label: &'static str,
    bad: Level,
    into: &mut Level,
    faults: &mut Vec<LabelFault>,
) -> bool {
    let Some(value) = labels.get(label) else { return false };
    match value.parse() {
        Ok(level) => *into = level,
        Err(_) => {
            *into = bad;
            let wanted = "must be one of privileged, baseline, restricted";
            faults.push(LabelFault { label, value: value.to_owned(), wanted });
            return false;
        }
    }
    true
}

fn version(labels: Labels<'_>, label: &'static str, into: &mut Version, faults: &mut Vec<LabelFault>) {
    let Some(value) = labels.get(label) else { return };
    *into = value.parse().unwrap_or_else(|_| {
        faults.push(LabelFault { label, value: value.to_owned(), wanted: "must be \"latest\" or \"v1.x\"" });
        Version::LATEST
    });
}
