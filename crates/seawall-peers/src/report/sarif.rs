//! SARIF 2.1.0 of the tools that are known.

use std::collections::HashMap;

use seawall_yaml::Node;

use super::{Format, Outcome, PeerReport, PeerResult, ReportError, line, text};
use crate::Tool;

pub(super) fn read(root: Node<'_>) -> Result<PeerReport, ReportError> {
    let runs: Vec<Node<'_>> = root.list("runs").collect();
    let first =
        runs.first().and_then(|run| run.path(&["tool", "driver"])).ok_or(ReportError::UnknownShape)?;
    let name = first.str("name").ok_or(ReportError::UnknownShape)?;
    let tool = Tool::find(name).ok_or_else(|| ReportError::UnknownTool(name.escape_debug().to_string()))?;
    let version = text(first, "version").or_else(|| text(first, "semanticVersion"));
    let mut report = PeerReport { version, ..PeerReport::new(tool, Format::Sarif) };
    for run in runs {
        let driver = run.path(&["tool", "driver"]);
        let name = driver.and_then(|driver| driver.str("name")).unwrap_or("");
        if Tool::find(name) != Some(tool) {
            report.tell(format!(
                "a run of `{name}` is left out: the first run is one of {tool}; compare each tool by itself"
            ));
            continue;
        }
        let titles = titles(run);
        let rules: Vec<Node<'_>> = driver.into_iter().flat_map(|driver| driver.list("rules")).collect();
        for result in report.list(run, "results") {
            let Some(rule) = rule(result, &rules) else {
                report.unread += 1;
                continue;
            };
            let outcome = match result.str("kind") {
                None | Some("fail") => match suppression(result) {
                    Some(reason) => Outcome::Suppressed(reason),
                    None => Outcome::Failed,
                },
                Some("pass") => Outcome::Passed,
                Some(_) => continue,
            };
            let location = result.list("locations").next().and_then(|place| place.get("physicalLocation"));
            let uri = location.and_then(|place| place.path(&["artifactLocation", "uri"])?.as_str());
            let message = result.get("message").and_then(|message| text(message, "text"));
            report.results.push(PeerResult {
                title: titles.get(rule).map(|title| (*title).to_owned()),
                severity: text(result, "level"),
                file: uri.map(path_of),
                line: location.and_then(|place| line(place.get("region")?, "startLine")),
                message: message.map(|message| sentence(tool, &message)),
                ..PeerResult::new(rule, outcome)
            });
        }
    }
    Ok(report)
}

/// The id of the rule of a result: its own, or that of the rule that it points at (SARIF 2.1.0, 3.27.5 to 3.27.7).
fn rule<'n>(result: Node<'n>, rules: &[Node<'n>]) -> Option<&'n str> {
    let reference = result.get("rule");
    let own = result.str("ruleId").or_else(|| reference.and_then(|rule| rule.str("id")));
    own.or_else(|| {
        let index = result.int("ruleIndex").or_else(|| reference.and_then(|rule| rule.int("index")))?;
        rules.get(usize::try_from(index).ok()?)?.str("id")
    })
}

/// The short descriptions of the rules of a run.
fn titles(run: Node<'_>) -> HashMap<&str, &str> {
    let rules = run.path(&["tool", "driver"]).into_iter().flat_map(|driver| driver.list("rules"));
    rules
        .filter_map(|rule| Some((rule.str("id")?, rule.path(&["shortDescription", "text"])?.as_str()?)))
        .collect()
}

/// Why a result is accepted; one under review is not.
fn suppression(result: Node<'_>) -> Option<String> {
    let accepted = |one: &Node<'_>| matches!(one.str("status"), None | Some("accepted"));
    let suppression = result.list("suppressions").find(accepted)?;
    Some(text(suppression, "justification").unwrap_or_default())
}

/// The sentence in a message: Trivy puts it on one of several lines.
fn sentence(tool: Tool, message: &str) -> String {
    let marked = message.lines().find_map(|line| line.strip_prefix("Message: "));
    match marked.filter(|_| tool == Tool::Trivy) {
        Some(sentence) => sentence.to_owned(),
        None => message.to_owned(),
    }
}

/// The path in a URI, with what is percent-encoded written out.
fn path_of(uri: &str) -> String {
    let path = uri.strip_prefix("file://").unwrap_or(uri);
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let decoded = match (first, tail) {
            (b'%', [high, low, after @ ..]) => hex(*high).zip(hex(*low)).map(|(h, l)| (h * 16 + l, after)),
            _ => None,
        };
        let (byte, after) = decoded.unwrap_or((*first, tail));
        bytes.push(byte);
        rest = after;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::path_of;

    #[test]
    fn uris_are_paths() {
        for (uri, path) in [
            ("deploy/my%20app.yaml", "deploy/my app.yaml"),
            ("file:///repo/web.yaml", "/repo/web.yaml"),
            ("100%", "100%"),
            ("a%zz%4", "a%zz%4"),
            ("%ff.yaml", "\u{fffd}.yaml"),
        ] {
            assert_eq!(path_of(uri), path);
        }
    }
}
