//! Nodes.

use std::net::IpAddr;

use seawall_inventory::Resource;
use seawall_yaml::Node as Tree;

use crate::facts::software::{Software, Version};

/// What the graph needs of a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NodeFacts {
    pub(crate) control_plane: bool,
    /// The start of `spec.providerID`: `aws`, `gce`, `azure`, `kind`; empty when unset.
    pub(crate) provider: String,
    /// The minor version of the kubelet.
    pub(crate) minor: Option<u32>,
    /// What it runs, in versions that tell something.
    pub(crate) software: Box<[(Software, Version)]>,
    /// Its addresses, as they are written.
    pub(crate) addresses: Box<[IpAddr]>,
}

/// Labels of control-plane nodes, by the custom of kubeadm.
pub(crate) const CONTROL_PLANE: &[&str] =
    &["node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master"];

impl NodeFacts {
    pub(crate) fn read(node: &Resource) -> Self {
        let spec = node.root().get("spec");
        let labelled = node.labels().iter().any(|(key, _)| CONTROL_PLANE.contains(&key));
        let tainted =
            spec.into_iter().flat_map(|spec| spec.list("taints")).filter_map(|taint| taint.str("key"));
        let provider = spec.and_then(|spec| spec.get("providerID")).and_then(Tree::as_str).unwrap_or("");
        let info = |key: &str| node.root().path(&["status", "nodeInfo", key]).and_then(Tree::as_str);
        let minor = info("kubeletVersion").and_then(|version| version.strip_prefix("v1.")).and_then(|rest| {
            let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
            digits.parse().ok()
        });
        let runtime = info("containerRuntimeVersion").and_then(Software::of_runtime);
        let kernel = info("kernelVersion").and_then(Version::of_kernel).map(|own| (Software::Linux, own));
        let status = node.root().get("status");
        let addresses = status.into_iter().flat_map(|status| status.list("addresses"));
        NodeFacts {
            minor,
            control_plane: labelled || tainted.into_iter().any(|key| CONTROL_PLANE.contains(&key)),
            provider: provider.split(':').next().unwrap_or("").to_owned(),
            software: runtime.into_iter().chain(kernel).collect(),
            addresses: addresses.filter_map(|item| item.str("address")?.parse().ok()).collect(),
        }
    }

    /// Whether the node runs in a cloud that hands out roles at a metadata address.
    pub(crate) fn has_metadata_service(&self) -> bool {
        matches!(
            self.provider.as_str(),
            "aws" | "gce" | "azure" | "openstack" | "alicloud" | "digitalocean" | "oci"
        )
    }
}
