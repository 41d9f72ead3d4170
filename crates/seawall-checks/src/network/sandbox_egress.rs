//! `network-sandbox-egress`

use seawall_core::{Confidence, Pillar, Route, Severity};
use seawall_inventory::{GroupKind, Place, Resource};
use seawall_yaml::Node;

use crate::{Check, Judge, Verdicts};

pub(crate) static CHECK: Check = Check {
    id: "network-sandbox-egress",
    title: "agent sandbox may connect to everywhere",
    why: "a sandbox runs code that a model wrote or a stranger sent: with a way out it carries data away and fetches its next \
          instructions",
    help: "let the controller manage the policy, and list the destinations that the task needs in `networkPolicy.egress`",
    pillar: Pillar::Network,
    severity: Severity::High,
    confidence: Confidence::High,
    judge: Judge::Resource(
        &[
            GroupKind::new("extensions.agents.x-k8s.io", "SandboxTemplate"),
            GroupKind::new("agents.x-k8s.io", "SandboxTemplate"),
        ],
        judge,
    ),
    ..Check::PLAIN
};

const MANAGEMENT: [&str; 2] = ["spec", "networkPolicyManagement"];
const POLICY: [&str; 2] = ["spec", "networkPolicy"];

fn judge(template: &Resource, out: &mut Verdicts<'_>) {
    let at = |route: Route| Place { resource: template.id(), route };
    let management = template.root().path(&MANAGEMENT).filter(|node| !node.is_null());
    if let Some(written) = management.and_then(Node::as_str).filter(|written| *written != "Managed") {
        let message = format!("no policy is enforced: `networkPolicyManagement` is `{written}`");
        out.fail(at(Route::root().keys(&MANAGEMENT)), message);
        return;
    }
    let Some(policy) = template.root().path(&POLICY).filter(|node| node.is_map()) else {
        let message = "the default policy of the controller lets the sandbox connect to the internet";
        out.fail(at(Route::root().keys(&POLICY)), message);
        return;
    };
    for rule in policy.list("egress") {
        if !rule.list("to").any(|_| true) || rule.list("to").any(|peer| !is_scoped(peer)) {
            let place = at(Route::root().keys(&POLICY).key("egress"));
            let draft = out.fail(place, "an egress rule names no destination");
            draft.related(at(template.route_of(rule)), "this rule");
            return;
        }
    }
}

/// Whether a peer is less than everything of its kind: an address range, some pods, some namespaces.
fn is_scoped(peer: Node<'_>) -> bool {
    let block = peer.get("ipBlock").and_then(|block| block.str("cidr"));
    let narrow = block.is_some_and(|cidr| !cidr.is_empty() && !cidr.ends_with("/0"));
    let selects = |key: &str| {
        let selector = peer.get(key);
        ["matchLabels", "matchExpressions"]
            .into_iter()
            .any(|list| selector.and_then(|own| own.get(list)).is_some_and(|own| !own.is_empty()))
    };
    narrow || selects("podSelector") || selects("namespaceSelector")
}
