//! What a container can do to its node, from its security context in effect.
//!
//! `ALL` stands for every capability, `CAP_` is taken off, the container's own fields come before the pod's. What
//! weakens an escape without ruling it out (a sandboxed runtime, a user namespace, a user that is not root) is a gate.

use seawall_core::Confidence;
use seawall_inventory::{ContainerView, PodView};
use seawall_network::Protocol;
use seawall_yaml::Node;

use crate::Primitive;
use crate::facts::open::OpenFacts;
use crate::facts::snippets::NginxFacts;
use crate::facts::{Hardening, ImageFacts, host_path};
use crate::names::{Name, Names};

/// Where an escape ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Landing {
    /// Root on the node.
    Node,
    /// All files of the node, to read.
    Files,
    /// The service account tokens of all pods on the node.
    Tokens,
    /// The other containers of the pod.
    Siblings,
}

/// One way out of a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Escape {
    pub(crate) primitive: Primitive,
    pub(crate) landing: Landing,
    /// The field that allows it.
    pub(crate) route: Name,
    pub(crate) confidence: Confidence,
    /// Something stands in the way that is not known to hold.
    pub(crate) attenuated: bool,
    /// What was looked at: one text, parts separated by `; `.
    pub(crate) gates: Option<Name>,
}

/// A mounted claim: the name of the claim, how, and where that is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ClaimMount {
    pub(crate) claim: Name,
    pub(crate) read_only: bool,
    /// The part of the volume that is mounted.
    pub(crate) below: Option<Name>,
    pub(crate) route: Name,
}

/// A declared port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Port {
    pub(crate) name: Option<Name>,
    pub(crate) number: u16,
    pub(crate) protocol: Protocol,
    pub(crate) route: Name,
}

/// What the graph needs of a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ContainerFacts {
    pub(crate) name: Name,
    pub(crate) image: ImageFacts,
    pub(crate) hardening: Hardening,
    /// What listens asks nobody who they are.
    pub(crate) open: Option<Box<OpenFacts>>,
    /// It is a controller of ingress-nginx.
    pub(crate) nginx: Option<Box<NginxFacts>>,
    pub(crate) escapes: Box<[Escape]>,
    /// A projected service account token is mounted explicitly.
    pub(crate) token: bool,
    pub(crate) secrets: Box<[Name]>,
    pub(crate) claims: Box<[ClaimMount]>,
    /// It keeps running, so that something in it can listen.
    pub(crate) listens: bool,
    /// None where nothing listens.
    pub(crate) ports: Box<[Port]>,
    /// The gate that holds for whatever the container mounts.
    pub(crate) user_gate: Option<Name>,
}

const DEFAULT_APPARMOR: &str = "AppArmor: the runtime's default profile may hold it back";

/// What holds for the whole pod.
pub(crate) struct PodContext {
    pub(crate) host_pid: bool,
    pub(crate) host_ipc: bool,
    pub(crate) host_network: bool,
    pub(crate) shared_processes: bool,
    pub(crate) user_namespace: bool,
    /// The runtime class, when it is known to be a sandbox.
    pub(crate) sandbox: Option<String>,
}

struct Reader<'c, 'r, 'n> {
    container: &'c ContainerView<'r>,
    pod: &'c PodContext,
    names: &'n mut Names,
    /// The user that it runs as, when that is not root.
    user: Option<String>,
    escapes: Vec<Escape>,
}

/// How strong an escape is by itself, and which gates concern it.
#[derive(Clone, Copy)]
struct Strength {
    confidence: Confidence,
    attenuated: bool,
    /// Kernel facilities, which sandboxes and user namespaces take away; mounted files stay.
    kernel: bool,
    gate: Option<&'static str>,
}

const CERTAIN: Strength =
    Strength { confidence: Confidence::High, attenuated: false, kernel: true, gate: None };
const FILE: Strength = Strength { kernel: false, ..CERTAIN };

