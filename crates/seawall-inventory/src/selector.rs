//! Label selectors with their full meaning.
//!
//! Source: `metav1.LabelSelector` and `LabelSelectorAsSelector` of apimachinery.

use seawall_yaml::Node;

use crate::Labels;

/// What a selector is written as.
#[derive(Clone, Copy, Debug)]
enum Form<'t> {
    /// `nil`: nothing is selected.
    Nothing,
    /// A plain map, as in a Service or a ReplicationController.
    Map(Node<'t>),
    /// `matchLabels` and `matchExpressions`.
    Full(Node<'t>),
}

/// A label selector read from a tree.
#[derive(Clone, Copy, Debug)]
pub struct Selector<'t>(Form<'t>);

impl<'t> Selector<'t> {
    /// A `LabelSelector`: a missing one selects nothing, an empty one everything.
    pub fn label_selector(node: Option<Node<'t>>) -> Self {
        Selector(node.map_or(Form::Nothing, Form::Full))
    }

    /// The `spec.selector` of a Service: a map; a missing or empty one selects nothing.
    pub fn service(node: Option<Node<'t>>) -> Self {
        Selector(node.filter(|node| !node.is_empty()).map_or(Form::Nothing, Form::Map))
    }

    /// Whether it selects an object with these labels. A selector that the API server would refuse selects nothing.
    pub fn matches(self, labels: Labels<'_>) -> bool {
        match self.0 {
            Form::Nothing => false,
            Form::Map(map) => equal(map, labels),
            Form::Full(node) => {
                node.get("matchLabels").is_none_or(|map| equal(map, labels))
                    && node.list("matchExpressions").all(|expression| expression_matches(expression, labels))
            }
        }
    }

    /// One pair that every selected object must have, to look candidates up by.
    pub fn required_pair(self) -> Option<(&'t str, &'t str)> {
        let map = match self.0 {
            Form::Nothing => return None,
            Form::Map(map) => map,
            Form::Full(node) => node.get("matchLabels")?,
        };
        map.entries().find_map(|(key, value)| Some((key, value.as_str()?)))
    }
}

fn equal(map: Node<'_>, labels: Labels<'_>) -> bool {
    map.entries().all(|(key, value)| value.as_str().is_some_and(|value| labels.get(key) == Some(value)))
}

/// Whether an expression holds. One that apimachinery refuses (`In` and `NotIn` need values, the others must have none)
/// selects nothing.
fn expression_matches(expression: Node<'_>, labels: Labels<'_>) -> bool {
    let Some(key) = expression.str("key") else { return false };
    let value = labels.get(key);
    let mut values = expression.list("values").filter_map(Node::as_str);
    let listed = expression.list("values").next().is_some();
    match expression.str("operator") {
        Some("In") if listed => value.is_some_and(|value| values.any(|wanted| wanted == value)),
        // An object without the key is selected by NotIn.
        Some("NotIn") if listed => value.is_none_or(|value| values.all(|refused| refused != value)),
        Some("Exists") if !listed => value.is_some(),
        Some("DoesNotExist") if !listed => value.is_none(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use seawall_yaml::{Limits, Text, Tree, read};

    fn tree(text: &str) -> Tree {
        read(&Text::new(text), &Limits::default()).0.remove(0).tree
    }

    #[test]
    fn full_semantics() {
        let pod = tree("labels: {app: web, tier: front}\n");
        let labels = Labels::of_metadata(Some(pod.root()));
        for (selector, expected) in [
            ("{}", true),
            ("matchLabels: {app: web}", true),
            ("matchLabels: {app: db}", false),
            ("matchExpressions: [{key: app, operator: In, values: [db, web]}]", true),
            ("matchExpressions: [{key: app, operator: NotIn, values: [web]}]", false),
            ("matchExpressions: [{key: missing, operator: NotIn, values: [web]}]", true),
            ("matchExpressions: [{key: tier, operator: Exists}]", true),
            ("matchExpressions: [{key: tier, operator: DoesNotExist}]", false),
            ("matchExpressions: [{key: tier, operator: Sometimes}]", false),
            ("matchExpressions: [{key: tier, operator: NotIn, values: []}]", false),
            ("matchExpressions: [{key: tier, operator: Exists, values: [front]}]", false),
            (
                "{matchLabels: {app: web}, matchExpressions: [{key: tier, operator: In, values: [back]}]}",
                false,
            ),
        ] {
            let tree = tree(selector);
            assert_eq!(Selector::label_selector(Some(tree.root())).matches(labels), expected, "{selector}");
        }
        assert!(!Selector::label_selector(None).matches(labels));
        assert!(!Selector::service(Some(tree("{}").root())).matches(labels));
    }
}
