//! Policies of Cilium that hold nothing back, and rules about nobody.

use seawall_core::{Confidence, Severity};
use seawall_inventory::Place;
use seawall_yaml::Node;

use super::{Lint, LintRule, World};
use crate::policy::{Action, Direction, Peers};
use crate::query::PolicyView;
use crate::{Profile, RuleId};

pub(super) const POLICY_ISOLATES_NOTHING: LintRule = LintRule {
    id: "policy-isolates-nothing",
    severity: Severity::Medium,
    title: "a policy allows what is allowed anyhow",
    why: "with `enableDefaultDeny: false` a policy only adds to what others allow, and here no other one denies the rest",
    help: "leave `enableDefaultDeny` out, or isolate the pods with another policy",
};

pub(super) const PEERS_EMPTY: LintRule = LintRule {
    id: "peers-empty",
    severity: Severity::Low,
    title: "a rule lists no peers",
    why: "an empty list of peers matches nobody, while a rule without the list is about everybody",
    help: "list whom the rule is about; to deny all, write one empty rule",
};

pub(super) const NAMES_WITHOUT_DNS: LintRule = LintRule {
    id: "names-without-dns",
    severity: Severity::Medium,
    title: "a rule about domain names is never filled with addresses",
    why: "Cilium learns the addresses of names from answers that pass its DNS proxy, and no rule sends questions there",
    help: "add a rule to the DNS pods on port 53 with `rules: {dns: [{matchPattern: \"*\"}]}`",
};

pub(super) fn check(world: &World<'_>, out: &mut Vec<Lint>) {
    let own = |policy: &PolicyView<'_>| policy.kind().enforced_by() == Some(Profile::Cilium);
    for policy in world.network.policies().filter(own) {
        for direction in Direction::ALL {
            isolation(world, &policy, direction, out);
            policy.rules(direction).for_each(|rule| peers(world, rule, out));
        }
        names(world, &policy, out);
    }
}

fn isolation(world: &World<'_>, policy: &PolicyView<'_>, direction: Direction, out: &mut Vec<Lint>) {
    let rules = || policy.rules(direction).filter_map(|id| world.network.rule(id));
    let plain = rules().all(|rule| rule.action == Action::Allow && rule.narrowed.is_none());
    let selected = policy.selected();
    if !policy.governs(direction) || policy.denies_rest(direction) || !plain || selected.is_empty() {
        return;
    }
    let isolated =
        |class| world.network.governing(class, direction).any(|other| other.denies_rest(direction));
    if selected.iter().any(isolated) {
        return;
    }
    let route = policy.place().clone().key("enableDefaultDeny");
    let place = Place { resource: policy.resource().id(), route };
    let message = format!("no policy denies the rest of {direction}: these rules change nothing");
    out.push(Lint::new(&POLICY_ISOLATES_NOTHING, place, message));
}

fn peers(world: &World<'_>, id: RuleId, out: &mut Vec<Lint>) {
    let (Some(rule), Some(view)) = (world.network.rule(id), world.network.rule_view(id)) else { return };
    if !matches!(&rule.peers, Peers::Any(peers) if peers.is_empty()) {
        return;
    }
    let resource = view.policy().resource();
    let Some(node) = resource.root().at(view.route()) else { return };
    let is_list = |key: &str| key != "toPorts" && (key.starts_with("from") || key.starts_with("to"));
    let Some((key, list)) =
        node.entries().find(|(key, value)| is_list(key) && value.is_seq() && value.is_empty())
    else {
        return;
    };
    let place = Place { resource: resource.id(), route: resource.route_of(list) };
    out.push(Lint::new(&PEERS_EMPTY, place, format!("`{key}` is empty: the rule is about nobody")));
}

fn names(world: &World<'_>, policy: &PolicyView<'_>, out: &mut Vec<Lint>) {
    let about_names = |id: &RuleId| world.network.rule(*id).is_some_and(|rule| !rule.names.is_empty());
    let Some(view) =
        policy.rules(Direction::Egress).find(about_names).and_then(|id| world.network.rule_view(id))
    else {
        return;
    };
    let selected = policy.selected();
    let asks = |class| {
        let governing = world.network.governing(class, Direction::Egress);
        let mut rules = governing.flat_map(|policy| policy.rules(Direction::Egress));
        rules.any(|id| passes_dns_proxy(world, id))
    };
    if selected.is_empty() || selected.iter().any(asks) {
        return;
    }
    let place = Place { resource: policy.resource().id(), route: view.route().clone() };
    let names: Vec<&str> = view.domain_names().collect();
    let message = format!("the addresses of `{}` are never learnt: no rule has `dns`", names.join("`, `"));
    let mut lint = Lint::new(&NAMES_WITHOUT_DNS, place, message);
    lint.confidence = Confidence::Medium;
    out.push(lint);
}

/// Whether a rule sends questions to DNS through the proxy.
fn passes_dns_proxy(world: &World<'_>, id: RuleId) -> bool {
    let Some(view) = world.network.rule_view(id) else { return false };
    let Some(node) = view.policy().resource().root().at(view.route()) else { return false };
    let has = |item: Node<'_>| item.path(&["rules", "dns"]).is_some();
    has(node) || node.list("toPorts").any(has)
}
