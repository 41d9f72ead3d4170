//! Label selectors that outlive the text in which they are written, matched against labels of which some may not be known.
//!
//! Who reads one says what is refused of it; what it means is said here.
//! Source: `LabelSelectorAsSelector` of apimachinery.

use crate::KnownLabels;
use crate::known_labels::Label;

/// A label selector; without requirements it selects everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OwnedSelector(pub Vec<Requirement>);

/// What a selected object must hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// The label that is tested.
    pub key: Box<str>,
    /// What its value must be.
    pub test: LabelTest,
}

/// How a label is tested.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LabelTest {
    /// It is one of these.
    In(Vec<Box<str>>),
    /// It is none of these; objects without the label are selected.
    NotIn(Vec<Box<str>>),
    /// The object has the label.
    Exists,
    /// The object does not have the label.
    DoesNotExist,
}

impl OwnedSelector {
    /// Whether everything is selected.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether an object with these labels is selected; `None` when a label that decides is not known.
    pub fn matches(&self, labels: KnownLabels<'_>) -> Option<bool> {
        let mut known = true;
        for requirement in &self.0 {
            let value = match labels.get(&requirement.key) {
                Label::Is(value) => Some(value),
                Label::Absent => None,
                Label::Unknown => {
                    known = false;
                    continue;
                }
            };
            if !requirement.test.holds(value) {
                return Some(false);
            }
        }
        known.then_some(true)
    }
}

impl LabelTest {
    /// Whether the value of a label is as demanded; `None` is that of an object without the label.
    pub fn holds(&self, value: Option<&str>) -> bool {
        let listed =
            |values: &[Box<str>]| value.is_some_and(|value| values.iter().any(|own| **own == *value));
        match self {
            LabelTest::In(values) => listed(values),
            LabelTest::NotIn(values) => !listed(values),
            LabelTest::Exists => value.is_some(),
            LabelTest::DoesNotExist => value.is_none(),
        }
    }
}

#[cfg(test)]
mod tests {
    use seawall_yaml::{Limits, Text, read};

    use super::*;

    fn requirement(key: &str, test: LabelTest) -> OwnedSelector {
        OwnedSelector(vec![Requirement { key: key.into(), test }])
    }

    #[test]
    fn known_labels_decide() {
        let text = Text::new("metadata: {labels: {app: web}}");
        let object = read(&text, &Limits::default()).0.remove(0).tree;
        let labels = KnownLabels::of_object(object.root());
        for (key, test, expected) in [
            ("app", LabelTest::In(vec!["db".into(), "web".into()]), true),
            ("app", LabelTest::In(vec!["db".into()]), false),
            ("app", LabelTest::NotIn(vec!["web".into()]), false),
            ("none", LabelTest::NotIn(vec!["web".into()]), true),
            ("app", LabelTest::Exists, true),
            ("none", LabelTest::Exists, false),
            ("app", LabelTest::DoesNotExist, false),
            ("none", LabelTest::DoesNotExist, true),
        ] {
            assert_eq!(requirement(key, test.clone()).matches(labels), Some(expected), "{key} {test:?}");
        }
        assert_eq!(OwnedSelector::default().matches(labels), Some(true));
    }

    #[test]
    fn of_a_namespace_that_nobody_has_seen_only_the_name_is_known() {
        let labels = KnownLabels::of_unseen_namespace("prod");
        assert_eq!(
            requirement("kubernetes.io/metadata.name", LabelTest::In(vec!["prod".into()])).matches(labels),
            Some(true)
        );
        assert_eq!(
            requirement("kubernetes.io/metadata.name", LabelTest::In(vec!["dev".into()])).matches(labels),
            Some(false)
        );
        assert_eq!(requirement("env", LabelTest::Exists).matches(labels), None);
        assert_eq!(OwnedSelector::default().matches(labels), Some(true));
    }
}
