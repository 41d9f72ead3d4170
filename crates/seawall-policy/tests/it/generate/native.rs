//! What the checks and the Pod Security Standards say of one object by itself.

use std::collections::{BTreeMap, BTreeSet};

use seawall_checks::pss::{self, Version};
use seawall_checks::{Check, Settings, evaluate};
use seawall_inventory::Inventory;

/// Messages of the findings of every check that failed, and the checks without a verdict.
#[derive(Debug, Default)]
pub(crate) struct Said {
    pub(crate) failed: BTreeMap<String, Vec<String>>,
    pub(crate) silent: BTreeSet<String>,
}

/// What these checks say.
pub(crate) fn say(inventory: &Inventory, checks: &[&'static Check], settings: &Settings) -> Said {
    let evaluation = evaluate(inventory, checks, settings);
    let mut said = Said::default();
    for finding in evaluation.findings {
        said.failed.entry(finding.check.id.as_str().to_owned()).or_default().push(finding.message);
    }
    said.silent.extend(evaluation.not_evaluated.into_iter().map(|gap| gap.check.as_str().to_owned()));
    said
}

/// The controls that a level of the Pod Security Standards sees violated; `None` where there is no verdict.
pub(crate) fn violated(inventory: &Inventory, level: pss::Level) -> Option<BTreeSet<&'static str>> {
    let resource = &inventory.resources()[0];
    let mut violated = BTreeSet::new();
    for pod in resource.pods() {
        for violation in pss::evaluate_pod(&pod, level, Version::LATEST).ok()? {
            violated.insert(pss::control(violation.control).unwrap().check);
        }
    }
    Some(violated)
}