impl ContainerFacts {
    pub(crate) fn read(container: &ContainerView<'_>, context: &PodContext, names: &mut Names) -> Self {
        let user = unprivileged_user(container);
        let name = names.intern(container.name());
        let mut reader = Reader { container, pod: context, names, user, escapes: Vec::new() };
        reader.security_context();
        reader.namespaces();
        let claims = reader.mounts();
        let mut escapes = std::mem::take(&mut reader.escapes);
        let listens = seawall_network::exposure::keeps_running(container);
        let user_gate = reader.user.take().map(|user| reader.names.intern(&user));
        escapes.sort_by_key(|escape| (escape.primitive, escape.landing, escape.route));
        escapes.dedup();
        ContainerFacts {
            name,
            image: ImageFacts::read(container, names),
            hardening: Hardening::read(container, context, names),
            open: OpenFacts::read(container, names),
            nginx: NginxFacts::read(container, names),
            escapes: escapes.into(),
            token: mounts_token(container),
            secrets: secrets(container, names),
            claims: claims.into(),
            listens,
            ports: if listens { ports(container, names) } else { Box::default() },
            user_gate,
        }
    }
}

impl Reader<'_, '_, '_> {
    fn add(&mut self, primitive: Primitive, landing: Landing, keys: &[&str], strength: Strength) {
        let route = self.container.place(keys).route.to_string();
        self.add_at(primitive, landing, &route, strength);
    }

    fn add_at(&mut self, primitive: Primitive, landing: Landing, route: &str, strength: Strength) {
        let Strength { mut confidence, mut attenuated, kernel, gate } = strength;
        let mut gates: Vec<String> = gate.into_iter().map(str::to_owned).collect();
        if kernel && let Some(sandbox) = &self.pod.sandbox {
            gates.push(format!("runtime class `{sandbox}`: escapes into a sandbox, not the node"));
            attenuated = true;
        }
        if kernel && self.pod.user_namespace {
            gates.push("`hostUsers: false`: root of the container is nobody on the node".to_owned());
            attenuated = true;
        }
        if let Some(user) = &self.user {
            gates.push(user.clone());
            confidence = if kernel { lower(confidence) } else { Confidence::Low };
        }
        if attenuated {
            confidence = Confidence::Low;
        }
        let gates = (!gates.is_empty()).then(|| self.names.intern(&gates.join("; ")));
        let route = self.names.intern(route);
        self.escapes.push(Escape { primitive, landing, route, confidence, attenuated, gates });
    }

    fn security_context(&mut self) {
        let container = self.container;
        let privileged = container.effective(&["privileged"]).and_then(Node::as_bool) == Some(true);
        let host_process = ["windowsOptions", "hostProcess"];
        if container.effective(&host_process).and_then(Node::as_bool) == Some(true) {
            let keys = ["securityContext", "windowsOptions", "hostProcess"];
            self.add(Primitive::B23, Landing::Node, &keys, CERTAIN);
        }
        if privileged {
            let keys = ["securityContext", "privileged"];
            self.add(Primitive::B01, Landing::Node, &keys, CERTAIN);
            if self.pod.host_pid {
                self.add(Primitive::B02, Landing::Node, &keys, CERTAIN);
            }
            return;
        }
        let proc_mount = container.effective(&["procMount"]).and_then(Node::as_str);
        if proc_mount == Some("Unmasked") && self.user.is_none() {
            let medium = Strength { confidence: Confidence::Medium, ..CERTAIN };
            self.add(Primitive::B16, Landing::Node, &["securityContext", "procMount"], medium);
        }
        self.capabilities();
    }

    fn capabilities(&mut self) {
        let container = self.container;
        let apparmor = if apparmor_unconfined(container) { None } else { Some(DEFAULT_APPARMOR) };
        let held_back = Strength {
            confidence: if apparmor.is_some() { Confidence::Medium } else { Confidence::High },
            gate: apparmor,
            ..CERTAIN
        };
        let medium = Strength { confidence: Confidence::Medium, ..CERTAIN };
        let weak = Strength { confidence: Confidence::Low, attenuated: true, ..CERTAIN };
        for (node, written) in container.capabilities("add") {
            let name = written.to_ascii_uppercase();
            let name = name.strip_prefix("CAP_").unwrap_or(&name);
            let route = container.place_of(node).route.to_string();
            let mut gain = |when: bool, capability: &str, primitive, landing, strength| {
                if when && (name == capability || name == "ALL") {
                    self.add_at(primitive, landing, &route, strength);
                }
            };
            let (pid, network) = (container_host_pid(container), container.pod().host_flag("hostNetwork"));
            gain(true, "SYS_MODULE", Primitive::B03, Landing::Node, CERTAIN);
            gain(true, "SYS_ADMIN", Primitive::B04, Landing::Node, held_back);
            gain(pid, "SYS_PTRACE", Primitive::B05, Landing::Node, held_back);
            gain(true, "DAC_READ_SEARCH", Primitive::B06, Landing::Files, medium);
            gain(true, "SYS_RAWIO", Primitive::B07, Landing::Node, medium);
            gain(true, "BPF", Primitive::B07, Landing::Files, weak);
            gain(network, "NET_ADMIN", Primitive::B08, Landing::Tokens, weak);
            gain(network && name != "ALL", "NET_RAW", Primitive::B08, Landing::Tokens, weak);
        }
    }

    fn namespaces(&mut self) {
        let root = self.container.pod().place(&[]).route;
        let at = |key: &str| root.clone().key(key).to_string();
        let medium = Strength { confidence: Confidence::Medium, ..CERTAIN };
        let weak = Strength { confidence: Confidence::Low, attenuated: true, kernel: false, gate: None };
        if self.pod.host_pid {
            let gate =
                Some("only processes of the same user with no more capabilities, not those of every pod");
            let same_user = Strength { confidence: Confidence::Low, gate, ..medium };
            self.add_at(Primitive::B09, Landing::Tokens, &at("hostPID"), same_user);
            let gate = Some(
                "needs a process of the node that shows its credentials, or that the same user may trace",
            );
            self.add_at(Primitive::B09, Landing::Node, &at("hostPID"), Strength { gate, ..weak });
        }
        if self.pod.host_ipc {
            let gate = Some("needs a process of the node that trusts shared memory");
            self.add_at(Primitive::B10, Landing::Node, &at("hostIPC"), Strength { gate, ..weak });
        }
        if self.pod.host_network {
            let gate = Some("needs a service on the node that trusts local connections");
            self.add_at(Primitive::B11, Landing::Node, &at("hostNetwork"), Strength { gate, ..weak });
        }
        if self.pod.shared_processes {
            // All containers of the pod are in the same sandbox and have the same users.
            let medium = Strength { kernel: false, ..medium };
            self.add_at(Primitive::B22, Landing::Siblings, &at("shareProcessNamespace"), medium);
        }
    }

    /// Gains from paths of the node; the claims, which only the volumes of the cluster resolve, are returned.
    fn mounts(&mut self) -> Vec<ClaimMount> {
        let container = *self.container;
        let mut claims = Vec::new();
        for mount in container.volume_mounts() {
            let Some(volume) = container.pod().volumes().find(|volume| volume.name() == mount.volume) else {
                continue;
            };
            if let Some(path) = volume.host_path() {
                let path = match mount.node.str("subPath") {
                    Some(below) => format!("{path}/{below}"),
                    None => path.to_owned(),
                };
                let route = volume.place(&["hostPath", "path"]).route.to_string();
                for gain in host_path::gains(&path, mount.read_only) {
                    // The kernel takes these files from its own root only.
                    let kernel = gain.primitive == Primitive::B16 && self.pod.user_namespace;
                    self.add_at(gain.primitive, gain.landing, &route, if kernel { CERTAIN } else { FILE });
                }
            }
            let claim = volume.node().get("persistentVolumeClaim");
            if let Some(name) = claim.and_then(|claim| claim.str("claimName")) {
                let read_only =
                    mount.read_only || claim.and_then(|claim| claim.bool("readOnly")) == Some(true);
                let route = volume.place(&["persistentVolumeClaim", "claimName"]).route.to_string();
                claims.push(ClaimMount {
                    claim: self.names.intern(name),
                    read_only,
                    below: mount.node.str("subPath").map(|below| self.names.intern(below)),
                    route: self.names.intern(&route),
                });
            }
        }
        claims
    }
}

