//! The kinds of policies that are understood, and who enforces them.

use crate::profile::Profile;

/// A kind of policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PolicyKind {
    /// `networking.k8s.io` NetworkPolicy
    NetworkPolicy,
    /// `policy.networking.k8s.io/v1alpha1` AdminNetworkPolicy
    AdminNetworkPolicy,
    /// `policy.networking.k8s.io/v1alpha1` BaselineAdminNetworkPolicy
    BaselineAdminNetworkPolicy,
    /// `policy.networking.k8s.io/v1alpha2` ClusterNetworkPolicy
    ClusterNetworkPolicy,
    /// `cilium.io/v2` CiliumNetworkPolicy
    CiliumNetworkPolicy,
    /// `cilium.io/v2` CiliumClusterwideNetworkPolicy
    CiliumClusterwideNetworkPolicy,
    /// `projectcalico.org/v3` NetworkPolicy, also as stored in `crd.projectcalico.org/v1`
    CalicoNetworkPolicy,
    /// `projectcalico.org/v3` GlobalNetworkPolicy, also as stored in `crd.projectcalico.org/v1`
    CalicoGlobalNetworkPolicy,
}

const ADMIN: &str = "policy.networking.k8s.io";
const CILIUM: &str = "cilium.io";

fn is_calico(group: &str) -> bool {
    crate::model::CALICO_GROUPS.contains(&group)
}

impl PolicyKind {
    /// The kind of an object, when it is a policy of a known group.
    pub fn of(group: &str, kind: &str) -> Option<Self> {
        match (group, kind) {
            ("networking.k8s.io", "NetworkPolicy") => Some(PolicyKind::NetworkPolicy),
            (ADMIN, "AdminNetworkPolicy") => Some(PolicyKind::AdminNetworkPolicy),
            (ADMIN, "BaselineAdminNetworkPolicy") => Some(PolicyKind::BaselineAdminNetworkPolicy),
            (ADMIN, "ClusterNetworkPolicy") => Some(PolicyKind::ClusterNetworkPolicy),
            (CILIUM, "CiliumNetworkPolicy") => Some(PolicyKind::CiliumNetworkPolicy),
            (CILIUM, "CiliumClusterwideNetworkPolicy") => Some(PolicyKind::CiliumClusterwideNetworkPolicy),
            (group, "NetworkPolicy") if is_calico(group) => Some(PolicyKind::CalicoNetworkPolicy),
            (group, "GlobalNetworkPolicy") if is_calico(group) => Some(PolicyKind::CalicoGlobalNetworkPolicy),
            _ => None,
        }
    }

    /// The kind's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            PolicyKind::NetworkPolicy | PolicyKind::CalicoNetworkPolicy => "NetworkPolicy",
            PolicyKind::AdminNetworkPolicy => "AdminNetworkPolicy",
            PolicyKind::BaselineAdminNetworkPolicy => "BaselineAdminNetworkPolicy",
            PolicyKind::ClusterNetworkPolicy => "ClusterNetworkPolicy",
            PolicyKind::CiliumNetworkPolicy => "CiliumNetworkPolicy",
            PolicyKind::CiliumClusterwideNetworkPolicy => "CiliumClusterwideNetworkPolicy",
            PolicyKind::CalicoGlobalNetworkPolicy => "GlobalNetworkPolicy",
        }
    }

    /// The kind's name where kinds stand beside each other: two plugins may give one name.
    pub const fn shown(self) -> &'static str {
        match self {
            PolicyKind::CalicoNetworkPolicy => "NetworkPolicy.projectcalico.org",
            _ => self.as_str(),
        }
    }

    /// Whether objects of the kind have no namespace.
    pub const fn is_cluster_scoped(self) -> bool {
        !matches!(
            self,
            PolicyKind::NetworkPolicy | PolicyKind::CiliumNetworkPolicy | PolicyKind::CalicoNetworkPolicy
        )
    }

    /// The only network plugin that enforces the kind; `None` for the kinds of Kubernetes itself.
    pub const fn enforced_by(self) -> Option<Profile> {
        match self {
            PolicyKind::CiliumNetworkPolicy | PolicyKind::CiliumClusterwideNetworkPolicy => {
                Some(Profile::Cilium)
            }
            PolicyKind::CalicoNetworkPolicy | PolicyKind::CalicoGlobalNetworkPolicy => Some(Profile::Calico),
            _ => None,
        }
    }

    /// The field that says whom a policy selects.
    pub const fn subject_key(self) -> &'static str {
        match self {
            PolicyKind::NetworkPolicy => "podSelector",
            PolicyKind::CiliumNetworkPolicy | PolicyKind::CiliumClusterwideNetworkPolicy => {
                "endpointSelector"
            }
            PolicyKind::CalicoNetworkPolicy | PolicyKind::CalicoGlobalNetworkPolicy => "selector",
            _ => "subject",
        }
    }
}
