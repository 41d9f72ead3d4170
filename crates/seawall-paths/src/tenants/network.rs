//! Connections from a pod of one tenant to a pod of the other.

use std::collections::{BTreeMap, HashMap};

use seawall_core::Route;
use seawall_inventory::Inventory;
use seawall_network::{
    Because, ClassId, Decision, EndpointId, Network, PolicyKind, PortSet, Target, Verdict,
};

use super::{Evidence, Found, Tenant, Witness, count};

pub(super) const KINDS: &[(&str, &str)] = &[
    ("", "Pod"),
    ("", "Namespace"),
    ("", "Node"),
    ("networking.k8s.io", "NetworkPolicy"),
    ("policy.networking.k8s.io", "AdminNetworkPolicy"),
    ("policy.networking.k8s.io", "BaselineAdminNetworkPolicy"),
    ("policy.networking.k8s.io", "ClusterNetworkPolicy"),
    ("cilium.io", "CiliumNetworkPolicy"),
    ("cilium.io", "CiliumClusterwideNetworkPolicy"),
    ("cilium.io", "CiliumCIDRGroup"),
    ("projectcalico.org", "NetworkPolicy"),
    ("projectcalico.org", "GlobalNetworkPolicy"),
    ("projectcalico.org", "Tier"),
    ("projectcalico.org", "NetworkSet"),
    ("projectcalico.org", "GlobalNetworkSet"),
    ("crd.projectcalico.org", "NetworkPolicy"),
    ("crd.projectcalico.org", "GlobalNetworkPolicy"),
    ("crd.projectcalico.org", "Tier"),
    ("crd.projectcalico.org", "NetworkSet"),
    ("crd.projectcalico.org", "GlobalNetworkSet"),
];

/// Groups of network plugins and meshes with policies of their own.
const POLICY_GROUPS: [&str; 4] = ["cilium.io", "crd.projectcalico.org", "projectcalico.org", "crd.antrea.io"];

/// How many connections are explained to find the first of a direction; one is nearly always enough.
const MAX_TRIES: usize = 64;

/// The endpoints of a tenant by class.
type Classes = BTreeMap<ClassId, Vec<EndpointId>>;

pub(super) fn find(inventory: &Inventory, network: &Network, a: &Tenant, b: &Tenant) -> Found {
    let mut found = Found::default();
    let foreign = inventory
        .resources()
        .iter()
        .filter(|own| POLICY_GROUPS.contains(&own.group()) && own.kind().ends_with("NetworkPolicy"))
        // What is staged is not in force.
        .filter(|own| !own.kind().starts_with("Staged"))
        .filter(|own| {
            PolicyKind::of(own.group(), own.kind())
                .is_none_or(|kind| kind.enforced_by().is_some_and(|plugin| plugin != network.profile()))
        })
        .count();
    if foreign > 0 {
        found.unproven.push(format!(
            "{} of a network plugin, whose rules are not in the model",
            count(foreign, "policy is", "policies are")
        ));
    }
    let (mut of_a, mut of_b) = (Classes::new(), Classes::new());
    for id in network.endpoints() {
        let Some(view) = network.endpoint(id) else { continue };
        let Some(class) = view.class() else { continue };
        if a.has(view.namespace()) {
            of_a.entry(class).or_default().push(id);
        } else if b.has(view.namespace()) {
            of_b.entry(class).or_default().push(id);
        }
    }
    let reach = network.reach();
    for (from, to, sources, targets) in [(a, b, &of_a, &of_b), (b, a, &of_b, &of_a)] {
        let mut joined = 0;
        let mut tries = 0;
        let mut witness = None;
        for (class, members) in sources {
            for row in reach.row(*class) {
                let met = targets.iter().filter(|(target, _)| row.classes.contains(**target));
                for (_, others) in met {
                    joined += 1;
                    if witness.is_none() && tries < MAX_TRIES {
                        tries += 1;
                        witness = first(network, members, others);
                    }
                }
            }
        }
        witness = witness.or_else(|| over_node(network, sources, targets));
        let pods = |classes: &Classes| classes.values().map(Vec::len).sum::<usize>();
        found.checked.push(format!(
            "{} of `{}` to {} of `{}`: no connection on any port",
            count(pods(sources), "pod or template", "pods and templates"),
            from.text(),
            count(pods(targets), "pod or template", "pods and templates"),
            to.text(),
        ));
        if let Some(witness) = witness {
            found.notes.push(format!(
                "`{}` to `{}`: {} of {} pairs of classes of pods are connected; the first is shown",
                from.text(),
                to.text(),
                joined.max(1),
                sources.len() * targets.len(),
            ));
            found.witnesses.push(witness);
        } else if joined > 0 {
            found.unproven.push(format!(
                "{} from `{}` to `{}` could be joined, and no single connection was found",
                count(joined, "class of pods", "classes of pods"),
                from.text(),
                to.text()
            ));
        }
    }
    found.notes.push(
        "connections that leave the cluster and come back by a load balancer or a node port are not followed"
            .to_owned(),
    );
    found
}

