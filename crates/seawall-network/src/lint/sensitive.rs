//! Databases and the like that everybody may connect to.

use seawall_core::{Confidence, Severity};
use seawall_inventory::Place;

use super::{Lint, LintRule, World, is_system, listed};
use crate::policy::Direction;
use crate::{EndpointId, Protocol};

pub(super) const SENSITIVE_PORT_OPEN: LintRule = LintRule {
    id: "sensitive-port-open",
    severity: Severity::Medium,
    title: "everybody may connect to a port that holds data or gives control",
    why: "one pod taken over anywhere in the cluster, or one port opened by mistake, is enough to talk to it",
    help: "isolate the pods' ingress and list the workloads that need the port",
};

/// TCP ports as registered or documented by their projects, and whether the service answers without a login by default.
const PORTS: &[(u16, &str, bool)] = &[
    (22, "SSH", false),
    (1433, "SQL Server", false),
    (2375, "Docker", true),
    (2379, "etcd", true),
    (2380, "etcd", true),
    (3306, "MySQL", false),
    (5432, "PostgreSQL", false),
    (5984, "CouchDB", false),
    (6379, "Redis", true),
    (7001, "Cassandra", true),
    (8500, "Consul", true),
    (9042, "Cassandra", true),
    (9092, "Kafka", true),
    (9200, "Elasticsearch", true),
    (10250, "kubelet", false),
    (10255, "kubelet", true),
    (11211, "memcached", true),
    (26257, "CockroachDB", false),
    (27017, "MongoDB", true),
];

pub(super) fn check(world: &World<'_>, out: &mut Vec<Lint>) {
    for (_, classes) in world.namespaces.iter().filter(|(name, _)| !is_system(name)) {
        for (class, members) in classes {
            let rows = world.network.external(*class, Direction::Ingress);
            let open = |port: u16| rows.iter().all(|row| row.ports.contains(Protocol::Tcp, port));
            let found: Vec<_> = PORTS.iter().filter(|(port, ..)| open(*port)).collect();
            if found.is_empty() {
                continue;
            }
            let mut said = Vec::new();
            for member in members {
                judge(world, *member, &found, &mut said, out);
            }
        }
    }
}

fn judge(
    world: &World<'_>,
    member: EndpointId,
    open: &[&(u16, &str, bool)],
    said: &mut Vec<(String, String)>,
    out: &mut Vec<Lint>,
) {
    let (Some(view), Some(object)) = (world.network.endpoint(member), world.object(member)) else { return };
    let (kind, name) = view.workload();
    let key = (kind.to_owned(), name.to_owned());
    if said.contains(&key) {
        return;
    }
    let declared: Vec<_> = object
        .pods()
        .flat_map(|pod| crate::exposure::declared_ports(&pod).collect::<Vec<_>>())
        .filter(|port| port.protocol == Protocol::Tcp)
        .filter_map(|port| {
            open.iter().find(|(number, ..)| *number == port.number).map(|known| (port.node, *known))
        })
        .collect();
    let Some((node, _)) = declared.first() else { return };
    said.push(key);
    let words: Vec<String> = declared.iter().map(|(_, (port, what, _))| format!("{port} ({what})")).collect();
    let message = format!(
        "everybody may connect to `{kind}/{name}` on port {}",
        listed(words.iter().map(String::as_str))
    );
    let place = Place { resource: object.id(), route: object.route_of(*node).key("containerPort") };
    let mut lint = Lint::new(&SENSITIVE_PORT_OPEN, place, message);
    if declared.iter().any(|(_, (_, _, without_login))| *without_login) {
        lint.severity = Severity::High;
    }
    // The port is what says which program it is.
    lint.confidence = Confidence::Medium;
    out.push(lint);
}
