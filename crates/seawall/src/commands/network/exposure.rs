//! `seawall network exposure`

use std::fmt::Write as _;

use clap::{Args, ValueEnum};
use seawall_core::Route;
use seawall_inventory::{Inventory, Place, Resource};
use seawall_network::exposure::{
    Arrival, Backend, EntryKind, EntryPoint, Judge, Judgement, Passage, Scope, Tls, entry_points,
};
use seawall_network::{Network, Profile};
use seawall_report::{escape, pretty_json};
use serde_json::{Value, json};

use super::{meshed, place};
use crate::ExitStatus;
use crate::commands::targets::TargetArgs;
use crate::output;

#[derive(Debug, Args)]
pub(super) struct ExposureArgs {
    #[command(flatten)]
    target: TargetArgs,
    /// Output format
    #[arg(short, long, value_enum, default_value_t = Format::Table, value_name = "FORMAT")]
    output: Format,
    /// Only what is in these namespaces; may be repeated
    #[arg(short, long, value_name = "NAMESPACE")]
    namespace: Vec<String>,
    /// The network plugin, for what the API leaves undefined; else the one whose own policies are here, or `strict-spec`
    #[arg(long, value_parser = super::profile, value_name = "PLUGIN")]
    cni: Option<Profile>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Table,
    Json,
}

/// A way in with the judgement of each backend.
struct Judged<'e> {
    entry: &'e EntryPoint,
    backends: Vec<(&'e Backend, Judgement)>,
}

pub(super) fn run(args: &ExposureArgs) -> anyhow::Result<ExitStatus> {
    let loaded = args.target.load()?;
    let inventory = &loaded.inventory;
    let (network, problems) = Network::build(inventory, args.cni);
    if !args.target.quiet {
        problems.iter().for_each(output::problem);
    }
    let entries = entry_points(inventory);
    let mesh = meshed::build(&network, inventory, args.target.quiet);
    let judge = Judge::new(&network, inventory).with_mesh(mesh.as_ref());
    let wanted = |entry: &&EntryPoint| {
        let namespace = inventory.get(entry.object).and_then(Resource::namespace).unwrap_or("default");
        args.namespace.is_empty() || args.namespace.iter().any(|wanted| wanted == namespace)
    };
    let judged: Vec<Judged<'_>> = entries
        .iter()
        .filter(wanted)
        .map(|entry| Judged {
            entry,
            backends: entry.backends.iter().map(|backend| (backend, judge.judge(entry, backend))).collect(),
        })
        .collect();
    let text = match args.output {
        Format::Table => table(inventory, &network, &judged),
        Format::Json => pretty_json(&report(inventory, &network, &judged))?,
    };
    crate::commands::print(text.as_bytes())
}

fn table(inventory: &Inventory, network: &Network, judged: &[Judged<'_>]) -> String {
    let mut out = String::new();
    for (scope, title) in [
        ("internet", "from the internet"),
        ("nodes", "for whoever reaches the nodes (the internet, if they have public addresses)"),
        ("internal", "from private networks only"),
    ] {
        let mut some = judged.iter().filter(|one| one.entry.scope.as_str() == scope).peekable();
        if some.peek().is_some() {
            // Writing to a string cannot fail.
            let _ = writeln!(out, "{title}");
            some.for_each(|one| describe(inventory, network, one, &mut out));
            out.push('\n');
        }
    }
    let open = |one: &&Judged<'_>| {
        one.entry.scope == Scope::Internet
            && one.backends.iter().any(|(_, judgement)| {
                matches!(judgement.passage, Passage::Permitted | Passage::Partly | Passage::Undecided)
            })
    };
    let mut workloads: Vec<_> = judged
        .iter()
        .filter(open)
        .flat_map(|one| one.backends.iter().map(|(backend, _)| backend.workload))
        .collect();
    workloads.sort_unstable();
    workloads.dedup();
    let _ = writeln!(
        out,
        "{} ways in; {} workloads can be reached from the internet",
        judged.len(),
        workloads.len()
    );
    out
}

