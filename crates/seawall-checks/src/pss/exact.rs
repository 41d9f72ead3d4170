//! The part of a pod that Pod Security reads, decoded as the API server decodes it.
//!
//! The decoder is strict about types and knows no coercion: a `"true"` is no boolean, a map is no list. `null` leaves a
//! field unset, in lists of objects it gives an object without fields, and as an annotation's value it gives `""`.
//! Fields that no control reads are not looked at.

use std::fmt;

use seawall_inventory::{ContainerKind, Place, PodView};
use seawall_yaml::{Kind, Node};

/// Why there is no verdict on a pod: a field has a type with which the API server refuses the object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotEvaluatedReason {
    /// The field.
    pub place: Place,
    /// What the field holds in the API.
    pub wanted: &'static str,
    /// What it holds here.
    pub found: &'static str,
}

impl fmt::Display for NotEvaluatedReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let NotEvaluatedReason { place, wanted, found } = self;
        write!(f, "`{}` must be {wanted}, not {found}: the API server refuses the object", place.route)
    }
}

impl std::error::Error for NotEvaluatedReason {}

type Decoded<T> = Result<T, NotEvaluatedReason>;

/// A pod.
pub(super) struct Pod<'r> {
    view: PodView<'r>,
    pub(super) annotations: Vec<(&'r str, &'r str)>,
    pub(super) host_network: bool,
    pub(super) host_pid: bool,
    pub(super) host_ipc: bool,
    pub(super) host_users: Option<bool>,
    pub(super) os_name: &'r str,
    pub(super) context: Option<Context<'r>>,
    pub(super) sysctls: Vec<&'r str>,
    /// Init containers, containers, ephemeral containers.
    pub(super) containers: Vec<Container<'r>>,
    pub(super) volumes: Vec<Volume<'r>>,
}

/// A container.
pub(super) struct Container<'r> {
    view: PodView<'r>,
    node: Node<'r>,
    pub(super) name: &'r str,
    pub(super) context: Option<Context<'r>>,
    pub(super) host_ports: Vec<(usize, i64)>,
    /// Where a probe or a lifecycle hook names a host, and which.
    pub(super) handler_hosts: Vec<(Place, &'r str)>,
}

/// A security context: of a pod (then the fields of containers are unset) or of a container.
#[derive(Default)]
pub(super) struct Context<'r> {
    pub(super) app_armor: Option<&'r str>,
    pub(super) seccomp: Option<&'r str>,
    pub(super) selinux: Option<SeLinux<'r>>,
    pub(super) run_as_non_root: Option<bool>,
    pub(super) run_as_user: Option<i64>,
    pub(super) host_process: Option<bool>,
    pub(super) privileged: Option<bool>,
    pub(super) allow_privilege_escalation: Option<bool>,
    pub(super) proc_mount: Option<&'r str>,
    pub(super) capabilities: Option<Capabilities<'r>>,
}

/// SELinux options; a part that is unset is empty.
pub(super) struct SeLinux<'r> {
    pub(super) kind: &'r str,
    pub(super) user: &'r str,
    pub(super) role: &'r str,
}

/// Capabilities as written.
pub(super) struct Capabilities<'r> {
    pub(super) add: Vec<&'r str>,
    pub(super) drop: Vec<&'r str>,
}

/// A volume with the sources that are set, at least one.
pub(super) struct Volume<'r> {
    view: PodView<'r>,
    node: Node<'r>,
    pub(super) name: &'r str,
    pub(super) sources: Vec<&'static str>,
}

/// Upstream's word for a source that it does not know.
pub(super) const UNKNOWN_SOURCE: &str = "unknown";

/// Volume sources that restricted allows.
pub(crate) const ALLOWED_SOURCES: [&str; 9] = [
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "image",
    "persistentVolumeClaim",
    "projected",
    "secret",
];

/// The other volume sources of the API, in the order in which upstream names the first that is set.
pub(super) const OTHER_SOURCES: [&str; 21] = [
    "hostPath",
    "gcePersistentDisk",
    "awsElasticBlockStore",
    "gitRepo",
    "nfs",
    "iscsi",
    "glusterfs",
    "rbd",
    "flexVolume",
    "cinder",
    "cephfs",
    "flocker",
    "fc",
    "azureFile",
    "vsphereVolume",
    "quobyte",
    "azureDisk",
    "photonPersistentDisk",
    "portworxVolume",
    "scaleIO",
    "storageos",
];

