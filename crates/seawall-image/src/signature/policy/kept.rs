//! A bounded memory of what holds for a while. The clock is passed in; when it goes back, what was put later than now is not
//! believed.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

use crate::signature::Instant;

#[derive(Debug)]
struct Entry<V> {
    value: V,
    put: Instant,
    until: Instant,
    /// Its place in the order of being put.
    turn: u64,
}

/// Values by key, each until its end; the oldest makes room.
#[derive(Debug)]
pub struct Kept<K, V> {
    most: usize,
    entries: HashMap<K, Entry<V>>,
    order: BTreeMap<u64, K>,
    turn: u64,
}

impl<K: Clone + Eq + Hash, V> Kept<K, V> {
    /// An empty one that holds that many at most.
    pub fn new(most: usize) -> Self {
        Kept { most, entries: HashMap::new(), order: BTreeMap::new(), turn: 0 }
    }

    /// The value, when there is one that still holds.
    pub fn get(&self, key: &K, now: Instant) -> Option<&V> {
        let entry = self.entries.get(key)?;
        (entry.put <= now && now < entry.until).then_some(&entry.value)
    }

    /// Keeps a value for some seconds.
    pub fn put(&mut self, key: K, value: V, seconds: i64, now: Instant) {
        self.turn += 1;
        let until = Instant::from_unix(now.unix().saturating_add(seconds));
        let entry = Entry { value, put: now, until, turn: self.turn };
        if let Some(old) = self.entries.insert(key.clone(), entry) {
            self.order.remove(&old.turn);
        }
        self.order.insert(self.turn, key);
        while self.entries.len() > self.most {
            let Some((_, oldest)) = self.order.pop_first() else { return };
            self.entries.remove(&oldest);
        }
    }

    /// How many values are held, those whose time is up included.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether none is held.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_makes_room() {
        let at = Instant::from_unix(0);
        let mut kept = Kept::new(2);
        for key in [1, 2, 1, 3] {
            kept.put(key, (), 10, at);
            assert!(kept.len() <= 2 && kept.order.len() == kept.len());
        }
        let known = [1, 2, 3].map(|key| kept.get(&key, at).is_some());
        assert_eq!(known, [true, false, true]);
        let mut none = Kept::new(0);
        none.put(1, (), 10, at);
        assert!(none.is_empty());
    }
}
