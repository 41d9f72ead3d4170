//! From a Service and a port to the pods, or addresses, that answer.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::rc::Rc;

use seawall_core::ResourceId;
use seawall_inventory::{GroupKind, Inventory, Resource};
use seawall_yaml::Node;

use super::need::End;
use super::units::Units;
use crate::addresses::AddressSet;
use crate::exposure::{Backends, SERVICE, ServicePort};
use crate::ports::{PortSet, Protocol};

/// Which port of a Service is meant.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Wanted {
    /// This one.
    Number(u16),
    /// The one of this name.
    Name(String),
    /// This one if the Service has it, else its only one, else all.
    Likely(Option<u16>),
}

/// Where a Service leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Led {
    /// To these ends on these ports; never empty.
    To(Rc<[(End, PortSet)]>),
    /// To a host name outside.
    Outside(String),
    /// Nowhere that is here, because of this.
    Nowhere(String),
}

/// All Services by name and address.
pub(super) struct Services<'i> {
    inventory: &'i Inventory,
    backends: Backends<'i>,
    by_address: HashMap<IpAddr, ResourceId>,
    known: HashMap<(ResourceId, Wanted), Led>,
}

const MAX_ALIASES: usize = 4;

impl<'i> Services<'i> {
    pub(super) fn new(inventory: &'i Inventory) -> Self {
        let mut by_address = HashMap::new();
        for service in inventory.of_kind(SERVICE) {
            let Some(spec) = service.root().get("spec") else { continue };
            let listed = spec.list("clusterIPs").filter_map(Node::as_str);
            for address in listed.chain(spec.str("clusterIP")).filter_map(|text| text.parse().ok()) {
                by_address.insert(address, service.id());
            }
        }
        Services { inventory, backends: Backends::new(inventory), by_address, known: HashMap::new() }
    }

