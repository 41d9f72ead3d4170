//! Subjects of bindings: names in messages, and those that the settings allow.

use seawall_core::Subject;
use seawall_inventory::{BindingSubject, BindingView};

use crate::CheckSettings;
use crate::settings::{Setting, SettingDefault};

/// The setting that accepts holders of a right.
pub(crate) const ALLOWED_SUBJECTS: Setting = Setting {
    name: "allowedSubjects",
    doc: "holders that are meant to have this right, as `User/name`, `Group/name` or `ServiceAccount/namespace/name`; a \
          `*` at the end stands for any rest",
    default: SettingDefault::Strings(&[]),
};

/// The patterns of [`ALLOWED_SUBJECTS`].
pub(crate) struct Allowed<'s>(Vec<&'s str>);

impl<'s> Allowed<'s> {
    /// Reads the setting; empty for a check that does not declare it.
    pub(crate) fn of(settings: CheckSettings<'s>) -> Self {
        Allowed(settings.strings(ALLOWED_SUBJECTS.name))
    }

    /// Whether the subject is accepted.
    pub(crate) fn covers(&self, subject: &BindingSubject<'_>, binding: &BindingView<'_>) -> bool {
        !self.0.is_empty() && {
            let written = subject.identity(binding).to_string();
            self.0.iter().any(|pattern| covers(pattern, &written))
        }
    }
}

/// Whether a pattern with an optional `*` at its end covers a text.
pub(super) fn covers(pattern: &str, text: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(head) => text.starts_with(head),
        None => pattern == text,
    }
}

/// A subject in a message.
pub(crate) fn named(subject: &Subject) -> String {
    let kind = match &*subject.kind {
        "User" => "user",
        "Group" => "group",
        "ServiceAccount" => "service account",
        other => other,
    };
    match &subject.namespace {
        Some(namespace) => format!("{kind} `{namespace}/{}`", subject.name),
        None => format!("{kind} `{}`", subject.name),
    }
}

#[cfg(test)]
mod tests {
    use super::covers;

    #[test]
    fn a_star_stands_for_any_rest_and_only_at_the_end() {
        assert!(covers("Group/admins", "Group/admins"));
        assert!(!covers("Group/admins", "Group/admins2"));
        assert!(covers("ServiceAccount/ops/*", "ServiceAccount/ops/deployer"));
        assert!(!covers("*/deployer", "ServiceAccount/ops/deployer"));
    }
}
