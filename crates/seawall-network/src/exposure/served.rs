//! Ports of Services pod by pod. [`super::entry_points`] names one pod for all that a workload makes; who follows every
//! pod asks here.
//!
//! Invariant: what a Service leads to is decided by the same code as for ways in.

use seawall_core::ResourceId;
use seawall_inventory::{Inventory, Place};

use super::SERVICE;
use super::backend::Backends;
use crate::Protocol;

/// A port of a Service, and where it leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServedPort {
    /// The Service.
    pub service: ResourceId,
    /// `port`.
    pub port: u16,
    /// `name`, when it has one.
    pub name: Option<String>,
    /// The protocol.
    pub protocol: Protocol,
    /// The ports of pods behind it, in the order read.
    pub pods: Vec<PodPort>,
}

/// A port of a pod, or of the pods that an object makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PodPort {
    /// The object that is or makes the pod.
    pub pod: ResourceId,
    /// The number on the pod.
    pub port: u16,
    /// What joins it to the Service: the port that a container declares, else the labels that are selected, else the pod.
    pub place: Place,
}

/// All ports of all Services of an inventory, in the order read. Linear in the pods that Services select.
pub fn served_ports(inventory: &Inventory) -> Vec<ServedPort> {
    let backends = Backends::new(inventory);
    inventory.of_kind(SERVICE).flat_map(|service| backends.pod_by_pod(service)).collect()
}
