//! Paths on the node, compared as the node understands them.
//!
//! Only the text is known: symbolic links of a node are not followed, except `/var/run`, which leads to `/run` on every
//! distribution that runs a kubelet.

/// Sockets of container runtimes. File names hold wherever a distribution puts the socket; `/run` stands for `/var/run` too.
pub(crate) const SOCKETS: [&str; 13] = [
    "containerd.sock",
    "cri-dockerd.sock",
    "crio.sock",
    "docker.sock",
    "dockershim.sock",
    "podman.sock",
    "/run/containerd",
    "/run/crio",
    "/run/docker",
    "/run/k3s/containerd",
    "/run/podman",
    "\\\\.\\pipe\\containerd-containerd",
    "\\\\.\\pipe\\docker_engine",
];

/// The sockets of container runtimes: names of files, and paths.
pub(crate) struct RuntimeSockets {
    names: Vec<String>,
    paths: Vec<String>,
}

impl RuntimeSockets {
    /// What holds a separator is a path, anything else the name of a file in any directory.
    pub(crate) fn new<'s>(sockets: impl IntoIterator<Item = &'s str>) -> Self {
        let (paths, names): (Vec<&str>, Vec<&str>) =
            sockets.into_iter().partition(|socket| socket.contains(['/', '\\']));
        RuntimeSockets {
            names: names.into_iter().map(str::to_owned).collect(),
            paths: paths.into_iter().map(clean).collect(),
        }
    }

    /// Whether a path as written is one of them.
    pub(crate) fn contains(&self, written: &str) -> bool {
        let path = clean(written);
        self.paths.contains(&path) || self.names.iter().any(|name| name == file_name(&path))
    }
}

/// A path in its shortest form, for comparisons only: no `//`, `/./`, `..` or trailing `/`, `/run` for `/var/run`.
/// Windows paths get forward slashes and lower case. An empty path stays empty.
pub fn clean(path: &str) -> String {
    let windows = is_windows(path);
    let path = if windows { path.replace('\\', "/").to_ascii_lowercase() } else { path.to_owned() };
    if path.is_empty() {
        return path;
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            // `//./pipe/…` of Windows loses its dot on both sides of a comparison.
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    if parts.starts_with(&["var", "run"]) {
        parts.remove(0);
    }
    format!("/{}", parts.join("/"))
}

/// `C:\…`, `C:/…` and `\\.\pipe\…`.
fn is_windows(path: &str) -> bool {
    let mut chars = path.chars();
    match (chars.next(), chars.next()) {
        (Some('\\'), _) => true,
        (Some(drive), Some(':')) => drive.is_ascii_alphabetic(),
        _ => false,
    }
}

/// Whether `path` lies below `dir`, both clean; nothing counts as below the root, which is no directory to judge by.
pub(crate) fn is_below(path: &str, dir: &str) -> bool {
    dir != "/" && path.strip_prefix(dir).is_some_and(|rest| rest.starts_with('/'))
}

/// The last part of a clean path.
pub(crate) fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cleans() {
        for (path, wanted) in [
            ("", ""),
            ("/", "/"),
            ("//", "/"),
            ("/..", "/"),
            ("/etc/", "/etc"),
            ("/./etc//kubernetes/.", "/etc/kubernetes"),
            ("/srv/../etc", "/etc"),
            ("/srv/../../..", "/"),
            ("/var/run/docker.sock", "/run/docker.sock"),
            ("/var/runner", "/var/runner"),
            ("/run", "/run"),
            ("etc", "/etc"),
            ("C:\\ProgramData\\", "/c:/programdata"),
            ("c:/", "/c:"),
            ("\\\\.\\pipe\\docker_engine", "/pipe/docker_engine"),
            ("/odd\\name", "/odd\\name"),
        ] {
            assert_eq!(clean(path), wanted, "{path}");
        }
    }

    #[test]
    fn cleaning_twice_changes_nothing() {
        // All paths of up to four parts from an alphabet of those that mean something.
        let parts = ["", ".", "..", "var", "run", "etc"];
        let mut paths = vec![String::new()];
        for _ in 0..4 {
            paths = paths
                .iter()
                .flat_map(|path| parts.iter().map(move |part| format!("{path}/{part}")))
                .collect();
            for path in &paths {
                let once = clean(path);
                assert!(once.starts_with('/') && !once.contains("//") && !once.contains(".."), "{path}");
                assert_eq!(clean(&once), once, "{path}");
            }
        }
    }

    #[test]
    fn lies_below() {
        assert!(is_below("/etc/passwd", "/etc"));
        assert!(!is_below("/etc", "/etc"));
        assert!(!is_below("/etcd", "/etc"));
        assert!(!is_below("/etc", "/"));
        assert_eq!(file_name("/run/docker.sock"), "docker.sock");
    }
}
