//! Aggregated ClusterRoles whose rules are not written out: what the controller would write.
//!
//! Source: `pkg/controller/clusterroleaggregation`: the rules of the ClusterRoles that one of the selectors selects, by
//! name, without itself, each rule once. A part that is aggregated and not written out either is followed, so that a
//! circle ends where the controller comes to rest: all have the rules of all.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use seawall_core::{Problem, ProblemSeverity};
use seawall_inventory::Resource;
use seawall_yaml::Node;

use crate::model::{Rbac, RoleId};
use crate::{Rule, Sym};

/// How many roles one role is made of; real ones are made of fewer than 50.
const MAX_PARTS: usize = 2048;
/// How many rules one role has; real ones have fewer than 200.
const MAX_RULES: usize = 16_384;

/// What is remembered of ClusterRoles for it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Aggregated {
    /// The labels of every ClusterRole.
    labels: HashMap<RoleId, Box<[(Sym, Sym)]>>,
    /// The selectors of the aggregated ones whose rules are not written out.
    open: BTreeMap<RoleId, Box<[Selector]>>,
    /// Whether a ClusterRole changed since the aggregated ones were written.
    stale: bool,
}

/// A label selector in the numbers of a model. Those that the API server refuses are not kept.
#[derive(Clone, Debug)]
struct Selector(Box<[Condition]>);

#[derive(Clone, Debug)]
enum Condition {
    In(Sym, Box<[Sym]>),
    NotIn(Sym, Box<[Sym]>),
    Exists(Sym),
    DoesNotExist(Sym),
}

impl Condition {
    fn holds(&self, labels: &[(Sym, Sym)]) -> bool {
        let value = |key: Sym| labels.iter().find(|(own, _)| *own == key).map(|(_, value)| *value);
        match self {
            Condition::In(key, values) => value(*key).is_some_and(|value| values.contains(&value)),
            Condition::NotIn(key, values) => value(*key).is_none_or(|value| !values.contains(&value)),
            Condition::Exists(key) => value(*key).is_some(),
            Condition::DoesNotExist(key) => value(*key).is_none(),
        }
    }
}

impl Selector {
    fn selects(&self, labels: &[(Sym, Sym)]) -> bool {
        self.0.iter().all(|condition| condition.holds(labels))
    }
}

impl Rbac {
    /// Remembers the labels and selectors of a ClusterRole.
    pub(super) fn remember(&mut self, id: RoleId, role: &Resource) {
        let labels = role.labels().iter();
        let labels = labels.map(|(key, value)| (self.symbols.intern(key), self.symbols.intern(value)));
        self.aggregated.labels.insert(id, labels.collect());
        self.aggregated.stale = true;
        self.aggregated.open.remove(&id);
        let Some(rule) = role.root().get("aggregationRule").filter(|rule| rule.is_map()) else { return };
        if role.root().list("rules").next().is_none() {
            let selectors = rule.list("clusterRoleSelectors").filter_map(|node| self.selector(node));
            let selectors = selectors.collect();
            self.aggregated.open.insert(id, selectors);
            self.assume_parts();
        }
    }

    /// The same for a ClusterRole of a control plane that is only assumed.
    pub(super) fn remember_default(&mut self, id: RoleId, labels: &[&str], from: &[&str]) {
        let yes = self.symbols.intern("true");
        let labels = labels.iter().map(|key| (self.symbols.intern(key), yes)).collect();
        self.aggregated.labels.insert(id, labels);
        self.aggregated.stale = true;
        if !from.is_empty() {
            let selector =
                |key: &&str| Selector(Box::new([Condition::In(self.symbols.intern(key), Box::new([yes]))]));
            let selectors = from.iter().map(selector).collect();
            self.aggregated.open.insert(id, selectors);
        }
    }

    /// Forgets a ClusterRole.
    pub(super) fn forget(&mut self, id: RoleId) {
        self.aggregated.labels.remove(&id);
        self.aggregated.open.remove(&id);
        self.aggregated.stale = true;
    }

