//! What webhooks and admission policies see.

use seawall_inventory::{GroupKind, Inventory, Resource, Selector};
use seawall_yaml::Node;

/// The API group of webhooks and policies.
pub(crate) const GROUP: &str = "admissionregistration.k8s.io";

/// Whether something validates the pods that are made in a namespace: a webhook, or an admission policy whose binding
/// denies. What it asks of them is its own business.
pub(crate) fn validates_pods(namespace: &Resource, inventory: &Inventory) -> bool {
    let webhooks = inventory
        .of_kind(GroupKind::new(GROUP, "ValidatingWebhookConfiguration"))
        .flat_map(|config| config.root().list("webhooks"))
        .any(|webhook| {
            selects(webhook.get("namespaceSelector"), namespace) && webhook.list("rules").any(sees_pods)
        });
    webhooks
        || inventory
            .of_kind(GroupKind::new(GROUP, "ValidatingAdmissionPolicyBinding"))
            .any(|binding| denies_pods(binding, namespace, inventory))
}

fn denies_pods(binding: &Resource, namespace: &Resource, inventory: &Inventory) -> bool {
    let Some(spec) = binding.root().get("spec") else { return false };
    let policy = spec
        .str("policyName")
        .and_then(|name| inventory.find(GroupKind::new(GROUP, "ValidatingAdmissionPolicy"), None, name));
    let Some(constraints) = policy.and_then(|policy| policy.root().path(&["spec", "matchConstraints"]))
    else {
        return false;
    };
    spec.list("validationActions").any(|action| action.as_str() == Some("Deny"))
        && selects(spec.path(&["matchResources", "namespaceSelector"]), namespace)
        && selects(constraints.get("namespaceSelector"), namespace)
        && constraints.list("resourceRules").any(sees_pods)
}

/// A missing selector of namespaces selects all of them.
fn selects(selector: Option<Node<'_>>, namespace: &Resource) -> bool {
    selector.is_none() || Selector::label_selector(selector).matches(namespace.labels())
}

/// Whether a rule is about the making of pods.
fn sees_pods(rule: Node<'_>) -> bool {
    let has = |key: &str, wanted: &[&str]| {
        rule.list(key).filter_map(Node::as_str).any(|value| wanted.contains(&value))
    };
    has("apiGroups", &["", "*"])
        && has("resources", &["pods", "*", "*/*"])
        && has("operations", &["CREATE", "*"])
        && rule.str("scope") != Some("Cluster")
}

/// Something that a reviewer of a webhook asks, and how it is said.
type Fact = (fn(Node<'_>) -> bool, &'static str);

const FACTS: [Fact; 3] = [
    (sees_everything, "sees every resource"),
    (|webhook| webhook.path(&["clientConfig", "url"]).is_some(), "calls a URL"),
    (|webhook| webhook.str("failurePolicy") == Some("Ignore"), "lets requests pass when it fails"),
];

fn sees_everything(webhook: Node<'_>) -> bool {
    let mut resources = webhook.list("rules").flat_map(|rule| rule.list("resources"));
    resources.any(|resource| matches!(resource.as_str(), Some("*" | "*/*")))
}

/// What the webhooks of a configuration do, in words: how many there are, and what reaches a reviewer's eye first.
pub(crate) fn describe(config: &Resource) -> String {
    let webhooks: Vec<Node<'_>> = config.root().list("webhooks").collect();
    let mut parts = vec![match webhooks.len() {
        1 => "1 webhook".to_owned(),
        many => format!("{many} webhooks"),
    }];
    for (fits, what) in FACTS {
        match webhooks.iter().filter(|webhook| fits(**webhook)).count() {
            0 => {}
            number => parts.push(format!("{number} {what}")),
        }
    }
    parts.join(", ")
}
