//! Polaris' JSON: results of the controller, of its pod and of each container.

use seawall_yaml::Node;

use super::{ObjectName, Outcome, PeerReport, PeerResult, namespace, text};

pub(super) fn is(root: Node<'_>) -> bool {
    root.get("PolarisOutputVersion").is_some()
}

pub(super) fn read(root: Node<'_>, report: &mut PeerReport) {
    for object in report.list(root, "Results") {
        let name = ObjectName {
            kind: text(object, "Kind").unwrap_or_default(),
            namespace: namespace(object.str("Namespace")),
            name: text(object, "Name").unwrap_or_default(),
        };
        results(object, &name, None, report);
        let Some(pod) = object.get("PodResult") else { continue };
        results(pod, &name, None, report);
        for container in pod.list("ContainerResults") {
            results(container, &name, container.str("Name"), report);
        }
    }
}

fn results(of: Node<'_>, object: &ObjectName, container: Option<&str>, report: &mut PeerReport) {
    for (id, result) in of.get("Results").into_iter().flat_map(|results| results.entries()) {
        let Some(success) = result.bool("Success") else {
            report.unread += 1;
            continue;
        };
        report.results.push(PeerResult {
            severity: text(result, "Severity"),
            message: text(result, "Message"),
            objects: vec![object.clone()],
            container: container.map(str::to_owned),
            ..PeerResult::new(id, if success { Outcome::Passed } else { Outcome::Failed })
        });
    }
}