/// One step down.
pub(crate) fn lower(confidence: Confidence) -> Confidence {
    match confidence {
        Confidence::High => Confidence::Medium,
        _ => Confidence::Low,
    }
}

fn container_host_pid(container: &ContainerView<'_>) -> bool {
    container.pod().host_flag("hostPID")
}

fn unprivileged_user(container: &ContainerView<'_>) -> Option<String> {
    if let Some(user) = container.effective(&["runAsUser"]).and_then(Node::as_i64) {
        return (user != 0).then(|| {
            format!(
                "runs as user {user}: files and capabilities of root are out of reach without another flaw"
            )
        });
    }
    let non_root = container.effective(&["runAsNonRoot"]).and_then(Node::as_bool) == Some(true);
    non_root.then(|| {
        "does not run as root: files and capabilities of root are out of reach without another flaw"
            .to_owned()
    })
}

fn apparmor_unconfined(container: &ContainerView<'_>) -> bool {
    let field = container.effective(&["appArmorProfile", "type"]).and_then(Node::as_str);
    let key = format!("container.apparmor.security.beta.kubernetes.io/{}", container.name());
    field == Some("Unconfined") || container.pod().annotation(&key) == Some("unconfined")
}

/// The volumes that a container mounts.
fn mounted<'r>(container: &ContainerView<'r>) -> impl Iterator<Item = Node<'r>> {
    let container = *container;
    let volume = move |name: &str| container.pod().volumes().find(|volume| volume.name() == name);
    container.volume_mounts().filter_map(move |mount| volume(mount.volume)).map(|volume| volume.node())
}

