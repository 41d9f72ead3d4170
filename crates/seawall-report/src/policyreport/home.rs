//! Which report a result belongs to, and what that report is called.

use seawall_core::{Finding, NotEvaluated, ResourceId, Subject};
use seawall_inventory::{GroupKind, is_cluster_scoped};

use crate::Report;
use crate::place::uid;

/// The longest DNS label (RFC 1123).
const MAX_LABEL: usize = 63;

/// A report, told apart from all others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Home<'a> {
    /// What has no namespace, or one that no cluster can have.
    Cluster,
    /// Objects of a namespace; `None` for those that get theirs when they are applied.
    Namespace(Option<&'a str>),
    /// One object with a uid.
    Object(ResourceId, &'a str, Option<&'a str>),
}

impl<'a> Home<'a> {
    pub(super) fn of_finding(report: &Report<'a>, finding: &'a Finding) -> Self {
        let home = Home::of_subject(&finding.subject);
        let known = report.inventory.get(finding.resource).and_then(uid);
        match (home, known) {
            (Home::Namespace(namespace @ Some(_)), Some(uid)) => {
                Home::Object(finding.resource, uid, namespace)
            }
            (Home::Cluster, Some(uid)) if finding.subject.namespace.is_none() => {
                Home::Object(finding.resource, uid, None)
            }
            (home, _) => home,
        }
    }

    pub(super) fn of_gap(gap: &'a NotEvaluated) -> Self {
        gap.subject.as_ref().map_or(Home::Cluster, Home::of_subject)
    }

    fn of_subject(subject: &'a Subject) -> Self {
        let group = subject.api_version.split_once('/').map_or("", |(group, _)| group);
        match subject.namespace.as_deref() {
            Some(namespace) if is_label(namespace) => Home::Namespace(Some(namespace)),
            Some(_) => Home::Cluster,
            None if is_cluster_scoped(GroupKind::new(group, &subject.kind)) => Home::Cluster,
            None => Home::Namespace(None),
        }
    }

    /// The kind of the report.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Home::Cluster | Home::Object(_, _, None) => "ClusterPolicyReport",
            Home::Namespace(_) | Home::Object(..) => "PolicyReport",
        }
    }

    /// The namespace of the report.
    pub(super) fn namespace(&self) -> Option<&'a str> {
        match self {
            Home::Cluster => None,
            Home::Namespace(namespace) | Home::Object(_, _, namespace) => *namespace,
        }
    }

    /// The name of the report after `before` others of this home.
    pub(super) fn name(&self, before: usize) -> String {
        let name = match self {
            Home::Cluster | Home::Namespace(Some(_)) => "seawall".to_owned(),
            // Another name, so that it stands beside that of the namespace in which it ends up.
            Home::Namespace(None) => "seawall-no-namespace".to_owned(),
            Home::Object(_, uid, _) => format!("seawall-{uid}"),
        };
        if before == 0 { name } else { format!("{name}-{}", before + 1) }
    }
}

/// Whether a text can be the name of a namespace: a DNS label.
fn is_label(text: &str) -> bool {
    let inner = |b: u8| b == b'-' || b.is_ascii_lowercase() || b.is_ascii_digit();
    (1..=MAX_LABEL).contains(&text.len())
        && text.bytes().all(inner)
        && !text.starts_with('-')
        && !text.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_labels() {
        let uid = "0f1d2c3b-4a59-4687-9786-a5b4c3d2e1f0";
        for home in [Home::Cluster, Home::Namespace(None), Home::Object(ResourceId(1), uid, Some("a"))] {
            for before in [0, 1, 9_999] {
                assert!(is_label(&home.name(before)), "{}", home.name(before));
            }
        }
        for wrong in ["", "-a", "a-", "A", "a.b", "a\u{202e}", &"a".repeat(64)] {
            assert!(!is_label(wrong), "{wrong}");
        }
    }
}
