//! What volumes are made of, and when two of them are the same data.

use seawall_inventory::{PodView, VolumeView};
use seawall_yaml::Node;

/// Where the bytes of a volume are.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Backing {
    /// A path of some node, without dots and trailing slashes.
    Host(String),
    /// A path of the nodes that a `local` volume is bound to: every node has the same paths, with other data.
    Local(String, String),
    /// A path of an NFS server.
    Nfs(String, String),
    /// A volume of a driver or a cloud, by kind and handle.
    Handle(String, String),
}

/// Where kubelets keep the volumes of all pods of a node, tokens included.
const KUBELET_PODS: &str = "/var/lib/kubelet/pods";

impl Backing {
    /// That of a volume of a pod, or of the `spec` of a PersistentVolume; `None` for what lives and dies with a pod.
    pub(super) fn of(node: Node<'_>) -> Option<Self> {
        if let Some(path) = node.get("hostPath").filter(|own| own.is_map()) {
            return Some(Backing::Host(plain(path.str("path").unwrap_or("/"))));
        }
        if let Some(local) = node.get("local").filter(|own| own.is_map()) {
            let terms = node.path(&["nodeAffinity", "required"]).into_iter();
            let terms = terms.flat_map(|required| required.list("nodeSelectorTerms"));
            let expressions = terms.flat_map(|term| term.list("matchExpressions"));
            let mut nodes: Vec<&str> =
                expressions.flat_map(|own| own.list("values")).filter_map(Node::as_str).collect();
            nodes.sort_unstable();
            return Some(Backing::Local(nodes.join(", "), plain(local.str("path").unwrap_or("/"))));
        }
        if let Some(nfs) = node.get("nfs") {
            let path = plain(nfs.str("path").unwrap_or("/"));
            return Some(Backing::Nfs(nfs.str("server")?.to_owned(), path));
        }
        // In pods these are ephemeral: only a PersistentVolume has a handle.
        const HANDLES: [(&str, &str); 5] = [
            ("awsElasticBlockStore", "volumeID"),
            ("gcePersistentDisk", "pdName"),
            ("azureDisk", "diskURI"),
            ("cinder", "volumeID"),
            ("vsphereVolume", "volumePath"),
        ];
        if let Some(csi) = node.get("csi")
            && let Some(handle) = csi.str("volumeHandle")
        {
            return Some(Backing::Handle(csi.str("driver").unwrap_or("").to_owned(), handle.to_owned()));
        }
        HANDLES.iter().find_map(|(kind, key)| {
            Some(Backing::Handle((*kind).to_owned(), node.get(kind)?.str(key)?.to_owned()))
        })
    }

    /// Whether both are, or hold, the same data: equal, or one path within the other.
    pub(super) fn meets(&self, other: &Backing) -> bool {
        match (self, other) {
            (Backing::Host(one), Backing::Host(other) | Backing::Local(_, other))
            | (Backing::Local(_, one), Backing::Host(other)) => nested(one, other),
            (Backing::Local(nodes, one), Backing::Local(same, other)) => nodes == same && nested(one, other),
            (Backing::Nfs(server, one), Backing::Nfs(same, other)) => server == same && nested(one, other),
            _ => self == other,
        }
    }

    /// Whether volumes of other pods are in it.
    pub(super) fn holds_pods(&self) -> bool {
        matches!(self, Backing::Host(path) if nested(path, KUBELET_PODS))
    }
}

impl std::fmt::Display for Backing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Backing::Host(path) => write!(f, "path {path} of a node"),
            Backing::Local(nodes, path) => write!(f, "path {path} of {nodes}"),
            Backing::Nfs(server, path) => write!(f, "NFS {server}:{path}"),
            Backing::Handle(driver, handle) => write!(f, "volume {handle} of {driver}"),
        }
    }
}

/// Whether one path is the other or above it.
fn nested(one: &str, other: &str) -> bool {
    let within = |path: &str, above: &str| {
        above == "/" || path.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    within(one, other) || within(other, one)
}

/// A path without empty parts, `.` and `..`.
fn plain(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

/// Whether every container that mounts a volume may only read it.
pub(super) fn is_read_only(pod: &PodView<'_>, volume: &VolumeView<'_>) -> bool {
    let mut mounts = pod
        .containers()
        .flat_map(|container| container.volume_mounts().collect::<Vec<_>>())
        .filter(|mount| mount.volume == volume.name());
    mounts.all(|mount| mount.read_only)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_meet_where_one_is_above_the_other() {
        for (one, other, meet) in [
            ("/data", "/data", true),
            ("/data/", "/data/./a", true),
            ("/", "/srv", true),
            ("/data", "/database", false),
            ("/data/a", "/data/b", false),
            ("/data/a/../b", "/data/b/c", true),
        ] {
            let (one, other) = (Backing::Host(plain(one)), Backing::Host(plain(other)));
            assert_eq!(one.meets(&other), meet, "{one} {other}");
            assert_eq!(other.meets(&one), meet, "{other} {one}");
        }
        let local = |node: &str| Backing::Local(node.to_owned(), "/mnt/ssd0".to_owned());
        assert!(local("n1").meets(&local("n1")) && !local("n1").meets(&local("n2")));
        assert!(local("n1").meets(&Backing::Host(plain("/mnt"))));
        assert!(Backing::Host(plain("/var/lib")).holds_pods());
        assert!(!Backing::Host(plain("/var/log")).holds_pods());
    }
}
