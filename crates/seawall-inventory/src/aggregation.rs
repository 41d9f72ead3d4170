//! Which ClusterRoles are made of which others.
//!
//! Source: the aggregation controller (`pkg/controller/clusterroleaggregation`): the rules of a ClusterRole with an
//! `aggregationRule` are those of all other ClusterRoles that one of its selectors selects.
//!
//! Invariants, above all what is absent:
//! - what a selector selects is found out once for all roles that have the same one: a thousand roles that select each
//!   other cost a thousand steps, not a million;
//! - of variants of one role only the nearest is a part (see `variants`);
//! - what is not followed to the end says so ([`Reached::cut`]).

use std::collections::{HashMap, HashSet, VecDeque};

use seawall_core::ResourceId;
use seawall_yaml::Node;

use crate::variants::{nearest, speaks_for};
use crate::{Resource, Selector};

/// How many pairs of a selector and a part are kept; real clusters have some hundreds.
const MAX_PAIRS: usize = 1 << 21;
/// How many roles are followed from one role; real ones reach fewer than 50.
pub(crate) const MAX_REACHED: usize = 2048;

/// Numbers of groups: the roles that one selector selects, seen from where it stands.
type Group = u32;

/// Aggregated ClusterRoles and their parts.
#[derive(Debug, Default)]
pub(crate) struct Aggregation {
    /// The roles of each group.
    members: Vec<Vec<ResourceId>>,
    /// The roles that are made of each group.
    owners: Vec<Vec<ResourceId>>,
    /// The groups that a role is made of.
    made_of: HashMap<ResourceId, Vec<Group>>,
    /// The groups that a role is in.
    within: HashMap<ResourceId, Vec<Group>>,
    /// Numbers for the names that a role of a group shares with others, which are never made of each other.
    names: HashMap<ResourceId, u32>,
    /// The roles with a part that is not aggregated itself.
    above_plain: HashSet<ResourceId>,
    /// Whether pairs are missing.
    cut: bool,
}

/// The roles that were reached from one.
#[derive(Debug)]
pub(crate) struct Reached {
    /// The roles, ascending, without the one where it began.
    pub(crate) roles: Vec<ResourceId>,
    /// A role of which all has been reached that was reached from this one, itself included: results for one hold for
    /// the other.
    pub(crate) like: ResourceId,
    /// Whether there are more than were followed.
    pub(crate) cut: bool,
}

