//! Edits of several fixes as the edits of one document.

use seawall_core::{Edit, Route};

/// Edits of one document that can be made together, without repetitions.
#[derive(Clone, Debug, Default)]
pub(crate) struct Merged(Vec<Edit>);

impl Merged {
    /// Takes the edits of one more fix; all or none. `false` when one of them meets another edit at its place.
    pub(crate) fn add(&mut self, edits: &[Edit]) -> bool {
        let clash = |edit: &Edit| self.0.iter().any(|known| meet(known, edit) == Meeting::Clash);
        if edits.iter().any(clash) {
            return false;
        }
        for edit in edits {
            if self.0.iter().any(|known| matches!(meet(known, edit), Meeting::Same | Meeting::FirstCovers)) {
                continue;
            }
            self.0.retain(|known| meet(edit, known) != Meeting::FirstCovers);
            self.0.push(edit.clone());
        }
        true
    }

    /// The edits, in an order that is the same whoever came first.
    pub(crate) fn edits(&self) -> Vec<Edit> {
        let mut edits = self.0.clone();
        // New keys stand in the order of edits; of several new items of one list the text decides.
        edits.sort_by(|a, b| a.route().cmp(b.route()).then_with(|| format!("{a:?}").cmp(&format!("{b:?}"))));
        edits
    }
}

/// How two edits stand to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meeting {
    /// They have nothing to do with each other, or both can be made in any order.
    Apart,
    /// They are one edit.
    Same,
    /// The first takes away what the second takes away a part of.
    FirstCovers,
    /// One would undo the other.
    Clash,
}

fn meet(first: &Edit, second: &Edit) -> Meeting {
    if first == second {
        return Meeting::Same;
    }
    let (a, b) = (first.route(), second.route());
    let within = |inner: &Route, outer: &Route| inner.strip_prefix(outer).is_some();
    match (first, second) {
        _ if !within(a, b) && !within(b, a) => Meeting::Apart,
        (Edit::Append { .. }, Edit::Append { .. }) if a == b => Meeting::Apart,
        (Edit::Remove { .. }, Edit::Remove { .. }) if within(b, a) => Meeting::FirstCovers,
        (Edit::Remove { .. }, Edit::Remove { .. }) => Meeting::Apart,
        // An item goes, another one comes.
        (Edit::Append { .. }, Edit::Remove { .. }) if within(b, a) && a != b => Meeting::Apart,
        (Edit::Remove { .. }, Edit::Append { .. }) if within(a, b) && a != b => Meeting::Apart,
        _ => Meeting::Clash,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(route: &str, value: &str) -> Edit {
        Edit::Set { route: route.parse().unwrap(), value: value.into() }
    }

    fn remove(route: &str) -> Edit {
        Edit::Remove { route: route.parse().unwrap() }
    }

    fn append(route: &str, value: &str) -> Edit {
        Edit::Append { route: route.parse().unwrap(), value: value.into() }
    }

    #[test]
    fn what_meets_at_one_place() {
        for (first, second, wanted) in [
            (set("a.b", "x"), set("a.b", "x"), Meeting::Same),
            (set("a.b", "x"), set("a.b", "y"), Meeting::Clash),
            (set("a.b", "x"), set("a.c", "y"), Meeting::Apart),
            (set("a", "x"), set("a.c", "y"), Meeting::Clash),
            (remove("a"), remove("a.b[0]"), Meeting::FirstCovers),
            (remove("a.b[0]"), remove("a"), Meeting::Apart),
            (remove("a"), set("a.b", "x"), Meeting::Clash),
            (append("a", "x"), append("a", "y"), Meeting::Apart),
            (append("a", "x"), remove("a[1]"), Meeting::Apart),
            (remove("a[1]"), append("a", "x"), Meeting::Apart),
            (append("a", "x"), remove("a"), Meeting::Clash),
            (append("a", "x"), set("a", "y"), Meeting::Clash),
        ] {
            assert_eq!(meet(&first, &second), wanted, "{first:?} {second:?}");
        }
    }

    #[test]
    fn the_order_does_not_matter() {
        let fixes = [
            vec![append("c.drop", "ALL"), remove("c.add[1]")],
            vec![append("c.drop", "ALL"), remove("c.add")],
            vec![set("c.x", "1")],
            vec![remove("c.add[0]")],
        ];
        let mut forth = Merged::default();
        let mut back = Merged::default();
        assert!(fixes.iter().all(|edits| forth.add(edits)));
        assert!(fixes.iter().rev().all(|edits| back.add(edits)));
        assert_eq!(forth.edits(), back.edits());
        assert_eq!(forth.edits(), [remove("c.add"), append("c.drop", "ALL"), set("c.x", "1")]);
        assert!(!forth.add(&[set("d", "1"), set("c.x", "2")]), "all or nothing");
        assert_eq!(forth.edits().len(), 3);
    }
}
