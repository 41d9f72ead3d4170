//! The two ends of a question, by name.

use std::collections::BTreeSet;

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};
use seawall_network::{AddressSet, ClassId, Direction, Network, PortSet, Profile, Target};

use super::conn;
use crate::commands::targets::TargetArgs;
use crate::output;

/// A question about single connections, as `can` and `explain` take it.
#[derive(Debug, Args)]
pub(super) struct QuestionArgs {
    /// Source: `namespace/pod`, `namespace/name[Kind]`, `Kind/namespace/name`, an address, a CIDR or `internet`
    src: String,
    /// Destination, in the same forms
    dst: String,
    /// Port of the destination pod: `80`, `53/udp`, `8000-8100`; without it all ports
    #[arg(value_name = "PORT[/PROTOCOL]")]
    port: Option<String>,
    #[command(flatten)]
    target: TargetArgs,
    /// Output format
    #[arg(short, long, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    pub(super) output: Format,
    /// The network plugin, for what the API leaves undefined; else the one whose own policies are here, or `strict-spec`
    #[arg(long, value_parser = super::profile, value_name = "PLUGIN")]
    cni: Option<Profile>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    Text,
    Json,
}

/// What was asked, with the model that answers it.
pub(super) struct Question {
    pub(super) network: Network,
    /// The ports named; `None` for all.
    pub(super) ports: Option<PortSet>,
    pub(super) pairs: Vec<Pair>,
}

impl QuestionArgs {
    /// Reads targets, ends and ports; problems go to standard error.
    ///
    /// # Errors
    /// When nothing can be read, or a name or port means nothing.
    pub(super) fn read(&self) -> Result<Question> {
        let loaded = self.target.load()?;
        let (network, problems) = Network::build(&loaded.inventory, self.cni);
        if !self.target.quiet {
            problems.iter().for_each(output::problem);
        }
        let ports = self.port.as_deref().map(conn::read).transpose()?;
        let pairs = pairs(&network, &read(&network, &self.src)?, &read(&network, &self.dst)?)?;
        Ok(Question { network, ports, pairs })
    }
}

/// An end as asked for.
pub(super) enum End {
    /// Pods of one name, one of each class, or one address.
    Targets(Vec<Target>),
    /// Addresses: those of a CIDR, or all of the internet.
    Outside(AddressSet),
}

/// Ranges that are no part of the internet (IANA's special-purpose registries).
const NOT_PUBLIC: [&str; 17] = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/3",
    "::/8",
    "fc00::/7",
    "fe80::/10",
    "ff00::/8",
];

fn internet() -> AddressSet {
    let blocks = NOT_PUBLIC.iter().filter_map(|block| AddressSet::cidr(block));
    blocks.fold(AddressSet::all(), |rest, block| rest.difference(&block))
}

/// Reads an end: `internet`, a CIDR, an address, or the name of a pod or workload.
fn read(network: &Network, text: &str) -> Result<End> {
    if text == "internet" {
        return Ok(End::Outside(internet()));
    }
    if let Some(block) = AddressSet::cidr(text) {
        return Ok(End::Outside(block));
    }
    let found = network.find(text)?;
    // Pods of one class have one answer.
    let mut seen: BTreeSet<Option<ClassId>> = BTreeSet::new();
    let one_each = |target: &Target| match target {
        Target::Endpoint(id) => seen.insert(network.class_of(*id)),
        Target::Class(_) | Target::Address(_) => true,
    };
    let mut found = found;
    let mut one_each = one_each;
    found.retain(|target| one_each(target));
    Ok(End::Targets(found))
}

/// A pair to be judged: two targets, and the addresses for which the second or first of them stands.
pub(super) struct Pair {
    pub(super) src: Target,
    pub(super) dst: Target,
    /// The addresses outside that are judged alike.
    pub(super) outside: Option<AddressSet>,
}

/// All pairs of two ends that may be judged differently.
fn pairs(network: &Network, src: &End, dst: &End) -> Result<Vec<Pair>> {
    Ok(match (src, dst) {
        (End::Targets(sources), End::Targets(destinations)) => {
            let each = |src: &Target| {
                let src = *src;
                destinations.iter().map(move |dst| Pair { src, dst: *dst, outside: None })
            };
            sources.iter().flat_map(each).collect()
        }
        (End::Targets(own), End::Outside(addresses)) => own
            .iter()
            .flat_map(|own| {
                let rows = alike(network, *own, addresses, Direction::Egress).into_iter();
                rows.map(|(outside, dst)| Pair { src: *own, dst, outside: Some(outside) })
            })
            .collect(),
        (End::Outside(addresses), End::Targets(own)) => own
            .iter()
            .flat_map(|own| {
                let rows = alike(network, *own, addresses, Direction::Ingress).into_iter();
                rows.map(|(outside, src)| Pair { src, dst: *own, outside: Some(outside) })
            })
            .collect(),
        (End::Outside(_), End::Outside(_)) => bail!("one end must be a pod or workload"),
    })
}

/// The addresses in parts that are judged alike, each with one that stands for it.
fn alike(
    network: &Network,
    own: Target,
    addresses: &AddressSet,
    direction: Direction,
) -> Vec<(AddressSet, Target)> {
    let Target::Endpoint(id) = own else { return Vec::new() };
    let rows = network.external_of(id, direction).into_iter().filter_map(|row| {
        let part = row.addresses.intersection(addresses);
        // One that no pod or node happens to have.
        let free = |address: &std::net::IpAddr| network.pods_at(*address).is_empty();
        let stands = part.ranges().flat_map(|(from, to)| [from, to]).find(free)?;
        Some((part, Target::Address(stands)))
    });
    rows.collect()
}

/// How an end of a pair is written.
pub(super) fn name(network: &Network, target: Target, outside: Option<&AddressSet>) -> String {
    match (target, outside) {
        (Target::Address(_), Some(addresses)) if *addresses == internet() => "internet".to_owned(),
        (Target::Address(_), Some(addresses)) => {
            let blocks = addresses.cidrs();
            match blocks.as_slice() {
                [block] => block.clone(),
                [first, second] => format!("{first}, {second}"),
                [first, .., last] => format!("{first} … {last} ({} blocks)", blocks.len()),
                [] => String::new(),
            }
        }
        (Target::Address(address), None) => address.to_string(),
        (Target::Endpoint(id), _) => network.endpoint(id).map_or_else(String::new, |view| {
            format!("{}/{}[{}]", view.namespace(), view.name(), view.kind())
        }),
        (Target::Class(_), _) => String::new(),
    }
}

/// The ports asked about that are allowed.
pub(super) fn open(network: &Network, pair: &Pair, asked: &PortSet) -> PortSet {
    network.ports(pair.src, pair.dst).intersection(asked)
}