fn describe(inventory: &Inventory, network: &Network, one: &Judged<'_>, out: &mut String) {
    let entry = one.entry;
    let port = entry.port.map_or_else(|| "*".to_owned(), |port| port.to_string());
    let tls = match entry.tls {
        Tls::None => String::new(),
        tls => format!(", TLS {}", tls.as_str()),
    };
    let hosts = if entry.hosts.is_empty() { String::new() } else { format!(" {}", entry.hosts.join(" ")) };
    let _ = writeln!(
        out,
        "  {} {}: {} {port}{tls}{}",
        kind(entry.kind),
        name(inventory, entry.object),
        entry.protocol.as_str(),
        escape(&hosts)
    );
    if let Some(evidence) = entry.evidence.first() {
        let route = escape(&evidence.place.route.to_string()).into_owned();
        let _ = writeln!(
            out,
            "     --> {}  {route}  {}",
            place::shown(inventory, &evidence.place),
            evidence.note
        );
    }
    for note in &entry.notes {
        let _ = writeln!(out, "       = {}", escape(note));
    }
    if let Scope::Internal(why) = &entry.scope {
        let _ = writeln!(out, "       = internal: {}", escape(why));
    }
    if !entry.sources.is_empty() {
        let _ = writeln!(out, "       = only from {}", escape(&entry.sources.join(", ")));
    }
    for (backend, judgement) in &one.backends {
        let port = backend.port.map_or_else(|| "any port".to_owned(), |port| port.to_string());
        let listens = match (backend.declared, backend.port) {
            (true, _) => "declared by a container",
            (false, Some(_)) => "declared by no container",
            (false, None) => "none declared",
        };
        let _ = writeln!(
            out,
            "     → {}:{port} ({listens})  {}: {}",
            name(inventory, backend.workload),
            judgement.passage.as_str(),
            judgement.why
        );
        for line in evidence(inventory, network, judgement) {
            let _ = writeln!(out, "         {line}");
        }
        if let Some(mesh) = &judgement.mesh {
            let _ = writeln!(out, "         mesh: {}", escape(&meshed::short(mesh)));
            for line in meshed::evidence(inventory, mesh) {
                let _ = writeln!(out, "         by {line}");
            }
        }
        let _ = writeln!(out, "         = help: {}", closes(entry, judgement));
    }
}

/// The rules and policies that decided.
fn evidence(inventory: &Inventory, network: &Network, judgement: &Judgement) -> Vec<String> {
    let rules = judgement.rules.iter().filter_map(|id| network.rule_view(*id)).map(|rule| {
        let place = Place { resource: rule.policy().resource().id(), route: rule.route().clone() };
        format!(
            "by {} of {} at {}",
            rule.route(),
            escape(&rule.policy().to_string()),
            place::shown(inventory, &place)
        )
    });
    let rules: Vec<String> = rules.collect();
    if !rules.is_empty() {
        return rules;
    }
    let policies = judgement.policies.iter().filter_map(|id| network.policy(*id)).map(|policy| {
        let place = Place { resource: policy.resource().id(), route: Route::root().key("spec") };
        format!("held by {} at {}", escape(&policy.to_string()), place::shown(inventory, &place))
    });
    policies.collect()
}

/// What would close a way in.
fn closes(entry: &EntryPoint, judgement: &Judgement) -> &'static str {
    if matches!(judgement.passage, Passage::Denied | Passage::NoPods) {
        return "nothing passes: remove the way in if nobody needs it";
    }
    match entry.kind {
        EntryKind::LoadBalancer => {
            "make it a ClusterIP, ask for an internal load balancer, or set `loadBalancerSourceRanges`"
        }
        EntryKind::NodePort => {
            "make it a ClusterIP (a load balancer: `allocateLoadBalancerNodePorts: false`)"
        }
        EntryKind::ExternalIp => "remove `externalIPs`",
        EntryKind::Ingress | EntryKind::Gateway | EntryKind::Route => {
            "remove the route, narrow its paths, or let no policy admit the proxy to the port"
        }
        EntryKind::HostPort => "remove `hostPort` and use a Service",
        EntryKind::HostNetwork => "take the pod out of the host network, or guard the port on the node",
    }
}

