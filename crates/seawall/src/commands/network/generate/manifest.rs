//! The policies as a file to apply, opened by what one must know before.

use std::fmt::Write as _;

use seawall_paths::plan::shell_word;
use seawall_report::escape;

use super::{Report, text};

/// YAML with a head of comments. Lines of the head are escaped, so that each stays one.
pub(super) fn manifest(report: &Report<'_>) -> String {
    let mut head: Vec<String> = vec!["least-privilege network policies".to_owned()];
    head.extend(text::summary(report));
    let generated = report.generated;
    if !generated.replaced.is_empty() {
        head.push("these take the place of today's policies, which have to be deleted:".to_owned());
        let mut by_namespace: Vec<(&str, Vec<&str>)> = Vec::new();
        for (namespace, name) in &generated.replaced {
            match by_namespace.last_mut().filter(|(last, _)| last == namespace) {
                Some((_, names)) => names.push(name),
                None => by_namespace.push((namespace, vec![name])),
            }
        }
        for (namespace, names) in by_namespace {
            // As `kind/name`, so that no name can be taken for an option.
            let names = names.into_iter().map(|name| shell_word(&format!("networkpolicy/{name}")));
            let names = names.collect::<Vec<_>>().join(" ");
            head.push(format!("  kubectl delete -n {} {names}", shell_word(namespace)));
        }
    }
    if !generated.not_covered.is_empty() {
        head.push("not covered:".to_owned());
        head.extend(text::not_covered(report).into_iter().map(|line| format!("  {line}")));
    }
    let mut out = String::new();
    for line in head {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "# {}", escape(&line));
    }
    out + &generated.yaml
}
