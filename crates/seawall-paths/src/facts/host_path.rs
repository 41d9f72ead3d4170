//! What a path of the node gives to who mounts it.
//!
//! Sources: the kubelet's and kubeadm's documented folders, and the sockets of the container runtimes. Paths are compared
//! as texts; `/var/run` is `/run` on every distribution that runs a kubelet. Symbolic links are not followed.

use crate::Primitive;
use crate::facts::Landing;

/// A gain from a mounted path.
pub(crate) struct Gain {
    pub(crate) primitive: Primitive,
    pub(crate) landing: Landing,
}

/// Sockets of container runtimes: whoever talks to them owns the node, read-only mount or not.
const SOCKETS: &[&str] = &[
    "/run/docker.sock",
    "/run/containerd/containerd.sock",
    "/run/crio/crio.sock",
    "/run/cri-dockerd.sock",
    "/run/dockershim.sock",
    "/run/podman/podman.sock",
    "/run/k3s/containerd/containerd.sock",
];

/// Names of such sockets wherever a distribution puts them.
const SOCKET_NAMES: &[&str] =
    &["docker.sock", "containerd.sock", "crio.sock", "cri-dockerd.sock", "dockershim.sock", "podman.sock"];

/// Folders whose files the node runs or trusts: writing below them is root.
const TRUSTED: &[&str] = &[
    "/etc",
    "/root",
    "/home",
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib64",
    "/boot",
    "/opt",
    "/var/lib/kubelet",
    "/var/spool/cron",
    "/var/lib/containerd",
    "/var/lib/docker",
    "/var/lib/containers",
    "/var/lib/rancher",
];

/// Parts of trusted folders that ordinary workloads write and nothing runs: the sockets and state of plugins.
const HARMLESS: &[&str] = &[
    "/etc/ssl/certs",
    "/etc/localtime",
    "/etc/timezone",
    "/etc/os-release",
    "/etc/pki/ca-trust",
    "/etc/ca-certificates",
    "/usr/share/ca-certificates",
    "/usr/local/share/ca-certificates",
    "/usr/share/zoneinfo",
    "/lib/modules",
    "/usr/lib/modules",
    "/usr/src",
    "/var/lib/kubelet/plugins",
    "/var/lib/kubelet/plugins_registry",
    "/var/lib/kubelet/device-plugins",
    "/var/lib/kubelet/pod-resources",
];

/// Credentials that act as the kubelet or the control plane.
const CREDENTIALS: &[&str] = &[
    "/etc/kubernetes",
    "/var/lib/kubelet/pki",
    "/var/lib/kubelet/kubeconfig",
    "/var/lib/etcd",
    "/var/lib/minikube",
    "/var/lib/rancher",
    "/var/lib/k0s",
    "/var/snap/microk8s",
    "/etc/rancher",
    "/root/.kube",
    "/root/.ssh",
    "/etc/shadow",
];

/// What a mounted path gives.
pub(crate) fn gains(written: &str, read_only: bool) -> Vec<Gain> {
    let path = seawall_checks::clean_host_path(written);
    let mut gains = Vec::new();
    let mut add = |primitive, landing| gains.push(Gain { primitive, landing });
    if path.is_empty() {
        return gains;
    }
    let name = path.rsplit('/').next().unwrap_or("");
    if SOCKETS.iter().any(|socket| covers(&path, socket)) || SOCKET_NAMES.contains(&name) {
        add(Primitive::B12, Landing::Node);
    }
    let harmless = HARMLESS.iter().any(|dir| covers(dir, &path));
    if !read_only && !harmless && (path == "/" || TRUSTED.iter().any(|dir| touches(&path, dir))) {
        add(Primitive::B13, Landing::Node);
    }
    if CREDENTIALS.iter().any(|dir| touches(&path, dir)) && !harmless {
        add(Primitive::B14, Landing::Files);
    }
    if covers(&path, "/var/lib/kubelet/pods") {
        add(Primitive::B15, Landing::Tokens);
    }
    let kernel = ["/proc/sys/kernel", "/sys/kernel", "/sys/fs/cgroup"];
    if !read_only && (kernel.iter().any(|dir| covers(&path, dir)) || covers("/proc/sys/kernel", &path)) {
        add(Primitive::B16, Landing::Node);
    }
    if (covers(&path, "/dev") || is_disk(&path)) && !read_only {
        add(Primitive::B18, Landing::Node);
    }
    if ["/run/systemd", "/run/dbus"].iter().any(|dir| covers(&path, dir))
        || covers("/run/systemd/private", &path)
    {
        add(Primitive::B19, Landing::Node);
    }
    if covers(&path, "/var/log") && !read_only {
        add(Primitive::A13, Landing::Files);
    }
    gains
}

/// A block device by the usual names of disks.
fn is_disk(path: &str) -> bool {
    path.strip_prefix("/dev/").is_some_and(|name| {
        ["sd", "vd", "xvd", "nvme", "mapper/", "dm-", "mem", "kmem"]
            .iter()
            .any(|start| name.starts_with(start))
    })
}

/// Whether `inner` is `outer` or lies below it; both clean.
fn covers(outer: &str, inner: &str) -> bool {
    outer == "/" || inner == outer || inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with('/'))
}

fn touches(path: &str, dir: &str) -> bool {
    covers(path, dir) || covers(dir, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_give_what_they_hold() {
        let cases: &[(&str, bool, &str)] = &[
            ("/", false, "B12 B13 B14 B15 B16 B18 B19 A13"),
            ("/", true, "B12 B14 B15 B19"),
            ("/var/run/docker.sock", true, "B12"),
            ("/run", true, "B12 B19"),
            ("/srv/docker.sock", false, "B12"),
            ("/etc", false, "B13 B14"),
            ("/etc", true, "B14"),
            ("/etc/ssl/certs", false, ""),
            ("/etc/cron.d", false, "B13"),
            ("/etc/cron.d", true, ""),
            ("/etc/kubernetes/pki", true, "B14"),
            ("/root/.ssh", true, "B14"),
            ("/var/lib/kubelet", true, "B14 B15"),
            ("/var/lib/kubelet/pods", true, "B15"),
            ("/var/lib/kubelet/pods/0", true, ""),
            ("/var/lib/kubelet/device-plugins", false, ""),
            ("/var/lib/etcd", true, "B14"),
            ("/proc", true, ""),
            ("/proc", false, "B16"),
            ("/proc/sys/kernel", false, "B16"),
            ("/proc/sys/net", false, ""),
            ("/sys", false, "B16"),
            ("/dev", false, "B18"),
            ("/dev/sda1", false, "B18"),
            ("/dev/fuse", false, ""),
            ("/var/log", false, "A13"),
            ("/var/log/nginx", false, ""),
            ("/var", true, "B14 B15"),
            ("/run/systemd", true, "B19"),
            ("/tmp/../etc/", true, "B14"),
            ("/mnt/data", false, ""),
            ("", false, ""),
        ];
        for (path, read_only, expected) in cases {
            let found: Vec<&str> = gains(path, *read_only).iter().map(|gain| gain.primitive.id()).collect();
            assert_eq!(found.join(" "), *expected, "{path} read-only {read_only}");
        }
    }
}