    fn selector(&mut self, node: Node<'_>) -> Option<Selector> {
        let mut conditions = Vec::new();
        for (key, value) in node.get("matchLabels").into_iter().flat_map(Node::entries) {
            let value = self.symbols.intern(value.as_str()?);
            conditions.push(Condition::In(self.symbols.intern(key), Box::new([value])));
        }
        for expression in node.list("matchExpressions") {
            let key = self.symbols.intern(expression.str("key")?);
            let values = expression.list("values").filter_map(Node::as_str);
            let values: Box<[Sym]> = values.map(|value| self.symbols.intern(value)).collect();
            conditions.push(match (expression.str("operator")?, values.is_empty()) {
                ("In", false) => Condition::In(key, values),
                ("NotIn", false) => Condition::NotIn(key, values),
                ("Exists", true) => Condition::Exists(key),
                ("DoesNotExist", true) => Condition::DoesNotExist(key),
                _ => return None,
            });
        }
        Some(Selector(conditions.into()))
    }

    /// Writes the rules of all aggregated roles that the cluster has not written, if a ClusterRole changed.
    pub(super) fn aggregate(&mut self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if !std::mem::take(&mut self.aggregated.stale) {
            return problems;
        }
        let open: Vec<RoleId> = self.aggregated.open.keys().copied().collect();
        if open.is_empty() {
            return problems;
        }
        let parts: HashMap<RoleId, Vec<RoleId>> =
            open.iter().map(|whole| (*whole, self.direct_parts(*whole))).collect();
        let made: Vec<_> = open.iter().map(|whole| (*whole, self.union(*whole, &parts))).collect();
        for (whole, Made { rules, sources, cut }) in made {
            if cut {
                let message = format!(
                    "`{}` is made of too many ClusterRoles; only the nearest are used",
                    self.role_name(whole)
                );
                problems.push(Problem::new(ProblemSeverity::Warning, message));
            }
            let rule_set = self.rule_sets.take(rules);
            let old = self.roles.get_mut(whole.0 as usize).and_then(|slot| slot.role.as_mut()).map(|role| {
                role.sources = Some(sources.into());
                std::mem::replace(&mut role.rule_set, rule_set)
            });
            self.rule_sets.give_back(old.unwrap_or(rule_set));
            self.judge_role(whole);
        }
        problems
    }

    /// The roles that the selectors of a role select, by name.
    fn direct_parts(&self, whole: RoleId) -> Vec<RoleId> {
        let Some(selectors) = self.aggregated.open.get(&whole) else { return Vec::new() };
        let all = self.aggregated.labels.iter();
        let selected = all.filter(|(part, labels)| {
            **part != whole && selectors.iter().any(|selector| selector.selects(labels))
        });
        let mut parts: Vec<RoleId> = selected.map(|(part, _)| *part).collect();
        parts.sort_by_key(|part| self.role_name(*part));
        parts
    }

    fn union(&self, whole: RoleId, parts: &HashMap<RoleId, Vec<RoleId>>) -> Made {
        let mut made = Made::default();
        let mut known: HashSet<&Rule> = HashSet::new();
        let mut seen = HashSet::from([whole]);
        let mut queue = VecDeque::from([whole]);
        while let Some(next) = queue.pop_front() {
            for part in parts.get(&next).into_iter().flatten() {
                if seen.len() > MAX_PARTS || made.rules.len() >= MAX_RULES {
                    made.cut = true;
                    return made;
                }
                if !seen.insert(*part) {
                    continue;
                }
                if parts.contains_key(part) {
                    queue.push_back(*part);
                    continue;
                }
                let Some(role) = self.role(*part) else { continue };
                for (index, rule) in self.rules(role.rule_set).iter().enumerate() {
                    if known.insert(rule) {
                        made.rules.push(rule.clone());
                        made.sources.push((*part, u32::try_from(index).unwrap_or(u32::MAX)));
                    }
                }
            }
        }
        made
    }
}

#[derive(Default)]
struct Made {
    rules: Vec<Rule>,
    sources: Vec<(RoleId, u32)>,
    cut: bool,
}