    /// The Service of a name, as an object of a namespace would mean it.
    pub(super) fn named(&self, from: &Resource, namespace: Option<&str>, name: &str) -> Option<&'i Resource> {
        self.inventory.find_near(from, SERVICE, namespace, name)
    }

    /// The Service of a name, wherever the reference stands.
    pub(super) fn find(&self, namespace: &str, name: &str) -> Option<&'i Resource> {
        self.inventory.find(SERVICE, Some(namespace), name)
    }

    /// The Service that has an address.
    pub(super) fn at(&self, address: IpAddr) -> Option<&'i Resource> {
        self.inventory.get(*self.by_address.get(&address)?)
    }

    /// Where a Service leads.
    pub(super) fn lead(&mut self, units: &Units, service: &'i Resource, wanted: Wanted) -> Led {
        let key = (service.id(), wanted);
        if let Some(known) = self.known.get(&key) {
            return known.clone();
        }
        let led = self.follow(units, service, &key.1, 0);
        self.known.insert(key, led.clone());
        led
    }

    fn follow(&self, units: &Units, service: &'i Resource, wanted: &Wanted, depth: usize) -> Led {
        let spec = service.root().get("spec");
        if let Some(alias) = spec.and_then(|spec| spec.str("externalName"))
            && spec.and_then(|spec| spec.str("type")) == Some("ExternalName")
        {
            let inner = super::declared::service_name(alias).filter(|_| depth < MAX_ALIASES);
            let inner = inner.and_then(|(name, namespace)| self.named(service, Some(namespace), name));
            return match inner {
                Some(inner) => self.follow(units, inner, wanted, depth + 1),
                None => Led::Outside(alias.trim_end_matches('.').to_owned()),
            };
        }
        let ends = self.ends(units, service, wanted);
        if !ends.is_empty() {
            return Led::To(ends.into());
        }
        let ports = spec.into_iter().flat_map(|spec| spec.list("ports"));
        let has = |number: u16| ports.clone().any(|port| port.int("port") == Some(i64::from(number)));
        Led::Nowhere(match wanted {
            Wanted::Number(number) if !has(*number) => {
                format!("Service `{}` has no port {number}", service.name())
            }
            Wanted::Name(name) => format!("Service `{}` has no port `{name}`, or no pods", service.name()),
            Wanted::Number(_) | Wanted::Likely(_) => format!("Service `{}` has no pods here", service.name()),
        })
    }

    fn ends(&self, units: &Units, service: &'i Resource, wanted: &Wanted) -> Vec<(End, PortSet)> {
        let spec = service.root().get("spec");
        let written = || spec.into_iter().flat_map(|spec| spec.list("ports"));
        let has = |number: u16| written().any(|port| port.int("port") == Some(i64::from(number)));
        let asked = match wanted {
            Wanted::Number(number) => ServicePort::Number(*number),
            Wanted::Name(name) => ServicePort::Name(name),
            Wanted::Likely(Some(number)) if has(*number) => ServicePort::Number(*number),
            Wanted::Likely(_) => ServicePort::Any,
        };
        let mut found: BTreeMap<End, PortSet> = BTreeMap::new();
        let unit_of = |pod: ResourceId, workload: ResourceId| {
            let of = |id| units.of_object(self.inventory.get(id)?);
            of(pod).or_else(|| of(workload)).map(End::Unit)
        };
        let headless = spec.and_then(|spec| spec.str("clusterIP")) == Some("None");
        for served in self.backends.served(service, asked) {
            for backend in served.backends {
                let (Some(end), Some(port)) = (unit_of(backend.pod, backend.workload), backend.port) else {
                    continue;
                };
                add(&mut found, end, &PortSet::port(backend.protocol, port));
            }
        }
        // Behind the name of a headless Service stand the pods themselves, whatever ports it lists.
        if let (Wanted::Number(number), true) = (wanted, headless && !has_target(written(), wanted)) {
            for served in self.backends.served(service, ServicePort::Any) {
                for backend in served.backends {
                    if let Some(end) = unit_of(backend.pod, backend.workload) {
                        add(&mut found, end, &PortSet::port(Protocol::Tcp, *number));
                    }
                }
            }
        }
        if found.is_empty() && spec.is_none_or(|spec| spec.get("selector").is_none_or(Node::is_empty)) {
            for (addresses, ports) in self.outside(service, asked) {
                add(&mut found, End::Addresses(addresses), &ports);
            }
        }
        found.into_iter().collect()
    }

    /// The addresses that are written for a Service without a selector.
    fn outside(&self, service: &'i Resource, asked: ServicePort<'_>) -> Vec<(AddressSet, PortSet)> {
        let namespace = service.namespace();
        let numbers = |port: &Node<'_>| {
            let spec = service.root().get("spec");
            let own = spec
                .into_iter()
                .flat_map(|spec| spec.list("ports"))
                .find(|own| own.str("name") == port.str("name"));
            match asked {
                ServicePort::Number(number) => {
                    own.is_some_and(|own| own.int("port") == Some(i64::from(number)))
                        || port.int("port") == Some(i64::from(number))
                }
                ServicePort::Name(name) => port.str("name") == Some(name),
                ServicePort::Any => true,
            }
        };
        let ports = |list: Node<'_>| {
            let wanted = list.list("ports").filter(numbers);
            wanted.fold(PortSet::none(), |all, port| {
                let protocol = Protocol::of_api(port.str("protocol").unwrap_or("TCP"));
                let number = port.int("port").and_then(|number| u16::try_from(number).ok());
                match (protocol, number) {
                    (Some(protocol), Some(number)) => all.union(&PortSet::port(protocol, number)),
                    _ => all,
                }
            })
        };
        let mut found = Vec::new();
        if let Some(old) = self.inventory.find(GroupKind::new("", "Endpoints"), namespace, service.name()) {
            for subset in old.root().list("subsets") {
                let addresses = subset.list("addresses").filter_map(|item| item.str("ip")?.parse().ok());
                found.push((AddressSet::of(addresses), ports(subset)));
            }
        }
        for slice in self.backends.slices_of(service) {
            let addresses = slice.root().list("endpoints").flat_map(|endpoint| endpoint.list("addresses"));
            let addresses = addresses.filter_map(|node| node.as_str()?.parse().ok());
            found.push((AddressSet::of(addresses), ports(slice.root())));
        }
        found.retain(|(addresses, ports)| !addresses.is_empty() && !ports.is_empty());
        found
    }
}

fn add(found: &mut BTreeMap<End, PortSet>, end: End, ports: &PortSet) {
    let known = found.entry(end).or_insert_with(PortSet::none);
    *known = known.union(ports);
}

fn has_target<'n>(mut ports: impl Iterator<Item = Node<'n>>, wanted: &Wanted) -> bool {
    let Wanted::Number(number) = wanted else { return true };
    let number = Some(i64::from(*number));
    ports.any(|port| port.int("port") == number || port.int("targetPort") == number)
}
