//! What takes a pod's ways to its node, or its token, away.

use seawall_core::{Edit, FixValue, Route};
use seawall_inventory::{ContainerView, PodView, Resource};
use seawall_yaml::Node;

use crate::facts::host_path;

/// Capabilities that open the node by themselves or beside `hostPID`.
const CAPABILITIES: &[&str] =
    &["ALL", "SYS_MODULE", "SYS_ADMIN", "SYS_PTRACE", "DAC_READ_SEARCH", "SYS_RAWIO", "BPF"];

/// Edits and what they do, in words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Hardening {
    pub(crate) edits: Vec<Edit>,
    pub(crate) words: Vec<String>,
}

impl Hardening {
    fn set(&mut self, route: Route, value: bool, word: impl Into<String>) {
        self.edits.push(Edit::Set { route, value: FixValue::Bool(value) });
        self.say(word.into());
    }

    fn remove(&mut self, route: Route, word: impl Into<String>) {
        self.edits.push(Edit::Remove { route });
        self.say(word.into());
    }

    fn say(&mut self, word: String) {
        if !self.words.contains(&word) {
            self.words.push(word);
        }
    }
}

/// Everything in the pod of an object that opens its node.
pub(crate) fn hardened(resource: &Resource) -> Hardening {
    let mut done = Hardening::default();
    let Some(pod) = resource.pods().next() else { return done };
    for key in ["hostPID", "hostIPC"] {
        if pod.host_flag(key) {
            done.set(pod.place(&[key]).route, false, format!("`{key}: false`"));
        }
    }
    if pod.host_flag("shareProcessNamespace") {
        done.set(pod.place(&["shareProcessNamespace"]).route, false, "`shareProcessNamespace: false`");
    }
    for container in pod.containers() {
        context(&container, &mut done);
    }
    mounts(&pod, &mut done);
    done
}

fn context(container: &ContainerView<'_>, done: &mut Hardening) {
    let at = |keys: &[&str]| container.place(&["securityContext"]).keys(keys).route;
    let is = |keys: &[&str]| container.effective(keys).and_then(Node::as_bool) == Some(true);
    if is(&["privileged"]) {
        done.set(at(&["privileged"]), false, "`privileged: false`");
    }
    if is(&["windowsOptions", "hostProcess"]) {
        done.set(at(&["windowsOptions", "hostProcess"]), false, "`hostProcess: false`");
    }
    let own = container.security_context();
    if let Some(mount) = own.and_then(|own| own.get("procMount"))
        && mount.as_str() == Some("Unmasked")
    {
        done.remove(container.place_of(mount).route, "no `procMount`");
    }
    for (node, written) in container.capabilities("add") {
        let name = written.to_ascii_uppercase();
        let name = name.strip_prefix("CAP_").unwrap_or(&name);
        if CAPABILITIES.contains(&name) {
            done.remove(container.place_of(node).route, format!("no capability `{name}`"));
        }
    }
}

/// Volumes that are paths of the node worth having, with their mounts.
fn mounts(pod: &PodView<'_>, done: &mut Hardening) {
    let mut gone: Vec<&str> = Vec::new();
    for volume in pod.volumes() {
        let Some(path) = volume.host_path() else { continue };
        let opens = |container: &ContainerView<'_>| {
            container.volume_mounts().any(|mount| {
                let below = mount.node.str("subPath").map_or(String::new(), |below| format!("/{below}"));
                mount.volume == volume.name()
                    && !host_path::gains(&format!("{path}{below}"), mount.read_only).is_empty()
            })
        };
        if pod.containers().any(|container| opens(&container)) {
            gone.push(volume.name());
            done.remove(volume.place(&[]).route, format!("no mount of `{path}`"));
        }
    }
    for container in pod.containers() {
        for mount in container.volume_mounts().filter(|mount| gone.contains(&mount.volume)) {
            done.edits.push(Edit::Remove { route: container.place_of(mount.node).route });
        }
    }
}

/// What keeps the token of the account out of the pod of an object; `None` when the pod asks for one in so many words.
pub(crate) fn without_token(resource: &Resource) -> Option<Hardening> {
    let mut done = Hardening::default();
    let pod = resource.pods().next()?;
    let route = pod.place(&["automountServiceAccountToken"]).route;
    done.set(route, false, "`automountServiceAccountToken: false`");
    // A pod that runs has the volume that admission added; the next one will not.
    let added = |name: &str| resource.kind() == "Pod" && name.starts_with("kube-api-access-");
    let token = |source: Node<'_>| source.get("serviceAccountToken").is_some();
    for volume in pod.volumes() {
        let projected = volume.node().get("projected");
        let tokens = projected.is_some_and(|projected| projected.list("sources").any(token));
        match (tokens, added(volume.name())) {
            (true, true) => done.edits.push(Edit::Remove { route: volume.place(&[]).route }),
            (true, false) => return None,
            (false, _) => {}
        }
    }
    for container in pod.containers() {
        for mount in container.volume_mounts().filter(|mount| added(mount.volume)) {
            done.edits.push(Edit::Remove { route: container.place_of(mount.node).route });
        }
    }
    Some(done)
}
