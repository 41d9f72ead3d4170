//! What an attacker can hold.

/// A machine that pods run on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Machine<'v> {
    /// A node that is known by name.
    Named(&'v str),
    /// Wherever this pod will be placed; by number.
    Of(usize),
    /// The node that there is where none is known.
    Unknown,
}

/// One thing held. Nothing is held but what is here: rights follow from the identities and roles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fact<'v> {
    Internet,
    User(&'v str),
    Group(&'v str),
    /// Namespace and name.
    Account(&'v str, &'v str),
    /// The identity of the kubelet of a node.
    Kubelet(&'v str),
    /// By number.
    Pod(usize),
    /// Number of the pod and of the container in it.
    Container(usize, usize),
    Node(Machine<'v>),
    /// All files of a machine, to read.
    Files(Machine<'v>),
    /// Namespace and name.
    Secret(&'v str, &'v str),
    CloudRole(&'v str),
    /// The role that the nodes of a cloud have.
    RoleOfNodes(&'v str),
    /// The rights of a role, as if bound to it: number of the role and the namespace, or everywhere.
    Role(usize, Option<&'v str>),
    ClusterAdmin,
    SystemMasters,
    NamespaceAdmin(&'v str),
    AllSecrets,
    KubeSystemSecrets,
}
