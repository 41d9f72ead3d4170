//! Nodes.

use seawall_inventory::Resource;
use seawall_yaml::Node as Tree;

/// What the graph needs of a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NodeFacts {
    pub(crate) control_plane: bool,
    /// The start of `spec.providerID`: `aws`, `gce`, `azure`, `kind`; empty when unset.
    pub(crate) provider: String,
    /// The minor version of the kubelet.
    pub(crate) minor: Option<u32>,
}

const CONTROL_PLANE: &[&str] = &["node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master"];

impl NodeFacts {
    pub(crate) fn read(node: &Resource) -> Self {
        let spec = node.root().get("spec");
        let labelled = node.labels().iter().any(|(key, _)| CONTROL_PLANE.contains(&key));
        let tainted =
            spec.into_iter().flat_map(|spec| spec.list("taints")).filter_map(|taint| taint.str("key"));
        let provider = spec.and_then(|spec| spec.get("providerID")).and_then(Tree::as_str).unwrap_or("");
        let version = node.root().path(&["status", "nodeInfo", "kubeletVersion"]).and_then(Tree::as_str);
        let minor = version.and_then(|version| version.strip_prefix("v1.")).and_then(|rest| {
            let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
            digits.parse().ok()
        });
        NodeFacts {
            minor,
            control_plane: labelled || tainted.into_iter().any(|key| CONTROL_PLANE.contains(&key)),
            provider: provider.split(':').next().unwrap_or("").to_owned(),
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
