//! The new roles as YAML, each rule with its evidence as comments.

use std::fmt::Write as _;

use seawall_events::format_micros;

use crate::Subject;
use crate::minimize::{MinimalRule, Minimized, Observed, RuleScope};

/// Requests that are shown for a rule; the rest is counted.
const SHOWN: usize = 8;
/// The longest name that the API server takes.
const MAX_NAME: usize = 253;

/// The Roles, ClusterRoles and bindings, ready to apply; nothing but comments when there is nothing to grant.
///
/// No text from the log reaches a line of its own or leaves its quotes: everything but plain words is written as JSON in
/// ASCII.
pub fn manifest(minimized: &Minimized, name: &str) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "# least privilege of {}", comment(&minimized.subject.to_string()));
    if let Some((first, last)) = minimized.window {
        let _ = writeln!(out, "# observed from {} to {}", format_micros(first), format_micros(last));
    }
    out.push_str("# a right that was not used in this time may still be needed: unobserved is not unused\n");
    if minimized.scopes.is_empty() {
        out.push_str("# no request needs a right of its own\n");
    }
    for (scope, rules) in &minimized.scopes {
        let (role, binding) = match scope {
            RuleScope::Cluster => ("ClusterRole", "ClusterRoleBinding"),
            RuleScope::Namespace(_) => ("Role", "RoleBinding"),
        };
        head(&mut out, role, name, scope);
        out.push_str("rules:\n");
        rules.iter().for_each(|rule| write_rule(&mut out, rule));
        head(&mut out, binding, name, scope);
        let _ = write!(
            out,
            "roleRef:\n  apiGroup: rbac.authorization.k8s.io\n  kind: {role}\n  name: {}\nsubjects:\n",
            scalar(name)
        );
        match &minimized.subject {
            Subject::ServiceAccount { namespace, name } => {
                let (namespace, name) = (scalar(namespace), scalar(name));
                let _ =
                    writeln!(out, "  - kind: ServiceAccount\n    namespace: {namespace}\n    name: {name}");
            }
            Subject::User(name) => principal(&mut out, "User", name),
            Subject::Group(name) => principal(&mut out, "Group", name),
        }
    }
    out
}

/// A name for the new roles, made from the subject's.
pub fn role_name(subject: &Subject) -> String {
    let words = match subject {
        Subject::User(name) | Subject::Group(name) => name.to_string(),
        Subject::ServiceAccount { namespace, name } => format!("{namespace}-{name}"),
    };
    let plain = |c: char| if c.is_ascii_lowercase() || c.is_ascii_digit() || c == '.' { c } else { '-' };
    let name: String = words.to_ascii_lowercase().chars().map(plain).collect();
    let name: String = format!("minimal-{}", name.trim_matches(['-', '.'])).chars().take(MAX_NAME).collect();
    name.trim_end_matches(['-', '.']).to_owned()
}

fn head(out: &mut String, kind: &str, name: &str, scope: &RuleScope) {
    let _ = write!(
        out,
        "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: {kind}\nmetadata:\n  name: {}\n",
        scalar(name)
    );
    if let RuleScope::Namespace(namespace) = scope {
        let _ = writeln!(out, "  namespace: {}", scalar(namespace));
    }
}

fn principal(out: &mut String, kind: &str, name: &str) {
    let _ = writeln!(
        out,
        "  - apiGroup: rbac.authorization.k8s.io\n    kind: {kind}\n    name: {}",
        scalar(name)
    );
}

fn write_rule(out: &mut String, rule: &MinimalRule) {
    for observed in rule.evidence.iter().take(SHOWN) {
        let _ = writeln!(out, "  # {}", evidence(observed));
    }
    if rule.evidence.len() > SHOWN {
        let _ = writeln!(out, "  # and {} more", rule.evidence.len() - SHOWN);
    }
    for why in &rule.widened {
        let _ = writeln!(out, "  # {why}");
    }
    let mut lead = "- ";
    let mut list = |out: &mut String, key: &str, items: &[String]| {
        let items: Vec<String> = items.iter().map(|item| scalar(item)).collect();
        let _ = writeln!(out, "  {lead}{key}: [{}]", items.join(", "));
        lead = "  ";
    };
    if let Some(group) = &rule.group {
        list(out, "apiGroups", std::slice::from_ref(group));
        list(out, "resources", &rule.resources);
        if !rule.names.is_empty() {
            list(out, "resourceNames", &rule.names);
        }
    } else {
        list(out, "nonResourceURLs", &rule.paths);
    }
    list(out, "verbs", &rule.verbs);
}

/// One request in words: what, how often, when, and one audit id.
pub fn evidence(observed: &Observed) -> String {
    let count = |count: u64, what: &str| match count {
        1 => format!("1 {what}"),
        _ => format!("{count} {what}s"),
    };
    let mut text = format!(
        "{}: {}",
        comment(&observed.request.to_string()),
        count(observed.allowed + observed.denied, "request")
    );
    if observed.denied > 0 {
        let _ = write!(text, " ({} denied)", observed.denied);
    }
    match (observed.first, observed.last) {
        (Some(first), Some(last)) if first < last => {
            let _ = write!(text, ", {} to {}", format_micros(first), format_micros(last));
        }
        (_, Some(last)) => {
            let _ = write!(text, ", {}", format_micros(last));
        }
        _ => {}
    }
    if !observed.audit_id.is_empty() {
        let _ = write!(text, ", audit id {}", comment(&observed.audit_id));
    }
    text
}

/// A text that stays on its line and shows what it holds.
fn comment(text: &str) -> String {
    text.chars()
        .map(
            |c| if c.is_ascii_graphic() || c == ' ' { c.to_string() } else { c.escape_default().to_string() },
        )
        .collect()
}

/// Words that YAML takes for something else than a text.
const RESERVED: [&str; 11] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"];

/// A text as a YAML scalar: plain when it is a plain word, otherwise as JSON in ASCII.
fn scalar(text: &str) -> String {
    let word = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
            && part.bytes().next().is_some_and(|b| b.is_ascii_alphabetic())
    };
    let plain =
        text.split(['.', '/', ':']).all(word) && !RESERVED.contains(&text.to_ascii_lowercase().as_str());
    if plain {
        return text.to_owned();
    }
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_ascii_graphic() || c == ' ' => quoted.push(c),
            c => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    let _ = write!(quoted, "\\u{unit:04x}");
                }
            }
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scalars_and_names() {
        for (text, written) in [
            ("pods", "pods"),
            ("pods/exec", "pods/exec"),
            ("rbac.authorization.k8s.io", "rbac.authorization.k8s.io"),
            ("system:node", "system:node"),
            ("", "\"\""),
            ("*", "\"*\""),
            ("no", "\"no\""),
            ("Y", "\"Y\""),
            ("1e3", "\"1e3\""),
            ("/healthz", "\"/healthz\""),
            ("a: b", "\"a: b\""),
            ("a\n- b\"\\", "\"a\\u000a- b\\\"\\\\\""),
            ("ü😀", "\"\\u00fc\\ud83d\\ude00\""),
        ] {
            assert_eq!(scalar(text), written);
        }
        assert_eq!(role_name(&Subject::service_account("ci", "Deployer")), "minimal-ci-deployer");
        assert_eq!(role_name(&Subject::user("alice@example.com")), "minimal-alice-example.com");
        assert_eq!(role_name(&Subject::user("...")), "minimal");
        assert_eq!(comment("a\nb\u{1b}ü"), "a\\nb\\u{1b}\\u{fc}");
    }
}
