//! Selectors that meet the pods of one workload and, where labels can tell, no other pod of the namespace.
//!
//! The owner's own selector comes first. Where it also meets pods of others, labels are added that these lack, then
//! conditions on keys that only the others have. Where nothing tells them apart the selector meets both, and says so.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// The labels of pods that stay the same from pod to pod.
pub(super) type Labels = BTreeMap<String, String>;

/// A label selector as it is written into a policy.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PodSelector {
    /// `matchLabels`
    pub labels: Vec<(String, String)>,
    /// Keys that must be absent: `matchExpressions` with `DoesNotExist`.
    pub without: Vec<String>,
    /// How many other workloads of the namespace it meets as well.
    pub shared_with: usize,
}

/// How many absent keys a selector may ask for. More are no description any more but a list of the others.
const MAX_WITHOUT: usize = 8;

/// Labels that change with every release: used only where nothing else tells two workloads apart.
const VOLATILE: [&str; 6] =
    ["app.kubernetes.io/version", "chart", "heritage", "helm.sh/chart", "release-revision", "version"];

/// The workloads of one namespace by their labels.
pub(super) struct Selectors {
    /// Distinct sets of labels, and how many workloads have pods with exactly these.
    sets: Vec<(Labels, usize)>,
    by_pair: HashMap<(String, String), Vec<usize>>,
    known: HashMap<(Vec<Labels>, Labels), PodSelector>,
}

