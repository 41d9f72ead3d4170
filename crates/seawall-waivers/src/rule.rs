//! A waiver with what it covers.

use std::collections::BTreeSet;
use std::sync::Arc;

use seawall_checks::{ParseSelectError, Profile, Select, pick};
use seawall_core::{ResourceId, Route, Waiver};

use crate::Scope;

/// A waiver, ready to be held against findings.
#[derive(Clone, Debug)]
pub struct Rule {
    /// The ids of the checks that it is about.
    pub checks: BTreeSet<&'static str>,
    /// What else must hold.
    pub scope: Scope,
    /// What reports show of it.
    pub waiver: Arc<Waiver>,
    /// Where it is written: an object of the inventory and the place in it.
    pub home: (ResourceId, Route),
}

/// All waivers of a run.
pub type Rules = Vec<Rule>;

/// The checks that words select: ids, `area:…`, `pillar:…`, `framework:…`, and `*` for all.
///
/// # Errors
/// When a word selects nothing known.
pub(crate) fn checks<'w>(
    words: impl IntoIterator<Item = &'w str>,
) -> Result<BTreeSet<&'static str>, ParseSelectError> {
    let mut ids = BTreeSet::new();
    for word in words {
        let select: Vec<Select> = if word == "*" { Vec::new() } else { vec![word.parse()?] };
        ids.extend(pick(Profile::All, &select, &[]).iter().map(|check| check.id));
    }
    Ok(ids)
}
