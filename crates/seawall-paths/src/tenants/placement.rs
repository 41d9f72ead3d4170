//! Which nodes a pod may be placed on: selector, required affinity and taints.
//!
//! Source: the plugins `NodeName`, `NodeAffinity` and `TaintToleration` of the scheduler. Resources, topology and affinity
//! between pods change from hour to hour and separate nobody: they are left out.

use std::collections::BTreeMap;

use seawall_inventory::{Labels, Resource};
use seawall_yaml::Node;

/// What a pod asks of its node.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Placement {
    node: Option<String>,
    selector: BTreeMap<String, String>,
    /// One term is enough; `None` when nothing is required.
    terms: Option<Vec<Term>>,
    tolerations: Vec<Toleration>,
}

/// Expressions that all hold; an empty term selects nothing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Term {
    labels: Vec<Expression>,
    /// Of the only field there is: `metadata.name`.
    fields: Vec<Expression>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Expression {
    key: String,
    operator: String,
    values: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Toleration {
    key: Option<String>,
    exists: bool,
    value: String,
    effect: Option<String>,
}

impl Placement {
    pub(super) fn of(spec: Node<'_>) -> Self {
        let selector = spec.get("nodeSelector").into_iter().flat_map(Node::entries);
        let required = spec
            .path(&["affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution"])
            .filter(|required| required.is_map());
        Placement {
            node: spec.str("nodeName").filter(|node| !node.is_empty()).map(str::to_owned),
            selector: selector
                .map(|(key, value)| (key.to_owned(), value.as_str().unwrap_or("").to_owned()))
                .collect(),
            terms: required.map(|required| required.list("nodeSelectorTerms").map(Term::of).collect()),
            tolerations: spec.list("tolerations").map(Toleration::of).collect(),
        }
    }

    /// Whether a pod may be placed on a node. Nodes that are cordoned count: they may be back in an hour.
    pub(super) fn admits(&self, node: &Resource) -> bool {
        if let Some(own) = &self.node {
            return own == node.name();
        }
        let labels = node.labels();
        let selected = self.selector.iter().all(|(key, value)| labels.get(key) == Some(value));
        let required =
            self.terms.as_ref().is_none_or(|terms| terms.iter().any(|term| term.holds(labels, node.name())));
        selected && required && self.tolerates(node)
    }

    fn tolerates(&self, node: &Resource) -> bool {
        let taints = node.root().get("spec").into_iter().flat_map(|spec| spec.list("taints"));
        let mut hard = taints.filter(|taint| {
            let effect = taint.str("effect");
            let cordon = taint.str("key") == Some("node.kubernetes.io/unschedulable");
            matches!(effect, Some("NoSchedule" | "NoExecute")) && !cordon
        });
        hard.all(|taint| self.tolerations.iter().any(|toleration| toleration.meets(taint)))
    }
}

impl Term {
    fn of(term: Node<'_>) -> Self {
        let list = |key| term.list(key).map(Expression::of).collect();
        Term { labels: list("matchExpressions"), fields: list("matchFields") }
    }

    fn holds(&self, labels: Labels<'_>, name: &str) -> bool {
        if self.labels.is_empty() && self.fields.is_empty() {
            return false;
        }
        self.labels.iter().all(|own| own.holds(labels.get(&own.key)))
            && self.fields.iter().all(|own| own.key == "metadata.name" && own.holds(Some(name)))
    }
}

impl Expression {
    fn of(node: Node<'_>) -> Self {
        Expression {
            key: node.str("key").unwrap_or("").to_owned(),
            operator: node.str("operator").unwrap_or("").to_owned(),
            values: node.list("values").filter_map(Node::as_str).map(str::to_owned).collect(),
        }
    }

    fn holds(&self, value: Option<&str>) -> bool {
        let listed = || value.is_some_and(|value| self.values.iter().any(|own| own == value));
        let bound = || self.values.first().and_then(|bound| bound.parse::<i64>().ok());
        let number = || value.and_then(|value| value.parse::<i64>().ok());
        match self.operator.as_str() {
            "In" => listed(),
            "NotIn" => !listed(),
            "Exists" => value.is_some(),
            "DoesNotExist" => value.is_none(),
            "Gt" => number().zip(bound()).is_some_and(|(number, bound)| number > bound),
            "Lt" => number().zip(bound()).is_some_and(|(number, bound)| number < bound),
            _ => false,
        }
    }
}

impl Toleration {
    fn of(node: Node<'_>) -> Self {
        let text = |key| node.str(key).filter(|text| !text.is_empty()).map(str::to_owned);
        Toleration {
            key: text("key"),
            exists: node.str("operator") == Some("Exists"),
            value: node.str("value").unwrap_or("").to_owned(),
            effect: text("effect"),
        }
    }

    /// Whether it tolerates a taint. Without a key, which `Exists` alone allows, it tolerates every one.
    fn meets(&self, taint: Node<'_>) -> bool {
        let key = self.key.as_deref().is_none_or(|key| taint.str("key") == Some(key));
        let effect = self.effect.as_deref().is_none_or(|effect| taint.str("effect") == Some(effect));
        let value = self.exists || (self.key.is_some() && taint.str("value").unwrap_or("") == self.value);
        key && effect && value
    }
}
