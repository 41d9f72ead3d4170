//! Sets of ordered numbers as sorted, disjoint, non-adjacent closed intervals: the algebra under ports and addresses.

/// A number with neighbours.
pub(crate) trait Number: Copy + Ord {
    /// The next greater number, `None` at the end.
    fn next(self) -> Option<Self>;
    /// The next smaller number, `None` at the start.
    fn previous(self) -> Option<Self>;
}

macro_rules! number {
    ($($type:ty),*) => {$(
        impl Number for $type {
            fn next(self) -> Option<Self> {
                self.checked_add(1)
            }

            fn previous(self) -> Option<Self> {
                self.checked_sub(1)
            }
        }
    )*};
}

number!(u32, u128);

/// A set of numbers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Intervals<T>(Vec<(T, T)>);

impl<T> Default for Intervals<T> {
    fn default() -> Self {
        Self::EMPTY
    }
}

impl<T> Intervals<T> {
    pub(crate) const EMPTY: Self = Intervals(Vec::new());
}

impl<T: Number> Intervals<T> {
    /// The union of any ranges, in any order; one whose end is before its start is empty.
    pub(crate) fn of(ranges: impl IntoIterator<Item = (T, T)>) -> Self {
        let mut ranges: Vec<(T, T)> = ranges.into_iter().filter(|(from, to)| from <= to).collect();
        ranges.sort_unstable();
        let mut merged: Vec<(T, T)> = Vec::with_capacity(ranges.len());
        for (from, to) in ranges {
            match merged.last_mut() {
                Some((_, end)) if end.next().is_none_or(|next| from <= next) => *end = (*end).max(to),
                _ => merged.push((from, to)),
            }
        }
        Intervals(merged)
    }

    pub(crate) fn ranges(&self) -> &[(T, T)] {
        &self.0
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn contains(&self, number: T) -> bool {
        let after = self.0.partition_point(|(from, _)| *from <= number);
        after.checked_sub(1).and_then(|at| self.0.get(at)).is_some_and(|(_, to)| number <= *to)
    }

    pub(crate) fn union(&self, other: &Self) -> Self {
        if other.is_empty() || self == other {
            return self.clone();
        }
        if self.is_empty() {
            return other.clone();
        }
        Self::of(self.0.iter().chain(&other.0).copied())
    }

    pub(crate) fn intersection(&self, other: &Self) -> Self {
        let mut common = Vec::new();
        let (mut a, mut b) = (self.0.iter().peekable(), other.0.iter().peekable());
        while let (Some((a_from, a_to)), Some((b_from, b_to))) = (a.peek(), b.peek()) {
            let (from, to) = (*a_from.max(b_from), *a_to.min(b_to));
            if from <= to {
                common.push((from, to));
            }
            if a_to < b_to {
                a.next();
            } else {
                b.next();
            }
        }
        Intervals(common)
    }

    pub(crate) fn difference(&self, other: &Self) -> Self {
        let mut rest = Vec::new();
        let mut taken = other.0.iter().peekable();
        for &(from, to) in &self.0 {
            let mut start = Some(from);
            while taken.peek().is_some_and(|(_, end)| *end < from) {
                taken.next();
            }
            // Not consumed: one of `other` may reach into the next interval too.
            for &(cut_from, cut_to) in taken.clone() {
                if cut_from > to {
                    break;
                }
                if let (Some(first), Some(last)) = (start, cut_from.previous())
                    && first <= last
                {
                    rest.push((first, last));
                }
                start = cut_to.next();
            }
            if let Some(first) = start.filter(|first| *first <= to) {
                rest.push((first, to));
            }
        }
        Intervals(rest)
    }

    pub(crate) fn is_subset(&self, other: &Self) -> bool {
        self.difference(other).is_empty()
    }

    pub(crate) fn meets(&self, other: &Self) -> bool {
        !self.intersection(other).is_empty()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn set(ranges: &[(u32, u32)]) -> Intervals<u32> {
        Intervals::of(ranges.iter().copied())
    }

    fn some() -> impl Strategy<Value = Vec<(u32, u32)>> {
        prop::collection::vec((0u32..40, 0u32..6), 0..6)
            .prop_map(|ranges| ranges.into_iter().map(|(from, len)| (from, from + len)).collect())
    }

    proptest! {
        #[test]
        fn is_the_algebra_of_sets(a in some(), b in some()) {
            let (x, y) = (set(&a), set(&b));
            for number in 0..50u32 {
                let within = |ranges: &[(u32, u32)]| ranges.iter().any(|(from, to)| (*from..=*to).contains(&number));
                let (in_a, in_b) = (within(&a), within(&b));
                prop_assert_eq!(x.contains(number), in_a);
                prop_assert_eq!(x.union(&y).contains(number), in_a || in_b);
                prop_assert_eq!(x.intersection(&y).contains(number), in_a && in_b);
                prop_assert_eq!(x.difference(&y).contains(number), in_a && !in_b);
            }
            for result in [x.union(&y), x.difference(&y), x.intersection(&y)] {
                prop_assert_eq!(Intervals::of(result.ranges().iter().copied()), result, "not in normal form");
            }
        }
    }

    #[test]
    fn ends_of_the_space() {
        let all = set(&[(0, u32::MAX)]);
        assert!(all.difference(&all).is_empty());
        assert_eq!(all.difference(&set(&[(0, 0), (u32::MAX, u32::MAX)])), set(&[(1, u32::MAX - 1)]));
        assert_eq!(set(&[(5, 3)]), Intervals::default());
        assert_eq!(set(&[(0, u32::MAX), (3, 4)]), all);
    }
}
