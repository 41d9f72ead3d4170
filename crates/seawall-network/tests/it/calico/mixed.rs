//! Policies of Calico and of Kubernetes side by side, and which plugin they are judged with.

use seawall_network::{Network, Plugin, Profile, Protocol};

use super::rules::{build, policy};
use crate::world::{inventory, resources, target};

const PODS: &str = "apiVersion: v1
kind: Pod
metadata: {name: x, namespace: a, labels: {app: web}}
spec: {containers: [{name: c}]}
---
apiVersion: v1
kind: Pod
metadata: {name: 'y', namespace: a, labels: {app: db}}
spec: {containers: [{name: c}]}
---
";

/// Lets TCP 80 in, for every pod of `a`.
const KUBERNETES: &str = "apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: n, namespace: a}
spec: {podSelector: {}, ingress: [{ports: [{port: 80}]}]}
---
";

fn can(network: &Network, port: u16) -> bool {
    network.can(target(network, "a/x"), target(network, "a/y"), Protocol::Tcp, port).allowed
}

fn with(objects: &str) -> Network {
    build(&format!("{PODS}{objects}"), Profile::Calico).0
}

#[test]
fn a_network_policy_stands_at_order_1000_of_the_default_tier() {
    for (order, action, port_80, port_81) in [
        ("order: 999.5, ", "Deny", false, false),
        // Behind it the end of the tier is not reached for what it allows.
        ("order: 1000.5, ", "Deny", true, false),
        ("order: 1000.5, ", "Allow", true, true),
        ("", "Allow", true, true),
        ("order: 1, ", "Pass", true, true),
    ] {
        let spec = format!("{{{order}selector: \"app == 'db'\", ingress: [{{action: {action}}}]}}");
        let network = with(&format!("{KUBERNETES}{}", policy("p", None, &spec)));
        assert_eq!((can(&network, 80), can(&network, 81)), (port_80, port_81), "{spec}");
    }
    assert!(!can(&with(KUBERNETES), 81));
}

#[test]
fn cluster_policies_stand_in_tiers_of_their_own() {
    let cluster = |tier: &str, action: &str| {
        format!(
            "apiVersion: policy.networking.k8s.io/v1alpha2\nkind: ClusterNetworkPolicy\nmetadata: {{name: c}}\nspec: {{tier: {tier}, priority: 1, subject: {{namespaces: {{}}}}, ingress: [{{action: {action}, from: [{{namespaces: {{}}}}]}}]}}\n---\n"
        )
    };
    let tier =
        "apiVersion: projectcalico.org/v3\nkind: Tier\nmetadata: {name: t}\nspec: {order: ORDER}\n---\n";
    let own = policy("t.p", None, "{tier: t, ingress: [{action: Allow}]}");
    let in_default = policy("p", None, "{ingress: [{action: Allow}]}");
    assert!(!can(&with(&format!("{}{in_default}", cluster("Admin", "Deny"))), 80));
    assert!(can(&with(&format!("{}{in_default}", cluster("Baseline", "Deny"))), 80));
    for (order, expected) in [("999", true), ("1001", false)] {
        let tier = tier.replace("ORDER", order);
        assert_eq!(can(&with(&format!("{tier}{own}{}", cluster("Admin", "Deny"))), 80), expected, "{order}");
    }
    // Handed on by the default tier, the baseline decides.
    let passing = policy("p", None, "{ingress: [{action: Pass}]}");
    assert!(!can(&with(&format!("{passing}{}", cluster("Baseline", "Deny"))), 80));
    assert!(can(&with(&passing), 80));
    // What the Admin tier does not decide goes on.
    assert!(!can(&with(&format!("{KUBERNETES}{}", cluster("Admin", "Pass"))), 81));
}

#[test]
fn policies_of_calico_choose_the_plugin_unless_it_is_named() {
    let deny = policy("p", None, "{ingress: [{action: Deny}]}");
    let text = format!("{PODS}{deny}");
    let inventory = inventory(&resources(&text));
    let (network, problems) = Network::build(&inventory, Plugin::Assumed);
    assert_eq!(network.profile(), Profile::Calico);
    assert!(!can(&network, 80));
    assert!(problems.iter().any(|one| one.message.contains("--cni calico")), "{problems:?}");
    let (network, problems) = Network::build(&inventory, Profile::StrictSpec);
    assert!(can(&network, 80));
    assert!(problems.iter().any(|one| one.message.contains("not in force")), "{problems:?}");
}

#[test]
fn a_history_that_brings_calico_answers_as_a_fresh_build() {
    let deny =
        policy("t.p", None, "{tier: t, ingress: [{action: Deny, source: {selector: \"role == 'x'\"}}]}");
    let rest = "apiVersion: projectcalico.org/v3\nkind: GlobalNetworkSet\nmetadata: {name: s, labels: {role: x}}\nspec: {nets: [9.0.0.0/8]}\n---\napiVersion: projectcalico.org/v3\nkind: Tier\nmetadata: {name: t}\nspec: {order: 1, defaultAction: Pass}\n---\n";
    let objects = resources(&format!("{PODS}{deny}{rest}"));
    let mut network = Network::build(&inventory(&[]), Plugin::Assumed).0;
    for object in &objects {
        network.apply(object);
    }
    assert_eq!(network.profile(), Profile::Calico);
    let from = |network: &Network, address: &str| {
        let src = seawall_network::Target::Address(address.parse().unwrap());
        network.can(src, target(network, "a/y"), Protocol::Tcp, 80).allowed
    };
    assert!(!from(&network, "9.9.9.9") && from(&network, "8.8.8.8"));
    let gone = seawall_inventory::GroupKind::new("projectcalico.org", "Tier");
    network.delete(gone, None, "t");
    assert!(from(&network, "9.9.9.9"), "a policy without its tier is not in force");
    assert_eq!(network.policies().count(), 0);
}
