//! Which ClusterRoles are made of which others.
//!
//! Source: the aggregation controller (`pkg/controller/clusterroleaggregation`): the rules of a ClusterRole with an
//! `aggregationRule` are those of all other ClusterRoles that one of its selectors selects.

use std::collections::{HashMap, HashSet, VecDeque};

use seawall_core::ResourceId;

use crate::{Resource, Selector};

/// How many pairs of a whole and a part are kept; real clusters have some hundreds.
const MAX_PAIRS: usize = 1 << 17;
/// How many roles are followed from one role; real ones reach fewer than 50.
const MAX_REACHED: usize = 512;

/// Aggregated ClusterRoles and their parts.
#[derive(Debug, Default)]
pub(crate) struct Aggregation {
    parts: HashMap<ResourceId, Vec<ResourceId>>,
    wholes: HashMap<ResourceId, Vec<ResourceId>>,
}

impl Aggregation {
    /// Reads it from all ClusterRoles.
    pub(crate) fn of(roles: &[&Resource]) -> Self {
        let mut by_label: HashMap<(&str, &str), Vec<&Resource>> = HashMap::new();
        for role in roles {
            for pair in role.labels().iter() {
                by_label.entry(pair).or_default().push(role);
            }
        }
        let mut aggregation = Aggregation::default();
        let mut pairs = 0;
        for whole in roles {
            let Some(rule) = whole.root().get("aggregationRule") else { continue };
            for selector in rule.list("clusterRoleSelectors").map(|node| Selector::label_selector(Some(node)))
            {
                let candidates = match selector.required_pair() {
                    Some(pair) => by_label.get(&pair).map_or(&[][..], Vec::as_slice),
                    None => roles,
                };
                for part in candidates {
                    if part.name() == whole.name() || !selector.matches(part.labels()) {
                        continue;
                    }
                    pairs += 1;
                    if pairs > MAX_PAIRS {
                        return aggregation;
                    }
                    aggregation.parts.entry(whole.id()).or_default().push(part.id());
                    aggregation.wholes.entry(part.id()).or_default().push(whole.id());
                }
            }
        }
        aggregation
    }

    /// The roles that a role is made of, of which these are made, and so on; without itself.
    pub(crate) fn parts_of(&self, role: ResourceId) -> Vec<ResourceId> {
        reached(&self.parts, role)
    }

    /// The roles that a role is part of, directly or through others; without itself.
    pub(crate) fn wholes_of(&self, role: ResourceId) -> Vec<ResourceId> {
        reached(&self.wholes, role)
    }
}

fn reached(edges: &HashMap<ResourceId, Vec<ResourceId>>, from: ResourceId) -> Vec<ResourceId> {
    let mut seen = HashSet::from([from]);
    let mut queue = VecDeque::from([from]);
    let mut found = Vec::new();
    while let Some(role) = queue.pop_front() {
        for next in edges.get(&role).into_iter().flatten() {
            if found.len() < MAX_REACHED && seen.insert(*next) {
                found.push(*next);
                queue.push_back(*next);
            }
        }
    }
    found
}
