//! `seawall network explain`

use std::collections::BTreeSet;
use std::fmt::Write as _;

use seawall_inventory::{Inventory, Place};
use seawall_network::mesh::MeshAnswer;
use seawall_network::{
    Because, Decision, Direction, Network, PolicyId, PortSet, Profile, RuleId, Target, Tier,
};
use seawall_report::{escape, pretty_json};
use serde_json::{Value, json};

use super::ends::{self, Format, Question, QuestionArgs};
use super::meshed;
use super::place::record;
use crate::ExitStatus;

pub(super) fn run(args: &QuestionArgs) -> anyhow::Result<ExitStatus> {
    let Question { network, mesh, inventory, ports, pairs } = args.read()?;
    let asked = ports.unwrap_or_else(PortSet::all);
    let mut out = String::new();
    let mut records = Vec::new();
    for pair in pairs {
        let name = |target| ends::name(&network, target, pair.outside.as_ref());
        let (src, dst) = (name(pair.src), name(pair.dst));
        // Names are of what is outside the cluster.
        let outside = pair.outside.is_some() || matches!(pair.dst, Target::Address(_));
        let said = mesh.as_ref().and_then(|mesh| mesh.judge_targets(&network, pair.src, pair.dst));
        for piece in network.explain(pair.src, pair.dst) {
            for (ports, said) in meshed::split(piece.ports.intersection(&asked), said.as_deref()) {
                let verdict = &piece.verdict;
                let allowed = verdict.allowed && said.is_none_or(|said| said.answer.is_open());
                let word = match (allowed, said.is_some_and(|said| said.answer == MeshAnswer::Depends)) {
                    (true, true) => "allowed for some requests",
                    (true, false) => "allowed",
                    (false, _) => "denied",
                };
                // Writing to a string cannot fail, here and below.
                let _ = writeln!(out, "{} -> {} {ports}: {word}", escape(&src), escape(&dst));
                for (direction, decision) in sides(verdict) {
                    text(&network, (direction, decision), outside, &mut out);
                }
                let mut answer = json!({
                    "src": src, "dst": dst, "ports": ports.to_string(), "allowed": allowed,
                    "egress": side(&network, &inventory, (Direction::Egress, &verdict.egress), outside),
                    "ingress": side(&network, &inventory, (Direction::Ingress, &verdict.ingress), outside),
                });
                if let Some(said) = said {
                    meshed::explain(&inventory, said, &mut out);
                    meshed::add_one(&inventory, said, &mut answer);
                }
                records.push(answer);
            }
        }
    }
    if args.output == Format::Json {
        let report = json!({"schema": "seawall.dev/network-explain/v1", "connections": records});
        out = pretty_json(&report)?;
    }
    crate::commands::print(out.as_bytes())
}

fn sides(verdict: &seawall_network::Verdict) -> [(Direction, &Decision); 2] {
    [(Direction::Egress, &verdict.egress), (Direction::Ingress, &verdict.ingress)]
}

/// A tier by the kinds of the policies that decide.
fn tier(network: &Network, decision: &Decision, tier: Tier) -> String {
    match tier {
        Tier::Admin => return "the Admin tier".to_owned(),
        Tier::Baseline => return "the Baseline tier".to_owned(),
        Tier::Calico(name) => return format!("the tier `{}`", network.tier_name(name)),
        Tier::NetworkPolicy => {}
    }
    let deciding: Vec<PolicyId> = match decision.rules.as_slice() {
        [] => decision.policies.clone(),
        rules => rules.iter().map(|rule| rule.policy).collect(),
    };
    let plugins = deciding.iter().filter_map(|id| Some(network.policy(*id)?.kind().enforced_by()));
    let words: BTreeSet<&str> = plugins
        .map(|plugin| match plugin {
            Some(Profile::Cilium) => "policies of Cilium",
            _ => "NetworkPolicies",
        })
        .collect();
    words.into_iter().collect::<Vec<_>>().join(" and ")
}