impl Aggregation {
    /// Reads it from all ClusterRoles.
    pub(crate) fn of(roles: &[&Resource]) -> Self {
        let mut by_label: HashMap<(&str, &str), Vec<&Resource>> = HashMap::new();
        let mut by_name: HashMap<&str, Vec<&Resource>> = HashMap::new();
        let mut aggregation = Aggregation::default();
        for role in roles {
            for pair in role.labels().iter() {
                by_label.entry(pair).or_default().push(role);
            }
            let next = u32::try_from(by_name.len()).unwrap_or(u32::MAX);
            let namesakes = by_name.entry(role.name()).or_default();
            let number = namesakes.first().and_then(|first| aggregation.names.get(&first.id()).copied());
            aggregation.names.insert(role.id(), number.unwrap_or(next));
            namesakes.push(role);
        }
        let has_variants = by_name.len() < roles.len();
        let variants = |role: &Resource| by_name.get(role.name()).map_or(&[][..], Vec::as_slice);
        let mut known: HashMap<String, Group> = HashMap::new();
        let mut pairs = 0;
        'all: for whole in roles {
            let Some(rule) = whole.root().get("aggregationRule") else { continue };
            for node in rule.list("clusterRoleSelectors") {
                let mut key = String::new();
                write_key(node, &mut key);
                if has_variants {
                    let own = if variants(whole).len() > 1 { whole.name() } else { "" };
                    key.extend(["\0", &whole.origin().file, "\0", own]);
                }
                let group = match known.get(&key) {
                    Some(group) => *group,
                    None => {
                        let selector = Selector::label_selector(Some(node));
                        let candidates = match selector.required_pair() {
                            Some(pair) => by_label.get(&pair).map_or(&[][..], Vec::as_slice),
                            None => roles,
                        };
                        let meant = |part: &Resource| {
                            let of_part = variants(part);
                            of_part.len() < 2
                                || nearest(whole, of_part.iter().copied())
                                    .is_some_and(|near| near.id() == part.id())
                        };
                        let speaks =
                            |part: &Resource| speaks_for(whole, variants(whole).iter().copied(), part);
                        let parts = candidates
                            .iter()
                            .filter(|part| selector.matches(part.labels()) && meant(part) && speaks(part));
                        let parts: Vec<ResourceId> =
                            parts.take(MAX_PAIRS + 1 - pairs).map(|part| part.id()).collect();
                        pairs += parts.len();
                        if pairs > MAX_PAIRS {
                            aggregation.cut = true;
                            break 'all;
                        }
                        let group = aggregation.add(parts);
                        known.insert(key, group);
                        group
                    }
                };
                let groups = aggregation.made_of.entry(whole.id()).or_default();
                if !groups.contains(&group) {
                    groups.push(group);
                    if let Some(owners) = aggregation.owners.get_mut(group as usize) {
                        owners.push(whole.id());
                    }
                }
            }
        }
        let plain = roles.iter().filter(|role| !role.root().get("aggregationRule").is_some_and(Node::is_map));
        let plain: VecDeque<ResourceId> =
            plain.map(|role| role.id()).filter(|role| aggregation.within.contains_key(role)).collect();
        aggregation.above_plain =
            aggregation.walk(&aggregation.within, &aggregation.owners, plain, usize::MAX).0;
        aggregation
    }

    /// Whether one of the roles that a role is made of is not aggregated itself.
    pub(crate) fn has_plain_part(&self, role: ResourceId) -> bool {
        self.above_plain.contains(&role)
    }

    fn add(&mut self, parts: Vec<ResourceId>) -> Group {
        let group = u32::try_from(self.members.len()).unwrap_or(u32::MAX);
        for part in &parts {
            self.within.entry(*part).or_default().push(group);
        }
        self.members.push(parts);
        self.owners.push(Vec::new());
        group
    }

    /// The roles that a role is made of, of which these are made, and so on.
    pub(crate) fn parts_of(&self, role: ResourceId) -> Reached {
        self.reached(&self.made_of, &self.members, role)
    }

    /// The roles that a role is part of, directly or through others.
    pub(crate) fn wholes_of(&self, role: ResourceId) -> Reached {
        self.reached(&self.within, &self.owners, role)
    }

    fn reached(
        &self,
        groups_of: &HashMap<ResourceId, Vec<Group>>,
        roles_of: &[Vec<ResourceId>],
        from: ResourceId,
    ) -> Reached {
        let (mut seen, more) = self.walk(groups_of, roles_of, VecDeque::from([from]), MAX_REACHED);
        let cut = self.cut || more;
        let circle = seen.remove(&from);
        let mut roles: Vec<ResourceId> = seen.into_iter().collect();
        roles.sort_unstable();
        let same = |other: &&ResourceId| groups_of.get(other) == groups_of.get(&from);
        // All of a circle reach the same, itself included, when they begin with the same groups.
        let like = if circle && !cut { roles.iter().find(same).copied() } else { None };
        Reached { roles, like: like.map_or(from, |like| like.min(from)), cut }
    }

    /// The roles behind those of a queue, and whether there are more than the limit.
    fn walk(
        &self,
        groups_of: &HashMap<ResourceId, Vec<Group>>,
        roles_of: &[Vec<ResourceId>],
        mut queue: VecDeque<ResourceId>,
        limit: usize,
    ) -> (HashSet<ResourceId>, bool) {
        let name = |role: ResourceId| self.names.get(&role).copied();
        let mut seen = HashSet::new();
        // By whose name a group was entered; `None` once all of it was.
        let mut entered: HashMap<Group, Option<u32>> = HashMap::new();
        while let Some(role) = queue.pop_front() {
            let own = name(role);
            for group in groups_of.get(&role).into_iter().flatten() {
                let before = entered.get(group).copied();
                if before.is_some_and(|by| by.is_none() || by == own) {
                    continue;
                }
                entered.insert(*group, if before.is_some() { None } else { own });
                for next in roles_of.get(*group as usize).into_iter().flatten() {
                    if name(*next) == own || seen.contains(next) {
                        continue;
                    }
                    if seen.len() >= limit {
                        return (seen, true);
                    }
                    seen.insert(*next);
                    queue.push_back(*next);
                }
            }
        }
        (seen, false)
    }
}

/// A text that is the same for selectors that select the same: those that are written alike.
fn write_key(node: Node<'_>, key: &mut String) {
    if let Some(text) = node.as_str() {
        key.extend(["\"", text, "\u{1}"]);
        return;
    }
    key.push('(');
    for (name, child) in node.entries() {
        key.extend([name, "\u{2}"]);
        write_key(child, key);
    }
    for item in node.items() {
        write_key(item, key);
    }
    key.push(')');
}