impl<'r> Pod<'r> {
    /// Decodes a pod.
    pub(super) fn decode(view: PodView<'r>) -> Decoded<Self> {
        let read = Decoder { view };
        let spec = Some(view.spec());
        let context = read.map(spec, "securityContext")?;
        let mut containers = Vec::new();
        for kind in [ContainerKind::Init, ContainerKind::Main, ContainerKind::Ephemeral] {
            for node in read.objects(spec, kind.key())? {
                containers.push(read.container(node)?);
            }
        }
        let mut volumes = Vec::new();
        for node in read.objects(spec, "volumes")? {
            volumes.push(read.volume(node)?);
        }
        let mut sysctls = Vec::new();
        for node in read.objects(context, "sysctls")? {
            sysctls.push(read.text(Some(node), "name")?);
        }
        Ok(Pod {
            view,
            annotations: read.annotations()?,
            host_network: read.flag(spec, "hostNetwork")?.unwrap_or(false),
            host_pid: read.flag(spec, "hostPID")?.unwrap_or(false),
            host_ipc: read.flag(spec, "hostIPC")?.unwrap_or(false),
            host_users: read.flag(spec, "hostUsers")?,
            os_name: read.text(read.map(spec, "os")?, "name")?,
            context: context.map(|node| read.shared_context(node)).transpose()?,
            sysctls,
            containers,
            volumes,
        })
    }

    /// A field of the pod spec.
    pub(super) fn place(&self, keys: &[&str]) -> Place {
        self.view.place(keys)
    }

    /// An annotation of the pod.
    pub(super) fn annotation_place(&self, key: &str) -> Place {
        let metadata = self.view.metadata().map(|node| self.view.place_of(node));
        metadata.unwrap_or_else(|| self.view.place(&[])).keys(&["annotations", key])
    }

    /// The value of an annotation, when it is set.
    pub(super) fn annotation(&self, key: &str) -> Option<&'r str> {
        self.annotations.iter().find(|(name, _)| *name == key).map(|(_, value)| *value)
    }

    /// Whether the pod says that it runs in a user namespace of its own.
    pub(super) fn in_user_namespace(&self) -> bool {
        self.host_users == Some(false)
    }

    /// Whether the pod says that it is for Windows.
    pub(super) fn is_windows(&self) -> bool {
        self.os_name == "windows"
    }
}

impl Container<'_> {
    /// A field of the container.
    pub(super) fn place(&self, keys: &[&str]) -> Place {
        self.view.place_of(self.node).keys(keys)
    }

    /// A field of the container's security context.
    pub(super) fn context_place(&self, key: &str) -> Place {
        self.place(&["securityContext", key])
    }
}

impl Volume<'_> {
    /// The first source that is set.
    pub(super) fn source(&self) -> &'static str {
        self.sources.first().copied().unwrap_or(UNKNOWN_SOURCE)
    }

    /// One of its sources; the volume itself for an unknown one.
    pub(super) fn place(&self, source: &str) -> Place {
        let place = self.view.place_of(self.node);
        if source == UNKNOWN_SOURCE { place } else { place.keys(&[source]) }
    }
}

/// Reads fields by their type; every function takes the object that holds the field, when there is one.
#[derive(Clone, Copy)]
struct Decoder<'r> {
    view: PodView<'r>,
}

impl<'r> Decoder<'r> {
    fn refuse<T>(self, node: Node<'r>, wanted: &'static str) -> Decoded<T> {
        let found = match node.kind() {
            Kind::Null => "null",
            Kind::Bool => "a boolean",
            Kind::Int | Kind::UInt | Kind::Float => "a number",
            Kind::Str => "a text",
            Kind::Map => "a map",
            Kind::Seq => "a list",
        };
        Err(NotEvaluatedReason { place: self.view.place_of(node), wanted, found })
    }