impl Selectors {
    /// Takes the sets of labels of every workload.
    pub(super) fn new<'u>(units: impl Iterator<Item = &'u [Labels]>) -> Self {
        let mut counted: BTreeMap<&Labels, usize> = BTreeMap::new();
        for labels in units.flatten() {
            *counted.entry(labels).or_default() += 1;
        }
        let sets: Vec<(Labels, usize)> =
            counted.into_iter().map(|(labels, count)| (labels.clone(), count)).collect();
        let mut by_pair: HashMap<(String, String), Vec<usize>> = HashMap::new();
        for (number, (labels, _)) in sets.iter().enumerate() {
            for (key, value) in labels {
                by_pair.entry((key.clone(), value.clone())).or_default().push(number);
            }
        }
        Selectors { sets, by_pair, known: HashMap::new() }
    }

    /// The selector for a workload with these sets of labels whose owner asks for these pairs.
    pub(super) fn of(&mut self, own: &[Labels], asked: &Labels) -> PodSelector {
        let key = (own.to_vec(), asked.clone());
        if let Some(known) = self.known.get(&key) {
            return known.clone();
        }
        let selector = self.find(own, asked);
        self.known.insert(key, selector.clone());
        selector
    }

    fn find(&self, own: &[Labels], asked: &Labels) -> PodSelector {
        let Some((first, rest)) = own.split_first() else { return PodSelector::default() };
        let common: Labels = first
            .iter()
            .filter(|(key, value)| rest.iter().all(|labels| labels.get(*key) == Some(*value)))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        let mut chosen: Labels = asked
            .iter()
            .filter(|(key, value)| common.get(*key) == Some(*value))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        if chosen.is_empty() {
            let stable = common.iter().filter(|(key, _)| !VOLATILE.contains(&key.as_str()));
            chosen = stable.map(|(key, value)| (key.clone(), value.clone())).collect();
        }
        let mut others = self.met(&chosen, own);
        let mut spare: Vec<(&String, &String)> =
            common.iter().filter(|(key, _)| !chosen.contains_key(*key)).collect();
        spare.sort_by_key(|(key, value)| {
            let count = self.by_pair.get(&((*key).clone(), (*value).clone())).map_or(0, Vec::len);
            (VOLATILE.contains(&key.as_str()), count, *key)
        });
        for (key, value) in spare {
            if others.is_empty() {
                break;
            }
            let before = others.len();
            others.retain(|number| self.labels(*number).get(key) == Some(value));
            if others.len() < before {
                chosen.insert(key.clone(), value.clone());
            }
        }
        let without = self.absent(own, &mut others);
        PodSelector {
            labels: chosen.into_iter().collect(),
            without,
            shared_with: self.sharing(own) + others.len(),
        }
    }

    fn labels(&self, number: usize) -> &Labels {
        static NONE: Labels = Labels::new();
        self.sets.get(number).map_or(&NONE, |(labels, _)| labels)
    }

    /// The sets of others that have all these pairs.
    fn met(&self, chosen: &Labels, own: &[Labels]) -> Vec<usize> {
        let own: HashSet<&Labels> = own.iter().collect();
        let lists = chosen.iter().map(|(key, value)| self.by_pair.get(&(key.clone(), value.clone())));
        let rarest = lists.min_by_key(|list| list.map_or(0, Vec::len));
        let candidates: Vec<usize> = match rarest {
            None => (0..self.sets.len()).collect(),
            Some(list) => list.cloned().unwrap_or_default(),
        };
        let meets = |number: &usize| {
            let labels = self.labels(*number);
            !own.contains(labels) && chosen.iter().all(|(key, value)| labels.get(key) == Some(value))
        };
        candidates.into_iter().filter(meets).collect()
    }

    /// Keys that none of the own pods has and that the others have, the one that most of them have first.
    fn absent(&self, own: &[Labels], others: &mut Vec<usize>) -> Vec<String> {
        let mut without = BTreeSet::new();
        while !others.is_empty() && without.len() < MAX_WITHOUT {
            let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
            for key in others.iter().flat_map(|number| self.labels(*number).keys()) {
                if own.iter().all(|labels| !labels.contains_key(key)) {
                    *counts.entry(key).or_default() += 1;
                }
            }
            let most = counts.into_iter().max_by_key(|(key, count)| (*count, std::cmp::Reverse(*key)));
            let Some((key, _)) = most else { break };
            let key = key.to_owned();
            others.retain(|number| !self.labels(*number).contains_key(&key));
            without.insert(key);
        }
        without.into_iter().collect()
    }

    /// How many other workloads have pods with the very same labels.
    fn sharing(&self, own: &[Labels]) -> usize {
        let count = |labels: &Labels| {
            let at = self.sets.binary_search_by(|(other, _)| other.cmp(labels)).ok()?;
            self.sets.get(at).map(|(_, count)| count.saturating_sub(1))
        };
        own.iter().filter_map(count).max().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(pairs: &[(&str, &str)]) -> Labels {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    fn shown(selector: &PodSelector) -> String {
        let pairs: Vec<String> =
            selector.labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
        format!("{} !{} +{}", pairs.join(","), selector.without.join(","), selector.shared_with)
    }

    #[test]
    fn the_owners_selector_is_kept_where_it_is_enough() {
        let own = [labels(&[("app", "web"), ("tier", "front")])];
        let other = [labels(&[("app", "db"), ("tier", "front")])];
        let mut selectors = Selectors::new([&own[..], &other[..]].into_iter());
        assert_eq!(shown(&selectors.of(&own, &labels(&[("app", "web")]))), "app=web ! +0");
        assert_eq!(shown(&selectors.of(&other, &labels(&[("tier", "front")]))), "app=db,tier=front ! +0");
    }

    #[test]
    fn what_only_others_have_is_excluded() {
        let wide = [labels(&[("app", "web")])];
        let narrow = [labels(&[("app", "web"), ("canary", "true")])];
        let bare = [Labels::new()];
        let mut selectors = Selectors::new([&wide[..], &narrow[..], &bare[..]].into_iter());
        assert_eq!(shown(&selectors.of(&wide, &labels(&[("app", "web")]))), "app=web !canary +0");
        assert_eq!(shown(&selectors.of(&narrow, &labels(&[("app", "web")]))), "app=web,canary=true ! +0");
        assert_eq!(shown(&selectors.of(&bare, &Labels::new())), " !app +0");
    }

    #[test]
    fn twins_are_counted() {
        let one = [labels(&[("app", "web")])];
        let mut selectors = Selectors::new([&one[..], &one[..]].into_iter());
        assert_eq!(shown(&selectors.of(&one, &labels(&[("app", "web")]))), "app=web ! +1");
    }

    #[test]
    fn labels_of_a_release_are_the_last_resort() {
        let old = [labels(&[("app", "web"), ("version", "1")])];
        let new = [labels(&[("app", "web"), ("version", "2")])];
        let mut selectors = Selectors::new([&old[..], &new[..]].into_iter());
        assert_eq!(shown(&selectors.of(&old, &labels(&[("app", "web")]))), "app=web,version=1 ! +0");
        let mut alone = Selectors::new([&old[..]].into_iter());
        assert_eq!(shown(&alone.of(&old, &Labels::new())), "app=web ! +0");
    }
}
