//! kube-linter's JSON.

use seawall_yaml::Node;

use super::{ObjectName, Outcome, PeerReport, PeerResult, namespace, text};

pub(super) fn is(root: Node<'_>) -> bool {
    root.entry("Reports").is_some() && root.get("Checks").is_some()
}

pub(super) fn read(root: Node<'_>, report: &mut PeerReport) {
    report.version = root.get("Summary").and_then(|summary| text(summary, "KubeLinterVersion"));
    for finding in report.list(root, "Reports") {
        let Some(check) = finding.str("Check") else {
            report.unread += 1;
            continue;
        };
        let message = finding.get("Diagnostic").and_then(|diagnostic| text(diagnostic, "Message"));
        let object = finding.path(&["Object", "K8sObject"]).and_then(|object| {
            Some(ObjectName {
                kind: text(object.get("GroupVersionKind")?, "Kind")?,
                namespace: namespace(object.str("Namespace")),
                name: text(object, "Name")?,
            })
        });
        let file = finding.path(&["Object", "Metadata"]).and_then(|metadata| text(metadata, "FilePath"));
        report.results.push(PeerResult {
            objects: object.into_iter().collect(),
            container: message.as_deref().and_then(container),
            file,
            message,
            ..PeerResult::new(check, Outcome::Failed)
        });
    }
}

/// `container "web" …`, at the start of a sentence.
fn container(message: &str) -> Option<String> {
    let name = message.strip_prefix("container \"")?.split('"').next()?;
    (!name.is_empty()).then(|| name.to_owned())
}
