//! A waiver with what it covers.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use seawall_checks::{ParseSelectError, Profile, Select, pick};
use seawall_core::{CheckId, ResourceId, Route, Waiver};

use crate::Scope;

/// A waiver, ready to be held against findings.
#[derive(Clone, Debug)]
pub struct Rule {
    /// What it is about.
    pub checks: Checks,
    /// What else must hold.
    pub scope: Scope,
    /// What reports show of it.
    pub waiver: Arc<Waiver>,
    /// Where it is written: an object of the inventory and the place in it.
    pub home: (ResourceId, Route),
}

/// All waivers of a run.
pub type Rules = Vec<Rule>;

/// The ids of checks and policies; every policy is [`CheckId::EVERY_POLICY`].
pub type Checks = BTreeSet<Cow<'static, str>>;

impl Rule {
    /// Whether it is about a check or policy.
    pub fn is_about(&self, id: &CheckId) -> bool {
        self.checks.contains(id.as_str())
            || id.is_policy() && self.checks.contains(CheckId::EVERY_POLICY)
            || CheckId::is_lint_id(id.as_str()) && self.checks.contains(CheckId::EVERY_LINT)
    }
}

/// The checks that words select: ids, `area:…`, `pillar:…`, `framework:…`, `admission-policy/NAME` for a policy of one's
/// own, `admission-lint/NAME` for a mistake in one, and `*` for all.
///
/// # Errors
/// When a word selects nothing known.
pub(crate) fn checks<'w>(words: impl IntoIterator<Item = &'w str>) -> Result<Checks, ParseSelectError> {
    let mut ids = Checks::new();
    for word in words {
        if CheckId::is_policy_id(word) || CheckId::is_lint_id(word) {
            // Which policies there are only a run knows.
            ids.insert(Cow::Owned(word.to_owned()));
            continue;
        }
        let mut select: Vec<Select> = Vec::new();
        if word == "*" {
            ids.extend([CheckId::EVERY_POLICY, CheckId::EVERY_LINT].map(Cow::Borrowed));
        } else {
            select.push(word.parse()?);
        }
        ids.extend(pick(Profile::All, &select, &[]).iter().map(|check| Cow::Borrowed(check.id)));
    }
    Ok(ids)
}
