//! From the model to what is drawn.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use seawall_inventory::Inventory;

use super::factor::{Pairs, factor, words};
use super::{Arrow, Card, End, Gate, Gateway, Map, Namespace, Style};
use crate::exposure::{EntryKind, EntryPoint, Judge, Passage, Scope, Tls, describe};
use crate::{ClassId, ClassSet, Direction, ExternalRow, Network, PortSet, Reach, Workload};

/// The map of a model; `entries` are the ways in of the same objects.
pub fn build(network: &Network, inventory: &Inventory, entries: &[EntryPoint]) -> Map {
    let judge = Judge::new(network, inventory);
    let ways = Ways::new(inventory, entries, &judge);
    let groups = groups(network, &ways);
    let mut map = Map::default();
    let names: BTreeSet<&str> = groups.iter().map(|group| group.namespace.as_str()).collect();
    map.namespaces =
        names.iter().map(|name| Namespace { name: (*name).to_owned(), remarks: Vec::new() }).collect();
    let place: HashMap<&str, usize> = names.iter().enumerate().map(|(at, name)| (*name, at)).collect();
    let gates = Gates::new(network);
    for group in &groups {
        let (ingress, egress) = (gates.ingress(group.class), gates.egress(group.class));
        let mut remarks = outside(network, group.class, ingress, egress);
        if network.is_host_network(group.class) {
            remarks.push("in the node's network: policies do not hold".to_owned());
        }
        map.cards.push(Card {
            namespace: place.get(group.namespace.as_str()).copied().unwrap_or_default(),
            members: group.members.clone(),
            ingress,
            egress,
            remarks,
        });
    }
    let pairs = pairs(network, &groups, &map.cards);
    let hosts = groups.iter().enumerate().filter(|(_, group)| network.is_host_network(group.class));
    factor(pairs, &hosts.map(|(at, _)| at).collect(), &mut map);
    ways.draw(&groups, &mut map);
    map.arrows.sort_by(|a, b| (a.from, a.to, &a.label, a.style).cmp(&(b.from, b.to, &b.label, b.style)));
    map.arrows.dedup();
    map
}

/// Workloads that nobody can tell apart.
struct Group {
    namespace: String,
    class: ClassId,
    members: Vec<String>,
    /// The classes of all members.
    classes: BTreeSet<ClassId>,
    /// The places in [`Ways`] of what leads here.
    ways: Vec<usize>,
}

/// Everything by which classes can be told apart.
#[derive(PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Fingerprint<'w> {
    namespace: &'w str,
    host: bool,
    row: usize,
    column: Vec<(ClassId, usize)>,
    ingress: usize,
    egress: usize,
    ways: Vec<usize>,
}

/// Gives equal values equal numbers.
struct Numbers<T>(HashMap<T, usize>);

impl<T: std::hash::Hash + Eq> Numbers<T> {
    fn of(&mut self, value: T) -> usize {
        let next = self.0.len();
        *self.0.entry(value).or_insert(next)
    }
}

fn groups(network: &Network, ways: &Ways) -> Vec<Group> {
    let reach: Reach<'_> = network.reach();
    let workloads: Vec<Workload> = network.workloads();
    let mut rows: Numbers<Vec<(PortSet, Vec<ClassId>)>> = Numbers(HashMap::new());
    let mut ports: Numbers<PortSet> = Numbers(HashMap::new());
    let mut outside: Numbers<Vec<(crate::AddressSet, PortSet)>> = Numbers(HashMap::new());
    let mut row_of: HashMap<ClassId, usize> = HashMap::new();
    let mut column_of: HashMap<ClassId, Vec<(ClassId, usize)>> = HashMap::new();
    reach.rows(|class, row| {
        let mut row: Vec<(PortSet, Vec<ClassId>)> =
            row.into_iter().map(|row| (row.ports, row.classes.iter().collect())).collect();
        row.sort();
        for (set, classes) in &row {
            let number = ports.of(set.clone());
            for target in classes {
                column_of.entry(*target).or_default().push((class, number));
            }
        }
        row_of.insert(class, rows.of(row));
    });
    let mut external = |class, direction| {
        let rows: Vec<ExternalRow> = network.external(class, direction);
        outside.of(rows.into_iter().map(|row| (row.addresses, row.ports)).collect())
    };
    let mut by_print: BTreeMap<Fingerprint<'_>, Group> = BTreeMap::new();
    for workload in &workloads {
        let class = workload.class;
        let leading = ways.to(&workload.namespace, &workload.kind, &workload.name);
        let print = Fingerprint {
            namespace: &workload.namespace,
            host: network.is_host_network(class),
            row: row_of.get(&class).copied().unwrap_or_default(),
            column: column_of.get(&class).cloned().unwrap_or_default(),
            ingress: external(class, Direction::Ingress),
            egress: external(class, Direction::Egress),
            ways: leading.clone(),
        };
        let group = by_print.entry(print).or_insert_with(|| Group {
            namespace: workload.namespace.clone(),
            class,
            members: Vec::new(),
            classes: BTreeSet::new(),
            ways: leading,
        });
        let variant = if workload.variant > 0 { format!(" #{}", workload.variant) } else { String::new() };
        group.members.push(format!("{}/{}{variant}", workload.kind, workload.name));
        group.classes.insert(class);
    }
    let mut groups: Vec<Group> = by_print.into_values().collect();
    for group in &mut groups {
        group.members.sort();
    }
    // What is entered from outside stands on top of its namespace.
    groups.sort_by(|a, b| {
        (&a.namespace, a.ways.is_empty(), &a.members).cmp(&(&b.namespace, b.ways.is_empty(), &b.members))
    });
    groups
}

