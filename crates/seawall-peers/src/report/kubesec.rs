//! kubesec's JSON.

use seawall_yaml::Node;

use super::{ObjectName, Outcome, PeerReport, PeerResult, namespace, text};

pub(super) fn is(first: Node<'_>) -> bool {
    first.get("object").is_some() && first.get("scoring").is_some()
}

pub(super) fn read(root: Node<'_>, report: &mut PeerReport) {
    for judged in root.items() {
        let (Some(object), Some(scoring)) = (judged.str("object"), judged.get("scoring")) else {
            report.unread += 1;
            continue;
        };
        let name = object_name(object);
        for (list, outcome) in
            [("critical", Outcome::Failed), ("advise", Outcome::Failed), ("passed", Outcome::Passed)]
        {
            for rule in report.list(scoring, list) {
                let Some(id) = rule.str("id") else {
                    report.unread += 1;
                    continue;
                };
                report.results.push(PeerResult {
                    severity: (list != "passed").then(|| list.to_owned()),
                    message: text(rule, "reason"),
                    objects: name.clone().into_iter().collect(),
                    file: text(judged, "fileName"),
                    ..PeerResult::new(id, outcome.clone())
                });
            }
        }
    }
}

/// `Pod/web.shop`: the namespace, or `default`, behind the last point.
fn object_name(object: &str) -> Option<ObjectName> {
    let (kind, rest) = object.split_once('/')?;
    let (name, home) = rest.rsplit_once('.').unwrap_or((rest, ""));
    Some(ObjectName { kind: kind.to_owned(), namespace: namespace(Some(home)), name: name.to_owned() })
}
