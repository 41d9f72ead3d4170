//! Which namespaces a selector is for.

use seawall_yaml::Node;

/// A label selector over namespaces; the default is for all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct SpaceSelector(Vec<Requirement>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Requirement {
    key: String,
    operator: Operator,
    values: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    In,
    NotIn,
    Exists,
    DoesNotExist,
}

/// The label that the API server puts on every namespace.
const NAME: &str = "kubernetes.io/metadata.name";

impl SpaceSelector {
    /// Reads a selector; `None` for one that is not understood.
    pub(crate) fn read(selector: Option<Node<'_>>) -> Option<Self> {
        let Some(selector) = selector else { return Some(SpaceSelector::default()) };
        let mut requirements = Vec::new();
        for (key, value) in selector.get("matchLabels").into_iter().flat_map(Node::entries) {
            let values = vec![value.as_str()?.to_owned()];
            requirements.push(Requirement { key: key.to_owned(), operator: Operator::In, values });
        }
        for expression in selector.list("matchExpressions") {
            let operator = match expression.str("operator")? {
                "In" => Operator::In,
                "NotIn" => Operator::NotIn,
                "Exists" => Operator::Exists,
                "DoesNotExist" => Operator::DoesNotExist,
                _ => return None,
            };
            let values = expression.list("values").filter_map(|value| Some(value.as_str()?.to_owned()));
            let key = expression.str("key")?.to_owned();
            requirements.push(Requirement { key, operator, values: values.collect() });
        }
        Some(SpaceSelector(requirements))
    }

    /// Whether a namespace of this name with these labels is meant.
    pub(crate) fn matches(&self, name: &str, labels: &[(&str, &str)]) -> bool {
        self.0.iter().all(|requirement| {
            let own = labels.iter().find(|(key, _)| *key == requirement.key).map(|(_, value)| *value);
            let value = own.or((requirement.key == NAME).then_some(name));
            let listed = value.is_some_and(|value| requirement.values.iter().any(|one| one == value));
            match requirement.operator {
                Operator::In => listed,
                Operator::NotIn => !listed,
                Operator::Exists => value.is_some(),
                Operator::DoesNotExist => value.is_none(),
            }
        })
    }
}