/// How open classes are, each direction by itself.
struct Gates<'n> {
    network: &'n Network,
}

impl<'n> Gates<'n> {
    fn new(network: &'n Network) -> Self {
        Gates { network }
    }

    fn ingress(&self, class: ClassId) -> Gate {
        self.gate(class, Direction::Ingress)
    }

    fn egress(&self, class: ClassId) -> Gate {
        self.gate(class, Direction::Egress)
    }

    fn gate(&self, class: ClassId, direction: Direction) -> Gate {
        if !self.network.is_isolated(class, direction) {
            return Gate::Open;
        }
        let outside = self.network.external(class, direction);
        let inside =
            || self.network.class_ids().map(|other| self.network.side_allows(class, direction, other));
        if outside.iter().all(|row| row.ports.is_all()) && inside().all(|ports| ports.is_all()) {
            return Gate::Open;
        }
        let none = outside.iter().all(|row| row.ports.is_empty()) && inside().all(|ports| ports.is_empty());
        if none { Gate::Shut } else { Gate::Listed }
    }
}

/// What is listed for addresses outside the cluster.
fn outside(network: &Network, class: ClassId, ingress: Gate, egress: Gate) -> Vec<String> {
    let mut remarks = Vec::new();
    for (direction, gate, word) in
        [(Direction::Ingress, ingress, "← from"), (Direction::Egress, egress, "→ to")]
    {
        if gate != Gate::Listed {
            continue;
        }
        for row in network.external(class, direction).into_iter().filter(|row| !row.ports.is_empty()) {
            remarks.push(format!("{word} {}: {}", describe(&row.addresses), words(&row.ports)));
        }
    }
    remarks
}

/// Connections between cards that a line must say: those of which one side lists.
fn pairs(network: &Network, groups: &[Group], cards: &[Card]) -> Pairs {
    let mut of_class: HashMap<ClassId, Vec<usize>> = HashMap::new();
    for (at, group) in groups.iter().enumerate() {
        for class in &group.classes {
            of_class.entry(*class).or_default().push(at);
        }
    }
    let reach = network.reach();
    let mut pairs = Pairs::new();
    for (from, group) in groups.iter().enumerate() {
        for row in reach.row(group.class) {
            let targets = |classes: &ClassSet| -> BTreeSet<usize> {
                classes.iter().filter_map(|class| of_class.get(&class)).flatten().copied().collect()
            };
            for to in targets(&row.classes) {
                let open = |at: usize, gate: fn(&Card) -> Gate| cards.get(at).map(gate) == Some(Gate::Open);
                let said = open(from, |card| card.egress) && open(to, |card| card.ingress);
                // A workload of one pod has no one to talk to in its own card; two workloads have.
                let alone = from == to && group.members.len() < 2;
                if !said && !alone {
                    pairs.insert((from, to), row.ports.clone());
                }
            }
        }
    }
    pairs
}

/// A way in with all its ports, and where it leads.
struct Way {
    gateway: Gateway,
    /// Namespace, kind and name of workloads, with the ports and whether they may be reached.
    targets: Vec<((String, String, String), String, Passage)>,
}

/// Kind, namespace and name of an object, how it opens and to whom. Variants of one object (base and overlay) are one.
type Door<'i> = ((&'i str, &'i str, &'i str), EntryKind, &'static str);

/// Ways in, one for each object.
struct Ways(Vec<Way>);

