//! kube-score's JSON, output version 2.

use seawall_yaml::Node;

use super::{ObjectName, Outcome, PeerReport, PeerResult, line, namespace, text};

pub(super) fn is(first: Node<'_>) -> bool {
    first.get("object_name").is_some() && first.entry("checks").is_some()
}

pub(super) fn read(root: Node<'_>, report: &mut PeerReport) {
    for object in root.items() {
        let metadata = object.get("object_meta").unwrap_or(object);
        let name = ObjectName {
            kind: object.get("type_meta").and_then(|meta| text(meta, "kind")).unwrap_or_default(),
            namespace: namespace(metadata.str("namespace")),
            name: text(metadata, "name").unwrap_or_default(),
        };
        for judged in report.list(object, "checks") {
            let check = judged.get("check").and_then(|check| Some((check, check.str("id")?)));
            let Some((check, id)) = check else {
                report.unread += 1;
                continue;
            };
            if judged.bool("skipped") == Some(true) {
                continue;
            }
            let grade = judged.int("grade").unwrap_or(0);
            let comments: Vec<Node<'_>> = judged.list("comments").collect();
            let result = |comment: Option<Node<'_>>| PeerResult {
                title: text(check, "name"),
                severity: Some(word(grade).to_owned()),
                objects: vec![name.clone()],
                container: comment.and_then(|comment| text(comment, "path")),
                file: text(object, "file_name"),
                line: line(object, "file_row"),
                message: comment.and_then(|comment| text(comment, "summary")),
                ..PeerResult::new(id, if grade < ALMOST { Outcome::Failed } else { Outcome::Passed })
            };
            match comments.as_slice() {
                [] => report.results.push(result(None)),
                comments => report.results.extend(comments.iter().map(|comment| result(Some(*comment)))),
            }
        }
    }
}

/// The least grade that is no warning.
const ALMOST: i64 = 7;

fn word(grade: i64) -> &'static str {
    match grade {
        ..=1 => "critical",
        2..ALMOST => "warning",
        _ => "ok",
    }
}
