//! What a node runs, and the flaws of it that lead out of a container.
//!
//! Distributions repair flaws without changing the version that they show, so a version proves nothing: every step from
//! here is of low confidence, or of medium where the version is that of the program itself and the flaw needs little else.
//! Kernels whose version does not tell the state of its patches (`5.15.0-91-generic`, `4.18.0-513.el8`) are passed over.

use seawall_core::Confidence;

/// A program whose version a node shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Software {
    Containerd,
    CriO,
    Docker,
    Linux,
}

impl Software {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Software::Containerd => "containerd",
            Software::CriO => "CRI-O",
            Software::Docker => "Docker",
            Software::Linux => "Linux",
        }
    }

    /// The field of a node that shows its version.
    pub(crate) const fn route(self) -> &'static str {
        match self {
            Software::Linux => "status.nodeInfo.kernelVersion",
            _ => "status.nodeInfo.containerRuntimeVersion",
        }
    }

    /// Reads `containerd://2.1.0`.
    pub(crate) fn of_runtime(text: &str) -> Option<(Self, Version)> {
        let (name, version) = text.split_once("://")?;
        let software = match name {
            "containerd" => Software::Containerd,
            "cri-o" => Software::CriO,
            "docker" => Software::Docker,
            _ => return None,
        };
        Some((software, Version::of(version)?))
    }
}

/// Major, minor and patch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Version([u32; 3]);

impl Version {
    /// Reads the numbers at the start: `1.7.13`, `v2.1.0-rc.1`, `18.9.1`.
    fn of(text: &str) -> Option<Self> {
        let mut numbers = text.trim_start_matches('v').splitn(3, '.').map(|part| {
            let digits = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
            part.get(..digits)?.parse::<u32>().ok()
        });
        let mut next = || numbers.next().flatten();
        Some(Version([next()?, next()?, next()?]))
    }

    /// The version of a kernel, where it tells which patches are in: distributions that count their own builds leave the
    /// third number at zero.
    pub(crate) fn of_kernel(text: &str) -> Option<Self> {
        Version::of(text).filter(|Version([_, _, patch])| *patch > 0)
    }

    fn line(self) -> [u32; 2] {
        let Version([major, minor, _]) = self;
        [major, minor]
    }
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Version([major, minor, patch]) = self;
        write!(f, "{major}.{minor}.{patch}")
    }
}

/// What an attacker must have for a flaw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Needs {
    /// To run code in any container.
    Container,
    /// To be root in a container that shares the node's network.
    HostNetworkRoot,
    /// To run code in a container without a seccomp profile.
    Unconfined,
    /// To choose the image, the mounts or the settings of a container that is started.
    Start,
}

/// A flaw of a program.
#[derive(Debug)]
pub(crate) struct NodeFlaw {
    pub(crate) software: Software,
    pub(crate) ids: &'static str,
    since: [u32; 3],
    /// The first repaired version of each line; newer lines never had it, lines in between were never repaired.
    repaired: &'static [[u32; 3]],
    pub(crate) needs: Needs,
    pub(crate) sure: Confidence,
    /// What it is, or needs besides.
    pub(crate) note: &'static str,
}

