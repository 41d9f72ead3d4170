//! Label selectors, held by a policy and matched against labels of which some may not be known.
//!
//! Source: `LabelSelectorAsSelector` of apimachinery.

use super::labels::{Label, LabelSet};

/// A label selector; without requirements it selects everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Selector(pub(crate) Vec<Requirement>);

/// What a selected object must hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Requirement {
    pub(crate) key: Box<str>,
    pub(crate) test: Test,
}

/// How a label is tested.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Test {
    In(Vec<Box<str>>),
    /// Objects without the label are selected.
    NotIn(Vec<Box<str>>),
    Exists,
    DoesNotExist,
}

impl Selector {
    /// Whether everything is selected.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether an object with these labels is selected; `None` when a label that decides is not known.
    pub(crate) fn matches(&self, labels: LabelSet<'_>) -> Option<bool> {
        let mut known = true;
        for requirement in &self.0 {
            match requirement.holds(labels) {
                Some(true) => {}
                Some(false) => return Some(false),
                None => known = false,
            }
        }
        known.then_some(true)
    }
}

impl Requirement {
    fn holds(&self, labels: LabelSet<'_>) -> Option<bool> {
        let value = match labels.get(&self.key) {
            Label::Is(value) => Some(value),
            Label::Absent => None,
            Label::Unknown => return None,
        };
        let listed =
            |values: &[Box<str>]| value.is_some_and(|value| values.iter().any(|own| **own == *value));
        Some(match &self.test {
            Test::In(values) => listed(values),
            Test::NotIn(values) => !listed(values),
            Test::Exists => value.is_some(),
            Test::DoesNotExist => value.is_none(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests_support::tree;

    fn requirement(key: &str, test: Test) -> Selector {
        Selector(vec![Requirement { key: key.into(), test }])
    }

    #[test]
    fn known_labels_decide() {
        let object = tree("metadata: {labels: {app: web}}");
        let labels = LabelSet::of_object(object.root());
        for (key, test, expected) in [
            ("app", Test::In(vec!["db".into(), "web".into()]), true),
            ("app", Test::In(vec!["db".into()]), false),
            ("app", Test::NotIn(vec!["web".into()]), false),
            ("none", Test::NotIn(vec!["web".into()]), true),
            ("app", Test::Exists, true),
            ("none", Test::Exists, false),
            ("app", Test::DoesNotExist, false),
            ("none", Test::DoesNotExist, true),
        ] {
            assert_eq!(requirement(key, test.clone()).matches(labels), Some(expected), "{key} {test:?}");
        }
        assert_eq!(Selector::default().matches(labels), Some(true));
    }

    #[test]
    fn of_a_namespace_that_nobody_has_seen_only_the_name_is_known() {
        let labels = LabelSet::of_unseen_namespace("prod");
        assert_eq!(
            requirement("kubernetes.io/metadata.name", Test::In(vec!["prod".into()])).matches(labels),
            Some(true)
        );
        assert_eq!(
            requirement("kubernetes.io/metadata.name", Test::In(vec!["dev".into()])).matches(labels),
            Some(false)
        );
        assert_eq!(requirement("env", Test::Exists).matches(labels), None);
        assert_eq!(Selector::default().matches(labels), Some(true));
    }
}
