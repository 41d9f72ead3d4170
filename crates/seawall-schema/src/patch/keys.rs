//! The keys of a map, found by halving: maps of objects can have a hundred thousand.

use crate::value::{Map, Value};

pub(super) struct Keys<'m, 't> {
    map: &'m Map<'t>,
    /// Places in the map, by key.
    order: Vec<usize>,
}

impl<'m, 't> Keys<'m, 't> {
    pub(super) fn of(map: &'m Map<'t>) -> Self {
        let mut order: Vec<usize> = (0..map.len()).collect();
        order.sort_unstable_by_key(|at| map.get(*at).map(|(key, _)| key.as_ref()));
        Keys { map, order }
    }

    pub(super) fn find(&self, key: &str) -> Option<&'m Value<'t>> {
        let name = |at: &usize| self.map.get(*at).map(|(name, _)| name.as_ref());
        let at = self.order.binary_search_by_key(&Some(key), name).ok()?;
        self.map.get(*self.order.get(at)?).map(|(_, value)| value)
    }
}
