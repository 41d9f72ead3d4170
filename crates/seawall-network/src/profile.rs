//! What the API leaves undefined, settled per network plugin. The table in `docs/network.md` gives the sources.

/// Whose reading of the undefined parts applies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Profile {
    /// The letter of the API, and upstream's test suites where it is silent.
    #[default]
    StrictSpec,
    /// Calico.
    Calico,
    /// Cilium.
    Cilium,
    /// OVN-Kubernetes.
    OvnKubernetes,
    /// Antrea.
    Antrea,
    /// kube-router.
    KubeRouter,
    /// The AWS VPC network plugin.
    AwsVpc,
    /// No plugin: what manifests alone tell. Pods have labels and no address, and host-network pods are like others. This is
    /// how netpol-analyzer reads them.
    LabelsOnly,
}

impl Profile {
    /// Every profile.
    pub const ALL: [Profile; 8] = [
        Profile::StrictSpec,
        Profile::Calico,
        Profile::Cilium,
        Profile::OvnKubernetes,
        Profile::Antrea,
        Profile::KubeRouter,
        Profile::AwsVpc,
        Profile::LabelsOnly,
    ];

    /// The word for it on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Profile::StrictSpec => "strict-spec",
            Profile::Calico => "calico",
            Profile::Cilium => "cilium",
            Profile::OvnKubernetes => "ovn-k",
            Profile::Antrea => "antrea",
            Profile::KubeRouter => "kube-router",
            Profile::AwsVpc => "aws-vpc-cni",
            Profile::LabelsOnly => "labels-only",
        }
    }

    /// Whether an `ipBlock` of a NetworkPolicy meets the addresses of pods and nodes of the cluster.
    pub const fn blocks_meet_cluster(self) -> bool {
        // Cilium: what has an identity in the cluster is never matched by address.
        !matches!(self, Profile::Cilium | Profile::LabelsOnly)
    }

    /// Whether addresses, nodes and host networks of pods play a part.
    pub const fn knows_places(self) -> bool {
        !matches!(self, Profile::LabelsOnly)
    }

    /// Whether a peer with an empty `namespaceSelector` and no `podSelector`, or an empty one, meets host-network pods.
    pub const fn everyone_meets_host_network(self) -> bool {
        matches!(self, Profile::OvnKubernetes)
    }
}

/// How the profile is chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Plugin {
    /// By the policies that are here: the plugin whose own policies they are, else the letter of the API.
    #[default]
    Assumed,
    /// By name. Policies that another plugin would enforce are not in force.
    Given(Profile),
}

impl From<Profile> for Plugin {
    fn from(profile: Profile) -> Self {
        Plugin::Given(profile)
    }
}

impl From<Option<Profile>> for Plugin {
    fn from(profile: Option<Profile>) -> Self {
        profile.map_or(Plugin::Assumed, Plugin::Given)
    }
}

impl std::fmt::Display for Profile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A word that is no profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a network plugin: expected `strict-spec`, `calico`, `cilium`, `ovn-k`, `antrea`, `kube-router`, `aws-vpc-cni` or `labels-only`"
)]
pub struct UnknownProfile;

impl std::str::FromStr for Profile {
    type Err = UnknownProfile;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Profile::ALL.into_iter().find(|profile| profile.as_str() == text).ok_or(UnknownProfile)
    }
}
