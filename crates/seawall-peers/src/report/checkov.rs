//! Checkov's JSON: one report, or a list of one for each kind of file.

use seawall_core::Route;
use seawall_yaml::Node;

use super::{ObjectName, Outcome, PeerReport, PeerResult, text};

pub(super) fn is(root: Node<'_>) -> bool {
    // Without any file to judge only the counts are printed.
    root.get("check_type").is_some() && root.get("results").is_some() || root.get("checkov_version").is_some()
}

pub(super) fn read(root: Node<'_>, report: &mut PeerReport) {
    if root.is_seq() {
        root.items().for_each(|one| read(one, report));
        return;
    }
    let version = root.path(&["summary", "checkov_version"]).or_else(|| root.get("checkov_version"));
    report.version = report.version.take().or(version.and_then(Node::as_str).map(str::to_owned));
    let Some(results) = root.get("results") else { return };
    for record in report.list(results, "failed_checks") {
        report.take(one(record, Outcome::Failed));
    }
    for record in report.list(results, "passed_checks") {
        report.take(one(record, Outcome::Passed));
    }
    for record in report.list(results, "skipped_checks") {
        let reason = record.get("check_result").and_then(|result| text(result, "suppress_comment"));
        report.take(one(record, Outcome::Suppressed(reason.unwrap_or_default())));
    }
}

fn one(record: Node<'_>, outcome: Outcome) -> Option<PeerResult> {
    let keys = record.get("check_result").into_iter().flat_map(|result| result.list("evaluated_keys"));
    let line = record.list("file_line_range").next().and_then(Node::as_i64);
    Some(PeerResult {
        title: text(record, "check_name"),
        severity: text(record, "severity"),
        objects: record.str("resource").and_then(object).into_iter().collect(),
        routes: keys.filter_map(Node::as_str).map(route).collect(),
        file: text(record, "file_path"),
        line: line.and_then(|line| u32::try_from(line).ok()).filter(|line| *line > 0),
        ..PeerResult::new(record.str("check_id")?, outcome)
    })
}

/// `Deployment.shop.web`; Checkov writes `default` for an object that names no namespace, and for one that has none.
pub(crate) fn object(resource: &str) -> Option<ObjectName> {
    let mut parts = resource.splitn(3, '.');
    let (kind, namespace, name) = (parts.next()?, parts.next()?, parts.next()?);
    Some(ObjectName { kind: kind.to_owned(), namespace: Some(namespace.to_owned()), name: name.to_owned() })
}

/// `spec/template/spec/containers/[0]/image`
fn route(keys: &str) -> Route {
    keys.split('/').filter(|key| !key.is_empty()).fold(Route::root(), |route, key| {
        let index =
            key.strip_prefix('[').and_then(|key| key.strip_suffix(']')).and_then(|key| key.parse().ok());
        match index {
            Some(index) => route.index(index),
            None => route.key(key),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_and_objects() {
        let read = route("spec/template/spec/containers/[0]/resources/requests/memory");
        assert_eq!(read.to_string(), "spec.template.spec.containers[0].resources.requests.memory");
        let web = object("Deployment.shop.web.v2").unwrap();
        assert_eq!(web.to_string(), "Deployment/shop/web.v2");
        assert!(object("aws_s3_bucket.this").is_none());
    }
}
