//! Rules that allow what another rule denies.

use seawall_core::Severity;
use seawall_inventory::Place;

use super::shadow::{MAX_RULES, contains};
use super::{Lint, LintRule, World};
use crate::RuleId;
use crate::policy::{Action, Direction};

pub(super) const ALLOW_DENIED: LintRule = LintRule {
    id: "allow-denied",
    severity: Severity::Medium,
    title: "a rule allows what another one denies",
    why: "a deny wins over every allow: the connection that the rule was written for is closed",
    help: "delete the rule, or leave what it allows out of the one that denies",
};

pub(super) fn check(world: &World<'_>, out: &mut Vec<Lint>) {
    for direction in Direction::ALL {
        let unions = world.network.policies().filter(|policy| policy.tier().is_union());
        let rules: Vec<RuleId> = unions.flat_map(|policy| policy.rules(direction)).collect();
        let denies = |id: &RuleId| world.network.rule(*id).is_some_and(|rule| rule.action == Action::Deny);
        let (denies, allows): (Vec<RuleId>, Vec<RuleId>) = rules.into_iter().partition(denies);
        for allow in allows.iter().filter(|_| !denies.is_empty()).take(MAX_RULES) {
            let denying = denies.iter().take(MAX_RULES).find(|deny| contains(world.network, **deny, *allow));
            let Some(deny) = denying.and_then(|id| world.network.rule_view(*id)) else { continue };
            let Some(view) = world.network.rule_view(*allow) else { continue };
            let place = Place { resource: view.policy().resource().id(), route: view.route().clone() };
            let message = format!("lets nobody through: `{}` of `{}` denies it", deny.route(), deny.policy());
            let mut lint = Lint::new(&ALLOW_DENIED, place, message);
            let place = Place { resource: deny.policy().resource().id(), route: deny.route().clone() };
            lint.related.push((place, "this rule denies it".to_owned()));
            out.push(lint);
        }
    }
}
