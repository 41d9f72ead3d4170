//! Trivy's JSON: `trivy config` and `trivy fs` name files and lines, `trivy k8s --report all` names objects.

use seawall_yaml::Node;

use super::{ObjectName, Outcome, PeerReport, PeerResult, line, namespace, text};

pub(super) fn is(root: Node<'_>) -> bool {
    let file = root.get("SchemaVersion").is_some() && root.get("ArtifactName").is_some();
    file || root.get("ClusterName").is_some() && root.get("Resources").is_some_and(Node::is_seq)
}

pub(super) fn read(root: Node<'_>, report: &mut PeerReport) {
    report.version = root.path(&["Trivy", "Version"]).and_then(Node::as_str).map(str::to_owned);
    for result in report.list(root, "Results") {
        misconfigurations(result, None, report);
    }
    for resource in report.list(root, "Resources") {
        let object = ObjectName {
            kind: text(resource, "Kind").unwrap_or_default(),
            namespace: namespace(resource.str("Namespace")),
            name: text(resource, "Name").unwrap_or_default(),
        };
        for result in resource.list("Results") {
            misconfigurations(result, Some(&object), report);
        }
    }
}

fn misconfigurations(result: Node<'_>, object: Option<&ObjectName>, report: &mut PeerReport) {
    for found in report.list(result, "Misconfigurations") {
        let outcome = match found.str("Status") {
            Some("FAIL") | None => Outcome::Failed,
            Some("PASS") => Outcome::Passed,
            _ => continue,
        };
        report.take(one(found, outcome, result, object));
    }
    let modified = result.list("ExperimentalModifiedFindings");
    for modified in modified.filter(|modified| modified.str("Type") == Some("misconfiguration")) {
        let outcome = Outcome::Suppressed(text(modified, "Statement").unwrap_or_default());
        report.take(modified.get("Finding").and_then(|found| one(found, outcome, result, object)));
    }
}

fn one(
    found: Node<'_>,
    outcome: Outcome,
    result: Node<'_>,
    object: Option<&ObjectName>,
) -> Option<PeerResult> {
    let id = found.str("ID").or_else(|| found.str("AVDID"))?;
    // A pass says nothing of any object: `No issues found`.
    let message = if outcome == Outcome::Passed { None } else { text(found, "Message") };
    // Where objects are named, the target is a name and lines are those of a text that nobody has.
    let cause = found.get("CauseMetadata").filter(|_| object.is_none());
    Some(PeerResult {
        title: text(found, "Title"),
        severity: text(found, "Severity"),
        objects: object.cloned().into_iter().collect(),
        file: if object.is_none() { text(result, "Target") } else { None },
        line: cause.and_then(|cause| line(cause, "StartLine")),
        container: message.as_deref().and_then(container),
        message,
        ..PeerResult::new(id, outcome)
    })
}

/// The container that a sentence begins with: `Container 'web' of Deployment …`, `container "web" of …`,
/// `Container web in deployment …`.
fn container(message: &str) -> Option<String> {
    let (word, rest) = message.split_once(' ')?;
    if !word.eq_ignore_ascii_case("container") {
        return None;
    }
    let quote = rest.chars().next().filter(|first| matches!(first, '\'' | '"'));
    let name = match quote {
        Some(quote) => rest.split(quote).nth(1)?,
        None => rest.split_once(" in ").map(|(name, _)| name)?,
    };
    (!name.is_empty() && !name.contains(' ')).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::container;

    #[test]
    fn sentences_name_their_container() {
        for (message, name) in [
            ("Container 'web' of Deployment 'shop' should set 'x'", Some("web")),
            ("container \"web\" of deployment \"shop\" in \"ns\" namespace", Some("web")),
            ("Container web in deployment shop (namespace: ns) uses", Some("web")),
            ("container should not add stuff", None),
            ("Deployment 'web' should not set 'hostPath'", None),
            ("Container ", None),
            ("Container '", None),
        ] {
            assert_eq!(container(message).as_deref(), name, "{message}");
        }
    }
}