/// Sources: the security advisories of each project (GHSA-36xw-fx78-c5r4, GHSA-crp2-qrr5-8pq7, GHSA-xr7r-f8xq-vfvv,
/// GHSA-9493-h29p-rfm2, GHSA-qw9x-cqr3-wc7r, GHSA-cgrx-mc8f-2prm, GHSA-6x2m-w449-qwx7, GHSA-2cgq-h8xw-2v5j), the release
/// notes of containerd for the `runc` that its releases carry, and the CVE records of the Linux kernel.
pub(crate) const FLAWS: &[NodeFlaw] = &[
    NodeFlaw {
        software: Software::Containerd,
        ids: "CVE-2020-15257",
        since: [0, 0, 0],
        repaired: &[[1, 3, 9], [1, 4, 3]],
        needs: Needs::HostNetworkRoot,
        sure: Confidence::Medium,
        note: "the socket of containerd's shim is in the network of the node",
    },
    NodeFlaw {
        software: Software::Containerd,
        ids: "CVE-2022-23648",
        since: [0, 0, 0],
        repaired: &[[1, 4, 13], [1, 5, 10], [1, 6, 1]],
        needs: Needs::Start,
        sure: Confidence::Medium,
        note: "a volume in the image's settings copies files of the node into the container",
    },
    NodeFlaw {
        software: Software::Containerd,
        ids: "CVE-2024-21626",
        since: [1, 6, 0],
        repaired: &[[1, 6, 28], [1, 7, 13]],
        needs: Needs::Start,
        sure: Confidence::Low,
        note: "in the runc that came with this containerd; runc may be a package of its own",
    },
    NodeFlaw {
        software: Software::Containerd,
        ids: "CVE-2025-31133, CVE-2025-52565, CVE-2025-52881",
        since: [1, 6, 0],
        repaired: &[[1, 7, 29], [2, 0, 7], [2, 1, 5]],
        needs: Needs::Start,
        sure: Confidence::Low,
        note: "in the runc that came with this containerd; runc may be a package of its own",
    },
    NodeFlaw {
        software: Software::CriO,
        ids: "CVE-2022-0811",
        since: [1, 19, 0],
        repaired: &[[1, 19, 6], [1, 20, 7], [1, 21, 6], [1, 22, 3], [1, 23, 2]],
        needs: Needs::Start,
        sure: Confidence::Medium,
        note: "a sysctl of the pod sets the program that the kernel starts for core dumps",
    },
    NodeFlaw {
        software: Software::CriO,
        ids: "CVE-2024-3154",
        since: [1, 24, 0],
        repaired: &[[1, 27, 6], [1, 28, 6], [1, 29, 4]],
        needs: Needs::Start,
        sure: Confidence::Medium,
        note: "an annotation of the pod sets properties of its unit in systemd",
    },
    NodeFlaw {
        software: Software::Docker,
        ids: "CVE-2019-5736",
        since: [0, 0, 0],
        repaired: &[[18, 6, 2], [18, 9, 2]],
        needs: Needs::Container,
        sure: Confidence::Low,
        note: "root of the container overwrites the runtime when a command is run in it",
    },
    NodeFlaw {
        software: Software::Linux,
        ids: "CVE-2022-0847",
        since: [5, 8, 0],
        repaired: &[[5, 10, 102], [5, 15, 25], [5, 16, 11]],
        needs: Needs::Container,
        sure: Confidence::Low,
        note: "writes to files that it may only read, those of the runtime among them",
    },
    NodeFlaw {
        software: Software::Linux,
        ids: "CVE-2022-0185",
        since: [5, 1, 0],
        repaired: &[[5, 4, 173], [5, 10, 93], [5, 15, 16], [5, 16, 2]],
        needs: Needs::Unconfined,
        sure: Confidence::Low,
        note: "needs a kernel that lets users make user namespaces",
    },
    NodeFlaw {
        software: Software::Linux,
        ids: "CVE-2024-1086",
        since: [5, 4, 0],
        repaired: &[[5, 4, 269], [5, 10, 210], [5, 15, 149], [6, 1, 76], [6, 6, 15], [6, 7, 3]],
        needs: Needs::Unconfined,
        sure: Confidence::Low,
        note: "needs a kernel that lets users make user namespaces",
    },
];

impl NodeFlaw {
    /// Whether a version has the flaw.
    pub(crate) fn is_in(&self, software: Software, version: Version) -> bool {
        if software != self.software || version < Version(self.since) {
            return false;
        }
        let repaired = self.repaired.iter().map(|repaired| Version(*repaired));
        match repaired.clone().find(|repaired| repaired.line() == version.line()) {
            Some(repaired) => version < repaired,
            None => repaired.max().is_some_and(|newest| version < newest),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flaws(runtime: &str, kernel: &str) -> Vec<&'static str> {
        let kernel = Version::of_kernel(kernel).map(|version| (Software::Linux, version));
        let software: Vec<_> = Software::of_runtime(runtime).into_iter().chain(kernel).collect();
        let has = |flaw: &&NodeFlaw| software.iter().any(|(own, version)| flaw.is_in(*own, *version));
        FLAWS.iter().filter(has).filter_map(|flaw| flaw.ids.split(',').next()).collect()
    }

    #[test]
    fn versions_tell_flaws_by_their_line() {
        for (runtime, kernel, ids) in [
            ("containerd://1.7.12", "", &["CVE-2024-21626", "CVE-2025-31133"][..]),
            ("containerd://1.7.13", "", &["CVE-2025-31133"]),
            ("containerd://1.7.29", "", &[]),
            ("containerd://2.1.4", "", &["CVE-2025-31133"]),
            ("containerd://2.1.5", "", &[]),
            ("containerd://2.2.0", "", &[]),
            ("containerd://1.4.2", "", &["CVE-2020-15257", "CVE-2022-23648"]),
            ("cri-o://1.22.2", "", &["CVE-2022-0811"]),
            ("cri-o://1.22.3", "", &[]),
            ("docker://18.9.1", "", &["CVE-2019-5736"]),
            ("docker://20.10.7", "", &[]),
            ("rkt://1.0.0", "", &[]),
            ("containerd://", "", &[]),
            ("", "5.15.24", &["CVE-2022-0847", "CVE-2024-1086"]),
            ("", "5.15.149-flatcar", &[]),
            ("", "5.13.19", &["CVE-2022-0847", "CVE-2022-0185", "CVE-2024-1086"]),
            ("", "6.8.12", &[]),
            ("", "5.15.0-91-generic", &[]),
            ("", "4.18.0-513.el8.x86_64", &[]),
            ("", "5.99999999999.1", &[]),
        ] {
            assert_eq!(flaws(runtime, kernel), ids, "{runtime} {kernel}");
        }
    }
}