    fn map(self, parent: Option<Node<'r>>, key: &str) -> Decoded<Option<Node<'r>>> {
        match parent.and_then(|parent| parent.get(key)) {
            Some(node) if !node.is_map() => self.refuse(node, "a map"),
            found => Ok(found),
        }
    }

    fn list(self, parent: Option<Node<'r>>, key: &str) -> Decoded<impl Iterator<Item = Node<'r>> + use<'r>> {
        match parent.and_then(|parent| parent.get(key)) {
            Some(node) if !node.is_seq() => self.refuse(node, "a list"),
            found => Ok(found.into_iter().flat_map(Node::items)),
        }
    }

    fn objects(self, parent: Option<Node<'r>>, key: &str) -> Decoded<Vec<Node<'r>>> {
        self.list(parent, key)?
            .map(|item| if item.is_map() || item.is_null() { Ok(item) } else { self.refuse(item, "a map") })
            .collect()
    }

    fn texts(self, parent: Option<Node<'r>>, key: &str) -> Decoded<Vec<&'r str>> {
        self.list(parent, key)?.map(|item| self.text_of(item)).collect()
    }

    fn text_of(self, node: Node<'r>) -> Decoded<&'r str> {
        match node.as_str() {
            Some(text) => Ok(text),
            None if node.is_null() => Ok(""),
            None => self.refuse(node, "a text"),
        }
    }

    fn optional_text(self, parent: Option<Node<'r>>, key: &str) -> Decoded<Option<&'r str>> {
        parent.and_then(|parent| parent.get(key)).map(|node| self.text_of(node)).transpose()
    }

    fn text(self, parent: Option<Node<'r>>, key: &str) -> Decoded<&'r str> {
        Ok(self.optional_text(parent, key)?.unwrap_or(""))
    }

    fn flag(self, parent: Option<Node<'r>>, key: &str) -> Decoded<Option<bool>> {
        match parent.and_then(|parent| parent.get(key)) {
            Some(node) => match node.as_bool() {
                Some(flag) => Ok(Some(flag)),
                None => self.refuse(node, "a boolean"),
            },
            None => Ok(None),
        }
    }

    fn integer(self, parent: Option<Node<'r>>, key: &str) -> Decoded<Option<i64>> {
        match parent.and_then(|parent| parent.get(key)) {
            Some(node) => match node.as_i64() {
                Some(number) => Ok(Some(number)),
                None => self.refuse(node, "a whole number of 64 bits"),
            },
            None => Ok(None),
        }
    }

    fn annotations(self) -> Decoded<Vec<(&'r str, &'r str)>> {
        let metadata = match self.view.metadata() {
            Some(node) if !node.is_map() => return self.refuse(node, "a map"),
            metadata => metadata,
        };
        let annotations = self.map(metadata, "annotations")?;
        let entries = annotations.into_iter().flat_map(Node::entries);
        entries.map(|(key, node)| Ok((key, self.text_of(node)?))).collect()
    }

    fn container(self, node: Node<'r>) -> Decoded<Container<'r>> {
        let parent = Some(node);
        let mut host_ports = Vec::new();
        for (index, port) in self.objects(parent, "ports")?.into_iter().enumerate() {
            match self.integer(Some(port), "hostPort")? {
                Some(number) if i32::try_from(number).is_err() => {
                    return self.refuse(port.get("hostPort").unwrap_or(port), "a whole number of 32 bits");
                }
                number => host_ports.extend(number.map(|number| (index, number))),
            }
        }
        let context = self.map(parent, "securityContext")?;
        Ok(Container {
            view: self.view,
            node,
            name: self.text(parent, "name")?,
            context: context.map(|node| self.container_context(node)).transpose()?,
            host_ports,
            handler_hosts: self.handler_hosts(node)?,
        })
    }

    fn handler_hosts(self, container: Node<'r>) -> Decoded<Vec<(Place, &'r str)>> {
        let container = Some(container);
        let lifecycle = self.map(container, "lifecycle")?;
        let handlers = [
            self.map(container, "livenessProbe")?,
            self.map(container, "readinessProbe")?,
            self.map(container, "startupProbe")?,
            self.map(lifecycle, "postStart")?,
            self.map(lifecycle, "preStop")?,
        ];
        let mut hosts = Vec::new();
        for handler in handlers.into_iter().flatten() {
            for action in ["httpGet", "tcpSocket"] {
                let Some(action) = self.map(Some(handler), action)? else { continue };
                let host = self.text(Some(action), "host")?;
                if !host.is_empty() {
                    hosts.push((self.view.place_of(action).keys(&["host"]), host));
                }
            }
        }
        Ok(hosts)
    }

    /// What security contexts of pods and of containers have in common.
    fn shared_context(self, node: Node<'r>) -> Decoded<Context<'r>> {
        let parent = Some(node);
        // A profile without a type is there, with an empty type.
        let profile = |key| match self.map(parent, key)? {
            Some(profile) => self.text(Some(profile), "type").map(Some),
            None => Ok(None),
        };
        let selinux = match self.map(parent, "seLinuxOptions")? {
            Some(options) => Some(SeLinux {
                kind: self.text(Some(options), "type")?,
                user: self.text(Some(options), "user")?,
                role: self.text(Some(options), "role")?,
            }),
            None => None,
        };
        Ok(Context {
            app_armor: profile("appArmorProfile")?,
            seccomp: profile("seccompProfile")?,
            selinux,
            run_as_non_root: self.flag(parent, "runAsNonRoot")?,
            run_as_user: self.integer(parent, "runAsUser")?,
            host_process: self.flag(self.map(parent, "windowsOptions")?, "hostProcess")?,
            ..Context::default()
        })
    }

    fn container_context(self, node: Node<'r>) -> Decoded<Context<'r>> {
        let parent = Some(node);
        let capabilities = match self.map(parent, "capabilities")? {
            Some(node) => Some(Capabilities {
                add: self.texts(Some(node), "add")?,
                drop: self.texts(Some(node), "drop")?,
            }),
            None => None,
        };
        Ok(Context {
            privileged: self.flag(parent, "privileged")?,
            allow_privilege_escalation: self.flag(parent, "allowPrivilegeEscalation")?,
            proc_mount: self.optional_text(parent, "procMount")?,
            capabilities,
            ..self.shared_context(node)?
        })
    }

    fn volume(self, node: Node<'r>) -> Decoded<Volume<'r>> {
        let parent = Some(node);
        let mut sources = Vec::new();
        for source in ALLOWED_SOURCES.into_iter().chain(OTHER_SOURCES) {
            if self.map(parent, source)?.is_some() {
                sources.push(source);
            }
        }
        if sources.is_empty() {
            // A source that is newer than this list is unknown; without any the API server makes it an `emptyDir`.
            let other = node.entries().any(|(key, value)| key != "name" && !value.is_null());
            sources.push(if other { UNKNOWN_SOURCE } else { "emptyDir" });
        }
        Ok(Volume { view: self.view, node, name: self.text(parent, "name")?, sources })
    }
}
