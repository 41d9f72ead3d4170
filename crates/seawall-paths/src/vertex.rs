//! What the graph joins.

use crate::names::{Name, Names};
use crate::rights::Permission;

/// Where a right holds: in the whole cluster or in one namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Place {
    Cluster,
    Namespace(Name),
}

/// One thing that an attacker can hold, or a set of such things. Sets keep the graph small: a right over the pods of a
/// namespace is one edge to the set, and the set has one edge to each pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Vertex {
    Internet,
    User(Name),
    Group(Name),
    Account {
        namespace: Name,
        name: Name,
    },
    /// A pod, or a workload whose pods are not here; `kind` is the kind's name.
    Pod {
        kind: Name,
        namespace: Name,
        name: Name,
    },
    /// The number of its pod's vertex, and its name.
    Container {
        pod: u32,
        name: Name,
    },
    /// What a program keeps: the number of its pod's vertex, and the name of its container.
    Data {
        pod: u32,
        name: Name,
    },
    Node(Name),
    /// A node that is not known by name: pods that are not placed yet run there.
    SomeNode,
    /// All files of a node, to read. `None` is [`Vertex::SomeNode`].
    NodeFiles(Option<Name>),
    /// All files of a control-plane node that is not known by name, to read.
    ControlPlaneFiles,
    Secret {
        namespace: Name,
        name: Name,
    },
    CloudRole(Name),
    /// A port to talk to: of a Service, of a pod, or of something outside pods. A Service and workloads may share a name,
    /// so that the kind of the owner is a part of it.
    Endpoint {
        kind: Name,
        namespace: Name,
        owner: Name,
        port: Name,
    },
    /// The metadata service of the cloud that the nodes run in.
    Metadata,

    Pods(Place),
    PodsOn(Name),
    /// The tokens of the pods of a node.
    TokensOn(Name),
    Accounts(Place),
    Secrets(Place),
    Nodes,
    /// Pods that an attacker makes.
    NewPods,
    /// The admins of all namespaces, each.
    NamespaceAdmins,
    Kubelets,
    Users,
    Groups,
    Endpoints(Place),
    /// Pods that may connect to the same ports: a number in the order of classes.
    Senders(u32),
    /// Ports that the same pods may connect to.
    Ports(u32),

    /// A binding: number in the rights room.
    Binding(u32),
    /// The rules of one role where a binding grants them.
    Rights {
        role: u32,
        place: Place,
    },
    /// One rule of such a role.
    Rule {
        role: u32,
        rule: u32,
        place: Place,
    },
    /// Somebody holds a permission, for objects of one name or for all.
    Held {
        permission: Permission,
        place: Place,
        name: Option<Name>,
    },
    /// All premises of a rule are held: the number of the conjunction.
    All(u32),

    ClusterAdmin,
    SystemMasters,
    NamespaceAdmin(Name),
    NodeRoot,
    ControlPlaneRoot,
    AllSecrets,
    KubeSystemSecrets,
}

impl Vertex {
    /// Whether somebody may stand there at the start.
    pub(crate) fn is_start(self) -> bool {
        matches!(
            self,
            Vertex::Internet
                | Vertex::User(_)
                | Vertex::Group(_)
                | Vertex::Account { .. }
                | Vertex::Pod { .. }
        )
    }

    /// Whether an attack ends there.
    pub(crate) fn is_sink(self) -> bool {
        matches!(
            self,
            Vertex::ClusterAdmin
                | Vertex::SystemMasters
                | Vertex::NamespaceAdmin(_)
                | Vertex::NodeRoot
                | Vertex::ControlPlaneRoot
                | Vertex::AllSecrets
                | Vertex::KubeSystemSecrets
                | Vertex::CloudRole(_)
        )
    }

    /// Whether it only stands for a part of a step: bindings, rules and permissions between an identity and what it
    /// may do.
    pub(crate) fn is_inner(self) -> bool {
        matches!(
            self,
            Vertex::Binding(_)
                | Vertex::Rights { .. }
                | Vertex::Rule { .. }
                | Vertex::Held { .. }
                | Vertex::All(_)
        )
    }

    /// Whether it is a set, whose members are reached by structure.
    pub(crate) fn is_set(self) -> bool {
        matches!(
            self,
            Vertex::Pods(_)
                | Vertex::PodsOn(_)
                | Vertex::TokensOn(_)
                | Vertex::Accounts(_)
                | Vertex::Secrets(_)
                | Vertex::Nodes
                | Vertex::NamespaceAdmins
                | Vertex::Kubelets
                | Vertex::Users
                | Vertex::Groups
                | Vertex::Endpoints(_)
                | Vertex::Senders(_)
                | Vertex::Ports(_)
        )
    }

    /// The sink of a word that names no namespace or cloud.
    pub(crate) fn of_sink_word(word: &str) -> Option<Self> {
        Some(match word {
            "cluster-admin" => Vertex::ClusterAdmin,
            "system-masters" => Vertex::SystemMasters,
            "node-root" => Vertex::NodeRoot,
            "control-plane-node-root" => Vertex::ControlPlaneRoot,
            "all-secrets" => Vertex::AllSecrets,
            "kube-system-secrets" => Vertex::KubeSystemSecrets,
            _ => return None,
        })
    }

    /// The word for a sink.
    pub(crate) fn sink_word(self, names: &Names) -> Option<String> {
        Some(match self {
            Vertex::ClusterAdmin => "cluster-admin".into(),
            Vertex::SystemMasters => "system-masters".into(),
            Vertex::NamespaceAdmin(namespace) => format!("namespace-admin:{}", names.text(namespace)),
            Vertex::NodeRoot => "node-root".into(),
            Vertex::ControlPlaneRoot => "control-plane-node-root".into(),
            Vertex::AllSecrets => "all-secrets".into(),
            Vertex::KubeSystemSecrets => "kube-system-secrets".into(),
            Vertex::CloudRole(name) => format!("cloud-role:{}", names.text(name)),
            _ => return None,
        })
    }
}
