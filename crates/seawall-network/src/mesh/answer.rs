//! Three-valued answers: yes, no, or depending on what is known only when the request comes.

use std::collections::BTreeSet;

/// Whether something is met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Match {
    Yes,
    No,
    /// That depends on these attributes, never none.
    Depends(BTreeSet<Box<str>>),
}

impl Match {
    pub(super) fn of(met: bool) -> Self {
        if met { Match::Yes } else { Match::No }
    }

    pub(super) fn depends(attribute: &str) -> Self {
        Match::Depends(BTreeSet::from([attribute.into()]))
    }

    /// Two answers that are not the same: what they depend on, or else on what tells them apart.
    pub(super) fn differs(answers: [Match; 2], apart: &str) -> Self {
        let mut attributes = BTreeSet::new();
        for answer in answers {
            if let Match::Depends(more) = answer {
                attributes.extend(more);
            }
        }
        if attributes.is_empty() { Match::depends(apart) } else { Match::Depends(attributes) }
    }

    /// Whether all are met; yes for none.
    pub(super) fn all(items: impl Iterator<Item = Match>) -> Self {
        let mut attributes = BTreeSet::new();
        for item in items {
            match item {
                Match::Yes => {}
                Match::No => return Match::No,
                Match::Depends(more) => attributes.extend(more),
            }
        }
        if attributes.is_empty() { Match::Yes } else { Match::Depends(attributes) }
    }

    /// Whether one is met; no for none.
    pub(super) fn any(items: impl Iterator<Item = Match>) -> Self {
        let mut attributes = BTreeSet::new();
        for item in items {
            match item {
                Match::Yes => return Match::Yes,
                Match::No => {}
                Match::Depends(more) => attributes.extend(more),
            }
        }
        if attributes.is_empty() { Match::No } else { Match::Depends(attributes) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_decides_first() {
        let (yes, no, open) = (Match::Yes, Match::No, Match::depends("x"));
        for (items, all, any) in [
            (vec![], &yes, &no),
            (vec![&yes, &open], &open, &yes),
            (vec![&no, &open], &no, &open),
            (vec![&yes, &no], &no, &yes),
            (vec![&open, &open], &open, &open),
        ] {
            assert_eq!(&Match::all(items.iter().copied().cloned()), all, "{items:?}");
            assert_eq!(&Match::any(items.iter().copied().cloned()), any, "{items:?}");
        }
    }
}
