//! Table B: what a container holds of the machine that it runs on.

use serde_json::Value;

use crate::json::{at, list, text, texts};

use super::claims::path_of_claim;
use super::pod::{Container, Pod};
use super::world::World;

/// What is gained of a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Escape {
    /// Root.
    Node,
    /// All files, to read.
    Files,
    /// The tokens of the pods that run there.
    Tokens,
}

/// A path of the machine that a container sees.
pub(super) struct Mount {
    pub(super) path: String,
    pub(super) writable: bool,
}

/// Every way out that nothing known holds back.
pub(super) fn escapes(world: &World<'_>, pod: &Pod<'_>, container: &Container<'_>) -> Vec<Escape> {
    let mut ways = Vec::new();
    let own_users = pod.says("hostUsers", false);
    if !own_users && !is_sandboxed(pod) {
        from_settings(pod, container.spec, &mut ways);
    }
    for mount in mounts(world, pod, container) {
        from_path(&mount, own_users, &mut ways);
    }
    ways
}

pub(super) fn is_sandboxed(pod: &Pod<'_>) -> bool {
    ["kata", "gvisor"].contains(&text(pod.spec, &["runtimeClassName"]))
}

/// B01 to B09 and B23.
fn from_settings(pod: &Pod<'_>, container: &Value, ways: &mut Vec<Escape>) {
    let yes = |path: &[&str]| at(container, path).and_then(Value::as_bool) == Some(true);
    let added: Vec<String> = texts(container, &["securityContext", "capabilities", "add"])
        .iter()
        .map(|name| name.to_uppercase().trim_start_matches("CAP_").to_owned())
        .collect();
    let has = |wanted: &str| added.iter().any(|name| name == wanted || name == "ALL");
    let shares_processes = pod.says("hostPID", true);
    let host_process = ["securityContext", "windowsOptions", "hostProcess"];
    if yes(&["securityContext", "privileged"])
        || yes(&host_process)
        || at(pod.spec, &host_process).and_then(Value::as_bool) == Some(true)
        || has("SYS_MODULE")
        || has("SYS_ADMIN")
        || has("SYS_RAWIO")
        || has("SYS_PTRACE") && shares_processes
    {
        ways.push(Escape::Node);
    }
    if has("DAC_READ_SEARCH") {
        ways.push(Escape::Files);
    }
    if shares_processes {
        ways.push(Escape::Tokens);
    }
}

const SOCKETS: &[&str] =
    &["/run/docker.sock", "/run/containerd/containerd.sock", "/run/crio/crio.sock", "/run/cri-dockerd.sock"];
const TRUSTED: &[&str] =
    &["/etc", "/root", "/home", "/usr", "/bin", "/lib", "/boot", "/opt", "/var/lib/kubelet"];
const CREDENTIALS: &[&str] =
    &["/etc/kubernetes", "/var/lib/kubelet/pki", "/var/lib/etcd", "/root/.kube", "/root/.ssh"];
const TOKENS: &str = "/var/lib/kubelet/pods";

/// B12 to B19.
fn from_path(mount: &Mount, own_users: bool, ways: &mut Vec<Escape>) {
    let path = mount.path.as_str();
    let shows = |what: &str| is_under(what, path);
    let touches = |what: &&str| is_under(what, path) || is_under(path, what);
    // B12, B19, B18
    if SOCKETS.iter().any(|socket| shows(socket))
        || shows("/run/systemd")
        || shows("/run/dbus")
        || mount.writable && shows("/dev")
    {
        ways.push(Escape::Node);
    }
    // B13
    if mount.writable && TRUSTED.iter().any(touches) {
        ways.push(Escape::Node);
    }
    // B16
    if mount.writable && !own_users && (touches(&"/proc/sys/kernel") || shows("/sys/kernel")) {
        ways.push(Escape::Node);
    }
    // B14
    if CREDENTIALS.iter().any(touches) {
        ways.push(Escape::Files);
    }
    // B15
    if shows(TOKENS) {
        ways.push(Escape::Tokens);
    }
}

/// Whether a path is another one or below it.
pub(super) fn is_under(path: &str, above: &str) -> bool {
    let above = above.trim_end_matches('/');
    path == above || path.strip_prefix(above).is_some_and(|rest| rest.starts_with('/'))
}

/// The paths of the machine that a container mounts, by itself or through a claim (B20).
pub(super) fn mounts(world: &World<'_>, pod: &Pod<'_>, container: &Container<'_>) -> Vec<Mount> {
    let mut mounts = Vec::new();
    for mount in list(container.spec, &["volumeMounts"]) {
        let Some(volume) = pod.volume(text(mount, &["name"])) else { continue };
        let claim = text(volume, &["persistentVolumeClaim", "claimName"]);
        let path = match text(volume, &["hostPath", "path"]) {
            "" => path_of_claim(world, pod.namespace, claim).unwrap_or_default(),
            path => path,
        };
        if path.is_empty() {
            continue;
        }
        let path = match text(mount, &["subPath"]) {
            "" => path.to_owned(),
            sub => format!("{}/{sub}", path.trim_end_matches('/')),
        };
        let path = path.strip_prefix("/var/run").map_or(path.clone(), |rest| format!("/run{rest}"));
        let read_only = |value: &Value, keys: &[&str]| at(value, keys).and_then(Value::as_bool) == Some(true);
        let writable =
            !read_only(mount, &["readOnly"]) && !read_only(volume, &["persistentVolumeClaim", "readOnly"]);
        mounts.push(Mount { path, writable });
    }
    mounts
}
