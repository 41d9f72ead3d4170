//! `secret-known-token-format`

use std::collections::BTreeMap;

use seawall_core::Confidence;
use seawall_core::{Pillar, Route, Severity};
use seawall_inventory::{Inventory, Place, Resource};
use seawall_yaml::Node;

use crate::secret::tokens::{Found, find};
use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "secret-known-token-format",
    title: "token of a known vendor stands in an object",
    why: "everybody who may read the object, the repository or a backup of either holds the token, and nobody notices its use",
    help: "revoke the token, put its successor into a Secret or an external store, and refer to it",
    pillar: Pillar::Secrets,
    severity: Severity::High,
    confidence: Confidence::High,
    frameworks: &["NSA:general", "MITRE:Credential access", "SOC2:CC6.1"],
    judge: Judge::Resource(&[], judge),
    ..Check::PLAIN
};

/// Kinds made to hold secrets, encrypted ones, and schemas, which hold no values.
const SKIPPED: [(&str, &str); 3] =
    [("", "Secret"), ("bitnami.com", "SealedSecret"), ("apiextensions.k8s.io", "CustomResourceDefinition")];

fn judge(resource: &Resource, out: &mut Verdicts<'_>) {
    if SKIPPED.contains(&(resource.group(), resource.kind())) {
        return out.not_applicable();
    }
    let mut stack = vec![resource.root()];
    while let Some(node) = stack.pop() {
        if let Some(text) = node.as_str() {
            let found = find(text);
            if !found.is_empty() && !owner_says_it(resource, node, out.inventory()) {
                report(resource, node, &found, out);
            }
        } else {
            stack.extend(node.entries().map(|(_, value)| value));
            stack.extend(node.items());
        }
    }
}

fn report(resource: &Resource, node: Node<'_>, found: &[Found], out: &mut Verdicts<'_>) {
    let mut by_format: BTreeMap<&str, Vec<&Found>> = BTreeMap::new();
    for token in found {
        by_format.entry(token.format.id).or_default().push(token);
    }
    for (id, tokens) in by_format {
        let Some(first) = tokens.first() else { continue };
        let place = Place { resource: resource.id(), route: resource.route_of(node) };
        let more = match tokens.len() {
            1 => String::new(),
            count => format!(" and {} more", count - 1),
        };
        let message = match id {
            // Only the first line of a key is counted.
            "private-key" => format!("holds {}{more}", first.format.what),
            _ => format!("holds {} of {} characters{more}", first.format.what, first.length),
        };
        let draft = out.fail(place, message);
        draft.withhold_value().discriminator(id);
        draft.severity(tokens.iter().map(|token| token.severity).max().unwrap_or(Severity::High));
        draft.confidence(tokens.iter().map(|token| token.confidence).max().unwrap_or(Confidence::High));
    }
}

/// Whether the workload that made this object has the same text at the same place: one leak, one finding.
fn owner_says_it(resource: &Resource, node: Node<'_>, inventory: &Inventory) -> bool {
    let Some(owner) = inventory.top_owner(resource) else { return false };
    let route = resource.route_of(node);
    let same = |place: Option<Node<'_>>| place.is_some_and(|place| place.as_str() == node.as_str());
    if same(owner.root().at(&route)) {
        return true;
    }
    let below = |part: Option<Node<'_>>| -> Option<Route> { route.strip_prefix(&resource.route_of(part?)) };
    resource.pods().zip(owner.pods()).any(|(mine, theirs)| {
        let spec = below(Some(mine.spec())).and_then(|route| theirs.spec().at(&route));
        let metadata = below(mine.metadata()).and_then(|route| theirs.metadata()?.at(&route));
        same(spec) || same(metadata)
    })
}
