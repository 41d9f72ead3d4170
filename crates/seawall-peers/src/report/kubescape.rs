//! Kubescape's JSON, version 2.

use std::collections::HashMap;

use seawall_yaml::Node;

use super::{ObjectName, Outcome, PeerReport, PeerResult, namespace, text};

pub(super) fn is(root: Node<'_>) -> bool {
    root.get("summaryDetails").is_some() && root.entry("results").is_some()
}

/// Objects behind an id, and the file that they came from.
type Known = (Vec<ObjectName>, Option<String>);

pub(super) fn read(root: Node<'_>, report: &mut PeerReport) {
    let version = root.path(&["metadata", "scanMetadata", "kubescapeVersion"]);
    report.version = version
        .or_else(|| root.path(&["clusterAPIServerInfo", "kubescapeVersion"]))
        .and_then(Node::as_str)
        .map(str::to_owned);
    let known: HashMap<&str, Known> = root
        .list("resources")
        .filter_map(|resource| Some((resource.str("resourceID")?, describe(resource))))
        .collect();
    let severities: HashMap<&str, &str> = root
        .path(&["summaryDetails", "controls"])
        .into_iter()
        .flat_map(|controls| controls.entries())
        .filter_map(|(id, control)| Some((id, severity(control.get("scoreFactor")?.as_f64()?))))
        .collect();
    for result in report.list(root, "results") {
        let id = result.str("resourceID").unwrap_or("");
        let (objects, file) =
            known.get(id).cloned().unwrap_or_else(|| (by_id(id).into_iter().collect(), None));
        for control in report.list(result, "controls") {
            let Some(rule) = control.str("controlID") else {
                report.unread += 1;
                continue;
            };
            let status = control.get("status");
            let word = |key| status.and_then(|status| status.str(key)).unwrap_or("");
            let outcome = match (word("status"), word("subStatus")) {
                (_, "w/exceptions") => Outcome::Suppressed(String::new()),
                ("failed", _) => Outcome::Failed,
                ("passed", _) => Outcome::Passed,
                _ => continue,
            };
            let paths = control.list("rules").flat_map(|rule| rule.list("paths"));
            let places = paths.filter_map(|path| {
                path.str("failedPath")
                    .filter(|failed| !failed.is_empty())
                    .or_else(|| path.path(&["fixPath", "path"]).and_then(Node::as_str))
            });
            report.results.push(PeerResult {
                title: text(control, "name"),
                severity: severities.get(rule).map(|word| (*word).to_owned()),
                objects: objects.clone(),
                routes: places.filter_map(|place| place.parse().ok()).collect(),
                file: file.clone(),
                ..PeerResult::new(rule, outcome)
            });
        }
    }
}

/// The word that Kubescape prints for a score factor.
fn severity(factor: f64) -> &'static str {
    match factor {
        factor if factor >= 9.0 => "Critical",
        factor if factor >= 7.0 => "High",
        factor if factor >= 4.0 => "Medium",
        factor if factor >= 1.0 => "Low",
        _ => "Unknown",
    }
}

fn describe(resource: Node<'_>) -> Known {
    let mut objects = Vec::new();
    if let Some(object) = resource.get("object") {
        objects.extend(name_of(object));
        // Findings about rights are about a subject; the role and the binding are told beside it.
        objects.extend(object.list("relatedObjects").filter_map(name_of));
    }
    if objects.is_empty() {
        objects.extend(resource.str("resourceID").and_then(by_id));
    }
    let source = resource.get("source");
    let file = source.and_then(|source| text(source, "relativePath").or_else(|| text(source, "path")));
    (objects, file)
}

fn name_of(object: Node<'_>) -> Option<ObjectName> {
    let metadata = object.get("metadata").unwrap_or(object);
    Some(ObjectName {
        kind: text(object, "kind")?,
        namespace: namespace(metadata.str("namespace")),
        name: text(metadata, "name")?,
    })
}

/// `apps/v1/shop/Deployment/web`, or `path=1234/api=apps/v1/shop/Deployment/web` of a file.
fn by_id(id: &str) -> Option<ObjectName> {
    let mut parts = id.rsplitn(4, '/');
    let (name, kind, home) = (parts.next()?, parts.next()?, parts.next()?);
    (!name.is_empty() && !kind.is_empty()).then(|| ObjectName {
        kind: kind.to_owned(),
        namespace: namespace(Some(home)),
        name: name.to_owned(),
    })
}
