//! Which namespaces a selector is for.

use seawall_inventory::{LabelTest, OwnedSelector, Requirement};
use seawall_yaml::Node;

/// A label selector over namespaces; the default is for all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct SpaceSelector(OwnedSelector);

/// The label that the API server puts on every namespace.
const NAME: &str = "kubernetes.io/metadata.name";

impl SpaceSelector {
    /// Reads a selector; `None` for one that is not understood.
    pub(crate) fn read(selector: Option<Node<'_>>) -> Option<Self> {
        let Some(selector) = selector else { return Some(SpaceSelector::default()) };
        let mut requirements = Vec::new();
        for (key, value) in selector.get("matchLabels").into_iter().flat_map(Node::entries) {
            let test = LabelTest::In(vec![value.as_str()?.into()]);
            requirements.push(Requirement { key: key.into(), test });
        }
        for expression in selector.list("matchExpressions") {
            let values = expression.list("values").filter_map(|value| Some(value.as_str()?.into()));
            let test = match expression.str("operator")? {
                "In" => LabelTest::In(values.collect()),
                "NotIn" => LabelTest::NotIn(values.collect()),
                "Exists" => LabelTest::Exists,
                "DoesNotExist" => LabelTest::DoesNotExist,
                _ => return None,
            };
            requirements.push(Requirement { key: expression.str("key")?.into(), test });
        }
        Some(SpaceSelector(OwnedSelector(requirements)))
    }

    /// Whether a namespace of this name with these labels is meant.
    pub(crate) fn matches(&self, name: &str, labels: &[(&str, &str)]) -> bool {
        self.0.0.iter().all(|requirement| {
            let own = labels.iter().find(|(key, _)| **key == *requirement.key).map(|(_, value)| *value);
            requirement.test.holds(own.or((*requirement.key == *NAME).then_some(name)))
        })
    }
}