const fn kind(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::LoadBalancer => "load balancer",
        EntryKind::NodePort => "node port",
        EntryKind::ExternalIp => "external IP",
        EntryKind::Ingress | EntryKind::Gateway | EntryKind::Route => "through",
        EntryKind::HostPort => "host port",
        EntryKind::HostNetwork => "host network",
    }
}

fn name(inventory: &Inventory, id: seawall_core::ResourceId) -> String {
    place::subject(inventory, &Place { resource: id, route: Route::root() })
}

fn report(inventory: &Inventory, network: &Network, judged: &[Judged<'_>]) -> Value {
    let entries: Vec<Value> = judged.iter().map(|one| record(inventory, network, one)).collect();
    json!({"schema": "seawall.dev/network-exposure/v1", "entry_points": entries})
}

fn record(inventory: &Inventory, network: &Network, one: &Judged<'_>) -> Value {
    let entry = one.entry;
    let object = |id| place::object(inventory, &Place { resource: id, route: Route::root() });
    let arrival = match &entry.arrival {
        Arrival::Client => json!({"as": "client"}),
        Arrival::ClientOrNode => json!({"as": "client-or-node"}),
        Arrival::Proxy(workloads) => {
            json!({"as": "proxy", "workloads": workloads.iter().map(|id| object(*id)).collect::<Vec<_>>()})
        }
        Arrival::Host => json!({"as": "host"}),
    };
    let evidence: Vec<Value> = entry
        .evidence
        .iter()
        .map(|one| {
            let mut record = place::record(inventory, &one.place);
            if let Some(record) = record.as_object_mut() {
                record.insert("note".to_owned(), json!(one.note));
            }
            record
        })
        .collect();
    let backends: Vec<Value> = one
        .backends
        .iter()
        .map(|(backend, judgement)| {
            let rules = judgement.rules.iter().filter_map(|id| network.rule_view(*id)).map(|rule| {
                place::record(
                    inventory,
                    &Place { resource: rule.policy().resource().id(), route: rule.route().clone() },
                )
            });
            let policies = judgement.policies.iter().filter_map(|id| network.policy(*id));
            let mut record = json!({
                "workload": object(backend.workload),
                "service": backend.service.map(object),
                "port": backend.port,
                "protocol": backend.protocol.as_str(),
                "declared": backend.declared,
                "policy": {
                    "passage": judgement.passage.as_str(),
                    "because": judgement.why,
                    "rules": rules.collect::<Vec<_>>(),
                    "policies": policies.map(|policy| policy.to_string()).collect::<Vec<_>>(),
                },
                "closes": closes(entry, judgement),
            });
            if let Some(mesh) = &judgement.mesh {
                meshed::add_one(inventory, mesh, &mut record);
            }
            record
        })
        .collect();
    let scope = match &entry.scope {
        Scope::Internal(why) => json!({"kind": "internal", "because": why}),
        scope => json!({"kind": scope.as_str()}),
    };
    json!({
        "kind": entry.kind.as_str(),
        "object": object(entry.object),
        "scope": scope,
        "hosts": entry.hosts,
        "port": entry.port,
        "protocol": entry.protocol.as_str(),
        "tls": entry.tls.as_str(),
        "sources": entry.sources,
        "arrival": arrival,
        "confidence": entry.confidence.as_str(),
        "notes": entry.notes,
        "evidence": evidence,
        "backends": backends,
    })
}
