//! Findings of reports from mistakes in policies.

use std::collections::HashMap;
use std::sync::Arc;

use seawall_core::{CheckId, CheckInfo, Finding, Location, LocationRole, Pillar, fingerprint};
use seawall_inventory::{Inventory, Lint, LintRule};

/// Findings of an inventory. A mistake is found by its policy, its rule and its field again.
pub fn findings(lints: &[Lint], inventory: &Inventory) -> Vec<Finding> {
    let mut infos: HashMap<&'static str, Arc<CheckInfo>> = HashMap::new();
    lints.iter().filter_map(|lint| finding(lint, inventory, &mut infos)).collect()
}

fn finding(
    lint: &Lint,
    inventory: &Inventory,
    infos: &mut HashMap<&'static str, Arc<CheckInfo>>,
) -> Option<Finding> {
    let resource = inventory.get(lint.place.resource)?;
    let info = infos.entry(lint.rule.id).or_insert_with(|| Arc::new(info(lint.rule)));
    let route = &lint.place.route;
    let (node, existing) = resource.root().nearest(route);
    let scalar = (existing == route.steps().len()).then(|| node.scalar_text()).flatten();
    let location = Location {
        resource: resource.id(),
        route: route.clone(),
        existing,
        role: LocationRole::Primary,
        value: scalar.map(std::borrow::Cow::into_owned),
        withheld: false,
        note: None,
    };
    Some(Finding {
        check: Arc::clone(info),
        severity: lint.severity,
        confidence: lint.confidence,
        subject: resource.subject().clone(),
        resource: resource.id(),
        locations: vec![location],
        message: lint.message.clone(),
        linked: Vec::new(),
        fix: None,
        fingerprint: fingerprint(&info.id, resource.subject(), &route.to_string(), &lint.message),
        waiver: None,
    })
}

fn info(rule: &LintRule) -> CheckInfo {
    CheckInfo {
        id: CheckId::of_lint(rule.id),
        title: rule.title.into(),
        why: rule.why.into(),
        help: rule.help.into(),
        pillar: Pillar::ControlPlane,
        severity: rule.severity,
        frameworks: Vec::new(),
    }
}