impl Ways {
    fn new(inventory: &Inventory, entries: &[EntryPoint], judge: &Judge<'_>) -> Self {
        let mut by_object: BTreeMap<Door<'_>, Vec<&EntryPoint>> = BTreeMap::new();
        for entry in entries.iter().filter(|entry| entry.kind != EntryKind::HostNetwork) {
            let Some(object) = inventory.get(entry.object) else { continue };
            let name = (object.kind(), object.namespace().unwrap_or("default"), object.name());
            by_object.entry((name, entry.kind, entry.scope.as_str())).or_default().push(entry);
        }
        // The node port that every load balancer has too is one more line of it, not another box.
        let balancers: BTreeSet<_> = by_object
            .keys()
            .filter(|(_, kind, _)| *kind == EntryKind::LoadBalancer)
            .map(|(name, ..)| *name)
            .collect();
        let mut ways: Vec<Way> = by_object
            .into_iter()
            .filter(|((name, kind, _), _)| *kind != EntryKind::NodePort || !balancers.contains(name))
            .map(|(door, entries)| way(inventory, door, &entries, judge))
            .collect();
        ways.sort_by(|a, b| {
            let key = |way: &Way| {
                let rank =
                    ["internet", "nodes", "internal"].iter().position(|word| *word == way.gateway.reach);
                (rank, way.gateway.kind.clone(), way.gateway.name.clone())
            };
            key(a).cmp(&key(b))
        });
        Ways(ways)
    }

    /// The ways that lead to a workload.
    fn to(&self, namespace: &str, kind: &str, name: &str) -> Vec<usize> {
        let leads =
            |way: &Way| way.targets.iter().any(|((a, b, c), ..)| a == namespace && b == kind && c == name);
        self.0.iter().enumerate().filter(|(_, way)| leads(way)).map(|(at, _)| at).collect()
    }

    fn draw(self, groups: &[Group], map: &mut Map) {
        for (at, way) in self.0.into_iter().enumerate() {
            for (card, group) in groups.iter().enumerate().filter(|(_, group)| group.ways.contains(&at)) {
                let own = way.targets.iter().filter(|((namespace, kind, name), ..)| {
                    let member = format!("{kind}/{name}");
                    *namespace == group.namespace
                        && group.members.iter().any(|one| one.split(" #").next() == Some(member.as_str()))
                });
                for (_, ports, passage) in own {
                    let style = match passage {
                        Passage::Permitted | Passage::Partly => Style::Allowed,
                        Passage::Undecided => Style::Perhaps,
                        Passage::Denied | Passage::NoPods => Style::Closed,
                    };
                    map.arrows.push(Arrow {
                        from: End::Gateway(at),
                        to: End::Card(card),
                        label: ports.clone(),
                        style,
                    });
                }
            }
            map.gateways.push(way.gateway);
        }
    }
}

fn way(inventory: &Inventory, door: Door<'_>, entries: &[&EntryPoint], judge: &Judge<'_>) -> Way {
    let ((object_kind, namespace, name), kind, scope) = door;
    let name = format!("{namespace}/{name}");
    let shown = match kind {
        EntryKind::LoadBalancer => "LoadBalancer",
        EntryKind::NodePort => "NodePort",
        EntryKind::ExternalIp => "external IPs",
        EntryKind::HostPort | EntryKind::HostNetwork => "host port",
        EntryKind::Ingress | EntryKind::Gateway | EntryKind::Route => object_kind,
    };
    let mut detail: Vec<String> = Vec::new();
    let mut targets = Vec::new();
    for entry in entries {
        let port =
            entry.port.map_or_else(|| "a port of the cluster's choice".to_owned(), |port| port.to_string());
        let tls =
            if entry.tls == Tls::None { String::new() } else { format!(", TLS {}", entry.tls.as_str()) };
        push(&mut detail, format!("{} {port}{tls}", entry.protocol.as_str()));
        entry.hosts.iter().for_each(|host| push(&mut detail, host.clone()));
        if !entry.sources.is_empty() {
            push(&mut detail, format!("only from {}", entry.sources.join(", ")));
        }
        for backend in &entry.backends {
            let Some(workload) = inventory.get(backend.workload) else { continue };
            let passage = judge.judge(entry, backend).passage;
            let key = (
                workload.namespace().unwrap_or("default").to_owned(),
                workload.kind().to_owned(),
                workload.name().to_owned(),
            );
            let ports = backend.port.map_or_else(
                || "all ports".to_owned(),
                |port| format!("{} {port}", backend.protocol.as_str()),
            );
            let target = (key, ports, passage);
            if !targets.contains(&target) {
                targets.push(target);
            }
        }
    }
    if let Some(Scope::Internal(why)) = entries.first().map(|entry| &entry.scope) {
        push(&mut detail, why.clone());
    }
    Way { gateway: Gateway { kind: shown.to_owned(), name, detail, reach: scope.to_owned() }, targets }
}

fn push(list: &mut Vec<String>, text: String) {
    if !list.contains(&text) {
        list.push(text);
    }
}