fn projections<'r>(volume: Node<'r>) -> impl Iterator<Item = Node<'r>> {
    volume.get("projected").into_iter().flat_map(|projected| projected.list("sources"))
}

/// Tokens for another audience open no API server.
fn mounts_token(container: &ContainerView<'_>) -> bool {
    let token = |source: Node<'_>| {
        let token = source.get("serviceAccountToken")?;
        Some(
            token
                .str("audience")
                .is_none_or(|audience| audience.is_empty() || audience.contains("kubernetes")),
        )
    };
    mounted(container).flat_map(projections).any(|source| token(source) == Some(true))
}

fn secrets(container: &ContainerView<'_>, names: &mut Names) -> Box<[Name]> {
    let mut found: Vec<Name> = Vec::new();
    let mut add = |name: Option<&str>| found.extend(name.map(|name| names.intern(name)));
    for volume in mounted(container) {
        add(volume.get("secret").and_then(|secret| secret.str("secretName")));
        projections(volume)
            .for_each(|source| add(source.get("secret").and_then(|secret| secret.str("name"))));
    }
    for variable in container.env() {
        add(variable.node.path(&["valueFrom", "secretKeyRef"]).and_then(|secret| secret.str("name")));
    }
    for source in container.node().list("envFrom") {
        add(source.get("secretRef").and_then(|secret| secret.str("name")));
    }
    found.sort_unstable();
    found.dedup();
    found.into()
}

fn ports(container: &ContainerView<'_>, names: &mut Names) -> Box<[Port]> {
    let ports = container.node().list("ports");
    if ports.clone().next().is_none() {
        return Box::default();
    }
    // Looking for each port from the root costs more than all the rest.
    let list = container.place(&["ports"]).route.to_string();
    let read = |(at, port): (usize, Node<'_>)| {
        let number = u16::try_from(port.int("containerPort")?).ok()?;
        Some(Port {
            name: port.str("name").map(|name| names.intern(name)),
            number,
            protocol: Protocol::of_api(port.str("protocol").unwrap_or("TCP"))?,
            route: names.intern(&format!("{list}[{at}]")),
        })
    };
    ports.enumerate().filter_map(read).collect()
}

/// What holds for all containers of a pod.
pub(crate) fn pod_context(pod: &PodView<'_>) -> PodContext {
    const SANDBOXES: &[&str] = &["kata", "gvisor", "runsc", "firecracker", "sandbox"];
    let class = pod.spec().str("runtimeClassName").filter(|class| {
        let class = class.to_ascii_lowercase();
        SANDBOXES.iter().any(|sandbox| class.contains(sandbox))
    });
    PodContext {
        host_pid: pod.host_flag("hostPID"),
        host_ipc: pod.host_flag("hostIPC"),
        host_network: pod.host_flag("hostNetwork"),
        shared_processes: pod.host_flag("shareProcessNamespace"),
        user_namespace: pod.in_user_namespace(),
        sandbox: class.map(str::to_owned),
    }
}
