//! Names and paths as other tools write them.

use seawall_inventory::{GroupKind, is_cluster_scoped};

/// The parts of a path, without `.` and empty ones; `None` when it climbs out of where it begins.
pub(crate) fn parts(path: &str) -> Option<Vec<&str>> {
    let mut parts = Vec::new();
    for part in path.split(['/', '\\']) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts)
}

/// Whether one path ends with the whole other one: tools write paths from different folders on.
pub(crate) fn is_same_file(a: &str, b: &str) -> bool {
    let (Some(a), Some(b)) = (parts(below(a)), parts(below(b))) else { return false };
    !a.is_empty() && !b.is_empty() && a.iter().rev().zip(b.iter().rev()).all(|(a, b)| a == b)
}

/// A path without the steps upwards that it begins with: where it lies is not known anyway.
fn below(path: &str) -> &str {
    let mut path = path;
    while let Some(rest) = ["./", "../", ".\\", "..\\"].iter().find_map(|up| path.strip_prefix(up)) {
        path = rest;
    }
    path
}

/// The groups of kinds without a namespace.
const GROUPS: [&str; 9] = [
    "",
    "rbac.authorization.k8s.io",
    "admissionregistration.k8s.io",
    "apiextensions.k8s.io",
    "apiregistration.k8s.io",
    "certificates.k8s.io",
    "scheduling.k8s.io",
    "storage.k8s.io",
    "policy",
];

/// Whether objects of a kind, whose group is not said, have no namespace.
pub(crate) fn has_no_namespace(kind: &str) -> bool {
    GROUPS.iter().any(|group| is_cluster_scoped(GroupKind::new(group, kind)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_compared_from_their_end() {
        for (a, b, same) in [
            ("web.yaml", "deploy/web.yaml", true),
            ("/repo/deploy/web.yaml", "./deploy/web.yaml", true),
            ("deploy/web.yaml", "deploy/web.yaml", true),
            ("a/web.yaml", "b/web.yaml", false),
            ("old-web.yaml", "web.yaml", false),
            ("deploy\\web.yaml", "deploy/web.yaml", true),
            ("a/../deploy/web.yaml", "deploy/web.yaml", true),
            ("../web.yaml", "web.yaml", true),
            ("a/../../web.yaml", "web.yaml", false),
            ("", "web.yaml", false),
        ] {
            assert_eq!(is_same_file(a, b), same, "{a} {b}");
            assert_eq!(is_same_file(b, a), same, "{b} {a}");
        }
        assert!(has_no_namespace("ClusterRole") && !has_no_namespace("Role"));
    }
}
