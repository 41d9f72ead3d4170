//! Waivers held against findings.

use std::collections::BTreeSet;
use std::sync::Arc;

use seawall_checks::Evaluation;
use seawall_core::Date;
use seawall_inventory::Inventory;

use crate::rule::Rule;
use crate::told::Told;

/// What waivers did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// Findings that somebody accepted.
    pub waived: usize,
    /// Waivers whose day has passed.
    pub expired: usize,
    /// Waivers that cover nothing although their checks ran.
    pub unused: usize,
}

/// Marks the findings that waivers cover on this day, and adds findings about waivers. A finding takes the first waiver
/// that covers it and has not expired. Whether a waiver is used is only judged where one of its checks ran: `ran` has
/// the ids of those.
pub fn apply(
    evaluation: &mut Evaluation,
    inventory: &Inventory,
    rules: &[Rule],
    today: Date,
    ran: &BTreeSet<&str>,
) -> Applied {
    if rules.is_empty() {
        return Applied::default();
    }
    let mut covered = vec![0_usize; rules.len()];
    let mut applied = Applied::default();
    for finding in &mut evaluation.findings {
        for (rule, covered) in rules.iter().zip(&mut covered) {
            if rule.is_about(&finding.check.id) && rule.scope.covers(inventory, finding) {
                *covered += 1;
                if finding.waiver.is_none() && today <= rule.waiver.until {
                    finding.waiver = Some(Arc::clone(&rule.waiver));
                    applied.waived += 1;
                }
            }
        }
    }
    let told = Told::new();
    for (rule, covered) in rules.iter().zip(covered) {
        let finding = if rule.waiver.until < today {
            applied.expired += 1;
            told.expired(inventory, rule, covered)
        } else if covered == 0 && rule.checks.iter().any(|id| ran.contains(&**id)) {
            applied.unused += 1;
            told.unused(inventory, rule)
        } else {
            None
        };
        evaluation.findings.extend(finding);
    }
    applied
}