/// The first connection between the pods of two classes.
fn first(network: &Network, sources: &[EndpointId], targets: &[EndpointId]) -> Option<Witness> {
    sources
        .iter()
        .take(2)
        .find_map(|source| targets.iter().take(2).find_map(|target| connection(network, *source, *target)))
}

fn connection(network: &Network, source: EndpointId, target: EndpointId) -> Option<Witness> {
    let pieces = network.explain(Target::Endpoint(source), Target::Endpoint(target));
    let allowed: Vec<_> = pieces.into_iter().filter(|piece| piece.verdict.allowed).collect();
    let verdict = &allowed.first()?.verdict;
    let ports = allowed.iter().fold(PortSet::none(), |ports, piece| ports.union(&piece.ports));
    let ports = if ports == PortSet::all() { "all ports".to_owned() } else { ports.to_string() };
    Some(Witness {
        from: name(network, source)?,
        to: name(network, target)?,
        what: format!("reaches, on {ports},"),
        evidence: sides(network, verdict),
    })
}

/// A pod in its node's network reaches the other pods of that node whatever policies say.
fn over_node(network: &Network, sources: &Classes, targets: &Classes) -> Option<Witness> {
    let mut by_node: HashMap<&str, EndpointId> = HashMap::new();
    for id in targets.values().flatten() {
        if let Some(node) = network.endpoint(*id).and_then(|view| view.node()) {
            by_node.entry(node).or_insert(*id);
        }
    }
    sources.values().flatten().find_map(|source| {
        let view = network.endpoint(*source).filter(|view| view.host_network())?;
        connection(network, *source, *by_node.get(view.node()?)?)
    })
}

fn name(network: &Network, id: EndpointId) -> Option<String> {
    let view = network.endpoint(id)?;
    Some(format!("{}/{}/{}", view.kind(), view.namespace(), view.name()))
}

fn sides(network: &Network, verdict: &Verdict) -> Vec<Evidence> {
    let mut all = Vec::new();
    for (direction, decision) in [("egress", &verdict.egress), ("ingress", &verdict.ingress)] {
        let rules = decision.rules.iter().filter_map(|id| network.rule_view(*id));
        let before = all.len();
        all.extend(rules.map(|rule| {
            let mut evidence =
                Evidence::of(rule.policy().resource(), rule.route(), format!("{direction} is allowed"));
            evidence.object = format!("{} {}", rule.policy(), rule.route());
            evidence
        }));
        if all.len() == before {
            all.push(Evidence::named(direction, because(decision)));
        }
        let passed = decision.passed.iter().filter_map(|id| network.rule_view(*id));
        all.extend(passed.map(|rule| {
            Evidence::of(rule.policy().resource(), &Route::root(), format!("{direction} is passed on"))
        }));
    }
    all
}

fn because(decision: &Decision) -> &'static str {
    match decision.because {
        Because::Outside => "no policy governs what is outside the cluster",
        Because::HostNetwork => "policies do not govern pods in the network of their node",
        Because::SamePod => "a pod always reaches itself",
        Because::OwnNode => "a node always reaches its own pods",
        Because::Default => "no policy decides, and the default allows",
        Because::Rules(_) | Because::NoRule(_) => "policies of this tier allow it",
    }
}
