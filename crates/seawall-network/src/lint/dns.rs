//! Pods whose egress is isolated without a way to the cluster's DNS.

use std::collections::BTreeMap;

use seawall_core::{Confidence, Severity};
use seawall_inventory::Place;

use super::{Lint, LintRule, World, is_system};
use crate::policy::{Action, Direction};
use crate::query::PolicyView;
use crate::{ClassId, EndpointId, PolicyId, PortSet, Protocol};

pub(super) const EGRESS_WITHOUT_DNS: LintRule = LintRule {
    id: "egress-without-dns",
    severity: Severity::Medium,
    title: "pods with isolated egress cannot ask DNS",
    why: "names do not resolve, so that the connections which the policies list fail too; people then widen the wrong rule",
    help: "add a rule to the DNS pods (`k8s-app: kube-dns` in `kube-system`) on UDP and TCP 53",
};

const PORT: u16 = 53;

pub(super) fn check(world: &World<'_>, out: &mut Vec<Lint>) {
    let servers = servers(world);
    for (_, classes) in world.namespaces.iter().filter(|(name, _)| !is_system(name)) {
        let mut by_policies: BTreeMap<Vec<PolicyId>, Vec<EndpointId>> = BTreeMap::new();
        for (class, members) in classes {
            let policies: Vec<PolicyId> =
                world.network.governing(*class, Direction::Egress).map(|policy| policy.id()).collect();
            if !policies.is_empty() && is_cut_off(world, *class, &servers) {
                by_policies.entry(policies).or_default().extend(members);
            }
        }
        for (policies, members) in by_policies {
            let views: Vec<_> = policies.iter().filter_map(|id| world.network.policy(*id)).collect();
            // The policy that lists the most is the one to add a rule to.
            let Some(first) = views.iter().max_by_key(|view| view.rules(Direction::Egress).count()) else {
                continue;
            };
            let route = first.place().clone().key("egress");
            let place = Place { resource: first.resource().id(), route };
            let message = format!("{} may not ask DNS on UDP {PORT}", world.names(members));
            let mut lint = Lint::new(&EGRESS_WITHOUT_DNS, place, message);
            lint.confidence = if servers.is_empty() { Confidence::Low } else { Confidence::Medium };
            let isolates =
                |view: &PolicyView<'_>| !view.tier().is_union() || view.denies_rest(Direction::Egress);
            for view in views.iter().filter(|view| view.id() != first.id() && isolates(view)) {
                let place = Place { resource: view.resource().id(), route: view.place().clone() };
                lint.related.push((place, "isolates them too".to_owned()));
            }
            out.push(lint);
        }
    }
}

/// The classes of the DNS pods of the cluster.
fn servers(world: &World<'_>) -> Vec<ClassId> {
    let network = world.network;
    let found = network.endpoints().filter(|id| {
        network.endpoint(*id).is_some_and(|view| {
            let named = |(key, value): (&str, &str)| match key {
                "k8s-app" => matches!(value, "kube-dns" | "coredns"),
                "dns.operator.openshift.io/daemonset-dns" => true,
                _ => false,
            };
            view.labels().any(named)
        })
    });
    let mut classes: Vec<ClassId> = found.filter_map(|id| network.class_of(id)).collect();
    classes.sort_unstable();
    classes.dedup();
    classes
}

/// Whether a class lets something out but no question to DNS. One that lets nothing out is meant so.
fn is_cut_off(world: &World<'_>, class: ClassId, servers: &[ClassId]) -> bool {
    let network = world.network;
    let policies = network.governing(class, Direction::Egress);
    let rules: Vec<_> = policies
        .flat_map(|policy| policy.rules(Direction::Egress))
        .filter_map(|id| network.rule(id))
        .filter(|rule| rule.action == Action::Allow)
        .collect();
    if rules.is_empty() {
        return false;
    }
    let asks = PortSet::port(Protocol::Udp, PORT);
    if servers.is_empty() {
        // Nobody knows where DNS is: any rule about its port may be the one.
        return !rules.iter().any(|rule| asks.is_subset(&rule.ports.fixed) || !rule.ports.named.is_empty());
    }
    let to_servers = servers
        .iter()
        .any(|server| network.side_allows(class, Direction::Egress, *server).contains(Protocol::Udp, PORT));
    // A cache on the node or a resolver outside serves as well.
    let elsewhere =
        network.external(class, Direction::Egress).iter().any(|row| row.ports.contains(Protocol::Udp, PORT));
    !to_servers && !elsewhere
}
