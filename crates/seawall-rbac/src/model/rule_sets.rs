//! Lists of rules, each kept once: ten thousand Roles made from one template have one list.

use std::collections::HashMap;
use std::sync::Arc;

use crate::Rule;

/// The number of a list of rules; it may be used again when no role has the list any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleSetId(pub(crate) u32);

impl RuleSetId {
    /// The place of the set in a table over all of them.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

#[derive(Clone, Debug, Default)]
pub(crate) struct RuleSets {
    ids: HashMap<Arc<[Rule]>, RuleSetId>,
    sets: Vec<(Arc<[Rule]>, u32)>,
    free: Vec<RuleSetId>,
}

impl RuleSets {
    /// The number of a list, with one more user.
    pub(crate) fn take(&mut self, rules: Vec<Rule>) -> RuleSetId {
        if let Some(id) = self.ids.get(rules.as_slice()) {
            if let Some((_, users)) = self.sets.get_mut(id.index()) {
                *users += 1;
            }
            return *id;
        }
        let rules: Arc<[Rule]> = rules.into();
        let id = match self.free.pop() {
            Some(id) => id,
            None => {
                self.sets.push((Arc::new([]), 0));
                RuleSetId(u32::try_from(self.sets.len() - 1).unwrap_or(u32::MAX))
            }
        };
        if let Some(slot) = self.sets.get_mut(id.index()) {
            *slot = (Arc::clone(&rules), 1);
        }
        self.ids.insert(rules, id);
        id
    }

    /// One user less.
    pub(crate) fn give_back(&mut self, id: RuleSetId) {
        let Some((rules, users)) = self.sets.get_mut(id.index()) else { return };
        *users = users.saturating_sub(1);
        if *users == 0 {
            self.ids.remove(rules);
            *rules = Arc::new([]);
            self.free.push(id);
        }
    }

    pub(crate) fn get(&self, id: RuleSetId) -> &[Rule] {
        self.sets.get(id.index()).map_or(&[], |(rules, _)| rules)
    }

    pub(crate) fn limit(&self) -> usize {
        self.sets.len()
    }

    /// All numbers, unused ones with an empty list.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &[Rule]> {
        self.sets.iter().map(|(rules, _)| &**rules)
    }
}
