//! The two ends of a question, by name.

use std::collections::BTreeSet;

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};
use seawall_inventory::Inventory;
use seawall_network::mesh::{Mesh, Signature};
use seawall_network::{AddressSet, ClassId, Direction, Network, PortSet, Profile, Target};

use super::{conn, meshed};
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
    /// Where some pod is in a mesh.
    pub(super) mesh: Option<Mesh>,
    pub(super) inventory: Inventory,
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
        let inventory = loaded.inventory;
        let mesh = meshed::build(&network, &inventory, self.target.quiet);
        let ports = self.port.as_deref().map(conn::read).transpose()?;
        let model = Model { network: &network, mesh: mesh.as_ref() };
        let pairs = model.pairs(&model.read(&self.src)?, &model.read(&self.dst)?)?;
        Ok(Question { network, mesh, inventory, ports, pairs })
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

/// A pair to be judged: two targets, and the addresses for which the second or first of them stands.
pub(super) struct Pair {
    pub(super) src: Target,
    pub(super) dst: Target,
    /// The addresses outside that are judged alike.
    pub(super) outside: Option<AddressSet>,
}

/// What tells ends apart.
struct Model<'m> {
    network: &'m Network,
    mesh: Option<&'m Mesh>,
}

impl Model<'_> {
    /// Reads an end: `internet`, a CIDR, an address, or the name of a pod or workload.
    fn read(&self, text: &str) -> Result<End> {
        if text == "internet" {
            return Ok(End::Outside(internet()));
        }
        if let Some(block) = AddressSet::cidr(text) {
            return Ok(End::Outside(block));
        }
        let mut found = self.network.find(text)?;
        // Pods of one class that the mesh does not tell apart either have one answer.
        let mut seen: BTreeSet<(Option<ClassId>, Option<Signature>)> = BTreeSet::new();
        found.retain(|target| match target {
            Target::Endpoint(id) => {
                let signature = self.mesh.and_then(|mesh| mesh.signature(*id));
                seen.insert((self.network.class_of(*id), signature))
            }
            Target::Class(_) | Target::Address(_) => true,
        });
        Ok(End::Targets(found))
    }

    /// All pairs of two ends that may be judged differently.
    fn pairs(&self, src: &End, dst: &End) -> Result<Vec<Pair>> {
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
                    let rows = self.alike(*own, addresses, Direction::Egress).into_iter();
                    rows.map(|(outside, dst)| Pair { src: *own, dst, outside: Some(outside) })
                })
                .collect(),
            (End::Outside(addresses), End::Targets(own)) => own
                .iter()
                .flat_map(|own| {
                    let rows = self.alike(*own, addresses, Direction::Ingress).into_iter();
                    rows.map(|(outside, src)| Pair { src, dst: *own, outside: Some(outside) })
                })
                .collect(),
            (End::Outside(_), End::Outside(_)) => bail!("one end must be a pod or workload"),
        })
    }

    /// The addresses in parts that are judged alike, each with one that stands for it.
    fn alike(&self, own: Target, addresses: &AddressSet, direction: Direction) -> Vec<(AddressSet, Target)> {
        let Target::Endpoint(id) = own else { return Vec::new() };
        let rows = self.network.external_of(id, direction).into_iter();
        let parts = rows.map(|row| row.addresses.intersection(addresses));
        let parts = parts.flat_map(|part| match (direction, self.mesh) {
            (Direction::Ingress, Some(mesh)) => mesh.parts(&part),
            _ => vec![part],
        });
        let stood_for = parts.filter_map(|part| {
            // One that no pod or node happens to have.
            let free = |address: &std::net::IpAddr| self.network.pods_at(*address).is_empty();
            let stands = part.ranges().flat_map(|(from, to)| [from, to]).find(free)?;
            Some((part, Target::Address(stands)))
        });
        stood_for.collect()
    }
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