/// Why, in words.
fn because(network: &Network, decision: &Decision) -> String {
    let words = match decision.because {
        Because::Outside => "no policy governs what is outside the cluster".to_owned(),
        Because::HostNetwork => "policies do not govern pods in the network of their node".to_owned(),
        Because::SamePod => "a pod always reaches itself".to_owned(),
        Because::OwnNode => "a node always reaches its own pods".to_owned(),
        Because::Default => "no policy decides, and the default allows".to_owned(),
        Because::Rules(in_tier) => format!("by {}", tier(network, decision, in_tier)),
        Because::NoRule(in_tier) => {
            format!("selected by {}, and no rule matches", tier(network, decision, in_tier))
        }
    };
    match network.narrowing(decision).as_slice() {
        [] => words,
        narrowed => format!("{words}, narrowed above ports to {}", narrowed.join(" or ")),
    }
}

fn place(network: &Network, rule: RuleId) -> Option<(String, String, String)> {
    let rule = network.rule_view(rule)?;
    let file = escape(rule.file()).into_owned();
    let place = match rule.position() {
        Some(position) => format!("{file}:{}:{}", position.line, position.column),
        None => file,
    };
    let named = rule.name().map_or_else(String::new, |name| format!(" \"{}\"", escape(name)));
    let narrowed = rule.narrowed().map_or_else(String::new, |words| format!("  only {}", escape(words)));
    let place = format!("{place}{narrowed}");
    Some((escape(&rule.policy().to_string()).into_owned(), format!("{}{named}", rule.route()), place))
}

fn text(network: &Network, (direction, decision): (Direction, &Decision), outside: bool, out: &mut String) {
    let word = if decision.allowed { "allowed" } else { "denied" };
    let _ = writeln!(out, "  {direction}: {word}, {}", escape(&because(network, decision)));
    for (verb, rules) in [("passed on by", &decision.passed), ("rule", &decision.rules)] {
        for (policy, route, place) in rules.iter().filter_map(|rule| place(network, *rule)) {
            let _ = writeln!(out, "    {verb} {policy} {route}  {place}");
        }
    }
    for id in network.unresolved(direction, decision).into_iter().filter(|_| outside) {
        if let (Some((policy, route, place)), Some(rule)) = (place(network, id), network.rule_view(id)) {
            let names = rule.domain_names().map(escape).collect::<Vec<_>>().join(", ");
            let _ = writeln!(out, "    but for addresses of {names}: rule {policy} {route}  {place}");
        }
    }
    if decision.rules.is_empty() {
        for policy in decision.policies.iter().filter_map(|id| network.policy(*id)) {
            let resource = policy.resource();
            let file = escape(&resource.origin().file);
            let line = resource
                .position(policy.place())
                .map_or(String::new(), |at| format!(":{}:{}", at.line, at.column));
            let _ = writeln!(out, "    policy {}  {file}{line}", escape(&policy.to_string()));
        }
    }
}

fn side(
    network: &Network,
    inventory: &Inventory,
    (direction, decision): (Direction, &Decision),
    outside: bool,
) -> Value {
    let rule = |id: &RuleId| {
        let view = network.rule_view(*id)?;
        let place = Place { resource: view.policy().resource().id(), route: view.route().clone() };
        let mut record = record(inventory, &place);
        if let Some(record) = record.as_object_mut() {
            record.insert("narrowed".to_owned(), json!(view.narrowed()));
        }
        Some(record)
    };
    let unresolved = network.unresolved(direction, decision).into_iter().filter(|_| outside);
    let unresolved = unresolved.filter_map(|id| network.rule_view(id));
    let names: BTreeSet<&str> = unresolved.flat_map(|view| view.domain_names()).collect();
    let policies = decision.policies.iter().filter_map(|id| network.policy(*id));
    json!({
        "allowed": decision.allowed,
        "because": because(network, decision),
        "narrowed": network.narrowing(decision),
        "names": names,
        "rules": decision.rules.iter().filter_map(rule).collect::<Vec<_>>(),
        "passed": decision.passed.iter().filter_map(rule).collect::<Vec<_>>(),
        "policies": policies.map(|policy| policy.to_string()).collect::<Vec<_>>(),
    })
}
